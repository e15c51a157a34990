//! Secrets that are known to both sides, and how they sign, without the crate.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use time::OffsetDateTime;
use tower_webhook::scheme::Algorithm;
use tower_webhook::{Scheme, Secret, Signer};

/// How many keys of a kind there are.
pub const COUNT: usize = 17;

/// One secret, with both halves if it has halves.
pub enum Key {
    Shared(Vec<u8>),
    Pair(SigningKey),
    P256(p256::ecdsa::SigningKey),
}

impl Key {
    /// The same key for the same kind and number.
    pub fn shared(number: usize) -> &'static Self {
        static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
        // Of different lengths, also longer than a block of either hash. None is what HMAC would
        // make of another: it fills up with zeros and hashes what is longer than a block.
        let key = |number| Self::Shared(format!("key {number}.").repeat(1 + number * 2).into());
        &KEYS.get_or_init(|| (0..COUNT).map(key).collect())[number % COUNT]
    }

    pub fn pair(number: usize) -> &'static Self {
        static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
        let key = |number| Self::Pair(SigningKey::from_bytes(&[number as u8 + 1; 32]));
        &KEYS.get_or_init(|| (0..COUNT).map(key).collect())[number % COUNT]
    }

    pub fn p256(number: usize) -> &'static Self {
        static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
        let key = |number| {
            Self::P256(p256::ecdsa::SigningKey::from_slice(&[number as u8 + 1; 32]).unwrap())
        };
        &KEYS.get_or_init(|| (0..COUNT).map(key).collect())[number % COUNT]
    }

    /// A key that the scheme can have; `pair` asks for the kind where it can have both.
    pub fn of(scheme: Scheme, number: usize, pair: bool) -> &'static Self {
        if scheme.algorithm() == Algorithm::EcdsaP256 {
            return Self::p256(number);
        }
        let asymmetric = match scheme.algorithm() {
            Algorithm::Ed25519 => true,
            _ => pair && matches!(scheme.name(), "standard-webhooks" | "svix"),
        };
        if asymmetric { Self::pair(number) } else { Self::shared(number) }
    }

    /// What the receiver has.
    pub fn secret(&self) -> Secret {
        match self {
            Self::Shared(bytes) => Secret::bytes(bytes.as_slice()).unwrap(),
            Self::Pair(key) => Secret::ed25519(key.verifying_key().as_bytes()).unwrap(),
            Self::P256(key) => {
                Secret::p256(key.verifying_key().to_sec1_point(false).as_bytes()).unwrap()
            }
        }
    }

    /// What the sender has.
    pub fn signing_secret(&self) -> Secret {
        match self {
            Self::Shared(_) => self.secret(),
            Self::Pair(key) => {
                let text = format!("whsk_{}", STANDARD.encode(key.to_keypair_bytes()));
                Secret::whsk(&text).unwrap()
            }
            Self::P256(key) => Secret::p256_private(&key.to_bytes()).unwrap(),
        }
    }

    /// What this key's signatures are computed with in a scheme.
    pub fn algorithm(&self, scheme: Scheme) -> Algorithm {
        match self {
            Self::Shared(_) => scheme.algorithm(),
            Self::Pair(_) => Algorithm::Ed25519,
            Self::P256(_) => Algorithm::EcdsaP256,
        }
    }

    pub fn sign(&self, algorithm: Algorithm, content: &[u8]) -> Vec<u8> {
        match self {
            Self::Shared(bytes) if algorithm == Algorithm::SharedToken => bytes.clone(),
            Self::Shared(bytes) => mac(algorithm, bytes, content),
            Self::Pair(key) => key.sign(content).to_bytes().to_vec(),
            // In DER, as the presets have it.
            Self::P256(key) => {
                let signature: p256::ecdsa::DerSignature = key.sign(content);
                signature.as_bytes().to_vec()
            }
        }
    }

    /// Whether these bytes are this key's signature of the content.
    pub fn verifies(&self, algorithm: Algorithm, content: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Shared(_) => self.sign(algorithm, content) == signature,
            Self::Pair(key) => verifies(&key.verifying_key(), content, signature),
            Self::P256(key) => {
                use p256::ecdsa::signature::Verifier as _;
                let signature = p256::ecdsa::DerSignature::from_bytes(signature);
                signature.is_ok_and(|it| key.verifying_key().verify(content, &it).is_ok())
            }
        }
    }
}

pub fn mac(algorithm: Algorithm, key: &[u8], content: &[u8]) -> Vec<u8> {
    fn run<M: Mac + KeyInit>(key: &[u8], content: &[u8]) -> Vec<u8> {
        let mac = <M as KeyInit>::new_from_slice(key).unwrap();
        mac.chain_update(content).finalize().into_bytes().to_vec()
    }
    match algorithm {
        Algorithm::HmacSha1 => run::<Hmac<Sha1>>(key, content),
        Algorithm::HmacSha256 => run::<Hmac<Sha256>>(key, content),
        Algorithm::HmacSha512 => run::<Hmac<Sha512>>(key, content),
        algorithm => panic!("{algorithm:?} is not a MAC"),
    }
}

fn verifies(key: &VerifyingKey, content: &[u8], signature: &[u8]) -> bool {
    let signature = ed25519_dalek::Signature::from_slice(signature);
    signature.is_ok_and(|signature| key.verify_strict(content, &signature).is_ok())
}

/// A secret's bytes do not show, but what they sign does.
pub fn fingerprint(secret: Secret) -> String {
    let signer = Signer::new(Scheme::GITHUB, secret).unwrap();
    let headers = signer.sign(None, OffsetDateTime::UNIX_EPOCH, PROBE).unwrap();
    headers["x-hub-signature-256"].to_str().unwrap().to_owned()
}

/// [`fingerprint`] of a secret with these bytes.
pub fn fingerprint_of(bytes: &[u8]) -> String {
    format!("sha256={}", hex::encode(mac(Algorithm::HmacSha256, bytes, PROBE)))
}

const PROBE: &[u8] = b"which key is this?";
