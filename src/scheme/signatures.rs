//! The value of a signature header: bounded, decoded, not yet compared with anything.

use http::HeaderValue;
use http::header::GetAll;

use super::{Layout, LayoutKind, Scheme};
use crate::mac::MAX_TAG;
use crate::{Field, VerifyError};

/// The most signatures that are looked at in one request.
const MAX_SIGNATURES: usize = 32;

/// What the signature headers of one request hold.
pub(super) struct Found<'h> {
    pub(super) signatures: Signatures,
    pub(super) timestamp: Option<&'h [u8]>,
    malformed: bool,
}

/// The signatures of one request. Each of them may be the valid one, so they do not show in any
/// output.
pub(super) struct Signatures {
    bytes: [[u8; MAX_TAG]; MAX_SIGNATURES],
    count: usize,
    size: usize,
}

impl<'h> Found<'h> {
    pub(super) fn read(
        scheme: &Scheme,
        values: &'h GetAll<'h, HeaderValue>,
    ) -> Result<Self, VerifyError> {
        let lines = || values.iter().map(HeaderValue::as_bytes);
        match scheme.layout {
            Layout(LayoutKind::Single { prefix }) => {
                bounded(lines(), MAX_SIGNATURES)?;
                let mut found = Self::nothing(scheme);
                for line in lines() {
                    found.signature(scheme, line.strip_prefix(prefix.as_bytes()));
                }
                Ok(found)
            }
            Layout(LayoutKind::List { separator, assign, version, timestamp }) => {
                let split = |line: &'h [u8]| line.split(move |byte| char::from(*byte) == separator);
                let entries = || lines().flat_map(split);
                bounded(entries(), MAX_SIGNATURES + usize::from(timestamp.is_some()))?;
                let mut found = Self::nothing(scheme);
                for entry in entries() {
                    match halves(entry, assign) {
                        Some((key, value)) if key == version.as_bytes() => {
                            found.signature(scheme, Some(value));
                        }
                        Some((key, value)) if timestamp.map(str::as_bytes) == Some(key) => {
                            found.timestamp(value)?;
                        }
                        // Another version, or none: somebody else's business.
                        _ => {}
                    }
                }
                Ok(found)
            }
        }
    }

    /// At least one signature that can be compared.
    pub(super) fn signatures(self) -> Result<Signatures, VerifyError> {
        match self.signatures.count {
            0 if self.malformed => Err(VerifyError::Malformed(Field::Signature)),
            0 => Err(VerifyError::UnsupportedVersion),
            _ => Ok(self.signatures),
        }
    }

    fn nothing(scheme: &Scheme) -> Self {
        let signatures = Signatures::none(scheme.algorithm.size());
        Self { signatures, timestamp: None, malformed: false }
    }

    /// A malformed signature does no harm to a good one beside it.
    fn signature(&mut self, scheme: &Scheme, text: Option<&[u8]>) {
        let Signatures { bytes, count, size } = &mut self.signatures;
        let room = bytes.get_mut(*count).and_then(|bytes| bytes.get_mut(..*size));
        let pair = room.zip(text);
        match pair.and_then(|(room, text)| scheme.encoding.decode(text, room)) {
            Some(()) => *count += 1,
            None => self.malformed = true,
        }
    }

    fn timestamp(&mut self, text: &'h [u8]) -> Result<(), VerifyError> {
        match self.timestamp.replace(text) {
            None => Ok(()),
            Some(_) => Err(VerifyError::Repeated(Field::Timestamp)),
        }
    }
}

impl Signatures {
    pub(super) fn none(size: usize) -> Self {
        Self { bytes: [[0; MAX_TAG]; MAX_SIGNATURES], count: 0, size }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let (count, size) = (self.count, self.size);
        self.bytes.iter().take(count).map(move |bytes| bytes.get(..size).unwrap_or_default())
    }
}

/// Counts before anything is decoded, and no further than it has to.
fn bounded(mut entries: impl Iterator, most: usize) -> Result<(), VerifyError> {
    match entries.nth(most) {
        None => Ok(()),
        Some(_) => Err(VerifyError::TooManySignatures),
    }
}

fn halves(entry: &[u8], assign: char) -> Option<(&[u8], &[u8])> {
    let spaces = entry.iter().take_while(|byte| **byte == b' ').count();
    let mut halves = entry.get(spaces..)?.splitn(2, |byte| char::from(*byte) == assign);
    Some((halves.next()?, halves.next()?))
}
