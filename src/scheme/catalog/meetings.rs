//! Calendars, calls and their recordings.

use crate::scheme::layout::Layout;
use std::time::Duration;

use crate::scheme::catalog::shapes::{
    SVIX, WEBHOOK, base64_of_body, header, hex_of_body, listed, presets, standard, version_0,
};
use crate::scheme::handshake::Handshake;
use crate::scheme::timestamp::Tolerance;

presets! {
    /// # Meetings
    ///
    /// Calendars, calls and their recordings.
    MEETINGS

    /// the key is the API key. The body is a form.
    ACUITY("acuity", "Acuity Scheduling", Library,
        "https://developers.acuityscheduling.com/docs/webhooks") =
        base64_of_body(&[header("x-acuity-signature")], "");

    /// the tolerance of 3 minutes is that of Calendly's own sample.
    CALENDLY("calendly", "Calendly", ThirdParty,
        "https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures") =
        listed(&[header("calendly-webhook-signature")])
            .tolerance(Tolerance::symmetric(Duration::from_secs(180)));

    CAL_COM("cal-com", "Cal.com", Library,
        "https://cal.com/docs/developing/guides/automation/webhooks") =
        hex_of_body(&[header("x-cal-signature-256")], "");

    FATHOM_VIDEO("fathom-video", "Fathom", Library,
        "https://developers.fathom.ai/api-reference/webhook-payloads/new-meeting-content-ready") =
        standard();

    FIREFLIES("fireflies", "Fireflies.ai", ThirdParty,
        "https://docs.fireflies.ai/graphql-api/webhooks") =
        hex_of_body(&[header("x-hub-signature")], "sha256=");

    GRANOLA("granola", "Granola", ThirdParty,
        "https://docs.granola.ai") =
        standard();

    /// Standard Webhooks; older accounts get the `svix-*` headers.
    RECALL_AI("recall-ai", "Recall.ai", Library,
        "https://docs.recall.ai/docs/authenticating-requests-from-recallai") =
        standard().headers(&[WEBHOOK, SVIX]);

    SAVVYCAL("savvycal", "SavvyCal", Documentation,
        "https://developers.savvycal.com/webhooks") =
        hex_of_body(&[header("x-savvycal-signature")], "sha256=");

    /// the tolerance of a minute is that of Whereby's own sample.
    WHEREBY("whereby", "Whereby", Documentation,
        "https://docs.whereby.com/whereby-101/webhooks") =
        listed(&[header("whereby-signature")])
            .tolerance(Tolerance::symmetric(Duration::from_secs(60)));

    /// no tolerance is stated.
    ///
    /// Zoom also asks a new endpoint to sign a token (`endpoint.url_validation`). That request is
    /// signed like any other, and answering it is up to the handler.
    ZOOM("zoom", "Zoom", Library,
        "https://developers.zoom.us/docs/api/webhooks/") =
        version_0(&[header("x-zm-signature").timestamp("x-zm-request-timestamp")])
            .handshake(&Handshake::ZOOM);

    /// a signature for each client secret, with commas between.
    CRONOFY("cronofy", "Cronofy", Vector,
        "https://docs.cronofy.com/developers/push-notifications/authentication/") =
        base64_of_body(&[header("cronofy-hmac-sha256")], "").layout(Layout::bare_list(','));
}
