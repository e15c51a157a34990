//! Parcels and vehicles.

use crate::scheme::catalog::shapes::{header, hex_of_body, presets};

presets! {
    /// # Logistics
    ///
    /// Parcels and vehicles.
    LOGISTICS

    /// the key is the secret in the Unicode form NFKD. ASCII already is in that form; for any
    /// other text, pass the normalized bytes to [`Secret::bytes`](crate::Secret::bytes).
    EASYPOST("easypost", "EasyPost", Vector,
        "https://docs.easypost.com/guides/webhooks-guide") =
        hex_of_body(&[header("x-hmac-signature")], "hmac-sha256-hex=");
}
