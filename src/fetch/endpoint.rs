//! Which endpoint a delivery is for.

use std::borrow::Borrow;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

/// The longest id, in bytes.
const MAX: usize = 256;
/// The longest id that is kept without the heap, in bytes. Those of Velt have 30, a UUID has 36.
const INLINE: usize = 46;

/// The name under which a provider knows the endpoint that a delivery is for.
///
/// 1 to 256 bytes without control characters. Clones are cheap, and ids of up to 46 bytes never
/// touch the heap.
///
/// # Examples
///
/// ```
/// use tower_webhook::fetch::EndpointId;
///
/// let id = EndpointId::new("ep_2vK9mPzGqLxYwBnRtCdHsJfAeUo")?;
/// assert_eq!(id.as_str(), "ep_2vK9mPzGqLxYwBnRtCdHsJfAeUo");
/// assert_eq!(EndpointId::from(56).as_str(), "56");
/// assert!(EndpointId::new("").is_err());
/// # Ok::<(), tower_webhook::fetch::InvalidEndpointId>(())
/// ```
#[derive(Clone)]
pub struct EndpointId(Repr);

#[derive(Clone)]
enum Repr {
    Inline { bytes: [u8; INLINE], size: u8 },
    Shared(Arc<str>),
}

impl EndpointId {
    /// Checks and copies an id.
    ///
    /// # Errors
    ///
    /// When the text is empty, longer than 256 bytes, or contains a control character.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::EndpointId;
    ///
    /// assert!(EndpointId::new("orders").is_ok());
    /// assert!(EndpointId::new("two\nlines").is_err());
    /// ```
    pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidEndpointId> {
        let text = text.as_ref();
        if text.is_empty() || text.len() > MAX || text.contains(char::is_control) {
            return Err(InvalidEndpointId);
        }
        let mut bytes = [0; INLINE];
        let inline = bytes.get_mut(..text.len()).zip(u8::try_from(text.len()).ok());
        Ok(Self(match inline {
            Some((room, size)) => {
                room.copy_from_slice(text.as_bytes());
                Repr::Inline { bytes, size }
            }
            None => Repr::Shared(text.into()),
        }))
    }

    /// The id as text.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::EndpointId;
    ///
    /// assert_eq!(EndpointId::from(56).as_str(), "56");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Inline { bytes, size } => {
                let bytes = bytes.get(..usize::from(*size)).unwrap_or_default();
                str::from_utf8(bytes).unwrap_or_default()
            }
            Repr::Shared(text) => text,
        }
    }
}

impl PartialEq for EndpointId {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for EndpointId {}

impl Hash for EndpointId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EndpointId").field(&self.as_str()).finish()
    }
}

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl AsRef<str> for EndpointId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for EndpointId {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl TryFrom<&str> for EndpointId {
    type Error = InvalidEndpointId;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl TryFrom<String> for EndpointId {
    type Error = InvalidEndpointId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl FromStr for EndpointId {
    type Err = InvalidEndpointId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl From<u64> for EndpointId {
    /// Writes the number in decimal, as providers with numeric ids do.
    fn from(number: u64) -> Self {
        let mut bytes = [0; INLINE];
        let mut size = 0;
        for (to, from) in bytes.iter_mut().zip(number.to_string().bytes()) {
            *to = from;
            size += 1;
        }
        Self(Repr::Inline { bytes, size })
    }
}

/// The text cannot be an [`EndpointId`].
///
/// # Examples
///
/// ```
/// use tower_webhook::fetch::{EndpointId, InvalidEndpointId};
///
/// let error: InvalidEndpointId = EndpointId::new("").unwrap_err();
/// assert!(error.to_string().starts_with("expected an endpoint id"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidEndpointId;

impl fmt::Display for InvalidEndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected an endpoint id of 1 to 256 bytes without control characters")
    }
}

impl Error for InvalidEndpointId {}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_allowed_size_comes_back_as_it_was() {
        for size in 1..=MAX {
            let text = "é".repeat(size / 2) + &"x".repeat(size % 2);
            let id = EndpointId::new(&text).unwrap();
            assert_eq!(id.as_str(), text);
            assert_eq!(matches!(id.0, Repr::Inline { .. }), size <= INLINE, "{size}");
            assert_eq!(HashSet::from([id.clone()]).get(text.as_str()), Some(&id));
        }
    }

    #[test]
    fn empty_long_and_control_are_refused() {
        for text in ["", "a\nb", "\0", "\u{85}", &"x".repeat(MAX + 1)] {
            assert_eq!(EndpointId::new(text), Err(InvalidEndpointId), "{text:?}");
        }
    }

    #[test]
    fn numbers_are_decimal() {
        for number in [0, 7, 10, 1743, u64::MAX] {
            let id = EndpointId::from(number);
            assert_eq!(id, EndpointId::new(number.to_string()).unwrap());
        }
    }
}
