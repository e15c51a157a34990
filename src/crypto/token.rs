//! A secret that the sender repeats. Nothing is signed with it.

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

use crate::crypto::Signature;

/// The size of a token's hash, in bytes.
pub(crate) const SIZE: usize = 32;

/// The hash of a token. Hashes are compared, so that the time tells nothing of the length either.
#[derive(Clone)]
pub(crate) struct Token(Zeroizing<[u8; SIZE]>);

impl Token {
    pub(crate) fn new(token: &[u8]) -> Self {
        Self(Zeroizing::new(hash(token)))
    }

    pub(super) fn matches(&self, signature: &Signature) -> Choice {
        let (hash, _) = signature.bytes.0.split_at(SIZE);
        self.has(hash)
    }

    /// Whether this is the token's hash.
    pub(crate) fn has(&self, hash: &[u8]) -> Choice {
        hash.ct_eq(self.0.as_slice())
    }

    #[cfg(feature = "fetch")]
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

/// Whether a header can carry the token: blanks at its ends would not arrive.
pub(super) fn is_text(token: &[u8]) -> bool {
    let is_blank = |byte: Option<&u8>| byte == Some(&b' ');
    token.iter().all(|byte| matches!(byte, b' '..=b'~'))
        && !is_blank(token.first())
        && !is_blank(token.last())
}

/// What stands in the place of a signature for a token that has arrived.
pub(crate) fn hash(token: &[u8]) -> [u8; SIZE] {
    Sha256::digest(token).into()
}
