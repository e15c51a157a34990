//! Prepared keys: the key schedule is computed when a secret is loaded, never per delivery.

use subtle::Choice;
use zeroize::Zeroizing;

use crate::crypto::content::Content;
#[cfg(feature = "ed25519")]
use crate::crypto::ed25519;
use crate::crypto::mac::Mac;
#[cfg(feature = "p256")]
use crate::crypto::p256;
use crate::crypto::token::{Token, is_text};
use crate::crypto::{Algorithm, Candidates, InvalidKey, Signature};

/// The most signatures that are verified with one public key, since each costs a curve operation; and
/// for Ed25519 a hash of the body, because that begins with a part of the signature. Svix sends at
/// most 11.
#[cfg(any(feature = "ed25519", feature = "p256"))]
const MAX_ATTEMPTS: usize = 11;

/// A key that verifies.
#[derive(Clone)]
#[cfg_attr(
    not(feature = "ed25519"),
    expect(clippy::large_enum_variant, reason = "it is made once, and mostly a MAC")
)]
pub(crate) enum VerifyingKey {
    Shared(Mac),
    Token(Token),
    #[cfg(feature = "ed25519")]
    Public(ed25519_dalek::VerifyingKey),
    #[cfg(feature = "p256")]
    P256(::p256::ecdsa::VerifyingKey),
}

impl VerifyingKey {
    pub(crate) fn shared(algorithm: Algorithm, key: &[u8]) -> Result<Self, InvalidKey> {
        match algorithm {
            Algorithm::SharedToken => Ok(Self::Token(Token::new(key))),
            _ => Mac::new(algorithm, key).map(Self::Shared),
        }
    }

    /// Reads a public key of this algorithm.
    #[cfg_attr(not(any(feature = "ed25519", feature = "p256")), expect(unused_variables))]
    pub(crate) fn public(algorithm: Algorithm, key: &[u8]) -> Result<Self, InvalidKey> {
        match algorithm {
            #[cfg(feature = "ed25519")]
            Algorithm::Ed25519 => ed25519::public_key(key).map(Self::Public),
            #[cfg(feature = "p256")]
            Algorithm::EcdsaP256 => p256::public_key(key).map(Self::P256),
            algorithm => Err(no_pair(algorithm)),
        }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Shared(mac) => mac.algorithm(),
            Self::Token(_) => Algorithm::SharedToken,
            #[cfg(feature = "ed25519")]
            Self::Public(_) => Algorithm::Ed25519,
            #[cfg(feature = "p256")]
            Self::P256(_) => Algorithm::EcdsaP256,
        }
    }

    /// Compares two keys. A keyed state does not expose its key, so shared ones are compared by
    /// their tags of the empty message.
    #[cfg(feature = "fetch")]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Shared(mac), Self::Shared(other)) => mac.is_same(other),
            (Self::Token(token), Self::Token(other)) => token.is_same(other),
            #[cfg(feature = "ed25519")]
            (Self::Public(key), Self::Public(other)) => key == other,
            #[cfg(feature = "p256")]
            (Self::P256(key), Self::P256(other)) => key == other,
            _ => false,
        }
    }

    /// The tag of a text, of a key that both sides have.
    #[cfg(feature = "receive")]
    pub(crate) fn answer(&self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Shared(mac) => Some(mac.tag(&text).to_bytes()),
            _ => None,
        }
    }

    /// Verifies complete content. For a MAC this is one computation, however many signatures there
    /// are.
    #[inline]
    pub(crate) fn verifies<'c>(
        &self,
        content: &(impl Content<'c> + ?Sized),
        signatures: &(impl Candidates + ?Sized),
    ) -> bool {
        match self {
            Self::Shared(mac) => {
                let tag = mac.tag(content);
                matches_any(signatures, mac.algorithm(), |it| tag.matches(it))
            }
            Self::Token(token) => {
                matches_any(signatures, Algorithm::SharedToken, |it| token.matches(it))
            }
            #[cfg(feature = "ed25519")]
            Self::Public(key) => tries_any(signatures, Algorithm::Ed25519, |signature| {
                let mut running = ed25519::Running::new(key, signature.as_bytes());
                content.each(|piece| running.update(piece));
                running.finish()
            }),
            #[cfg(feature = "p256")]
            Self::P256(key) => {
                let mut running = p256::Running::new(key);
                content.each(|piece| running.update(piece));
                let running = running.finish();
                tries_any(signatures, Algorithm::EcdsaP256, |it| running.matches(it))
            }
        }
    }

    /// Begins to verify content that is still arriving: one computation for a MAC, and one per
    /// signature for Ed25519, of which there are `most` at the most.
    #[inline]
    #[cfg_attr(not(feature = "ed25519"), expect(unused_variables))]
    pub(crate) fn begin(
        &self,
        signatures: &impl Candidates,
        most: usize,
        mut to: impl FnMut(Running),
    ) {
        match self {
            Self::Shared(mac) => to(Running::Mac(mac.clone())),
            Self::Token(token) => to(Running::Token(token.clone())),
            #[cfg(feature = "ed25519")]
            Self::Public(key) => {
                let mut left = most.min(MAX_ATTEMPTS);
                signatures.each(Algorithm::Ed25519, |signature| {
                    if left > 0 {
                        left -= 1;
                        let running = ed25519::Running::new(key, signature.as_bytes());
                        to(Running::Ed25519(Box::new(running)));
                    }
                });
            }
            #[cfg(feature = "p256")]
            Self::P256(key) => to(Running::P256(Box::new(p256::Running::new(key)))),
        }
    }
}

/// A computation whose content is still arriving.
#[expect(clippy::large_enum_variant, reason = "see `Ed25519`")]
pub(crate) enum Running {
    Mac(Mac),
    Token(Token),
    #[cfg(feature = "ed25519")]
    /// Boxed: inline, it would double the size of every MAC that is moved, and most are MACs.
    Ed25519(Box<ed25519::Running>),
    #[cfg(feature = "p256")]
    P256(Box<p256::Running>),
}

impl Running {
    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Mac(mac) => mac.update(bytes),
            Self::Token(_) => {}
            #[cfg(feature = "ed25519")]
            Self::Ed25519(running) => running.update(bytes),
            #[cfg(feature = "p256")]
            Self::P256(running) => running.update(bytes),
        }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Mac(mac) => mac.algorithm(),
            Self::Token(_) => Algorithm::SharedToken,
            #[cfg(feature = "ed25519")]
            Self::Ed25519(_) => Algorithm::Ed25519,
            #[cfg(feature = "p256")]
            Self::P256(_) => Algorithm::EcdsaP256,
        }
    }

    /// Another computation with the same content so far, of a MAC.
    pub(crate) fn fork(&self) -> Option<Self> {
        match self {
            Self::Mac(mac) => Some(Self::Mac(mac.clone())),
            Self::Token(token) => Some(Self::Token(token.clone())),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(_) => None,
            #[cfg(feature = "p256")]
            Self::P256(running) => Some(Self::P256(Box::new(running.fork()))),
        }
    }

    /// Whether this is the only computation of its key.
    pub(crate) fn is_only(&self) -> bool {
        match self {
            #[cfg(feature = "ed25519")]
            Self::Ed25519(_) => false,
            _ => true,
        }
    }

    /// Ends the content and returns whether one of the signatures is valid. An Ed25519 computation
    /// ignores `signatures`: it was begun with its own.
    #[inline]
    pub(crate) fn finish(&mut self, signatures: &impl Candidates) -> bool {
        let algorithm = self.algorithm();
        match self {
            Self::Mac(mac) => {
                let tag = mac.finish();
                matches_any(signatures, algorithm, |it| tag.matches(it))
            }
            Self::Token(token) => matches_any(signatures, algorithm, |it| token.matches(it)),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(running) => running.finish(),
            #[cfg(feature = "p256")]
            Self::P256(running) => {
                let running = running.finish();
                tries_any(signatures, algorithm, |it| running.matches(it))
            }
        }
    }
}

/// Why there are no pairs of keys of this algorithm.
fn no_pair(algorithm: Algorithm) -> InvalidKey {
    match algorithm {
        Algorithm::Ed25519 => InvalidKey::Feature("ed25519"),
        Algorithm::EcdsaP256 => InvalidKey::Feature("p256"),
        _ => InvalidKey::Public,
    }
}

/// Compares with every signature, even after one has matched.
fn matches_any(
    signatures: &(impl Candidates + ?Sized),
    algorithm: Algorithm,
    matches: impl Fn(&Signature) -> Choice,
) -> bool {
    let mut found = Choice::from(0);
    signatures.each(algorithm, |signature| found |= matches(signature));
    found.into()
}

/// Tries the first signatures, up to one that is valid.
#[cfg(any(feature = "ed25519", feature = "p256"))]
fn tries_any(
    signatures: &(impl Candidates + ?Sized),
    algorithm: Algorithm,
    is_valid: impl Fn(&Signature) -> bool,
) -> bool {
    let (mut tried, mut found) = (0, false);
    signatures.each(algorithm, |signature| {
        found = found || tried < MAX_ATTEMPTS && is_valid(signature);
        tried += 1;
    });
    found
}

/// A key that signs, for tests and for senders; wiped when it is dropped.
#[derive(Clone)]
#[cfg_attr(
    not(any(feature = "ed25519", feature = "p256")),
    expect(clippy::large_enum_variant, reason = "it is made once, and mostly a MAC")
)]
pub(crate) enum SigningKey {
    Shared(Mac),
    Token(Zeroizing<Vec<u8>>),
    #[cfg(feature = "ed25519")]
    Private(ed25519_dalek::SigningKey),
    #[cfg(feature = "p256")]
    P256(::p256::ecdsa::SigningKey),
}

impl SigningKey {
    pub(crate) fn shared(algorithm: Algorithm, key: &[u8]) -> Result<Self, InvalidKey> {
        match algorithm {
            Algorithm::SharedToken if is_text(key) => Ok(Self::Token(Zeroizing::new(key.to_vec()))),
            _ => Mac::new(algorithm, key).map(Self::Shared),
        }
    }

    /// Reads a private key of this algorithm.
    #[cfg_attr(not(any(feature = "ed25519", feature = "p256")), expect(unused_variables))]
    pub(crate) fn private(algorithm: Algorithm, key: &[u8]) -> Result<Self, InvalidKey> {
        match algorithm {
            #[cfg(feature = "ed25519")]
            Algorithm::Ed25519 => ed25519::private_key(key).map(Self::Private),
            #[cfg(feature = "p256")]
            Algorithm::EcdsaP256 => p256::private_key(key).map(Self::P256),
            algorithm => Err(no_pair(algorithm)),
        }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Shared(mac) => mac.algorithm(),
            Self::Token(_) => Algorithm::SharedToken,
            #[cfg(feature = "ed25519")]
            Self::Private(_) => Algorithm::Ed25519,
            #[cfg(feature = "p256")]
            Self::P256(_) => Algorithm::EcdsaP256,
        }
    }

    pub(crate) fn sign<'c>(&self, content: &impl Content<'c>) -> Vec<u8> {
        match self {
            Self::Shared(mac) => mac.tag(content).to_bytes(),
            Self::Token(token) => token.to_vec(),
            #[cfg(feature = "ed25519")]
            Self::Private(key) => {
                let mut pieces = Vec::new();
                content.each(|piece| pieces.push(piece));
                ed25519::sign(key, &pieces).to_vec()
            }
            #[cfg(feature = "p256")]
            Self::P256(key) => p256::sign(key, content).to_vec(),
        }
    }
}
