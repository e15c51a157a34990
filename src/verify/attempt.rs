//! One key, tried on one delivery whose body is still arriving.

use crate::crypto::key::{Running, VerifyingKey};
use crate::head::envelope::Envelope;

/// A computation that has begun with the head of a delivery.
pub(crate) struct Attempt {
    /// The index of the secret that is tried.
    pub(super) secret_index: usize,
    running: Running,
}

impl Attempt {
    /// Begins all the computations that a key needs for a delivery.
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

    /// The index of the first secret that is not settled by this attempt. It is the same secret if
    /// that has further computations, one for each Ed25519 signature.
    pub(super) fn next_secret(&self) -> usize {
        self.secret_index + usize::from(self.running.is_only())
    }

    /// Ends the body and returns whether a signature of the delivery is valid.
    pub(super) fn finish(self, envelope: &Envelope<'_>) -> bool {
        let mut running = self.running;
        envelope.fields().after_body().for_each(|piece| running.update(piece));
        let algorithm = running.algorithm();
        running.finish(envelope.signatures().of(algorithm))
    }
}
