//! A delivery that is verified, and claimed if there is a replay guard.

use std::fmt;
#[cfg(feature = "replay")]
use std::pin::Pin;

use bytes::Bytes;

use crate::receive::frames::Frames;
#[cfg(all(feature = "replay", feature = "tower"))]
use crate::replay::background::{Background, within};
#[cfg(feature = "replay")]
use crate::replay::claimed::Claimed;
use crate::verify::verified::Verified;

/// A delivery to be handled: it is verified, and if there is a replay guard it is claimed.
///
/// [`Delivery::handle`] does the rest. If the handler cannot be passed as a closure, get the body
/// from [`Delivery::take_body`], and report the result with [`Delivery::handled`] or
/// [`Delivery::failed`]. A delivery that is dropped counts as not handled: the sender's retry gets
/// through, at once if its body has not been taken, and otherwise when its lease ends.
///
/// # Examples
///
/// ```
/// use bytes::Bytes;
/// use http_body_util::Full;
/// use time::OffsetDateTime;
/// use tower_webhook::{Receiver, Scheme};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let signer = Scheme::GITHUB.signer("secret")?;
/// let url = "https://hooks.example.com/";
/// let request = signer.request(url, None, OffsetDateTime::now_utc(), Bytes::from("{}"))?;
///
/// let receiver = Receiver::new(Scheme::GITHUB.verifier("secret")?);
/// let (head, body) = request.into_parts();
/// let delivery = receiver.receive(&head, Full::new(body)).await?;
/// let size = delivery.handle(async |_, body| Ok::<_, std::io::Error>(body.len())).await?;
/// assert_eq!(size, 2);
/// # Ok(())
/// # }
/// ```
#[must_use = "a delivery that is dropped was not handled"]
pub struct Delivery {
    pub(super) verified: Verified,
    pub(super) frames: Frames,
    pub(super) end: End,
}

/// How a delivery ends: with the claim on it, if there is a replay guard.
#[derive(Default)]
pub(crate) struct End(#[cfg(feature = "replay")] pub(super) Option<Claimed>);

impl Delivery {
    /// The proof that the delivery was verified, with the data that its signature covers.
    #[must_use]
    pub fn verified(&self) -> &Verified {
        &self.verified
    }

    /// Takes the body, in one piece. It is copied only if it came in several frames.
    #[must_use]
    pub fn take_body(&mut self) -> Bytes {
        self.take_frames().into_bytes()
    }

    /// The claim on the delivery, if there is a replay guard and the delivery is remembered: to extend it, or
    /// to commit it where the handler keeps its data. It is the handler's from now on.
    #[cfg(feature = "replay")]
    #[must_use]
    pub fn claimed(&self) -> Option<Claimed> {
        self.end.claimed()
    }

    /// Runs `handler` and then, if there is a replay guard, commits the delivery if the handler
    /// returns `Ok`, or releases it if the handler returns `Err`.
    ///
    /// # Errors
    ///
    /// Returns the error of the handler.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped while the handler runs, the delivery stays claimed until its lease ends,
    /// since what the handler has begun elsewhere may still be at work. If it is dropped before, or the
    /// handler panics, the delivery is released at once.
    pub async fn handle<F, T, E>(mut self, handler: F) -> Result<T, E>
    where
        F: AsyncFnOnce(Verified, Bytes) -> Result<T, E>,
    {
        let body = self.take_body();
        let result = handler(self.verified.clone(), body).await;
        match &result {
            Ok(_) => self.handled().await,
            Err(_) => self.failed().await,
        }
        result
    }

    /// Reports that the delivery was handled, so that the sender's retries are answered as
    /// duplicates.
    ///
    /// If the replay guard fails, the delivery may be handled once more; with the feature `tracing`
    /// an event says so.
    pub async fn handled(self) {
        self.end.settle(true).await;
    }

    /// Reports that the delivery was not handled, so that the sender's retry gets through.
    pub async fn failed(self) {
        self.end.settle(false).await;
    }

    /// Takes the body for the handler, which has the delivery from now on.
    fn take_frames(&mut self) -> Frames {
        self.end.begin();
        std::mem::take(&mut self.frames)
    }
}

impl End {
    /// Waits for `room`, but not for so long that the claim would end before its handler does. Returns
    /// `None` if there is none in time.
    #[cfg(feature = "tower")]
    pub(crate) async fn in_time<T>(&self, room: impl Future<Output = T>) -> Option<T> {
        #[cfg(feature = "replay")]
        if let Some(claimed) = &self.0 {
            return within(claimed.patience(), room).await;
        }
        Some(room.await)
    }

    /// The handler has the delivery from now on.
    #[cfg_attr(not(feature = "replay"), expect(clippy::unused_self))]
    fn begin(&self) {
        #[cfg(feature = "replay")]
        self.0.iter().for_each(Claimed::begin);
    }

    /// The claim, which is the handler's from now on.
    #[cfg(feature = "replay")]
    pub(crate) fn claimed(&self) -> Option<Claimed> {
        self.begin();
        self.0.clone()
    }

    /// Where the handler runs on if its request is dropped, if it does.
    #[cfg(all(feature = "replay", feature = "tower"))]
    pub(crate) fn finisher(&self) -> Option<Background> {
        self.0.as_ref().and_then(Claimed::finisher)
    }

    #[cfg(feature = "replay")]
    pub(crate) async fn settle(self, success: bool) {
        let Some(claimed) = self.0 else { return };
        // Boxed, because there may be no guard.
        let ended: Pin<Box<dyn Future<Output = _> + Send>> = match success {
            true => Box::pin(claimed.commit()),
            false => Box::pin(claimed.release()),
        };
        // `Claimed` has already recorded the error, which changes nothing for the sender.
        let _ = ended.await;
    }

    #[cfg(not(feature = "replay"))]
    #[expect(clippy::unused_async, reason = "as with the feature `replay`")]
    pub(crate) async fn settle(self, _: bool) {}
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("verified", &self.verified).finish_non_exhaustive()
    }
}
