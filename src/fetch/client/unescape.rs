//! The escapes of JSON that a secret may be written with.

use zeroize::Zeroizing;

/// Writes the visible characters of ASCII without escapes wherever JSON allows that.
///
/// A parser copies each text that has escapes into memory that nobody wipes. A text without any can
/// be borrowed.
pub(super) fn unescape(json: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut plain = Zeroizing::new(Vec::with_capacity(json.len()));
    let (mut rest, mut in_string) = (json, false);
    while let Some((&first, tail)) = rest.split_first() {
        if let Some((char, tail)) = unescaped(rest).filter(|_| in_string) {
            plain.push(char);
            rest = tail;
            continue;
        }
        plain.push(first);
        rest = tail;
        match (first, rest) {
            (b'"', _) => in_string = !in_string,
            // Whatever is escaped, it does not end the string and begins no other escape.
            (b'\\', [escaped, tail @ ..]) => {
                plain.push(*escaped);
                rest = tail;
            }
            _ => {}
        }
    }
    plain
}

/// The character of an escape that is not needed, and what follows it.
fn unescaped(text: &[u8]) -> Option<(u8, &[u8])> {
    match text {
        [b'\\', b'/', rest @ ..] => Some((b'/', rest)),
        [b'\\', b'u', b'0', b'0', high @ b'2'..=b'7', low, rest @ ..] => {
            let low = u8::try_from(char::from(*low).to_digit(16)?).ok()?;
            let char = ((high - b'0') << 4) | low;
            (!matches!(char, b'"' | b'\\')).then_some((char, rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_secret_with_escapes_can_be_borrowed() {
        for (json, text) in [
            (r#""a\/b""#, "a/b"),
            (r#""\u0077hsec_A\u002fB\u002B\u003d""#, "whsec_A/B+="),
            (r#""\\/""#, ""),
            (r#""\u0022\u005c\n\u00e9""#, ""),
        ] {
            let plain = unescape(json.as_bytes());
            assert_eq!(serde_json::from_slice::<&str>(&plain).unwrap_or_default(), text, "{json}");
        }
    }

    proptest! {
        #[test]
        fn the_meaning_stays(json in r#"[\[\]{}:,"\\/u02f57 a]{0,24}"#, text in r#"(\\\\|\\"|\\/|\\u00[2-7][0-9a-fA-F]|[a/u"])*"#) {
            for json in [json, format!("[\"{text}\"]")] {
                let before = serde_json::from_str::<Value>(&json).ok();
                prop_assert_eq!(serde_json::from_slice(&unescape(json.as_bytes())).ok(), before);
            }
        }
    }
}
