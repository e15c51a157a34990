//! The tower middleware: no handler sees a byte that is not verified.
//!
//! [`WebhookLayer`](crate::WebhookLayer) is a [`Receiver`](crate::Receiver) that also answers the
//! requests it rejects. By default the sender sees a bare status:
//!
//! | what happened | status |
//! |---|---|
//! | a header is missing, malformed or repeated, the timestamp is outside the tolerance, or no signature matches | 401 |
//! | the endpoint is unknown | 404 |
//! | the body is over the limit, by its `Content-Length` or while it is read | 413 |
//! | the body was cut short or failed | 400 |
//! | the secrets cannot be fetched | 503 with `Retry-After` |
//! | the delivery was already handled | 200, and the handler does not run |
//! | the delivery is being handled | 503 with `Retry-After` |
//! | the replay guard does not answer in time, or is full | 503 with `Retry-After` |
//! | a claimed delivery finds no room in the inner service within a third of its lease | 503 with `Retry-After` |
//! | the scheme signs its URL, and no public URL is set | 500 |
//!
//! A handshake is answered if one is set
//! ([`WebhookLayer::handshake`](crate::WebhookLayer::handshake)); without, it is a request without a
//! signature.
//!
//! The operator finds the reason in the response's extensions, as a
//! [`Rejection`](crate::receive::Rejection), and with the feature `tracing` in one event: `warn` where
//! the operator has to act, `info` where the sender has, and `debug` for what was handled already or is
//! being handled. Trailers are not signed and are dropped.
//!
//! A 401 has no `WWW-Authenticate`, although [RFC 9110, section
//! 15.5.2](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2) wants one: no registered scheme
//! names a signature over the body, no sender of webhooks reads it, and a made-up one would tell a
//! stranger what is here. [`WebhookLayer::on_rejection`](crate::WebhookLayer::on_rejection) can add it.
//!
//! [`WebhookLayer::dangerous_report_only`](crate::WebhookLayer::dangerous_report_only) lets through what
//! could not be verified, while verification is being introduced. It is the one way to have a handler see
//! that, and its event has the level `error`.
//!
//! [Answers](crate::manual::answers) says what senders make of these, and
//! [ordering](crate::manual::ordering) which middleware belongs inside the layer, and which
//! outside.
//!
//! # Examples
//!
//! With the defaults, under hyper or any other tower server:
//!
//! ```
//! use http::{Request, Response};
//! use tower::{ServiceBuilder, service_fn};
//! use tower_webhook::layer::VerifiedBody;
//! use tower_webhook::{Scheme, Verified, WebhookLayer};
//!
//! async fn handle(request: Request<VerifiedBody>) -> Result<Response<String>, std::io::Error> {
//!     let verified = request.extensions().get::<Verified>();
//!     println!("{verified:?}");
//!     Ok(Response::new(String::new()))
//! }
//!
//! let service = ServiceBuilder::new()
//!     .layer(WebhookLayer::new(Scheme::GITHUB.verifier("secret")?))
//!     .service(service_fn(handle));
//! # Ok::<(), tower_webhook::InvalidSecret>(())
//! ```
//!
//! With a limit and an answer of your own:
//!
//! ```
//! use http::Response;
//! use tower_webhook::layer::Refused;
//! use tower_webhook::{Scheme, WebhookLayer};
//!
//! let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?)
//!     .body_limit(1 << 20)
//!     .on_rejection(|refused: &Refused| {
//!         let mut response = Response::new(String::from("rejected"));
//!         *response.status_mut() = refused.status();
//!         response
//!     });
//! # Ok::<(), tower_webhook::InvalidSecret>(())
//! ```

mod answers;
pub(crate) mod body;
#[cfg(all(feature = "axum", feature = "replay"))]
pub(crate) mod claimed;
pub(crate) mod diagnosing;
#[cfg(feature = "axum")]
pub(crate) mod extract;
pub(crate) mod handshake;
pub(crate) mod on_rejection;
mod receivers;
pub(crate) mod service;
pub(crate) mod webhook;

pub use self::body::{UnverifiedBody, VerifiedBody};
#[cfg(all(feature = "axum", feature = "replay"))]
pub use self::claimed::MissingClaim;
#[cfg(feature = "diagnose")]
pub use self::diagnosing::log_diagnosis;
#[cfg(feature = "axum")]
pub use self::extract::MissingLayer;
pub use self::handshake::{AnswersHandshake, NoHandshake, OnHandshake};
#[cfg(feature = "axum")]
pub use self::on_rejection::IntoAnswer;
pub use self::on_rejection::{BareStatus, OnRejection, Refused};
pub use self::service::{ResponseFuture, Webhook};
