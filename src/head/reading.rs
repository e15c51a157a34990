//! The other ways to read a delivery that a provider may have signed, where it is not certain which.
//!
//! A signature is valid for one content, so whichever reading of a request verifies, the content
//! that was signed is the same.

/// One way to read a delivery: as it was received, or with some of the changes below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading(u8);

impl Reading {
    pub(crate) const AS_RECEIVED: Self = Self(0);
    /// Without the slash that is the whole path of the request: it is there even if the URL that was
    /// called has none.
    pub(crate) const NO_SLASH: Self = Self(1);
    /// With percent-decoded characters in the URL.
    pub(crate) const DECODED: Self = Self(2);
    /// With escaped characters in the body.
    pub(crate) const ESCAPED: Self = Self(4);
    /// Without the port of the URL, or with the one that goes without saying.
    pub(crate) const OTHER_PORT: Self = Self(8);

    pub(crate) fn with(self, change: Self, applies: bool) -> Self {
        if applies { Self(self.0 | change.0) } else { self }
    }

    pub(crate) fn has(self, change: Self) -> bool {
        self.0 & change.0 != 0
    }

    pub(crate) fn is_of_url(self) -> bool {
        self.has(Self::NO_SLASH) || self.has(Self::DECODED) || self.has(Self::OTHER_PORT)
    }

    /// All ways to make one or more of these changes.
    pub(crate) fn each(self) -> impl Iterator<Item = Self> {
        (1..=self.0).filter(move |bits| bits & !self.0 == 0).map(Self)
    }
}

/// The URL without its port, or if it has none, with that of its scheme.
pub(crate) fn with_other_port(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rfind('@').map_or(0, |at| at + 1);
    let port = authority.rfind(':').filter(|at| *at >= host && !authority.ends_with(']'));
    match port {
        Some(at) => format!("{scheme}://{}{path}", authority.get(..at).unwrap_or_default()),
        None if scheme == "http" => format!("{scheme}://{authority}:80{path}"),
        None => format!("{scheme}://{authority}:443{path}"),
    }
}

/// Decodes those of `chars` that are percent-encoded.
pub(crate) fn decode(mut url: &str, chars: &str) -> String {
    let mut decoded = String::with_capacity(url.len());
    while let Some((before, after)) = url.split_once('%') {
        decoded.push_str(before);
        let digits = after.get(..2).filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).map(char::from);
        let char = byte.filter(|char| chars.contains(*char));
        decoded.push(char.unwrap_or('%'));
        url = after.get(if char.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    decoded + url
}

/// Escapes the characters of a body that are not ASCII, however the body is cut: `\u00e9` for `é`,
/// and two surrogates for what UTF-16 has no single unit for.
#[derive(Default)]
pub(crate) struct Escaper {
    /// The first bytes of a character whose others have not arrived.
    begun: [u8; 3],
    size: usize,
    malformed: bool,
}

impl Escaper {
    /// Passes what the next bytes are escaped to, as far as they are UTF-8.
    pub(crate) fn escape(&mut self, mut bytes: &[u8], mut to: impl FnMut(&[u8])) {
        while self.size > 0
            && !self.malformed
            && let Some((byte, rest)) = bytes.split_first()
        {
            let mut char = [0; 4];
            let begun = self.begun.iter().take(self.size);
            char.iter_mut().zip(begun.chain([byte])).for_each(|(place, byte)| *place = *byte);
            let size = self.size + 1;
            self.size = 0;
            self.complete(char.get(..size).unwrap_or_default(), &mut to);
            bytes = rest;
        }
        if self.size == 0 {
            self.complete(bytes, &mut to);
        }
    }

    /// Whether the body was UTF-8, whole characters only.
    pub(crate) fn is_done(&self) -> bool {
        self.size == 0 && !self.malformed
    }

    /// Escapes the characters that are complete, and keeps what is left.
    fn complete(&mut self, bytes: &[u8], to: &mut impl FnMut(&[u8])) {
        if self.malformed {
            return;
        }
        let error = str::from_utf8(bytes).err();
        let valid = error.map_or(bytes.len(), |error| error.valid_up_to());
        let (text, rest) = bytes.split_at(valid);
        write(str::from_utf8(text).unwrap_or_default(), to);
        self.malformed = error.is_some_and(|error| error.error_len().is_some());
        self.size = rest.len().min(self.begun.len());
        self.begun.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
    }
}

fn write(mut text: &str, to: &mut impl FnMut(&[u8])) {
    while let Some((at, char)) = text.char_indices().find(|(_, char)| !char.is_ascii()) {
        let (ascii, rest) = text.split_at(at);
        to(ascii.as_bytes());
        for unit in char.encode_utf16(&mut [0; 2]) {
            let digit = |shift: u32| char::from_digit(u32::from(*unit) >> shift & 15, 16);
            let [a, b, c, d] = [12, 8, 4, 0].map(|shift| digit(shift).unwrap_or_default() as u8);
            to(&[b'\\', b'u', a, b, c, d]);
        }
        text = rest.get(char.len_utf8()..).unwrap_or_default();
    }
    to(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escape(pieces: &[&[u8]]) -> Option<String> {
        let (mut escaper, mut escaped) = (Escaper::default(), Vec::new());
        pieces.iter().for_each(|piece| escaper.escape(piece, |it| escaped.extend_from_slice(it)));
        escaper.is_done().then(|| String::from_utf8(escaped).unwrap())
    }

    #[test]
    fn what_is_escaped_does_not_depend_on_how_the_body_is_cut() {
        let text = "a\u{7f}\n\\\"é\u{80}€\u{ffff}\u{10000}😀\u{10ffff}z";
        let escaped =
            "a\u{7f}\n\\\"\\u00e9\\u0080\\u20ac\\uffff\\ud800\\udc00\\ud83d\\ude00\\udbff\\udfffz";
        let bytes = text.as_bytes();
        assert_eq!(escape(&[bytes]).unwrap(), escaped);
        assert_eq!(escape(&bytes.chunks(1).collect::<Vec<_>>()).unwrap(), escaped);
        // Under Miri that takes minutes.
        let step = if cfg!(miri) { 9 } else { 1 };
        for first in (0..=bytes.len()).step_by(step) {
            for second in (first..=bytes.len()).step_by(step) {
                let pieces = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                assert_eq!(escape(&pieces).unwrap(), escaped, "{first} {second}");
            }
        }
    }

    #[test]
    fn what_is_not_utf_8_is_not_escaped() {
        let malformed: &[&[u8]] = &[
            b"\xff",
            b"\xc3",
            b"\xe2\x82",
            b"\xf0\x9f\x98",
            b"\xc3(",
            b"\xe2\x82(",
            b"\xf0\x9f\x98\xc3\xa9",
            b"\xed\xa0\x80",
            b"\xc0\x80",
            b"a\xffz",
            b"\xf4\x90\x80\x80",
        ];
        for bytes in malformed {
            assert_eq!(escape(&[bytes]), None, "{bytes:?}");
            assert_eq!(escape(&[b"{", bytes]), None, "{bytes:?}");
            let pieces: Vec<_> = bytes.chunks(1).collect();
            assert_eq!(escape(&pieces), None, "{bytes:?}");
        }
    }

    #[test]
    fn only_the_listed_characters_are_decoded_and_only_once() {
        for (url, decoded) in [
            ("/a%2Fb%3ac%40", "/a/b:c@"),
            ("/%20%41%25%00%C3%A9", "/%20%41%25%00%C3%A9"),
            ("/%252F%%2F%2", "/%252F%/%2"),
            ("%", "%"),
            ("%+f%2é%é", "%+f%2é%é"),
            ("", ""),
        ] {
            assert_eq!(decode(url, ":/@"), decoded, "{url}");
        }
    }

    #[test]
    fn a_port_is_removed_or_added_and_nothing_else_is_taken_for_one() {
        for (with, without) in [
            ("https://h.example:443/a:1?b=c:2#d:3", "https://h.example/a:1?b=c:2#d:3"),
            ("http://h.example:80", "http://h.example"),
            ("https://h.example:443?a", "https://h.example?a"),
            ("https://user:pass@h.example:443/", "https://user:pass@h.example/"),
            ("https://[::1]:443/", "https://[::1]/"),
        ] {
            assert_eq!(with_other_port(with), without);
            assert_eq!(with_other_port(without), with);
        }
        assert_eq!(with_other_port("https://h.example:8443/"), "https://h.example/");
    }

    #[test]
    fn all_combinations_of_changes_are_tried_and_no_others() {
        let none = Reading::AS_RECEIVED;
        assert_eq!(none.each().count(), 0);
        let two = none.with(Reading::ESCAPED, true).with(Reading::NO_SLASH, true);
        let two = two.with(Reading::DECODED, false);
        let tried: Vec<_> = two.each().collect();
        assert_eq!(tried, [Reading::NO_SLASH, Reading::ESCAPED, two]);
        assert!(two.has(Reading::ESCAPED) && !two.has(Reading::DECODED) && two.is_of_url());
        assert!(!Reading::ESCAPED.is_of_url());
    }
}
