//! Replay guards: what all of them promise, and what each of them adds.

#![cfg(feature = "replay")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[macro_use]
mod contract;
#[cfg(feature = "redis")]
mod elsewhere;
mod key;
mod memory;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "redis")]
mod relay;
#[cfg(feature = "redis")]
mod sentinel;
#[cfg(feature = "redis")]
#[path = "../support/redis.rs"]
mod server;
#[cfg(all(feature = "axum", feature = "tracing"))]
mod spans;
#[path = "../support/mod.rs"]
mod support;
#[cfg(feature = "redis")]
mod tls;
