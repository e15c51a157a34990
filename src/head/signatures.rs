//! The signatures of a request: bounded, decoded, not yet compared with anything.

use crate::crypto::{Algorithm, Candidates, Signature};
use crate::error::{Field, VerifyError};
use crate::head::list::{Entries, Entry};
use crate::scheme::definition::Scheme;
use crate::scheme::encoding::Encoding;

/// The signatures of one request, at least one. Any of them may be the valid one, so they have no
/// `Debug`.
#[derive(Clone)]
pub(crate) struct Signatures<'h> {
    encoding: Encoding,
    first: Signature,
    others: Others<'h>,
}

/// The signatures after the first: decoded when they are needed while the head is there, and all at
/// once before it is gone.
#[derive(Clone, Copy)]
enum Others<'h> {
    Listed(Entries<'h>),
    Decoded(&'h [Signature]),
}

/// What a signature header says beside its signatures.
pub(super) struct Listed<'h> {
    pub(super) timestamp: Option<&'h [u8]>,
    /// Whether there is a signature that can be decoded.
    pub(super) signed: Result<(), VerifyError>,
}

impl<'h> Signatures<'h> {
    pub(super) fn none(scheme: Scheme) -> Self {
        let (encoding, first) = (scheme.encoding(), Signature::none(scheme.algorithm()));
        Self { encoding, first, others: Others::Decoded(&[]) }
    }

    /// Reads the entries up to the first signature that can be decoded, so a malformed signature
    /// does not invalidate a well-formed one beside it. The timestamp may stand anywhere in the
    /// list, but only once, or in sets of entries always the same.
    #[inline]
    pub(super) fn read(
        &mut self,
        scheme: Scheme,
        mut entries: Entries<'h>,
    ) -> Result<Listed<'h>, VerifyError> {
        let mut timestamp = None;
        let mut signed = Err(VerifyError::UnsupportedVersion);
        while let Some(entry) = entries.next() {
            match entry {
                Entry::Time(text) => {
                    let repeats = timestamp.replace(text);
                    if repeats.is_some_and(|first| first != text || !scheme.has_sets()) {
                        return Err(VerifyError::Repeated(Field::Timestamp));
                    }
                }
                Entry::Signature(..) if signed.is_ok() => {}
                Entry::Signature(algorithm, text) => {
                    let decoded = self.first.fill(algorithm, |to| self.encoding.decode(text, to));
                    signed = decoded.ok_or(VerifyError::Malformed(Field::Signature));
                    if signed.is_ok() {
                        if !entries.is_done() {
                            self.others = Others::Listed(entries);
                        }
                        // Otherwise the rest is searched for the timestamp, and for a second one.
                        if !scheme.lists_timestamp() {
                            break;
                        }
                    }
                }
            }
        }
        Ok(Listed { timestamp, signed })
    }

    /// Whether there may be more than one.
    #[inline]
    pub(crate) fn are_several(&self) -> bool {
        match &self.others {
            Others::Listed(entries) => !entries.is_done(),
            Others::Decoded(signatures) => !signatures.is_empty(),
        }
    }

    /// All of them, the first apart.
    pub(super) fn decoded(&self) -> (Signature, Vec<Signature>) {
        (self.first, self.others().collect())
    }

    /// What has been decoded, as it was read.
    pub(super) fn of_decoded(scheme: Scheme, first: Signature, others: &'h [Signature]) -> Self {
        Self { encoding: scheme.encoding(), first, others: Others::Decoded(others) }
    }

    fn others(&self) -> impl Iterator<Item = Signature> {
        let (listed, decoded) = match self.others {
            Others::Listed(entries) => (Some(entries), [].as_slice()),
            Others::Decoded(signatures) => (None, signatures),
        };
        let encoding = self.encoding;
        let listed = listed.into_iter().flatten().filter_map(move |entry| match entry {
            Entry::Signature(algorithm, text) => decode(encoding, algorithm, text),
            Entry::Time(_) => None,
        });
        listed.chain(decoded.iter().copied())
    }
}

impl Candidates for Signatures<'_> {
    #[inline]
    fn each(&self, algorithm: Algorithm, mut to: impl FnMut(&Signature)) {
        if self.first.algorithm == algorithm {
            to(&self.first);
        }
        if self.are_several() {
            self.others().filter(|it| it.algorithm == algorithm).for_each(|it| to(&it));
        }
    }
}

#[inline]
fn decode(encoding: Encoding, algorithm: Algorithm, text: &[u8]) -> Option<Signature> {
    Signature::read(algorithm, |bytes| encoding.decode(text, bytes))
}
