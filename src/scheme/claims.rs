//! What a delivery says of itself, with the text that was signed.

use std::sync::Arc;

use http::{Method, Uri};
use time::OffsetDateTime;

use super::{Part, Scheme};
use crate::timestamp::MAX_TEXT;
use crate::{Field, VerifyError};

/// The longest id that is read, in bytes.
const MAX_ID: usize = 256;

/// An id as received: visible ASCII and not empty.
#[derive(Clone)]
pub(crate) struct DeliveryId(Text<64>);

impl DeliveryId {
    pub(super) fn read(scheme: &Scheme, text: &[u8]) -> Result<Self, VerifyError> {
        let visible = text.iter().all(|byte| matches!(byte, b' '..=b'~'));
        if text.is_empty() || text.len() > MAX_ID || !visible || runs_on(scheme, text) {
            return Err(VerifyError::Malformed(Field::Id));
        }
        Ok(Self(Text::new(text)))
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        str::from_utf8(self.as_bytes()).ok()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
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
        Ok(Self { at, text: Text::new(text) })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

/// What was called, for a scheme that signs it.
pub(super) struct Target {
    method: Method,
    base: Arc<str>,
    path_and_query: Text<192>,
}

impl Target {
    pub(super) fn new(method: &Method, base: Arc<str>, uri: Option<&Uri>) -> Self {
        let path = uri.and_then(Uri::path_and_query).map_or("", |path| path.as_str());
        Self { method: method.clone(), base, path_and_query: Text::new(path.as_bytes()) }
    }

    pub(super) fn method(&self) -> &[u8] {
        self.method.as_str().as_bytes()
    }

    pub(super) fn url(&self) -> [&[u8]; 2] {
        [self.base.as_bytes(), self.path_and_query.as_bytes()]
    }
}

/// Bytes that are on the heap only if there are more than `N`.
#[derive(Clone)]
enum Text<const N: usize> {
    Short { bytes: [u8; N], size: usize },
    Long(Box<[u8]>),
}

impl<const N: usize> Text<N> {
    fn new(text: &[u8]) -> Self {
        let mut bytes = [0; N];
        match bytes.get_mut(..text.len()) {
            Some(start) => {
                start.copy_from_slice(text);
                Self::Short { bytes, size: text.len() }
            }
            None => Self::Long(text.into()),
        }
    }

    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short { bytes, size } => bytes.get(..*size).unwrap_or_default(),
            Self::Long(bytes) => bytes,
        }
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
