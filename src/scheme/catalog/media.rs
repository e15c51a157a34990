//! Videos, pictures and publishing.

use std::time::Duration;

use crate::scheme::catalog::shapes::{
    base64_of_body, custom, header, hex_of_body, listed, presets, standard, version_0,
};
use crate::scheme::encoding::Encoding;
use crate::scheme::handshake::Handshake;
use crate::scheme::key_format::KeyFormat;
use crate::scheme::layout::Layout;
use crate::scheme::part::{IdShape, Part};
use crate::scheme::retries::Retries;
use crate::scheme::timestamp::{TimestampFormat, Tolerance};

presets! {
    /// # Media
    ///
    /// Videos, pictures and publishing.
    MEDIA

    /// POST requests, of which the path below the base URL is signed: mount the layer inside of what
    /// takes the base off, as axum's `nest` does. Its GET requests sign the query.
    CANVA("canva", "Canva", Documentation,
        "https://www.canva.dev/docs/extensions/backend-development/verify-request/verify-post-request-signature/") =
        custom(&[header("x-canva-signatures").timestamp("x-canva-timestamp")])
            .layout(Layout::bare_list(','))
            .signed(&[
                Part::Literal("v1:"),
                Part::Timestamp,
                Part::Literal(":"),
                Part::Path,
                Part::Literal(":"),
                Part::Body,
            ])
            .key_format(KeyFormat::Base64);

    /// no tolerance is stated.
    CLOUDFLARE_STREAM("cloudflare-stream", "Cloudflare Stream", Documentation,
        "https://developers.cloudflare.com/stream/manage-video-library/using-webhooks/") =
        listed(&[header("webhook-signature")])
            .layout(Layout::list(',', '=', "sig1").timestamp_key("time"));

    EDITFRAME("editframe", "Editframe", Documentation,
        "https://editframe.com/skills/webhooks/security.md") =
        hex_of_body(&[header("x-webhook-signature")], "");

    FASTPIX("fastpix", "FastPix", Library,
        "https://pkg.go.dev/github.com/FastPix/fastpix-go/examples/verify-webhook") =
        base64_of_body(&[header("fastpix-signature")], "").key_format(KeyFormat::Base64);

    FRAME_IO("frame-io", "Frame.io", Library,
        "https://github.com/Frameio/webhooks-example-app") =
        version_0(&[header("x-frameio-signature").timestamp("x-frameio-request-timestamp")]);

    /// the headers of the first attempt are those of the five that follow it, within a minute. The
    /// answer has to arrive within 2 seconds, and 410 deletes the webhook.
    GHOST("ghost", "Ghost", Library,
        "https://docs.ghost.org/webhooks") =
        custom(&[header("x-ghost-signature")])
            .layout(Layout::list(',', '=', "sha256").timestamp_key("t").spaced())
            .signed(&[Part::Body, Part::Timestamp])
            .timestamp_format(TimestampFormat::Millis)
            .retries(Retries::First);

    /// Standard Webhooks, as of version 7 of its libraries, but the whole `whsec_…` text is the key. An
    /// older webhook signs in `x-ik-signature`, and is not covered.
    IMAGEKIT("imagekit", "ImageKit", Library,
        "https://imagekit.io/docs/webhooks") =
        standard().key_format(KeyFormat::Utf8);

    KONTENT_AI("kontent-ai", "Kontent.ai", Vector,
        "https://kontent.ai/learn/docs/webhooks/webhooks/javascript") =
        base64_of_body(&[header("x-kontent-ai-signature")], "");

    MUX("mux", "Mux", Vector,
        "https://www.mux.com/docs/core/verify-webhook-signatures") =
        listed(&[header("mux-signature")]);

    /// a timestamp in milliseconds, and signatures in base64url. Sanity states no tolerance.
    SANITY("sanity", "Sanity", Vector,
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

    UPLOADCARE("uploadcare", "Uploadcare", Vector,
        "https://uploadcare.com/docs/webhooks/") =
        hex_of_body(&[header("x-uc-signature")], "v1=");

    /// the key is the secret of the webhook; for one that an app has made, the app's client secret.
    WEBFLOW("webflow", "Webflow", Library,
        "https://developers.webflow.com/data/docs/working-with-webhooks") =
        custom(&[header("x-webflow-signature").timestamp("x-webflow-timestamp")])
            .signed(&[Part::Timestamp, Part::Literal(":"), Part::Body])
            .timestamp_format(TimestampFormat::Millis);

    WISTIA("wistia", "Wistia", Documentation,
        "https://docs.wistia.com/docs/webhooks") =
        hex_of_body(&[header("x-wistia-signature")], "");
}
