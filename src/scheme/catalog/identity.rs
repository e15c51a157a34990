//! Accounts, sign-in and identity checks.

use crate::crypto::Algorithm;
use crate::scheme::key_format::KeyFormat;
use std::time::Duration;

use crate::scheme::catalog::shapes::{
    SVIX, base64_of_body, header, hex_of_body, listed, presets, standard,
};
use crate::scheme::handshake::Handshake;
use crate::scheme::layout::Layout;
use crate::scheme::retries::Retries;
use crate::scheme::timestamp::{TimestampFormat, Tolerance};

presets! {
    /// # Identity
    ///
    /// Accounts, sign-in and identity checks.
    IDENTITY

    /// the key is the secret of the API.
    CASTLE("castle", "Castle", Library,
        "https://docs.castle.io/docs/webhooks") =
        base64_of_body(&[header("x-castle-signature")], "");

    /// sent through Svix.
    CLERK("clerk", "Clerk", Library,
        "https://clerk.com/docs/webhooks/sync-data") =
        standard().headers(&[SVIX]).retries(Retries::Fresh);

    DYNAMIC_XYZ("dynamic-xyz", "Dynamic", Documentation,
        "https://www.dynamic.xyz/docs/developer-dashboard/webhooks/setup") =
        hex_of_body(&[header("x-dynamic-signature-256")], "sha256=");

    LOGTO("logto", "Logto", Vector,
        "https://docs.logto.io/developers/webhooks/secure-webhooks") =
        hex_of_body(&[header("logto-signature-sha-256")], "");

    /// each webhook has a token of its own, which is the key.
    ONFIDO("onfido", "Onfido", Vector,
        "https://documentation.onfido.com/api/latest/#webhooks") =
        hex_of_body(&[header("x-sha2-signature")], "");

    /// the key is the whole `wbhsec_…` text. While a secret is replaced, there are two sets of
    /// timestamp and signature, which are rejected if their timestamps differ.
    PERSONA("persona", "Persona", Documentation,
        "https://docs.withpersona.com/docs/webhooks-best-practices") =
        listed(&[header("persona-signature")])
            .layout(Layout::list(',', '=', "v1").timestamp_key("t").sets(' '));

    /// the whole `whsec_…` text is the key.
    SHIELDLABS("shieldlabs", "ShieldLabs", Documentation,
        "https://glama.ai/mcp/servers/ShieldLabs-ai/shieldlabs-mcp") =
        hex_of_body(&[header("x-shield-signature")], "sha256=");

    /// a webhook that is set to `HMAC_SHA256_HEX`, its default. `X-Payload-Digest-Alg` names the
    /// algorithm and is not signed, so it decides nothing. What fails is sent again after 5 minutes, 1
    /// hour, 5 hours and 18 hours.
    SUMSUB("sumsub", "Sumsub", Library,
        "https://docs.sumsub.com/docs/webhook-manager") =
        hex_of_body(&[header("x-payload-digest")], "");

    /// hooks over HTTP. Each secret that is set signs; where several are printed as one text, `|` is
    /// between them, and each goes into a verifier by itself. What is answered is not signed.
    SUPABASE_AUTH("supabase-auth", "Supabase Auth", Library,
        "https://supabase.com/docs/guides/auth/auth-hooks") =
        standard()
            .layout(Layout::list(' ', ',', "v1").comma_joined())
            .key_format(KeyFormat::VersionedWhsec);

    /// a timestamp in milliseconds, and a tolerance of 3 minutes. A signer writes a space after the
    /// comma, without which WorkOS's own libraries reject the header.
    WORKOS("workos", "WorkOS", Library,
        "https://workos.com/docs/events/data-syncing/webhooks") =
        listed(&[header("workos-signature")])
            .layout(Layout::list(',', '=', "v1").timestamp_key("t").spaced())
            .timestamp_format(TimestampFormat::Millis)
            .tolerance(Tolerance::symmetric(Duration::from_secs(180)));

    /// targets whose payload is JSON. Where it is a JWT, that is signed instead, and not covered.
    ZITADEL("zitadel", "Zitadel Actions", Library,
        "https://zitadel.com/docs/guides/integrate/actions/usage") =
        listed(&[header("zitadel-signature")]);

    /// HMAC-SHA-1. The key is the client secret with `&` behind it, which is added here.
    FITBIT("fitbit", "Fitbit", ThirdParty,
        "https://dev.fitbit.com/build/reference/web-api/developer-guide/using-subscriptions/") =
        base64_of_body(&[header("x-fitbit-signature")], "")
            .algorithm(Algorithm::HmacSha1)
            .key_format(KeyFormat::Utf8With("&"))
            .handshake(&Handshake::FITBIT);
}
