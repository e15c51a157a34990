//! Every preset against its provider's own prose, computed with plain `hmac` calls.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
#[cfg(feature = "ed25519")]
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
#[cfg(feature = "sha1")]
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use tower_webhook::scheme::{
    Algorithm, Encoding, Evidence, Handshake, HeaderNames, KeyFormat, Part, Retries,
    TimestampFormat,
};
use tower_webhook::{InvalidSecret, Scheme, Tolerance, VerifyError};

#[cfg(feature = "ed25519")]
use crate::support;
use crate::support::{ID, NOW, URL, headers, is_compiled_in, secret, sign, verify};

const BODY: &str = r#"{"hello":"wörld"}"#;

/// What a provider's documentation tells a receiver to do, by hand.
///
/// In `content` and in the headers, `{id}`, `{s}`, `{ms}`, `{rfc}`, `{iso}`, `{http}`, `{url}` and `{body}` stand for
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
    Whsec,
    Ed25519,
    P256,
}

/// Nothing is computed, and nothing but the secret compared.
const TOKENS: [(Scheme, &str); 6] = [
    (Scheme::BUILDKITE_TOKEN, "x-buildkite-token"),
    (Scheme::FLUTTERWAVE_V3, "verif-hash"),
    (Scheme::GITLAB_TOKEN, "x-gitlab-token"),
    (Scheme::GOOGLE_CHANNEL, "x-goog-channel-token"),
    (Scheme::HUGGING_FACE, "x-webhook-secret"),
    (Scheme::TELEGRAM, "x-telegram-bot-api-secret-token"),
];

use Key::{Ed25519, Hex, P256, Text, TextAnd, Whsec};

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
    Recipe { scheme: Scheme::PAYMONGO, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("paymongo-signature", "t={s},li={sig}")] },
    Recipe { scheme: Scheme::PAYMONGO, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("paymongo-signature", "t={s},te={sig},li=")] },
    Recipe { scheme: Scheme::PAYMONGO, digest: "sha256 hex", key: Text, content: "{s}.{body}", headers: &[("paymongo-signature", "t={s},te=,li={sig}")] },
    Recipe { scheme: Scheme::MERGE_DEV, digest: "sha256 base64url=", key: Text, content: "{body}", headers: &[("x-merge-webhook-signature", "{sig}")] },
    Recipe { scheme: Scheme::FITBIT, digest: "sha1 base64", key: TextAnd("&"), content: "{body}", headers: &[("x-fitbit-signature", "{sig}")] },
    Recipe { scheme: Scheme::VERKADA, digest: "sha256 hex", key: Text, content: "{body}|{s}", headers: &[("verkada-signature", "{s}|{sig}")] },
    Recipe { scheme: Scheme::TRELLO, digest: "sha1 base64", key: Text, content: "{body}{url}", headers: &[("x-trello-webhook", "{sig}")] },
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
        // Each says so in its documentation, and in the table.
        let page = include_str!("../../src/manual/schemes.md");
        let row = page.lines().find(|row| row.starts_with(&format!("| `{}`", scheme.name())));
        assert!(row.unwrap().contains("| **nothing** | none |"), "{scheme:?}");
    }
}

#[test]
fn there_are_enough_presets_and_each_has_a_name_and_a_source() {
    assert!(Scheme::ALL.len() >= 40, "{}", Scheme::ALL.len());
    let told = format!("There are {} of them", Scheme::ALL.len());
    assert!(include_str!("../../README.md").contains(&told), "the README tells another number");
    let mut names: Vec<_> = Scheme::ALL.iter().map(Scheme::name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Scheme::ALL.len());
    for scheme in Scheme::ALL {
        assert!(scheme.documentation().unwrap().starts_with("https://"), "{scheme:?}");
        assert!(scheme.evidence().is_some());
    }
}

#[test]
fn no_preset_uses_anything_private() {
    for scheme in Scheme::ALL {
        let tolerance = scheme.tolerance();
        let mut builder = Scheme::custom(scheme.name())
            .headers(scheme.headers())
            .layout(scheme.layout())
            .encoding(scheme.encoding())
            .algorithm(scheme.algorithm())
            .signed(scheme.signed())
            .timestamp_format(scheme.timestamp_format().unwrap_or(TimestampFormat::Seconds))
            .tolerance(Tolerance::new(tolerance.past(), tolerance.future()))
            .retries(scheme.retries())
            .key_format(scheme.key_format())
            .id_shape(scheme.id_shape())
            .documentation(scheme.documentation().unwrap(), scheme.evidence().unwrap());
        if scheme.repeated_signature() {
            builder = builder.repeated_signature();
        }
        if scheme.movable_url() {
            builder = builder.dangerous_movable_url();
        }
        if scheme.escaped_body() {
            builder = builder.escaped_body();
        }
        if !scheme.covers_body() {
            builder = builder.dangerous_shared_token();
        }
        if scheme.optional_port() {
            builder = builder.optional_port();
        }
        if let Some(name) = scheme.digest_in_query() {
            builder = builder.digest_in_query(name);
        }
        builder = builder.decoded_url(scheme.decoded_url());
        if let Some(header) = scheme.delivery_header() {
            builder = builder.delivery_header(header);
        }
        if let Some(handshake) = scheme.handshake() {
            let handshake = Handshake::ALL.iter().find(|it| **it == handshake).unwrap();
            builder = builder.handshake(handshake);
        }
        if let Some(limit) = scheme.body_limit() {
            builder = builder.body_limit(limit);
        }
        assert_eq!(builder.try_build().unwrap(), *scheme);
    }
}

#[test]
fn presets_carry_their_providers_tolerance_and_limit() {
    let of = |scheme: Scheme| {
        let tolerance = scheme.tolerance();
        (tolerance.past().as_secs(), tolerance.future().as_secs())
    };
    assert_eq!(of(Scheme::STANDARD), (300, 300));
    assert_eq!(of(Scheme::TWITCH), (600, 600));
    assert_eq!(of(Scheme::BOX), (600, 300));
    assert_eq!(of(Scheme::PADDLE), (300, 300));
    assert_eq!(of(Scheme::WORKOS), (180, 180));
    assert_eq!(of(Scheme::CALENDLY), (180, 180));
    let large: Vec<_> = Scheme::ALL.iter().filter(|scheme| scheme.body_limit().is_some()).collect();
    assert!(large.iter().all(|scheme| scheme.body_limit() == Some(25 << 20)));
    assert_eq!(
        large.iter().map(|scheme| scheme.name()).collect::<Vec<_>>(),
        ["jira", "bitbucket", "gitea", "github", "github-sha1", "gitlab", "gogs", "gitlab-token"]
    );
}

// Two clocks are never the same, and nobody can move a time that is signed.
#[test]
fn no_preset_has_less_than_a_minute_in_either_direction() {
    for scheme in Scheme::ALL {
        let tolerance = scheme.tolerance();
        let shorter = tolerance.past().min(tolerance.future());
        assert!(shorter.as_secs() >= 60, "{scheme:?} {tolerance:?}");
    }
}

#[test]
fn what_senders_do_with_a_retry_is_said_only_where_they_say_it() {
    let with = |retries| {
        let schemes = Scheme::ALL.iter().filter(move |scheme| scheme.retries() == retries);
        schemes.map(Scheme::name).collect::<Vec<_>>()
    };
    let fresh = ["standard-webhooks", "svix", "stripe", "polar", "velt", "resend", "clerk"];
    let sorted = |mut names: Vec<&'static str>| {
        names.sort_unstable();
        names
    };
    assert_eq!(sorted(with(Retries::Fresh)), sorted(fresh.to_vec()));
    assert_eq!(with(Retries::First), [""; 0]);
    // Where no time is signed, a retry is signed like the first attempt, whatever the sender does.
    let stated = Scheme::ALL.iter().filter(|scheme| scheme.retries() != Retries::NotStated);
    assert!(stated.into_iter().all(|scheme| scheme.timestamp_format().is_some()));
}

#[test]
fn a_secret_of_the_wrong_shape_names_the_right_one_and_not_the_text() {
    let shapes = [
        (Scheme::STANDARD, InvalidSecret::MissingPrefix),
        (Scheme::ADYEN, InvalidSecret::NotHex),
        (Scheme::DISCORD, InvalidSecret::NotHex),
        (Scheme::TELNYX, InvalidSecret::NotBase64),
    ];
    for (scheme, expected) in shapes.into_iter().filter(|(scheme, _)| is_compiled_in(*scheme)) {
        let error = scheme.verifier("hunter2!").unwrap_err();
        assert_eq!(error, expected, "{scheme:?}");
        assert!(!format!("{error} {error:?}").contains("hunter"));
    }
    // Both are hexadecimal digits, and neither is the size of a key.
    #[cfg(feature = "ed25519")]
    for text in ["00", &"00".repeat(33)] {
        assert_eq!(Scheme::DISCORD.verifier(text).unwrap_err(), InvalidSecret::NotPublicKey);
    }
    for &scheme in Scheme::ALL {
        for text in ["", " secret", "secret\n"] {
            let error = scheme.verifier(text).unwrap_err();
            assert!(!error.to_string().is_empty(), "{scheme:?} {text:?}");
        }
    }
}

#[test]
fn openai_and_polar_read_their_secrets_in_their_own_way() {
    let whsec = Scheme::OPENAI.secret(support::WHSEC).unwrap();
    let plain = Scheme::OPENAI.secret("plain text").unwrap();
    for (key, secret) in [(support::WHSEC, whsec), ("plain text", plain)] {
        let sent = tower_webhook::Signer::new(Scheme::OPENAI, secret).unwrap();
        let sent = sent.sign(ID, support::at(NOW), b"{}").unwrap();
        let verifier = Scheme::OPENAI.verifier(key).unwrap();
        assert!(verifier.verify_at(&sent, b"{}", support::at(NOW)).is_ok());
        // Polar's secrets were texts before they were base64.
        let polar = Scheme::POLAR.verifier(key).unwrap();
        let same = polar.verify_at(&sent, b"{}", support::at(NOW)).unwrap();
        assert_eq!(same.secret_index(), 0);
        let text = tower_webhook::Secret::utf8(key).unwrap();
        let older = tower_webhook::Signer::new(Scheme::POLAR, text).unwrap();
        let older = older.sign(ID, support::at(NOW), b"{}").unwrap();
        let older = polar.verify_at(&older, b"{}", support::at(NOW)).unwrap();
        assert_eq!(older.secret_index(), usize::from(key == support::WHSEC));
    }
    assert_eq!(Scheme::OPENAI.verifier("whsec_!").unwrap_err(), InvalidSecret::NotBase64);
}

// The list of malformed headers that Stripe's own libraries test.
#[test]
fn stripes_bad_headers_are_refused() {
    let good = sign(Scheme::STRIPE, b"{}")["stripe-signature"].to_str().unwrap().to_owned();
    let signature = good.rsplit_once('=').unwrap().1;
    for value in [
        format!("t=,v1={signature},v0={signature}"),
        "t,v1=,v0=".to_owned(),
        "t,v1=,v0".to_owned(),
        "t,v1=,".to_owned(),
        "t,,".to_owned(),
        ",,".to_owned(),
        "t".to_owned(),
        String::new(),
        format!("t={NOW}"),
        format!("v1={signature}"),
    ] {
        let sent = headers(&[("stripe-signature", &value)]);
        assert!(verify(Scheme::STRIPE, &sent, b"{}").is_err(), "{value}");
    }
}

#[test]
fn every_handshake_has_a_name_of_its_own_and_rests_on_something() {
    let names: Vec<_> = Handshake::ALL.iter().map(Handshake::name).collect();
    assert!(names.is_sorted_by(|left, right| left < right), "{names:?}");
    for handshake in Handshake::ALL {
        assert!(handshake.documentation().unwrap().starts_with("https://"));
        assert!(handshake.evidence().is_some());
    }
    for scheme in Scheme::ALL {
        let listed = Handshake::ALL.iter().find(|it| it.name() == scheme.name()).copied();
        assert_eq!(scheme.handshake(), listed, "{scheme:?}");
    }
}

/// The table of the manual is made from the constants. After a change,
/// `UPDATE_TABLE=1 cargo test --all-features --test scheme table` writes it anew.
#[test]
fn the_manuals_table_is_that_of_the_constants() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/schemes.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once(" -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- /table -->").unwrap();
    let fresh = format!("{before} -->\n\n{}\n<!-- /table -->{after}", table());
    if std::env::var_os("UPDATE_TABLE").is_some() {
        std::fs::write(path, &fresh).unwrap();
    }
    assert!(page == fresh, "src/manual/schemes.md has drifted from the constants");
}

fn table() -> String {
    let mut table = String::from(
        "| scheme | headers | signed | algorithm | encoding | key | tolerance | retries | replay | handshake | rests on |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for scheme in Scheme::ALL {
        let headers: Vec<_> = scheme.headers().iter().map(|names| family(scheme, names)).collect();
        let tolerance = match scheme.timestamp_format() {
            None => "–".to_owned(),
            Some(_) => {
                let tolerance = scheme.tolerance();
                format!("{}, {}", tolerance.past().as_secs(), tolerance.future().as_secs())
            }
        };
        let retries = match (scheme.timestamp_format(), scheme.retries()) {
            (None, _) => "–",
            (Some(_), Retries::Fresh) => "fresh",
            (Some(_), Retries::First) => "first",
            (Some(_), _) => "not stated",
        };
        let replay = match (scheme.signs_id(), scheme.timestamp_format()) {
            (true, _) => "id, time",
            (false, Some(_)) => "time",
            (false, None) => "–",
        };
        let handshake = scheme.handshake().map_or("–".to_owned(), |handshake| {
            let signed = if handshake.is_signed() { "signed " } else { "" };
            format!("{signed}{}", handshake.method())
        });
        let evidence = match scheme.evidence().unwrap() {
            Evidence::Vector => "a published vector",
            Evidence::Documentation => "its documentation",
            Evidence::Library => "its own code",
            _ => "third parties",
        };
        table += &format!(
            "| `{}` | {} | {}{}{}{}{} | {} | {} | {} | {tolerance} | {retries} | {replay} | {handshake} | [{evidence}]({}) |\n",
            scheme.name(),
            headers.join(" or "),
            match scheme.signed() {
                [] => "**nothing**".to_owned(),
                parts => {
                    let parts: String = parts.iter().map(|part| self::part(scheme, part)).collect();
                    format!("`{parts}`")
                }
            },
            if scheme.movable_url() { ", movable" } else { "" },
            if scheme.optional_port() { ", with or without port" } else { "" },
            if scheme.decoded_url().is_empty() { "" } else { ", may be decoded" },
            if scheme.escaped_body() { ", may be escaped" } else { "" },
            algorithms(scheme),
            match scheme.encoding() {
                Encoding::Hex => "hex",
                Encoding::Base64 => "base64",
                Encoding::Base64UrlPadded => "padded base64url",
                Encoding::Base64Der => "base64 of DER",
                Encoding::Verbatim => "–",
                _ => "base64url",
            },
            key(scheme),
            scheme.documentation().unwrap(),
        );
    }
    table
}

fn family(scheme: &Scheme, names: &HeaderNames) -> String {
    let signatures: Vec<_> = names.signatures().collect();
    let signature = match signatures.as_slice() {
        [one] => format!("`{one}: {}`", scheme.layout()),
        [one, other] => format!("`{one}`, `{other}`: `{}`", scheme.layout()),
        [one, .., last] => format!("`{one}` to `{last}`: `{}`", scheme.layout()),
        [] => unreachable!(),
    };
    let others = names.id_name().into_iter().chain(names.timestamp_name());
    [signature]
        .into_iter()
        .chain(others.map(|name| format!("`{name}`")))
        .collect::<Vec<_>>()
        .join(", ")
}

fn part(scheme: &Scheme, part: &Part) -> String {
    match part {
        Part::Id => "{id}".to_owned(),
        Part::Timestamp => match scheme.timestamp_format().unwrap() {
            TimestampFormat::Seconds => "{seconds}".to_owned(),
            TimestampFormat::Millis => "{milliseconds}".to_owned(),
            TimestampFormat::Iso8601 => "{ISO 8601}".to_owned(),
            TimestampFormat::HttpDate => "{HTTP date}".to_owned(),
            _ => "{RFC 3339}".to_owned(),
        },
        Part::Body => "{body}".to_owned(),
        Part::Form => "{fields}".to_owned(),
        Part::Method => "{method}".to_owned(),
        Part::Url => "{url}".to_owned(),
        // A vertical bar would end the cell.
        Part::Literal(text) => text.replace('|', "\\|"),
        other => panic!("{other:?} is not in the table"),
    }
}

fn algorithms(scheme: &Scheme) -> &'static str {
    let asymmetric = scheme.layout().to_string().contains("v1a");
    match scheme.algorithm() {
        Algorithm::HmacSha256 if asymmetric => "HMAC-SHA-256, Ed25519",
        Algorithm::HmacSha256 => "HMAC-SHA-256",
        Algorithm::HmacSha512 => "HMAC-SHA-512",
        Algorithm::HmacSha1 => "HMAC-SHA-1",
        Algorithm::Ed25519 => "Ed25519",
        Algorithm::EcdsaP256 => "ECDSA P-256",
        Algorithm::SharedToken => "none",
        other => panic!("{other:?} is not in the table"),
    }
}

fn key(scheme: &Scheme) -> &'static str {
    let asymmetric = scheme.layout().to_string().contains("v1a");
    match scheme.key_format() {
        KeyFormat::Whsec if asymmetric => "`whsec_`, `whpk_`",
        KeyFormat::Whsec => "`whsec_`",
        KeyFormat::WhsecOrUtf8 => "`whsec_`, or text",
        KeyFormat::WhsecAndUtf8 => "`whsec_` and text",
        KeyFormat::Utf8 => "text",
        KeyFormat::Utf8With("&") => "text and `&`",
        KeyFormat::Hex => "hex",
        KeyFormat::Base64 => "base64",
        KeyFormat::Utf8OrHex => "text or hex",
        KeyFormat::PublicKeyHex => "public key, hex",
        KeyFormat::PublicKeyBase64 => "public key, base64",
        KeyFormat::PublicKeyDer => "public key, base64 of DER",
        other => panic!("{other:?} is not in the table"),
    }
}
