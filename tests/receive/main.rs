//! A receiver without tower: the way of one delivery in any framework.

#![cfg(feature = "receive")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[cfg(feature = "replay")]
mod claims;
#[cfg(feature = "fetch")]
mod fetching;
mod handshakes;
mod head;
mod limits;
mod pieces;
#[cfg(feature = "replay")]
mod readings;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/untouchable.rs"]
mod untouchable;
