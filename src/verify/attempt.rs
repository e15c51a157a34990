//! One key, tried on one delivery whose body is still arriving.

use crate::crypto::key::{Running, VerifyingKey};
use crate::head::envelope::Envelope;

/// A computation that has begun with the head of a delivery.
pub(crate) struct Attempt {
    /// Which of the verifier's secrets is tried.
    pub(super) secret_index: usize,
    running: Running,
}

impl Attempt {
    /// All the computations that a key takes for a delivery.
    pub(super) fn begin(
        secret_index: usize,
        key: &VerifyingKey,
        envelope: &Envelope<'_>,
    ) -> impl Iterator<Item = Self> {
        key.begin(envelope.signatures().of(key.algorithm())).map(move |mut running| {
            envelope.fields().before_body().for_each(|piece| running.update(piece));
            Self { secret_index, running }
        })
    }

    #[inline]
    pub(crate) fn update(&mut self, chunk: &[u8]) {
        self.running.update(chunk);
    }

    /// The first of the verifier's secrets for which not everything is tried with this.
    pub(super) fn next_secret(&self) -> usize {
        self.secret_index + usize::from(self.running.is_only())
    }

    /// The body is complete: returns whether a signature of the delivery is valid.
    pub(super) fn finish(self, envelope: &Envelope<'_>) -> bool {
        let mut running = self.running;
        envelope.fields().after_body().for_each(|piece| running.update(piece));
        let algorithm = running.algorithm();
        running.finish(envelope.signatures().of(algorithm))
    }
}
