//! Email and newsletters.

use crate::scheme::catalog::shapes::{
    SVIX, custom, ecdsa_of, form, header, hex_of_body, presets, standard,
};
use crate::scheme::handshake::Handshake;
use crate::scheme::layout::Layout;
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
    MANDRILL("mandrill", "Mailchimp Transactional", Documentation,
        "https://mandrill.zendesk.com/hc/en-us/articles/205583257-How-to-Authenticate-Webhook-Requests") =
        form(&[header("x-mandrill-signature")]).handshake(&Handshake::MANDRILL);

    /// sent through Svix.
    AGENTMAIL("agentmail", "AgentMail", Documentation,
        "https://docs.agentmail.to/webhook-verification") =
        standard().headers(&[SVIX]).retries(Retries::Fresh);

    EMAILIT("emailit", "Emailit", Documentation,
        "https://emailit.com/docs/webhooks/request-signature/") =
        custom(&[header("x-emailit-signature").timestamp("x-emailit-timestamp")])
            .signed(&[Part::Timestamp, Part::Literal("."), Part::Body])
            .retries(Retries::Fresh);

    MAILTRAP("mailtrap", "Mailtrap", Vector,
        "https://help.mailtrap.io/article/102-webhooks") =
        hex_of_body(&[header("mailtrap-signature")], "");

    /// the key is the secret of the webhook; in version 2, the client secret. With compressed delivery,
    /// verify the bytes as they were sent, before anything decompresses them.
    NYLAS("nylas", "Nylas", Library,
        "https://developer.nylas.com/docs/v3/notifications/") =
        hex_of_body(&[header("x-nylas-signature")], "").handshake(&Handshake::NYLAS);

    /// sent through Svix.
    RESEND("resend", "Resend", Library,
        "https://resend.com/docs/webhooks/verify-webhooks-requests") =
        standard().headers(&[SVIX]).retries(Retries::Fresh);

    XOBNI("xobni", "Xobni", Documentation,
        "https://www.xobni.ai/docs/webhooks/security") =
        custom(&[header("x-xobni-signature").timestamp("x-xobni-timestamp")])
            .layout(Layout::single("sha256="))
            .signed(&[Part::Timestamp, Part::Literal("."), Part::Body]);

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
