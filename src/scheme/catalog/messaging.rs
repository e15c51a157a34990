//! Chat, telephony and social networks.

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{
    base64_of_body, custom, form, header, hex_of_body, presets, version_0,
};
use crate::scheme::encoding::Encoding;
use crate::scheme::handshake::Handshake;
use crate::scheme::key_format::KeyFormat;
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

    /// the key is the channel secret.
    LINE("line", "LINE", Vector,
        "https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/") =
        base64_of_body(&[header("x-line-signature")], "");

    /// Facebook, Instagram, WhatsApp and Messenger. The key is the app's secret.
    META("meta", "Meta", ThirdParty,
        "https://developers.facebook.com/docs/graph-api/webhooks/getting-started") =
        hex_of_body(&[header("x-hub-signature-256")], "sha256=").handshake(&Handshake::META);

    /// `X-Slack-Signature: v0=…` and `X-Slack-Request-Timestamp`.
    SLACK("slack", "Slack", Library,
        "https://docs.slack.dev/authentication/verifying-requests-from-slack") =
        version_0(&[header("x-slack-signature").timestamp("x-slack-request-timestamp")])
            .handshake(&Handshake::SLACK);

    /// Ed25519. The key is the account's public key in base64.
    TELNYX("telnyx", "Telnyx", Library,
        "https://developers.telnyx.com/development/api-fundamentals/webhooks/receiving-webhooks") =
        custom(&[header("telnyx-signature-ed25519").timestamp("telnyx-timestamp")])
            .algorithm(Algorithm::Ed25519)
            .encoding(Encoding::Base64)
            .signed(&[Part::Timestamp, Part::Literal("|"), Part::Body])
            .key_format(KeyFormat::PublicKeyBase64);

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
