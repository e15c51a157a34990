//! One key, tried on one reading of a delivery whose body is still arriving.

use std::mem;

use crate::crypto::key::{Running, VerifyingKey};
use crate::head::derived::BodyDigest;
use crate::head::envelope::Envelope;
use crate::head::reading::{Escaper, Reading};

/// A computation that has begun with the head of a delivery.
pub(crate) struct Attempt {
    /// The secret that is tried, and the reading.
    pub(super) found: Found,
    running: Running,
    covers: Covers,
}

/// What of a body is signed.
enum Covers {
    Body,
    Escaped(Escaper),
    /// Boxed: few providers sign a digest, and every attempt would be as large.
    Digest(Box<BodyDigest>),
}

impl Covers {
    fn of(envelope: &Envelope<'_>, reading: Reading) -> Self {
        match envelope.fields().scheme().signs_digest() {
            true => Self::Digest(Box::default()),
            false if reading.has(Reading::ESCAPED) => Self::Escaped(Escaper::default()),
            false => Self::Body,
        }
    }
}

/// What a signature was found to be of.
#[derive(Clone, Copy)]
pub(crate) struct Found {
    pub(super) secret_index: usize,
    pub(super) reading: Reading,
}

impl Found {
    pub(super) fn as_received(secret_index: usize) -> Self {
        Self { secret_index, reading: Reading::AS_RECEIVED }
    }
}

impl Attempt {
    /// Begins all the computations that a key needs for a delivery, or `most` of them, and passes them on.
    #[inline]
    pub(super) fn begin(
        found: Found,
        key: &VerifyingKey,
        envelope: &Envelope<'_>,
        most: usize,
        mut to: impl FnMut(Self),
    ) {
        key.begin(envelope.signatures(), most, |running| {
            let mut attempt = Self { found, running, covers: Covers::of(envelope, found.reading) };
            let fields = envelope.fields().read_as(found.reading);
            fields.before_body().for_each(|piece| attempt.running.update(piece));
            to(attempt);
        });
    }

    /// The same attempt, for a digest that is known already and not for the body.
    pub(super) fn of_digest(self) -> Self {
        match self.covers {
            Covers::Digest(_) => Self { covers: Covers::Body, ..self },
            Covers::Body | Covers::Escaped(_) => self,
        }
    }

    /// The same attempt with an escaped body, if what it has seen of the body is ASCII.
    pub(super) fn escaped(&self) -> Option<Self> {
        let Found { secret_index, reading } = self.found;
        let found = Found { secret_index, reading: reading.with(Reading::ESCAPED, true) };
        let covers = Covers::Escaped(Escaper::default());
        Some(Self { found, running: self.running.fork()?, covers })
    }

    #[inline]
    pub(crate) fn update(&mut self, chunk: &[u8]) {
        match &mut self.covers {
            Covers::Body => self.running.update(chunk),
            Covers::Escaped(escaper) => escaper.escape(chunk, |piece| self.running.update(piece)),
            Covers::Digest(digest) => digest.update(chunk),
        }
    }

    /// Whether the secret has no further computations for this reading, one for each Ed25519
    /// signature.
    pub(super) fn is_only(&self) -> bool {
        self.running.is_only()
    }

    /// Ends the body and returns whether a signature of the delivery is valid. Once only. By reference,
    /// because an attempt is large.
    pub(super) fn finish(&mut self, envelope: &Envelope<'_>) -> bool {
        let Self { found, running, covers } = self;
        let is_done = match covers {
            Covers::Body => true,
            Covers::Escaped(escaper) => escaper.is_done(),
            Covers::Digest(digest) => {
                running.update(&mem::take(&mut **digest).finish());
                true
            }
        };
        let fields = envelope.fields().read_as(found.reading);
        fields.after_body().for_each(|piece| running.update(piece));
        is_done && running.finish(envelope.signatures())
    }
}
