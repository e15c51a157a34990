//! A secret made ready: keyed once when it is loaded, started afresh for each delivery.

use std::ops::ControlFlow;

use subtle::Choice;

use crate::crypto::mac::{Mac, Tag};
use crate::error::InvalidSecret;
use crate::head::envelope::Envelope;
use crate::scheme::Scheme;
use crate::scheme::parts::Algorithm;
use crate::secret::Kind;
use crate::secret::Secret;

#[cfg(feature = "ed25519")]
use crate::crypto::ed25519::{MAX_ATTEMPTS, PublicKey, Running as RunningSignature};

/// What verifies.
#[derive(Clone)]
pub(crate) enum Key {
    Mac(Algorithm, Mac),
    #[cfg(feature = "ed25519")]
    Public(PublicKey),
}

impl Key {
    pub(crate) fn new(scheme: Scheme, secret: &Secret) -> Result<Self, InvalidSecret> {
        match secret.kind() {
            Kind::Shared => {
                let algorithm = scheme.algorithm();
                Ok(Self::Mac(algorithm, Mac::new(algorithm, secret)?))
            }
            #[cfg(feature = "ed25519")]
            Kind::Public | Kind::Private if !scheme.knows(Algorithm::Ed25519) => {
                Err(InvalidSecret::AsymmetricKey)
            }
            #[cfg(feature = "ed25519")]
            Kind::Public => PublicKey::new(secret.as_bytes()).map(Self::Public),
            #[cfg(feature = "ed25519")]
            Kind::Private => Err(InvalidSecret::PrivateKey),
        }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Mac(algorithm, _) => *algorithm,
            #[cfg(feature = "ed25519")]
            Self::Public(_) => Algorithm::Ed25519,
        }
    }

    /// Keyed states do not show their keys, so two of them are compared by what they make of the
    /// same nothing.
    #[cfg(feature = "fetch")]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Mac(algorithm, mac), Self::Mac(other_algorithm, other)) => {
                let theirs = other.clone().finish().to_signature();
                algorithm == other_algorithm && mac.clone().finish().matches(&theirs).into()
            }
            #[cfg(feature = "ed25519")]
            (Self::Public(key), Self::Public(other)) => key == other,
            #[cfg(feature = "ed25519")]
            _ => false,
        }
    }

    /// Verifies a delivery whose body is here. For a MAC that is one computation, however many
    /// signatures there are.
    #[inline]
    pub(crate) fn verifies<'a>(
        &self,
        envelope: &Envelope<'_>,
        body: impl Iterator<Item = &'a [u8]> + Clone,
    ) -> bool {
        match self {
            Self::Mac(algorithm, mac) => is_among(&mac.tag(envelope, body), *algorithm, envelope),
            #[cfg(feature = "ed25519")]
            Self::Public(_) => self.attempts(envelope).any(|mut running| {
                body.clone().for_each(|chunk| running.update(chunk));
                running.matches(envelope)
            }),
        }
    }

    /// Starts every computation that may find this key's signature among the delivery's, each fed
    /// with what comes before the body.
    #[inline]
    pub(crate) fn attempts<'a>(
        &'a self,
        envelope: &'a Envelope<'a>,
    ) -> impl Iterator<Item = Running> + 'a {
        let count = match self {
            Self::Mac(..) => 1,
            #[cfg(feature = "ed25519")]
            Self::Public(_) => MAX_ATTEMPTS,
        };
        (0..count).map_while(move |index| self.attempt(envelope, index))
    }

    #[inline]
    #[cfg_attr(not(feature = "ed25519"), expect(unused_variables, clippy::unnecessary_wraps))]
    fn attempt(&self, envelope: &Envelope<'_>, index: usize) -> Option<Running> {
        let mut running = match self {
            Self::Mac(algorithm, mac) => Running::Mac(*algorithm, mac.clone()),
            #[cfg(feature = "ed25519")]
            Self::Public(key) => {
                let mut left = index;
                let found = envelope.signatures().each(Algorithm::Ed25519, |signature| {
                    match left.checked_sub(1) {
                        Some(less) => left = less,
                        None => return ControlFlow::Break(*signature),
                    }
                    ControlFlow::Continue(())
                });
                Running::Signature(key.begin(&found.break_value()?.bytes))
            }
        };
        envelope.before_body(|bytes| running.update(bytes));
        Some(running)
    }
}

/// A computation that is being fed with a delivery.
pub(crate) enum Running {
    Mac(Algorithm, Mac),
    /// `None` for what cannot be a signature.
    #[cfg(feature = "ed25519")]
    Signature(Option<RunningSignature>),
}

impl Running {
    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Mac(_, mac) => mac.update(bytes),
            #[cfg(feature = "ed25519")]
            Self::Signature(signature) => {
                signature.iter_mut().for_each(|signature| signature.update(bytes));
            }
        }
    }

    /// Whether this is all that can be tried with its key.
    #[cfg(feature = "tower")]
    pub(crate) fn is_only(&self) -> bool {
        matches!(self, Self::Mac(..))
    }

    /// The body is complete: feeds what comes after it, and tells whether a signature matches.
    #[inline]
    pub(crate) fn matches(&mut self, envelope: &Envelope<'_>) -> bool {
        envelope.after_body(|bytes| self.update(bytes));
        match self {
            Self::Mac(algorithm, mac) => is_among(&mac.finish(), *algorithm, envelope),
            #[cfg(feature = "ed25519")]
            Self::Signature(signature) => signature.take().is_some_and(RunningSignature::finish),
        }
    }
}

/// Compares with every signature, whichever matches.
fn is_among(tag: &Tag, algorithm: Algorithm, envelope: &Envelope<'_>) -> bool {
    let mut found = Choice::from(0);
    let _ = envelope.signatures().each(algorithm, |signature| {
        found |= tag.matches(&signature.bytes);
        ControlFlow::<()>::Continue(())
    });
    found.into()
}
