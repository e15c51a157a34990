//! Bytes in, bytes out: what computes and compares signatures knows no header and no provider.

#[cfg(feature = "ed25519")]
pub(crate) mod ed25519;
pub(crate) mod hmac;
pub(crate) mod key;
pub(crate) mod mac;
