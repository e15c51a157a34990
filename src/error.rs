//! What can go wrong while a secret is set up and while a delivery is verified.

use std::error::Error;
use std::fmt;

/// Why a secret was refused at set-up.
///
/// The message names the shape that was expected and never the text that was given.
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
    /// The text does not begin with `whsec_`.
    MissingPrefix,
    /// The secret is half of an asymmetric pair (`whpk_` or `whsk_`), and the scheme wants a
    /// shared one.
    AsymmetricKey,
    /// The bytes are not an Ed25519 public key that can be trusted to verify.
    NotPublicKey,
    /// The bytes are not an Ed25519 seed with its public key.
    NotPrivateKey,
    /// The secret is a private key: it signs, and a receiver should not have it.
    PrivateKey,
    /// The secret is a public key: it verifies, and cannot sign.
    PublicKey,
    /// The text is a list entry such as `v1,whsec_…`, not the secret alone.
    VersionedEntry,
    /// The text is not standard base64 in its canonical form.
    NotBase64,
    /// The text is not an even number of hexadecimal digits.
    NotHex,
    /// A verifier or signer holds at most 16 secrets.
    TooManySecrets,
    /// The scheme's header carries one signature, so its signer takes one secret.
    SingleSignature,
    /// The secret is for an algorithm that is not compiled in; this feature of tower-webhook adds
    /// it.
    MissingFeature(&'static str),
}

impl fmt::Display for InvalidSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingFeature(feature) => {
                return write!(f, "the secret needs the feature `{feature}` of tower-webhook");
            }
            Self::Empty => "secret is empty",
            Self::SurroundingWhitespace => {
                "secret begins or ends with whitespace, often the newline of a mounted file"
            }
            Self::MissingPrefix => "expected `whsec_` followed by base64",
            Self::AsymmetricKey => {
                "expected a shared `whsec_` secret, got half of an asymmetric key pair"
            }
            Self::NotPublicKey => "expected the 32 bytes of an Ed25519 public key",
            Self::NotPrivateKey => "expected `whsk_` followed by the base64 of an Ed25519 key pair",
            Self::PrivateKey => "expected a public key to verify with, got a private key",
            Self::PublicKey => "expected a private key to sign with, got a public key",
            Self::VersionedEntry => "expected a `whsec_` secret without a version in front of it",
            Self::NotBase64 => "expected canonical standard base64",
            Self::NotHex => "expected an even number of hexadecimal digits",
            Self::TooManySecrets => "more than 16 secrets",
            Self::SingleSignature => {
                "the scheme sends one signature, so it is signed with one secret"
            }
        })
    }
}

impl Error for InvalidSecret {}

/// A public URL that no sender could have called; see
/// [`Verifier::public_url`](crate::Verifier::public_url).
///
/// # Examples
///
/// ```
/// use tower_webhook::{InvalidPublicUrl, Scheme};
///
/// let verifier = Scheme::SQUARE.verifier("signature key")?;
/// let error: InvalidPublicUrl = verifier.public_url("hooks.example.com").unwrap_err();
/// assert!(error.to_string().starts_with("expected `https://`"));
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidPublicUrl;

impl fmt::Display for InvalidPublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected `https://` or `http://`, a host, and at most a path")
    }
}

impl Error for InvalidPublicUrl {}

/// The part of a delivery that a [`VerifyError`] is about.
///
/// # Examples
///
/// ```
/// use tower_webhook::{Field, VerifyError};
///
/// let error = VerifyError::Repeated(Field::Timestamp);
/// assert_eq!(error.to_string(), "timestamp is repeated");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// The delivery's id.
    Id,
    /// The signature, or the list of them.
    Signature,
    /// The time the delivery was signed.
    Timestamp,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Id => "id",
            Self::Signature => "signature",
            Self::Timestamp => "timestamp",
        })
    }
}

/// Why a delivery was refused.
///
/// It tells the operator which check failed and holds nothing that came from the request. The
/// sender should not be told more than that the request was refused.
///
/// # Examples
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::{Field, Scheme, VerifyError};
///
/// let verifier = Scheme::GITHUB.verifier("It's a Secret to Everybody")?;
/// let error = verifier.verify(&HeaderMap::new(), b"Hello, World!").unwrap_err();
/// assert_eq!(error, VerifyError::Missing(Field::Signature));
/// assert_eq!(error.to_string(), "signature is missing");
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VerifyError {
    /// The request does not carry the field.
    Missing(Field),
    /// The request carries the field more than once.
    Repeated(Field),
    /// The field is not in the scheme's grammar.
    Malformed(Field),
    /// The request carries more than 32 signatures.
    TooManySignatures,
    /// None of the signatures is of a version that the scheme knows.
    UnsupportedVersion,
    /// The delivery was signed longer ago than the tolerance allows.
    TimestampTooOld,
    /// The delivery was signed further in the future than the tolerance allows.
    TimestampTooNew,
    /// No signature matches any of the secrets.
    Mismatch,
    /// Not the sender's fault: the scheme signs the URL, so the whole request has to be verified,
    /// with [`Verifier::verify_request`](crate::Verifier::verify_request).
    NeedsRequest,
    /// Not the sender's fault: the scheme signs the URL, and
    /// [`Verifier::public_url`](crate::Verifier::public_url) was not called.
    NeedsPublicUrl,
}

impl VerifyError {
    /// Whether the receiver is set up in a way that no delivery could be verified.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::VerifyError;
    ///
    /// assert!(VerifyError::NeedsPublicUrl.is_setup());
    /// assert!(!VerifyError::Mismatch.is_setup());
    /// ```
    #[must_use]
    pub fn is_setup(&self) -> bool {
        matches!(self, Self::NeedsRequest | Self::NeedsPublicUrl)
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(field) => write!(f, "{field} is missing"),
            Self::Repeated(field) => write!(f, "{field} is repeated"),
            Self::Malformed(field) => write!(f, "{field} is malformed"),
            Self::TooManySignatures => f.write_str("more than 32 signatures"),
            Self::UnsupportedVersion => f.write_str("no signature of a supported version"),
            Self::TimestampTooOld => f.write_str("timestamp is too old"),
            Self::TimestampTooNew => f.write_str("timestamp is too far in the future"),
            Self::Mismatch => f.write_str("no signature matches"),
            Self::NeedsRequest => f.write_str("the scheme signs the URL, so it needs the request"),
            Self::NeedsPublicUrl => {
                f.write_str("the scheme signs the URL, so it needs a public URL")
            }
        }
    }
}

impl Error for VerifyError {}
