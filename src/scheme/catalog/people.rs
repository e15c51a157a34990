//! Recruiting, payroll and personnel.

use crate::scheme::catalog::shapes::{custom, header, hex_of_body, presets, standard};
use crate::scheme::handshake::Handshake;
use crate::scheme::key_format::KeyFormat;
use crate::scheme::part::Part;

presets! {
    /// # People
    ///
    /// Recruiting, payroll and personnel.
    PEOPLE

    /// the ping of a new webhook may come unsigned.
    ASHBY("ashby", "Ashby", Documentation,
        "https://developers.ashbyhq.com/docs/authenticating-webhooks") =
        hex_of_body(&[header("ashby-signature")], "sha256=");

    /// the key is the private key of the webhook. No tolerance is stated.
    BAMBOOHR("bamboohr", "BambooHR", ThirdParty,
        "https://documentation.bamboohr.com/docs/webhooks") =
        custom(&[header("x-bamboohr-signature").timestamp("x-bamboohr-timestamp")])
            .signed(&[Part::Body, Part::Timestamp]);

    /// the key is the API key, or the client secret of a partner.
    CHECKR("checkr", "Checkr", Vector,
        "https://github.com/checkr/webhook-verification-examples") =
        hex_of_body(&[header("x-checkr-signature")], "");

    /// the key is the signing key. The word `POST` is signed in front of the body.
    DEEL("deel", "Deel", Documentation,
        "https://developer.deel.com/docs/webhooks") =
        custom(&[header("x-deel-signature")]).signed(&[Part::Literal("POST"), Part::Body]);

    /// Standard Webhooks with headers of its own, and a secret in base64 without `whsec_`.
    FINCH("finch", "Finch", Vector,
        "https://developer.tryfinch.com/developer-resources/Webhooks") =
        standard().headers(&[header("finch-signature").id("finch-event-id").timestamp("finch-timestamp")])
            .key_format(KeyFormat::Base64);

    /// a space divides `sha256` from the signature. The ping of a new webhook has to be answered with
    /// 2xx. It sends again after a 4xx too, seven times in 15 hours.
    GREENHOUSE("greenhouse", "Greenhouse", Documentation,
        "https://developers.greenhouse.io/webhooks.html") =
        hex_of_body(&[header("signature")], "sha256 ").delivery_header("greenhouse-event-id");

    /// the key is the verification token of the subscription.
    GUSTO("gusto", "Gusto", ThirdParty,
        "https://docs.gusto.com/embedded-payroll/docs/webhooks") =
        hex_of_body(&[header("x-gusto-signature")], "").handshake(&Handshake::GUSTO);

    /// the key is the API token of the account.
    WORKABLE("workable", "Workable", ThirdParty,
        "https://workable.readme.io/reference/webhooks") =
        hex_of_body(&[header("x-workable-signature")], "");
}
