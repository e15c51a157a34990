//! Files, forms and electronic signatures.

use std::time::Duration;

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{
    base64_of_body, custom, header, hex_of_body, presets, standard,
};
use crate::scheme::encoding::Encoding;
use crate::scheme::handshake::Handshake;
use crate::scheme::part::Part;
use crate::scheme::timestamp::{TimestampFormat, Tolerance};

presets! {
    /// # Documents
    ///
    /// Files, forms and electronic signatures.
    DOCUMENTS

    /// HMAC-SHA-1.
    AUTODESK_APS("autodesk-aps", "Autodesk Platform Services", Documentation,
        "https://aps.autodesk.com/en/docs/webhooks/v1/developers_guide/signature/") =
        hex_of_body(&[header("x-adsk-signature")], "sha1hash=").algorithm(Algorithm::HmacSha1);

    /// a primary and a secondary key, either of which may match.
    ///
    /// A signature over the body with its non-ASCII characters
    /// [escaped](crate::scheme::SchemeBuilder::escaped_body) is accepted too, as by Box's own
    /// libraries.
    ///
    /// The tolerance is 10 minutes in the past, as in Box's libraries. In the future they have none,
    /// and so reject a delivery wherever Box's clock is a moment ahead; here it is 5 minutes. For Box's:
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::{Scheme, Tolerance};
    ///
    /// let ten_minutes = Tolerance::new(Duration::from_secs(600), Duration::ZERO);
    /// let verifier = Scheme::BOX.verifier("signature key")?.tolerance(ten_minutes);
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    BOX("box", "Box", Vector,
        "https://developer.box.com/guides/webhooks/v2/signatures-v2/") =
        custom(&[header("box-signature-primary")
            .more_signatures(&["box-signature-secondary"])
            .timestamp("box-delivery-timestamp")
            .fixed(&[
                ("box-signature-version", "1"),
                ("box-signature-algorithm", "HmacSHA256"),
            ])])
        .encoding(Encoding::Base64)
        .timestamp_format(TimestampFormat::Rfc3339)
        .signed(&[Part::Body, Part::Timestamp])
        .escaped_body()
        .tolerance(Tolerance::new(Duration::from_secs(600), Duration::from_secs(300)));

    /// one numbered header for each of the account's keys, any of which may match. Of up to 100
    /// headers, the first 16 are read.
    DOCUSIGN("docusign", "DocuSign Connect", Library,
        "https://developers.docusign.com/platform/webhooks/connect/hmac/") =
        base64_of_body(
            &[header("x-docusign-signature-1").more_signatures(&[
                "x-docusign-signature-2",
                "x-docusign-signature-3",
                "x-docusign-signature-4",
                "x-docusign-signature-5",
                "x-docusign-signature-6",
                "x-docusign-signature-7",
                "x-docusign-signature-8",
                "x-docusign-signature-9",
                "x-docusign-signature-10",
                "x-docusign-signature-11",
                "x-docusign-signature-12",
                "x-docusign-signature-13",
                "x-docusign-signature-14",
                "x-docusign-signature-15",
                "x-docusign-signature-16",
            ])],
            "",
        );

    /// the key is the app's secret.
    DROPBOX("dropbox", "Dropbox", Library,
        "https://www.dropbox.com/developers/reference/webhooks") =
        hex_of_body(&[header("x-dropbox-signature")], "").handshake(&Handshake::DROPBOX);

    FORMBRICKS("formbricks", "Formbricks", Library,
        "https://formbricks.com/docs/xm-and-surveys/core-features/integrations/webhooks") =
        standard();

    /// in early access. `X-Signable-Webhook` has a time, which is not signed; the body repeats it.
    SIGNABLE("signable", "Signable", Documentation,
        "https://developers.signable.app/early-access/ea-signed-webhooks") =
        base64_of_body(&[header("signature")], "");

    SIGNATUREAPI("signatureapi", "SignatureAPI", Documentation,
        "https://signatureapi.com/docs/api/guides/how-to/verify-webhooks") =
        standard();

    TALLY("tally", "Tally", ThirdParty,
        "https://tally.so/help/webhooks") =
        base64_of_body(&[header("tally-signature")], "");

    TYPEFORM("typeform", "Typeform", Documentation,
        "https://www.typeform.com/developers/webhooks/secure-your-webhooks/") =
        base64_of_body(&[header("typeform-signature")], "sha256=");

    ZOHO_SIGN("zoho-sign", "Zoho Sign", Vector,
        "https://help.zoho.com/portal/en/kb/zoho-sign/admin-guide/webhooks/articles/securing-zoho-sign-webhooks-with-hmac-authentication") =
        base64_of_body(&[header("x-zs-webhook-signature")], "");
}
