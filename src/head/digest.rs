//! The digest of a body, as some providers sign it instead of the body.

use sha2::{Digest as _, Sha256};

/// The size of a digest as it is signed, in bytes.
pub(crate) const SIZE: usize = 64;

/// A digest of a body that is still arriving.
#[derive(Clone, Default)]
pub(crate) struct BodyDigest(Sha256);

impl BodyDigest {
    pub(crate) fn update(&mut self, chunk: &[u8]) {
        self.0.update(chunk);
    }

    /// The digest as it is signed, in lower-case hexadecimal digits. Not on the heap, from which no
    /// verification of a complete body takes anything.
    pub(crate) fn finish(self) -> [u8; SIZE] {
        let mut text = [0; SIZE];
        // There is room for exactly as many digits.
        let _ = base16ct::lower::encode(&self.0.finalize(), &mut text);
        text
    }
}
