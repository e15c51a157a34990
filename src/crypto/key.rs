//! Prepared keys: the key schedule is computed when a secret is loaded, never per delivery.

use subtle::Choice;
use zeroize::Zeroizing;

#[cfg(feature = "ed25519")]
use crate::crypto::ed25519;
use crate::crypto::mac::{Mac, Tag};
use crate::crypto::token;
use crate::crypto::token::Token;
use crate::crypto::{Algorithm, InvalidKey, Signature};

/// The most Ed25519 signatures that are verified with one key. The hash of the content begins with
/// a part of the signature, so each one costs a hash of the body and a curve operation. Svix sends
/// at most 11.
#[cfg(feature = "ed25519")]
const MAX_ATTEMPTS: usize = 11;

/// A key that verifies.
#[derive(Clone)]
pub(crate) enum VerifyingKey {
    Shared(Mac),
    Token(Token),
    #[cfg(feature = "ed25519")]
    Public(ed25519_dalek::VerifyingKey),
}

impl VerifyingKey {
    pub(crate) fn shared(algorithm: Algorithm, key: &[u8]) -> Result<Self, InvalidKey> {
        match algorithm {
            Algorithm::SharedToken => Ok(Self::Token(Token::new(key))),
            _ => Mac::new(algorithm, key).map(Self::Shared),
        }
    }

    #[cfg(feature = "ed25519")]
    pub(crate) fn public(key: &[u8]) -> Result<Self, InvalidKey> {
        ed25519::public_key(key).map(Self::Public)
    }

    #[cfg(not(feature = "ed25519"))]
    pub(crate) fn public(_: &[u8]) -> Result<Self, InvalidKey> {
        Err(InvalidKey::Feature("ed25519"))
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Shared(mac) => mac.algorithm(),
            Self::Token(_) => Algorithm::SharedToken,
            #[cfg(feature = "ed25519")]
            Self::Public(_) => Algorithm::Ed25519,
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
            _ => false,
        }
    }

    /// Verifies complete content. For a MAC this is one computation, however many signatures there
    /// are.
    #[inline]
    pub(crate) fn verifies<'c>(
        &self,
        content: impl Iterator<Item = &'c [u8]> + Clone,
        signatures: impl Iterator<Item = Signature>,
    ) -> bool {
        match self {
            Self::Shared(mac) => matches_any(&mac.tag(content), signatures),
            Self::Token(token) => is_among(token, signatures),
            #[cfg(feature = "ed25519")]
            Self::Public(key) => signatures.take(MAX_ATTEMPTS).any(|signature| {
                let mut running = ed25519::Running::new(key, signature.as_bytes());
                content.clone().for_each(|piece| running.update(piece));
                running.finish()
            }),
        }
    }

    /// Begins to verify content that is still arriving: one computation for a MAC, and one per
    /// signature for Ed25519.
    pub(crate) fn begin(
        &self,
        signatures: impl Iterator<Item = Signature>,
    ) -> impl Iterator<Item = Running> {
        // Two optional iterators in a chain, because the arms of a `match` would be of two types.
        let (mac, public) = match self {
            Self::Shared(mac) => (Some(Running::Mac(mac.clone())), None),
            Self::Token(token) => (Some(Running::Token(token.clone())), None),
            #[cfg(feature = "ed25519")]
            Self::Public(key) => (None, Some(key)),
        };
        #[cfg(not(feature = "ed25519"))]
        let (more, _) = (std::iter::empty(), (public as Option<()>, signatures));
        #[cfg(feature = "ed25519")]
        let more = public.into_iter().zip(std::iter::once(signatures)).flat_map(|(key, all)| {
            let begin = |it: Signature| ed25519::Running::new(key, it.as_bytes());
            all.take(MAX_ATTEMPTS).map(move |it| Running::Ed25519(Box::new(begin(it))))
        });
        mac.into_iter().chain(more)
    }
}

/// A computation whose content is still arriving.
#[cfg_attr(feature = "ed25519", expect(clippy::large_enum_variant, reason = "see `Ed25519`"))]
pub(crate) enum Running {
    Mac(Mac),
    Token(Token),
    #[cfg(feature = "ed25519")]
    /// Boxed: inline, it would double the size of every MAC that is moved, and most are MACs.
    Ed25519(Box<ed25519::Running>),
}

impl Running {
    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Mac(mac) => mac.update(bytes),
            Self::Token(_) => {}
            #[cfg(feature = "ed25519")]
            Self::Ed25519(running) => running.update(bytes),
        }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Mac(mac) => mac.algorithm(),
            Self::Token(_) => Algorithm::SharedToken,
            #[cfg(feature = "ed25519")]
            Self::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// Another computation with the same content so far, of a MAC.
    pub(crate) fn fork(&self) -> Option<Self> {
        match self {
            Self::Mac(mac) => Some(Self::Mac(mac.clone())),
            Self::Token(token) => Some(Self::Token(token.clone())),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(_) => None,
        }
    }

    /// Whether this is the only computation of its key.
    pub(crate) fn is_only(&self) -> bool {
        matches!(self, Self::Mac(_) | Self::Token(_))
    }

    /// Ends the content and returns whether one of the signatures is valid. An Ed25519 computation
    /// ignores `signatures`: it was begun with its own.
    #[inline]
    pub(crate) fn finish(self, signatures: impl Iterator<Item = Signature>) -> bool {
        match self {
            Self::Mac(mac) => matches_any(&mac.finish(), signatures),
            Self::Token(token) => is_among(&token, signatures),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(running) => running.finish(),
        }
    }
}

/// Compares with every signature, even after one has matched.
fn matches_any(tag: &Tag, signatures: impl Iterator<Item = Signature>) -> bool {
    signatures.fold(Choice::from(0), |found, signature| found | tag.matches(&signature)).into()
}

/// Compares with every token that has arrived.
fn is_among(token: &Token, signatures: impl Iterator<Item = Signature>) -> bool {
    signatures.fold(Choice::from(0), |found, other| found | token.matches(&other)).into()
}

/// A key that signs, for tests and for senders; wiped when it is dropped.
#[derive(Clone)]
pub(crate) enum SigningKey {
    Shared(Mac),
    Token(Zeroizing<Vec<u8>>),
    #[cfg(feature = "ed25519")]
    Private(ed25519_dalek::SigningKey),
}

impl SigningKey {
    pub(crate) fn shared(algorithm: Algorithm, key: &[u8]) -> Result<Self, InvalidKey> {
        match algorithm {
            Algorithm::SharedToken if token::is_text(key) => {
                Ok(Self::Token(Zeroizing::new(key.to_vec())))
            }
            _ => Mac::new(algorithm, key).map(Self::Shared),
        }
    }

    #[cfg(feature = "ed25519")]
    pub(crate) fn private(key: &[u8]) -> Result<Self, InvalidKey> {
        ed25519::private_key(key).map(Self::Private)
    }

    #[cfg(not(feature = "ed25519"))]
    pub(crate) fn private(_: &[u8]) -> Result<Self, InvalidKey> {
        Err(InvalidKey::Feature("ed25519"))
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Shared(mac) => mac.algorithm(),
            Self::Token(_) => Algorithm::SharedToken,
            #[cfg(feature = "ed25519")]
            Self::Private(_) => Algorithm::Ed25519,
        }
    }

    pub(crate) fn sign<'c>(&self, content: impl Iterator<Item = &'c [u8]>) -> Vec<u8> {
        match self {
            Self::Shared(mac) => mac.tag(content).to_bytes(),
            Self::Token(token) => token.to_vec(),
            #[cfg(feature = "ed25519")]
            Self::Private(key) => ed25519::sign(key, &content.collect::<Vec<_>>()).to_vec(),
        }
    }
}
