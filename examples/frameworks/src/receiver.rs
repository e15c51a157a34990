//! What the recipes with a `Receiver` share: secrets that are fetched, bodies that are bounded, and a claim on a
//! delivery before it is handled.

use std::io;
use std::pin::pin;
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::{Stream, StreamExt as _};
use http::StatusCode;
use tower_webhook::fetch::{EndpointId, SecretCache, SecretFetcher};
use tower_webhook::receive::{Delivery, Rejection, RejectionKind};
use tower_webhook::replay::{MemoryReplayGuard, Replay};
use tower_webhook::{Head, Receiver, Scheme, Verified};

/// The size of the largest body, in bytes.
pub const LIMIT: usize = 64 << 10;

/// Receives at `/hooks/{tenant}`. The path is not signed: it only says whose secrets to try. Make it once,
/// because its clones share the secrets and the claims.
pub fn receiver(fetcher: impl SecretFetcher) -> Receiver {
    let cache = SecretCache::builder(Scheme::STANDARD, fetcher).build();
    Receiver::from_cache(cache, |head: &Head<'_>| {
        EndpointId::new(head.path()?.strip_prefix("/hooks/")?).ok()
    })
    .body_limit(LIMIT)
    .replay(Replay::with(MemoryReplayGuard::builder().build()))
}

/// Receives a delivery by the steps of a receiver, for a body that is a stream. It is read as it comes: an
/// extractor of bytes would have read it all before anything is checked.
pub async fn receive<F: Buf, E>(
    receiver: &Receiver,
    head: Head<'_>,
    frames: impl Stream<Item = Result<F, E>>,
) -> Result<Delivery, Rejection> {
    let mut incoming = receiver.open(head)?;
    incoming.secrets().await?;
    let mut frames = pin!(frames);
    while let Some(frame) = frames.next().await {
        let mut frame = frame.map_err(|_| RejectionKind::BodyFailed)?;
        incoming.push(frame.copy_to_bytes(frame.remaining()))?;
    }
    incoming.finish().await
}

/// Handles a delivery, and says what to answer, and when the sender is to try again.
pub async fn handle(received: Result<Delivery, Rejection>) -> (StatusCode, Option<Duration>) {
    match received {
        Err(rejection) => (rejection.status(), rejection.retry_after()),
        Ok(delivery) => match delivery.handle(book).await {
            Ok(()) => (StatusCode::NO_CONTENT, None),
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, None),
        },
    }
}

/// What is yours. `Ok` commits the delivery, `Err` releases it for the sender's retry.
async fn book(_: Verified, body: Bytes) -> io::Result<()> {
    if body == "fail" { Err(io::Error::other("no room")) } else { Ok(()) }
}
