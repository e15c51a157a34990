//! Subscriptions, invoices and accounts.

use std::time::Duration;

use crate::scheme::catalog::shapes::{
    base64_of_body, custom, header, hex_of_body, presets, standard,
};
use crate::scheme::key_format::KeyFormat;
use crate::scheme::layout::Layout;
use crate::scheme::part::Part;
use crate::scheme::timestamp::Tolerance;

presets! {
    /// # Billing
    ///
    /// Subscriptions, invoices and accounts.
    BILLING

    LEMON_SQUEEZY("lemon-squeezy", "Lemon Squeezy", ThirdParty,
        "https://docs.lemonsqueezy.com/help/webhooks/signing-requests") =
        hex_of_body(&[header("x-signature")], "");

    /// a tolerance of 5 seconds in the past. Paddle states no bound for the future; the preset has
    /// the default one.
    PADDLE("paddle", "Paddle Billing", Vector,
        "https://developer.paddle.com/webhooks/about/signature-verification") =
        custom(&[header("paddle-signature")])
            .layout(Layout::list(';', '=', "h1").timestamp_key("ts"))
            .signed(&[Part::Timestamp, Part::Literal(":"), Part::Body])
            .tolerance(Tolerance::new(Duration::from_secs(5), Duration::from_secs(300)));

    /// the whole secret is the key, whatever it begins with.
    POLAR("polar", "Polar", Library,
        "https://github.com/polarsource/polar") =
        standard().key_format(KeyFormat::Utf8);

    /// its intent-to-receive check expects 401 for a wrong signature, which is what a layer
    /// answers.
    XERO("xero", "Xero", ThirdParty,
        "https://developer.xero.com/documentation/guides/webhooks/overview/") =
        base64_of_body(&[header("x-xero-signature")], "");
}
