//! Bytes in, bytes out: what computes and compares signatures knows no header and no provider.

#[cfg(feature = "ed25519")]
mod ed25519;
pub(crate) mod key;
pub(crate) mod mac;

/// The size of the longest signature, in bytes.
pub(crate) const MAX_SIZE: usize = 64;

/// What computes a signature.
///
/// # Examples
///
/// ```
/// use tower_webhook::Scheme;
/// use tower_webhook::scheme::Algorithm;
///
/// assert_eq!(Scheme::GITHUB.algorithm(), Algorithm::HmacSha256);
/// assert_eq!(Scheme::PAYSTACK.algorithm(), Algorithm::HmacSha512);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104),
    /// [FIPS 180-4](https://doi.org/10.6028/NIST.FIPS.180-4)), 32 bytes.
    HmacSha256,
    /// HMAC with SHA-512, 64 bytes.
    HmacSha512,
    /// HMAC with SHA-1, 20 bytes, for providers that still use it. Verified with the feature
    /// `sha1`.
    ///
    /// SHA-1 is broken for signatures over documents, but no attack on its HMAC is known
    /// ([RFC 6194, section 3.3](https://www.rfc-editor.org/rfc/rfc6194#section-3.3)). Where a
    /// provider offers anything newer, use that.
    HmacSha1,
    /// Ed25519 ([RFC 8032](https://www.rfc-editor.org/rfc/rfc8032)), 64 bytes. Verified with the
    /// feature `ed25519`. The receiver has the public key only, so it cannot forge deliveries to
    /// itself.
    Ed25519,
}

impl Algorithm {
    /// The size of a signature, in bytes.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::HmacSha1 => 20,
            Self::HmacSha256 => 32,
            Self::HmacSha512 | Self::Ed25519 => 64,
        }
    }
}

/// One decoded signature, with zeros behind it.
///
/// It came with a request and may be the valid one, so it does not show in any output.
#[derive(Clone, Copy)]
pub(crate) struct Signature {
    pub(crate) algorithm: Algorithm,
    bytes: [u8; MAX_SIZE],
}

impl Signature {
    /// Makes a signature of what `fill` writes.
    #[inline]
    pub(crate) fn read(
        algorithm: Algorithm,
        fill: impl FnOnce(&mut [u8]) -> Option<()>,
    ) -> Option<Self> {
        let mut bytes = [0; MAX_SIZE];
        fill(bytes.get_mut(..algorithm.size())?)?;
        Some(Self { algorithm, bytes })
    }

    #[cfg(feature = "ed25519")]
    fn as_bytes(&self) -> &[u8; MAX_SIZE] {
        &self.bytes
    }
}

/// Why bytes cannot be a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidKey {
    /// They are no public key, or one that verifies what nobody signed.
    Public,
    /// They are no private key with its public one.
    #[cfg_attr(not(feature = "ed25519"), expect(dead_code))]
    Private,
    /// The feature of this name is not compiled in.
    Feature(&'static str),
}
