//! Verifies that an HTTP request really is the webhook it claims to be, before a handler sees a
//! byte of it.
//!
//! There are four ways in, and they reach the same verdict:
//!
//! - [`Verifier::verify`] (or the one-call [`verify()`]) accepts headers and a body;
//! - [`Verifier::begin`] accepts the headers first and the body in pieces;
#![cfg_attr(
    feature = "receive",
    doc = "- [`Receiver`] takes a request from its head to its handler, in any framework;"
)]
#![cfg_attr(
    not(feature = "receive"),
    doc = "- `Receiver` (feature `receive`) takes a request from its head to its handler, in any framework;"
)]
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
//! One delivery, from GitHub's
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
//! - The grammar of the headers. A header that is missing, repeated, empty or not in its one
//!   canonical form is rejected before anything is computed.
//!
//! Everything that [`Verified`] says is covered by the signature. Other headers are not, even where
//! they look like an id or an event type. A delivery that is sent twice within the tolerance is
//! verified twice; a replay guard (feature `replay`) is what detects the second.
//!
//! # Where to go from here
//!
//! | question | answer |
//! |---|---|
//! | Is my provider supported? | the constants of [`Scheme`], in a [table](manual::schemes#find-the-provider); if not, [`scheme`] describes it |
//! | Which encoding is my secret in? | [`Secret`]; [`Scheme::verifier`] knows that of each provider |
//! | How do I rotate a secret? | [`Verifier::add_secret`], [`manual::rotation`] |
//! | How do I test my handler? | [`Signer::request`] makes a valid delivery, [`clock::ManualClock`] sets the time |
//! | How do I turn it on where deliveries come in already? | `WebhookLayer::dangerous_report_only`, and the chapter on introducing |
//! | How is my endpoint registered? | where the provider asks something first, by [a handshake](manual::handshakes) |
//! | What belongs around the layer? | the chapters on ordering and on [proxies](manual::proxies) |
//! | Can secrets come from an API? | yes: [`fetch`], with a cache behind the feature of the same name, and its chapter of the manual |
//! | Can a delivery be handled only once? | the module `replay` (feature `replay`), and its chapter of the manual |
//! | What does it protect from? | the threat model and the rest of [the manual](manual) |
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `receive` | yes | `Receiver`, for any framework |
//! | `tower` | yes | `WebhookLayer`; with it `receive` |
//! | `axum` | | `Verified` as an axum extractor, and rejections answered with any `IntoResponse`; axum's own limit of 2 MB is lifted for what is verified |
//! | `tracing` | | one event for every rejected request |
//! | `ed25519` | | verifies Ed25519: the `v1a` signatures of Standard Webhooks, Discord, Telnyx |
//! | `p256` | | verifies ECDSA over P-256: SendGrid, Circle |
//! | `sha1` | | verifies HMAC-SHA-1, for the providers that still use it |
//! | `fetch` | | `SecretCache`: secrets from a `SecretFetcher`, kept fresh |
//! | `velt` | | `Velt`, which fetches from Velt's API |
//! | `spaaza` | | `Spaaza`, which fetches from Spaaza's API |
//! | `replay` | | `ReplayGuard`, and `MemoryReplayGuard` for one process |
//! | `redis` | | `RedisReplayGuard`, for many processes |
//! | `diagnose` | | `Doctor`, which finds out why a delivery does not verify |
//! | `full` | | all of the above |
//!
//! Features only add; none changes how anything else behaves. Every preset exists with any set of
//! features: an algorithm that is not compiled in is an error when a verifier is made, and it names
//! the feature.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod clock;
mod crypto;
#[cfg(feature = "diagnose")]
pub mod diagnose;
mod error;
#[cfg(any(
    feature = "tower",
    all(feature = "tracing", any(feature = "fetch", feature = "receive", feature = "replay"))
))]
mod event;
pub mod fetch;
#[cfg(all(any(fuzzing, tower_webhook_fuzzing), feature = "velt", feature = "spaaza"))]
#[doc(hidden)]
pub mod fuzzing;
mod head;
#[cfg(feature = "tower")]
pub mod layer;
pub mod manual;
#[cfg(any(feature = "fetch", feature = "receive", feature = "replay"))]
mod metering;
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
