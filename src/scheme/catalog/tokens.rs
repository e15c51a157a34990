//! Providers that sign nothing.

use crate::scheme::catalog::shapes::{header, presets, token};

presets! {
    /// # Shared tokens
    ///
    /// These sign nothing: they send the secret itself, and
    /// [whoever has seen one delivery can send any other](crate::scheme::SchemeBuilder::dangerous_shared_token).
    /// [`Scheme::covers_body`] is `false`.
    TOKENS

    /// the token in clear text. Prefer the signature that it can send instead.
    BUILDKITE_TOKEN("buildkite-token", "Buildkite's token", Documentation,
        "https://buildkite.com/docs/apis/webhooks/pipelines") =
        token(&[header("x-buildkite-token")]);

    /// version 3 of its API: the secret hash of the dashboard, as it is.
    FLUTTERWAVE_V3("flutterwave-v3", "Flutterwave, version 3", Library,
        "https://developer.flutterwave.com/v3.0/docs/webhooks") =
        token(&[header("verif-hash")]);

    /// the older secret token, which most servers still send. Prefer [`Scheme::GITLAB`] where there are
    /// signing tokens.
    GITLAB_TOKEN("gitlab-token", "GitLab's secret token", Documentation,
        "https://docs.gitlab.com/user/project/integrations/webhooks/", 25 MiB) =
        token(&[header("x-gitlab-token")]);

    /// notifications of Calendar and Drive, with the `token` that the channel was opened with.
    GOOGLE_CHANNEL("google-channel", "Google's notification channels", Documentation,
        "https://developers.google.com/workspace/calendar/api/guides/push") =
        token(&[header("x-goog-channel-token")]);

    /// the secret of the webhook's settings.
    HUGGING_FACE("hugging-face", "Hugging Face", Library,
        "https://huggingface.co/docs/hub/webhooks") =
        token(&[header("x-webhook-secret")]);

    /// the `secret_token` that `setWebhook` was given.
    TELEGRAM("telegram", "Telegram", Documentation,
        "https://core.telegram.org/bots/api#setwebhook") =
        token(&[header("x-telegram-bot-api-secret-token")]);
}
