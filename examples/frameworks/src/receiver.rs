//! What the recipes for actix-web and Rocket share: a receiver whose secrets are fetched, whose bodies are
//! bounded, and which claims a delivery before it is handled.

use tower_webhook::fetch::{EndpointId, SecretCache, SecretFetcher};
use tower_webhook::replay::{MemoryReplayGuard, Replay};
use tower_webhook::{Head, Receiver, Scheme};

/// The size of the largest body, in bytes.
pub const LIMIT: usize = 64 << 10;

/// Receives at `/hooks/{tenant}`. The path is not signed: it only says whose secrets to try.
pub fn receiver(fetcher: impl SecretFetcher) -> Receiver {
    let cache = SecretCache::builder(Scheme::STANDARD, fetcher).build();
    Receiver::from_cache(cache, |head: &Head<'_>| {
        EndpointId::new(head.path()?.strip_prefix("/hooks/")?).ok()
    })
    .body_limit(LIMIT)
    .replay(Replay::with(MemoryReplayGuard::builder().build()))
}
