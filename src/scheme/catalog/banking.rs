//! Accounts, cards that are issued, and transfers.

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{
    base64_of_body, custom, header, hex_of_body, listed, presets, standard,
};
use crate::scheme::key_format::KeyFormat;
use crate::scheme::layout::Layout;
use crate::scheme::part::Part;

presets! {
    /// # Banking
    ///
    /// Accounts, cards that are issued, and transfers.
    BANKING

    FINTOC("fintoc", "Fintoc", Documentation,
        "https://docs.fintoc.com/docs/webhooks-walkthrough") =
        listed(&[header("fintoc-signature")]);

    /// Standard Webhooks. The secret may be chosen; without `whsec_`, it is the key as it stands.
    INCREASE("increase", "Increase", Library,
        "https://increase.com/documentation/webhooks") =
        standard().key_format(KeyFormat::WhsecOrUtf8);

    LITHIC("lithic", "Lithic", Vector,
        "https://docs.lithic.com/docs/events-api") =
        standard();

    MODERN_TREASURY("modern-treasury", "Modern Treasury", Vector,
        "https://docs.moderntreasury.com/platform/reference/webhooks") =
        hex_of_body(&[header("x-signature")], "");

    /// the key is the secret of the API. No tolerance is stated.
    PINWHEEL("pinwheel", "Pinwheel", Documentation,
        "https://docs.pinwheelapi.com/docs/webhook-signature-verification") =
        custom(&[header("x-pinwheel-signature").timestamp("x-timestamp")])
            .layout(Layout::single("v2="))
            .signed(&[Part::Literal("v2:"), Part::Timestamp, Part::Literal(":"), Part::Body]);

    /// one signature for each active secret.
    TELLER("teller", "Teller", ThirdParty,
        "https://teller.io/docs/api/webhooks") =
        listed(&[header("teller-signature")]);

    /// HMAC-SHA-1. The key is the token of the webhook.
    UNIT("unit", "Unit", Library,
        "https://docs.unit.co/webhooks/#securing-your-webhooks") =
        base64_of_body(&[header("x-unit-signature")], "").algorithm(Algorithm::HmacSha1);
}
