//! Secrets from elsewhere: the cache, and who asks the providers. What they log is in `logs.rs`.

#![cfg(feature = "fetch")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod cache;
#[cfg(all(feature = "velt", feature = "spaaza"))]
mod clients;
#[cfg(all(feature = "velt", feature = "spaaza"))]
mod credentials;
#[cfg(feature = "tracing")]
mod events;
#[cfg(feature = "tracing")]
#[path = "../support/log.rs"]
mod log;
#[cfg(all(feature = "velt", feature = "spaaza"))]
#[path = "../support/provider.rs"]
mod provider;
#[cfg(all(feature = "velt", feature = "spaaza"))]
mod tls;
