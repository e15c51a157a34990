//! Chat, telephony and social networks.

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{
    base64_of_body, custom, form, header, hex_of_body, listed, presets, standard, version_0,
};
use crate::scheme::encoding::Encoding;
use crate::scheme::handshake::Handshake;
use crate::scheme::key_format::KeyFormat;
use crate::scheme::layout::Layout;
use crate::scheme::part::Part;

presets! {
    /// # Messaging
    ///
    /// Chat, telephony and social networks.
    MESSAGING

    /// interactions and webhook events, with Ed25519. The key is the application's public key in
    /// hexadecimal digits. Discord states no tolerance.
    DISCORD("discord", "Discord", Library,
        "https://discord.com/developers/docs/interactions/overview") =
        custom(&[header("x-signature-ed25519").timestamp("x-signature-timestamp")])
            .algorithm(Algorithm::Ed25519)
            .signed(&[Part::Timestamp, Part::Body])
            .key_format(KeyFormat::PublicKeyHex)
            .handshake(&Handshake::DISCORD);

    DISCOURSE("discourse", "Discourse", Vector,
        "https://meta.discourse.org/t/configure-webhooks-that-trigger-on-discourse-events/49045") =
        hex_of_body(&[header("x-discourse-event-signature")], "sha256=");

    /// the key is the channel secret.
    LINE("line", "LINE", Vector,
        "https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/") =
        base64_of_body(&[header("x-line-signature")], "");

    /// Facebook, Instagram, WhatsApp and Messenger. The key is the app's secret.
    META("meta", "Meta", Library,
        "https://developers.facebook.com/docs/graph-api/webhooks/getting-started") =
        hex_of_body(&[header("x-hub-signature-256")], "sha256=").handshake(&Handshake::META);

    /// the signature is in `Authorization`, so let no proxy or middleware take that away. The security
    /// token is printed in base64. The answer, a message in JSON, has to arrive within 5 seconds.
    MS_TEAMS_OUTGOING("ms-teams-outgoing", "Microsoft Teams, outgoing webhooks", Documentation,
        "https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook") =
        base64_of_body(&[header("authorization")], "HMAC ").key_format(KeyFormat::Base64);

    /// Standard Webhooks. After a 4xx it sends again only if that was 408 or 429.
    POSTSYNCER("postsyncer", "PostSyncer", Documentation,
        "https://docs.postsyncer.com/guides/verify-webhooks") =
        standard();

    /// `X-Slack-Signature: v0=…` and `X-Slack-Request-Timestamp`.
    SLACK("slack", "Slack", Library,
        "https://docs.slack.dev/authentication/verifying-requests-from-slack") =
        version_0(&[header("x-slack-signature").timestamp("x-slack-request-timestamp")])
            .handshake(&Handshake::SLACK);

    /// one signature for each valid secret.
    SURGE("surge", "Surge", Documentation,
        "https://docs.surge.app/api-reference/webhooks/signature-validation") =
        listed(&[header("surge-signature")]);

    /// Ed25519. The key is the account's public key in base64.
    TELNYX("telnyx", "Telnyx", Library,
        "https://developers.telnyx.com/development/api-fundamentals/webhooks/receiving-webhooks") =
        custom(&[header("telnyx-signature-ed25519").timestamp("telnyx-timestamp")])
            .algorithm(Algorithm::Ed25519)
            .encoding(Encoding::Base64)
            .signed(&[Part::Timestamp, Part::Literal("|"), Part::Body])
            .key_format(KeyFormat::PublicKeyBase64);

    /// the key is the client secret.
    TIKTOK("tiktok", "TikTok", Documentation,
        "https://developers.tiktok.com/doc/webhooks-verification") =
        listed(&[header("tiktok-signature")])
            .layout(Layout::list(',', '=', "s").timestamp_key("t"));

    /// the key is the consumer secret of the app.
    TWITTER("twitter", "X (Twitter)", Documentation,
        "https://docs.x.com/x-api/webhooks/quickstart") =
        base64_of_body(&[header("x-twitter-webhooks-signature")], "sha256=")
            .handshake(&Handshake::X);

    /// the key is the authentication token of the bot. When a webhook is set, an event `webhook` has to
    /// be answered with 200.
    VIBER("viber", "Viber", Vector,
        "https://developers.viber.com/docs/api/rest-bot-api/#callbacks") =
        hex_of_body(&[header("x-viber-content-signature")], "");

    /// HMAC-SHA-1.
    WEBEX("webex", "Webex", Library,
        "https://developer.webex.com/messaging/docs/api/guides/webhooks") =
        hex_of_body(&[header("x-spark-signature")], "").algorithm(Algorithm::HmacSha1);

    /// the cXML callbacks for calls and messages, which come as forms like those of
    /// [`Scheme::TWILIO`]. The key is the signing key of the project. For its other webhooks there is
    /// [`Scheme::SIGNALWIRE_SWML`].
    SIGNALWIRE("signalwire", "SignalWire", Library,
        "https://developer.signalwire.com/guides/webhook-security") =
        form(&[header("x-signalwire-signature")]).optional_port();

    /// webhooks with JSON, of which the URL and the raw body are signed.
    SIGNALWIRE_SWML("signalwire-swml", "SignalWire", Library,
        "https://developer.signalwire.com/guides/webhook-security") =
        hex_of_body(&[header("x-signalwire-sha256-signature")], "")
            .signed(&[Part::Url, Part::Body])
            .dangerous_movable_url()
            .optional_port();

    /// calls, messages and status callbacks. The key is the account's auth token. What is signed is the
    /// URL as it is registered, with its query, and then the fields of the form: see
    /// [`Verifier::public_url`](crate::Verifier::public_url), and
    /// [why only this one path](crate::scheme::SchemeBuilder::dangerous_movable_url) may be answered. For a
    /// `GET` that is the URL alone. With JSON, `bodySHA256` in the query is the digest of the body; that
    /// needs the public URL and not the exact one.
    TWILIO("twilio", "Twilio", Vector,
        "https://www.twilio.com/docs/usage/security#validating-requests") =
        form(&[header("x-twilio-signature")])
            .optional_port()
            .digest_in_query("bodySHA256")
            .delivery_header("i-twilio-idempotency-token");

    /// as [`Scheme::TWILIO`], signed with a shared key and `HMAC_SHA256`, as a webhook rule may say. Twilio
    /// names them in `X-Twilio-Webhooks-Signature-Settings`, which is not signed.
    TWILIO_SHA256("twilio-sha256", "Twilio with a shared key", Documentation,
        "https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys") =
        form(&[header("x-twilio-signature")])
            .algorithm(Algorithm::HmacSha256)
            .optional_port()
            .digest_in_query("bodySHA256")
            .delivery_header("i-twilio-idempotency-token");

    /// conversations and SMS. The nonce is signed as the id, and is another one for each attempt, so it does
    /// not detect a retry.
    SINCH("sinch", "Sinch", Vector,
        "https://developers.sinch.com/docs/conversation/callbacks") =
        base64_of_body(
            &[header("x-sinch-webhook-signature")
                .id("x-sinch-webhook-signature-nonce")
                .timestamp("x-sinch-webhook-signature-timestamp")
                .fixed(&[("x-sinch-webhook-signature-algorithm", "HmacSHA256")])],
            "",
        )
        .signed(&[Part::Body, Part::Literal("."), Part::Id, Part::Literal("."), Part::Timestamp]);
}
