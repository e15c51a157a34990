//! The value of a signature header: bounded, decoded, not yet compared with anything.

use std::ops::ControlFlow;

use http::{HeaderMap, HeaderValue};

use super::layout::{LayoutKind, List};
use super::{Algorithm, HeaderNames, Scheme};
use crate::mac::MAX_TAG;
use crate::{Field, VerifyError};

/// The most signatures that are looked at in one request.
const MAX_SIGNATURES: usize = 32;

/// The values of the headers of one family.
///
/// All are found in one pass over the headers of the request, which for as many as there usually
/// are takes less than half the time of hashing each name that is looked for.
pub(super) struct Found<'h> {
    headers: &'h HeaderMap,
    names: &'static HeaderNames,
    signatures: Values<'h>,
    id: Values<'h>,
    timestamp: Values<'h>,
}

/// The first value of a header, and how many there are.
#[derive(Clone, Copy, Default)]
struct Values<'h> {
    first: Option<&'h HeaderValue>,
    count: usize,
}

impl<'h> Found<'h> {
    #[inline]
    pub(super) fn new(names: &'static HeaderNames, headers: &'h HeaderMap) -> Self {
        let [mut signatures, mut id, mut timestamp] = [Values::default(); 3];
        for (name, value) in headers {
            let name = name.as_str();
            if names.is_signature(name) {
                signatures.add(value);
            } else if names.id_name() == Some(name) {
                id.add(value);
            } else if names.timestamp_name() == Some(name) {
                timestamp.add(value);
            }
        }
        Self { headers, names, signatures, id, timestamp }
    }

    /// `None` if the request has no signature header of this family.
    #[inline]
    pub(super) fn lines(&self, scheme: &Scheme) -> Result<Option<Lines<'h>>, VerifyError> {
        let Values { first, count } = self.signatures;
        let several = self.signatures.several();
        if several {
            let repeats = |name| self.headers.get_all(name).iter().nth(1).is_some();
            if !scheme.0.repeated_signature && self.names.signatures().any(repeats) {
                return Err(VerifyError::Repeated(Field::Signature));
            }
            if count > MAX_SIGNATURES {
                return Err(VerifyError::TooManySignatures);
            }
        }
        let all = several.then_some((self.headers, self.names));
        Ok(first.map(|first| Lines { first: first.as_bytes(), all }))
    }

    /// The id, if this family has one.
    #[inline]
    pub(super) fn id(&self) -> Result<Option<&'h HeaderValue>, VerifyError> {
        self.names.id_name().map(|_| self.id.single(Field::Id)).transpose()
    }

    /// The timestamp, if this family has one.
    #[inline]
    pub(super) fn timestamp(&self) -> Result<Option<&'h HeaderValue>, VerifyError> {
        self.names.timestamp_name().map(|_| self.timestamp.single(Field::Timestamp)).transpose()
    }
}

impl<'h> Values<'h> {
    #[inline]
    fn add(&mut self, value: &'h HeaderValue) {
        self.first = self.first.or(Some(value));
        self.count += 1;
    }

    #[inline]
    fn several(self) -> bool {
        self.count > 1
    }

    #[inline]
    fn single(self, field: Field) -> Result<&'h HeaderValue, VerifyError> {
        match self.first {
            Some(value) if self.count == 1 => Ok(value),
            Some(_) => Err(VerifyError::Repeated(field)),
            None => Err(VerifyError::Missing(field)),
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
    #[inline]
    fn try_for_each<B>(
        self,
        skip: usize,
        mut sink: impl FnMut(&'h [u8]) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        match self.all {
            None if skip > 0 => ControlFlow::Continue(()),
            None => sink(self.first),
            Some((headers, names)) => {
                let lines = headers.iter().filter(|(name, _)| names.is_signature(name.as_str()));
                lines.skip(skip).try_for_each(|(_, value)| sink(value.as_bytes()))
            }
        }
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
    Header { first: &'h Signature, others: &'h Entries<'h> },
    /// Taken out of the header.
    Kept(&'h KeptSignatures),
}

impl<'h> Signatures<'h> {
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
                let mut signature = **first;
                others.walk(|entry, _| match entry.decode(others.scheme, &mut signature) {
                    Some(()) => sink(&signature),
                    None => ControlFlow::Continue(()),
                })
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

/// What the signature headers of one request list.
pub(super) struct Listed<'h> {
    pub(super) timestamp: Option<&'h [u8]>,
    first: Signature,
    others: Result<Entries<'h>, VerifyError>,
}

impl<'h> Listed<'h> {
    /// Bounds the entries, before any of them is decoded, and reads them up to the first signature
    /// that can be decoded. A malformed one does no harm to a good one beside it.
    #[inline]
    pub(super) fn read(
        scheme: &'h Scheme,
        lines: Lines<'h>,
        wanted: Wanted,
    ) -> Result<Self, VerifyError> {
        let lone = Entries::bound(scheme, lines)?;
        let rest = Some(lines.first);
        let entries = Entries { scheme, wanted, lines, lone, next: 1, rest };
        let mut first = Signature { algorithm: scheme.0.algorithm, bytes: [0; MAX_TAG] };
        let (mut timestamp, mut others) = (None, Err(VerifyError::UnsupportedVersion));
        // The timestamp is to be found wherever it is, and may not come twice.
        let read_on = scheme.0.layout.lists_timestamp();
        let read = entries.walk(|entry, rest| {
            match entry {
                Entry::Timestamp(text) => {
                    if timestamp.replace(text).is_some() {
                        return ControlFlow::Break(Err(VerifyError::Repeated(Field::Timestamp)));
                    }
                }
                Entry::Signature(..) if others.is_ok() => {}
                Entry::Signature(..) => {
                    let decoded = entry.decode(scheme, &mut first).map(|()| *rest);
                    others = decoded.ok_or(VerifyError::Malformed(Field::Signature));
                }
            }
            match others.is_ok() && !read_on {
                true => ControlFlow::Break(Ok(())),
                false => ControlFlow::Continue(()),
            }
        });
        read.break_value().unwrap_or(Ok(()))?;
        Ok(Self { timestamp, first, others })
    }

    #[inline]
    pub(super) fn signatures(&self) -> Result<Signatures<'_>, VerifyError> {
        let others = self.others.as_ref().map_err(|error| *error)?;
        Ok(Signatures::Header { first: &self.first, others })
    }
}

/// The entries of the signature headers that come next.
#[derive(Clone, Copy)]
pub(crate) struct Entries<'h> {
    scheme: &'h Scheme,
    wanted: Wanted,
    lines: Lines<'h>,
    /// Whether no line has to be taken apart.
    lone: bool,
    /// The line that comes next.
    next: usize,
    /// What is left of the line before it.
    rest: Option<&'h [u8]>,
}

enum Entry<'h> {
    Timestamp(&'h [u8]),
    /// The text is `None` if it does not even begin like a signature.
    Signature(Algorithm, Option<&'h [u8]>),
}

impl Entry<'_> {
    /// Decodes a signature into `place`.
    #[inline]
    fn decode(&self, scheme: &Scheme, place: &mut Signature) -> Option<()> {
        let Self::Signature(algorithm, Some(text)) = *self else { return None };
        let (bytes, rest) = place.bytes.split_at_mut_checked(algorithm.size())?;
        scheme.0.encoding.decode(text, bytes)?;
        rest.fill(0);
        place.algorithm = algorithm;
        Some(())
    }
}

impl<'h> Entries<'h> {
    /// Counts the entries, and tells whether each line has but one.
    #[inline]
    fn bound(scheme: &Scheme, lines: Lines<'h>) -> Result<bool, VerifyError> {
        let LayoutKind::List(list) = &scheme.0.layout.0 else { return Ok(true) };
        // The timestamp is an entry too.
        let most = MAX_SIGNATURES + usize::from(list.timestamp.is_some());
        let (mut count, mut separators) = (0, 0);
        let bounded = lines.try_for_each(0, |line| {
            count += 1;
            // In pieces, so that a long line is not read to its end, nor byte by byte.
            let mut pieces = line.chunks(128);
            while count + separators <= most {
                let Some(piece) = pieces.next() else { return ControlFlow::Continue(()) };
                let found = piece.iter().map(|byte| u8::from(*byte == ascii(list.separator)));
                separators += usize::from(found.sum::<u8>());
            }
            ControlFlow::Break(VerifyError::TooManySignatures)
        });
        bounded.break_value().map_or(Ok(separators == 0), Err)
    }

    /// Gives the entries to `sink`, each with those after it. Entries of another version, or that
    /// no key is for, are somebody else's business.
    #[inline]
    fn walk<B>(&self, mut sink: impl FnMut(Entry<'h>, &Self) -> ControlFlow<B>) -> ControlFlow<B> {
        let mut left = *self;
        if self.rest.is_some() {
            left.walk_line(&mut sink)?;
        }
        self.lines.try_for_each(self.next, |line| {
            left.next += 1;
            left.rest = Some(line);
            left.walk_line(&mut sink)
        })
    }

    #[inline]
    fn walk_line<B>(
        &mut self,
        mut sink: impl FnMut(Entry<'h>, &Self) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        while let Some(rest) = self.rest.take() {
            let entry = match &self.scheme.0.layout.0 {
                LayoutKind::Single { prefix } => {
                    // Some implementations of `memcmp` take longest when there is nothing to compare.
                    let text = match prefix.as_bytes() {
                        [] => Some(rest),
                        prefix => rest.strip_prefix(prefix),
                    };
                    Some(Entry::Signature(self.scheme.0.algorithm, text))
                }
                LayoutKind::List(list) => self.listed(list, rest),
            };
            entry.map_or(ControlFlow::Continue(()), |entry| sink(entry, self))?;
        }
        ControlFlow::Continue(())
    }

    /// Takes an entry from the list.
    #[inline]
    fn listed(&mut self, list: &List, line: &'h [u8]) -> Option<Entry<'h>> {
        let separator = |byte: &u8| *byte == ascii(list.separator);
        let end = if self.lone { None } else { line.iter().position(separator) };
        self.rest = end.and_then(|end| line.get(end + 1..));
        let entry = line.get(..end.unwrap_or(line.len()))?;
        let entry = entry.get(entry.iter().take_while(|byte| **byte == b' ').count()..)?;
        let at = entry.iter().position(|byte| *byte == ascii(list.assign))?;
        let (key, value) = (entry.get(..at)?, entry.get(at + 1..)?);
        if list.timestamp.is_some_and(|name| name.as_bytes() == key) {
            return Some(Entry::Timestamp(value));
        }
        let algorithm = list.algorithm(key, self.scheme.0.algorithm)?;
        self.wanted.has(algorithm).then_some(Entry::Signature(algorithm, Some(value)))
    }
}

/// Separators are ASCII; a scheme with others does not build.
fn ascii(char: char) -> u8 {
    u8::try_from(char).unwrap_or_default()
}
