//! Keyed states, running MACs, and the only comparison of signatures in the crate.

use hmac::{Hmac, KeyInit, Mac as _};
#[cfg(feature = "sha1")]
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

use crate::{Algorithm, InvalidSecret, Secret};

/// The size of the longest tag, in bytes.
pub(crate) const MAX_TAG: usize = 64;

/// A MAC state. Right after [`Mac::new`] it has absorbed the key and nothing else; a clone of
/// that state is how each delivery starts, so the key schedule runs once per secret.
#[derive(Clone)]
pub(crate) enum Mac {
    Sha256(Hmac<Sha256>),
    Sha512(Hmac<Sha512>),
    #[cfg(feature = "sha1")]
    Sha1(Hmac<Sha1>),
}

impl Mac {
    pub(crate) fn new(algorithm: Algorithm, secret: &Secret) -> Result<Self, InvalidSecret> {
        let key = secret.as_bytes();
        // HMAC takes keys of any length, so the conversion never fails for a secret, which is
        // never empty; should it, it must not make a verifier.
        match algorithm {
            Algorithm::HmacSha256 => Hmac::new_from_slice(key).map(Self::Sha256),
            Algorithm::HmacSha512 => Hmac::new_from_slice(key).map(Self::Sha512),
            #[cfg(feature = "sha1")]
            Algorithm::HmacSha1 => Hmac::new_from_slice(key).map(Self::Sha1),
            #[cfg(feature = "ed25519")]
            Algorithm::Ed25519 => return Err(InvalidSecret::NotPublicKey),
        }
        .map_err(|_| InvalidSecret::Empty)
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(mac) => mac.update(bytes),
            Self::Sha512(mac) => mac.update(bytes),
            #[cfg(feature = "sha1")]
            Self::Sha1(mac) => mac.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Tag {
        match self {
            Self::Sha256(mac) => Tag::new(&mac.finalize().into_bytes()),
            Self::Sha512(mac) => Tag::new(&mac.finalize().into_bytes()),
            #[cfg(feature = "sha1")]
            Self::Sha1(mac) => Tag::new(&mac.finalize().into_bytes()),
        }
    }
}

/// The tag that a delivery ought to carry. Whoever knows it can forge that delivery.
pub(crate) struct Tag {
    bytes: Zeroizing<[u8; MAX_TAG]>,
    size: usize,
}

impl Tag {
    fn new(tag: &[u8]) -> Self {
        let mut bytes = Zeroizing::new([0; MAX_TAG]);
        bytes.iter_mut().zip(tag).for_each(|(to, from)| *to = *from);
        Self { bytes, size: tag.len() }
    }

    /// Compares with every signature in constant time, whichever matches. One of another size
    /// never does.
    pub(crate) fn is_among<'a>(&self, signatures: impl Iterator<Item = &'a [u8]>) -> Choice {
        let none = Choice::from(0);
        signatures.fold(none, |any, signature| any | self.as_bytes().ct_eq(signature))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.size).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(algorithm: Algorithm, key: &[u8], text: &[u8]) -> Tag {
        let mut mac = Mac::new(algorithm, &Secret::bytes(key).unwrap()).unwrap();
        mac.update(text);
        mac.finish()
    }

    // RFC 4231, test case 2.
    #[test]
    fn rfc_4231() {
        let text = b"what do ya want for nothing?";
        let tag256 = tag(Algorithm::HmacSha256, b"Jefe", text);
        assert_eq!(
            hex_of(&tag256),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        let tag512 = tag(Algorithm::HmacSha512, b"Jefe", text);
        assert!(hex_of(&tag512).starts_with("164b7a7bfcf819e2e395fbe73b56e0a3"));
        assert!(hex_of(&tag512).ends_with("caeab1a34d4a6b4b636e070a38bce737"));
    }

    #[test]
    fn only_the_whole_tag_matches() {
        let tag = tag(Algorithm::HmacSha256, b"key", b"text");
        let matches = |signature: &[u8]| bool::from(tag.is_among([signature].into_iter()));
        let good = tag.as_bytes().to_vec();
        assert!(matches(&good));
        for size in 0..good.len() {
            assert!(!matches(&good[..size]), "{size} bytes");
        }
        assert!(!matches(&[good.as_slice(), &[0]].concat()));
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(!matches(&bad), "bit {bit}");
            let among = [bad.as_slice(), &good, &bad];
            assert!(bool::from(tag.is_among(among.into_iter())));
        }
        assert!(!bool::from(tag.is_among([].into_iter())));
    }

    fn hex_of(tag: &Tag) -> String {
        tag.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
