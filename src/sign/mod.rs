//! Signing: the inverse of verification, for tests and for senders.
//!
//! A [`Signer`](crate::Signer) signs the way a provider does.
//! [`Signer::sign`](crate::Signer::sign) makes the headers of a delivery, and
//! [`Signer::request`](crate::Signer::request) the whole request, which is what a test of a webhook
//! handler sends.
//!
//! # Examples
//!
//! ```
//! use time::OffsetDateTime;
//! use tower_webhook::Scheme;
//!
//! let signer = Scheme::STRIPE.signer("whsec_example")?;
//! let request = signer.request("https://example.com/hook", None, OffsetDateTime::now_utc(), "{}")?;
//! assert!(Scheme::STRIPE.verifier("whsec_example")?.verify(&request, b"{}").is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(crate) mod signer;

use std::error::Error;
use std::fmt;

/// Why a delivery cannot be signed.
///
/// # Examples
///
/// ```
/// use time::OffsetDateTime;
/// use tower_webhook::Scheme;
/// use tower_webhook::sign::SignError;
///
/// // Square signs the URL too.
/// let signer = Scheme::SQUARE.signer("signature key")?;
/// let error = signer.sign(None, OffsetDateTime::now_utc(), b"{}").unwrap_err();
/// assert_eq!(error, SignError::NeedsUrl);
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignError {
    /// The scheme signs an id, and none is given.
    MissingId,
    /// The id is empty, longer than 256 bytes, not of the scheme's
    /// [shape](crate::scheme::IdShape), or contains the byte that ends it in the signed content.
    InvalidId,
    /// The timestamp cannot be written in the scheme's
    /// [format](crate::scheme::TimestampFormat): a number of seconds or milliseconds reaches from
    /// 2001-09-09 to 2286-11-20.
    InvalidTimestamp,
    /// The scheme signs the URL: use [`Signer::request`](crate::Signer::request).
    NeedsUrl,
    /// The URL is not a valid URL for a request.
    InvalidUrl,
    /// The scheme signs the fields of a form, and the body has more than 1,000, or is not the one whose
    /// digest is in the URL.
    InvalidBody,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingId => "the scheme signs an id, and none is given",
            Self::InvalidId => "a receiver would reject the id",
            Self::InvalidTimestamp => "the scheme's format cannot express the timestamp",
            Self::NeedsUrl => "the scheme signs the URL: use `Signer::request`",
            Self::InvalidUrl => "url is not valid for a request",
            Self::InvalidBody => "a receiver would reject the body",
        })
    }
}

impl Error for SignError {}
