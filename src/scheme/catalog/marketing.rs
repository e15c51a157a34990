//! Campaigns, newsletters and links.

use crate::scheme::catalog::shapes::{header, hex_of_body, presets, standard};

presets! {
    /// # Marketing
    ///
    /// Campaigns, newsletters and links.
    MARKETING

    DUB("dub", "Dub", Library,
        "https://dub.co/docs/api-reference/webhooks/verify-webhook") =
        hex_of_body(&[header("dub-signature")], "");

    LOOPS("loops", "Loops", ThirdParty,
        "https://loops.so/docs/webhooks") =
        standard();
}
