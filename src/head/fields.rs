//! What a delivery says of itself, with the text that was signed.

use std::sync::Arc;

use http::{Method, Uri};

use crate::clock::{MAX_TEXT, Moment};
use crate::error::{Field, VerifyError};
use crate::scheme::Scheme;

/// The longest id that is read, in bytes.
const MAX_ID: usize = 256;

/// What a head claims, in the head's own bytes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Claims<'h> {
    /// Visible ASCII and not empty.
    pub(crate) id: Option<&'h [u8]>,
    /// A time, and the text that it was read from.
    pub(crate) timestamp: Option<(Moment, &'h [u8])>,
    pub(crate) target: Option<Target<'h>>,
}

/// What was called, for a scheme that signs it.
#[derive(Clone, Copy)]
pub(crate) struct Target<'h> {
    pub(crate) method: &'h Method,
    pub(crate) base: &'h Arc<str>,
    pub(crate) path_and_query: &'h str,
}

impl<'h> Target<'h> {
    pub(crate) fn of(method: &'h Method, base: &'h Arc<str>, uri: &'h Uri) -> Self {
        let path_and_query = uri.path_and_query().map_or("", |path| path.as_str());
        Self { method, base, path_and_query }
    }
}

/// [`Claims`] that outlive the head.
pub(crate) struct KeptClaims {
    id: Option<DeliveryId>,
    timestamp: Option<(Moment, Text<MAX_TEXT>)>,
    target: Option<(Method, Arc<str>, Text<192>)>,
}

impl KeptClaims {
    pub(crate) fn new(claims: &Claims<'_>) -> Self {
        Self {
            id: claims.id.map(DeliveryId::new),
            timestamp: claims.timestamp.map(|(at, text)| (at, Text::new(text))),
            target: claims.target.map(|Target { method, base, path_and_query }| {
                (method.clone(), Arc::clone(base), Text::new(path_and_query.as_bytes()))
            }),
        }
    }

    pub(crate) fn claims(&self) -> Claims<'_> {
        Claims {
            id: self.id.as_ref().map(|DeliveryId(id)| id.as_bytes()),
            timestamp: self.timestamp.as_ref().map(|(at, text)| (*at, text.as_bytes())),
            target: self.target.as_ref().map(|(method, base, path)| Target {
                method,
                base,
                path_and_query: path.as_str().unwrap_or_default(),
            }),
        }
    }
}

/// An id that has been read, on the heap only if it is long.
#[derive(Clone)]
pub(crate) struct DeliveryId(Text<64>);

impl DeliveryId {
    pub(crate) fn new(id: &[u8]) -> Self {
        Self(Text::new(id))
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        self.0.as_str()
    }
}

/// Reads an id: visible ASCII, bounded and not empty. Neither may it contain the literal that ends
/// it in the signed content, or two different deliveries could have the same content and so the
/// same signature.
#[inline]
pub(crate) fn read_id<'h>(scheme: &Scheme, id: &'h [u8]) -> Result<&'h [u8], VerifyError> {
    if id.is_empty() || id.len() > MAX_ID {
        return Err(VerifyError::Malformed(Field::Id));
    }
    let strange = |end| any(id, |byte| !matches!(byte, b' '..=b'~') | (byte == end));
    let runs_on = match scheme.id_end().as_bytes() {
        [end] => strange(*end),
        [] => strange(0),
        end => strange(0) || id.windows(end.len()).any(|part| part == end),
    };
    if runs_on { Err(VerifyError::Malformed(Field::Id)) } else { Ok(id) }
}

/// Tests every byte, without an early end and therefore sixteen at a time.
#[inline]
fn any(bytes: &[u8], test: impl Fn(u8) -> bool) -> bool {
    let any = |bytes: &[u8]| bytes.iter().fold(false, |any, byte| any | test(*byte));
    let Some(last) = bytes.last_chunk::<16>() else { return any(bytes) };
    // Some of the last are tested twice.
    bytes.as_chunks::<16>().0.iter().fold(any(last), |found, some| found | any(some))
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

    fn as_str(&self) -> Option<&str> {
        str::from_utf8(self.as_bytes()).ok()
    }

    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short { bytes, size } => bytes.get(..*size).unwrap_or_default(),
            Self::Long(bytes) => bytes,
        }
    }
}
