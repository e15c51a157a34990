//! The value of a signature header: bounded, decoded, not yet compared with anything.

use std::ops::ControlFlow;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::parts::List;
use super::{Algorithm, HeaderNames, LayoutKind, Scheme};
use crate::mac::MAX_TAG;
use crate::{Field, VerifyError};

/// The most signatures that are looked at in one request.
const MAX_SIGNATURES: usize = 32;

/// A [`HeaderNames`] in the form that finds headers fastest.
#[derive(Clone)]
pub(crate) struct Family {
    names: &'static HeaderNames,
    signature: HeaderName,
    more_signatures: Vec<HeaderName>,
    pub(super) id: Option<HeaderName>,
    pub(super) timestamp: Option<HeaderName>,
}

impl Family {
    /// All names of a scheme have been checked when it was built.
    pub(crate) fn new(names: &'static HeaderNames) -> Self {
        Self {
            names,
            signature: HeaderName::from_static(names.signature),
            more_signatures: names.signatures().skip(1).map(HeaderName::from_static).collect(),
            id: names.id_name().map(HeaderName::from_static),
            timestamp: names.timestamp_name().map(HeaderName::from_static),
        }
    }
}

/// The values of all signature headers of one family, as far as they are bounded.
#[derive(Clone, Copy)]
pub(super) struct Lines<'h> {
    first: &'h [u8],
    /// Where to find them all, if there are more.
    all: Option<(&'h HeaderMap, &'static HeaderNames)>,
}

impl<'h> Lines<'h> {
    /// `None` if the request has no signature header of this family.
    pub(super) fn find(
        scheme: &Scheme,
        family: &Family,
        headers: &'h HeaderMap,
    ) -> Result<Option<Self>, VerifyError> {
        let mut first = None;
        let mut count = 0;
        for name in [&family.signature].into_iter().chain(&family.more_signatures) {
            let values = headers.get_all(name);
            for (index, value) in values.iter().enumerate().take(MAX_SIGNATURES + 1) {
                if index > 0 && !scheme.repeated_signature {
                    return Err(VerifyError::Repeated(Field::Signature));
                }
                first = first.or(Some(value));
                count += 1;
            }
        }
        if count > MAX_SIGNATURES {
            return Err(VerifyError::TooManySignatures);
        }
        let all = (count > 1).then_some((headers, family.names));
        Ok(first.map(|first| Self { first: first.as_bytes(), all }))
    }

    fn nth(self, index: usize) -> Option<&'h [u8]> {
        let Some((headers, names)) = self.all else {
            return (index == 0).then_some(self.first);
        };
        let mut lines = names.signatures().flat_map(|name| headers.get_all(name));
        lines.nth(index).map(HeaderValue::as_bytes)
    }
}

/// Which algorithms a verifier has keys for; the signatures of others are not even decoded.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wanted(u8);

impl Wanted {
    #[cfg(all(feature = "tower", feature = "fetch"))]
    pub(crate) const ALL: Self = Self(u8::MAX);

    #[must_use]
    pub(crate) fn and(self, algorithm: Algorithm) -> Self {
        Self(self.0 | 1 << algorithm as u8)
    }

    fn has(self, algorithm: Algorithm) -> bool {
        self.0 & (1 << algorithm as u8) != 0
    }
}

/// One decoded signature, with zeros behind it.
#[derive(Clone, Copy)]
pub(crate) struct Signature {
    algorithm: Algorithm,
    pub(crate) bytes: [u8; MAX_TAG],
}

/// The signatures of one request. Each of them may be the valid one, so they do not show in any
/// output.
#[derive(Clone, Copy)]
pub(crate) enum Signatures<'h> {
    /// There is nothing to compare with: the delivery is still to be signed.
    None,
    /// In a header: the first is decoded, the others when they are needed.
    Header { first: Signature, others: Entries<'h> },
    /// Taken out of the header.
    Kept(&'h KeptSignatures),
}

impl<'h> Signatures<'h> {
    /// Finds the first signature that can be decoded. A malformed one does no harm to a good one
    /// beside it.
    #[inline]
    pub(super) fn read(mut entries: Entries<'h>) -> Result<Self, VerifyError> {
        let mut error = VerifyError::UnsupportedVersion;
        while let Some(entry) = entries.next() {
            match entry.decode(entries.scheme) {
                Some(first) => return Ok(Self::Header { first, others: entries }),
                None => error = VerifyError::Malformed(Field::Signature),
            }
        }
        Err(error)
    }

    /// Gives all signatures of one algorithm to `sink`, until it has seen enough.
    pub(crate) fn each<B>(
        &self,
        algorithm: Algorithm,
        mut sink: impl FnMut(&Signature) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        self.all(|signature| match signature.algorithm == algorithm {
            true => sink(signature),
            false => ControlFlow::Continue(()),
        })
    }

    pub(super) fn keep(&self) -> KeptSignatures {
        let mut kept = KeptSignatures::default();
        let _ = self.all(|signature| {
            kept.push(*signature);
            ControlFlow::<()>::Continue(())
        });
        kept
    }

    fn all<B>(&self, mut sink: impl FnMut(&Signature) -> ControlFlow<B>) -> ControlFlow<B> {
        match self {
            Self::None => ControlFlow::Continue(()),
            Self::Header { first, others } => {
                sink(first)?;
                others.decoded().try_for_each(|signature| sink(&signature))
            }
            Self::Kept(kept) => kept.iter().try_for_each(sink),
        }
    }
}

/// Signatures that outlive their header. Up to four of them are not on the heap.
#[derive(Default)]
pub(crate) struct KeptSignatures {
    inline: [Option<Signature>; 4],
    more: Vec<Signature>,
}

impl KeptSignatures {
    fn push(&mut self, signature: Signature) {
        match self.inline.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(signature),
            None => self.more.push(signature),
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Signature> {
        self.inline.iter().flatten().chain(&self.more)
    }
}

/// The signatures of a header that are not decoded yet.
#[derive(Clone, Copy)]
pub(crate) struct Entries<'h> {
    scheme: &'h Scheme,
    wanted: Wanted,
    lines: Lines<'h>,
    /// The line that comes next.
    line: usize,
    /// What is left of the line before it.
    rest: Option<&'h [u8]>,
}

pub(crate) struct Entry<'h> {
    algorithm: Algorithm,
    /// `None` if it does not even begin like a signature.
    text: Option<&'h [u8]>,
}

impl Entry<'_> {
    fn decode(&self, scheme: &Scheme) -> Option<Signature> {
        let algorithm = self.algorithm;
        let mut bytes = [0; MAX_TAG];
        scheme.encoding.decode(self.text?, bytes.get_mut(..algorithm.size())?)?;
        Some(Signature { algorithm, bytes })
    }
}

impl<'h> Entries<'h> {
    /// Bounds the entries, before any of them is decoded, and finds the timestamp among them.
    #[inline]
    pub(super) fn read(
        scheme: &'h Scheme,
        lines: Lines<'h>,
        wanted: Wanted,
    ) -> Result<(Self, Option<&'h [u8]>), VerifyError> {
        let entries = Self { scheme, wanted, lines, line: 0, rest: None };
        let LayoutKind::List(list) = scheme.layout.0 else { return Ok((entries, None)) };
        // The timestamp is an entry too.
        let most = MAX_SIGNATURES + usize::from(list.timestamp.is_some());
        let mut count = 0;
        let mut index = 0;
        while let Some(line) = lines.nth(index) {
            index += 1;
            count += 1;
            // In pieces, so that a long line is not read to its end, nor byte by byte.
            for piece in line.chunks(128) {
                let separators = piece.iter().map(|byte| u8::from(*byte == ascii(list.separator)));
                count += usize::from(separators.sum::<u8>());
                if count > most {
                    return Err(VerifyError::TooManySignatures);
                }
            }
        }
        let Some(key) = list.timestamp else { return Ok((entries, None)) };
        let mut timestamp = None;
        let mut pairs = entries;
        while let Some((name, value)) = pairs.next_pair(list) {
            if name == key.as_bytes() && timestamp.replace(value).is_some() {
                return Err(VerifyError::Repeated(Field::Timestamp));
            }
        }
        Ok((entries, timestamp))
    }

    fn decoded(self) -> impl Iterator<Item = Signature> {
        self.filter_map(move |entry| entry.decode(self.scheme))
    }

    /// The next entry of the list that has a key.
    fn next_pair(&mut self, list: List) -> Option<(&'h [u8], &'h [u8])> {
        loop {
            let Some(line) = self.rest.take() else {
                self.rest = Some(self.lines.nth(self.line)?);
                self.line += 1;
                continue;
            };
            let mut split = line.splitn(2, |byte| *byte == ascii(list.separator));
            let entry = split.next()?;
            self.rest = split.next();
            let spaces = entry.iter().take_while(|byte| **byte == b' ').count();
            let entry = entry.get(spaces..)?;
            if let Some(at) = entry.iter().position(|byte| *byte == ascii(list.assign)) {
                return Some((entry.get(..at)?, entry.get(at + 1..)?));
            }
        }
    }
}

impl<'h> Iterator for Entries<'h> {
    type Item = Entry<'h>;

    /// Entries of another version, or one that no key is for, are somebody else's business.
    fn next(&mut self) -> Option<Entry<'h>> {
        let own = self.scheme.algorithm;
        match self.scheme.layout.0 {
            LayoutKind::Single { prefix } => {
                let line = self.lines.nth(self.line)?;
                self.line += 1;
                Some(Entry { algorithm: own, text: line.strip_prefix(prefix.as_bytes()) })
            }
            LayoutKind::List(list) => loop {
                let (key, value) = self.next_pair(list)?;
                match list.algorithm(key, own) {
                    Some(algorithm) if self.wanted.has(algorithm) => {
                        return Some(Entry { algorithm, text: Some(value) });
                    }
                    _ => {}
                }
            },
        }
    }
}

/// Separators are ASCII; a scheme with others does not build.
fn ascii(char: char) -> u8 {
    u8::try_from(char).unwrap_or_default()
}
