//! Tasks, notes and collaboration.

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{
    base64_of_body, custom, header, hex_of_body, presets, standard,
};
use crate::scheme::encoding::Encoding;
use crate::scheme::handshake::Handshake;
use crate::scheme::key_format::KeyFormat;
use crate::scheme::part::Part;
use crate::scheme::retries::Retries;

presets! {
    /// # Work
    ///
    /// Tasks, notes and collaboration.
    WORK

    /// the key is the `macSecretBase64` of the webhook. A notification has no records in it: fetch the
    /// changes.
    AIRTABLE("airtable", "Airtable", ThirdParty,
        "https://airtable.com/developers/web/api/webhooks-overview") =
        hex_of_body(&[header("x-airtable-content-mac")], "hmac-sha256=")
            .key_format(KeyFormat::Base64);

    /// the secret is the `X-Hook-Secret` of the handshake, which the receiver has to echo before
    /// it can verify anything.
    ASANA("asana", "Asana", Documentation,
        "https://developers.asana.com/reference/createwebhook") =
        hex_of_body(&[header("x-hook-signature")], "").handshake(&Handshake::ASANA);

    CLICKUP("clickup", "ClickUp", Documentation,
        "https://developer.clickup.com/docs/webhooksignature") =
        hex_of_body(&[header("x-signature")], "");

    /// a delivery is never sent again.
    FIZZY("fizzy", "Fizzy", Library,
        "https://docs.rs/fizzy-sdk/0.2.4/fizzy_sdk/webhooks/") =
        hex_of_body(&[header("x-webhook-signature")], "");

    JIRA("jira", "Jira Cloud", Vector,
        "https://developer.atlassian.com/cloud/jira/platform/webhooks/", 25 MiB) =
        hex_of_body(&[header("x-hub-signature")], "sha256=")
            .delivery_header("x-atlassian-webhook-identifier");

    /// the time is inside the signed body (`webhookTimestamp`, milliseconds, good for a minute),
    /// where only the handler can read it. The `Linear-Timestamp` header is not signed.
    LINEAR("linear", "Linear", Library,
        "https://linear.app/developers/webhooks") =
        hex_of_body(&[header("linear-signature")], "")
            .delivery_header("linear-delivery");

    /// the key is the verification token.
    NOTION("notion", "Notion", Library,
        "https://developers.notion.com/reference/webhooks") =
        hex_of_body(&[header("x-notion-signature")], "sha256=").handshake(&Handshake::NOTION);

    /// the key is the `sharedSecret` of the webhook.
    SMARTSHEET("smartsheet", "Smartsheet", Documentation,
        "https://developers.smartsheet.com/api/smartsheet/guides/webhooks/webhook-callbacks") =
        hex_of_body(&[header("smartsheet-hmac-sha256")], "").handshake(&Handshake::SMARTSHEET);

    /// the key is the client secret of the app.
    TODOIST("todoist", "Todoist", Library,
        "https://developer.todoist.com/sync/v9/#webhooks") =
        base64_of_body(&[header("x-todoist-hmac-sha256")], "")
            .delivery_header("x-todoist-delivery-id");

    /// the body and the callback URL are signed, by HMAC-SHA-1 with the application's secret.
    ///
    /// Nothing separates the URL from the body, so
    /// [bytes can be moved between them](crate::scheme::SchemeBuilder::dangerous_movable_url).
    TRELLO("trello", "Trello", ThirdParty,
        "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/") =
        custom(&[header("x-trello-webhook")])
            .algorithm(Algorithm::HmacSha1)
            .encoding(Encoding::Base64)
            .signed(&[Part::Body, Part::Url])
            .dangerous_movable_url()
            .handshake(&Handshake::TRELLO);

    /// its basic webhooks are not signed; its approval engine is [`Scheme::VELT_APPROVAL`].
    ///
    /// A payload that Velt encodes or encrypts is signed as it is sent, so verify first and decode
    /// afterwards.
    VELT("velt", "Velt's advanced webhooks", Vector,
        "https://velt.dev/docs/webhooks/advanced") =
        standard().retries(Retries::Fresh);

    /// the whole `webhookSecret` is the key, even if it begins with `whsec_`. The
    /// `x-velt-event-id` header is not signed; the `eventId` in the body is.
    VELT_APPROVAL("velt-approval", "Velt's approval engine", Documentation,
        "https://velt.dev/docs/ai/approval-engine/setup") =
        hex_of_body(&[header("x-velt-signature")], "sha256=")
            .delivery_header("x-velt-event-id");
}
