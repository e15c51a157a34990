//! What computes a signature.

/// What computes a signature.
///
/// # Examples
///
/// ```
/// use tower_webhook::{Algorithm, Scheme};
///
/// assert_eq!(Scheme::GITHUB.algorithm(), Algorithm::HmacSha256);
/// assert_eq!(Scheme::PAYSTACK.algorithm(), Algorithm::HmacSha512);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104),
    /// [FIPS 180-4](https://doi.org/10.6028/NIST.FIPS.180-4)), 32 bytes.
    HmacSha256,
    /// HMAC with SHA-512, 64 bytes.
    HmacSha512,
    /// HMAC with SHA-1, 20 bytes, for providers that still use it.
    ///
    /// SHA-1 is broken for signatures over documents, but no attack on its HMAC is known
    /// ([RFC 6194, section 3.3](https://www.rfc-editor.org/rfc/rfc6194#section-3.3)). Where a
    /// provider offers anything newer, use that. Keys need the feature `sha1`.
    HmacSha1,
    /// Ed25519 ([RFC 8032](https://www.rfc-editor.org/rfc/rfc8032)), 64 bytes. The receiver has
    /// the public key only, so it cannot forge deliveries to itself. Keys need the feature
    /// `ed25519`.
    Ed25519,
}

impl Algorithm {
    /// The size of a signature, in bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Algorithm;
    ///
    /// assert_eq!(Algorithm::HmacSha256.size(), 32);
    /// ```
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::HmacSha256 => 32,
            Self::HmacSha512 => 64,
            Self::HmacSha1 => 20,
            Self::Ed25519 => 64,
        }
    }
}
