//! Hypotheses about the headers.

use std::borrow::Cow;

use crate::crypto::Algorithm;
use crate::diagnose::finding::{
    ALGORITHM, Code, Finding, HEADER_FAMILY, HEADER_JOINED, HEADER_MISSING, OTHER_SCHEME,
    SEPARATOR, SIGNATURE_ENCODING, SIGNATURE_PREFIX, SIGNATURE_VERSION, TIMESTAMP_UNIT, URL_HOST,
    URL_PATH, excerpt,
};
use crate::diagnose::lens::{Lens, Pairs, claims, plain};
use crate::diagnose::trial::{Change, To};
use crate::error::{Field, VerifyError};
use crate::scheme::definition::Scheme;
use crate::scheme::header::HeaderNames;
use crate::scheme::layout::LayoutKind;
use crate::scheme::part::Part;
use crate::scheme::timestamp::TimestampFormat;

const FORMATS: [TimestampFormat; 3] =
    [TimestampFormat::Seconds, TimestampFormat::Millis, TimestampFormat::Rfc3339];

const SEPARATORS: [&str; 12] = [".", ":", "", "\n", "|", ",", " ", "-", "_", "+", "&", "\r\n"];

pub(super) fn changes<'d>(
    scheme: Scheme,
    pairs: &'d Pairs<'d>,
) -> impl Iterator<Item = Change<'d>> + 'd {
    let strict = Lens::default();
    let times = FORMATS.into_iter().flat_map(|read| FORMATS.map(|signed| (read, signed)));
    let own = scheme.timestamp_format();
    let times = times.filter(move |(read, signed)| read != signed || Some(*read) != own);
    let lenses = [
        (
            &HEADER_JOINED,
            "The headers match if values that were joined or repeated are taken apart.",
            Lens { joined: true, ..strict },
        ),
        (
            &HEADER_FAMILY,
            "The headers match if those of several families are read one by one.",
            Lens { mixed: true, ..strict },
        ),
        (
            &HEADER_MISSING,
            "The headers match under names that are only similar to those of the scheme.",
            Lens { renamed: true, ..strict },
        ),
        (
            &SIGNATURE_ENCODING,
            "The signature matches in an encoding other than the scheme's.",
            Lens { encoding: true, ..strict },
        ),
        (
            &SIGNATURE_PREFIX,
            "The signature matches if what is in front of it is read otherwise.",
            Lens { prefix: true, ..strict },
        ),
        (
            &SIGNATURE_VERSION,
            "A signature matches that is marked with another version.",
            Lens { version: true, ..strict },
        ),
    ];
    let lenses = lenses.into_iter().map(|(code, found, lens)| (code, Cow::Borrowed(found), lens));
    let algorithms = [Algorithm::HmacSha256, Algorithm::HmacSha512, Algorithm::HmacSha1];
    let algorithms = algorithms.into_iter().filter(move |it| *it != scheme.algorithm());
    let algorithms = algorithms.map(move |algorithm| {
        let found = format!("The signature matches with {algorithm:?}.");
        (&ALGORITHM, found.into(), Lens { algorithm: Some(algorithm), ..strict })
    });
    let parts = scheme.signed().iter().filter(|part| !matches!(part, Part::Literal(_))).count();
    let separators = SEPARATORS.into_iter().filter(move |_| parts > 1).map(move |text| {
        let found = format!("The signature matches with {text:?} between the signed parts.");
        (&SEPARATOR, found.into(), Lens { separator: Some(text), ..strict })
    });
    let times = times.map(move |(read, signed)| {
        let found = match read == signed {
            true => format!("The timestamp is in {read:?}, not in the scheme's format."),
            false => format!("The timestamp is in {read:?}, and was signed in {signed:?}."),
        };
        (&TIMESTAMP_UNIT, found.into(), Lens { time: Some((read, signed)), ..strict })
    });
    let all = lenses.chain(times).chain(algorithms).chain(separators);
    all.flat_map(move |(code, found, lens): (&'static Code, Cow<'static, str>, Lens)| {
        let claims = lens.read(scheme, pairs).into_iter();
        claims.map(move |claims| Change::new(code, found.clone(), To::Claims(claims)))
    })
}

/// The delivery, read by every other preset of which a signature header is there.
pub(super) fn schemes<'d>(
    scheme: Scheme,
    pairs: &'d Pairs<'d>,
) -> impl Iterator<Item = Change<'d>> + 'd {
    let others = Scheme::ALL.iter().filter(move |other| **other != scheme);
    others.filter_map(move |other| {
        let claims = claims(*other, pairs)?;
        let found = format!("The delivery verifies as one of `{}`.", other.name());
        Some(Change::new(&OTHER_SCHEME, found, To::Claims(claims)))
    })
}

/// What the verdict itself says about the headers.
pub(super) fn observed(scheme: Scheme, error: VerifyError, pairs: &Pairs<'_>) -> Option<Finding> {
    Some(match error {
        VerifyError::Missing(field) => {
            let others = Scheme::ALL
                .iter()
                .filter(|other| **other != scheme && claims(**other, pairs).is_some());
            if field == Field::Signature
                && let Some(other) = others.min_by_key(|other| other.signed().len())
            {
                let found = format!(
                    "There is no header of `{}`, but one of `{}`, whose signature does not match either.",
                    scheme.name(),
                    other.name()
                );
                return Some(OTHER_SCHEME.observed(found));
            }
            let found = pairs.iter().map(|(name, _)| *name);
            HEADER_MISSING.observed(format!(
                "The {field} is missing; looked for {}, and found {}.",
                wanted(scheme, field),
                similar(found, scheme, field)
            ))
        }
        VerifyError::Repeated(field) => HEADER_JOINED.observed(format!("The {field} is repeated.")),
        VerifyError::TooManySignatures => {
            HEADER_JOINED.observed("There are more than 32 signatures.")
        }
        VerifyError::Malformed(Field::Id) => {
            HEADER_JOINED.observed("The id has characters or a length that no id has.")
        }
        VerifyError::Malformed(Field::Path) => {
            URL_PATH.observed("The path contains what ends it in the signed content.")
        }
        VerifyError::Malformed(Field::Timestamp) => TIMESTAMP_UNIT.observed(format!(
            "The timestamp is not in the format {:?}.",
            scheme.timestamp_format().unwrap_or(TimestampFormat::Seconds)
        )),
        VerifyError::Malformed(Field::Signature) => {
            let code = match scheme.layout_kind() {
                LayoutKind::Single { prefix }
                    if !prefix.is_empty() && !has_prefix(scheme, pairs, prefix) =>
                {
                    &SIGNATURE_PREFIX
                }
                _ => &SIGNATURE_ENCODING,
            };
            code.observed(format!(
                "The signature does not have the form `{}` with {} bytes in {:?}.",
                scheme.layout(),
                scheme.algorithm().size(),
                scheme.encoding()
            ))
        }
        VerifyError::UnsupportedVersion => SIGNATURE_VERSION
            .observed(format!("No signature is marked as in `{}`.", scheme.layout())),
        VerifyError::NeedsRequest => {
            URL_PATH.observed("The scheme signs the URL, and only the headers were given.")
        }
        VerifyError::NeedsPublicUrl => URL_HOST
            .observed("The scheme signs the URL, and neither `public_url` nor `exact_url` is set."),
        VerifyError::TimestampTooOld
        | VerifyError::TimestampTooNew
        | VerifyError::Mismatch
        | VerifyError::TooManyFields
        | VerifyError::NeedsWholeBody => return None,
    })
}

fn has_prefix(scheme: Scheme, pairs: &Pairs<'_>, prefix: &str) -> bool {
    let is_signature = |name: &str| {
        let mut names = scheme.headers().iter();
        names.any(|names| names.is_signature(|other| name.eq_ignore_ascii_case(other)))
    };
    pairs.iter().any(|(name, value)| is_signature(name) && value.starts_with(prefix.as_bytes()))
}

fn wanted(scheme: Scheme, field: Field) -> String {
    let name = |names: &HeaderNames| match field {
        Field::Signature => Some(names.signatures().collect::<Vec<_>>().join("`, `")),
        Field::Id => names.id_name().map(str::to_owned),
        Field::Path => None,
        Field::Timestamp => names.timestamp_name().map(str::to_owned),
    };
    let names: Vec<_> = scheme.headers().iter().filter_map(name).collect();
    match names.is_empty() {
        true => format!("it in `{}`", scheme.layout()),
        false => format!("`{}`", names.join("`, `")),
    }
}

fn similar<'a>(names: impl Iterator<Item = &'a str>, scheme: Scheme, field: Field) -> String {
    let wanted: Vec<_> = scheme
        .headers()
        .iter()
        .map(|names| plain(names.signatures().next().unwrap_or_default()))
        .collect();
    let words: &[&str] = match field {
        Field::Signature => &["sign", "hmac", "digest"],
        Field::Id => &["-id", "delivery"],
        Field::Path => &[],
        Field::Timestamp => &["time", "date"],
    };
    let names: Vec<_> = names
        .filter(|name| {
            let lower = name.to_ascii_lowercase();
            words.iter().any(|word| lower.contains(word)) || wanted.contains(&plain(name))
        })
        .take(8)
        .collect();
    match names.is_empty() {
        true => "nothing similar".to_owned(),
        false => format!("`{}`", excerpt(&names.join(", "))),
    }
}
