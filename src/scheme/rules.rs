//! The rules that a description must obey, written once for `const` and for run time.
//!
//! So everything here is a `const fn`, without iterators, `?` or `==` on texts.

use std::error::Error;
use std::fmt;

use crate::crypto::Algorithm;
use crate::scheme::definition::Definition;
use crate::scheme::encoding::Encoding;
use crate::scheme::header::HeaderNames;
use crate::scheme::layout::{Joint, Layout, LayoutKind, List};
use crate::scheme::part::{IdShape, MAX_ID, Part};
use crate::scheme::timestamp::TimestampFormat;

/// A description that contradicts itself; see
/// [`SchemeBuilder::try_build`](crate::scheme::SchemeBuilder::try_build).
///
/// The message is the rule that is broken and what to do about it, and contains nothing of the
/// description.
///
/// # Examples
///
/// ```
/// use tower_webhook::Scheme;
/// use tower_webhook::scheme::InvalidScheme;
///
/// let error: InvalidScheme = Scheme::custom("acme").try_build().unwrap_err();
/// let what_to_do = r#"a scheme has a signature header: .headers(&[HeaderNames::new("x-signature")])"#;
/// assert_eq!(error.to_string(), what_to_do);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidScheme(pub(super) &'static str);

impl fmt::Display for InvalidScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for InvalidScheme {}

type Verdict = Result<(), InvalidScheme>;

/// Returns an error for the rule unless it holds.
macro_rules! rule {
    ($rule:expr, $holds:expr) => {
        if !$holds {
            return Err(InvalidScheme($rule));
        }
    };
}

/// The `?` of const functions, where the operator is not available.
macro_rules! obey {
    ($verdict:expr) => {
        if let Err(broken) = $verdict {
            return Err(broken);
        }
    };
}

pub(super) const fn check(scheme: &Definition) -> Verdict {
    let signed = Tally::of(scheme.signed);
    obey!(token(scheme));
    obey!(der(scheme));
    let body = if scheme.shared_token { 0 } else { 1 };
    rule!(
        "the body is signed exactly once: one Part::Body, Form or Digest in .signed(…)",
        signed.body == body
    );
    rule!(
        "the fields of a form run into each other: say so with `dangerous_movable_url`",
        signed.form == 0 || scheme.movable_url
    );
    rule!(
        "the id and the timestamp are signed once: one Part::Id and one Part::Timestamp at most",
        signed.id <= 1 && signed.timestamp <= 1
    );
    rule!("the path is signed once: one Part::Path at most", signed.path <= 1);
    rule!("a literal is not empty: leave out Part::Literal(\"\")", signed.empty == 0);
    rule!(
        r#"a scheme has a signature header: .headers(&[HeaderNames::new("x-signature")])"#,
        !scheme.headers.is_empty()
    );
    if let Some(misused) = scheme.layout.1 {
        return Err(misused);
    }
    obey!(layout(scheme.layout));
    let listed = scheme.layout.lists_timestamp() as usize;
    if let LayoutKind::Bare(_) = scheme.layout.0 {
        let number =
            matches!(scheme.timestamp_format, TimestampFormat::Seconds | TimestampFormat::Millis);
        rule!("the timestamp in a bare list is a number", number || listed == 0);
    }
    if let Some(header) = scheme.delivery_header {
        obey!(name(header));
    }
    let mut families = scheme.headers;
    while let [family, rest @ ..] = families {
        let ids = family.id.is_some() as usize;
        rule!(r#"the id is signed: add .id("…") to the HeaderNames"#, ids >= signed.id);
        rule!("an id is named but not signed: add Part::Id to .signed(…)", ids <= signed.id);
        let times = family.timestamp.is_some() as usize + listed;
        rule!(
            r#"the timestamp is signed: add .timestamp("…") to the HeaderNames, or its key to the list"#,
            times >= signed.timestamp
        );
        rule!("the timestamp has one place: the HeaderNames or the list", times < 2);
        rule!(
            "a timestamp is named but not signed: add Part::Timestamp to .signed(…)",
            times <= signed.timestamp
        );
        obey!(headers(family));
        families = rest;
    }
    if let IdShape::Length(length) = scheme.id_shape {
        rule!("an id has 1 to 256 bytes", 0 < length && length <= MAX_ID);
    }
    obey!(readings(scheme));
    boundaries(scheme)
}

/// Checks that a shared token is alone, and says what it is.
const fn token(scheme: &Definition) -> Verdict {
    let algorithm = matches!(scheme.algorithm, Algorithm::SharedToken);
    let encoding = matches!(scheme.encoding, Encoding::Verbatim);
    let is_token = scheme.shared_token;
    rule!(
        "a shared token signs nothing: say so with `dangerous_shared_token`",
        algorithm == is_token && encoding == is_token && (!is_token || scheme.signed.is_empty())
    );
    let alone = matches!(scheme.layout.0, LayoutKind::Single { .. });
    rule!("a shared token is alone", alone || !is_token);
    Ok(())
}

/// Checks that what is in DER are two numbers.
const fn der(scheme: &Definition) -> Verdict {
    if !matches!(scheme.encoding, Encoding::Base64Der) {
        return Ok(());
    }
    obey!(ecdsa(scheme.algorithm));
    if let LayoutKind::List(list) = scheme.layout.0 {
        let mut versions = list.more_versions;
        while let [(_, algorithm), rest @ ..] = versions {
            obey!(ecdsa(*algorithm));
            versions = rest;
        }
    }
    Ok(())
}

const fn ecdsa(algorithm: Algorithm) -> Verdict {
    let is_ecdsa = matches!(algorithm, Algorithm::EcdsaP256);
    rule!("only the signatures of ECDSA are in DER", is_ecdsa);
    Ok(())
}

/// Checks the other ways in which a delivery may have been signed.
const fn readings(scheme: &Definition) -> Verdict {
    let mut chars = scheme.decoded_url.as_bytes();
    rule!("no URL is signed that could be decoded", chars.is_empty() || scheme.signs_url);
    while let [byte, rest @ ..] = chars {
        // Otherwise it could hold what ends it, or be decoded twice.
        rule!("only visible ASCII is decoded, and no %", byte.is_ascii_graphic() && *byte != b'%');
        chars = rest;
    }
    rule!("no URL is signed that has a port", !scheme.optional_port || scheme.signs_url);
    if let Some(name) = scheme.digest_in_query {
        let form = scheme.signs_url && scheme.signs_form;
        rule!("the digest of a body is in a URL that is signed with a form", form);
        rule!("a parameter of a query needs a name", !name.is_empty());
    }
    let derived = scheme.signs_form || scheme.signs_digest;
    rule!("only a body that is signed itself is escaped", !(scheme.escaped_body && derived));
    rule!("an escaped body needs an HMAC", !scheme.escaped_body || is_mac(scheme.algorithm));
    if let LayoutKind::List(list) = scheme.layout.0 {
        let mut versions = list.more_versions;
        while let [(_, algorithm), rest @ ..] = versions {
            rule!("an escaped body needs an HMAC", !scheme.escaped_body || is_mac(*algorithm));
            versions = rest;
        }
    }
    Ok(())
}

const fn is_mac(algorithm: Algorithm) -> bool {
    !matches!(algorithm, Algorithm::Ed25519 | Algorithm::EcdsaP256 | Algorithm::SharedToken)
}

/// Checks that the signed content can be cut in only one way. Up to the body it is read from the
/// left, and down to the body from the right, so every part has to end on the side of the body.
const fn boundaries(scheme: &Definition) -> Verdict {
    let mut before = scheme.before_body;
    while let [part, rest @ ..] = before {
        obey!(ends(scheme, part, Neighbor::first(rest)));
        // Its fraction may go on; from the other side, its digits have fixed places.
        let fraction = matches!(scheme.timestamp_format, TimestampFormat::Iso8601);
        if fraction && matches!(part, Part::Timestamp) {
            let end = Neighbor::first(rest);
            rule!(
                "nothing ends the timestamp: put a literal other than a digit or a dot behind it",
                matches!(end, Neighbor::Byte(byte) if !byte.is_ascii_digit() && byte != b'.')
            );
        }
        before = rest;
    }
    let mut after = scheme.after_body;
    while let [rest @ .., part] = after {
        obey!(ends(scheme, part, Neighbor::last(rest)));
        after = rest;
    }
    Ok(())
}

/// What follows a part on the side of the body.
enum Neighbor {
    /// The nearest byte of a literal.
    Byte(u8),
    Timestamp,
    Other,
}

impl Neighbor {
    const fn first(parts: &[Part]) -> Self {
        match parts {
            [Part::Timestamp, ..] => Self::Timestamp,
            [Part::Literal(text), ..] => match text.as_bytes() {
                [byte, ..] => Self::Byte(*byte),
                [] => Self::Other,
            },
            _ => Self::Other,
        }
    }

    const fn last(parts: &[Part]) -> Self {
        match parts {
            [.., Part::Timestamp] => Self::Timestamp,
            [.., Part::Literal(text)] => match text.as_bytes() {
                [.., byte] => Self::Byte(*byte),
                [] => Self::Other,
            },
            _ => Self::Other,
        }
    }
}

/// Checks that a part ends where its neighbor begins. A timestamp ends itself, in every format: see
/// [`TimestampFormat`].
const fn ends(scheme: &Definition, part: &Part, neighbor: Neighbor) -> Verdict {
    match part {
        Part::Id => {
            let ends = match (neighbor, scheme.id_shape) {
                // An id with that byte is rejected.
                (Neighbor::Byte(_), _) | (_, IdShape::Length(_)) => true,
                // Its colons have fixed places, and such an id has none.
                (Neighbor::Timestamp, IdShape::UrlSafe) => {
                    matches!(scheme.timestamp_format, TimestampFormat::Rfc3339)
                }
                _ => false,
            };
            rule!(
                "nothing ends the id: put a literal between it and the body, or set its shape",
                ends
            );
        }
        Part::Method => rule!(
            "nothing ends the method: put a literal such as a space next to it",
            scheme.movable_url || matches!(neighbor, Neighbor::Byte(byte) if !is_token(byte))
        ),
        // A path with that byte is rejected.
        Part::Path => rule!(
            "nothing ends the path: put a literal between it and the body",
            scheme.movable_url || matches!(neighbor, Neighbor::Byte(_))
        ),
        // No URL contains a space or a control character.
        Part::Url => rule!(
            "nothing ends the URL: put a literal such as a newline next to it",
            scheme.movable_url || matches!(neighbor, Neighbor::Byte(..=b' '))
        ),
        Part::Timestamp | Part::Body | Part::Form | Part::Digest | Part::Literal(_) => {}
    }
    Ok(())
}

/// How often each part occurs in the signed content, and what follows from the order.
pub(super) struct Tally {
    pub(super) id: usize,
    pub(super) before_body: &'static [Part],
    pub(super) after_body: &'static [Part],
    /// The nearest byte of the literal between the id and the body, which ends the id.
    pub(super) id_end: Option<u8>,
    pub(super) timestamp: usize,
    pub(super) request: usize,
    pub(super) url: usize,
    pub(super) path: usize,
    /// The byte that ends the path, likewise.
    pub(super) path_end: Option<u8>,
    pub(super) form: usize,
    pub(super) digest: usize,
    body: usize,
    empty: usize,
}

impl Tally {
    pub(super) const fn of(mut parts: &'static [Part]) -> Self {
        let all = parts;
        let mut tally = Self {
            before_body: &[],
            after_body: &[],
            id: 0,
            id_end: None,
            timestamp: 0,
            request: 0,
            url: 0,
            path: 0,
            path_end: None,
            form: 0,
            digest: 0,
            body: 0,
            empty: 0,
        };
        while let [part, rest @ ..] = parts {
            match part {
                Part::Id | Part::Path => {
                    let (before, _) = all.split_at(all.len() - parts.len());
                    let neighbor = match tally.body {
                        0 => Neighbor::first(rest),
                        _ => Neighbor::last(before),
                    };
                    let end = match neighbor {
                        Neighbor::Byte(byte) => Some(byte),
                        Neighbor::Timestamp | Neighbor::Other => None,
                    };
                    if matches!(part, Part::Id) {
                        tally.id += 1;
                        tally.id_end = end;
                    } else {
                        tally.path += 1;
                        tally.path_end = end;
                    }
                }
                Part::Timestamp => tally.timestamp += 1,
                Part::Body | Part::Form | Part::Digest => {
                    tally.body += 1;
                    tally.form += matches!(part, Part::Form) as usize;
                    tally.digest += matches!(part, Part::Digest) as usize;
                    (tally.before_body, _) = all.split_at(all.len() - parts.len());
                    tally.after_body = rest;
                }
                Part::Method => tally.request += 1,
                Part::Url => tally.url += 1,
                Part::Literal(text) => tally.empty += text.is_empty() as usize,
            }
            parts = rest;
        }
        tally
    }
}

/// Entries of a list must be told apart.
const fn layout(layout: Layout) -> Verdict {
    let list = match layout.0 {
        LayoutKind::Single { prefix } => return printable(prefix),
        LayoutKind::Bare(bare) => {
            let separates = matches!(bare.separator, ',' | ';' | '|' | ' ');
            rule!("the separator of a bare list is one of `,;|` or a space", separates);
            return Ok(());
        }
        LayoutKind::List(list) => list,
    };
    rule!("separators are ASCII", list.separator.is_ascii() && list.assign.is_ascii());
    let control = list.separator.is_ascii_control() || list.assign.is_ascii_control();
    rule!("separators are no control characters", !control);
    obey!(joint(list));
    obey!(printable(list.version));
    rule!(
        "the separator of entries and that of their keys differ",
        list.separator as u32 != list.assign as u32
    );
    rule!(
        "a version is not empty: for signatures alone there is Layout::bare_list",
        !list.version.is_empty()
    );
    if let Some(key) = list.timestamp {
        obey!(printable(key));
        rule!("the key of the timestamp is not empty", !key.is_empty());
        rule!("the keys of a list differ", !same(key, list.version));
    }
    let mut versions = list.more_versions;
    while let [(version, _), rest @ ..] = versions {
        obey!(printable(version));
        rule!(
            "a version is not empty: for signatures alone there is Layout::bare_list",
            !version.is_empty()
        );
        rule!("the keys of a list differ", !same(version, list.version));
        if let Some(key) = list.timestamp {
            rule!("the keys of a list differ", !same(key, version));
        }
        versions = rest;
    }
    Ok(())
}

/// What joins entries must not be taken for something else in them.
const fn joint(list: List) -> Verdict {
    match list.joint {
        Joint::Plain | Joint::Spaced => {}
        Joint::Comma => rule!("a list of commas has no others before them", list.separator != ','),
        Joint::Sets(divider) => {
            let visible = matches!(divider, ' '..='~');
            rule!("what divides the sets of a list is visible ASCII or a space", visible);
            let other = divider != list.separator && divider != list.assign;
            rule!("what divides the sets of a list does not divide their entries", other);
            rule!(
                "the sets of a list have a timestamp: add its key with .timestamp_key(…)",
                list.timestamp.is_some()
            );
        }
    }
    Ok(())
}

/// A signer makes a header's value of it, which must not panic.
const fn printable(text: &str) -> Verdict {
    let mut bytes = text.as_bytes();
    while let [byte, rest @ ..] = bytes {
        rule!("the text of a header is printable ASCII", matches!(byte, b' '..=b'~'));
        bytes = rest;
    }
    Ok(())
}

const ONE_MEANING: &str = "each header of a family has one meaning: give them different names";

/// Checks that no header of a family has two meanings.
const fn headers(family: &HeaderNames) -> Verdict {
    obey!(name(family.signature));
    let mut names = family.more_signatures;
    while let [more, rest @ ..] = names {
        obey!(name(more));
        rule!(ONE_MEANING, !same(more, family.signature) && !is_among(more, rest));
        names = rest;
    }
    if let Some(id) = family.id {
        obey!(name(id));
        rule!(ONE_MEANING, !is_signature(id, family));
    }
    if let Some(timestamp) = family.timestamp {
        obey!(name(timestamp));
        rule!(ONE_MEANING, !is_signature(timestamp, family));
        rule!(ONE_MEANING, !matches!(family.id, Some(id) if same(id, timestamp)));
    }
    let mut fixed = family.fixed;
    while let [(header, value), rest @ ..] = fixed {
        obey!(name(header));
        obey!(printable(value));
        rule!(ONE_MEANING, !is_signature(header, family));
        rule!(ONE_MEANING, !matches!(family.id, Some(id) if same(id, header)));
        rule!(ONE_MEANING, !matches!(family.timestamp, Some(it) if same(it, header)));
        fixed = rest;
    }
    Ok(())
}

/// Checks that a name is a token in lower case
/// ([RFC 9110, section 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)). A signer
/// passes it to [`http::HeaderName::from_static`], which must not panic.
const fn name(name: &str) -> Verdict {
    let mut bytes = name.as_bytes();
    rule!(r#"a header name is not empty: "x-signature""#, !bytes.is_empty());
    rule!("a header name is too long", bytes.len() <= MAX_NAME);
    while let [byte, rest @ ..] = bytes {
        rule!(r#"header names are lower case: "x-signature""#, !byte.is_ascii_uppercase());
        rule!(
            r#"a header name is letters, digits and hyphens, without a colon: "x-signature""#,
            is_token(*byte)
        );
        bytes = rest;
    }
    Ok(())
}

const fn is_token(byte: u8) -> bool {
    let sign = matches!(
        byte,
        b'!' | b'#'
            | b'$'
            | b'%'
            | b'&'
            | b'\''
            | b'*'
            | b'+'
            | b'-'
            | b'.'
            | b'^'
            | b'_'
            | b'`'
            | b'|'
            | b'~'
    );
    byte.is_ascii_alphanumeric() || sign
}

/// The longest name that [`http::HeaderName`] accepts, in bytes.
const MAX_NAME: usize = u16::MAX as usize;

const fn is_signature(name: &str, family: &HeaderNames) -> bool {
    same(name, family.signature) || is_among(name, family.more_signatures)
}

const fn is_among(name: &str, mut others: &[&str]) -> bool {
    while let [other, rest @ ..] = others {
        if same(name, other) {
            return true;
        }
        others = rest;
    }
    false
}

const fn same(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    while let ([a, rest_left @ ..], [b, rest_right @ ..]) = (left, right) {
        if *a != *b {
            return false;
        }
        (left, right) = (rest_left, rest_right);
    }
    left.is_empty() && right.is_empty()
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    #[test]
    fn keys_of_a_list_are_compared_whole() {
        assert!(same("v1", "v1") && same("", ""));
        assert!(!same("v1", "v") && !same("v", "v1") && !same("v1", "v2"));
    }

    #[test]
    fn a_header_name_is_one_that_http_takes_in_lower_case() {
        for char in '\0'..='\u{100}' {
            let text = format!("x{char}");
            // `http` also takes a quotation mark, which RFC 9110 does not.
            let valid = char != '"' && HeaderName::from_lowercase(text.as_bytes()).is_ok();
            assert_eq!(name(&text).is_ok(), valid, "{text:?}");
        }
        for size in [0, 1, MAX_NAME, MAX_NAME + 1] {
            let text = "x".repeat(size);
            let valid = HeaderName::from_lowercase(text.as_bytes()).is_ok();
            assert_eq!(name(&text).is_ok(), valid, "{size}");
        }
    }
}
