//! What is accepted of headers is written in the strict grammar: it is what one would write again.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderName, HeaderValue};
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use tower_webhook::scheme::{Algorithm, Encoding, Part, TimestampFormat};
use tower_webhook::{Verified, VerifyError};

use crate::delivery::{Delivery, texts, told};
use crate::input::Input;
use crate::keys::Key;

pub fn run(data: &[u8]) {
    let delivery = Delivery::read(&mut Input::new(data));
    let verifier = delivery.verifier();
    let begun = verifier.begin(&delivery.parts);
    let verdict = verifier.verify_at(&delivery.parts, &delivery.body, delivery.now);
    match (&begun, &verdict) {
        (Ok(_), Ok(_) | Err(VerifyError::Mismatch)) => check(&delivery),
        // The head is good, and the fields of a form are not streamed.
        (
            Err(VerifyError::NeedsWholeBody),
            Ok(_) | Err(VerifyError::Mismatch | VerifyError::TooManyFields),
        ) => check(&delivery),
        (Err(early), Err(late)) => assert_eq!(early, late),
        (begun, verdict) => panic!("{begun:?}, but {verdict:?}"),
    }

    // Neither the order of headers nor what others are beside them makes a difference.
    let mut turned = delivery.parts.clone();
    turned.headers = turn(&delivery.parts.headers);
    let again = verifier.verify_at(&turned, &delivery.body, delivery.now);
    let told = |verdict: Result<Verified, _>| verdict.map(|verified| told(&verified));
    assert_eq!(told(verdict), told(again));
}

/// What any delivery must be whose headers are accepted.
fn check(delivery: &Delivery) {
    let (scheme, headers) = (delivery.scheme, &delivery.parts.headers);
    let has_signature = |name| headers.contains_key(HeaderName::from_static(name));
    let family = scheme.headers().iter().find(|names| names.signatures().any(has_signature));
    let names = family.expect("a signature");

    let lines: Vec<&[u8]> = names.signatures().flat_map(|name| texts(headers, name)).collect();
    assert!((1..=32).contains(&lines.len()));
    let repeated = names.signatures().any(|name| texts(headers, name).len() > 1);
    assert!(!repeated || scheme.repeated_signature());

    if let Some(name) = names.id_name() {
        let [id] = texts(headers, name)[..] else { panic!("one id") };
        let id = std::str::from_utf8(id).expect("text");
        assert!(!id.is_empty() && id.len() <= 256);
        assert!(!id.contains(|char: char| !char.is_ascii() || char.is_control()));
        let at = scheme.signed().iter().position(|part| *part == Part::Id).unwrap();
        let body = scheme.signed().iter().position(|part| *part == Part::Body).unwrap();
        let inward = if at < body { at + 1 } else { at - 1 };
        if let Part::Literal(end) = scheme.signed()[inward] {
            assert!(!id.contains(end));
        }
    }

    // The text of a list is split by its own layout, which the layout prints. Sets of entries are lines.
    let layout = scheme.layout().to_string();
    let sets = layout.matches("{time}").count() > 1;
    let lines: Vec<&[u8]> = match sets {
        true => lines.iter().flat_map(|line| line.split(|byte| *byte == b' ')).collect(),
        false => lines,
    };
    // A layout with one version does not print its separator.
    let marks = [' ', ',', ';', '=', ':', '|'];
    let entries = |separator: char| {
        lines.iter().flat_map(move |line| {
            line.split(move |byte| *byte == separator as u8).map(|entry| {
                let text = String::from_utf8_lossy(entry);
                text.trim_start_matches(' ').to_owned()
            })
        })
    };
    let times = match names.timestamp_name() {
        Some(name) => texts(headers, name).into_iter().map(<[u8]>::to_vec).collect(),
        // `{time},…,…`
        None if layout.starts_with("{time}") => {
            let separator = layout.chars().nth("{time}".len()).unwrap();
            entries(separator).take(1).map(String::into_bytes).collect()
        }
        // `t={time},v1=…`
        None if layout.contains("{time}") => {
            let start = layout.split("{time}").next().unwrap();
            let separator = layout.split("{time}").nth(1).unwrap().chars().next().unwrap();
            let times = entries(separator)
                .filter_map(|entry| entry.strip_prefix(start).map(|text| text.as_bytes().to_vec()));
            let mut times: Vec<_> = times.collect();
            if sets {
                times.dedup();
            }
            times
        }
        None => Vec::new(),
    };
    match (scheme.timestamp_format(), &times[..]) {
        (Some(format), [text]) => check_time(delivery, format, text),
        (None, []) => {}
        _ => panic!("{} times", times.len()),
    }

    // Some piece of some line, after a mark of the layout or the prefix, is a signature.
    let algorithms: Vec<Algorithm> =
        delivery.keys.iter().map(|key: &&Key| key.algorithm(scheme)).collect();
    let canonical = |text: &str| {
        if scheme.encoding() == Encoding::Verbatim {
            return !text.is_empty();
        }
        if scheme.encoding() == Encoding::Base64Der {
            let der = STANDARD.decode(text).unwrap_or_default();
            return p256::ecdsa::DerSignature::from_bytes(&der).is_ok() || der.len() > 7;
        }
        let bytes = match scheme.encoding() {
            Encoding::Hex => hex::decode(text).ok(),
            Encoding::Base64 => STANDARD.decode(text).ok(),
            Encoding::Base64UrlPadded => URL_SAFE.decode(text).ok(),
            _ => URL_SAFE_NO_PAD.decode(text).ok(),
        };
        bytes.is_some_and(|bytes| {
            let again = match scheme.encoding() {
                Encoding::Hex => hex::encode(&bytes).eq_ignore_ascii_case(text),
                Encoding::Base64 => STANDARD.encode(&bytes) == text,
                Encoding::Base64UrlPadded => URL_SAFE.encode(&bytes) == text,
                _ => URL_SAFE_NO_PAD.encode(&bytes) == text,
            };
            again && algorithms.iter().any(|algorithm| algorithm.size() == bytes.len())
        })
    };
    let found = lines.iter().any(|line| {
        let line = String::from_utf8_lossy(line);
        // Any way to cut it will do: the layout's prefix, or behind its last mark.
        let prefix = layout.split('…').next().unwrap();
        let single = line.strip_prefix(prefix).is_some_and(canonical);
        let listed = marks.iter().any(|separator| {
            line.split(*separator).any(|entry| {
                marks.iter().any(|assign| {
                    entry.split_once(*assign).is_some_and(|(_, text)| canonical(text))
                })
            })
        });
        let bare = marks
            .iter()
            .any(|mark| line.split(*mark).any(|entry| canonical(entry.trim_start_matches(' '))));
        single || listed || bare
    });
    assert!(found, "no signature in its canonical form");
}

/// The text is the one in which its time is printed, and the time is within the tolerance.
fn check_time(delivery: &Delivery, format: TimestampFormat, text: &[u8]) {
    let text = std::str::from_utf8(text).expect("text");
    let nanos = match format {
        TimestampFormat::Iso8601 => {
            let whole = format!("{text}Z");
            OffsetDateTime::parse(&whole, &Rfc3339).expect("a date").unix_timestamp_nanos()
        }
        TimestampFormat::HttpDate => {
            let at = OffsetDateTime::parse(text, &Rfc2822).expect("a date");
            assert_eq!(crate::plain::http_date(at), text);
            at.unix_timestamp_nanos()
        }
        TimestampFormat::Rfc3339 => {
            assert!(text.len() <= 40 && text.as_bytes()[10] == b'T');
            OffsetDateTime::parse(text, &Rfc3339).expect("a date").unix_timestamp_nanos()
        }
        format => {
            let number: u64 = text.parse().expect("a number");
            assert_eq!(number.to_string(), text);
            let (digits, unit) = match format {
                TimestampFormat::Millis => (13, 1_000_000),
                _ => (10, 1_000_000_000),
            };
            assert_eq!(text.len(), digits);
            i128::from(number) * unit
        }
    };
    // A second more is for the part of now that the format cannot write.
    let distance = delivery.now.unix_timestamp_nanos() - nanos;
    let second = std::time::Duration::from_secs(1);
    let most = |limit: std::time::Duration| limit.saturating_add(second).as_nanos() as i128;
    assert!(distance <= most(delivery.tolerance.past()));
    assert!(-distance <= most(delivery.tolerance.future()));
}

/// The same headers, the last name first, with one more before and after them.
fn turn(headers: &HeaderMap) -> HeaderMap {
    let mut names: Vec<&HeaderName> = headers.keys().collect();
    names.reverse();
    let mut turned = HeaderMap::new();
    let other = HeaderValue::from_static("v1,AAAA");
    turned.append("x-first", other.clone());
    for name in names {
        for value in headers.get_all(name) {
            turned.append(name, value.clone());
        }
    }
    turned.append("x-last", other);
    turned
}
