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
        let mut signatures = names.signatures().map(HeaderName::from_static);
        Self {
            names,
            signature: signatures.next().unwrap_or(http::header::AUTHORIZATION),
            more_signatures: signatures.collect(),
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

    fn iter(self) -> impl Iterator<Item = &'h [u8]> {
        let one = self.all.is_none().then_some(self.first);
        let all = self
            .all
            .into_iter()
            .flat_map(|(headers, names)| names.signatures().flat_map(|name| headers.get_all(name)));
        one.into_iter().chain(all.map(HeaderValue::as_bytes))
    }
}

/// Which algorithms a verifier has keys for; the signatures of others are not even decoded.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wanted(u8);

impl Wanted {
    #[cfg(feature = "fetch")]
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
    Header { first: Signature, at: usize, entries: Entries<'h> },
    /// Taken out of the header.
    Kept(&'h KeptSignatures),
}

impl<'h> Signatures<'h> {
    /// Finds the first signature that can be decoded. A malformed one does no harm to a good one
    /// beside it.
    pub(super) fn read(entries: Entries<'h>) -> Result<Self, VerifyError> {
        let mut malformed = false;
        let first = entries.iter().enumerate().find_map(|(at, entry)| {
            let signature = entry.decode(entries.scheme);
            malformed |= signature.is_none();
            Some((at, signature?))
        });
        match first {
            Some((at, first)) => Ok(Self::Header { first, at, entries }),
            None if malformed => Err(VerifyError::Malformed(Field::Signature)),
            None => Err(VerifyError::UnsupportedVersion),
        }
    }

    /// Gives all signatures of one algorithm to `sink`, until it has seen enough.
    pub(crate) fn each<B>(
        &self,
        algorithm: Algorithm,
        mut sink: impl FnMut(&Signature) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut sink = |signature: &Signature| match signature.algorithm == algorithm {
            true => sink(signature),
            false => ControlFlow::Continue(()),
        };
        match self {
            Self::None => ControlFlow::Continue(()),
            Self::Header { first, at, entries } => {
                sink(first)?;
                let others = entries.iter().skip(*at + 1);
                let mut others = others.filter_map(|entry| entry.decode(entries.scheme));
                others.try_for_each(|signature| sink(&signature))
            }
            Self::Kept(kept) => kept.iter().try_for_each(sink),
        }
    }

    pub(super) fn keep(&self) -> KeptSignatures {
        let mut kept = KeptSignatures::default();
        match self {
            Self::None => {}
            Self::Header { first, at, entries } => {
                let others = entries.iter().skip(*at + 1);
                let others = others.filter_map(|entry| entry.decode(entries.scheme));
                [*first].into_iter().chain(others).for_each(|signature| kept.push(signature));
            }
            Self::Kept(others) => others.iter().for_each(|signature| kept.push(*signature)),
        }
        kept
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

/// The signatures of a header, not decoded yet.
#[derive(Clone, Copy)]
pub(crate) struct Entries<'h> {
    scheme: &'h Scheme,
    lines: Lines<'h>,
    wanted: Wanted,
}

struct Entry<'h> {
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
    pub(super) fn read(
        scheme: &'h Scheme,
        lines: Lines<'h>,
        wanted: Wanted,
    ) -> Result<(Self, Option<&'h [u8]>), VerifyError> {
        let mut timestamp = None;
        if let LayoutKind::List(list) = scheme.layout.0 {
            // The timestamp is an entry too.
            let most = MAX_SIGNATURES + usize::from(list.timestamp.is_some());
            let separator = ascii(list.separator);
            let mut count = 0;
            for line in lines.iter() {
                count += 1;
                // In pieces, so that a long line is not read to its end, nor byte by byte.
                for piece in line.chunks(128) {
                    let separators: u8 =
                        piece.iter().map(|byte| u8::from(*byte == separator)).sum();
                    count += usize::from(separators);
                    if count > most {
                        return Err(VerifyError::TooManySignatures);
                    }
                }
            }
            if let Some(key) = list.timestamp {
                for (_, value) in pairs(lines, list).filter(|(name, _)| *name == key.as_bytes()) {
                    if timestamp.replace(value).is_some() {
                        return Err(VerifyError::Repeated(Field::Timestamp));
                    }
                }
            }
        }
        Ok((Self { scheme, lines, wanted }, timestamp))
    }

    /// The signatures in order. Entries of another version, or one that no key is for, are
    /// somebody else's business.
    fn iter(self) -> impl Iterator<Item = Entry<'h>> {
        let (scheme, wanted) = (self.scheme, self.wanted);
        let (prefix, list) = match scheme.layout.0 {
            LayoutKind::Single { prefix } => (Some(prefix), None),
            LayoutKind::List(list) => (None, Some(list)),
        };
        let single = prefix.into_iter().flat_map(move |prefix| {
            self.lines.iter().map(|line| Entry {
                algorithm: scheme.algorithm,
                text: line.strip_prefix(prefix.as_bytes()),
            })
        });
        let listed = list.into_iter().flat_map(move |list| {
            pairs(self.lines, list).filter_map(move |(key, value)| {
                let algorithm = list.algorithm(key, scheme.algorithm)?;
                wanted.has(algorithm).then_some(Entry { algorithm, text: Some(value) })
            })
        });
        single.chain(listed)
    }
}

/// The entries of a list that have a key.
fn pairs<'h>(lines: Lines<'h>, list: List) -> impl Iterator<Item = (&'h [u8], &'h [u8])> {
    let (separator, assign) = (ascii(list.separator), ascii(list.assign));
    let entries = lines.iter().flat_map(move |line| line.split(move |byte| *byte == separator));
    entries.filter_map(move |entry| {
        let spaces = entry.iter().take_while(|byte| **byte == b' ').count();
        let entry = entry.get(spaces..)?;
        let at = entry.iter().position(|byte| *byte == assign)?;
        Some((entry.get(..at)?, entry.get(at + 1..)?))
    })
}

/// Separators are ASCII; a scheme with others does not build.
fn ascii(char: char) -> u8 {
    u8::try_from(char).unwrap_or_default()
}
