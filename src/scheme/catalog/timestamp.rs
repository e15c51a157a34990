//! A timestamp and the body are signed: an old delivery can be told, a repeated one cannot.

use std::time::Duration;

use crate::crypto::Algorithm;
use crate::scheme::Scheme;
use crate::scheme::builder::SchemeBuilder;
use crate::scheme::encoding::Encoding;
use crate::scheme::evidence::Evidence;
use crate::scheme::header::HeaderNames;
use crate::scheme::key_format::KeyFormat;
use crate::scheme::layout::Layout;
use crate::scheme::part::Part;
use crate::scheme::timestamp::{TimestampFormat, Tolerance};

/// `{timestamp}.{body}`, with both the timestamp and the signatures in a list of one header.
const fn listed(name: &'static str, headers: &'static [HeaderNames]) -> SchemeBuilder {
    Scheme::custom(name)
        .headers(headers)
        .layout(Layout::list(',', '=', "v1").timestamp_key("t"))
        .signed(&[Part::Timestamp, Part::Literal("."), Part::Body])
}

/// `v0:{timestamp}:{body}`, in two headers.
const fn version_0(name: &'static str, headers: &'static [HeaderNames]) -> SchemeBuilder {
    Scheme::custom(name).headers(headers).layout(Layout::single("v0=")).signed(&[
        Part::Literal("v0:"),
        Part::Timestamp,
        Part::Literal(":"),
        Part::Body,
    ])
}

impl Scheme {
    /// [Box](https://developer.box.com/guides/webhooks/v2/signatures-v2/): a primary and a
    /// secondary key, either of which matches. 10 minutes in the past, none in the future.
    ///
    /// Deliveries are verified as they were received; the second try of Box's own libraries with
    /// an escaped body is not made.
    pub const BOX: Self = Self::custom("box")
        .headers(&[HeaderNames::new("box-signature-primary")
            .more_signatures(&["box-signature-secondary"])
            .timestamp("box-delivery-timestamp")])
        .encoding(Encoding::Base64)
        .timestamp_format(TimestampFormat::Rfc3339)
        .signed(&[Part::Body, Part::Timestamp])
        .tolerance(Tolerance::new(Duration::from_secs(600), Duration::ZERO))
        .documentation(
            "https://developer.box.com/guides/webhooks/v2/signatures-v2/",
            Evidence::Vector,
        )
        .build();

    /// [Calendly](https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures):
    /// 3 minutes, as in its sample. Rests in part on third-party sources.
    pub const CALENDLY: Self =
        listed("calendly", &[HeaderNames::new("calendly-webhook-signature")])
            .tolerance(Tolerance::symmetric(Duration::from_secs(180)))
            .documentation(
                "https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures",
                Evidence::ThirdParty,
            )
            .build();

    /// [Discord](https://discord.com/developers/docs/interactions/overview) interactions and
    /// webhook events: Ed25519 with the application's public key in hexadecimal digits. Discord
    /// states no tolerance.
    pub const DISCORD: Self = Self::custom("discord")
        .headers(&[HeaderNames::new("x-signature-ed25519").timestamp("x-signature-timestamp")])
        .algorithm(Algorithm::Ed25519)
        .signed(&[Part::Timestamp, Part::Body])
        .key_format(KeyFormat::PublicKeyHex)
        .documentation(
            "https://discord.com/developers/docs/interactions/overview",
            Evidence::Library,
        )
        .build();

    /// [Mux](https://www.mux.com/docs/core/verify-webhook-signatures).
    pub const MUX: Self = listed("mux", &[HeaderNames::new("mux-signature")])
        .documentation("https://www.mux.com/docs/core/verify-webhook-signatures", Evidence::Library)
        .build();

    /// [Paddle Billing](https://developer.paddle.com/webhooks/about/signature-verification): 5
    /// seconds in the past. Paddle states no bound on the future; here it is the default one.
    pub const PADDLE: Self = Self::custom("paddle")
        .headers(&[HeaderNames::new("paddle-signature")])
        .layout(Layout::list(';', '=', "h1").timestamp_key("ts"))
        .signed(&[Part::Timestamp, Part::Literal(":"), Part::Body])
        .tolerance(Tolerance::new(Duration::from_secs(5), Duration::from_secs(300)))
        .documentation(
            "https://developer.paddle.com/webhooks/about/signature-verification",
            Evidence::Vector,
        )
        .build();

    /// [Sanity](https://github.com/sanity-io/webhook-toolkit): milliseconds, and base64url. Sanity
    /// states no tolerance.
    pub const SANITY: Self = listed("sanity", &[HeaderNames::new("sanity-webhook-signature")])
        .encoding(Encoding::Base64Url)
        .timestamp_format(TimestampFormat::Millis)
        .documentation("https://github.com/sanity-io/webhook-toolkit", Evidence::Library)
        .build();

    /// [Slack](https://docs.slack.dev/authentication/verifying-requests-from-slack):
    /// `X-Slack-Signature: v0=…` and `X-Slack-Request-Timestamp`.
    pub const SLACK: Self = version_0(
        "slack",
        &[HeaderNames::new("x-slack-signature").timestamp("x-slack-request-timestamp")],
    )
    .documentation(
        "https://docs.slack.dev/authentication/verifying-requests-from-slack",
        Evidence::Library,
    )
    .build();

    /// [Stripe](https://docs.stripe.com/webhooks): `Stripe-Signature: t=…,v1=…`.
    ///
    /// The whole secret is the key, with its `whsec_` in front: it only looks like that of
    /// Standard Webhooks.
    pub const STRIPE: Self = listed("stripe", &[HeaderNames::new("stripe-signature")])
        .documentation("https://docs.stripe.com/webhooks", Evidence::Vector)
        .build();

    /// [Telnyx](https://developers.telnyx.com/development/api-fundamentals/webhooks/receiving-webhooks):
    /// Ed25519 with the account's public key in base64.
    pub const TELNYX: Self = Self::custom("telnyx")
        .headers(&[HeaderNames::new("telnyx-signature-ed25519").timestamp("telnyx-timestamp")])
        .algorithm(Algorithm::Ed25519)
        .encoding(Encoding::Base64)
        .signed(&[Part::Timestamp, Part::Literal("|"), Part::Body])
        .key_format(KeyFormat::PublicKeyBase64)
        .documentation(
            "https://developers.telnyx.com/development/api-fundamentals/webhooks/receiving-webhooks",
            Evidence::Library,
        )
        .build();

    /// [WorkOS](https://workos.com/docs/events/data-syncing/webhooks): milliseconds, 3 minutes.
    pub const WORKOS: Self = listed("workos", &[HeaderNames::new("workos-signature")])
        .timestamp_format(TimestampFormat::Millis)
        .tolerance(Tolerance::symmetric(Duration::from_secs(180)))
        .documentation("https://workos.com/docs/events/data-syncing/webhooks", Evidence::Library)
        .build();

    /// [Zendesk](https://developer.zendesk.com/documentation/webhooks/verifying/): RFC 3339.
    /// Zendesk states no tolerance.
    pub const ZENDESK: Self = Self::custom("zendesk")
        .headers(&[HeaderNames::new("x-zendesk-webhook-signature")
            .timestamp("x-zendesk-webhook-signature-timestamp")])
        .encoding(Encoding::Base64)
        .timestamp_format(TimestampFormat::Rfc3339)
        .signed(&[Part::Timestamp, Part::Body])
        .documentation(
            "https://developer.zendesk.com/documentation/webhooks/verifying/",
            Evidence::Documentation,
        )
        .build();

    /// [Zoom](https://developers.zoom.us/docs/api/webhooks/). Zoom states no tolerance.
    ///
    /// Zoom also asks a new endpoint to sign a token (`endpoint.url_validation`); that request is
    /// signed like any other, and answering it is the handler's work.
    pub const ZOOM: Self = version_0(
        "zoom",
        &[HeaderNames::new("x-zm-signature").timestamp("x-zm-request-timestamp")],
    )
    .documentation("https://developers.zoom.us/docs/api/webhooks/", Evidence::Library)
    .build();
}
