//! Secrets in every format: what is read is what was written, and nothing else is read.

use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, STANDARD, STANDARD_NO_PAD};
use base64::{Engine as _, alphabet};
use ed25519_dalek::SigningKey;
use tower_webhook::scheme::KeyFormat;
use tower_webhook::{InvalidSecret, Scheme, Secret, Signer, Verifier};

use crate::input::Input;
use crate::keys::{fingerprint, fingerprint_of};
use crate::plain::SCHEMES;

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let scheme = SCHEMES[input.below(SCHEMES.len())];
    let bytes = input.rest();
    written(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        read(text);
        preset(scheme, text);
    }
}

/// Bytes that are written in each format and read again.
fn written(bytes: &[u8]) {
    let (hex, base64) = (hex::encode(bytes), STANDARD.encode(bytes));
    let bare = STANDARD_NO_PAD.encode(bytes);
    for secret in [
        Secret::bytes(bytes),
        Secret::hex(&hex),
        Secret::hex(&hex.to_uppercase()),
        Secret::base64(&base64),
        Secret::base64(&bare),
        Secret::whsec(&format!("whsec_{base64}")),
        Secret::whsec(&format!("whsec_{bare}")),
    ] {
        match secret {
            Ok(secret) => {
                assert!(!bytes.is_empty());
                assert_eq!(format!("{secret:?} {secret:#?}"), "Secret(..) Secret(..)");
                assert_eq!(fingerprint(secret), fingerprint_of(bytes));
            }
            // Three bytes are written as `null`, and others as `xxxx`.
            Err(InvalidSecret::Placeholder(_)) => assert!(!is_plausible(&bare)),
            Err(error) => assert!(bytes.is_empty() && error == InvalidSecret::Empty, "{error:?}"),
        }
    }

    let Some(seed) = bytes.first_chunk() else { return };
    let pair = SigningKey::from_bytes(seed);
    let public = pair.verifying_key().to_bytes();
    let whsk = format!("whsk_{}", STANDARD.encode(pair.to_keypair_bytes()));
    let whpk = format!("whpk_{}", STANDARD.encode(public));
    Signer::new(Scheme::STANDARD, Secret::whsk(&whsk).unwrap()).unwrap();
    let keys = [Secret::whpk(&whpk).unwrap(), Secret::ed25519(&public).unwrap()];
    for key in keys {
        Verifier::new(Scheme::STANDARD, key.clone()).unwrap();
        assert_eq!(Verifier::new(Scheme::GITHUB, key).unwrap_err(), InvalidSecret::AsymmetricKey);
    }
    // The halves of different pairs are none.
    let mut other = pair.to_keypair_bytes();
    other[..32].iter_mut().for_each(|byte| *byte = !*byte);
    let other = format!("whsk_{}", STANDARD.encode(other));
    assert_eq!(Secret::whsk(&other).unwrap_err(), InvalidSecret::NotPrivateKey);
}

/// Text that may be in some format.
fn read(text: &str) {
    let secret = |bytes: Option<Vec<u8>>| bytes.filter(|bytes| !bytes.is_empty());
    let plausible = |bytes: Option<Vec<u8>>| bytes.filter(|_| is_plausible(text));
    agree(Secret::utf8(text), secret(plausible(Some(text.into()))), text);
    agree(Secret::hex(text), secret(hex::decode(text).ok()), text);
    agree(Secret::base64(text), secret(plausible(base64(text))), text);
    let whsec = plausible(text.strip_prefix("whsec_").and_then(base64));
    agree(Secret::whsec(text), secret(whsec), text);

    // Most texts of the right size are half of no pair; what is one says the same again.
    for (prefix, size, secret) in
        [("whpk_", 32, Secret::whpk(text)), ("whsk_", 64, Secret::whsk(text))]
    {
        let bytes = text.strip_prefix(prefix).and_then(base64);
        if secret.is_ok() {
            assert_eq!(bytes.unwrap().len(), size);
        } else if let Some(pair) = bytes.and_then(|bytes| <[u8; 64]>::try_from(bytes).ok()) {
            assert!(size == 32 || SigningKey::from_keypair_bytes(&pair).is_err());
        }
    }
}

/// The bytes that are the key in a scheme's own format, in which its provider prints them.
fn preset(scheme: Scheme, text: &str) {
    let ed25519 = matches!(scheme.name(), "standard-webhooks" | "svix");
    if ed25519 && (text.starts_with("whpk_") || text.starts_with("whsk_")) {
        let same = [Secret::whpk(text).is_ok(), Secret::whsk(text).is_ok()];
        assert_eq!(scheme.secret(text).is_ok(), same.contains(&true));
        // A receiver has no use for the half that signs.
        assert_eq!(scheme.verifier(text).is_ok(), same[0]);
        return;
    }
    let other_kinds: &[&str] = match scheme.name() {
        "stripe" => {
            &["sk_live_", "sk_test_", "rk_live_", "rk_test_", "pk_live_", "pk_test_", "we_"]
        }
        "slack" => &["xoxb-", "xoxp-", "xapp-"],
        "shopify" => &["shpat_"],
        _ => &[],
    };
    if other_kinds.iter().any(|prefix| text.starts_with(prefix)) {
        assert!(matches!(scheme.verifier(text), Err(InvalidSecret::OtherKind(_))));
        return;
    }
    let whole = is_plausible(text).then(|| text.as_bytes().to_vec());
    let whsec = text.strip_prefix("whsec_").map(base64);
    let bytes = match scheme.key_format() {
        KeyFormat::Whsec => whsec.flatten(),
        KeyFormat::VersionedWhsec => {
            text.strip_prefix("v1,").unwrap_or(text).strip_prefix("whsec_").and_then(base64)
        }
        KeyFormat::WhsecOrUtf8 => whsec.unwrap_or(whole),
        KeyFormat::WhsecAndUtf8 => match text.strip_prefix("whsec_").map(lenient_base64) {
            Some(Some(decoded)) => whole.map(|_| decoded),
            Some(None) | None => whole,
        },
        KeyFormat::Utf8 => whole,
        KeyFormat::Utf8OrHex => whole.filter(|_| hex::decode(text).is_ok()),
        KeyFormat::Hex => hex::decode(text).ok(),
        KeyFormat::Base64 => base64(text),
        KeyFormat::Utf8With(suffix) => whole.filter(|text| !text.is_empty()).map(|mut text| {
            text.extend_from_slice(suffix.as_bytes());
            text
        }),
        KeyFormat::PublicKeyHex => {
            return public(scheme, text, hex::decode(text).ok(), Secret::ed25519);
        }
        KeyFormat::PublicKeyBase64 => return public(scheme, text, base64(text), Secret::ed25519),
        KeyFormat::PublicKeyDer => return public(scheme, text, base64(text), Secret::p256),
        format => panic!("{format:?} is not known here"),
    };
    let bytes = bytes.filter(|bytes| !bytes.is_empty() && is_plausible(text));
    assert_eq!(scheme.verifier(text).is_ok(), bytes.is_some());
    agree(scheme.secret(text), bytes, text);
}

/// Text that is a public key if its bytes are.
fn public(
    scheme: Scheme,
    text: &str,
    bytes: Option<Vec<u8>>,
    read: fn(&[u8]) -> Result<Secret, InvalidSecret>,
) {
    let key = bytes.filter(|_| is_plausible(text)).and_then(|bytes| read(&bytes).ok());
    assert_eq!(scheme.secret(text).is_ok(), key.is_some());
    assert_eq!(scheme.verifier(text).is_ok(), key.is_some());
}

/// Whether a text is more than what a copy, a template or a file leaves behind.
fn is_plausible(text: &str) -> bool {
    const WORDS: &str = "undefined null none nil [object-object] changeme change-me replaceme \
        replace-me placeholder redacted [redacted] your-secret your-webhook-secret your-signing-secret";
    let invisible = |char: char| {
        let code = u32::from(char);
        char.is_control()
            || matches!(code, 0xad | 0x180e | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x2064)
            || matches!(code, 0x2066..=0x2069 | 0xfeff)
    };
    let within = |start: &str, end: &str| {
        text.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).map(str::to_owned)
    };
    let is_name = |name: &String| {
        let of_names =
            |char: char| char.is_ascii_uppercase() || char.is_ascii_digit() || char == '_';
        !name.is_empty() && name.chars().all(of_names)
    };
    let quoted = [("\"", "\""), ("'", "'"), ("`", "`"), ("“", "”"), ("", "\\n")];
    let word = text.to_ascii_lowercase().replace(['_', ' '], "-");
    let template = [("${", "}"), ("{{", "}}"), ("<", ">")];
    let crossed =
        |text: &str| text.len() >= 4 && text.chars().all(|char| matches!(char, 'x' | 'X'));
    text.trim() == text
        && !text.contains(invisible)
        && !quoted.into_iter().any(|(start, end)| within(start, end).is_some())
        && !WORDS.split_whitespace().any(|other| other == word)
        && !template.into_iter().any(|(start, end)| within(start, end).is_some())
        && !within("$", "").as_ref().is_some_and(is_name)
        && !within("%", "%").as_ref().is_some_and(is_name)
        && !crossed(text.strip_prefix("whsec_").unwrap_or(text))
        && !text.contains("****")
        && !text.contains("•••")
        && !text.ends_with('…')
}

fn agree(secret: Result<Secret, InvalidSecret>, bytes: Option<Vec<u8>>, text: &str) {
    match (secret, bytes) {
        (Ok(secret), Some(bytes)) => assert_eq!(fingerprint(secret), fingerprint_of(&bytes)),
        (Err(_), None) => {}
        (secret, bytes) => panic!("{text:?}: {secret:?}, but {bytes:?}"),
    }
}

/// Standard base64 with up to two signs of padding, whose last bits may have any value.
fn lenient_base64(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose =
        GeneralPurpose::new(&alphabet::STANDARD, NO_PAD.with_decode_allow_trailing_bits(true));
    let bare = text.strip_suffix("==").or(text.strip_suffix('=')).unwrap_or(text);
    LENIENT.decode(bare).ok()
}

/// Standard base64 in its canonical form, with all of its padding or none.
fn base64(text: &str) -> Option<Vec<u8>> {
    let engine = if text.ends_with('=') { STANDARD } else { STANDARD_NO_PAD };
    engine.decode(text).ok()
}
