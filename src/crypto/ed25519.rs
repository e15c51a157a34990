//! Ed25519, verified strictly and while the body streams in.
//!
//! What is compared here is public, so nothing has to take constant time.

use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::ed25519::signature::MultipartSigner as _;
use ed25519_dalek::{SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha512};

use crate::error::InvalidSecret;

/// The most signatures that are verified with one key. The hash of the content begins with the
/// signature, so each costs a hash of the body and a curve operation. Svix sends at most 11.
pub(crate) const MAX_ATTEMPTS: usize = 11;

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PublicKey(VerifyingKey);

impl PublicKey {
    /// A key of small order is refused, because it has signatures that are valid for any content.
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, InvalidSecret> {
        let bytes = bytes.try_into().map_err(|_| InvalidSecret::NotPublicKey)?;
        match VerifyingKey::from_bytes(bytes) {
            Ok(key) if !key.is_weak() => Ok(Self(key)),
            _ => Err(InvalidSecret::NotPublicKey),
        }
    }

    /// Begins with the two halves of a signature; `None` if the second is not a reduced scalar.
    pub(crate) fn begin(&self, signature: &[u8; 64]) -> Option<Running> {
        let (r, s) = signature.split_first_chunk()?;
        let s = Option::from(Scalar::from_canonical_bytes(s.try_into().ok()?))?;
        let hash = Sha512::new().chain_update(r).chain_update(self.0.as_bytes());
        Some(Running { key: self.0.to_edwards(), r: *r, s, hash })
    }
}

/// A signature whose content is still arriving.
///
/// The library's streaming verifier cannot be named, so it cannot be kept; this is the same
/// equation on the same curve.
pub(crate) struct Running {
    key: EdwardsPoint,
    r: [u8; 32],
    s: Scalar,
    hash: Sha512,
}

impl Running {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
    }

    /// Tells whether the signature is valid:
    /// [RFC 8032, section 5.1.7](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.7), without
    /// the cofactor: `r` must be the one encoding of `s·B - k·A`, and not of small order.
    pub(crate) fn finish(self) -> bool {
        let k = Scalar::from_bytes_mod_order_wide(&self.hash.finalize().into());
        let r = EdwardsPoint::vartime_double_scalar_mul_basepoint(&k, &-self.key, &self.s);
        r.compress().to_bytes() == self.r && !r.is_small_order()
    }
}

/// Signs for tests and for senders; wiped when dropped.
#[derive(Clone)]
pub(crate) struct PrivateKey(SigningKey);

impl PrivateKey {
    /// Reads a seed and its public key, which must belong together.
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, InvalidSecret> {
        let bytes = bytes.try_into().map_err(|_| InvalidSecret::NotPrivateKey)?;
        let key = SigningKey::from_keypair_bytes(bytes);
        key.map(Self).map_err(|_| InvalidSecret::NotPrivateKey)
    }

    pub(crate) fn sign(&self, content: &[&[u8]]) -> [u8; 64] {
        self.0.multipart_sign(content).to_bytes()
    }
}
