//! Errors, alerts and incidents.

use crate::scheme::catalog::shapes::{custom, header, hex_of_body, presets};
use crate::scheme::layout::Layout;

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
}
