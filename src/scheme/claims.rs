//! The id and the timestamp of a delivery, with the text that was signed.

use time::OffsetDateTime;

use super::{Part, Scheme};
use crate::timestamp::MAX_TEXT;
use crate::{Field, VerifyError};

/// The longest id that is read, in bytes.
const MAX_ID: usize = 256;

/// An id as received: visible ASCII, not empty, and on the heap only if it is long.
#[derive(Clone)]
pub(crate) enum DeliveryId {
    Short(Text<64>),
    Long(Box<[u8]>),
}

impl DeliveryId {
    pub(super) fn read(scheme: &Scheme, text: &[u8]) -> Result<Self, VerifyError> {
        let visible = text.iter().all(|byte| matches!(byte, b' '..=b'~'));
        if text.is_empty() || text.len() > MAX_ID || !visible || runs_on(scheme, text) {
            return Err(VerifyError::Malformed(Field::Id));
        }
        Ok(Text::new(text).map_or_else(|| Self::Long(text.into()), Self::Short))
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        str::from_utf8(self.as_bytes()).ok()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short(text) => text.as_bytes(),
            Self::Long(text) => text,
        }
    }
}

/// A time, and the text that it was read from.
pub(super) struct Timestamp {
    pub(super) at: OffsetDateTime,
    text: Text<MAX_TEXT>,
}

impl Timestamp {
    pub(super) fn read(scheme: &Scheme, text: &[u8]) -> Result<Self, VerifyError> {
        let at = scheme.timestamp_format.parse(text)?;
        let text = Text::new(text).ok_or(VerifyError::Malformed(Field::Timestamp))?;
        Ok(Self { at, text })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

/// Up to `N` bytes without the heap.
#[derive(Clone)]
pub(crate) struct Text<const N: usize> {
    bytes: [u8; N],
    size: usize,
}

impl<const N: usize> Text<N> {
    fn new(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; N];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        Some(Self { bytes, size: text.len() })
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.size).unwrap_or_default()
    }
}

/// Tells whether the id contains the literal that is to end it in the signed content. With such
/// an id, two different deliveries could have the same signed content and so the same signature.
fn runs_on(scheme: &Scheme, id: &[u8]) -> bool {
    scheme.signed.windows(2).any(|parts| match parts {
        [Part::Id, Part::Literal(end)] => id.windows(end.len()).any(|part| part == end.as_bytes()),
        _ => false,
    })
}
