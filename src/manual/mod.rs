//! The manual: choosing a scheme, setting up a server, handling a delivery once, and the threats
//! that all of this protects from.
//!
//! 1. [`schemes`]: which provider signs what.
//! 2. [`rotation`]: changing a secret without losing a delivery.
//! 3. [`proxies`]: what must arrive as it was sent, and the public URL.
#![cfg_attr(feature = "tower", doc = "4. [`ordering`]: the layer among other middleware.")]
#![cfg_attr(not(feature = "tower"), doc = "4. `ordering` (feature `tower`).")]
#![cfg_attr(feature = "fetch", doc = "5. [`secrets`]: secrets from an API.")]
#![cfg_attr(not(feature = "fetch"), doc = "5. `secrets` (feature `fetch`).")]
#![cfg_attr(
    all(feature = "tower", feature = "replay"),
    doc = "6. [`replay`]: handling a delivery once, and never losing one."
)]
#![cfg_attr(
    not(all(feature = "tower", feature = "replay")),
    doc = "6. `replay` (features `tower` and `replay`)."
)]
//! 7. [`handshakes`]: being registered with a provider.
//! 8. [`migrating`]: moving from other libraries, line by line.
//! 9. [`security`]: the threat model, and the test behind each claim.
//! 10. [`packages`]: the crate's dependencies, and those whose types are in its API.

#[doc = include_str!("handshakes.md")]
pub mod handshakes {}
#[doc = include_str!("migrating.md")]
pub mod migrating {}
#[cfg(feature = "tower")]
#[doc = include_str!("ordering.md")]
pub mod ordering {}
#[doc = include_str!("packages.md")]
pub mod packages {}
#[doc = include_str!("proxies.md")]
pub mod proxies {}
#[cfg(all(feature = "tower", feature = "replay"))]
#[doc = include_str!("replay.md")]
pub mod replay {}
#[doc = include_str!("rotation.md")]
pub mod rotation {}
#[doc = include_str!("schemes.md")]
pub mod schemes {}
#[cfg(feature = "fetch")]
#[doc = include_str!("secrets.md")]
pub mod secrets {}
#[doc = include_str!("../../SECURITY.md")]
pub mod security {}
