//! An id, a timestamp and the body are signed: a retry can be told from a new delivery.

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

const WEBHOOK: HeaderNames =
    HeaderNames::new("webhook-signature").id("webhook-id").timestamp("webhook-timestamp");
const SVIX: HeaderNames =
    HeaderNames::new("svix-signature").id("svix-id").timestamp("svix-timestamp");

/// `v1` is HMAC-SHA-256, `v1a` is Ed25519.
const VERSIONS: Layout = Layout::list(' ', ',', "v1").more_versions(&[("v1a", Algorithm::Ed25519)]);

/// `{id}.{timestamp}.{body}`, in the headers of Standard Webhooks.
const fn standard(name: &'static str) -> SchemeBuilder {
    Scheme::custom(name)
        .headers(&[WEBHOOK])
        .layout(Layout::list(' ', ',', "v1"))
        .encoding(Encoding::Base64)
        .signed(&[Part::Id, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body])
        .key_format(KeyFormat::Whsec)
}

impl Scheme {
    /// [Standard Webhooks](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md):
    /// the `webhook-*` headers, or the `svix-*` ones of the senders that came before the
    /// specification. The specification names no tolerance; its libraries have 5 minutes.
    ///
    /// The asymmetric `v1a` signatures, of which the first 11 of a request are looked at, are
    /// verified with `whpk_` keys, which need the feature `ed25519`.
    pub const STANDARD: Self = standard("standard-webhooks")
        .headers(&[WEBHOOK, SVIX])
        .layout(VERSIONS)
        .documentation(
            "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
            Evidence::Vector,
        )
        .build();

    /// [Svix](https://docs.svix.com/receiving/verifying-payloads/how/): the `svix-*` headers, or
    /// the `webhook-*` ones of a white-labelled sender; `v1a` as in [`Scheme::STANDARD`].
    pub const SVIX: Self = standard("svix")
        .headers(&[SVIX, WEBHOOK])
        .layout(VERSIONS)
        .documentation("https://docs.svix.com/receiving/verifying-payloads/how/", Evidence::Vector)
        .build();

    /// [Velt's advanced webhooks](https://velt.dev/docs/webhooks/advanced).
    ///
    /// Velt's basic webhooks are not signed; its approval engine is [`Scheme::VELT_APPROVAL`]. A
    /// payload that Velt encodes or encrypts is signed as it is sent, so verify first and decode
    /// afterwards.
    pub const VELT: Self = standard("velt")
        .documentation("https://velt.dev/docs/webhooks/advanced", Evidence::Vector)
        .build();

    /// [Clerk](https://clerk.com/docs/webhooks/sync-data), by way of Svix.
    pub const CLERK: Self = standard("clerk")
        .headers(&[SVIX])
        .documentation("https://clerk.com/docs/webhooks/sync-data", Evidence::Library)
        .build();

    /// [GitLab](https://docs.gitlab.com/user/project/integrations/webhooks/): the signed
    /// deliveries of its signing tokens. The older `X-Gitlab-Token` is a password, not a signature.
    pub const GITLAB: Self = standard("gitlab")
        .documentation(
            "https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944",
            Evidence::Documentation,
        )
        .build();

    /// [OpenAI](https://github.com/openai/openai-python/blob/main/src/openai/lib/_webhooks.py): a
    /// secret without `whsec_` is the key as it stands.
    pub const OPENAI: Self = standard("openai")
        .key_format(KeyFormat::WhsecOrUtf8)
        .documentation(
            "https://github.com/openai/openai-python/blob/main/src/openai/lib/_webhooks.py",
            Evidence::Vector,
        )
        .build();

    /// [Polar](https://github.com/polarsource/polar): the whole secret is the key, whatever it
    /// begins with.
    pub const POLAR: Self = standard("polar")
        .key_format(KeyFormat::Utf8)
        .documentation("https://github.com/polarsource/polar", Evidence::Library)
        .build();

    /// [Resend](https://resend.com/docs/webhooks/verify-webhooks-requests), by way of Svix.
    pub const RESEND: Self = standard("resend")
        .headers(&[SVIX])
        .documentation(
            "https://resend.com/docs/webhooks/verify-webhooks-requests",
            Evidence::Library,
        )
        .build();

    /// [Twitch EventSub](https://dev.twitch.tv/docs/eventsub/handling-webhook-events): 10 minutes.
    pub const TWITCH: Self = Self::custom("twitch")
        .headers(&[HeaderNames::new("twitch-eventsub-message-signature")
            .id("twitch-eventsub-message-id")
            .timestamp("twitch-eventsub-message-timestamp")])
        .layout(Layout::single("sha256="))
        .timestamp_format(TimestampFormat::Rfc3339)
        .signed(&[Part::Id, Part::Timestamp, Part::Body])
        .tolerance(Tolerance::symmetric(Duration::from_secs(600)))
        .documentation(
            "https://dev.twitch.tv/docs/eventsub/handling-webhook-events",
            Evidence::Library,
        )
        .build();
}
