//! The fields of a form are signed as they are read by the plain rules and by another parser, however
//! they are ordered, repeated and encoded.

use http::HeaderValue;
use time::OffsetDateTime;
use tower_webhook::{Scheme, VerifyError};

use crate::delivery::{self, BASE};
use crate::input::Input;
use crate::keys::Key;
use crate::plain;

const SCHEME: Scheme = Scheme::TWILIO_SHA256;

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let (seed, name) = (usize::from(input.short()), input.line().to_vec());
    let body = input.rest();
    let fields = plain::fields(body);
    if let Ok(text) = std::str::from_utf8(body) {
        let other: Vec<_> = form_urlencoded::parse(text.as_bytes()).collect();
        let lossy = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
        let ours: Vec<_> = fields.iter().map(|(name, value)| (lossy(name), lossy(value))).collect();
        assert!(
            ours.iter()
                .map(|(name, value)| (&**name, &**value))
                .eq(other.iter().map(|(name, value)| (&**name, &**value)))
        );
    }

    let content = [format!("{BASE}/hook").as_bytes(), &plain::signed(&fields)].concat();
    let key = Key::shared(seed);
    let signature = plain::encode(SCHEME.encoding(), &key.sign(SCHEME.algorithm(), &content));
    let verifier =
        delivery::verifier(SCHEME, &[key], SCHEME.tolerance(), OffsetDateTime::UNIX_EPOCH);
    let (mut parts, ()) = http::Request::post("/hook").body(()).unwrap().into_parts();
    parts.headers.insert("x-twilio-signature", HeaderValue::from_str(&signature).unwrap());
    let verdict = |body: &[u8]| verifier.verify(&parts, body).map(drop);
    let many = |fields: &[(Vec<u8>, Vec<u8>)]| fields.len() > 1000;
    let expected = if many(&fields) { Err(VerifyError::TooManyFields) } else { Ok(()) };
    assert_eq!(verdict(body), expected);

    // Written otherwise: from some other field on, backwards, and some of them twice.
    let mut others = fields.clone();
    others.rotate_left(seed % fields.len().max(1));
    others.reverse();
    others.extend(fields.iter().step_by(1 + seed % 7).cloned());
    let written = others.iter().map(|(name, value)| {
        // Neither is there otherwise.
        if name.is_empty() && value.is_empty() {
            return "=".to_owned();
        }
        format!("{}={}", percent(name), percent(value))
    });
    let written = written.collect::<Vec<_>>().join("&");
    let expected = if many(&others) { Err(VerifyError::TooManyFields) } else { Ok(()) };
    assert_eq!(verdict(written.as_bytes()), expected);

    // With another field, which is not empty and was not there.
    let more = (name, b"more".to_vec());
    if !fields.contains(&more) && fields.len() < 1000 {
        let longer = format!("{written}&{}=more", percent(&more.0));
        assert!(verdict(longer.as_bytes()).is_err());
    }
}

fn percent(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02x}")).collect()
}
