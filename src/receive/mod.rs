//! The way of one delivery, in any framework: from a request's head to its handler.
//!
//! A [`Receiver`](crate::Receiver) is what is configured once. For each request it makes an
//! [`Incoming`], whose head has passed and whose body is arriving, and of that a [`Delivery`],
//! which is verified and, if there is a replay guard, claimed. The layer is built on the same.
//!
//! | step | | if it fails |
//! |---|---|---|
//! | [`Receiver::open`](crate::Receiver::open) | headers, time and declared length, without waiting | 401, 413, 404 |
//! | [`Incoming::secrets`] | the secrets of the endpoint, at once if they are cached | 404, 503 |
//! | [`Incoming::push`] | a frame of the body: bounded, authenticated, kept | 413 |
//! | [`Incoming::finish`] | the verdict, and the claim | 401, 200 (a duplicate), 503 |
//! | [`Delivery::handle`] | the handler: `Ok` commits, `Err` releases | |
//!
//! [`Receiver::receive`](crate::Receiver::receive) takes the first four at once. Whatever fails is
//! a [`Rejection`], which says how to answer it.
//!
//! # Examples
//!
//! A handler in a framework that has its own types of requests:
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

pub(crate) mod delivery;
pub(crate) mod frames;
pub(crate) mod incoming;
pub(crate) mod receiver;
pub(crate) mod rejection;
pub(crate) mod source;

pub use self::delivery::Delivery;
pub use self::incoming::Incoming;
pub use self::rejection::{Rejection, RejectionKind};
