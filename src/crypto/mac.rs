//! Keyed states, running MACs, and the only comparison of signatures in the crate.

use hmac::{Hmac, KeyInit as _, Mac as _};
#[cfg(feature = "sha1")]
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

use crate::crypto::content::Content;
use crate::crypto::{Algorithm, InvalidKey, MAX_SIZE, Signature};

const WORDS: usize = MAX_SIZE / 8;

/// A MAC state. Right after [`Mac::new`] it has absorbed the key and nothing else. Each delivery
/// starts from a clone of that state, so the key schedule runs once per secret.
#[derive(Clone)]
pub(crate) enum Mac {
    Sha256(Hmac<Sha256>),
    Sha512(Hmac<Sha512>),
    #[cfg(feature = "sha1")]
    Sha1(Hmac<Sha1>),
}

/// Evaluates one expression with the state of any algorithm: the states are of different types.
macro_rules! each {
    ($mac:expr, $state:ident => $result:expr) => {
        match $mac {
            Mac::Sha256($state) => $result,
            Mac::Sha512($state) => $result,
            #[cfg(feature = "sha1")]
            Mac::Sha1($state) => $result,
        }
    };
}

impl Mac {
    #[expect(clippy::expect_used, reason = "RFC 2104 has keys of any length")]
    pub(crate) fn new(algorithm: Algorithm, key: &[u8]) -> Result<Self, InvalidKey> {
        const ANY: &str = "HMAC accepts keys of any length";
        match algorithm {
            Algorithm::HmacSha256 => Ok(Self::Sha256(Hmac::new_from_slice(key).expect(ANY))),
            Algorithm::HmacSha512 => Ok(Self::Sha512(Hmac::new_from_slice(key).expect(ANY))),
            #[cfg(feature = "sha1")]
            Algorithm::HmacSha1 => Ok(Self::Sha1(Hmac::new_from_slice(key).expect(ANY))),
            #[cfg(not(feature = "sha1"))]
            Algorithm::HmacSha1 => Err(InvalidKey::Feature("sha1")),
            Algorithm::Ed25519 if cfg!(feature = "ed25519") => Err(InvalidKey::Public),
            Algorithm::Ed25519 => Err(InvalidKey::Feature("ed25519")),
            Algorithm::EcdsaP256 if cfg!(feature = "p256") => Err(InvalidKey::Public),
            Algorithm::EcdsaP256 => Err(InvalidKey::Feature("p256")),
            // It is not a key: see `VerifyingKey::shared`.
            Algorithm::SharedToken => Err(InvalidKey::Token),
        }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Sha256(_) => Algorithm::HmacSha256,
            Self::Sha512(_) => Algorithm::HmacSha512,
            #[cfg(feature = "sha1")]
            Self::Sha1(_) => Algorithm::HmacSha1,
        }
    }

    /// The tag of complete content. Not `clone` and [`Mac::finish`]: here the state is no larger
    /// than its own algorithm needs, and it never moves.
    ///
    /// Not inlined: between other code the compiler writes the tag byte by byte.
    #[inline(never)]
    pub(crate) fn tag<'c>(&self, content: &(impl Content<'c> + ?Sized)) -> Tag {
        let _frames = Frames;
        each!(self, state => {
            let mut state = state.clone();
            content.each(|piece| state.update(piece));
            Tag::new(&state.finalize().into_bytes())
        })
    }

    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        each!(self, state => state.update(bytes));
    }

    /// The tag of the content so far.
    #[inline(never)]
    pub(crate) fn finish(&self) -> Tag {
        let _frames = Frames;
        each!(self, state => Tag::new(&state.clone().finalize().into_bytes()))
    }

    /// Whether both have absorbed the same key and content.
    #[cfg(feature = "fetch")]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.finish(), other.finish());
        self.algorithm() == other.algorithm() && ours.equals(theirs.words.iter().copied()).into()
    }
}

/// The frames of the functions that compute a tag, which are overwritten when this is dropped. With
/// optimization there is no copy of the tag in them.
struct Frames;

impl Drop for Frames {
    fn drop(&mut self) {
        #[cfg(debug_assertions)]
        std::hint::black_box([0_u8; 4096]);
    }
}

/// The tag that a delivery should carry, padded with zeros. Whoever knows it can forge that
/// delivery, so it is wiped and has no `Debug`.
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

    /// Compares in constant time with a signature of the same algorithm.
    ///
    /// The bits that differ are gathered from all words and tested once, behind one barrier against
    /// the optimizer. A barrier per byte, as in comparing slices, takes longer than decoding the
    /// base64.
    pub(crate) fn matches(&self, signature: &Signature) -> Choice {
        self.equals(signature.bytes.0.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes)))
    }

    fn equals(&self, words: impl Iterator<Item = u64>) -> Choice {
        let pairs = self.words.iter().zip(words).take(self.size.div_ceil(8));
        pairs.fold(0, |different, (ours, theirs)| different | (ours ^ theirs)).ct_eq(&0)
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
    use crate::crypto::Bytes;

    fn tag(algorithm: Algorithm, key: &[u8], text: &[u8]) -> Tag {
        let mut mac = Mac::new(algorithm, key).unwrap();
        mac.update(text);
        mac.finish()
    }

    fn signature(bytes: [u8; MAX_SIZE]) -> Signature {
        Signature { algorithm: Algorithm::HmacSha256, bytes: Bytes(bytes) }
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
            let mut good = [0; MAX_SIZE];
            good[..algorithm.size()].copy_from_slice(&tag.to_bytes());
            assert!(bool::from(tag.matches(&signature(good))));
            for bit in 0..algorithm.size() * 8 {
                let mut bad = good;
                bad[bit / 8] ^= 1 << (bit % 8);
                assert!(!bool::from(tag.matches(&signature(bad))), "bit {bit}");
            }
            for size in 0..algorithm.size() {
                let mut short = good;
                short[size..].fill(0);
                let same = short == good;
                assert_eq!(bool::from(tag.matches(&signature(short))), same, "{size} bytes");
            }
        }
    }

    #[test]
    fn differences_do_not_make_up_for_each_other() {
        let tag = tag(Algorithm::HmacSha256, b"key", b"text");
        let mut bad = [0; MAX_SIZE];
        bad[..32].copy_from_slice(&tag.to_bytes());
        for word in 0..4 {
            bad[word * 8] ^= 1;
            assert!(!bool::from(tag.matches(&signature(bad))), "{word}");
        }
    }

    // A size that is no multiple of a word.
    #[cfg(feature = "sha1")]
    #[test]
    fn every_bit_of_an_odd_size_counts() {
        let tag = tag(Algorithm::HmacSha1, b"key", b"text");
        let mut good = [0; MAX_SIZE];
        good[..20].copy_from_slice(&tag.to_bytes());
        assert!(bool::from(tag.matches(&signature(good))));
        for bit in 0..160 {
            let mut bad = good;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(!bool::from(tag.matches(&signature(bad))), "bit {bit}");
        }
    }

    fn hex_of(tag: &Tag) -> String {
        hex::encode(tag.to_bytes())
    }
}
