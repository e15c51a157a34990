//! The URL that was called is signed too, so the verifier has to know it.

use crate::crypto::Algorithm;
use crate::scheme::Scheme;
use crate::scheme::encoding::Encoding;
use crate::scheme::evidence::Evidence;
use crate::scheme::header::HeaderNames;
use crate::scheme::part::Part;
use crate::scheme::timestamp::TimestampFormat;

impl Scheme {
    /// [HubSpot, version 3](https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation):
    /// method, URL, body and milliseconds, with the app's client secret. 5 minutes.
    ///
    /// The URL is signed as it is called. HubSpot decodes some percent-encoded characters before
    /// it signs; a URL that has none of them avoids the question.
    pub const HUBSPOT_V3: Self = Self::custom("hubspot-v3")
        .headers(&[HeaderNames::new("x-hubspot-signature-v3")
            .timestamp("x-hubspot-request-timestamp")])
        .encoding(Encoding::Base64)
        .timestamp_format(TimestampFormat::Millis)
        .signed(&[Part::Method, Part::Url, Part::Body, Part::Timestamp])
        .documentation(
            "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation",
            Evidence::Library,
        )
        .build();

    /// [Square](https://developer.squareup.com/docs/webhooks/step3validate): URL and body.
    pub const SQUARE: Self = Self::custom("square")
        .headers(&[HeaderNames::new("x-square-hmacsha256-signature")])
        .encoding(Encoding::Base64)
        .signed(&[Part::Url, Part::Body])
        .documentation(
            "https://developer.squareup.com/docs/webhooks/step3validate",
            Evidence::Vector,
        )
        .build();

    /// [Trello](https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/): body and
    /// callback URL, HMAC-SHA-1 with the application's secret. Rests on third-party sources.
    pub const TRELLO: Self = Self::custom("trello")
        .headers(&[HeaderNames::new("x-trello-webhook")])
        .algorithm(Algorithm::HmacSha1)
        .encoding(Encoding::Base64)
        .signed(&[Part::Body, Part::Url])
        .documentation(
            "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/",
            Evidence::ThirdParty,
        )
        .build();
}
