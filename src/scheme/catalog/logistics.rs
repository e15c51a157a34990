//! Parcels and vehicles.

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{base64_of_body, custom, header, hex_of_body, presets};
use crate::scheme::handshake::Handshake;
use crate::scheme::key_format::KeyFormat;
use crate::scheme::part::Part;
use crate::scheme::timestamp::TimestampFormat;

presets! {
    /// # Logistics
    ///
    /// Parcels and vehicles.
    LOGISTICS

    AFTERSHIP("aftership", "AfterShip Tracking", Documentation,
        "https://www.aftership.com/docs/tracking/webhook/webhook-signature") =
        base64_of_body(&[header("aftership-hmac-sha256")], "");

    /// returns and warranties. Organizations from before 25 October 2022 get `am-webhook-signature`,
    /// which is not covered.
    AFTERSHIP_RETURNS("aftership-returns", "AfterShip Returns", Documentation,
        "https://www.aftership.com/docs/returns/2024-07/webhook/signature") =
        base64_of_body(&[header("as-signature-hmac-sha256")], "");

    /// the key is the secret in the Unicode form NFKD. ASCII already is in that form; for any
    /// other text, pass the normalized bytes to [`Secret::bytes`](crate::Secret::bytes).
    EASYPOST("easypost", "EasyPost", Vector,
        "https://docs.easypost.com/guides/webhooks-guide") =
        hex_of_body(&[header("x-hmac-signature")], "hmac-sha256-hex=");

    /// the key is the token of the webhook.
    KATANA_MRP("katana-mrp", "Katana", Documentation,
        "https://developer.katanamrp.com/docs/verifying-webhook-signature") =
        hex_of_body(&[header("x-sha2-signature")], "");

    LOB("lob", "Lob", ThirdParty,
        "https://docs.lob.com/#tag/Webhooks") =
        custom(&[header("lob-signature").timestamp("lob-signature-timestamp")])
            .signed(&[Part::Timestamp, Part::Literal("."), Part::Body])
            .timestamp_format(TimestampFormat::Millis);

    /// HMAC-SHA-1. The answer has to arrive within 3 seconds; what fails is sent again after 1 minute,
    /// 1 hour and 6 hours.
    MOTIVE("motive", "Motive", Vector,
        "https://developer-docs.gomotive.com/reference/company-webhooks-overview") =
        hex_of_body(&[header("x-kt-webhook-signature")], "").algorithm(Algorithm::HmacSha1);

    /// HMAC-SHA-512. The secret is printed in hexadecimal digits. A new webhook is checked with `GET
    /// ?check=…`, which wants the value back.
    ONFLEET("onfleet", "Onfleet", Documentation,
        "https://docs.onfleet.com/reference/secrets") =
        hex_of_body(&[header("x-onfleet-signature")], "")
            .algorithm(Algorithm::HmacSha512)
            .key_format(KeyFormat::Hex);

    /// the key is the signature key of the webhook, or the secret key of the integration.
    SENDCLOUD("sendcloud", "Sendcloud", Vector,
        "https://sendcloud.dev/api/v2/webhooks") =
        hex_of_body(&[header("sendcloud-signature")], "");

    SHIPHERO("shiphero", "ShipHero", ThirdParty,
        "https://developer.shiphero.com/webhooks/") =
        base64_of_body(&[header("x-shiphero-hmac-sha256")], "")
            .delivery_header("x-shiphero-message-id");

    /// the key is the management token of the application.
    SMARTCAR("smartcar", "Smartcar", Vector,
        "https://smartcar.com/docs/api-reference/webhooks/callback-verification") =
        hex_of_body(&[header("sc-signature")], "").handshake(&Handshake::SMARTCAR);
}
