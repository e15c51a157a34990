//! The grammar of a signature header: a signature alone, or a list of entries.

use crate::crypto::Algorithm;
use crate::error::VerifyError;
use crate::head::Headers;
use crate::scheme::definition::Scheme;
use crate::scheme::header::HeaderNames;
use crate::scheme::layout::{Bare, LayoutKind, List};

/// The most signatures that are accepted in one request.
pub(super) const MAX_SIGNATURES: usize = 32;

/// One entry of a signature header.
pub(super) enum Entry<'h> {
    Time(&'h [u8]),
    Signature(Algorithm, &'h [u8]),
}

/// The algorithms for which there are keys, as bits. Signatures of others are not even decoded.
#[derive(Clone, Copy, Default)]
pub(crate) struct Algorithms(u8);

impl Algorithms {
    #[cfg(all(feature = "fetch", feature = "receive"))]
    pub(crate) const ALL: Self = Self(u8::MAX);

    #[must_use]
    pub(crate) fn and(self, algorithm: Algorithm) -> Self {
        Self(self.0 | 1 << algorithm as u8)
    }

    fn has(self, algorithm: Algorithm) -> bool {
        self.0 & (1 << algorithm as u8) != 0
    }
}

/// The entries of all signature headers of one family. Entries of another version, or of an
/// algorithm without a key, are skipped.
///
/// It is `Copy`, so that the entries can be read again instead of being collected.
#[derive(Clone, Copy)]
pub(super) struct Entries<'h> {
    scheme: Scheme,
    algorithms: Algorithms,
    /// The rest of the line that is being read.
    line: Option<&'h [u8]>,
    /// Whether every line is a single entry, so that none is searched for a separator.
    lone: bool,
    /// Whether the first entry is taken, which may be the timestamp.
    begun: bool,
    /// Searched for the other lines, which a request seldom has, only when they are needed.
    headers: Headers<'h>,
    names: &'static HeaderNames,
    /// The index of the next of the `lines` lines.
    next: usize,
    lines: usize,
}

impl<'h> Entries<'h> {
    /// Bounds the entries before any of them is decoded. `first` is the first of `lines` lines.
    #[inline]
    pub(super) fn new(
        scheme: Scheme,
        algorithms: Algorithms,
        headers: Headers<'h>,
        names: &'static HeaderNames,
        first: &'h [u8],
        lines: usize,
    ) -> Result<Self, VerifyError> {
        let line = Some(first);
        let mut entries = Self {
            scheme,
            algorithms,
            line,
            lone: true,
            begun: false,
            headers,
            names,
            next: 1,
            lines,
        };
        let count = entries.tally().ok_or(VerifyError::TooManySignatures)?;
        entries.lone = count == lines;
        Ok(entries)
    }

    /// Counts the entries, unless there are too many.
    #[inline]
    fn tally(&self) -> Option<usize> {
        let (separator, divider, timed) = match self.scheme.layout_kind() {
            LayoutKind::List(list) => (list.ascii().0, list.divider(), list.timestamp.is_some()),
            LayoutKind::Bare(bare) => (bare.ascii(), None, bare.timestamp),
            LayoutKind::Single { .. } => {
                return (self.lines <= MAX_SIGNATURES).then_some(self.lines);
            }
        };
        // The timestamp is an entry too.
        let most = MAX_SIGNATURES + usize::from(timed);
        let mut count = self.lines;
        if let Some(divider) = divider {
            count += self.divisions(divider);
        }
        let mut add = |line: &[u8]| {
            // In pieces of 128 bytes, whose count fits in a byte: that is faster than byte by byte,
            // and a line with too many separators is not read to its end.
            line.chunks(128).all(|piece| {
                let separators = piece.iter().map(|byte| u8::from(*byte == separator));
                count += usize::from(separators.sum::<u8>());
                count <= most
            })
        };
        let bounded =
            self.line.is_none_or(&mut add) && (self.lines == 1 || self.other_lines().all(add));
        (bounded && count <= most).then_some(count)
    }

    /// How often sets of entries are divided.
    #[cold]
    fn divisions(&self, divider: u8) -> usize {
        let lines = self.line.into_iter().chain(self.other_lines().take(MAX_SIGNATURES));
        let bytes = lines.flatten().filter(|byte| **byte == divider);
        bytes.take(MAX_SIGNATURES * 2).count()
    }

    /// Whether nothing is left.
    #[inline]
    pub(super) fn is_done(&self) -> bool {
        self.line.is_none() && self.next >= self.lines
    }

    fn other_lines(&self) -> impl Iterator<Item = &'h [u8]> {
        let names = self.names;
        let is_one = |name: &str| names.is_signature(|other| name.eq_ignore_ascii_case(other));
        self.headers.all(is_one).skip(self.next)
    }

    #[cold]
    fn next_line(&mut self) -> Option<&'h [u8]> {
        let line = self.other_lines().next();
        self.next += 1;
        line
    }

    /// Takes one entry from the front of a line without versions.
    fn bare(&mut self, bare: &Bare, line: &'h [u8]) -> Entry<'h> {
        let separator = bare.ascii();
        let mut halves = line.splitn(2, |byte| *byte == separator);
        let entry = halves.next().unwrap_or_default();
        self.line = halves.next();
        let entry = entry.trim_ascii_start();
        match bare.timestamp && !std::mem::replace(&mut self.begun, true) {
            true => Entry::Time(entry),
            false => Entry::Signature(self.scheme.algorithm(), entry),
        }
    }

    /// Takes one entry from the front of a line.
    #[inline]
    fn listed(&mut self, list: &List, line: &'h [u8]) -> Option<Entry<'h>> {
        let (separator, assign) = list.ascii();
        let is_separator = |byte: &u8| *byte == separator;
        let end = match list.divider() {
            _ if self.lone => None,
            None => line.iter().position(is_separator),
            Some(divider) => line.iter().position(|byte| [separator, divider].contains(byte)),
        };
        let (entry, rest) = match end.and_then(|end| line.split_at_checked(end)) {
            Some((entry, rest)) => (entry, rest.get(1..)),
            None => (line, None),
        };
        self.line = rest;
        let entry = entry.get(entry.iter().take_while(|byte| **byte == b' ').count()..)?;
        // An entry without a version is skipped.
        let assign = entry.iter().position(|byte| *byte == assign)?;
        let (key, value) = (entry.get(..assign)?, list.parted(entry.get(assign + 1..)?));
        if list.timestamp.is_some_and(|name| name.as_bytes() == key) {
            return Some(Entry::Time(value));
        }
        let algorithm = list.algorithm(key, self.scheme.algorithm())?;
        self.algorithms.has(algorithm).then_some(Entry::Signature(algorithm, value))
    }
}

impl<'h> Iterator for Entries<'h> {
    type Item = Entry<'h>;

    #[inline]
    fn next(&mut self) -> Option<Entry<'h>> {
        loop {
            let line = match self.line.take() {
                Some(line) => line,
                None if self.next < self.lines => self.next_line()?,
                None => return None,
            };
            match self.scheme.layout_kind() {
                LayoutKind::Single { prefix } => {
                    // No signature decodes from an empty text, so a line without the prefix is
                    // malformed. An empty prefix is not compared: some implementations of `memcmp`
                    // take longest when there is nothing to compare.
                    let text = match prefix.as_bytes() {
                        [] => line,
                        prefix => line.strip_prefix(prefix).unwrap_or_default(),
                    };
                    return Some(Entry::Signature(self.scheme.algorithm(), text));
                }
                LayoutKind::Bare(bare) => return Some(self.bare(bare, line)),
                LayoutKind::List(list) => {
                    if let Some(entry) = self.listed(list, line) {
                        return Some(entry);
                    }
                }
            }
        }
    }
}
