//! Why a delivery does not verify: every code, and what a diagnosis must never do.

#![cfg(feature = "diagnose")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod body;
mod head;
#[cfg(feature = "tower")]
mod layer;
mod program;
mod properties;
mod secret;
mod support;
mod time;
mod url;
mod vectors;
