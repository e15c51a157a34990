//! Verifies that an HTTP request really is the webhook it claims to be, before a handler sees a
//! byte of it.
//!
//! There are three ways in, and they give the same verdict:
//!
//! - [`Verifier::verify`] (or the one-call [`verify`]) takes headers and a body;
//! - [`Verifier::begin`] takes the headers first and the body in pieces;
#![cfg_attr(
    feature = "tower",
    doc = "- [`WebhookLayer`] is a [tower] layer for axum and hyper servers."
)]
#![cfg_attr(
    not(feature = "tower"),
    doc = "- `WebhookLayer` (feature `tower`) is a [tower] layer for axum and hyper servers."
)]
//!
//! [tower]: https://docs.rs/tower
//!
//! # Examples
//!
//! A check of one delivery, from GitHub's
//! [documentation](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries):
//!
//! ```
//! use http::HeaderMap;
//! use tower_webhook::{Scheme, VerifyError};
//!
//! let verifier = Scheme::GITHUB.verifier("It's a Secret to Everybody")?;
//!
//! let mut headers = HeaderMap::new();
//! headers.insert(
//!     "x-hub-signature-256",
//!     "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17".parse()?,
//! );
//! assert!(verifier.verify(&headers, b"Hello, World!").is_ok());
//! assert_eq!(verifier.verify(&headers, b"Hello, world!").unwrap_err(), VerifyError::Mismatch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In axum:
//!
//! ```
//! # #[cfg(feature = "axum")] {
//! use axum::{Router, body::Bytes, routing::post};
//! use tower_webhook::{Scheme, Verified, WebhookLayer};
//!
//! async fn handle(delivery: Verified, body: Bytes) {
//!     println!("{:?}: {} bytes", delivery.id(), body.len());
//! }
//!
//! let verifier = Scheme::STANDARD.verifier("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
//! let app: Router = Router::new()
//!     .route("/webhooks", post(handle))
//!     .route_layer(WebhookLayer::new(verifier));
//! # }
//! # Ok::<(), tower_webhook::InvalidSecret>(())
//! ```
//!
//! # What is verified
//!
//! - The signature, over the received bytes, in constant time, with each of up to 16 secrets.
//! - The timestamp, where the scheme signs one: within [`Tolerance`], in both directions.
//! - The grammar of the headers. What is missing, repeated, empty or not in its one canonical form
//!   is refused before anything is computed.
//!
//! What [`Verified`] tells is covered by the signature. Other headers are not, even where they
//! look like an id or an event type. A delivery that is sent twice within the tolerance is verified
//! twice; what remembers it is a `ReplayGuard` (feature `replay`).
//!
//! # Where to go from here
//!
//! - Your provider: one of the constants of [`Scheme`], found by the
//!   [table](manual::schemes#find-the-provider), or [`Scheme::custom`].
//! - A secret in another shape than text: [`Secret`]. Two of them at a time: [`manual::rotation`].
//! - A test of your own server: [`Scheme::signer`] makes the headers of a good delivery.
//! - Other layers and proxies around it: [`manual::proxies`] and the chapter on ordering.
//! - Secrets from an API, replays, other libraries, the threat model: [the manual](manual).
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `tower` | yes | `WebhookLayer` |
//! | `axum` | | `Verified` as an axum extractor |
//! | `tracing` | | one event for every rejected request |
//! | `ed25519` | | the `v1a` signatures of Standard Webhooks, Discord, Telnyx |
//! | `sha1` | | the providers that still use HMAC-SHA-1 |
//! | `fetch` | | `SecretCache`: secrets from a `SecretFetcher`, kept fresh |
//! | `velt` | | `Velt`, which fetches from Velt's API |
//! | `spaaza` | | `Spaaza`, which fetches from Spaaza's API |
//! | `replay` | | `ReplayGuard`, and `MemoryReplayGuard` for one process |
//! | `redis` | | `RedisReplayGuard`, for many processes |
//! | `full` | | all of the above |
//!
//! Features only add; none changes how anything behaves.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod clock;
mod crypto;
mod error;
#[cfg(feature = "tower")]
mod event;
#[cfg(feature = "fetch")]
pub mod fetch;
#[cfg(all(any(fuzzing, tower_webhook_fuzzing), feature = "velt", feature = "spaaza"))]
#[doc(hidden)]
pub mod fuzzing;
mod head;
#[cfg(feature = "tower")]
pub mod layer;
pub mod manual;
#[cfg(feature = "receive")]
pub mod receive;
#[cfg(feature = "replay")]
pub mod replay;
pub mod scheme;
mod secret;
pub mod sign;
mod text;
pub mod verify;

pub use self::error::{Field, VerifyError};
pub use self::head::Head;
#[cfg(feature = "tower")]
pub use self::layer::webhook::WebhookLayer;
#[cfg(feature = "receive")]
pub use self::receive::receiver::Receiver;
pub use self::scheme::definition::Scheme;
pub use self::scheme::timestamp::Tolerance;
pub use self::secret::{InvalidSecret, Secret};
pub use self::sign::signer::Signer;
pub use self::verify::verification::Verification;
pub use self::verify::verified::Verified;
pub use self::verify::verifier::{Verifier, verify};

/// The examples of the README, so that they are tested.
#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../README.md")]
struct Readme;
