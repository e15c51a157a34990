//! Every preset against its provider's own prose, computed with plain `hmac` calls.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
#[cfg(feature = "ed25519")]
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
#[cfg(feature = "sha1")]
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use tower_webhook::{Scheme, VerifyError};

#[cfg(feature = "ed25519")]
use crate::support;
use crate::support::{ID, NOW, URL, headers, is_compiled_in, secret, sign, verify};

const BODY: &str = r#"{"hello":"wörld"}"#;

/// What a provider's documentation tells a receiver to do, by hand.
///
/// In `content` and in the headers, `{id}`, `{s}`, `{ms}`, `{rfc}`, `{iso}`, `{http}`, `{url}`, `{sha}` and `{body}` stand for
/// what they say, and `{sig}` for the signature in the encoding that `digest` ends with.
struct Recipe {
    scheme: Scheme,
    digest: &'static str,
    key: Key,
    content: &'static str,
    headers: &'static [(&'static str, &'static str)],
}

enum Key {
    Text,
    TextAnd(&'static str),
    Hex,
    Base64,
    Whsec,
    Ed25519,
    P256,
}

use Key::{Base64, Ed25519, Hex, P256, Text, TextAnd, Whsec};

/// Nothing is computed, and nothing but the secret compared.
const TOKENS: [(Scheme, &str); 6] = [
    (Scheme::BUILDKITE_TOKEN, "x-buildkite-token"),
    (Scheme::FLUTTERWAVE_V3, "verif-hash"),
    (Scheme::GITLAB_TOKEN, "x-gitlab-token"),
    (Scheme::GOOGLE_CHANNEL, "x-goog-channel-token"),
    (Scheme::HUGGING_FACE, "x-webhook-secret"),
    (Scheme::TELEGRAM, "x-telegram-bot-api-secret-token"),
];

const WEBHOOK: &[(&str, &str)] =
    &[("webhook-id", "{id}"), ("webhook-timestamp", "{s}"), ("webhook-signature", "v1,{sig}")];
const SVIX: &[(&str, &str)] =
    &[("svix-id", "{id}"), ("svix-timestamp", "{s}"), ("svix-signature", "v1,{sig}")];

#[rustfmt::skip]
const RECIPES: &[Recipe] = &[
    Recipe { scheme: Scheme::STANDARD, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::SVIX, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: SVIX },
    Recipe { scheme: Scheme::VELT, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::CLERK, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: SVIX },
    Recipe { scheme: Scheme::GITLAB, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::OPENAI, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::POLAR, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::POLAR, digest: "sha256 base64", key: Text, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::RESEND, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: SVIX },
    Recipe { scheme: Scheme::TWITCH, digest: "sha256 hex", key: Text, content: "{id}{rfc}{body}", headers: &[("twitch-eventsub-message-id", "{id}"), ("twitch-eventsub-message-timestamp", "{rfc}"), ("twitch-eventsub-message-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::BOX, digest: "sha256 base64", key: Text, content: "{body}{rfc}", headers: &[("box-delivery-timestamp", "{rfc}"), ("box-signature-version", "1"), ("box-signature-algorithm", "HmacSHA256"), ("box-signature-primary", "{sig}")] },
    Recipe { scheme: Scheme::BOX, digest: "sha256 base64", key: Text, content: "{body}{rfc}", headers: &[("box-delivery-timestamp", "{rfc}"), ("box-signature-secondary", "{sig}")] },
    Recipe { scheme: Scheme::CALENDLY, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("calendly-webhook-signature", "t={s},v1={sig}")] },
    Recipe { scheme: Scheme::DISCORD, digest: "hex", key: Ed25519, content: "{s}{body}", headers: &[("x-signature-timestamp", "{s}"), ("x-signature-ed25519", "{sig}")] },
    Recipe { scheme: Scheme::MUX, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("mux-signature", "t={s},v1={sig}")] },
    Recipe { scheme: Scheme::PADDLE, digest: "sha256 hex", key: Text, content: "{s}:{body}", headers: &[("paddle-signature", "ts={s};h1={sig}")] },
    Recipe { scheme: Scheme::SANITY, digest: "sha256 base64url", key: Text, content: "{ms}.{body}", headers: &[("sanity-webhook-signature", "t={ms},v1={sig}")] },
    Recipe { scheme: Scheme::SLACK, digest: "sha256 hex", key: Text, content: "v0:{s}:{body}", headers: &[("x-slack-request-timestamp", "{s}"), ("x-slack-signature", "v0={sig}")] },
    Recipe { scheme: Scheme::STRIPE, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("stripe-signature", "t={s},v1={sig},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39")] },
    Recipe { scheme: Scheme::TELNYX, digest: "base64", key: Ed25519, content: "{s}|{body}", headers: &[("telnyx-timestamp", "{s}"), ("telnyx-signature-ed25519", "{sig}")] },
    Recipe { scheme: Scheme::WORKOS, digest: "sha256 hex", key: Text, content: "{ms}.{body}", headers: &[("workos-signature", "t={ms}, v1={sig}")] },
    Recipe { scheme: Scheme::ZENDESK, digest: "sha256 base64", key: Text, content: "{rfc}{body}", headers: &[("x-zendesk-webhook-signature-timestamp", "{rfc}"), ("x-zendesk-webhook-signature", "{sig}")] },
    Recipe { scheme: Scheme::ZOOM, digest: "sha256 hex", key: Text, content: "v0:{s}:{body}", headers: &[("x-zm-request-timestamp", "{s}"), ("x-zm-signature", "v0={sig}")] },
    Recipe { scheme: Scheme::ADYEN, digest: "sha256 base64", key: Hex, content: "{body}", headers: &[("hmacsignature", "{sig}")] },
    Recipe { scheme: Scheme::ASANA, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-hook-signature", "{sig}")] },
    Recipe { scheme: Scheme::BITBUCKET, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-hub-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::CAL_COM, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-cal-signature-256", "{sig}")] },
    Recipe { scheme: Scheme::CIRCLECI, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("circleci-signature", "v1={sig},v2=0")] },
    Recipe { scheme: Scheme::CLICKUP, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-signature", "{sig}")] },
    Recipe { scheme: Scheme::COINBASE_COMMERCE, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-cc-webhook-signature", "{sig}")] },
    Recipe { scheme: Scheme::DOCUSIGN, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-docusign-signature-1", "wrong"), ("x-docusign-signature-2", "{sig}")] },
    Recipe { scheme: Scheme::DROPBOX, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-dropbox-signature", "{sig}")] },
    Recipe { scheme: Scheme::EASYPOST, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-hmac-signature", "hmac-sha256-hex={sig}")] },
    Recipe { scheme: Scheme::GITEA, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-gitea-signature", "{sig}")] },
    Recipe { scheme: Scheme::GITHUB, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-hub-signature-256", "sha256={sig}")] },
    Recipe { scheme: Scheme::GITHUB_SHA1, digest: "sha1 hex", key: Text, content: "{body}", headers: &[("x-hub-signature", "sha1={sig}")] },
    Recipe { scheme: Scheme::GOCARDLESS, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("webhook-signature", "{sig}")] },
    Recipe { scheme: Scheme::GOGS, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-gogs-signature", "{sig}")] },
    Recipe { scheme: Scheme::INTERCOM, digest: "sha1 hex", key: Text, content: "{body}", headers: &[("x-hub-signature", "sha1={sig}")] },
    Recipe { scheme: Scheme::JIRA, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-hub-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::LEMON_SQUEEZY, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-signature", "{sig}")] },
    Recipe { scheme: Scheme::LINE, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-line-signature", "{sig}")] },
    Recipe { scheme: Scheme::LINEAR, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("linear-signature", "{sig}"), ("linear-timestamp", "0")] },
    Recipe { scheme: Scheme::META, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-hub-signature-256", "sha256={sig}")] },
    Recipe { scheme: Scheme::MOLLIE, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-mollie-signature", "sha256=00"), ("x-mollie-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::MOLLIE, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-mollie-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::MOLLIE, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-mollie-signature", "sha256=00,sha256={sig}")] },
    Recipe { scheme: Scheme::MOLLIE, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-mollie-signature", "sha256={sig}, sha256=00")] },
    Recipe { scheme: Scheme::NOTION, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-notion-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::PAGERDUTY, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-pagerduty-signature", "v1=00,v1={sig}")] },
    Recipe { scheme: Scheme::PAYSTACK, digest: "sha512 hex", key: Text, content: "{body}", headers: &[("x-paystack-signature", "{sig}")] },
    Recipe { scheme: Scheme::RAZORPAY, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-razorpay-signature", "{sig}")] },
    Recipe { scheme: Scheme::SENTRY, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("sentry-hook-signature", "{sig}")] },
    Recipe { scheme: Scheme::SHOPIFY, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-shopify-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::SHOPIFY, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("shopify-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::SPAAZA, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-spaaza-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::SPAAZA, digest: "sha256 base64", key: Hex, content: "{body}", headers: &[("x-spaaza-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::TYPEFORM, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("typeform-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::VELT_APPROVAL, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-velt-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::VERCEL, digest: "sha1 hex", key: Text, content: "{body}", headers: &[("x-vercel-signature", "{sig}")] },
    Recipe { scheme: Scheme::WOOCOMMERCE, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-wc-webhook-signature", "{sig}")] },
    Recipe { scheme: Scheme::XERO, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-xero-signature", "{sig}")] },
    Recipe { scheme: Scheme::HUBSPOT_V3, digest: "sha256 base64", key: Text, content: "POST{url}{body}{ms}", headers: &[("x-hubspot-request-timestamp", "{ms}"), ("x-hubspot-signature-v3", "{sig}")] },
    Recipe { scheme: Scheme::SQUARE, digest: "sha256 base64", key: Text, content: "{url}{body}", headers: &[("x-square-hmacsha256-signature", "{sig}")] },
    Recipe { scheme: Scheme::TWILIO, digest: "sha1 base64", key: Text, content: "{url}{body}", headers: &[("x-twilio-signature", "{sig}")] },
    Recipe { scheme: Scheme::TWILIO_SHA256, digest: "sha256 base64", key: Text, content: "{url}{body}", headers: &[("x-twilio-signature", "{sig}")] },
    Recipe { scheme: Scheme::SIGNALWIRE, digest: "sha1 base64", key: Text, content: "{url}{body}", headers: &[("x-signalwire-signature", "{sig}")] },
    Recipe { scheme: Scheme::SIGNALWIRE_SWML, digest: "sha256 hex", key: Text, content: "{url}{body}", headers: &[("x-signalwire-sha256-signature", "{sig}")] },
    Recipe { scheme: Scheme::MANDRILL, digest: "sha1 base64", key: Text, content: "{url}{body}", headers: &[("x-mandrill-signature", "{sig}")] },
    Recipe { scheme: Scheme::SENDGRID, digest: "p256 base64", key: P256, content: "{s}{body}", headers: &[("x-twilio-email-event-webhook-timestamp", "{s}"), ("x-twilio-email-event-webhook-signature", "{sig}")] },
    Recipe { scheme: Scheme::CIRCLE, digest: "p256 base64", key: P256, content: "{body}", headers: &[("x-circle-signature", "{sig}"), ("x-circle-key-id", "879dc113-5ca4-4ff7-a6b7-54652083fcf8")] },
    Recipe { scheme: Scheme::METRONOME, digest: "sha256 hex", key: Text, content: "{http}\n{body}", headers: &[("x-metronome-date", "{http}"), ("metronome-webhook-signature", "{sig}")] },
    Recipe { scheme: Scheme::ORB, digest: "sha256 hex", key: Text, content: "v1:{iso}:{body}", headers: &[("x-orb-timestamp", "{iso}"), ("x-orb-signature", "v1={sig}")] },
    Recipe { scheme: Scheme::RECURLY, digest: "sha256 hex", key: Text, content: "{ms}.{body}", headers: &[("recurly-signature", "{ms},{sig}")] },
    Recipe { scheme: Scheme::CRONOFY, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("cronofy-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::CRONOFY, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("cronofy-hmac-sha256", "something-else, {sig}")] },
    Recipe { scheme: Scheme::CONFIGCAT, digest: "sha256 base64", key: Text, content: "{id}{s}{body}", headers: &[("x-configcat-webhook-id", "{id}"), ("x-configcat-webhook-timestamp", "{s}"), ("x-configcat-webhook-signature-v1", "{sig}")] },
    Recipe { scheme: Scheme::SINCH, digest: "sha256 base64", key: Text, content: "{body}.{id}.{s}", headers: &[("x-sinch-webhook-signature-nonce", "{id}"), ("x-sinch-webhook-signature-timestamp", "{s}"), ("x-sinch-webhook-signature-algorithm", "HmacSHA256"), ("x-sinch-webhook-signature", "{sig}")] },
    Recipe { scheme: Scheme::PERSONA, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("persona-signature", "t={s},v1={sig}")] },
    Recipe { scheme: Scheme::PERSONA, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("persona-signature", "t={s},v1=00 t={s},v1={sig}")] },
    Recipe { scheme: Scheme::PAYMONGO, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("paymongo-signature", "t={s},li={sig}")] },
    Recipe { scheme: Scheme::PAYMONGO, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("paymongo-signature", "t={s},te={sig},li=")] },
    Recipe { scheme: Scheme::PAYMONGO, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("paymongo-signature", "t={s},te=,li={sig}")] },
    Recipe { scheme: Scheme::MERGE_DEV, digest: "sha256 base64url=", key: Text, content: "{body}", headers: &[("x-merge-webhook-signature", "{sig}")] },
    Recipe { scheme: Scheme::FITBIT, digest: "sha1 base64", key: TextAnd("&"), content: "{body}", headers: &[("x-fitbit-signature", "{sig}")] },
    Recipe { scheme: Scheme::VERKADA, digest: "sha256 hex", key: Text, content: "{body}|{s}", headers: &[("verkada-signature", "{s}|{sig}")] },
    Recipe { scheme: Scheme::TRELLO, digest: "sha1 base64", key: Text, content: "{body}{url}", headers: &[("x-trello-webhook", "{sig}")] },
    Recipe { scheme: Scheme::ABLY, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-ably-signature", "{sig}")] },
    Recipe { scheme: Scheme::ACUITY, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-acuity-signature", "{sig}")] },
    Recipe { scheme: Scheme::AFTERSHIP, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("aftership-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::AFTERSHIP_RETURNS, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("as-signature-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::AGENTMAIL, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: SVIX },
    Recipe { scheme: Scheme::AIRTABLE, digest: "sha256 hex", key: Base64, content: "{body}", headers: &[("x-airtable-content-mac", "hmac-sha256={sig}")] },
    Recipe { scheme: Scheme::AIRWALLEX, digest: "sha256 hex", key: Text, content: "{ms}{body}", headers: &[("x-timestamp", "{ms}"), ("x-signature", "{sig}")] },
    Recipe { scheme: Scheme::ALCHEMY, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-alchemy-signature", "{sig}")] },
    Recipe { scheme: Scheme::ANTHROPIC, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::ASHBY, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("ashby-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::ATTIO, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("attio-signature", "{sig}")] },
    Recipe { scheme: Scheme::ATTIO, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-attio-signature", "{sig}")] },
    Recipe { scheme: Scheme::AUTODESK_APS, digest: "sha1 hex", key: Text, content: "{body}", headers: &[("x-adsk-signature", "sha1hash={sig}")] },
    Recipe { scheme: Scheme::AUTOTASK, digest: "sha1 base64", key: Text, content: "{body}", headers: &[("x-hook-signature", "sha1={sig}")] },
    Recipe { scheme: Scheme::BACKBLAZE_B2, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-bz-event-notification-signature", "v1={sig}")] },
    Recipe { scheme: Scheme::BAMBOOHR, digest: "sha256 hex", key: Text, content: "{body}{s}", headers: &[("x-bamboohr-timestamp", "{s}"), ("x-bamboohr-signature", "{sig}")] },
    Recipe { scheme: Scheme::BIGCOMMERCE, digest: "sha256 base64", key: Text, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::BILLIT, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("billit-signature", "t={s},s={sig}")] },
    Recipe { scheme: Scheme::BTCPAY, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("btcpay-sig", "sha256={sig}")] },
    Recipe { scheme: Scheme::BUILDKITE, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("x-buildkite-signature", "timestamp={s},signature={sig}")] },
    Recipe { scheme: Scheme::BUY_ME_A_COFFEE, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-signature-sha256", "{sig}")] },
    Recipe { scheme: Scheme::CANVA, digest: "sha256 hex", key: Base64, content: "v1:{s}:/hook:{body}", headers: &[("x-canva-timestamp", "{s}"), ("x-canva-signatures", "{sig}")] },
    Recipe { scheme: Scheme::CANVA, digest: "sha256 hex", key: Base64, content: "v1:{s}:/hook:{body}", headers: &[("x-canva-timestamp", "{s}"), ("x-canva-signatures", "00,{sig}")] },
    Recipe { scheme: Scheme::CASHFREE, digest: "sha256 base64", key: Text, content: "{ms}{body}", headers: &[("x-webhook-timestamp", "{ms}"), ("x-webhook-signature", "{sig}")] },
    Recipe { scheme: Scheme::CASTLE, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-castle-signature", "{sig}")] },
    Recipe { scheme: Scheme::CHARGIFY, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-chargify-webhook-signature-hmac-sha-256", "{sig}")] },
    Recipe { scheme: Scheme::CHECKOUT_COM, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("cko-signature", "{sig}")] },
    Recipe { scheme: Scheme::CHECKR, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-checkr-signature", "{sig}")] },
    Recipe { scheme: Scheme::CLOSE, digest: "sha256 hex", key: Hex, content: "{s}{body}", headers: &[("close-sig-timestamp", "{s}"), ("close-sig-hash", "{sig}")] },
    Recipe { scheme: Scheme::CLOUDFLARE_STREAM, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("webhook-signature", "time={s},sig1={sig}")] },
    Recipe { scheme: Scheme::CLOUDSMITH, digest: "sha1 hex", key: Text, content: "{body}", headers: &[("x-cloudsmith-signature", "sha1={sig}")] },
    Recipe { scheme: Scheme::COINFLOW, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("coinflow-signature", "t={s},v1={sig}")] },
    Recipe { scheme: Scheme::COINIFY, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-coinify-webhook-signature", "{sig}")] },
    Recipe { scheme: Scheme::CURSOR, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-webhook-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::DATASAUR, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-datasaur-signature", "{sig}")] },
    Recipe { scheme: Scheme::DEEL, digest: "sha256 hex", key: Text, content: "POST{body}", headers: &[("x-deel-signature", "{sig}")] },
    Recipe { scheme: Scheme::DISCOURSE, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-discourse-event-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::DODO_PAYMENTS, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::DUB, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("dub-signature", "{sig}")] },
    Recipe { scheme: Scheme::DYNAMIC_XYZ, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-dynamic-signature-256", "sha256={sig}")] },
    Recipe { scheme: Scheme::EDITFRAME, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-webhook-signature", "{sig}")] },
    Recipe { scheme: Scheme::ELEVENLABS, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("elevenlabs-signature", "t={s},v0={sig}")] },
    Recipe { scheme: Scheme::EMAILIT, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("x-emailit-timestamp", "{s}"), ("x-emailit-signature", "{sig}")] },
    Recipe { scheme: Scheme::EXA, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("exa-signature", "t={s},v1={sig}")] },
    Recipe { scheme: Scheme::EXPO_EAS, digest: "sha1 hex", key: Text, content: "{body}", headers: &[("expo-signature", "sha1={sig}")] },
    Recipe { scheme: Scheme::FASTPIX, digest: "sha256 base64", key: Base64, content: "{body}", headers: &[("fastpix-signature", "{sig}")] },
    Recipe { scheme: Scheme::FASTSPRING, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-fs-signature", "{sig}")] },
    Recipe { scheme: Scheme::FATHOM_VIDEO, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::FINCH, digest: "sha256 base64", key: Base64, content: "{id}.{s}.{body}", headers: &[("finch-event-id", "{id}"), ("finch-timestamp", "{s}"), ("finch-signature", "v1,{sig}")] },
    Recipe { scheme: Scheme::FINTOC, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("fintoc-signature", "t={s},v1={sig}")] },
    Recipe { scheme: Scheme::FIRECRAWL, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-firecrawl-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::FIREFLIES, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-hub-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::FIREHYDRANT, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("fh-signature", "{sig}")] },
    Recipe { scheme: Scheme::FIZZY, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-webhook-signature", "{sig}")] },
    Recipe { scheme: Scheme::FLAGSMITH, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-flagsmith-signature", "{sig}")] },
    Recipe { scheme: Scheme::FLEXPRICE, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: SVIX },
    Recipe { scheme: Scheme::FOLK, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::FORMBRICKS, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::FOURTHWALL, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-fourthwall-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::FOURTHWALL, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-fourthwall-hmac-apps-sha256", "{sig}")] },
    Recipe { scheme: Scheme::FRAME_IO, digest: "sha256 hex", key: Text, content: "v0:{s}:{body}", headers: &[("x-frameio-request-timestamp", "{s}"), ("x-frameio-signature", "v0={sig}")] },
    Recipe { scheme: Scheme::GETSTREAM, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-signature", "{sig}")] },
    Recipe { scheme: Scheme::GHOST, digest: "sha256 hex", key: Text, content: "{body}{ms}", headers: &[("x-ghost-signature", "t={ms}, sha256={sig}")] },
    Recipe { scheme: Scheme::GRAFANA, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-grafana-alerting-signature", "{sig}")] },
    Recipe { scheme: Scheme::GRAFANA, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-grafana-alert-signature", "{sig}")] },
    Recipe { scheme: Scheme::GRANOLA, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::GREENHOUSE, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("signature", "sha256 {sig}")] },
    Recipe { scheme: Scheme::GROWTHBOOK, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-growthbook-signature", "{sig}")] },
    Recipe { scheme: Scheme::GROWTHBOOK_SDK, digest: "sha256 base64", key: Text, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::GUSTO, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-gusto-signature", "{sig}")] },
    Recipe { scheme: Scheme::HELPSCOUT, digest: "sha1 base64", key: Text, content: "{body}", headers: &[("x-helpscout-signature", "{sig}")] },
    Recipe { scheme: Scheme::HEROKU, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("heroku-webhook-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::HOOKDECK, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-hookdeck-signature", "{sig}")] },
    Recipe { scheme: Scheme::IMAGEKIT, digest: "sha256 base64", key: Text, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::INCIDENT_IO, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::INCIDENT_IO, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: SVIX },
    Recipe { scheme: Scheme::INCREASE, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::JFROG, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-jfrog-event-auth", "{sig}")] },
    Recipe { scheme: Scheme::KATANA_MRP, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-sha2-signature", "{sig}")] },
    Recipe { scheme: Scheme::KNOCK, digest: "sha256 base64", key: Text, content: "{ms}.{body}", headers: &[("x-knock-signature", "t={ms},s={sig}")] },
    Recipe { scheme: Scheme::KOMOJU, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-komoju-signature", "{sig}")] },
    Recipe { scheme: Scheme::KONTENT_AI, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-kontent-ai-signature", "{sig}")] },
    Recipe { scheme: Scheme::LAGO, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-lago-signature", "{sig}")] },
    Recipe { scheme: Scheme::LAUNCHDARKLY, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-ld-signature", "{sig}")] },
    Recipe { scheme: Scheme::LITHIC, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::LOB, digest: "sha256 hex", key: Text, content: "{ms}.{body}", headers: &[("lob-signature-timestamp", "{ms}"), ("lob-signature", "{sig}")] },
    Recipe { scheme: Scheme::LOGTO, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("logto-signature-sha-256", "{sig}")] },
    Recipe { scheme: Scheme::LOOPS, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::LOOP_RETURNS, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-loop-signature", "{sig}")] },
    Recipe { scheme: Scheme::MAILTRAP, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("mailtrap-signature", "{sig}")] },
    Recipe { scheme: Scheme::MEMBERFUL, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-memberful-webhook-signature", "{sig}")] },
    Recipe { scheme: Scheme::MODERN_TREASURY, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-signature", "{sig}")] },
    Recipe { scheme: Scheme::MONGODB_ATLAS, digest: "sha1 base64", key: Text, content: "{body}", headers: &[("x-mms-signature", "{sig}")] },
    Recipe { scheme: Scheme::MONNIFY, digest: "sha512 hex", key: Text, content: "{body}", headers: &[("monnify-signature", "{sig}")] },
    Recipe { scheme: Scheme::MOTIVE, digest: "sha1 hex", key: Text, content: "{body}", headers: &[("x-kt-webhook-signature", "{sig}")] },
    Recipe { scheme: Scheme::MS_TEAMS_OUTGOING, digest: "sha256 base64", key: Base64, content: "{body}", headers: &[("authorization", "HMAC {sig}")] },
    Recipe { scheme: Scheme::NOVU, digest: "sha256 hex", key: Text, content: "{ms}.{body}", headers: &[("novu-signature", "t={ms},v1={sig}")] },
    Recipe { scheme: Scheme::NOVU, digest: "sha256 hex", key: Text, content: "{ms}.{body}", headers: &[("x-novu-signature", "t={ms},v1={sig}")] },
    Recipe { scheme: Scheme::NOVU_PUSH, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-novu-signature", "{sig}")] },
    Recipe { scheme: Scheme::NYLAS, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-nylas-signature", "{sig}")] },
    Recipe { scheme: Scheme::ONFIDO, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-sha2-signature", "{sig}")] },
    Recipe { scheme: Scheme::ONFLEET, digest: "sha512 hex", key: Hex, content: "{body}", headers: &[("x-onfleet-signature", "{sig}")] },
    Recipe { scheme: Scheme::PINWHEEL, digest: "sha256 hex", key: Text, content: "v2:{s}:{body}", headers: &[("x-timestamp", "{s}"), ("x-pinwheel-signature", "v2={sig}")] },
    Recipe { scheme: Scheme::PLAIN, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("plain-request-signature", "{sig}")] },
    Recipe { scheme: Scheme::PLANETSCALE, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-planetscale-signature", "{sig}")] },
    Recipe { scheme: Scheme::POSTSYNCER, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::PRINTIFY, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-pfy-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::PUSHER, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-pusher-signature", "{sig}")] },
    Recipe { scheme: Scheme::QUICKBOOKS, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("intuit-signature", "{sig}")] },
    Recipe { scheme: Scheme::RECALL_AI, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::RECALL_AI, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: SVIX },
    Recipe { scheme: Scheme::RENDER, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::REPLICATE, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::RETELL, digest: "sha256 hex", key: Text, content: "{body}{ms}", headers: &[("x-retell-signature", "v={ms},d={sig}")] },
    Recipe { scheme: Scheme::RIPPLE_COLLECTIONS, digest: "sha256 hex", key: Base64, content: "{ms}.{sha}", headers: &[("x-webhook-timestamp", "{ms}"), ("x-webhook-signature", "t={ms},v1={sig}")] },
    Recipe { scheme: Scheme::ROOTLY, digest: "sha256 hex", key: Text, content: "{s}{body}", headers: &[("x-rootly-signature", "t={s},v1={sig}")] },
    Recipe { scheme: Scheme::SAVVYCAL, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-savvycal-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::SEGMENT, digest: "sha1 hex", key: Text, content: "{body}", headers: &[("x-signature", "{sig}")] },
    Recipe { scheme: Scheme::SEMAPHORE_CI, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-semaphore-signature-256", "{sig}")] },
    Recipe { scheme: Scheme::SEMGREP, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-semgrep-signature-256", "{sig}")] },
    Recipe { scheme: Scheme::SENDBIRD, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-sendbird-signature", "{sig}")] },
    Recipe { scheme: Scheme::SENDCLOUD, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("sendcloud-signature", "{sig}")] },
    Recipe { scheme: Scheme::SHIELDLABS, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-shield-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::SHIPHERO, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-shiphero-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::SHOPLAZZA, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-shoplazza-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::SHOPWARE, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("shopware-shop-signature", "{sig}")] },
    Recipe { scheme: Scheme::SIGNABLE, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("signature", "{sig}")] },
    Recipe { scheme: Scheme::SIGNATUREAPI, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::SMARTCAR, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("sc-signature", "{sig}")] },
    Recipe { scheme: Scheme::SMARTSHEET, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("smartsheet-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::SNYK, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-hub-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::SONARQUBE, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-sonar-webhook-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::SQUARESPACE, digest: "sha256 hex", key: Hex, content: "{body}", headers: &[("squarespace-signature", "{sig}")] },
    Recipe { scheme: Scheme::STATSIG, digest: "sha256 hex", key: Text, content: "v0:{ms}:{body}", headers: &[("x-statsig-request-timestamp", "{ms}"), ("x-statsig-signature", "v0={sig}")] },
    Recipe { scheme: Scheme::SUMSUB, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-payload-digest", "{sig}")] },
    Recipe { scheme: Scheme::SUPABASE_AUTH, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: WEBHOOK },
    Recipe { scheme: Scheme::SUPABASE_AUTH, digest: "sha256 base64", key: Whsec, content: "{id}.{s}.{body}", headers: &[("webhook-id", "{id}"), ("webhook-timestamp", "{s}"), ("webhook-signature", "v1,{sig}, v1,00")] },
    Recipe { scheme: Scheme::SURGE, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("surge-signature", "t={s},v1={sig}")] },
    Recipe { scheme: Scheme::TAILSCALE, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("tailscale-webhook-signature", "t={s},v1={sig}")] },
    Recipe { scheme: Scheme::TALLY, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("tally-signature", "{sig}")] },
    Recipe { scheme: Scheme::TAWK_TO, digest: "sha1 hex", key: Text, content: "{body}", headers: &[("x-tawk-signature", "{sig}")] },
    Recipe { scheme: Scheme::TELLER, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("teller-signature", "t={s},v1={sig}")] },
    Recipe { scheme: Scheme::TERRA, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("terra-signature", "t={s},v1={sig}")] },
    Recipe { scheme: Scheme::TERRAFORM_CLOUD, digest: "sha512 hex", key: Text, content: "{body}", headers: &[("x-tfe-notification-signature", "{sig}")] },
    Recipe { scheme: Scheme::THINKIFIC, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-thinkific-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::TICKET_TAILOR, digest: "sha256 hex", key: Text, content: "{s}{body}", headers: &[("tickettailor-webhook-signature", "t={s},v1={sig}")] },
    Recipe { scheme: Scheme::TIENDANUBE, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-linkedstore-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::TIKTOK, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("tiktok-signature", "t={s},s={sig}")] },
    Recipe { scheme: Scheme::TITO, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("tito-signature", "{sig}")] },
    Recipe { scheme: Scheme::TODOIST, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-todoist-hmac-sha256", "{sig}")] },
    Recipe { scheme: Scheme::TWITTER, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-twitter-webhooks-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::UNIT, digest: "sha1 base64", key: Text, content: "{body}", headers: &[("x-unit-signature", "{sig}")] },
    Recipe { scheme: Scheme::UPLOADCARE, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-uc-signature", "v1={sig}")] },
    Recipe { scheme: Scheme::VIBER, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-viber-content-signature", "{sig}")] },
    Recipe { scheme: Scheme::WEBEX, digest: "sha1 hex", key: Text, content: "{body}", headers: &[("x-spark-signature", "{sig}")] },
    Recipe { scheme: Scheme::WEBFLOW, digest: "sha256 hex", key: Text, content: "{ms}:{body}", headers: &[("x-webflow-timestamp", "{ms}"), ("x-webflow-signature", "{sig}")] },
    Recipe { scheme: Scheme::WHEREBY, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("whereby-signature", "t={s},v1={sig}")] },
    Recipe { scheme: Scheme::WISTIA, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-wistia-signature", "{sig}")] },
    Recipe { scheme: Scheme::WORKABLE, digest: "sha256 hex", key: Text, content: "{body}", headers: &[("x-workable-signature", "{sig}")] },
    Recipe { scheme: Scheme::XOBNI, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("x-xobni-timestamp", "{s}"), ("x-xobni-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::XQUIK, digest: "sha256 hex", key: Text, content: "{ms}.{id}.{body}", headers: &[("x-xquik-timestamp", "{ms}"), ("x-xquik-nonce", "{id}"), ("x-xquik-signature", "sha256={sig}")] },
    Recipe { scheme: Scheme::ZITADEL, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("zitadel-signature", "t={s},v1={sig}")] },
    Recipe { scheme: Scheme::ZOHO_SIGN, digest: "sha256 base64", key: Text, content: "{body}", headers: &[("x-zs-webhook-signature", "{sig}")] },
];

impl Recipe {
    /// The headers that the provider sends with [`BODY`].
    fn headers(&self) -> HeaderMap {
        let content = fill(self.content, "");
        let text = secret(self.scheme);
        let (mac, encoding) = self.digest.rsplit_once(' ').unwrap_or(("", self.digest));
        let key = match self.key {
            TextAnd(suffix) => format!("{text}{suffix}").into_bytes(),
            Text | Ed25519 | P256 => text.as_bytes().to_vec(),
            Hex => hex::decode(text).unwrap(),
            Base64 => STANDARD.decode(text).unwrap(),
            Whsec => STANDARD.decode(text.strip_prefix("whsec_").unwrap()).unwrap(),
        };
        let signature = match mac {
            #[cfg(feature = "sha1")]
            "sha1" => mac_of::<Hmac<Sha1>>(&key, content.as_bytes()),
            "sha256" => mac_of::<Hmac<Sha256>>(&key, content.as_bytes()),
            "sha512" => mac_of::<Hmac<Sha512>>(&key, content.as_bytes()),
            #[cfg(feature = "ed25519")]
            "" => {
                let pair = STANDARD.decode(&support::WHSK["whsk_".len()..]).unwrap();
                let key = SigningKey::from_bytes(pair[..32].try_into().unwrap());
                key.sign(content.as_bytes()).to_bytes().to_vec()
            }
            #[cfg(feature = "p256")]
            "p256" => {
                use p256::ecdsa::signature::Signer as _;
                use p256::ecdsa::{DerSignature, SigningKey};
                let key = hex::decode(support::P256_PRIVATE).unwrap();
                let key = SigningKey::from_slice(&key).unwrap();
                let signature: DerSignature = key.sign(content.as_bytes());
                signature.as_bytes().to_vec()
            }
            other => panic!("{other:?} is not compiled in"),
        };
        let signature = match encoding {
            "hex" => hex::encode(signature),
            "base64" => STANDARD.encode(signature),
            "base64url=" => URL_SAFE.encode(signature),
            _ => URL_SAFE_NO_PAD.encode(signature),
        };
        let pairs = self.headers.iter().map(|(name, value)| (*name, fill(value, &signature)));
        headers(&pairs.collect::<Vec<_>>())
    }
}

fn fill(template: &str, signature: &str) -> String {
    let seconds = NOW.to_string();
    template
        .replace("{id}", ID)
        .replace("{s}", &seconds)
        .replace("{ms}", &format!("{seconds}000"))
        .replace("{rfc}", "2023-11-14T22:13:20Z")
        .replace("{iso}", "2023-11-14T22:13:20")
        .replace("{http}", "Tue, 14 Nov 2023 22:13:20 GMT")
        .replace("{url}", URL)
        .replace("{sig}", signature)
        .replace("{sha}", &hex::encode(Sha256::digest(BODY)))
        .replace("{body}", BODY)
}

fn mac_of<M: Mac + KeyInit>(key: &[u8], content: &[u8]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).unwrap();
    mac.update(content);
    mac.finalize().into_bytes().to_vec()
}

#[test]
fn every_preset_accepts_what_its_provider_describes() {
    for recipe in RECIPES.iter().filter(|recipe| is_compiled_in(recipe.scheme)) {
        let sent = recipe.headers();
        let verdict = verify(recipe.scheme, &sent, BODY.as_bytes());
        assert!(verdict.is_ok(), "{:?} {verdict:?} {sent:?}", recipe.scheme);
        let changed = verify(recipe.scheme, &sent, BODY.replace('w', "W").as_bytes());
        assert_eq!(changed.unwrap_err(), VerifyError::Mismatch, "{:?}", recipe.scheme);
    }
}

#[test]
fn every_preset_has_a_recipe_and_signs_by_it() {
    for &scheme in Scheme::ALL.iter().filter(|scheme| scheme.covers_body()) {
        let recipe = RECIPES.iter().find(|recipe| recipe.scheme == scheme);
        let recipe = recipe.unwrap_or_else(|| panic!("{scheme:?} has no recipe"));
        if !is_compiled_in(scheme) {
            continue;
        }
        let described = recipe.headers();
        for (name, value) in &sign(scheme, BODY.as_bytes()) {
            // Some recipes add an entry that receivers must ignore.
            let same = described.get_all(name).iter().any(|described| {
                let described = described.to_str().unwrap();
                described.starts_with(value.to_str().unwrap())
                    || described.ends_with(value.to_str().unwrap())
            });
            let other_header = matches!(name.as_str(), "x-docusign-signature-1");
            assert!(same || other_header, "{scheme:?} {name}");
        }
    }
}

#[test]
fn every_token_is_the_secret_in_its_header() {
    let tokens = Scheme::ALL.iter().filter(|scheme| !scheme.covers_body()).copied();
    assert!(tokens.eq(TOKENS.map(|(scheme, _)| scheme)));
    for (scheme, name) in TOKENS {
        assert!(verify(scheme, &headers(&[(name, secret(scheme))]), b"anything").is_ok());
        assert_eq!(
            verify(scheme, &headers(&[(name, "another")]), b"").unwrap_err(),
            VerifyError::Mismatch
        );
        // The table says so.
        let page = include_str!("../../src/manual/schemes.md");
        let row = page.lines().find(|row| row.contains(&format!("[`{}`]", scheme.name())));
        assert!(row.unwrap().contains("| **nothing** |"), "{scheme:?}");
    }
}
