//! A credential that is sent to a provider and appears in no output.

use bytes::Bytes;
use http::HeaderValue;
use zeroize::Zeroizing;

use crate::fetch::client::InvalidClient;

/// A text that is sent as a header and appears in no output. It is wiped when the last clone is
/// dropped.
#[derive(Clone)]
pub(crate) struct Credential(HeaderValue);

impl Credential {
    pub(crate) fn new(text: impl Into<String>) -> Result<Self, InvalidClient> {
        // Not `HeaderValue::from_str`, which copies: this value keeps these bytes, and their owner
        // wipes them.
        let text = Zeroizing::new(text.into());
        let visible = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if text.is_empty() || text.trim().len() != text.len() || !visible {
            return Err(InvalidClient::Header);
        }
        let bytes = Bytes::from_owner(Wiped(text));
        let mut value = HeaderValue::from_maybe_shared(bytes).map_err(|_| InvalidClient::Header)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    pub(crate) fn value(&self) -> HeaderValue {
        self.0.clone()
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.to_str().is_ok_and(|secret| text.contains(secret))
    }
}

/// The owner of the bytes.
struct Wiped(Zeroizing<String>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_do_not_show() {
        let credential = Credential::new("hunter2").unwrap();
        assert!(!format!("{:?}", credential.value()).contains("hunter2"));
        for text in ["", " hunter2", "hunter2\n", "hünter2", "hunter\u{7f}"] {
            assert_eq!(Credential::new(text).err(), Some(InvalidClient::Header), "{text:?}");
        }
    }
}
