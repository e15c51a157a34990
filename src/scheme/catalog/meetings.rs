//! Calendars, calls and their recordings.

use crate::scheme::layout::Layout;
use std::time::Duration;

use crate::scheme::catalog::shapes::{
    base64_of_body, header, hex_of_body, listed, presets, version_0,
};
use crate::scheme::handshake::Handshake;
use crate::scheme::timestamp::Tolerance;

presets! {
    /// # Meetings
    ///
    /// Calendars, calls and their recordings.
    MEETINGS

    CAL_COM("cal-com", "Cal.com", ThirdParty,
        "https://cal.com/docs/developing/guides/automation/webhooks") =
        hex_of_body(&[header("x-cal-signature-256")], "");

    /// the tolerance of 3 minutes is that of Calendly's own sample.
    CALENDLY("calendly", "Calendly", ThirdParty,
        "https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures") =
        listed(&[header("calendly-webhook-signature")])
            .tolerance(Tolerance::symmetric(Duration::from_secs(180)));

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
