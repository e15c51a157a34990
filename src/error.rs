//! Why a delivery is rejected.

use std::error::Error;
use std::fmt;

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
    /// The path of the request's URL.
    Path,
    /// The signature, or the list of them.
    Signature,
    /// The time the delivery was signed.
    Timestamp,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Id => "id",
            Self::Path => "path",
            Self::Signature => "signature",
            Self::Timestamp => "timestamp",
        })
    }
}

/// Why a delivery was rejected.
///
/// It says which check failed, for the operator, and holds nothing that came from the request. The
/// sender should learn no more than that the request was rejected.
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
    /// The field does not follow the scheme's grammar.
    Malformed(Field),
    /// The request carries more than 32 signatures.
    TooManySignatures,
    /// The body is a form with more than 1,000 fields, and the scheme signs the fields.
    TooManyFields,
    /// None of the signatures is of a version that the scheme knows.
    UnsupportedVersion,
    /// The delivery was signed longer ago than the tolerance allows.
    TimestampTooOld,
    /// The delivery was signed further in the future than the tolerance allows.
    TimestampTooNew,
    /// No signature matches any of the secrets.
    Mismatch,
    /// The receiver is misconfigured: this scheme signs the method or the URL, so pass the whole
    /// request and not its headers alone.
    NeedsRequest,
    /// The receiver is misconfigured: this scheme signs the URL, so set
    /// [`Verifier::public_url`](crate::Verifier::public_url) or
    /// [`Verifier::exact_url`](crate::Verifier::exact_url).
    NeedsPublicUrl,
    /// The receiver is misconfigured: this scheme signs the fields of a form, which are sorted, so
    /// pass the whole body to [`Verifier::verify`](crate::Verifier::verify) and not its pieces to
    /// [`Verifier::begin`](crate::Verifier::begin).
    NeedsWholeBody,
}

impl VerifyError {
    /// Returns `true` if the receiver is misconfigured, so that no delivery can ever be verified.
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
        matches!(self, Self::NeedsRequest | Self::NeedsPublicUrl | Self::NeedsWholeBody)
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(field) => write!(f, "{field} is missing"),
            Self::Repeated(field) => write!(f, "{field} is repeated"),
            Self::Malformed(field) => write!(f, "{field} is malformed"),
            Self::TooManySignatures => f.write_str("more than 32 signatures"),
            Self::TooManyFields => f.write_str("more than 1000 fields in a form"),
            Self::UnsupportedVersion => f.write_str("no signature of a supported version"),
            Self::TimestampTooOld => f.write_str("timestamp is too old"),
            Self::TimestampTooNew => f.write_str("timestamp is too far in the future"),
            Self::Mismatch => f.write_str("no signature matches"),
            Self::NeedsRequest => {
                f.write_str("the scheme signs the URL: verify the whole request, not its headers")
            }
            Self::NeedsPublicUrl => {
                f.write_str("the scheme signs the URL: set `public_url` or `exact_url`")
            }
            Self::NeedsWholeBody => f.write_str(
                "the scheme signs the fields of a form: use `verify`, which has the whole body",
            ),
        }
    }
}

impl Error for VerifyError {}
