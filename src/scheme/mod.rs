//! The parts that describe how a provider signs.
//!
//! A [`Scheme`](crate::Scheme) is plain data. Presets are its constants, and
//! [`Scheme::named`](crate::Scheme::named) finds one by its name, for a configuration file. To
//! describe a provider that is not among them, answer these questions from its documentation, pass
//! the answers to the builder that [`Scheme::custom`](crate::Scheme::custom) returns, and put the
//! result into a `const`:
//!
//! | question | answer |
//! |---|---|
//! | Which headers carry the signature, the id and the timestamp? | [`HeaderNames`] |
//! | Is the signature alone, or in a list with versions? | [`Layout`] |
//! | How are its bytes written? | [`Encoding`] |
//! | Which algorithm computes it? | [`Algorithm`] |
//! | What is signed, in which order? | [`Part`], [`IdShape`] |
//! | How is the time written, and how old may it be? | [`TimestampFormat`], [`Tolerance`](crate::Tolerance) |
//! | How is the secret printed? | [`KeyFormat`] |
//! | Is a retry signed anew? | [`Retries`] |
//! | What does it ask before it delivers? | [`Handshake`] |
//!
//! # Examples
//!
//! A provider that sends `Acme-Signature: t=1700000000,v1=5f…` and signs `1700000000.{"a":1}`:
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
//!
//! let verifier = ACME.verifier("secret")?;
//! # Ok::<(), tower_webhook::InvalidSecret>(())
//! ```

pub(crate) mod builder;
pub(crate) mod catalog;
pub(crate) mod definition;
mod der;
pub(crate) mod encoding;
pub(crate) mod evidence;
#[cfg(feature = "tower")]
pub(crate) mod expected;
pub(crate) mod handshake;
pub(crate) mod header;
pub(crate) mod key_format;
pub(crate) mod layout;
pub(crate) mod named;
pub(crate) mod part;
pub(crate) mod retries;
pub(crate) mod rules;
pub(crate) mod timestamp;

pub use self::builder::SchemeBuilder;
pub use self::encoding::Encoding;
pub use self::evidence::Evidence;
pub use self::handshake::{Handshake, HandshakeBuilder, InvalidHandshake, Is, Place, Reply, Say};
pub use self::header::HeaderNames;
pub use self::key_format::KeyFormat;
pub use self::layout::Layout;
pub use self::named::UnknownScheme;
pub use self::part::{IdShape, Part};
pub use self::retries::Retries;
pub use self::rules::InvalidScheme;
pub use self::timestamp::TimestampFormat;
pub use crate::crypto::Algorithm;
