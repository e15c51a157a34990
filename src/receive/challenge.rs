//! Finding a text in a request, bounded: a challenge, a token, or what tells that it is a handshake.

use http::Uri;

use crate::head::Head;
use crate::scheme::handshake::{Is, Place};

/// The longest text that is read, in bytes.
pub(super) const MAX_TEXT: usize = 1024;

/// The longest body of a handshake, in bytes. Discord's has some 2 KiB, the others have less.
pub(super) const MAX_BODY: usize = 8 << 10;

/// What stands in a place.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) enum Found {
    /// Visible ASCII of bounded length.
    Text(String),
    /// A number of JSON, as it is written.
    Number(String),
    /// Anything else: it is too long, empty, not visible ASCII, of another type, or there twice.
    Other,
}

impl Found {
    pub(super) fn is(&self, wanted: Is) -> bool {
        match (self, wanted) {
            (Self::Text(text), Is::Text(wanted)) => text == wanted,
            (Self::Number(number), Is::Number(wanted)) => number == wanted,
            (Self::Text(text), Is::Digits) => text.bytes().all(|byte| byte.is_ascii_digit()),
            _ => false,
        }
    }

    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Other => None,
        }
    }

    /// Collects a text, of which `None` is a byte that could not be decoded.
    fn collect(bytes: impl Iterator<Item = Option<u8>>) -> Self {
        let mut text = String::new();
        for byte in bytes {
            match byte {
                Some(byte) if byte.is_ascii_graphic() && text.len() < MAX_TEXT => {
                    text.push(byte.into());
                }
                _ => return Self::Other,
            }
        }
        if text.is_empty() { Self::Other } else { Self::Text(text) }
    }

    /// One of several that may be only one.
    fn only(mut all: impl Iterator<Item = Self>) -> Option<Self> {
        let first = all.next()?;
        Some(if all.next().is_some() { Self::Other } else { first })
    }
}

/// Looks into a head. There is nothing in the places of a body.
pub(super) fn in_head(head: &Head<'_>, place: Place) -> Option<Found> {
    match place {
        Place::Query(name) => {
            let query = head.request().and_then(|(_, uri)| Uri::query(uri)).unwrap_or_default();
            let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
            let named = pairs.filter(|(other, _)| decoded(other).eq(name.bytes().map(Some)));
            Found::only(named.map(|(_, value)| Found::collect(decoded(value))))
        }
        Place::Header(name) => {
            let values = head.all(name);
            Found::only(values.map(|value| Found::collect(value.iter().copied().map(Some))))
        }
        Place::Json(_) | Place::Form(_) => None,
    }
}

/// Looks into a body. There is nothing in the places of a head.
pub(super) fn in_body(body: &[u8], place: Place) -> Option<Found> {
    match place {
        Place::Json(path) => path.iter().try_fold(body, |body, name| member(body, name)).map(json),
        Place::Form(name) => {
            let (other, value) = str::from_utf8(body).ok()?.split_once('=')?;
            let named = decoded(other).eq(name.bytes().map(Some));
            named.then(|| Found::collect(decoded(value)))
        }
        Place::Query(_) | Place::Header(_) => None,
    }
}

/// The bytes of a text that is encoded as in a form. `None` for what is not.
fn decoded(text: &str) -> impl Iterator<Item = Option<u8>> {
    let mut bytes = text.bytes();
    std::iter::from_fn(move || {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        Some(match bytes.next()? {
            b'%' => {
                let digits = digit(bytes.next()).zip(digit(bytes.next()));
                digits.and_then(|(high, low)| u8::try_from(high * 16 + low).ok())
            }
            b'+' => Some(b' '),
            byte => Some(byte),
        })
    })
}

/// What a value of JSON is.
fn json(value: &[u8]) -> Found {
    match value {
        [b'"', text @ .., b'"'] => Found::collect(unescaped(text)),
        [b'-' | b'0'..=b'9', ..] => match Found::collect(value.iter().copied().map(Some)) {
            Found::Text(number) => Found::Number(number),
            other => other,
        },
        _ => Found::Other,
    }
}

/// The bytes of a string of JSON, as far as they are ASCII. `None` for what is not.
fn unescaped(text: &[u8]) -> impl Iterator<Item = Option<u8>> {
    let mut bytes = text.iter().copied();
    std::iter::from_fn(move || {
        Some(match bytes.next()? {
            b'\\' => match bytes.next() {
                Some(byte @ (b'"' | b'\\' | b'/')) => Some(byte),
                Some(b'u') => {
                    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                    let digits = [(); 4].map(|()| digit(bytes.next()));
                    let code = digits.into_iter().try_fold(0, |code, it| Some(code * 16 + it?));
                    code.and_then(|code| u8::try_from(code).ok())
                }
                _ => None,
            },
            byte => Some(byte),
        })
    })
}

/// The member of an object with this name: `None` if the text is not an object or has none, and
/// nothing that is a value if it has two.
fn member<'b>(object: &'b [u8], name: &str) -> Option<&'b [u8]> {
    let mut rest = eat(object, b'{')?;
    let mut found = None;
    if eat(rest, b'}').is_some() {
        return None;
    }
    loop {
        let (key, after) = value(rest)?;
        let [b'"', key @ .., b'"'] = key else { return None };
        let (member, after) = value(eat(after, b':')?)?;
        if unescaped(key).eq(name.bytes().map(Some)) && found.replace(member).is_some() {
            found = Some(b"");
            break;
        }
        rest = match eat(after, b',') {
            Some(rest) => rest,
            None => break blank(eat(after, b'}')?).is_empty().then_some(())?,
        };
    }
    found
}

/// Cuts a text behind its first value. What is inside of an object or an array is only counted.
fn value(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = blank(text);
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        match text.get(at)? {
            b'"' => at = end_of_string(text, at)?,
            b'{' | b'[' => (depth, at) = (depth + 1, at + 1),
            b'}' | b']' => (depth, at) = (depth.checked_sub(1)?, at + 1),
            // At the depth 0 a number or a word ends before what ends it.
            _ if depth == 0 => {
                let ends = |byte: &u8| matches!(byte, b',' | b':' | b'}' | b']') || is_blank(byte);
                at = text.iter().position(ends).filter(|end| *end > 0)?;
            }
            _ => at += 1,
        }
        if depth == 0 {
            return text.split_at_checked(at);
        }
    }
}

/// The place behind the string that begins at `at`.
fn end_of_string(text: &[u8], at: usize) -> Option<usize> {
    let mut escaped = true;
    let end = text.get(at..)?.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        // The first is the quotation mark that begins it.
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    end.map(|end| at + end + 1)
}

fn eat(text: &[u8], byte: u8) -> Option<&[u8]> {
    blank(text).split_first().filter(|(first, _)| **first == byte).map(|(_, rest)| rest)
}

/// Removes the blanks before a text.
fn blank(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| !is_blank(byte)).unwrap_or(text.len());
    text.get(end..).unwrap_or_default()
}

fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};

    use super::*;

    fn text(text: &str) -> Option<Found> {
        Some(Found::Text(text.to_owned()))
    }

    fn number(text: &str) -> Option<Found> {
        Some(Found::Number(text.to_owned()))
    }

    #[test]
    fn a_query_is_decoded_and_a_parameter_stands_alone() {
        let query = |query: &str, name: &'static str| {
            let uri: Uri = format!("/hook?{query}").parse().unwrap();
            let head = Head::from_pairs(&[]).with_request(&Method::GET, &uri);
            in_head(&head, Place::Query(name))
        };
        assert_eq!(query("hub.mode=subscribe&a=1", "a"), text("1"));
        assert_eq!(query("hub%2Emode=sub%73cribe", "hub.mode"), text("subscribe"));
        assert_eq!(query("a=b=c%3d", "a"), text("b=c="));
        assert_eq!(query("b=1", "a"), None);
        let other = Some(Found::Other);
        for wrong in ["a", "a=", "a=1&a=1", "a=%", "a=%4", "a=%zz", "a=b+c", "a=%0d", "a=%c3%a9"] {
            assert_eq!(query(wrong, "a"), other, "{wrong}");
        }
        let long = |size: usize| format!("a={}", "x".repeat(size));
        assert_eq!(query(&long(MAX_TEXT), "a"), text(&"x".repeat(MAX_TEXT)));
        assert_eq!(query(&long(MAX_TEXT + 1), "a"), other);
        assert_eq!(in_head(&Head::from(&HeaderMap::new()), Place::Query("a")), None);
    }

    #[test]
    fn a_header_stands_alone() {
        let header =
            |pairs: &[(&str, &[u8])]| in_head(&Head::from_pairs(pairs), Place::Header("a"));
        assert_eq!(header(&[("A", b" x ")]), text("x"));
        assert_eq!(header(&[("b", b"x")]), None);
        assert_eq!(header(&[("a", b"x"), ("A", b"x")]), Some(Found::Other));
        assert_eq!(header(&[("a", b"\xff")]), Some(Found::Other));
    }

    #[test]
    fn a_member_is_found_by_its_path() {
        let at =
            |body: &str, path: &'static [&'static str]| in_body(body.as_bytes(), Place::Json(path));
        let body =
            r#" { "a" : "x" , "b":{"c":"y","d":[{"c":"no"},"}"],"e":-1.5e3},"f":"\u0041\/\"\\" } "#;
        assert_eq!(at(body, &["a"]), text("x"));
        assert_eq!(at(body, &["b", "c"]), text("y"));
        assert_eq!(at(body, &["b", "e"]), number("-1.5e3"));
        assert_eq!(at(body, &["f"]), text(r#"A/"\"#));
        assert_eq!(at(body, &["b"]), Some(Found::Other));
        for path in [&["c"] as &[_], &["a", "c"], &["b", "d", "c"], &["b", "c", "c"]] {
            assert_eq!(at(body, path), None, "{path:?}");
        }
        assert_eq!(at(r#"{"\u0061":"x"}"#, &["a"]), text("x"));
        for two in [r#"{"a":"x","a":"x"}"#, r#"{"a":"x","\u0061":"x"}"#] {
            assert_eq!(at(two, &["a"]), Some(Found::Other));
        }
        for wrong in [r#""""#, r#""\n""#, r#""\u00e9""#, r#""\u0100""#, r#""\u00""#, "true", "null"]
        {
            assert_eq!(at(&format!(r#"{{"a":{wrong}}}"#), &["a"]), Some(Found::Other), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_an_object_has_no_member() {
        let whole = r#"{"a":"x","b":[1,{"c":"\""}]}"#;
        assert_eq!(in_body(whole.as_bytes(), Place::Json(&["a"])), text("x"));
        let broken = (0..whole.len()).map(|end| &whole[..end]);
        let more =
            ["[]", "\"a\"", "1", "{}", r#"{"a":"x"} x"#, r#"{"a" "x"}"#, r#"{"a":"x",}"#, "]"];
        for body in broken.chain(more) {
            assert_eq!(in_body(body.as_bytes(), Place::Json(&["a"])), None, "{body}");
        }
    }

    #[test]
    fn a_form_is_one_field() {
        let form =
            |body: &str| in_body(body.as_bytes(), Place::Form("id")).map(|it| it.is(Is::Digits));
        assert_eq!(form("id=17"), Some(true));
        for other in ["id=", "id=x", "id=1&b=2", "id=1\n"] {
            assert_eq!(form(other), Some(false), "{other}");
        }
        assert_eq!(form("b=2&id=1"), None);
        assert_eq!(form("17"), None);
    }
}
