//! Ed25519, verified strictly and while the body streams in.
//!
//! Everything compared here is public, so nothing has to take constant time.

use ed25519_dalek::ed25519::signature::MultipartSigner as _;
use ed25519_dalek::{Signature, SigningKey, StreamVerifier, VerifyingKey};

use crate::crypto::{InvalidKey, MAX_SIZE};

/// Reads a public key. One of small order is rejected, because it has signatures that are valid for
/// any content.
pub(super) fn public_key(bytes: &[u8]) -> Result<VerifyingKey, InvalidKey> {
    let key = VerifyingKey::try_from(bytes).map_err(|_| InvalidKey::Public)?;
    if key.is_weak() { Err(InvalidKey::Public) } else { Ok(key) }
}

/// Reads a seed and its public key, which must belong together.
pub(super) fn private_key(bytes: &[u8]) -> Result<SigningKey, InvalidKey> {
    let bytes = bytes.try_into().map_err(|_| InvalidKey::Private)?;
    SigningKey::from_keypair_bytes(bytes).map_err(|_| InvalidKey::Private)
}

pub(super) fn sign(key: &SigningKey, content: &[&[u8]]) -> [u8; MAX_SIZE] {
    key.multipart_sign(content).to_bytes()
}

/// A signature whose content is still arriving.
pub(crate) struct Running {
    /// `None` if the bytes cannot be a signature, and once it is finished: then [`Running::finish`]
    /// returns `false`.
    verifier: Option<StreamVerifier>,
    /// The first half of the signature, an encoded point, which the stream does not give back.
    r: [u8; 32],
}

impl Running {
    pub(super) fn new(key: &VerifyingKey, signature: &[u8; MAX_SIZE]) -> Self {
        let signature = Signature::from_bytes(signature);
        Self { verifier: key.verify_stream(&signature).ok(), r: *signature.r_bytes() }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        if let Some(verifier) = &mut self.verifier {
            verifier.update(bytes);
        }
    }

    /// Returns whether the signature is valid, by the rules of `VerifyingKey::verify_strict`.
    pub(super) fn finish(&mut self) -> bool {
        // The stream accepts an `R` of small order; `verify_strict` does not. The check comes last
        // because it costs as much as reading a key and matters only if the equation holds.
        self.verifier.take().is_some_and(|verifier| verifier.finalize_and_verify().is_ok())
            && VerifyingKey::from_bytes(&self.r).is_ok_and(|r| !r.is_weak())
    }
}
