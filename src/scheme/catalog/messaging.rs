//! Chat, telephony and social networks.

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{
    base64_of_body, custom, header, hex_of_body, presets, version_0,
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
}
