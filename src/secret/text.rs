//! Texts that are no secret: what a copy, a template or a mounted file leaves behind.
//!
//! The characters are those of a key, so every one is looked at in the same way, whatever it is.
//! Only the answers, which are public, are branched on, all of them in [`plausible`].

use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};
use zeroize::Zeroizing;

use crate::scheme::definition::Scheme;
use crate::secret::InvalidSecret;

/// Every character that is [`char::is_whitespace`].
const WHITESPACE: &str = "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\
    \u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// Beside control characters: the soft hyphen, the zero-width and the directional characters of
/// General Punctuation, and the byte order mark.
const INVISIBLE: &str = "\u{ad}\u{180e}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{202a}\u{202b}\
    \u{202c}\u{202d}\u{202e}\u{2060}\u{2061}\u{2062}\u{2063}\u{2064}\u{2066}\u{2067}\u{2068}\u{2069}\
    \u{feff}";

/// What stands in a configuration that was never filled in: in lower case, with `-` for a space and
/// for `_`.
const WORDS: [&str; 15] = [
    "undefined",
    "null",
    "none",
    "nil",
    "[object-object]",
    "changeme",
    "change-me",
    "replaceme",
    "replace-me",
    "placeholder",
    "redacted",
    "[redacted]",
    "your-secret",
    "your-webhook-secret",
    "your-signing-secret",
];

const WORD: &str = "a word such as `undefined` or `changeme`";
const TEMPLATE: &str = "a template such as `${SECRET}` or `<your secret>`";
const MASK: &str = "masked, such as `****`";

/// What begins the texts of a provider that sign no webhooks, and never a secret that does.
const OTHER_KINDS: [(Scheme, &str, &[&str]); 5] = [
    (Scheme::STRIPE, "a key of the API", &["sk_live_", "sk_test_", "rk_live_", "rk_test_"]),
    (Scheme::STRIPE, "a publishable key", &["pk_live_", "pk_test_"]),
    (Scheme::STRIPE, "the id of an endpoint", &["we_"]),
    (Scheme::SLACK, "an access token", &["xoxb-", "xoxp-", "xapp-"]),
    (Scheme::SHOPIFY, "an access token", &["shpat_"]),
];

/// The kind of a text that cannot be a secret of the scheme.
pub(super) fn other_kind(scheme: Scheme, text: &str) -> Option<&'static str> {
    let begins = |prefixes: &[&str]| {
        prefixes.iter().fold(Choice::from(0), |any, prefix| any | starts(text, prefix))
    };
    let mut kinds = OTHER_KINDS.iter().filter(|(of, _, _)| *of == scheme);
    kinds.find(|(_, _, prefixes)| begins(prefixes).into()).map(|(_, kind, _)| *kind)
}

/// Whether a text that is no secret may be several.
pub(super) fn is_several(text: &str) -> bool {
    contains(text, ",").into()
}

/// Returns the text if it may be a secret.
pub(super) fn plausible(text: &str) -> Result<&str, InvalidSecret> {
    let all = |chars: &str, test: fn(&str, &str) -> Choice| {
        let mut buffer = [0; 4];
        chars
            .chars()
            .fold(Choice::from(0), |any, char| any | test(text, char.encode_utf8(&mut buffer)))
    };
    if all(WHITESPACE, |text, space| starts(text, space) | ends(text, space)).into() {
        return Err(InvalidSecret::SurroundingWhitespace);
    }
    let bytes = text.as_bytes();
    let mut invisible = any(bytes, |byte| (byte < b' ') | (byte == 0x7f));
    // Whether a text is ASCII is public too, and nearly all are.
    if any(bytes, |byte| byte >= 0x80) {
        // U+0080 to U+009F, as UTF-8 has them.
        let pairs = bytes.iter().zip(bytes.iter().skip(1));
        let control = |(first, second): (&u8, &u8)| (*first == 0xc2) & (*second < 0xa0);
        invisible |= pairs.fold(false, |any, pair| any | control(pair));
        invisible |= bool::from(all(INVISIBLE, contains));
    }
    if invisible {
        let is_invisible = |char: char| char.is_control() || INVISIBLE.contains(char);
        let mut chars = text.chars().zip(1..);
        if let Some((char, position)) = chars.find(|(char, _)| is_invisible(*char)) {
            return Err(InvalidSecret::InvisibleCharacter { char, position });
        }
    }
    let quoted = [("\"", "\""), ("'", "'"), ("`", "`"), ("“", "”"), ("", "\\n")];
    if quoted.into_iter().fold(Choice::from(0), |any, marks| any | within(text, marks)).into() {
        return Err(InvalidSecret::Quoted);
    }
    let placeholders =
        [(is_word(text), WORD), (is_template(text), TEMPLATE), (is_masked(text), MASK)];
    for (found, what) in placeholders {
        if found.into() {
            return Err(InvalidSecret::Placeholder(what));
        }
    }
    Ok(text)
}

fn is_word(text: &str) -> Choice {
    let mut plain = Zeroizing::new(text.as_bytes().to_vec());
    plain.make_ascii_lowercase();
    for byte in plain.iter_mut() {
        let divides = byte.ct_eq(&b'_') | byte.ct_eq(&b' ');
        byte.conditional_assign(&b'-', divides);
    }
    WORDS.iter().fold(Choice::from(0), |any, word| any | plain.ct_eq(word.as_bytes()))
}

fn is_template(text: &str) -> Choice {
    let is_name = |byte: u8| byte.is_ascii_uppercase() | byte.is_ascii_digit() | (byte == b'_');
    let inside = |from: usize, to: usize| text.as_bytes().get(from..text.len().wrapping_sub(to));
    let named = |name: Option<&[u8]>| {
        let name = name.unwrap_or_default();
        Choice::from(u8::from(!any(name, |byte| !is_name(byte)) & !name.is_empty()))
    };
    within(text, ("${", "}"))
        | within(text, ("{{", "}}"))
        | within(text, ("<", ">"))
        | starts(text, "$") & named(inside(1, 0))
        | within(text, ("%", "%")) & named(inside(1, 1))
}

fn is_masked(text: &str) -> Choice {
    const PREFIX: &str = "whsec_";
    let crossed = |bytes: &[u8]| {
        let crosses = any(bytes, |byte| (byte != b'x') & (byte != b'X'));
        Choice::from(u8::from(!crosses & (bytes.len() >= 4)))
    };
    let behind = text.as_bytes().get(PREFIX.len()..).unwrap_or_default();
    crossed(text.as_bytes())
        | starts(text, PREFIX) & crossed(behind)
        | contains(text, "****")
        | contains(text, "•••")
        | ends(text, "…")
}

/// Tests every byte, without stopping at the first hit.
fn any(bytes: &[u8], test: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(false, |any, byte| any | test(*byte))
}

fn within(text: &str, (start, end): (&str, &str)) -> Choice {
    let long_enough = Choice::from(u8::from(text.len() >= start.len() + end.len()));
    long_enough & starts(text, start) & ends(text, end)
}

fn starts(text: &str, start: &str) -> Choice {
    text.as_bytes().get(..start.len()).unwrap_or_default().ct_eq(start.as_bytes())
}

fn ends(text: &str, end: &str) -> Choice {
    let from = text.len().saturating_sub(end.len());
    text.as_bytes().get(from..).unwrap_or_default().ct_eq(end.as_bytes())
}

fn contains(text: &str, part: &str) -> Choice {
    let windows = text.as_bytes().windows(part.len());
    windows.fold(Choice::from(0), |any, window| any | window.ct_eq(part.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_whitespace_is_known() {
        // All characters there are take hours under Miri.
        let last = if cfg!(miri) { '\u{ff}' } else { char::MAX };
        for char in '\0'..=last {
            assert_eq!(WHITESPACE.contains(char), char.is_whitespace(), "{char:?}");
        }
    }

    #[test]
    fn an_invisible_character_is_named_with_its_place() {
        let all = INVISIBLE.chars().chain('\0'..' ').chain('\u{7f}'..'\u{a0}');
        // All of them take minutes under Miri.
        for char in all.step_by(if cfg!(miri) { 30 } else { 1 }) {
            for (text, position) in [
                (format!("sécret{char}"), 7),
                (format!("s{char}ecret"), 2),
                (format!("{char}secret"), 1),
            ] {
                let error = plausible(&text).unwrap_err();
                if char.is_whitespace() && position != 2 {
                    assert_eq!(error, InvalidSecret::SurroundingWhitespace, "{text:?}");
                } else {
                    assert_eq!(
                        error,
                        InvalidSecret::InvisibleCharacter { char, position },
                        "{text:?}"
                    );
                }
            }
        }
        let error = plausible("se\u{200b}cret").unwrap_err();
        let message = "secret has an invisible character, U+200B, at place 3";
        assert_eq!(error.to_string(), message);
        for text in ["ключ", "Â\u{a1}", "😀", "é\u{301}", "a\u{a0}b"] {
            assert_eq!(plausible(text), Ok(text));
        }
    }

    #[test]
    fn what_was_never_filled_in_is_refused() {
        for (what, texts) in [
            (
                WORD,
                &[
                    "undefined",
                    "null",
                    "None",
                    "nil",
                    "NIL",
                    "changeme",
                    "CHANGE_ME",
                    "your-webhook-secret",
                    "Your Webhook Secret",
                    "[object Object]",
                ][..],
            ),
            (
                TEMPLATE,
                &[
                    "${WEBHOOK_SECRET}",
                    "${}",
                    "$WEBHOOK_SECRET",
                    "{{ secret }}",
                    "{{secret}}",
                    "%SECRET%",
                    "<your secret>",
                    "<>",
                ],
            ),
            (
                MASK,
                &[
                    "••••",
                    "••••••••1234",
                    "****",
                    "whsec_****",
                    "sk_live_********",
                    "xxxx",
                    "XXXXXXXX",
                    "whsec_xxxxxxxx",
                    "whsec_MfKQ…",
                ],
            ),
        ] {
            for text in texts {
                let error = plausible(text).unwrap_err();
                assert_eq!(error, InvalidSecret::Placeholder(what), "{text}");
                assert!(!error.to_string().contains("MfKQ"));
            }
        }
        for text in [
            "",
            "x",
            "xxx",
            "xxxy",
            "nullable",
            "nil nil nil",
            "${",
            "}",
            "$",
            "$$",
            "$a",
            "$Ab1",
            "<",
            "{{}",
            "%",
            "%%",
            "%a%",
            "***",
            "a<b>",
            "secret",
            "••",
        ] {
            assert_eq!(plausible(text), Ok(text));
        }
    }

    #[test]
    fn what_a_shell_or_a_file_leaves_is_refused() {
        for text in ["\"secret\"", "'secret'", "“secret”", "`secret`", "\"\"", "secret\\n", "\\n"]
        {
            assert_eq!(plausible(text).unwrap_err(), InvalidSecret::Quoted, "{text}");
        }
        for text in ["\"", "\"secret", "secret'", "it's", "\\", "n", "a\\nb"] {
            assert_eq!(plausible(text), Ok(text));
        }
    }
}
