//! A short text that outlives the request it came with.

use std::fmt;
use std::sync::Arc;

/// A text that is on the heap only if it is longer than `N` bytes. Clones then share the allocation.
#[derive(Clone)]
pub(crate) enum Text<const N: usize> {
    Inline { bytes: Bytes<N>, size: u8 },
    Shared(Arc<[u8]>),
}

/// Aligned, so that a text is copied in words.
#[derive(Clone)]
#[repr(align(8))]
pub(crate) struct Bytes<const N: usize>([u8; N]);

impl<const N: usize> Text<N> {
    /// Copies a text that the caller has checked to be ASCII, which [`Text::as_str`] relies on.
    #[inline]
    pub(crate) fn ascii(text: &[u8]) -> Self {
        let mut bytes = Bytes([0; N]);
        match (bytes.0.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(room), Ok(size)) => {
                room.copy_from_slice(text);
                Self::Inline { bytes, size }
            }
            _ => Self::Shared(text.into()),
        }
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Inline { bytes, size } => &bytes.0[..usize::from(*size)],
            Self::Shared(text) => text,
        }
    }

    #[expect(clippy::expect_used, reason = "every constructor takes ASCII or a `str`")]
    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).expect("a text is UTF-8")
    }
}

impl<const N: usize> From<&str> for Text<N> {
    fn from(text: &str) -> Self {
        Self::ascii(text.as_bytes())
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// The longest text of others that is kept or shown, in characters.
pub(crate) const MAX_LINE: usize = 256;

/// Text of others, bounded and without control characters.
pub(crate) fn one_line(text: &str) -> String {
    let clean = |char: char| if char.is_control() { ' ' } else { char };
    text.chars().take(MAX_LINE).map(clean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_comes_back_as_it_was() {
        let step = if cfg!(miri) { 23 } else { 1 };
        for size in (0..300).step_by(step) {
            let text = "é".repeat(size / 2) + &"x".repeat(size % 2);
            let kept = Text::<46>::from(&*text);
            assert_eq!(matches!(kept, Text::Inline { .. }), size <= 46, "{size}");
            assert_eq!(kept.as_str(), text);
            assert_eq!(kept.clone().as_bytes(), text.as_bytes());
        }
    }
}
