//! Keyed states, running MACs, and the only comparison of signatures in the crate.

use ::hmac::{Hmac, KeyInit, Mac as _};
#[cfg(feature = "sha1")]
use sha1::Sha1;
use sha2::Sha512;
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

use crate::crypto::hmac::HmacSha256;
use crate::error::InvalidSecret;
use crate::head::envelope::Envelope;
use crate::scheme::parts::Algorithm;
use crate::secret::Secret;

/// The size of the longest tag, in bytes.
pub(crate) const MAX_TAG: usize = 64;

const WORDS: usize = MAX_TAG / 8;

/// A MAC state. Right after [`Mac::new`] it has absorbed the key and nothing else; a clone of
/// that state is how each delivery starts, so the key schedule runs once per secret.
#[derive(Clone)]
pub(crate) enum Mac {
    Sha256(HmacSha256),
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
            Algorithm::HmacSha256 => Ok(Self::Sha256(HmacSha256::new(key))),
            Algorithm::HmacSha512 => Hmac::new_from_slice(key).map(Self::Sha512),
            #[cfg(feature = "sha1")]
            Algorithm::HmacSha1 => Hmac::new_from_slice(key).map(Self::Sha1),
            #[cfg(not(feature = "sha1"))]
            Algorithm::HmacSha1 => return Err(InvalidSecret::MissingFeature("sha1")),
            #[cfg(feature = "ed25519")]
            Algorithm::Ed25519 => return Err(InvalidSecret::NotPublicKey),
            #[cfg(not(feature = "ed25519"))]
            Algorithm::Ed25519 => return Err(InvalidSecret::MissingFeature("ed25519")),
        }
        .map_err(|_| InvalidSecret::Empty)
    }

    /// The tag of a delivery with this body. The state that is worked on is no larger than its own
    /// algorithm needs and never moves, which is why this is not `clone` and `finish`.
    #[inline]
    pub(crate) fn tag<'a>(
        &self,
        envelope: &Envelope<'_>,
        body: impl Iterator<Item = &'a [u8]>,
    ) -> Tag {
        match self {
            Self::Sha256(mac) => {
                let mut mac = mac.clone();
                envelope.content(body, |bytes| mac.update(bytes));
                Tag::new(&mac.finish())
            }
            Self::Sha512(mac) => {
                let mut mac = mac.clone();
                envelope.content(body, |bytes| mac.update(bytes));
                Tag::new(&mac.finalize().into_bytes())
            }
            #[cfg(feature = "sha1")]
            Self::Sha1(mac) => {
                let mut mac = mac.clone();
                envelope.content(body, |bytes| mac.update(bytes));
                Tag::new(&mac.finalize().into_bytes())
            }
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(mac) => mac.update(bytes),
            Self::Sha512(mac) => mac.update(bytes),
            #[cfg(feature = "sha1")]
            Self::Sha1(mac) => mac.update(bytes),
        }
    }

    /// What there is afterwards is of no use.
    pub(crate) fn finish(&mut self) -> Tag {
        match self {
            Self::Sha256(mac) => Tag::new(&mac.finish()),
            Self::Sha512(mac) => Tag::new(&mac.clone().finalize().into_bytes()),
            #[cfg(feature = "sha1")]
            Self::Sha1(mac) => Tag::new(&mac.clone().finalize().into_bytes()),
        }
    }
}

/// The tag that a delivery ought to carry, with zeros behind it. Whoever knows it can forge that
/// delivery.
pub(crate) struct Tag {
    words: Zeroizing<[u64; WORDS]>,
    size: usize,
}

impl Tag {
    fn new(tag: &[u8]) -> Self {
        let mut words = Zeroizing::new([0; WORDS]);
        let (whole, rest) = tag.as_chunks();
        let mut last = [0; 8];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        for (word, bytes) in words.iter_mut().zip(whole.iter().chain([&last])) {
            *word = u64::from_le_bytes(*bytes);
        }
        Self { words, size: tag.len() }
    }

    /// Compares in constant time with a signature of the same size, with zeros behind it.
    ///
    /// The bits that differ are gathered from all words and judged once, behind one barrier
    /// against the optimizer: one per byte takes longer than the base64 before it.
    pub(crate) fn matches(&self, signature: &[u8; MAX_TAG]) -> Choice {
        let words = self.words.iter().zip(signature.as_chunks().0).take(self.size.div_ceil(8));
        let different =
            words.fold(0, |bits, (word, bytes)| bits | (word ^ u64::from_le_bytes(*bytes)));
        different.ct_eq(&0)
    }

    /// The form in which signatures are compared with tags.
    #[cfg(feature = "fetch")]
    pub(crate) fn to_signature(&self) -> Zeroizing<[u8; MAX_TAG]> {
        let mut bytes = Zeroizing::new([0; MAX_TAG]);
        let words = self.words.iter().flat_map(|word| word.to_le_bytes());
        bytes.iter_mut().zip(words).for_each(|(to, from)| *to = from);
        bytes
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.truncate(self.size);
        bytes
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
        for algorithm in [Algorithm::HmacSha256, Algorithm::HmacSha512] {
            let tag = tag(algorithm, b"key", b"text");
            let mut good = [0; MAX_TAG];
            good[..algorithm.size()].copy_from_slice(&tag.to_bytes());
            assert!(bool::from(tag.matches(&good)));
            for bit in 0..algorithm.size() * 8 {
                let mut bad = good;
                bad[bit / 8] ^= 1 << (bit % 8);
                assert!(!bool::from(tag.matches(&bad)), "bit {bit}");
            }
            for size in 0..algorithm.size() {
                let mut short = good;
                short[size..].fill(0);
                let same = short == good;
                assert_eq!(bool::from(tag.matches(&short)), same, "{size} bytes");
            }
        }
    }

    #[test]
    fn differences_do_not_make_up_for_each_other() {
        let tag = tag(Algorithm::HmacSha256, b"key", b"text");
        let mut bad = [0; MAX_TAG];
        bad[..32].copy_from_slice(&tag.to_bytes());
        for word in 0..4 {
            bad[word * 8] ^= 1;
            assert!(!bool::from(tag.matches(&bad)), "{word}");
        }
    }

    // A size that is no multiple of a word.
    #[cfg(feature = "sha1")]
    #[test]
    fn every_bit_of_an_odd_size_counts() {
        let tag = tag(Algorithm::HmacSha1, b"key", b"text");
        let mut good = [0; MAX_TAG];
        good[..20].copy_from_slice(&tag.to_bytes());
        assert!(bool::from(tag.matches(&good)));
        for bit in 0..160 {
            let mut bad = good;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(!bool::from(tag.matches(&bad)), "bit {bit}");
        }
    }

    fn hex_of(tag: &Tag) -> String {
        hex::encode(tag.to_bytes())
    }
}
