//! What does not fit on one item.

#[doc = include_str!("replay.md")]
pub mod replay {}
#[doc = include_str!("schemes.md")]
pub mod schemes {}
#[cfg(feature = "fetch")]
#[doc = include_str!("secrets.md")]
pub mod secrets {}
