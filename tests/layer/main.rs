//! The layer, alone and together with servers, caches and replay guards.

#![cfg(feature = "tower")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[cfg(all(feature = "axum", feature = "replay"))]
mod claimed;
#[cfg(all(feature = "axum", feature = "replay"))]
mod claims;
#[cfg(all(feature = "axum", feature = "velt", feature = "spaaza"))]
mod fetching;
#[cfg(feature = "axum")]
mod handshakes;
#[cfg(feature = "axum")]
mod http;
#[cfg(all(feature = "axum", feature = "fetch", feature = "metrics", feature = "replay"))]
mod metrics;
#[cfg(all(feature = "axum", feature = "replay"))]
mod own_key;
#[cfg(all(feature = "axum", feature = "velt", feature = "spaaza"))]
#[path = "../support/provider.rs"]
mod provider;
#[cfg(all(feature = "axum", feature = "velt", feature = "spaaza"))]
#[path = "../support/receiver.rs"]
mod receiver;
#[cfg(all(feature = "axum", feature = "fetch", feature = "replay"))]
mod report_only;
#[cfg(all(feature = "axum", feature = "fetch", feature = "replay"))]
mod schemes;
mod service;
#[cfg(all(feature = "axum", feature = "replay"))]
mod shutdown;
#[cfg(feature = "axum")]
mod stacks;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/untouchable.rs"]
mod untouchable;
