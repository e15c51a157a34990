//! Videos, pictures and publishing.

use std::time::Duration;

use crate::scheme::catalog::shapes::{custom, header, listed, presets};
use crate::scheme::encoding::Encoding;
use crate::scheme::handshake::Handshake;
use crate::scheme::layout::Layout;
use crate::scheme::part::{IdShape, Part};
use crate::scheme::timestamp::{TimestampFormat, Tolerance};

presets! {
    /// # Media
    ///
    /// Videos, pictures and publishing.
    MEDIA

    MUX("mux", "Mux", Library,
        "https://www.mux.com/docs/core/verify-webhook-signatures") =
        listed(&[header("mux-signature")]);

    /// a timestamp in milliseconds, and signatures in base64url. Sanity states no tolerance.
    SANITY("sanity", "Sanity", Library,
        "https://github.com/sanity-io/webhook-toolkit") =
        listed(&[header("sanity-webhook-signature")])
            .encoding(Encoding::Base64Url)
            .timestamp_format(TimestampFormat::Millis);

    /// a tolerance of 10 minutes.
    ///
    /// Id and time are signed with nothing between, so an id with anything but the letters, digits
    /// and dashes of Twitch's ids (or `_` and `=`) is rejected.
    TWITCH("twitch", "Twitch EventSub", Library,
        "https://dev.twitch.tv/docs/eventsub/handling-webhook-events") =
        custom(&[header("twitch-eventsub-message-signature")
            .id("twitch-eventsub-message-id")
            .timestamp("twitch-eventsub-message-timestamp")])
        .layout(Layout::single("sha256="))
        .timestamp_format(TimestampFormat::Rfc3339)
        .signed(&[Part::Id, Part::Timestamp, Part::Body])
        .id_shape(IdShape::UrlSafe)
        .tolerance(Tolerance::symmetric(Duration::from_secs(600)))
        .handshake(&Handshake::TWITCH);
}
