//! Hosting and review of source code.

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{header, hex_of_body, presets, standard};

presets! {
    /// # Code
    ///
    /// Hosting and review of source code.
    CODE

    /// Cloud and Data Center.
    BITBUCKET("bitbucket", "Bitbucket", ThirdParty,
        "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/") =
        hex_of_body(&[header("x-hub-signature")], "sha256=")
            .delivery_header("x-request-uuid");

    /// choose `POST` and the content type `application/json`. As a form, and with `GET`, Gitea sends
    /// the JSON percent-encoded, and signs it as it was before.
    GITEA("gitea", "Gitea", ThirdParty,
        "https://docs.gitea.com/usage/webhooks") =
        hex_of_body(&[header("x-gitea-signature")], "")
            .delivery_header("x-gitea-delivery");

    /// bodies of up to 25 MB.
    ///
    /// `X-GitHub-Delivery` is not signed, so do not trust it as an id.
    GITHUB("github", "GitHub", Vector,
        "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries") =
        hex_of_body(&[header("x-hub-signature-256")], "sha256=").body_limit(25 << 20)
            .delivery_header("x-github-delivery");

    /// `X-Hub-Signature`, which servers that copied GitHub send too. GitHub itself sends both
    /// headers; prefer [`Scheme::GITHUB`].
    GITHUB_SHA1("github-sha1", "GitHub's legacy header", Vector,
        "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries") =
        hex_of_body(&[header("x-hub-signature")], "sha1=")
            .algorithm(Algorithm::HmacSha1)
            .body_limit(25 << 20)
            .delivery_header("x-github-delivery");

    /// the signed deliveries of its
    /// [signing tokens](https://docs.gitlab.com/user/project/integrations/webhooks/). The older
    /// `X-Gitlab-Token` is a password, not a signature.
    GITLAB("gitlab", "GitLab", Documentation,
        "https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944") =
        standard();

    /// choose the content type `application/json`. As a form, Gogs sends the JSON percent-encoded, and
    /// signs it as it was before.
    GOGS("gogs", "Gogs", ThirdParty,
        "https://gogs.io/docs/features/webhook") =
        hex_of_body(&[header("x-gogs-signature")], "")
            .delivery_header("x-gogs-delivery");
}
