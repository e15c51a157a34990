//! Email and newsletters.

use crate::scheme::catalog::shapes::{SVIX, presets, standard};
use crate::scheme::retries::Retries;

presets! {
    /// # Email
    ///
    /// Email and newsletters.
    EMAIL

    /// sent through Svix.
    RESEND("resend", "Resend", Library,
        "https://resend.com/docs/webhooks/verify-webhooks-requests") =
        standard().headers(&[SVIX]).retries(Retries::Fresh);
}
