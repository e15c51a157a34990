//! A delivery whose head is accepted and whose body is arriving, for those who read it themselves.

use std::fmt;

use bytes::Bytes;

use crate::head::owned::Owned;
use crate::receive::arriving::Arriving;
use crate::receive::delivery::Delivery;
use crate::receive::rejection::Rejection;

/// A delivery whose head is accepted and whose body is arriving; made by
/// [`Receiver::open`](crate::Receiver::open).
///
/// Frames are counted against the limit, authenticated as they arrive, and kept until the verdict.
///
/// # Examples
///
/// ```
/// use bytes::Bytes;
/// use time::OffsetDateTime;
/// use tower_webhook::{Receiver, Scheme};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let headers = Scheme::GITHUB.signer("secret")?.sign(None, OffsetDateTime::now_utc(), b"{}")?;
/// let receiver = Receiver::new(Scheme::GITHUB.verifier("secret")?);
///
/// let mut incoming = receiver.open(&headers)?;
/// incoming.secrets().await?;
/// for frame in ["{", "}"] {
///     incoming.push(Bytes::from(frame))?;
/// }
/// let delivery = incoming.finish().await?;
/// delivery.handled().await;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is verified until `finish` returns"]
pub struct Incoming {
    /// `None` if this is a handshake without a signature, which is never verified.
    head: Option<Owned>,
    arriving: Arriving,
}

impl Incoming {
    pub(super) fn new(head: Option<Owned>, arriving: Arriving) -> Self {
        Self { head, arriving }
    }

    /// Waits for the secrets of the endpoint, or returns at once if they are cached. Read nothing
    /// of the body before, so that a stranger's request takes no memory while it waits.
    ///
    /// # Errors
    ///
    /// Returns [`UnknownEndpoint`](crate::receive::RejectionKind::UnknownEndpoint) if the provider does
    /// not know the endpoint, and
    /// [`SecretsUnavailable`](crate::receive::RejectionKind::SecretsUnavailable) if its secrets cannot be
    /// fetched.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the fetch goes on for others, and this can be called again.
    pub async fn secrets(&mut self) -> Result<(), Rejection> {
        let found = self.resolve().await;
        found.inspect_err(|rejection| self.arriving.judged(Err(rejection)))
    }

    async fn resolve(&mut self) -> Result<(), Rejection> {
        if let Some(head) = &mut self.head {
            head.set_url(self.arriving.resolve().await?.signed_url())?;
        }
        Ok(())
    }

    /// Adds the next frame of the body.
    ///
    /// # Errors
    ///
    /// Returns [`BodyTooLarge`](crate::receive::RejectionKind::BodyTooLarge) if the body is longer than
    /// the limit.
    pub fn push(&mut self, frame: Bytes) -> Result<(), Rejection> {
        let envelope = self.head.as_ref().map(Owned::envelope);
        let pushed = self.arriving.push(envelope.as_ref(), frame, false);
        pushed.inspect_err(|rejection| self.arriving.judged(Err(rejection)))
    }

    /// Ends the body, verifies the delivery, and claims it if there is a replay guard.
    ///
    /// After a mismatch the secrets may be fetched again. If that brings a new one, the body is
    /// verified once more, so that a rotation costs no delivery.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejection`] that answers the request if the delivery is not to be handled.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, a claim in flight goes on in the background and is then released.
    pub async fn finish(mut self) -> Result<Delivery, Rejection> {
        let concluded = match self.resolve().await {
            Ok(()) => {
                let mut envelope = self.head.as_ref().map(Owned::envelope);
                self.arriving.conclude(envelope.as_mut()).await
            }
            Err(rejection) => Err(rejection),
        };
        self.arriving.judged(concluded.as_ref().map(|_| ()));
        let (verified, end) = concluded?;
        Ok(Delivery { verified, frames: self.arriving.frames, end })
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.arriving.receiver.scheme();
        f.debug_struct("Incoming").field("scheme", &scheme).finish_non_exhaustive()
    }
}
