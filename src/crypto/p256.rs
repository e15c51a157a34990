//! ECDSA over P-256 with SHA-256, verified while the body streams in.
//!
//! Everything compared here is public, so nothing has to take constant time.

use p256::ecdsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::crypto::Signature as Received;
use crate::crypto::content::Content;
use crate::crypto::{InvalidKey, MAX_SIZE};

/// What comes before the point in the DER of a public key
/// ([RFC 5480, section 2](https://www.rfc-editor.org/rfc/rfc5480#section-2)): the curve by its name,
/// and the sizes that follow from it.
const SUBJECT_PUBLIC_KEY_INFO: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Reads a public key: an uncompressed point on the curve, or the DER around one.
pub(super) fn public_key(bytes: &[u8]) -> Result<VerifyingKey, InvalidKey> {
    let point = bytes.strip_prefix(SUBJECT_PUBLIC_KEY_INFO).unwrap_or(bytes);
    // The other encodings of a point have no place in the DER above.
    if point.len() != 65 {
        return Err(InvalidKey::Public);
    }
    VerifyingKey::from_sec1_bytes(point).map_err(|_| InvalidKey::Public)
}

/// Reads a private key, a number.
pub(super) fn private_key(bytes: &[u8]) -> Result<SigningKey, InvalidKey> {
    // The library also takes fewer bytes, as if zeros were in front.
    let bytes: &[u8; 32] = bytes.try_into().map_err(|_| InvalidKey::Private)?;
    SigningKey::from_slice(bytes).map_err(|_| InvalidKey::Private)
}

#[expect(clippy::expect_used, reason = "deterministic signing of a hash of the curve's size")]
pub(super) fn sign<'c>(key: &SigningKey, content: &impl Content<'c>) -> [u8; MAX_SIZE] {
    let mut hash = Sha256::new();
    content.each(|piece| hash.update(piece));
    let signature: Signature = key.sign_prehash(&hash.finalize()).expect("a hash of 32 bytes");
    signature.to_bytes().into()
}

/// Content that is still arriving, and the key that is to have signed it. The hash does not depend on
/// the signature, so one is enough for all of them.
pub(crate) struct Running {
    key: VerifyingKey,
    hash: Sha256,
}

impl Running {
    pub(super) fn new(key: &VerifyingKey) -> Self {
        Self { key: *key, hash: Sha256::new() }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
    }

    pub(super) fn fork(&self) -> Self {
        Self { key: self.key, hash: self.hash.clone() }
    }

    /// Ends the content.
    pub(super) fn finish(&self) -> Finished {
        Finished { key: self.key, hash: self.hash.clone().finalize().into() }
    }
}

/// The hash of the whole content, and the key that is to have signed it.
pub(super) struct Finished {
    key: VerifyingKey,
    hash: [u8; 32],
}

impl Finished {
    /// Returns whether a signature is valid. Of two that differ only in the sign of the second number,
    /// both are.
    pub(super) fn matches(&self, signature: &Received) -> bool {
        let signature = Signature::from_slice(signature.as_bytes());
        signature.is_ok_and(|signature| self.key.verify_prehash(&self.hash, &signature).is_ok())
    }
}
