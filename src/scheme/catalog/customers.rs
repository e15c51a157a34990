//! Sales, support and other conversations with customers.

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{
    base64_of_body, custom, header, hex_of_body, presets, standard,
};
use crate::scheme::encoding::Encoding;
use crate::scheme::handshake::Handshake;
use crate::scheme::key_format::KeyFormat;
use crate::scheme::part::Part;
use crate::scheme::timestamp::TimestampFormat;

presets! {
    /// # Customers
    ///
    /// Sales, support and other conversations with customers.
    CUSTOMERS

    ATTIO("attio", "Attio", Documentation,
        "https://docs.attio.com/rest-api/guides/webhooks") =
        hex_of_body(&[header("attio-signature"), header("x-attio-signature")], "")
            .delivery_header("idempotency-key");

    /// the signature key is printed in hexadecimal digits. No tolerance is stated.
    CLOSE("close", "Close", Documentation,
        "https://developer.close.com/topics/webhooks/") =
        custom(&[header("close-sig-hash").timestamp("close-sig-timestamp")])
            .signed(&[Part::Timestamp, Part::Body])
            .key_format(KeyFormat::Hex);

    FOLK("folk", "folk", Documentation,
        "https://developer.folk.app/webhooks/handle-deliveries") =
        standard();

    /// HMAC-SHA-1.
    HELPSCOUT("helpscout", "Help Scout", Vector,
        "https://developer.helpscout.com/webhooks/") =
        base64_of_body(&[header("x-helpscout-signature")], "").algorithm(Algorithm::HmacSha1);

    /// method, URL, body and a timestamp in milliseconds are signed with the app's client secret.
    /// The tolerance is 5 minutes.
    ///
    /// HubSpot's documentation says that some percent-encoded characters of the URL are decoded before
    /// it is signed, and its libraries decode none: [either is accepted](crate::scheme::SchemeBuilder::decoded_url).
    ///
    /// Nothing separates the URL from the body, so
    /// [bytes can be moved between them](crate::scheme::SchemeBuilder::dangerous_movable_url).
    HUBSPOT_V3("hubspot-v3", "HubSpot, version 3", Vector,
        "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation") =
        custom(&[header("x-hubspot-signature-v3").timestamp("x-hubspot-request-timestamp")])
            .encoding(Encoding::Base64)
            .timestamp_format(TimestampFormat::Millis)
            .signed(&[Part::Method, Part::Url, Part::Body, Part::Timestamp])
            .dangerous_movable_url()
            .decoded_url(":/?@!$'()*,;");

    /// HMAC-SHA-1 with the app's client secret. The page is older, and has a secret of each subscription.
    INTERCOM("intercom", "Intercom", Documentation,
        "https://developers.intercom.com/intercom-api-reference/v1.0/reference/signed-notifications") =
        hex_of_body(&[header("x-hub-signature")], "sha1=").algorithm(Algorithm::HmacSha1)
            .handshake(&Handshake::INTERCOM);

    /// the time of the attempt is inside the signed body
    /// (`webhookMetadata.webhookDeliveryAttemptTimestamp`), where only the handler can read it. Its own
    /// library rejects what is older than 5 minutes.
    PLAIN("plain", "Plain", Vector,
        "https://www.plain.com/docs/request-signing") =
        hex_of_body(&[header("plain-request-signature")], "");

    /// HMAC-SHA-1.
    TAWK_TO("tawk-to", "tawk.to", Documentation,
        "https://developer.tawk.to/webhooks/") =
        hex_of_body(&[header("x-tawk-signature")], "")
            .algorithm(Algorithm::HmacSha1)
            .delivery_header("x-hook-event-id");

    /// a timestamp in RFC 3339. Zendesk states no tolerance.
    ZENDESK("zendesk", "Zendesk", Documentation,
        "https://developer.zendesk.com/documentation/webhooks/verifying/") =
        custom(&[header("x-zendesk-webhook-signature")
            .timestamp("x-zendesk-webhook-signature-timestamp")])
        .encoding(Encoding::Base64)
        .timestamp_format(TimestampFormat::Rfc3339)
        .signed(&[Part::Timestamp, Part::Body]);

    /// base64 of the URL-safe alphabet, with padding.
    MERGE_DEV("merge-dev", "Merge", Documentation,
        "https://docs.merge.dev/basics/webhooks/merge-webhooks") =
        hex_of_body(&[header("x-merge-webhook-signature")], "")
            .encoding(Encoding::Base64UrlPadded);
}
