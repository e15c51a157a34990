//! Builds, deployments and hosting.

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{
    base64_of_body, custom, header, hex_of_body, listed, presets, standard,
};
use crate::scheme::layout::Layout;
use crate::scheme::retries::Retries;

presets! {
    /// # Hosting
    ///
    /// Builds, deployments and hosting.
    HOSTING

    BACKBLAZE_B2("backblaze-b2", "Backblaze B2", Documentation,
        "https://www.backblaze.com/docs/cloud-storage-trigger-an-action-from-an-event-notification") =
        hex_of_body(&[header("x-bz-event-notification-signature")], "v1=");

    /// its pipelines and package registries, where a webhook is set to send a signature; otherwise it
    /// sends the token itself. No tolerance is stated.
    BUILDKITE("buildkite", "Buildkite", Vector,
        "https://buildkite.com/docs/apis/webhooks") =
        listed(&[header("x-buildkite-signature")])
            .layout(Layout::list(',', '=', "signature").timestamp_key("timestamp"))
            .retries(Retries::Fresh);

    /// a list that may hold further versions in the future; today only `v1` exists.
    CIRCLECI("circleci", "CircleCI", Vector,
        "https://circleci.com/docs/guides/integration/outbound-webhooks/") =
        custom(&[header("circleci-signature")]).layout(Layout::list(',', '=', "v1"));

    /// HMAC-SHA-1.
    CLOUDSMITH("cloudsmith", "Cloudsmith", Documentation,
        "https://help.cloudsmith.io/docs/webhooks") =
        hex_of_body(&[header("x-cloudsmith-signature")], "sha1=").algorithm(Algorithm::HmacSha1);

    /// HMAC-SHA-1, with a secret of at least 16 characters. It sends again after a 4xx too.
    EXPO_EAS("expo-eas", "Expo Application Services", Documentation,
        "https://docs.expo.dev/eas/webhooks/") =
        hex_of_body(&[header("expo-signature")], "sha1=").algorithm(Algorithm::HmacSha1);

    HEROKU("heroku", "Heroku", Library,
        "https://github.com/heroku/webhooks-demo") =
        base64_of_body(&[header("heroku-webhook-hmac-sha256")], "");

    /// switch the secret of the webhook to payload signing: otherwise the header is the secret itself.
    JFROG("jfrog", "JFrog Platform", ThirdParty,
        "https://jfrog.com/help/r/jfrog-platform-administration-documentation/webhooks") =
        hex_of_body(&[header("x-jfrog-event-auth")], "");

    RENDER("render", "Render", Library,
        "https://render.com/docs/webhooks") =
        standard();

    /// it sends again after timeouts only. Without a secret, nothing is signed.
    SEMAPHORE_CI("semaphore-ci", "Semaphore", Library,
        "https://docs.semaphoreci.com/using-semaphore/notifications") =
        hex_of_body(&[header("x-semaphore-signature-256")], "")
            .delivery_header("x-semaphore-webhook-id");

    /// the whole `tskey-webhook-…` text is the key.
    ///
    /// Tailscale asks for an answer of 2xx even to a bad signature: later events wait behind a delivery
    /// that is refused.
    TAILSCALE("tailscale", "Tailscale", Library,
        "https://tailscale.com/kb/1213/webhooks") =
        listed(&[header("tailscale-webhook-signature")]);

    /// HMAC-SHA-512. When a notification is set up, a verification request has to be answered with 2xx.
    TERRAFORM_CLOUD("terraform-cloud", "HCP Terraform", Documentation,
        "https://developer.hashicorp.com/terraform/cloud-docs/api-docs/notification-configurations#notification-authenticity") =
        hex_of_body(&[header("x-tfe-notification-signature")], "").algorithm(Algorithm::HmacSha512);

    /// HMAC-SHA-1.
    VERCEL("vercel", "Vercel", Library,
        "https://github.com/vercel/example-marketplace-integration") =
        hex_of_body(&[header("x-vercel-signature")], "").algorithm(Algorithm::HmacSha1);
}
