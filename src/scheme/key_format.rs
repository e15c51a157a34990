//! The format of a printed secret.

/// The format in which a provider prints its secrets, and how they are read.
///
/// # Examples
///
/// ```
/// use tower_webhook::Scheme;
/// use tower_webhook::scheme::KeyFormat;
///
/// // Both print `whsec_…`. For Stripe, these characters are part of the key.
/// assert_eq!(Scheme::STANDARD.key_format(), KeyFormat::Whsec);
/// assert_eq!(Scheme::STRIPE.key_format(), KeyFormat::Utf8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFormat {
    /// `whsec_` and base64, which spells the key: [`Secret::whsec`](crate::Secret::whsec).
    ///
    /// For a scheme that also has Ed25519 signatures, `whpk_` and `whsk_` too.
    Whsec,
    /// [`KeyFormat::Whsec`], with or without `v1,` in front of it.
    VersionedWhsec,
    /// [`KeyFormat::Whsec`] if the text begins with `whsec_`, and [`KeyFormat::Utf8`] otherwise.
    WhsecOrUtf8,
    /// The text is the key, and if it begins with `whsec_`, so is what the base64 behind that
    /// spells. The base64 is read leniently: padding may be missing, and bits that no byte uses may
    /// have any value. [`Scheme::verifier`](crate::Scheme::verifier) holds both readings, that of
    /// the base64 first.
    WhsecAndUtf8,
    /// The text is the key: [`Secret::utf8`](crate::Secret::utf8).
    Utf8,
    /// The text and then this one are the key.
    Utf8With(&'static str),
    /// Hexadecimal digits spell the key: [`Secret::hex`](crate::Secret::hex).
    Hex,
    /// Base64 spells the key: [`Secret::base64`](crate::Secret::base64).
    Base64,
    /// Hexadecimal digits of which the provider's documentation does not say whether they *are* the
    /// key or *spell* it. [`Scheme::verifier`](crate::Scheme::verifier) holds both readings, the
    /// text first.
    Utf8OrHex,
    /// The 32 bytes of an Ed25519 public key in hexadecimal digits.
    PublicKeyHex,
    /// The 32 bytes of an Ed25519 public key in base64.
    PublicKeyBase64,
    /// An ECDSA public key as `SubjectPublicKeyInfo` in DER
    /// ([RFC 5480, section 2](https://www.rfc-editor.org/rfc/rfc5480#section-2)), in base64: what is
    /// between the first and the last line of a PEM file, without line breaks.
    PublicKeyDer,
}
