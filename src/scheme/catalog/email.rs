//! Email and newsletters.

use crate::scheme::catalog::shapes::{SVIX, form, header, presets, standard};
use crate::scheme::retries::Retries;

presets! {
    /// # Email
    ///
    /// Email and newsletters.
    EMAIL

    /// the key is the webhook's own, and what is signed is the URL as it is registered and the field
    /// `mandrill_events` of the form. Mandrill checks a new URL with a `HEAD` request, and then with a
    /// delivery that it signs with the key `test-webhook`.
    MANDRILL("mandrill", "Mailchimp Transactional", ThirdParty,
        "https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/") =
        form(&[header("x-mandrill-signature")]);

    /// sent through Svix.
    RESEND("resend", "Resend", Library,
        "https://resend.com/docs/webhooks/verify-webhooks-requests") =
        standard().headers(&[SVIX]).retries(Retries::Fresh);
}
