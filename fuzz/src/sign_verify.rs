//! What is signed verifies with each of its secrets, and no longer once anything of it is changed.

use http::{HeaderMap, HeaderValue};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use tower_webhook::scheme::{Encoding, Part, TimestampFormat};
use tower_webhook::sign::SignError;
use tower_webhook::{InvalidSecret, Scheme, Signer, VerifyError};

use crate::delivery::{self, told};
use crate::input::Input;
use crate::keys::Key;
use crate::plain::{self, Grammar, Request, SCHEMES, Verdict};

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let scheme = SCHEMES[input.below(SCHEMES.len())];
    let keys = delivery::keys(scheme, &mut input);
    let now = delivery::now(&mut input);
    let (_, url) = delivery::target(&mut input);
    let (change, at, byte) = (input.byte(), usize::from(input.short()), input.byte());
    let id = String::from_utf8_lossy(input.line()).into_owned();
    let id = (id != "-").then_some(&*id);
    let body = input.rest();

    let keys = &keys[..room(scheme, keys.len())];
    let signer = signer(scheme, keys);
    let signed = signer.request(&url, id, now, body);
    if let Some(error) = refusal(scheme, id, now).or_else(|| refused_body(scheme, &url, body)) {
        assert_eq!(signed.unwrap_err(), error);
        return;
    }
    let (parts, signed) = signed.unwrap().into_parts();
    assert_eq!((signed, parts.method.as_str(), &*parts.uri.to_string()), (body, "POST", &*url));
    match scheme.signs_request() {
        true => assert_eq!(signer.sign(id, now, body).unwrap_err(), SignError::NeedsUrl),
        false => assert_eq!(signer.sign(id, now, body).unwrap(), parts.headers),
    }

    let tolerance = scheme.tolerance();
    let verifier = delivery::verifier(scheme, keys, tolerance, now);
    let verified = verifier.verify(&parts, body).unwrap();
    let expected = (0, id.filter(|_| scheme.signs_id()).map(str::to_owned), written(scheme, now));
    assert_eq!(told(&verified), expected);

    // Each receiver that has one of the secrets, and other secrets that are newer. Of Ed25519
    // signatures the first 11 are looked at.
    let stranger = Key::of(scheme, 16, byte & 1 == 1);
    for key in keys.iter().take(11) {
        let verifier = delivery::verifier(scheme, &[stranger, key], tolerance, now);
        assert_eq!(verifier.verify(&parts, body).unwrap().secret_index(), 1);
    }
    let verifier = delivery::verifier(scheme, &[stranger], tolerance, now);
    let kind = |key: &&Key| key.algorithm(scheme) == stranger.algorithm(scheme);
    let error = match keys.iter().any(kind) {
        true => VerifyError::Mismatch,
        // There is nothing that it could even be compared with.
        false => VerifyError::UnsupportedVersion,
    };
    assert_eq!(verifier.verify(&parts, body).unwrap_err(), error);

    // What the plain rules make of it.
    let request = |headers, url, body| Request {
        scheme,
        headers,
        method: parts.method.as_str(),
        url,
        body,
        keys,
        tolerance,
        now,
    };
    let verdict = request(&parts.headers, &url, body).judge();
    let (secret_index, id, timestamp) = expected;
    assert_eq!(verdict, Verdict::Accepted { secret_index, id, timestamp });

    // With one change. The other signatures of a list would still be good.
    let verifier = delivery::verifier(scheme, &keys[..1], tolerance, now);
    match change % 4 {
        // Of a form not every byte counts, which is for the target `form`, and beside a token none does.
        0 | 1 if plain::signs_form(scheme) || !scheme.covers_body() => {}
        0 => {
            let mut body = body.to_vec();
            body.insert(at % (body.len() + 1), byte);
            assert_eq!(verifier.verify(&parts, &body).unwrap_err(), VerifyError::Mismatch);
        }
        1 if !body.is_empty() => {
            let mut body = body.to_vec();
            let at = at % body.len();
            body[at] ^= byte.max(1);
            assert_eq!(verifier.verify(&parts, &body).unwrap_err(), VerifyError::Mismatch);
        }
        2 if scheme.signed().contains(&Part::Url) => {
            let mut parts = parts.clone();
            parts.uri = format!("{}x", parts.uri).parse().unwrap();
            assert_eq!(verifier.verify(&parts, body).unwrap_err(), VerifyError::Mismatch);
        }
        _ if keys.len() == 1 => {
            if let Some(headers) = damage(scheme, &parts.headers, at, byte) {
                let mut parts = parts.clone();
                parts.headers = headers;
                assert!(verifier.verify(&parts, body).is_err(), "{:?}", parts.headers);
            }
        }
        _ => {}
    }
}

/// How many signatures the headers have room for.
fn room(scheme: Scheme, most: usize) -> usize {
    match plain::grammar(scheme) {
        Grammar::Single(_) if !scheme.repeated_signature() => {
            most.min(scheme.headers()[0].signatures().count())
        }
        _ => most,
    }
}

fn signer(scheme: Scheme, keys: &[&'static Key]) -> Signer {
    let mut signer = Signer::new(scheme, keys[0].signing_secret()).unwrap();
    for key in &keys[1..] {
        signer = signer.add_secret(key.signing_secret()).unwrap();
    }
    // One more than there is room for.
    let more = signer.clone().add_secret(keys[0].signing_secret());
    if keys.len() == 16 || room(scheme, 17) == keys.len() {
        let error = more.unwrap_err();
        assert!(matches!(error, InvalidSecret::TooManySecrets | InvalidSecret::SingleSignature));
    }
    signer
}

/// Why it cannot be signed.
fn refusal(scheme: Scheme, id: Option<&str>, now: OffsetDateTime) -> Option<SignError> {
    match id {
        _ if !scheme.signs_id() => {}
        None => return Some(SignError::MissingId),
        // Blanks at its ends would not arrive.
        Some(id) if id.trim_matches([' ', '\t']) != id => return Some(SignError::InvalidId),
        Some(id) if plain::is_id(scheme, id.as_bytes()) => {}
        Some(_) => return Some(SignError::InvalidId),
    }
    let range = match scheme.timestamp_format() {
        Some(TimestampFormat::Rfc3339 | TimestampFormat::Iso8601) => now.year() >= 0,
        Some(TimestampFormat::HttpDate) => now.year() >= 1900,
        Some(_) => (1_000_000_000..10_000_000_000).contains(&now.unix_timestamp()),
        None => true,
    };
    (!range).then_some(SignError::InvalidTimestamp)
}

/// Whether a receiver would not take the body for what is signed.
fn refused_body(scheme: Scheme, url: &str, body: &[u8]) -> Option<SignError> {
    if !plain::signs_form(scheme) {
        return None;
    }
    let refused = match plain::digest(scheme, url) {
        Some(digest) => !hex::encode(Sha256::digest(body)).eq_ignore_ascii_case(digest),
        None => plain::fields(body).len() > 1000,
    };
    refused.then_some(SignError::InvalidBody)
}

/// The time, at the resolution in which it is written.
fn written(scheme: Scheme, now: OffsetDateTime) -> Option<OffsetDateTime> {
    let nanos = match scheme.timestamp_format()? {
        TimestampFormat::Seconds | TimestampFormat::HttpDate => 0,
        TimestampFormat::Millis => now.nanosecond() / 1_000_000 * 1_000_000,
        _ => now.nanosecond(),
    };
    Some(now.replace_nanosecond(nanos).unwrap())
}

/// Replaces one byte of one signed header; `None` if that changes nothing.
fn damage(scheme: Scheme, headers: &HeaderMap, at: usize, byte: u8) -> Option<HeaderMap> {
    let (name, value) = headers.iter().nth(at % headers.len())?;
    // Nothing signs these.
    if scheme.headers()[0].fixed_headers().iter().any(|(fixed, _)| name == fixed) {
        return None;
    }
    let mut bytes = value.as_bytes().to_vec();
    let at = at / headers.len() % bytes.len();
    bytes[at] = byte;
    // What divides sets of entries also separates these.
    if let Grammar::List { divider: Some(divider), separator, .. } = plain::grammar(scheme)
        && [divider, separator].contains(&byte)
        && [divider, separator].contains(&value.as_bytes()[at])
    {
        return None;
    }
    // Hexadecimal digits mean the same in either case.
    let hex = scheme.encoding() == Encoding::Hex;
    if bytes == value.as_bytes() || hex && bytes.eq_ignore_ascii_case(value.as_bytes()) {
        return None;
    }
    let mut damaged = headers.clone();
    damaged.insert(name, HeaderValue::from_bytes(&bytes).ok()?);
    Some(damaged)
}
