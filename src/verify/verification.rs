//! Deliveries whose body is still arriving.

use std::fmt;
#[cfg(feature = "tower")]
use std::sync::Arc;

use crate::crypto::key::Running;
use crate::error::VerifyError;
use crate::head::envelope::{Envelope, KeptEnvelope};
use crate::verify::Verifier;
use crate::verify::verified::{Verified, verdict};

/// A delivery whose body is still arriving; made by [`Verifier::begin`].
///
/// Nothing of the body is kept, so one computation per secret runs along (for Ed25519, one per
/// signature).
///
/// # Examples
///
/// ```
/// use time::OffsetDateTime;
/// use tower_webhook::{Scheme, VerifyError};
///
/// let headers = Scheme::SLACK.signer("secret")?.sign(None, OffsetDateTime::now_utc(), b"{}")?;
/// let verifier = Scheme::SLACK.verifier("secret")?;
///
/// let mut verification = verifier.begin(&headers)?;
/// verification.update(b"{");
/// assert_eq!(verification.finish().unwrap_err(), VerifyError::Mismatch);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "nothing is verified until `finish` returns"]
pub struct Verification {
    envelope: KeptEnvelope,
    attempts: [Option<Attempt>; Self::INLINE],
    more: Vec<Attempt>,
}

impl Verification {
    /// More attempts than this are kept on the heap.
    const INLINE: usize = 4;

    pub(super) fn new(verifier: &Verifier, envelope: &Envelope<'_>) -> Self {
        let attempts = [const { None }; Self::INLINE];
        let mut verification = Self { envelope: envelope.keep(), attempts, more: Vec::new() };
        let mut places = verification.attempts.iter_mut();
        for (secret_index, key) in verifier.keys.iter().enumerate() {
            for running in key.attempts(envelope) {
                let attempt = Attempt { secret_index, running };
                match places.next() {
                    Some(place) => *place = Some(attempt),
                    None => verification.more.push(attempt),
                }
            }
        }
        verification
    }

    /// Takes the next piece of the body. Where the body is cut makes no difference.
    ///
    /// # Examples
    ///
    /// ```
    /// # use time::OffsetDateTime;
    /// # use tower_webhook::Scheme;
    /// # let headers = Scheme::SLACK.signer("secret")?.sign(None, OffsetDateTime::now_utc(), b"{}")?;
    /// # let verifier = Scheme::SLACK.verifier("secret")?;
    /// let mut verification = verifier.begin(&headers)?;
    /// for piece in ["", "{", "", "}"] {
    ///     verification.update(piece.as_bytes());
    /// }
    /// assert!(verification.finish().is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn update(&mut self, chunk: &[u8]) {
        let attempts = self.attempts.iter_mut().flatten().chain(&mut self.more);
        attempts.for_each(|attempt| attempt.running.update(chunk));
    }

    /// Ends the body and gives the verdict.
    ///
    /// # Errors
    ///
    /// [`VerifyError::Mismatch`] when no signature matches any of the secrets.
    ///
    /// # Examples
    ///
    /// ```
    /// # use time::OffsetDateTime;
    /// # use tower_webhook::Scheme;
    /// # let headers = Scheme::SLACK.signer("secret")?.sign(None, OffsetDateTime::now_utc(), b"")?;
    /// # let verifier = Scheme::SLACK.verifier("secret")?;
    /// // A delivery may have no body.
    /// let verified = verifier.begin(&headers)?.finish()?;
    /// assert!(verified.timestamp().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish(mut self) -> Result<Verified, VerifyError> {
        let envelope = self.envelope.envelope();
        let attempts = self.attempts.iter_mut().flatten().chain(&mut self.more);
        for Attempt { secret_index, running } in attempts {
            if running.matches(&envelope) {
                return verdict(&envelope, Some(*secret_index));
            }
        }
        verdict(&envelope, None)
    }
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification").finish_non_exhaustive()
    }
}

/// A delivery whose frames are kept until the verdict, so that only the first attempt runs along
/// and the others are made when it fails.
#[cfg(feature = "tower")]
pub(crate) struct Receipt {
    envelope: KeptEnvelope,
    verifier: Option<Arc<Verifier>>,
    first: Option<Attempt>,
}

#[cfg(feature = "tower")]
impl Receipt {
    /// A receipt is large, and futures are moved often: it is on the heap.
    pub(crate) fn new(envelope: &Envelope<'_>) -> Box<Self> {
        Box::new(Self { envelope: envelope.keep(), verifier: None, first: None })
    }

    /// Sets the verifier before the body arrives.
    pub(crate) fn resolve(&mut self, verifier: Arc<Verifier>) {
        let mut keys = verifier.keys.iter().enumerate();
        let envelope = self.envelope.envelope();
        self.first = keys.find_map(|(secret_index, key)| {
            key.attempts(&envelope).next().map(|running| Attempt { secret_index, running })
        });
        self.verifier = Some(verifier);
    }

    pub(crate) fn update(&mut self, chunk: &[u8]) {
        self.first.iter_mut().for_each(|attempt| attempt.running.update(chunk));
    }

    /// Gives the verdict. `frames` are all the chunks that `update` has seen.
    pub(crate) fn finish<'a>(
        &mut self,
        frames: impl Iterator<Item = &'a [u8]> + Clone,
    ) -> Result<Verified, VerifyError> {
        let envelope = self.envelope.envelope();
        // Of a public key there may be more signatures to try than the first.
        let tried = self.first.as_ref().is_some_and(|attempt| attempt.running.is_only());
        let keys = self.verifier.iter().flat_map(|verifier| &verifier.keys).enumerate();
        let mut keys = keys.skip(usize::from(tried));
        if let Some(Attempt { secret_index, running }) = &mut self.first
            && running.matches(&envelope)
        {
            return verdict(&envelope, Some(*secret_index));
        }
        let found = keys.find(|(_, key)| key.verifies(&envelope, frames.clone()));
        verdict(&envelope, found.map(|(index, _)| index))
    }

    pub(crate) fn verifier(&self) -> Option<&Arc<Verifier>> {
        self.verifier.as_ref()
    }

    /// Replaces a verifier that has given its verdict, to ask for another one.
    pub(crate) fn replace(&mut self, verifier: Arc<Verifier>) {
        (self.verifier, self.first) = (Some(verifier), None);
    }

    /// Gives the signed content to `sink`, piece by piece.
    #[cfg(feature = "replay")]
    pub(crate) fn content<'a>(
        &self,
        frames: impl Iterator<Item = &'a [u8]>,
        sink: impl FnMut(&[u8]),
    ) {
        let envelope = self.envelope.envelope();
        envelope.content(frames, sink);
    }
}

/// One key that is tried on a delivery whose body is still arriving.
struct Attempt {
    secret_index: usize,
    running: Running,
}
