//! The verification of a delivery whose body arrives in pieces.

use std::{fmt, mem};

use crate::crypto::key::VerifyingKey;
use crate::error::VerifyError;
use crate::head::envelope::Envelope;
use crate::head::owned::Owned;
use crate::head::reading::Reading;
use crate::verify::attempt::Attempt;
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
    attempts: [Option<Attempt>; Self::INLINE],
    more: Vec<Attempt>,
    /// Whether the body may be signed escaped, and so far is the same escaped.
    may_escape: bool,
}

impl Verification {
    /// The number of attempts that are not on the heap: enough for a secret and its successor.
    const INLINE: usize = 2;

    pub(super) fn new(keys: &[VerifyingKey], envelope: &Envelope<'_>) -> Self {
        let head = Owned::from(envelope);
        let mut attempts = [const { None }; Self::INLINE];
        let may_escape = envelope.fields().scheme().escaped_body();
        let readings = envelope.fields().readings();
        if readings != Reading::AS_RECEIVED {
            let more = Self::each_of(readings, keys, envelope);
            return Self { head, attempts, more, may_escape };
        }
        let (mut places, mut more) = (attempts.iter_mut(), Vec::new());
        for (index, key) in keys.iter().enumerate() {
            Attempt::begin(index, key, envelope).for_each(|attempt| match places.next() {
                Some(place) => *place = Some(attempt),
                None => more.push(attempt),
            });
        }
        Self { head, attempts, more, may_escape }
    }

    /// Begins with each way to read the head, secret by secret.
    fn each_of(readings: Reading, keys: &[VerifyingKey], envelope: &Envelope<'_>) -> Vec<Attempt> {
        let begin = |(index, key)| {
            let begin_as = move |reading| Attempt::begin_as(reading, index, key, envelope);
            Attempt::begin(index, key, envelope).chain(readings.each().flat_map(begin_as))
        };
        keys.iter().enumerate().flat_map(begin).collect()
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
        let begun = mem::take(&mut self.attempts).into_iter().flatten();
        let begun = begun.chain(mem::take(&mut self.more));
        self.more = begun.flat_map(|it| [it.escaped(), Some(it)].into_iter().flatten()).collect();
    }

    fn add(&mut self, chunk: &[u8]) {
        let attempts = self.attempts.iter_mut().flatten().chain(&mut self.more);
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
    pub fn finish(self) -> Result<Verified, VerifyError> {
        let Self { head, attempts, more, .. } = self;
        let envelope = head.envelope();
        for attempt in attempts.into_iter().flatten().chain(more) {
            let found = attempt.found;
            if attempt.finish(&envelope) {
                return verdict(&envelope, Some(found));
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
