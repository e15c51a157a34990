//! What a signature is computed over.

/// Bytes that come in pieces. Not an iterator: one over all pieces of a delivery is several chained ones,
/// and moving those takes longer than hashing a short body.
pub(crate) trait Content<'c> {
    /// Passes on each piece.
    fn each(&self, to: impl FnMut(&'c [u8]));
}

impl<'c> Content<'c> for &'c [u8] {
    #[inline]
    fn each(&self, mut to: impl FnMut(&'c [u8])) {
        to(self);
    }
}

impl<'c> Content<'c> for [&'c [u8]] {
    fn each(&self, to: impl FnMut(&'c [u8])) {
        self.iter().copied().for_each(to);
    }
}
