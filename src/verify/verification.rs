//! The verification of a delivery whose body arrives in pieces.

use std::{fmt, iter, mem};

use crate::crypto::key::VerifyingKey;
use crate::error::VerifyError;
use crate::head::envelope::Envelope;
use crate::head::owned::Owned;
use crate::head::reading::Reading;
use crate::verify::attempt::{Attempt, Found};
use crate::verify::verified::{Verified, verdict};

/// The verification of a delivery whose body is still arriving; made by
/// [`Verifier::begin`](crate::Verifier::begin).
///
/// The body is not kept, so one computation per secret runs while it arrives (for Ed25519, one per
/// signature), and another one for each way in which the delivery may have to be read.
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
    head: Owned,
    /// The first attempt, which is mostly the only one, is not on the heap.
    first: Option<Attempt>,
    others: Vec<Attempt>,
    /// Whether the body may be signed escaped, and so far is the same escaped.
    may_escape: bool,
}

impl Verification {
    pub(super) fn new(envelope: &Envelope<'_>) -> Self {
        Self {
            head: Owned::from(envelope),
            first: None,
            others: Vec::new(),
            may_escape: envelope.fields().scheme().escaped_body(),
        }
    }

    /// Begins with each way to read the head, secret by secret.
    pub(super) fn begin(&mut self, keys: &[VerifyingKey], envelope: &Envelope<'_>) {
        let readings = envelope.fields().readings();
        for (secret_index, key) in keys.iter().enumerate() {
            for reading in iter::once(Reading::AS_RECEIVED).chain(readings.each()) {
                let found = Found { secret_index, reading };
                Attempt::begin(found, key, envelope, usize::MAX, |attempt| match &self.first {
                    None => self.first = Some(attempt),
                    Some(_) => self.others.push(attempt),
                });
            }
        }
    }

    /// Adds the next piece of the body. The sizes of the pieces do not matter.
    pub fn update(&mut self, chunk: &[u8]) {
        let first = self.may_escape.then(|| chunk.iter().position(|byte| !byte.is_ascii()));
        match first.flatten().and_then(|first| chunk.split_at_checked(first)) {
            None => self.add(chunk),
            Some((ascii, rest)) => {
                self.add(ascii);
                self.fork();
                self.add(rest);
            }
        }
    }

    /// Begins to escape the body, beside what has begun. The order stays: secret by secret.
    fn fork(&mut self) {
        self.may_escape = false;
        let begun = self.first.take().into_iter().chain(mem::take(&mut self.others));
        self.others = begun.flat_map(|it| [it.escaped(), Some(it)].into_iter().flatten()).collect();
    }

    fn add(&mut self, chunk: &[u8]) {
        let attempts = self.first.iter_mut().chain(&mut self.others);
        attempts.for_each(|attempt| attempt.update(chunk));
    }

    /// Ends the body and returns the verdict.
    ///
    /// # Errors
    ///
    /// Returns [`VerifyError::Mismatch`] if no signature matches any of the secrets.
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
        let envelope = self.head.envelope();
        for attempt in self.first.iter_mut().chain(&mut self.others) {
            if attempt.finish(&envelope) {
                return verdict(&envelope, Some(attempt.found));
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
