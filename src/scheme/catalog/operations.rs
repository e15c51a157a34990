//! Errors, alerts and incidents.

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{
    SVIX, WEBHOOK, base64_of_body, custom, header, hex_of_body, presets, standard,
};
use crate::scheme::layout::Layout;
use crate::scheme::part::Part;
use crate::scheme::retries::Retries;

presets! {
    /// # Operations
    ///
    /// Errors, alerts and incidents.
    OPERATIONS

    /// HMAC-SHA-1, in base64.
    AUTOTASK("autotask", "Autotask", Documentation,
        "https://www.autotask.net/help/developerhelp/Content/APIs/Webhooks/SecretKeyPayloadVerification.htm") =
        base64_of_body(&[header("x-hook-signature")], "sha1=").algorithm(Algorithm::HmacSha1);

    FIREHYDRANT("firehydrant", "FireHydrant", Documentation,
        "https://docs.firehydrant.com/docs/runbook-step-send-a-webhook") =
        hex_of_body(&[header("fh-signature")], "");

    /// the header by default, or that of older versions. Where a contact point is set to another one,
    /// or to send a time, [describe it](Scheme::custom): with a time, `{time}:{body}` is signed.
    GRAFANA("grafana", "Grafana Alerting", Library,
        "https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/") =
        hex_of_body(&[header("x-grafana-alerting-signature"), header("x-grafana-alert-signature")], "");

    /// sent through Svix.
    INCIDENT_IO("incident-io", "incident.io", Documentation,
        "https://docs.incident.io/api-reference/webhooks") =
        standard().headers(&[WEBHOOK, SVIX]).retries(Retries::Fresh);

    /// a list with one signature for each valid secret.
    PAGERDUTY("pagerduty", "PagerDuty, version 3", Vector,
        "https://developer.pagerduty.com/docs/verifying-webhook-signatures") =
        custom(&[header("x-pagerduty-signature")]).layout(Layout::list(',', '=', "v1"));

    /// unlike the others of this form, it signs no dot between time and body.
    ROOTLY("rootly", "Rootly", Documentation,
        "https://docs.rootly.com/configuration/webhooks") =
        custom(&[header("x-rootly-signature")])
            .layout(Layout::list(',', '=', "v1").timestamp_key("t"))
            .signed(&[Part::Timestamp, Part::Body]);

    /// the key is the client secret.
    SENTRY("sentry", "Sentry's integration platform", Library,
        "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/") =
        hex_of_body(&[header("sentry-hook-signature")], "");

    /// cameras and doors: the time and then the signature, with `|` between. Answer within two seconds.
    VERKADA("verkada", "Verkada", Documentation,
        "https://apidocs.verkada.com/reference/securing-webhooks") =
        custom(&[header("verkada-signature")])
            .layout(Layout::bare_list('|').timestamp_first())
            .signed(&[Part::Body, Part::Literal("|"), Part::Timestamp]);
}
