//! What does not fit on one item: choosing a scheme, handling a delivery once.

#[doc = include_str!("packages.md")]
pub mod packages {}
#[cfg(all(feature = "tower", feature = "replay"))]
#[doc = include_str!("replay.md")]
pub mod replay {}
#[doc = include_str!("schemes.md")]
pub mod schemes {}
#[cfg(feature = "fetch")]
#[doc = include_str!("secrets.md")]
pub mod secrets {}
