//! What does not fit on one item: choosing a scheme, and what every provider signs.

#[doc = include_str!("schemes.md")]
pub mod schemes {}
