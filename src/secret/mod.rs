//! Secrets, read in exactly the encoding that the caller names.

mod text;

use std::error::Error;
use std::fmt;

use base64ct::{Base64Unpadded, Encoding as _};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::crypto::Algorithm;
use crate::crypto::InvalidKey;
use crate::crypto::key::{SigningKey, VerifyingKey};
use crate::scheme::definition::Scheme;
use crate::scheme::key_format::KeyFormat;
use crate::secret::text::{is_several, other_kind, plausible};

/// A secret shared with the sender of webhooks.
///
/// Each constructor reads one encoding. None of them guesses: a 32-digit hexadecimal key is also
/// valid base64 and valid text, and each reading makes a different key. Use
/// [`Scheme::secret`](crate::Scheme::secret) to read a secret the way its provider prints it.
///
/// No minimum or maximum size is enforced, because providers have published keys of 18 and of
/// 75 bytes. An empty key is rejected, and so is text that is no secret: with whitespace around it,
/// with invisible characters, in quotes, never filled in (`undefined`, `${SECRET}`), or masked
/// (`****`). [`Secret::bytes`] takes anything that is not empty. Where you choose a key yourself, use 32 random bytes
/// ([RFC 2104, section 3](https://www.rfc-editor.org/rfc/rfc2104#section-3)).
///
/// # Security
///
/// The bytes are wiped when the secret is dropped, do not appear in its `Debug` output, and are
/// decoded without branches or lookups that depend on them. There is deliberately no `PartialEq`,
/// `Hash` or `Display`.
///
/// # Examples
///
/// ```
/// use tower_webhook::Secret;
///
/// let secret = Secret::whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[derive(Clone)]
pub struct Secret {
    kind: Kind,
    bytes: Zeroizing<Vec<u8>>,
}

/// The kind of key that the bytes of a secret are.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// A key that both sides have.
    Shared,
    /// The half of a pair that verifies.
    Public(Algorithm),
    /// The half of a pair that signs, of Ed25519 followed by the other half.
    Private(Algorithm),
}

impl Secret {
    /// Reads a secret as Standard Webhooks prints it: `whsec_` and then standard base64, padded or
    /// not
    /// ([specification](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md)).
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if the prefix is missing, if the rest is empty or not canonical
    /// base64, if there is whitespace around the text, or if the text is one half of an asymmetric
    /// pair (`whpk_`, `whsk_`) or a versioned entry (`v1,whsec_…`).
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{InvalidSecret, Secret};
    ///
    /// assert!(Secret::whsec("whsec_plJ3nmyCDGBKInavdOK15jsl").is_ok());
    /// assert_eq!(Secret::whsec("whsec_").unwrap_err(), InvalidSecret::Empty);
    /// ```
    pub fn whsec(text: &str) -> Result<Self, InvalidSecret> {
        let text = plausible(text)?;
        match text.strip_prefix("whsec_") {
            Some(encoded) => decode_base64(encoded),
            None if text.starts_with("whpk_") || text.starts_with("whsk_") => {
                Err(InvalidSecret::AsymmetricKey)
            }
            None if text.contains(",whsec_") => Err(InvalidSecret::VersionedEntry),
            None => Err(InvalidSecret::MissingPrefix),
        }
    }

    /// Decodes hexadecimal digits of either case: the digits *spell* the key.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if the text is not an even number of hexadecimal digits, is empty,
    /// or has whitespace around it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{InvalidSecret, Secret};
    ///
    /// assert!(Secret::hex("a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6").is_ok());
    /// assert_eq!(Secret::hex("a1b").unwrap_err(), InvalidSecret::NotHex);
    /// ```
    pub fn hex(text: &str) -> Result<Self, InvalidSecret> {
        let text = plausible(text)?;
        let mut bytes = Zeroizing::new(vec![0; text.len() / 2]);
        base16ct::mixed::decode(text, &mut bytes).map_err(|_| InvalidSecret::NotHex)?;
        Self::not_empty(bytes)
    }

    /// Decodes standard base64, padded or not
    /// ([RFC 4648, section 4](https://www.rfc-editor.org/rfc/rfc4648#section-4)).
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if the text is not canonical base64, is empty, or has whitespace
    /// around it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{InvalidSecret, Secret};
    ///
    /// assert!(Secret::base64("c2VjcmV0IQ==").is_ok());
    /// assert!(Secret::base64("c2VjcmV0IQ").is_ok());
    /// assert_eq!(Secret::base64("c2VjcmV0IR==").unwrap_err(), InvalidSecret::NotBase64);
    /// ```
    pub fn base64(text: &str) -> Result<Self, InvalidSecret> {
        decode_base64(plausible(text)?)
    }

    /// Uses the text itself as the key, as most providers do with the secret that they show.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if the text is empty or has whitespace around it. For a key that
    /// really begins or ends with whitespace, use [`Secret::bytes`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{InvalidSecret, Secret};
    ///
    /// assert!(Secret::utf8("It's a Secret to Everybody").is_ok());
    /// assert_eq!(Secret::utf8("").unwrap_err(), InvalidSecret::Empty);
    /// ```
    pub fn utf8(text: &str) -> Result<Self, InvalidSecret> {
        Self::bytes(plausible(text)?)
    }

    /// Uses raw bytes as the key.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret::Empty`] if there are none.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Secret;
    ///
    /// assert!(Secret::bytes([0x20; 32]).is_ok());
    /// assert!(Secret::bytes([]).is_err());
    /// ```
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, InvalidSecret> {
        Self::not_empty(Zeroizing::new(bytes.into()))
    }

    /// Reads an Ed25519 public key as Standard Webhooks prints it: `whpk_` and then base64.
    ///
    /// It verifies the `v1a` signatures of [`Scheme::STANDARD`](crate::Scheme::STANDARD) and
    /// [`Scheme::SVIX`](crate::Scheme::SVIX).
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if the prefix is missing, or the rest is not the base64 of a
    /// public key.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "ed25519")] {
    /// use tower_webhook::Secret;
    ///
    /// assert!(Secret::whpk("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=").is_ok());
    /// # }
    /// ```
    pub fn whpk(text: &str) -> Result<Self, InvalidSecret> {
        let text = plausible(text)?.strip_prefix("whpk_").ok_or(InvalidSecret::NotPublicKey)?;
        Self::ed25519(decode_base64(text)?.expose())
    }

    /// Reads an Ed25519 private key as Standard Webhooks prints it: `whsk_` and then the base64
    /// of the 32-byte seed and the public key. Only a [`Signer`](crate::Signer) can use it.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if the prefix is missing, or the rest is not the base64 of such a
    /// pair.
    ///
    /// # Examples
    ///
    /// Svix's demonstration pair:
    ///
    /// ```
    /// # #[cfg(feature = "ed25519")] {
    /// use tower_webhook::Secret;
    ///
    /// let text = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
    /// assert!(Secret::whsk(text).is_ok());
    /// # }
    /// ```
    pub fn whsk(text: &str) -> Result<Self, InvalidSecret> {
        let text = plausible(text)?.strip_prefix("whsk_").ok_or(InvalidSecret::NotPrivateKey)?;
        let pair = decode_base64(text)?;
        SigningKey::private(Algorithm::Ed25519, pair.expose())?;
        Ok(Self { kind: Kind::Private(Algorithm::Ed25519), bytes: pair.bytes })
    }

    /// Reads the 32 bytes of an Ed25519 public key
    /// ([RFC 8032, section 5.1.5](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.5)).
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if the bytes are not a public key, or one of small order, for
    /// which there are signatures that are valid for any content.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "ed25519")] {
    /// use tower_webhook::{InvalidSecret, Secret};
    ///
    /// assert_eq!(Secret::ed25519(&[0; 32]).unwrap_err(), InvalidSecret::NotPublicKey);
    /// # }
    /// ```
    pub fn ed25519(public_key: &[u8]) -> Result<Self, InvalidSecret> {
        Self::public(Algorithm::Ed25519, public_key)
    }

    /// Reads a public key for ECDSA over P-256: `SubjectPublicKeyInfo` in DER
    /// ([RFC 5480, section 2](https://www.rfc-editor.org/rfc/rfc5480#section-2)), or the 65 bytes of an
    /// uncompressed point.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if the bytes are not that, or the point is not on the curve.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "p256")] {
    /// use tower_webhook::{InvalidSecret, Secret};
    ///
    /// assert_eq!(Secret::p256(&[4; 65]).unwrap_err(), InvalidSecret::NotPublicKey);
    /// # }
    /// ```
    pub fn p256(public_key: &[u8]) -> Result<Self, InvalidSecret> {
        Self::public(Algorithm::EcdsaP256, public_key)
    }

    /// Reads the 32 bytes of a private key for ECDSA over P-256. Only a [`Signer`](crate::Signer) can
    /// use it.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if the bytes are not a number below the order of the curve, and not
    /// zero.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "p256")] {
    /// use time::OffsetDateTime;
    /// use tower_webhook::{Scheme, Secret, Signer};
    ///
    /// let signer = Signer::new(Scheme::SENDGRID, Secret::p256_private(&[7; 32])?)?;
    /// let headers = signer.sign(None, OffsetDateTime::now_utc(), b"[]")?;
    /// assert!(headers.contains_key("x-twilio-email-event-webhook-signature"));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn p256_private(private_key: &[u8]) -> Result<Self, InvalidSecret> {
        SigningKey::private(Algorithm::EcdsaP256, private_key)?;
        let bytes = Zeroizing::new(private_key.to_vec());
        Ok(Self { kind: Kind::Private(Algorithm::EcdsaP256), bytes })
    }

    fn public(algorithm: Algorithm, key: &[u8]) -> Result<Self, InvalidSecret> {
        VerifyingKey::public(algorithm, key)?;
        Ok(Self { kind: Kind::Public(algorithm), bytes: Zeroizing::new(key.to_vec()) })
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// Makes the key that verifies deliveries of a scheme.
    pub(crate) fn verifying_key(&self, scheme: Scheme) -> Result<VerifyingKey, InvalidSecret> {
        match self.kind {
            Kind::Shared => Ok(VerifyingKey::shared(scheme.algorithm(), &self.bytes)?),
            Kind::Public(own) | Kind::Private(own) if !scheme.knows(own) => {
                Err(InvalidSecret::AsymmetricKey)
            }
            Kind::Public(own) => Ok(VerifyingKey::public(own, &self.bytes)?),
            Kind::Private(_) => Err(InvalidSecret::PrivateKey),
        }
    }

    /// Makes the key that signs deliveries of a scheme.
    pub(crate) fn signing_key(&self, scheme: Scheme) -> Result<SigningKey, InvalidSecret> {
        match self.kind {
            Kind::Shared => Ok(SigningKey::shared(scheme.algorithm(), &self.bytes)?),
            Kind::Public(own) | Kind::Private(own) if !scheme.knows(own) => {
                Err(InvalidSecret::AsymmetricKey)
            }
            Kind::Public(_) => Err(InvalidSecret::PublicKey),
            Kind::Private(own) => Ok(SigningKey::private(own, &self.bytes)?),
        }
    }

    fn not_empty(bytes: Zeroizing<Vec<u8>>) -> Result<Self, InvalidSecret> {
        if bytes.is_empty() {
            return Err(InvalidSecret::Empty);
        }
        Ok(Self { kind: Kind::Shared, bytes })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl ZeroizeOnDrop for Secret {}

impl Scheme {
    /// Reads a secret the way this provider prints it.
    ///
    /// If the text has two readings ([`KeyFormat::Utf8OrHex`], [`KeyFormat::WhsecAndUtf8`]), this
    /// is the first of them.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if `text` is not in the format of [`Scheme::key_format`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{InvalidSecret, Scheme};
    ///
    /// assert!(Scheme::GITHUB.secret("It's a Secret to Everybody").is_ok());
    /// let error = Scheme::STANDARD.secret("It's a Secret to Everybody").unwrap_err();
    /// assert_eq!(error, InvalidSecret::MissingPrefix);
    /// ```
    pub fn secret(&self, text: &str) -> Result<Secret, InvalidSecret> {
        self.readings(text).map(|(secret, _)| secret)
    }

    /// Reads a secret in each of the ways that the provider may mean it.
    pub(crate) fn readings(&self, text: &str) -> Result<(Secret, Option<Secret>), InvalidSecret> {
        if let Some(kind) = other_kind(*self, text) {
            return Err(InvalidSecret::OtherKind(kind));
        }
        self.read(text).map_err(|error| match error {
            // None of these encodings has a comma.
            InvalidSecret::NotBase64 | InvalidSecret::NotHex if is_several(text) => {
                InvalidSecret::Several
            }
            error => error,
        })
    }

    fn read(&self, text: &str) -> Result<(Secret, Option<Secret>), InvalidSecret> {
        let secret = match self.key_format() {
            KeyFormat::Whsec if self.knows(Algorithm::Ed25519) && text.starts_with("whpk_") => {
                Secret::whpk(text)
            }
            KeyFormat::Whsec if self.knows(Algorithm::Ed25519) && text.starts_with("whsk_") => {
                Secret::whsk(text)
            }
            KeyFormat::WhsecOrUtf8 if !text.starts_with("whsec_") => Secret::utf8(text),
            KeyFormat::Whsec | KeyFormat::WhsecOrUtf8 => Secret::whsec(text),
            KeyFormat::VersionedWhsec => Secret::whsec(text.strip_prefix("v1,").unwrap_or(text)),
            KeyFormat::Utf8OrHex => return Ok((Secret::utf8(text)?, Some(Secret::hex(text)?))),
            KeyFormat::WhsecAndUtf8 => {
                let whole = Secret::utf8(text)?;
                return match text.strip_prefix("whsec_").map(decode_lenient_base64) {
                    Some(Ok(decoded)) => Ok((decoded, Some(whole))),
                    // Only as a whole can such a text be a key.
                    None | Some(Err(InvalidSecret::NotBase64)) => Ok((whole, None)),
                    Some(Err(error)) => Err(error),
                };
            }
            KeyFormat::Utf8 => Secret::utf8(text),
            KeyFormat::Utf8With(suffix) => {
                let own = Secret::utf8(text)?;
                Secret::bytes([own.expose(), suffix.as_bytes()].concat())
            }
            KeyFormat::Hex => Secret::hex(text),
            KeyFormat::Base64 => Secret::base64(text),
            KeyFormat::PublicKeyHex => Secret::ed25519(Secret::hex(text)?.expose()),
            KeyFormat::PublicKeyBase64 => Secret::ed25519(Secret::base64(text)?.expose()),
            KeyFormat::PublicKeyDer => Secret::p256(Secret::base64(text)?.expose()),
        };
        Ok((secret?, None))
    }
}

/// Why a secret was rejected at setup.
///
/// The message names the expected format and never repeats the text.
///
/// # Examples
///
/// ```
/// use tower_webhook::{InvalidSecret, Scheme, Secret};
///
/// assert_eq!(Secret::utf8("").unwrap_err(), InvalidSecret::Empty);
/// assert_eq!(Secret::utf8("hunter2\n").unwrap_err(), InvalidSecret::SurroundingWhitespace);
/// assert_eq!(Scheme::VELT.verifier("hunter2").unwrap_err(), InvalidSecret::MissingPrefix);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidSecret {
    /// Nothing is left after decoding. Anyone can sign with an empty key.
    Empty,
    /// The text begins or ends with whitespace.
    SurroundingWhitespace,
    /// The text has a character that is not to be seen, often from a web page or an editor: a control
    /// character, a zero-width one, a soft hyphen or a byte order mark.
    #[non_exhaustive]
    InvisibleCharacter {
        /// The first such character.
        char: char,
        /// The place of the character in the text, counted in characters from 1.
        position: usize,
    },
    /// The text has quotes around it or a literal `\n` at its end, from a shell or a file.
    Quoted,
    /// The text was never filled in, or is masked; the description says what it looks like. Anyone
    /// can guess it and sign.
    Placeholder(&'static str),
    /// The text is of another kind, such as the key of the provider's API; the description says of
    /// which. It signs no webhooks.
    OtherKind(&'static str),
    /// The text has a comma, so it may be several secrets. Add each of them by itself.
    Several,
    /// The text does not begin with `whsec_`.
    MissingPrefix,
    /// The secret is half of an asymmetric pair, such as `whpk_` or `whsk_`, and the scheme needs a
    /// shared one or another kind of pair.
    AsymmetricKey,
    /// The bytes are not a public key of the scheme's algorithm that can be trusted to verify.
    NotPublicKey,
    /// The bytes are not a private key: for Ed25519, a seed with its public key.
    NotPrivateKey,
    /// The secret is for an algorithm that is not compiled in; the named feature of tower-webhook
    /// adds it.
    MissingFeature(&'static str),
    /// The secret is a private key, which signs; a receiver should not have it.
    PrivateKey,
    /// The secret is a public key, which verifies but cannot sign.
    PublicKey,
    /// The text is a list entry such as `v1,whsec_…`, not the secret alone.
    VersionedEntry,
    /// The text is not standard base64 in its canonical form.
    NotBase64,
    /// The text is not an even number of hexadecimal digits.
    NotHex,
    /// The secret is the 17th: a verifier or signer holds at most 16.
    TooManySecrets,
    /// The secret is sent in a header as it is, and has bytes that are no visible ASCII.
    NotVisible,
    /// The scheme's headers have no room for another signature, so its signer holds no other secret.
    SingleSignature,
}

impl fmt::Display for InvalidSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingFeature(name) => {
                return write!(f, "the secret needs the feature `{name}` of tower-webhook");
            }
            Self::InvisibleCharacter { char, position } => {
                let code = u32::from(*char);
                return write!(
                    f,
                    "secret has an invisible character, U+{code:04X}, at place {position}"
                );
            }
            Self::Placeholder(what) => return write!(f, "secret was not filled in: it is {what}"),
            Self::OtherKind(kind) => {
                return write!(f, "expected the signing secret of the webhook, got {kind}");
            }
            Self::Several => "secret has a comma: add each of several secrets by itself",
            Self::Quoted => "secret has quotes around it or a literal `\\n` at its end",
            Self::Empty => "secret is empty",
            Self::SurroundingWhitespace => {
                "secret begins or ends with whitespace, often the newline of a mounted file"
            }
            Self::MissingPrefix => "expected `whsec_` followed by base64",
            Self::AsymmetricKey => {
                "expected another kind of secret, such as `whsec_`, got half of an asymmetric key pair"
            }
            Self::NotPublicKey => {
                "expected a public key: the 32 bytes of one for Ed25519, or the DER of one for P-256"
            }
            Self::NotPrivateKey => {
                "expected `whsk_` followed by the base64 of an Ed25519 key pair, or a key for P-256"
            }
            Self::PrivateKey => "expected a public key to verify with, got a private key",
            Self::PublicKey => "expected a private key to sign with, got a public key",
            Self::VersionedEntry => "expected a `whsec_` secret without a version in front of it",
            Self::NotBase64 => "expected canonical standard base64",
            Self::NotHex => "expected an even number of hexadecimal digits",
            Self::TooManySecrets => "more than 16 secrets",
            Self::NotVisible => "expected visible ASCII, which a header can carry",
            Self::SingleSignature => {
                "the scheme sends one signature, so it is signed with one secret"
            }
        })
    }
}

impl Error for InvalidSecret {}

impl From<InvalidKey> for InvalidSecret {
    fn from(error: InvalidKey) -> Self {
        match error {
            InvalidKey::Public => Self::NotPublicKey,
            InvalidKey::Private => Self::NotPrivateKey,
            InvalidKey::Token => Self::NotVisible,
            InvalidKey::Feature(name) => Self::MissingFeature(name),
        }
    }
}

/// The most secrets that a verifier or a signer holds.
pub(crate) const MAX_SECRETS: usize = 16;

fn decode_base64(text: &str) -> Result<Secret, InvalidSecret> {
    // Never less than the decoded size: a buffer that grew would leave a copy behind.
    let mut bytes = Zeroizing::new(vec![0; text.len().div_ceil(4) * 3]);
    // Padding fills up a group of four.
    let most = if text.len().is_multiple_of(4) { 3 } else { 1 };
    let size = unpadded(text)
        .take(most)
        .find_map(|text| Some(Base64Unpadded::decode(text, &mut bytes).ok()?.len()));
    bytes.truncate(size.ok_or(InvalidSecret::NotBase64)?);
    Secret::not_empty(bytes)
}

/// Decodes base64 whose last bits, which no byte uses, may have any value, and whose padding may be
/// missing.
fn decode_lenient_base64(text: &str) -> Result<Secret, InvalidSecret> {
    let decode = |text: &str| {
        // In a full group, every bit is used.
        let fill = match text.len() % 4 {
            0 => "",
            1 => return None,
            2 => "AA",
            _ => "A",
        };
        let full = Zeroizing::new([text, fill].concat());
        let mut bytes = Zeroizing::new(vec![0; full.len() / 4 * 3]);
        let size = Base64Unpadded::decode(full.as_str(), &mut bytes).ok()?.len();
        bytes.truncate(size - fill.len());
        Some(bytes)
    };
    Secret::not_empty(unpadded(text).find_map(decode).ok_or(InvalidSecret::NotBase64)?)
}

/// The text without the padding that it may have. The whole text comes first, so that a character
/// is compared with `=` only after it has turned out not to be one of the key's.
fn unpadded(text: &str) -> impl Iterator<Item = &str> {
    ["", "=", "=="].into_iter().filter_map(|padding| text.strip_suffix(padding))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(secret: Result<Secret, InvalidSecret>) -> Vec<u8> {
        secret.unwrap().expose().to_vec()
    }

    #[test]
    fn one_text_is_three_different_keys() {
        let text = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6";
        assert_eq!(key(Secret::utf8(text)), text.as_bytes());
        assert_eq!(key(Secret::hex(text)).len(), 16);
        assert_eq!(key(Secret::base64(text)).len(), 24);
    }

    #[test]
    fn whsec_decodes_the_published_keys() {
        let demo = "31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0";
        let demo = key(Secret::hex(demo));
        assert_eq!(key(Secret::whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")), demo);
        assert_eq!(key(Secret::whsec("whsec_plJ3nmyCDGBKInavdOK15jsl")).len(), 18);
    }

    #[test]
    fn padding_is_optional_and_bits_are_canonical() {
        assert_eq!(key(Secret::whsec("whsec_AQ==")), [1]);
        assert_eq!(key(Secret::whsec("whsec_AQ")), [1]);
        assert_eq!(key(Secret::base64("AQI=")), [1, 2]);
        for text in [
            "AR==", "AR", "A", "A===", "AQ=", "AQ=A", "AQ==AQ==", "A_-A", "AQ ==", "=", "==",
            "====", "AAAA=", "AAAA==", "AAAA====",
        ] {
            assert_eq!(Secret::base64(text).unwrap_err(), InvalidSecret::NotBase64, "{text}");
        }
    }

    #[test]
    fn lenient_base64_differs_in_padding_and_in_unused_bits_only() {
        for (text, bytes) in [
            ("AQ==", &[1][..]),
            ("AQ=", &[1]),
            ("AQ", &[1]),
            ("AR==", &[1]),
            ("Af", &[1]),
            ("AQI=", &[1, 2]),
            ("AQJ", &[1, 2]),
            ("AQID", &[1, 2, 3]),
            ("AQIDBA", &[1, 2, 3, 4]),
        ] {
            assert_eq!(key(decode_lenient_base64(text)), bytes, "{text}");
        }
        for text in ["A", "AQIDB", "AQ===", "=AQ=", "A_-A", "AQ ==", "AQ\n", "ü"] {
            let error = decode_lenient_base64(text).unwrap_err();
            assert_eq!(error, InvalidSecret::NotBase64, "{text}");
        }
        for text in ["", "=", "=="] {
            assert_eq!(decode_lenient_base64(text).unwrap_err(), InvalidSecret::Empty, "{text}");
        }
    }

    #[test]
    fn a_scheme_with_two_readings_gives_the_first_or_none() {
        assert_eq!(key(Scheme::SPAAZA.secret("00ff")), b"00ff");
        assert_eq!(key(Scheme::POLAR.secret("whsec_AQ")), [1]);
        for text in ["v1,whsec_AQ", "whsec_AQ"] {
            assert_eq!(key(Scheme::SUPABASE_AUTH.secret(text)), [1]);
        }
        assert_eq!(key(Scheme::POLAR.secret("whsec_AQIDB")), b"whsec_AQIDB");
        assert_eq!(key(Scheme::POLAR.secret("polar_whs_AQ")), b"polar_whs_AQ");
        for (scheme, text, expected) in [
            (Scheme::SPAAZA, "hello", InvalidSecret::NotHex),
            (Scheme::POLAR, "whsec_", InvalidSecret::Empty),
            (Scheme::POLAR, "whsec_AQ\n", InvalidSecret::SurroundingWhitespace),
        ] {
            assert_eq!(scheme.secret(text).unwrap_err(), expected);
            assert_eq!(scheme.verifier(text).unwrap_err(), expected);
        }
    }

    #[test]
    fn hex_takes_either_case_and_nothing_else() {
        assert_eq!(key(Secret::hex("00fFAb")), [0x00, 0xff, 0xab]);
        for text in ["0", "0x00", "0g", "00 00", "ü"] {
            assert_eq!(Secret::hex(text).unwrap_err(), InvalidSecret::NotHex, "{text}");
        }
    }

    #[test]
    fn empty_is_an_error_in_every_encoding() {
        let empty = [
            Secret::whsec("whsec_"),
            Secret::hex(""),
            Secret::base64(""),
            Secret::utf8(""),
            Secret::bytes([]),
        ];
        for secret in empty {
            assert_eq!(secret.unwrap_err(), InvalidSecret::Empty);
        }
        assert_eq!(Secret::whsec("").unwrap_err(), InvalidSecret::MissingPrefix);
    }

    #[test]
    fn surrounding_whitespace_is_an_error_in_every_text_encoding() {
        for read in [Secret::whsec, Secret::hex, Secret::base64, Secret::utf8] {
            for text in ["ab12\n", " ab12", "\tab12", "ab12\r\n", "\n", "ab12\u{a0}"] {
                assert_eq!(read(text).unwrap_err(), InvalidSecret::SurroundingWhitespace);
            }
        }
        assert!(Secret::bytes(*b" raw ").is_ok());
        assert!(Secret::utf8("in side").is_ok());
    }

    #[test]
    fn whsec_names_what_it_was_given_instead() {
        let error = |text| Secret::whsec(text).unwrap_err();
        assert_eq!(error("whpk_1SiA4o9hyqQ="), InvalidSecret::AsymmetricKey);
        assert_eq!(error("whsk_6Xb/dCcHpPea"), InvalidSecret::AsymmetricKey);
        assert_eq!(error("v1,whsec_MfKQ9r8G"), InvalidSecret::VersionedEntry);
        assert_eq!(error("MfKQ9r8G"), InvalidSecret::MissingPrefix);
        assert_eq!(error("WHSEC_MfKQ9r8G"), InvalidSecret::MissingPrefix);
        assert_eq!(error("whsec_MfKQ9r8-"), InvalidSecret::NotBase64);
    }

    #[test]
    fn what_cannot_be_a_secret_of_its_scheme_says_what_it_is() {
        for (scheme, text, kind) in [
            (Scheme::STRIPE, "sk_live_4eC39", "a key of the API"),
            (Scheme::STRIPE, "pk_test_4eC39", "a publishable key"),
            (Scheme::STRIPE, "we_1NxYz", "the id of an endpoint"),
            (Scheme::SLACK, "xoxb-1-2", "an access token"),
            (Scheme::SHOPIFY, "shpat_1", "an access token"),
        ] {
            let error = scheme.verifier(text).unwrap_err();
            assert_eq!(error, InvalidSecret::OtherKind(kind));
            assert!(error.to_string().ends_with(kind) && !error.to_string().contains(text));
            // Paystack, for one, signs with the key of its API.
            assert!(Scheme::PAYSTACK.verifier(text).is_ok());
        }
        for (scheme, text) in [
            (Scheme::STANDARD, "whsec_AQID,whsec_BAUG"),
            (Scheme::ADYEN, "00ff,ff00"),
            (Scheme::SPAAZA, "00ff, ff00"),
        ] {
            assert_eq!(scheme.verifier(text).unwrap_err(), InvalidSecret::Several, "{text}");
        }
        // Where the text is the key, a comma may belong to it.
        assert!(Scheme::GITHUB.verifier("one,two").is_ok());
    }

    #[test]
    fn debug_and_errors_show_no_text() {
        assert_eq!(format!("{:?}", Secret::utf8("hunter2").unwrap()), "Secret(..)");
        for read in [Secret::whsec, Secret::hex, Secret::base64] {
            let error = read("!hunter2!").unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter"));
        }
    }
}
