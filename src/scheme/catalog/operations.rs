//! Errors, alerts and incidents.

use crate::scheme::catalog::shapes::{custom, header, hex_of_body, presets};
use crate::scheme::layout::Layout;
use crate::scheme::part::Part;

presets! {
    /// # Operations
    ///
    /// Errors, alerts and incidents.
    OPERATIONS

    /// a list with one signature for each valid secret.
    PAGERDUTY("pagerduty", "PagerDuty, version 3", Library,
        "https://developer.pagerduty.com/docs/verifying-webhook-signatures") =
        custom(&[header("x-pagerduty-signature")]).layout(Layout::list(',', '=', "v1"));

    /// the key is the client secret.
    SENTRY("sentry", "Sentry's integration platform", ThirdParty,
        "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/") =
        hex_of_body(&[header("sentry-hook-signature")], "");

    /// cameras and doors: the time and then the signature, with `|` between. Answer within two seconds.
    VERKADA("verkada", "Verkada", ThirdParty,
        "https://apidocs.verkada.com/reference/securing-webhooks") =
        custom(&[header("verkada-signature")])
            .layout(Layout::bare_list('|').timestamp_first())
            .signed(&[Part::Body, Part::Literal("|"), Part::Timestamp]);
}
