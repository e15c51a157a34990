//! The encoding of a signature's bytes in a header.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use base64ct::{Base64, Base64Url, Base64UrlUnpadded, Encoding as _};

use crate::crypto::token;
use crate::scheme::der;

/// The encoding of a signature's bytes.
///
/// Each encoding is read strictly: with exactly the right length, and in its one canonical form.
///
/// # Examples
///
/// ```
/// use tower_webhook::Scheme;
/// use tower_webhook::scheme::Encoding;
///
/// assert_eq!(Scheme::GITHUB.encoding(), Encoding::Hex);
/// assert_eq!(Scheme::SHOPIFY.encoding(), Encoding::Base64);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// Hexadecimal digits of either case.
    Hex,
    /// Standard base64 with padding
    /// ([RFC 4648, section 4](https://www.rfc-editor.org/rfc/rfc4648#section-4)).
    Base64,
    /// Base64 of the URL-safe alphabet without padding
    /// ([RFC 4648, section 5](https://www.rfc-editor.org/rfc/rfc4648#section-5)).
    Base64Url,
    /// Base64 of the URL-safe alphabet with padding.
    Base64UrlPadded,
    /// Standard base64 with padding of the DER of an ECDSA signature's two numbers
    /// ([RFC 3279, section 2.2.3](https://www.rfc-editor.org/rfc/rfc3279#section-2.2.3)).
    Base64Der,
    /// The text itself, for a
    /// [shared token](crate::scheme::SchemeBuilder::dangerous_shared_token).
    Verbatim,
}

impl Encoding {
    /// Fills `bytes` from `text`, which must encode exactly that many; of a token, which may be of any
    /// length, with its hash. After `None` the bytes are
    /// unspecified.
    #[inline]
    pub(crate) fn decode(self, text: &[u8], bytes: &mut [u8]) -> Option<()> {
        let size = bytes.len();
        let decoded = match self {
            Self::Hex => base16ct::mixed::decode(text, bytes).ok().map(<[u8]>::len),
            Self::Base64 => STANDARD.decode_slice(text, bytes).ok(),
            Self::Base64Url => URL_SAFE_NO_PAD.decode_slice(text, bytes).ok(),
            Self::Base64UrlPadded => URL_SAFE.decode_slice(text, bytes).ok(),
            Self::Base64Der => return decode_der(text, bytes),
            Self::Verbatim => return hash(text, bytes),
        };
        decoded.filter(|decoded| *decoded == size).map(|_| ())
    }

    /// Encodes without branches or lookups that depend on the bytes, unlike [`Encoding::decode`]: a
    /// tag is public once it is sent, but it is not sent yet.
    pub(crate) fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex => base16ct::lower::encode_string(bytes),
            Self::Base64 => Base64::encode_string(bytes),
            Self::Base64Url => Base64UrlUnpadded::encode_string(bytes),
            Self::Base64UrlPadded => Base64Url::encode_string(bytes),
            Self::Base64Der => Base64::encode_string(&der::write(bytes)),
            Self::Verbatim => bytes.iter().copied().map(char::from).collect(),
        }
    }
}

#[cold]
fn hash(token: &[u8], bytes: &mut [u8]) -> Option<()> {
    if token.is_empty() || bytes.len() != token::SIZE {
        return None;
    }
    bytes.copy_from_slice(&token::hash(token));
    Some(())
}

/// Apart from the others, which are smaller and read more often.
#[cold]
fn decode_der(text: &[u8], numbers: &mut [u8]) -> Option<()> {
    let mut decoded = [0; der::MAX];
    let size = STANDARD.decode_slice(text, &mut decoded).ok()?;
    der::read(decoded.get(..size)?, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Encoding; 4] =
        [Encoding::Hex, Encoding::Base64, Encoding::Base64Url, Encoding::Base64UrlPadded];

    fn decode(encoding: Encoding, text: &[u8]) -> Option<[u8; 32]> {
        let mut bytes = [0; 32];
        encoding.decode(text, &mut bytes).map(|()| bytes)
    }

    #[test]
    fn decoding_is_the_inverse_of_encoding() {
        let bytes: [u8; 32] = *b"\xfb\xff\xbf\x00 every kind of digit in here";
        for encoding in ALL {
            assert_eq!(decode(encoding, encoding.encode(&bytes).as_bytes()), Some(bytes));
        }
    }

    #[test]
    fn hex_is_read_in_either_case() {
        assert_eq!(decode(Encoding::Hex, "aB".repeat(32).as_bytes()), Some([0xab; 32]));
    }

    #[test]
    fn only_the_exact_size_is_read() {
        for encoding in ALL {
            for size in (0..80).filter(|size| *size != 32) {
                let text = encoding.encode(&vec![7; size]);
                assert_eq!(decode(encoding, text.as_bytes()), None, "{encoding:?} {size}");
            }
        }
    }

    #[test]
    fn only_the_canonical_form_is_read() {
        // 32 bytes leave two unused bits in the last digit, which must be zero.
        let good = STANDARD.encode([0xff; 32]);
        assert!(good.ends_with("8="));
        let bare = good.trim_end_matches('=');
        let refused = [
            good.replace("8=", "9="),
            bare.to_owned(),
            format!("{good}="),
            format!("{bare}=="),
            format!(" {good}"),
            format!("{good} "),
            format!("{good},"),
            good.replacen('/', "_", 1),
            good.replacen("//", "/\u{fc}", 1),
            good.replacen("//", "/\n/", 1),
        ];
        for text in &refused {
            assert_eq!(decode(Encoding::Base64, text.as_bytes()), None, "{text:?}");
        }
        let bare = bare.replace('/', "_");
        assert_eq!(decode(Encoding::Base64Url, bare.as_bytes()), Some([0xff; 32]));
        assert_eq!(decode(Encoding::Base64Url, format!("{bare}=").as_bytes()), None);
        assert_eq!(decode(Encoding::Base64Url, good.as_bytes()), None);
        let padded = format!("{bare}=");
        assert_eq!(decode(Encoding::Base64UrlPadded, padded.as_bytes()), Some([0xff; 32]));
        for text in [&bare, &good, &format!("{bare}=="), &padded.replace("8=", "9=")] {
            assert_eq!(decode(Encoding::Base64UrlPadded, text.as_bytes()), None);
        }
        assert_eq!(decode(Encoding::Hex, format!("0x{}", "ab".repeat(31)).as_bytes()), None);
    }
}
