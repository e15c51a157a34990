//! The verdict: what is accepted, what is refused, and as what.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[cfg(all(feature = "ed25519", feature = "sha1"))]
mod algorithms;
mod boundaries;
mod content;
mod digest;
#[cfg(feature = "ed25519")]
mod ed25519;
mod features;
mod forms;
mod headers;
mod id;
mod list;
#[cfg(feature = "p256")]
mod p256;
mod properties;
mod readings;
mod secrets;
mod standard;
#[path = "../support/mod.rs"]
mod support;
mod time;
mod tokens;
mod url;
mod vectors;
