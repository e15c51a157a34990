//! One short text: borrowed while a request is judged, inline when it has to outlive it.

use std::fmt;
use std::sync::Arc;

/// A text that is on the heap only if it outlives its source and is longer than `N` bytes; then
/// clones share it.
#[derive(Clone)]
pub(crate) enum Text<'t, const N: usize> {
    Borrowed(&'t str),
    Inline { bytes: [u8; N], size: u8 },
    Shared(Arc<str>),
}

impl<'t, const N: usize> Text<'t, N> {
    /// Copies a text.
    pub(crate) fn new(text: &str) -> Text<'static, N> {
        let mut bytes = [0; N];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(room), Ok(size)) => {
                room.copy_from_slice(text.as_bytes());
                Text::Inline { bytes, size }
            }
            _ => Text::Shared(text.into()),
        }
    }

    pub(crate) fn into_owned(self) -> Text<'static, N> {
        match self {
            Self::Borrowed(text) => Self::new(text),
            Self::Inline { bytes, size } => Text::Inline { bytes, size },
            Self::Shared(text) => Text::Shared(text),
        }
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Borrowed(text) => text.as_bytes(),
            Self::Inline { bytes, size } => &bytes[..usize::from(*size)],
            Self::Shared(text) => text.as_bytes(),
        }
    }

    #[expect(clippy::expect_used, reason = "only `new` fills it")]
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Inline { .. } => str::from_utf8(self.as_bytes()).expect("copied from a text"),
            Self::Shared(text) => text,
        }
    }
}

impl<'t, const N: usize> From<&'t str> for Text<'t, N> {
    fn from(text: &'t str) -> Self {
        Self::Borrowed(text)
    }
}

impl<const N: usize> fmt::Debug for Text<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_comes_back_as_it_was() {
        for size in 0..300 {
            let text = "é".repeat(size / 2) + &"x".repeat(size % 2);
            let borrowed = Text::<46>::from(&*text);
            assert_eq!(borrowed.as_str(), text);
            let owned = borrowed.into_owned();
            assert_eq!(matches!(owned, Text::Inline { .. }), size <= 46, "{size}");
            assert_eq!(owned.as_str(), text);
            assert_eq!(owned.clone().into_owned().as_bytes(), text.as_bytes());
        }
    }
}
