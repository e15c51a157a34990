//! The verdict: what is accepted, what is refused, and as what.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[cfg(all(feature = "ed25519", feature = "sha1"))]
mod algorithms;
#[cfg(feature = "ed25519")]
mod ed25519;
mod properties;
#[path = "../support/mod.rs"]
mod support;
mod url;
mod vectors;
mod wire;
