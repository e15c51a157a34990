//! The cookbook: each file is one recipe, to be copied, with its test at the end.
//!
//! ```text
//! cargo test --manifest-path examples/frameworks/Cargo.toml
//! ```

pub mod actix;
pub mod axum;
pub mod lambda;
pub mod ntex;
pub mod poem;
pub mod receiver;
pub mod rocket;
pub mod salvo;
pub mod sender;
#[cfg(test)]
mod testing;
pub mod warp;
