//! Email and newsletters.

use crate::scheme::catalog::shapes::{SVIX, presets, standard};

presets! {
    /// # Email
    ///
    /// Email and newsletters.
    EMAIL

    /// by way of Svix.
    RESEND("resend", "Resend", Library,
        "https://resend.com/docs/webhooks/verify-webhooks-requests") =
        standard().headers(&[SVIX]);
}
