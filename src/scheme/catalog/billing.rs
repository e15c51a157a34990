//! Subscriptions, invoices and accounts.

use crate::scheme::catalog::shapes::{
    SVIX, base64_of_body, custom, header, hex_of_body, listed, presets, standard,
};
use crate::scheme::key_format::KeyFormat;
use crate::scheme::layout::Layout;
use crate::scheme::part::Part;
use crate::scheme::retries::Retries;
use crate::scheme::timestamp::TimestampFormat;

presets! {
    /// # Billing
    ///
    /// Subscriptions, invoices and accounts.
    BILLING

    /// no tolerance is stated.
    BILLIT("billit", "Billit", Documentation,
        "https://docs.accesspoint.billit.eu/docs/webhooks-signature") =
        listed(&[header("billit-signature")])
            .layout(Layout::list(',', '=', "s").timestamp_key("t"));

    /// the key is the shared key of the site.
    CHARGIFY("chargify", "Maxio Advanced Billing (Chargify)", Documentation,
        "https://docs.maxio.com/hc/en-us/articles/24266136649869") =
        hex_of_body(&[header("x-chargify-webhook-signature-hmac-sha-256")], "")
            .delivery_header("x-chargify-webhook-id");

    /// one request has several events.
    FASTSPRING("fastspring", "FastSpring", Documentation,
        "https://developer.fastspring.com/docs/message-security") =
        base64_of_body(&[header("x-fs-signature")], "");

    /// sent through Svix.
    FLEXPRICE("flexprice", "Flexprice Cloud", Documentation,
        "https://docs.flexprice.io/developers/webhooks/signature-verification") =
        standard().headers(&[SVIX]).retries(Retries::Fresh);

    /// set the signature of the webhook to HMAC: by default it is a JWT, which is not covered. The key
    /// is the HMAC key of the organization, a UUID. It sends again after a 4xx too, up to three times.
    LAGO("lago", "Lago", Library,
        "https://docs.getlago.com/guide/webhooks") =
        base64_of_body(&[header("x-lago-signature")], "").delivery_header("x-lago-unique-key");

    LEMON_SQUEEZY("lemon-squeezy", "Lemon Squeezy", Library,
        "https://docs.lemonsqueezy.com/help/webhooks/signing-requests") =
        hex_of_body(&[header("x-signature")], "");

    MEMBERFUL("memberful", "Memberful", ThirdParty,
        "https://memberful.com/help/custom-development-and-api/webhooks/") =
        hex_of_body(&[header("x-memberful-webhook-signature")], "");

    /// Paddle's own libraries reject what is older than 5 seconds, and with it
    /// [deliveries that were only slow](https://github.com/PaddleHQ/paddle-node-sdk/issues/30). Nobody
    /// can move a time that is signed, and a delivery that is sent again is what a
    /// [replay guard](crate::Receiver#method.replay) detects, so the tolerance is 5 minutes. For Paddle's:
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::{Scheme, Tolerance};
    ///
    /// let five_seconds = Tolerance::symmetric(Duration::from_secs(5));
    /// let verifier = Scheme::PADDLE.verifier("pdl_ntfset_example")?.tolerance(five_seconds);
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    PADDLE("paddle", "Paddle Billing", Vector,
        "https://developer.paddle.com/webhooks/about/signature-verification") =
        custom(&[header("paddle-signature")])
            .layout(Layout::list(';', '=', "h1").timestamp_key("ts"))
            .signed(&[Part::Timestamp, Part::Literal(":"), Part::Body]);

    /// for a secret made since 8 September 2026, the key is what the base64 behind `whsec_` spells;
    /// for an older one, it is the whole text, whatever it begins with.
    ///
    /// Nothing in the text tells them apart, so [`Scheme::verifier`] holds both readings, the newer
    /// first, as Polar's own libraries do. Older secrets that begin with `whsec_` are not always
    /// base64; then only the text is the key. [`Scheme::signer`] signs by the newer reading.
    POLAR("polar", "Polar", Library,
        "https://github.com/polarsource/polar/pull/14102") =
        standard().key_format(KeyFormat::WhsecAndUtf8).retries(Retries::Fresh);

    /// the key is the verifier token of the app.
    QUICKBOOKS("quickbooks", "QuickBooks Online", Vector,
        "https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks") =
        base64_of_body(&[header("intuit-signature")], "");

    /// its intent-to-receive check expects 401 for a wrong signature, which is what a layer
    /// answers.
    XERO("xero", "Xero", Library,
        "https://developer.xero.com/documentation/guides/webhooks/overview/") =
        base64_of_body(&[header("x-xero-signature")], "");

    /// `X-Metronome-Date`, or else `Date`, is the time.
    METRONOME("metronome", "Metronome", Vector,
        "https://docs.metronome.com/integrations/webhooks/") =
        custom(&[
            header("metronome-webhook-signature").timestamp("x-metronome-date"),
            header("metronome-webhook-signature").timestamp("date"),
        ])
        .signed(&[Part::Timestamp, Part::Literal("\n"), Part::Body])
        .timestamp_format(TimestampFormat::HttpDate);

    /// the time is in UTC, and does not say so.
    ORB("orb", "Orb", Library,
        "https://docs.withorb.com/integrations-and-exports/webhooks") =
        custom(&[header("x-orb-signature").timestamp("x-orb-timestamp")])
            .layout(Layout::list(' ', '=', "v1"))
            .signed(&[Part::Literal("v1:"), Part::Timestamp, Part::Literal(":"), Part::Body])
            .timestamp_format(TimestampFormat::Iso8601);

    /// the time and then a signature for each key, with commas between.
    RECURLY("recurly", "Recurly", Vector,
        "https://recurly.com/developers/reference/webhooks/") =
        custom(&[header("recurly-signature")])
            .layout(Layout::bare_list(',').timestamp_first())
            .signed(&[Part::Timestamp, Part::Literal("."), Part::Body])
            .timestamp_format(TimestampFormat::Millis);
}
