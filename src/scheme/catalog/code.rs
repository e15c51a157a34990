//! Hosting and review of source code.

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{base64_of_body, header, hex_of_body, presets, standard};
use crate::scheme::layout::Layout;
use crate::scheme::part::{IdShape, Part};

presets! {
    /// # Code
    ///
    /// Hosting and review of source code.
    CODE

    /// Cloud and Data Center.
    ///
    /// Cloud sends [up to 256 KB](https://confluence.atlassian.com/bbkb/troubleshoot-webhooks-1167729092.html);
    /// Data Center states no limit.
    BITBUCKET("bitbucket", "Bitbucket", ThirdParty,
        "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/", 25 MiB) =
        hex_of_body(&[header("x-hub-signature")], "sha256=")
            .delivery_header("x-request-uuid");

    CURSOR("cursor", "Cursor", Documentation,
        "https://docs.cursor.com/background-agent/api/webhooks") =
        hex_of_body(&[header("x-webhook-signature")], "sha256=").delivery_header("x-webhook-id");

    /// choose `POST` and the content type `application/json`. As a form, and with `GET`, Gitea sends
    /// the JSON percent-encoded, and signs it as it was before. Gitea has no limit of its
    /// own for what it sends.
    GITEA("gitea", "Gitea", Library,
        "https://docs.gitea.com/usage/webhooks", 25 MiB) =
        hex_of_body(&[header("x-gitea-signature")], "")
            .delivery_header("x-gitea-delivery");

    /// `X-GitHub-Delivery` is not signed, so do not trust it as an id. The most that is sent is
    /// [25 MB](https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap).
    GITHUB("github", "GitHub", Vector,
        "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries", 25 MiB) =
        hex_of_body(&[header("x-hub-signature-256")], "sha256=")
            .delivery_header("x-github-delivery");

    /// `X-Hub-Signature`, which servers that copied GitHub send too. GitHub itself sends both
    /// headers; prefer [`Scheme::GITHUB`].
    GITHUB_SHA1("github-sha1", "GitHub's legacy header", Vector,
        "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries", 25 MiB) =
        hex_of_body(&[header("x-hub-signature")], "sha1=")
            .algorithm(Algorithm::HmacSha1)
            .delivery_header("x-github-delivery");

    /// the signed deliveries of its
    /// [signing tokens](https://docs.gitlab.com/user/project/integrations/webhooks/). For the
    /// older `X-Gitlab-Token` there is [`Scheme::GITLAB_TOKEN`]. The most that is sent is
    /// [25 MB](https://gitlab.com/gitlab-org/gitlab/-/merge_requests/38687).
    GITLAB("gitlab", "GitLab", Documentation,
        "https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944", 25 MiB) =
        standard();

    /// choose the content type `application/json`. As a form, Gogs sends the JSON percent-encoded, and
    /// signs it as it was before. Gogs states no limit for what it
    /// sends.
    GOGS("gogs", "Gogs", Library,
        "https://gogs.io/docs/features/webhook", 25 MiB) =
        hex_of_body(&[header("x-gogs-signature")], "")
            .delivery_header("x-gogs-delivery");

    SEMGREP("semgrep", "Semgrep", Documentation,
        "https://semgrep.dev/docs/semgrep-appsec-platform/webhooks") =
        hex_of_body(&[header("x-semgrep-signature-256")], "");

    SNYK("snyk", "Snyk", Documentation,
        "https://docs.snyk.io/snyk-api/using-specific-snyk-apis/webhooks-apis/about-webhooks") =
        hex_of_body(&[header("x-hub-signature")], "sha256=").delivery_header("x-snyk-transport-id");

    /// the server and the cloud. A secret has 16 to 200 characters.
    SONARQUBE("sonarqube", "SonarQube", Library,
        "https://github.com/SonarSource/sonarqube") =
        hex_of_body(&[header("x-sonar-webhook-hmac-sha256")], "");

    /// a signature for each of the two keys, with commas between. The id is another one for each attempt,
    /// so it does not detect a retry.
    CONFIGCAT("configcat", "ConfigCat", Vector,
        "https://configcat.com/docs/advanced/notifications-webhooks/") =
        base64_of_body(
            &[header("x-configcat-webhook-signature-v1")
                .id("x-configcat-webhook-id")
                .timestamp("x-configcat-webhook-timestamp")],
            "",
        )
        .layout(Layout::bare_list(','))
        .signed(&[Part::Id, Part::Timestamp, Part::Body])
        .id_shape(IdShape::Length(32));
}
