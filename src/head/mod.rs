//! What a request says; nothing of it is believed yet.

pub(crate) mod envelope;
pub(crate) mod fields;
pub(crate) mod signatures;
