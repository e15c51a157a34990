#![cfg_attr(docsrs, feature(doc_cfg))]
//! x

mod error;
#[cfg(feature = "axum")]
mod extract;
#[cfg(feature = "tower")]
mod layer;
mod mac;
mod scheme;
mod secret;
mod sign;
mod timestamp;
mod verify;

pub use self::error::{Field, InvalidSecret, VerifyError};
#[cfg(feature = "axum")]
pub use self::extract::MissingLayer;
#[cfg(feature = "tower")]
pub use self::layer::{
    BareStatus, OnRejection, Rejection, ResponseFuture, VerifiedBody, Webhook, WebhookLayer,
};
pub use self::scheme::{
    Algorithm, Encoding, HeaderNames, KeyFormat, Layout, Part, Scheme, SchemeBuilder,
};
pub use self::secret::Secret;
pub use self::sign::Signer;
pub use self::timestamp::{Clock, SystemClock, TimestampFormat, Tolerance};
pub use self::verify::{Verification, Verified, Verifier, verify};
