//! Email and newsletters.

use crate::scheme::catalog::shapes::{SVIX, ecdsa_of, form, header, presets, standard};
use crate::scheme::handshake::Handshake;
use crate::scheme::part::Part;
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
        form(&[header("x-mandrill-signature")]).handshake(&Handshake::MANDRILL);

    /// sent through Svix.
    RESEND("resend", "Resend", Library,
        "https://resend.com/docs/webhooks/verify-webhooks-requests") =
        standard().headers(&[SVIX]).retries(Retries::Fresh);

    /// the Event Webhook, with ECDSA. The key is the verification key of the mail settings. No tolerance is
    /// stated. The body ends with a line break, which is signed too.
    SENDGRID("sendgrid", "SendGrid", Vector,
        "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features") =
        ecdsa_of(
            &[header("x-twilio-email-event-webhook-signature")
                .timestamp("x-twilio-email-event-webhook-timestamp")],
            &[Part::Timestamp, Part::Body],
        );
}
