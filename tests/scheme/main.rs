//! What the crate says about providers, as data.

#![cfg(all(feature = "ed25519", feature = "sha1"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod catalog;
mod recipes;
#[path = "../support/mod.rs"]
mod support;
mod table;
