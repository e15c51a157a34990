//! Verifies that an HTTP request really is the webhook it claims to be, before a handler sees a
//! byte of it.
//!
//! What brings you here?
//!
//! - I want to [verify one delivery](#verify-one-delivery).
//! - I want to [put it into axum](#put-it-into-axum), hyper or
//!   [another framework](#put-it-into-another-framework).
//! - [My provider](#my-provider): is it there, and what if not?
//! - [It does not verify](#it-does-not-verify).
//! - I want to [rotate a secret](#rotate-a-secret).
//! - A delivery shall be handled [once, and not twice](#not-twice).
//! - I want to [test my handler](#test-my-handler).
//!
//! # Verify one delivery
//!
//! Headers and the body as it was received, without a server. The delivery is the one of GitHub's
//! [documentation](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries):
//!
//! ```
//! use tower_webhook::{Scheme, VerifyError};
//!
//! let verifier = Scheme::GITHUB.verifier("It's a Secret to Everybody")?;
//! let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
//! let mut headers = http::HeaderMap::new();
//! headers.insert("x-hub-signature-256", signature.parse()?);
//! assert!(verifier.verify(&headers, b"Hello, World!").is_ok());
//! assert_eq!(verifier.verify(&headers, b"Hello, world!").unwrap_err(), VerifyError::Mismatch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Verifier::begin`] takes the headers first and then the body in pieces; [`verify()`] is all of it in
//! one call. A [`Head`] is also made from pairs of names and values.
//!
//! # Put it into axum
//!
//! With the feature `axum`. Nothing reaches the handler before it is verified, and a forgery gets a 401:
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
//! let webhooks = WebhookLayer::new(Scheme::STANDARD.verifier("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?);
//! let app: Router = Router::new().route("/webhooks", post(handle)).route_layer(webhooks);
//! # }
//! # Ok::<(), tower_webhook::InvalidSecret>(())
//! ```
//!
#![cfg_attr(
    feature = "tower",
    doc = "[`WebhookLayer`] is a [tower] layer, so it stands before a service of hyper too. What belongs around it:"
)]
#![cfg_attr(feature = "tower", doc = "the chapter [`ordering`](manual::ordering).")]
#![cfg_attr(
    not(feature = "tower"),
    doc = "`WebhookLayer` (feature `tower`) is a [tower] layer, so it stands before a service of hyper too."
)]
//!
//! [tower]: https://docs.rs/tower
//!
//! # Put it into another framework
//!
#![cfg_attr(
    feature = "receive",
    doc = "A [`Receiver`] takes the head and the body of the framework's request, and gives back what to answer:"
)]
#![cfg_attr(
    not(feature = "receive"),
    doc = "A `Receiver` (feature `receive`) takes the head and the body of the framework's request, and gives back what to answer:"
)]
//!
//! ```
//! # #[cfg(feature = "receive")] {
//! # async fn book(body: &[u8]) -> std::io::Result<()> { let _ = body; Ok(()) }
//! use tower_webhook::{Head, Receiver};
//!
//! async fn hook(receiver: &Receiver, headers: &[(&str, &[u8])], body: Vec<u8>) -> u16 {
//!     match receiver.receive_bytes(Head::from_pairs(headers), body).await {
//!         Err(rejection) => rejection.status().as_u16(),
//!         Ok(delivery) => match delivery.handle(async |_, body| book(&body).await).await {
//!             Ok(()) => 204,
//!             Err(_) => 500,
//!         },
//!     }
//! }
//! # }
//! ```
//!
//! # My provider
//!
//! The [table](manual::schemes#find-the-provider) has those that are constants of [`Scheme`]. Any other
//! with the same [parts](scheme) is described by a constant of your own. One that sends
//! `Acme-Signature: t=1700000000,v1=5f…` and signs `1700000000.{"a":1}`:
//!
//! ```
//! use tower_webhook::Scheme;
//! use tower_webhook::scheme::{HeaderNames, Layout, Part};
//!
//! const ACME: Scheme = Scheme::custom("acme")
//!     .headers(&[HeaderNames::new("acme-signature")])
//!     .layout(Layout::list(',', '=', "v1").timestamp_key("t"))
//!     .signed(&[Part::Timestamp, Part::Literal("."), Part::Body])
//!     .build();
//! # ACME.verifier("secret")?;
//! # Ok::<(), tower_webhook::InvalidSecret>(())
//! ```
//!
//! # It does not verify
//!
//! With the feature `diagnose`, a doctor changes one thing after the other until the signature matches.
//! Here JSON was printed again by a middleware:
//!
//! ```
//! # #[cfg(feature = "diagnose")] {
//! use tower_webhook::{Scheme, diagnose::Doctor};
//!
//! # let now = time::OffsetDateTime::now_utc();
//! let headers = Scheme::GITHUB.signer("secret")?.sign(None, now, br#"{"a":1}"#)?;
//! let doctor = Doctor::new(Scheme::GITHUB).secret("live", "secret");
//! let diagnosis = doctor.diagnose(&headers, b"{ \"a\": 1 }");
//! assert_eq!(diagnosis.findings()[0].code(), "body-reserialised");
//! println!("{diagnosis}");
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The chapter [`troubleshooting`](manual::troubleshooting) lists what goes wrong by message, provider and
//! platform.
//!
//! # Rotate a secret
//!
//! The receiver learns the new secret before the sender uses it, and forgets the old one afterwards
//! ([`rotation`](manual::rotation)):
//!
//! ```
//! use tower_webhook::{Scheme, Secret};
//!
//! let verifier = Scheme::GITHUB.verifier("new secret")?.add_secret(Secret::utf8("old secret")?)?;
//! # let now = time::OffsetDateTime::now_utc();
//! let headers = Scheme::GITHUB.signer("old secret")?.sign(None, now, b"{}")?;
//! assert_eq!(verifier.verify(&headers, b"{}")?.secret_index(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Where secrets come from an API or a database, [`fetch`] keeps them fresh.
//!
//! # Not twice
//!
//! Senders deliver at least once. With the feature `replay`, a delivery is claimed, committed if the
//! handler answers with 2xx, and released otherwise, so that its retry is handled:
//!
//! ```
//! # #[cfg(all(feature = "tower", feature = "replay"))] {
//! use tower_webhook::replay::{MemoryReplayGuard, Replay};
//! use tower_webhook::{Scheme, WebhookLayer};
//!
//! let guard = MemoryReplayGuard::builder().build();
//! let layer = WebhookLayer::new(Scheme::STANDARD.verifier("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?)
//!     .replay(Replay::with(guard));
//! # }
//! # Ok::<(), tower_webhook::InvalidSecret>(())
//! ```
//!
#![cfg_attr(
    all(feature = "tower", feature = "replay"),
    doc = "For several processes, and exactly once: the chapter [`replay`](manual::replay)."
)]
#![cfg_attr(
    not(all(feature = "tower", feature = "replay")),
    doc = "For several processes, and exactly once: the chapter `replay` of the manual."
)]
//!
//! # Test my handler
//!
//! A [`Signer`] makes the request that the provider would send:
//!
//! ```
//! # #[cfg(feature = "axum")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use axum::{Router, body::Body, routing::post};
//! # use tower::ServiceExt as _;
//! # use tower_webhook::{Scheme, WebhookLayer};
//! # let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?);
//! # let app: Router = Router::new().route("/webhooks", post(async || ())).route_layer(layer);
//! let signer = Scheme::GITHUB.signer("secret")?;
//! let now = time::OffsetDateTime::now_utc();
//! let request = signer.request("https://example.com/webhooks", None, now, "{}")?;
//! let answer = app.oneshot(request.map(Body::from)).await?;
//! assert_eq!(answer.status(), 200);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "axum"))]
//! # fn main() {}
//! ```
//!
//! A [`ManualClock`](clock::ManualClock) sets the time of the verifier.
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
//! # Further questions
//!
//! | question | answer |
//! |---|---|
//! | Which encoding is my secret in? | [`Secret`]; [`Scheme::verifier`] knows that of each provider |
//! | How do I turn it on where deliveries come in already? | `WebhookLayer::dangerous_report_only`, and the chapter on introducing |
//! | How do several providers share a route? | `WebhookLayer::from_receivers` |
//! | How is my endpoint registered? | where the provider asks something first, by [a handshake](manual::handshakes) |
//! | What may a proxy change? | the chapter on [proxies](manual::proxies) |
//! | I use another library; what is the line here? | the chapter on [migrating](manual::migrating) |
//! | What does it protect from? | the [threat model](manual::security) |
//! | What else is there? | [the manual](manual) |
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `receive` | yes | `Receiver`, for any framework |
//! | `tower` | yes | `WebhookLayer`; with it `receive` |
//! | `axum` | | `Verified` as an axum extractor, and rejections answered with any `IntoResponse`; axum's own limit of 2 MB is lifted for what is verified |
//! | `tracing` | | an event for every verified and rejected request, failed fetch and replaced secret |
//! | `metrics` | | counters and histograms, whose labels are bounded |
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
//! Features only add: but for axum's limit, none changes how anything else behaves. Every preset exists
//! with any set of features: an algorithm that is not compiled in is an error when a verifier is made, and it names
//! the feature.

#![cfg_attr(docsrs, feature(doc_cfg))]
// Presets link to the receiver's settings, which docs.rs has, as it builds all features.
#![cfg_attr(not(feature = "receive"), allow(rustdoc::broken_intra_doc_links))]

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
