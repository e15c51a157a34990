//! Receiving deliveries in any framework, from a request's head to its handler.
//!
//! A [`Receiver`](crate::Receiver) is configured once. For each request it makes an [`Incoming`],
//! whose head is accepted and whose body is arriving. The `Incoming` becomes a [`Delivery`], which
//! is verified and, if there is a replay guard, claimed. The tower layer is built on the same
//! steps:
//!
//! | step | what it does | status if it fails |
//! |---|---|---|
//! | [`Receiver::open`](crate::Receiver::open) | checks the headers, the time and the declared length, without waiting | 401, 413, 404 |
//! | [`Incoming::secrets`] | gets the secrets of the endpoint, at once if they are cached | 404, 503 |
//! | [`Incoming::push`] | bounds, authenticates and keeps a frame of the body | 413 |
//! | [`Incoming::finish`] | verifies the delivery, and claims it | 401, 200 (a duplicate), 503 |
//! | [`Delivery::handle`] | runs the handler: `Ok` commits, `Err` releases | |
//!
//! [`Receiver::receive`](crate::Receiver::receive) does the first four in one call. A step that
//! fails returns a [`Rejection`], which says how to answer the request.
//!
//! A request that is a handshake, if one is set by
//! [`Receiver::handshake`](crate::Receiver::handshake), comes out as a `Rejection` too: there is
//! nothing to handle, and [`Rejection::handshake_answer`] is to be sent.
//!
//! # Examples
//!
//! A handler in a framework with request types of its own:
//!
//! ```
//! use http::{Method, Uri};
//! use tower_webhook::{Head, Receiver};
//!
//! /// Returns the status to answer with.
//! async fn hook(receiver: &Receiver, uri: &Uri, headers: &[(&str, &[u8])], body: Vec<u8>) -> u16 {
//!     let head = Head::from_pairs(headers).with_request(&Method::POST, uri);
//!     match receiver.receive_bytes(head, body).await {
//!         Err(rejection) => rejection.status().as_u16(),
//!         Ok(delivery) => match delivery.handle(async |_, body| book(&body)).await {
//!             Ok(()) => 204,
//!             Err(_) => 500,
//!         },
//!     }
//! }
//!
//! fn book(body: &[u8]) -> Result<(), std::fmt::Error> {
//!     // …
//!     # let _ = body;
//!     Ok(())
//! }
//! # use tower_webhook::Scheme;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let receiver = Receiver::new(Scheme::GITHUB.verifier("secret")?);
//! # assert_eq!(hook(&receiver, &Uri::from_static("/"), &[], Vec::new()).await, 401);
//! # Ok(())
//! # }
//! ```

pub(crate) mod arriving;
pub(crate) mod challenge;
pub(crate) mod delivery;
pub(crate) mod frames;
pub(crate) mod handshake;
pub(crate) mod incoming;
pub(crate) mod opening;
pub(crate) mod pending;
pub(crate) mod receiver;
pub(crate) mod rejection;
pub(crate) mod source;
#[cfg(feature = "replay")]
pub(crate) mod unsigned;
#[cfg(feature = "metrics")]
pub(crate) mod verdict;

pub use self::delivery::Delivery;
pub use self::handshake::{HandshakeAnswer, Registration};
pub use self::incoming::Incoming;
pub use self::opening::{NewSecret, Opening};
pub use self::rejection::{Refusal, Rejection, RejectionKind};
