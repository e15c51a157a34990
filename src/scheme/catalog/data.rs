//! Databases, analytics and feature flags.

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{
    base64_of_body, header, hex_of_body, presets, standard, version_0,
};
use crate::scheme::key_format::KeyFormat;
use crate::scheme::part::Part;
use crate::scheme::timestamp::TimestampFormat;

presets! {
    /// # Data
    ///
    /// Databases, analytics and feature flags.
    DATA

    /// each webhook has a signing key of its own.
    ALCHEMY("alchemy", "Alchemy Notify", Documentation,
        "https://www.alchemy.com/docs/reference/notify-api-quickstart") =
        hex_of_body(&[header("x-alchemy-signature")], "");

    FLAGSMITH("flagsmith", "Flagsmith", Library,
        "https://docs.flagsmith.com/advanced-use/system-administration#web-hooks") =
        hex_of_body(&[header("x-flagsmith-signature")], "");

    /// the whole `ewhk_…` text is the key. Its webhooks for SDKs are [`Scheme::GROWTHBOOK_SDK`].
    GROWTHBOOK("growthbook", "GrowthBook's event webhooks", Library,
        "https://docs.growthbook.io/app/webhooks/event-webhooks") =
        hex_of_body(&[header("x-growthbook-signature")], "");

    /// Standard Webhooks, but the whole `wk_…` text is the key. The body may be empty.
    ///
    /// The same request carries the secret itself, in a `webhook-secret` header: keep it out of logs.
    GROWTHBOOK_SDK("growthbook-sdk", "GrowthBook's SDK webhooks", Library,
        "https://docs.growthbook.io/app/webhooks/sdk-webhooks") =
        standard().key_format(KeyFormat::Utf8);

    LAUNCHDARKLY("launchdarkly", "LaunchDarkly", Documentation,
        "https://launchdarkly.com/docs/home/infrastructure/webhooks") =
        hex_of_body(&[header("x-ld-signature")], "");

    /// its alerts, and those of Cloud Manager and Ops Manager, with HMAC-SHA-1.
    MONGODB_ATLAS("mongodb-atlas", "MongoDB Atlas", Documentation,
        "https://www.mongodb.com/docs/atlas/configure-alerts/") =
        base64_of_body(&[header("x-mms-signature")], "").algorithm(Algorithm::HmacSha1);

    PLANETSCALE("planetscale", "PlanetScale", Documentation,
        "https://planetscale.com/docs/concepts/webhooks") =
        hex_of_body(&[header("x-planetscale-signature")], "");

    /// HMAC-SHA-1. Of a batch, only the first event is signed, so set the destination to send single
    /// events.
    SEGMENT("segment", "Segment", Documentation,
        "https://segment.com/docs/connections/destinations/catalog/webhooks/") =
        hex_of_body(&[header("x-signature")], "").algorithm(Algorithm::HmacSha1);

    /// no tolerance is stated.
    STATSIG("statsig", "Statsig", Documentation,
        "https://docs.statsig.com/integrations/event_webhook") =
        version_0(&[header("x-statsig-signature").timestamp("x-statsig-request-timestamp")])
            .timestamp_format(TimestampFormat::Millis);

    /// the id is the nonce of an attempt, so it tells a delivery that was captured from one that is
    /// new, and not a retry from the first attempt: for that, `deliveryId` is in the body.
    XQUIK("xquik", "Xquik", Documentation,
        "https://github.com/Xquik-dev/x-twitter-scraper/blob/HEAD/skills/x-twitter-scraper/references/webhooks.md") =
        hex_of_body(
            &[header("x-xquik-signature").id("x-xquik-nonce").timestamp("x-xquik-timestamp")],
            "sha256=",
        )
        .signed(&[
            Part::Timestamp,
            Part::Literal("."),
            Part::Id,
            Part::Literal("."),
            Part::Body,
        ])
        .timestamp_format(TimestampFormat::Millis);
}
