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
    all(feature = "velt", feature = "spaaza"),
    doc = "6. [`credentials`]: sessions and tokens that expire."
)]
#![cfg_attr(
    not(all(feature = "velt", feature = "spaaza")),
    doc = "6. `credentials` (features `velt` and `spaaza`)."
)]
#![cfg_attr(
    all(feature = "tower", feature = "replay"),
    doc = "7. [`replay`]: handling a delivery once, and never losing one."
)]
#![cfg_attr(
    not(all(feature = "tower", feature = "replay")),
    doc = "7. `replay` (features `tower` and `replay`)."
)]
#![cfg_attr(
    feature = "tower",
    doc = "8. [`answers`]: every status that the layer gives, and what senders make of it."
)]
#![cfg_attr(not(feature = "tower"), doc = "8. `answers` (feature `tower`).")]
#![cfg_attr(
    feature = "tower",
    doc = "9. [`introducing`]: verification for a server that receives already."
)]
#![cfg_attr(not(feature = "tower"), doc = "9. `introducing` (feature `tower`).")]
//! 10. [`handshakes`]: being registered with a provider.
//! 11. [`migrating`]: moving from other libraries, line by line.
//! 12. [`security`]: the threat model, and the test behind each claim.
//! 13. [`troubleshooting`]: why a delivery does not verify, by message, provider and platform.
#![cfg_attr(
    all(feature = "tower", feature = "fetch", feature = "replay"),
    doc = "14. [`operations`]: metrics, events, what to alert on, and a readiness probe."
)]
#![cfg_attr(
    not(all(feature = "tower", feature = "fetch", feature = "replay")),
    doc = "14. `operations` (features `tower`, `fetch` and `replay`)."
)]
//! 15. [`packages`]: the crate's dependencies, and those whose types are in its API.

#[cfg(all(feature = "velt", feature = "spaaza"))]
#[doc = include_str!("credentials.md")]
pub mod credentials {}
#[cfg(feature = "tower")]
#[doc = include_str!("answers.md")]
pub mod answers {}
#[cfg(feature = "tower")]
#[doc = include_str!("introducing.md")]
pub mod introducing {}
#[doc = include_str!("handshakes.md")]
pub mod handshakes {}
#[doc = include_str!("migrating.md")]
pub mod migrating {}
#[cfg(feature = "tower")]
#[doc = include_str!("ordering.md")]
pub mod ordering {}
#[cfg(all(feature = "tower", feature = "fetch", feature = "replay"))]
#[doc = include_str!("operations.md")]
pub mod operations {}
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
#[doc = include_str!("troubleshooting.md")]
pub mod troubleshooting {}
