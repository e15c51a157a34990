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
    /// The text is half of an asymmetric pair (`whpk_` or `whsk_`), not a shared secret.
    AsymmetricKey,
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
}

impl fmt::Display for InvalidSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "secret is empty",
            Self::SurroundingWhitespace => {
                "secret begins or ends with whitespace, often the newline of a mounted file"
            }
            Self::MissingPrefix => "expected `whsec_` followed by base64",
            Self::AsymmetricKey => {
                "expected a shared `whsec_` secret, got half of an asymmetric key pair"
            }
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

/// The part of a delivery that a [`VerifyError`] is about.
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
        }
    }
}

impl Error for VerifyError {}
