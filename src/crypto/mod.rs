//! Computes and compares signatures: bytes in, bytes out, without headers or providers.

pub(crate) mod content;
#[cfg(feature = "ed25519")]
mod ed25519;
pub(crate) mod key;
pub(crate) mod mac;
#[cfg(feature = "p256")]
mod p256;
pub(crate) mod token;

/// The size of the largest signature, in bytes.
pub(crate) const MAX_SIZE: usize = 64;

/// The algorithm that computes a signature.
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
    /// feature `ed25519`. The receiver has only the public key, so it cannot forge deliveries to
    /// itself.
    Ed25519,
    /// ECDSA over the curve P-256 with SHA-256 ([FIPS 186-5](https://doi.org/10.6028/NIST.FIPS.186-5)),
    /// 64 bytes: two numbers. Verified with the feature `p256`. The receiver has only the public key.
    EcdsaP256,
    /// No signature at all: the sender repeats the secret, as text. Whoever sees one delivery can make
    /// others, and the body is not covered. See
    /// [`SchemeBuilder::dangerous_shared_token`](crate::scheme::SchemeBuilder::dangerous_shared_token).
    SharedToken,
}

impl Algorithm {
    /// The size of a signature, in bytes. That of a token is the size of the hash which is compared.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::HmacSha1 => 20,
            Self::HmacSha256 | Self::SharedToken => 32,
            Self::HmacSha512 | Self::Ed25519 | Self::EcdsaP256 => 64,
        }
    }
}

/// One decoded signature, padded with zeros to the largest size.
///
/// It came with a request and may be the valid one, so it has no `Debug`.
#[derive(Clone, Copy)]
pub(crate) struct Signature {
    pub(crate) algorithm: Algorithm,
    bytes: Bytes,
}

/// Aligned, because they are copied and compared in words.
#[derive(Clone, Copy)]
#[repr(align(8))]
struct Bytes([u8; MAX_SIZE]);

impl Signature {
    /// Makes a signature from the bytes that `write` writes, or `None` if it cannot write them.
    #[inline]
    pub(crate) fn read(
        algorithm: Algorithm,
        write: impl FnOnce(&mut [u8]) -> Option<()>,
    ) -> Option<Self> {
        let mut signature = Self::none(algorithm);
        signature.fill(algorithm, write).map(|()| signature)
    }

    /// A signature that is yet to be filled.
    pub(crate) fn none(algorithm: Algorithm) -> Self {
        Self { algorithm, bytes: Bytes([0; MAX_SIZE]) }
    }

    /// As [`Signature::read`], in its place, because it is large.
    #[inline]
    pub(crate) fn fill(
        &mut self,
        algorithm: Algorithm,
        write: impl FnOnce(&mut [u8]) -> Option<()>,
    ) -> Option<()> {
        *self = Self::none(algorithm);
        write(self.bytes.0.get_mut(..algorithm.size())?)
    }

    #[cfg(any(feature = "ed25519", feature = "p256"))]
    fn as_bytes(&self) -> &[u8; MAX_SIZE] {
        &self.bytes.0
    }
}

/// The signatures of a delivery, any of which may be the valid one. They are lent one by one and not
/// given, because each is large.
pub(crate) trait Candidates {
    /// Passes on those of one algorithm, in order.
    fn each(&self, algorithm: Algorithm, to: impl FnMut(&Signature));
}

impl Candidates for [Signature] {
    fn each(&self, algorithm: Algorithm, to: impl FnMut(&Signature)) {
        self.iter().filter(|signature| signature.algorithm == algorithm).for_each(to);
    }
}

/// Why some bytes cannot be a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidKey {
    /// They are not a public key, or one of small order, which verifies content that nobody signed.
    Public,
    /// They are not a private key, or not one followed by its public key.
    #[cfg_attr(not(any(feature = "ed25519", feature = "p256")), expect(dead_code))]
    Private,
    /// They are not text that a header can carry.
    Token,
    /// The feature with this name is not compiled in.
    Feature(&'static str),
}
