//! The value of a signature header: bounded, decoded, not yet compared with anything.

use http::{HeaderMap, HeaderValue};

use super::parts::List;
use super::{Algorithm, HeaderNames, LayoutKind, Scheme};
use crate::mac::MAX_TAG;
use crate::{Field, VerifyError};

/// The most signatures that are looked at in one request.
const MAX_SIGNATURES: usize = 32;

/// The values of all signature headers of one family.
pub(super) struct Lines<'h> {
    lines: [&'h [u8]; MAX_SIGNATURES],
    count: usize,
}

impl<'h> Lines<'h> {
    /// Finds the first family that has a signature header in the request.
    pub(super) fn find(
        scheme: &Scheme,
        headers: &'h HeaderMap,
    ) -> Result<(&'static HeaderNames, Self), VerifyError> {
        for names in scheme.headers {
            let mut found = Self { lines: [&[]; MAX_SIGNATURES], count: 0 };
            for name in names.signatures() {
                let mut values = headers.get_all(name).iter().map(HeaderValue::as_bytes);
                let Some(first) = values.next() else { continue };
                found.push(first)?;
                for value in values {
                    if !scheme.repeated_signature {
                        return Err(VerifyError::Repeated(Field::Signature));
                    }
                    found.push(value)?;
                }
            }
            if found.count > 0 {
                return Ok((names, found));
            }
        }
        Err(VerifyError::Missing(Field::Signature))
    }

    fn push(&mut self, line: &'h [u8]) -> Result<(), VerifyError> {
        let place = self.lines.get_mut(self.count).ok_or(VerifyError::TooManySignatures)?;
        *place = line;
        self.count += 1;
        Ok(())
    }

    fn iter(&self) -> impl Iterator<Item = &'h [u8]> {
        self.lines.iter().take(self.count).copied()
    }
}

/// What the signature headers of one request hold.
pub(super) struct Found<'h> {
    signatures: Signatures,
    pub(super) timestamp: Option<&'h [u8]>,
    malformed: bool,
}

impl<'h> Found<'h> {
    /// Reads the signatures of those algorithms that are `wanted`.
    pub(super) fn read(
        scheme: &Scheme,
        lines: &Lines<'h>,
        wanted: impl Fn(Algorithm) -> bool,
    ) -> Result<Self, VerifyError> {
        match scheme.layout.0 {
            LayoutKind::Single { prefix } => {
                let mut found = Self::nothing();
                for line in lines.iter() {
                    found.signature(scheme, scheme.algorithm, line.strip_prefix(prefix.as_bytes()));
                }
                Ok(found)
            }
            LayoutKind::List(list) => Self::read_list(scheme, list, lines, wanted),
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

    fn read_list(
        scheme: &Scheme,
        list: List,
        lines: &Lines<'h>,
        wanted: impl Fn(Algorithm) -> bool,
    ) -> Result<Self, VerifyError> {
        let separates = |byte: &u8| char::from(*byte) == list.separator;
        let entries = || lines.iter().flat_map(move |line| line.split(separates));
        // Counted before anything is decoded, and no further than it has to be. The timestamp is
        // an entry too.
        if entries().nth(MAX_SIGNATURES + usize::from(list.timestamp.is_some())).is_some() {
            return Err(VerifyError::TooManySignatures);
        }
        let mut found = Self::nothing();
        for (key, value) in entries().filter_map(|entry| halves(entry, list.assign)) {
            if list.timestamp.map(str::as_bytes) == Some(key) {
                found.timestamp(value)?;
            } else if let Some(algorithm) = list.algorithm(key, scheme.algorithm)
                && wanted(algorithm)
            {
                found.signature(scheme, algorithm, Some(value));
            }
            // Another version, or one that no key is for: somebody else's business.
        }
        Ok(found)
    }

    fn nothing() -> Self {
        Self { signatures: Signatures::none(), timestamp: None, malformed: false }
    }

    /// A malformed signature does no harm to a good one beside it.
    fn signature(&mut self, scheme: &Scheme, algorithm: Algorithm, text: Option<&[u8]>) {
        let Signatures { all, count } = &mut self.signatures;
        let place = all.get_mut(*count);
        let decoded = place.zip(text).and_then(|(place, text)| {
            place.algorithm = algorithm;
            scheme.encoding.decode(text, place.bytes.get_mut(..algorithm.size())?)
        });
        match decoded {
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

/// The signatures of one request. Each of them may be the valid one, so they do not show in any
/// output.
pub(crate) struct Signatures {
    all: [Signature; MAX_SIGNATURES],
    count: usize,
}

#[derive(Clone, Copy)]
struct Signature {
    algorithm: Algorithm,
    bytes: [u8; MAX_TAG],
}

impl Signatures {
    pub(super) fn none() -> Self {
        let empty = Signature { algorithm: Algorithm::HmacSha256, bytes: [0; MAX_TAG] };
        Self { all: [empty; MAX_SIGNATURES], count: 0 }
    }

    /// The signatures of one algorithm, each of exactly its size.
    pub(crate) fn of(&self, algorithm: Algorithm) -> impl Iterator<Item = &[u8]> {
        let all = self.all.iter().take(self.count);
        let all = all.filter(move |signature| signature.algorithm == algorithm);
        all.filter_map(move |signature| signature.bytes.get(..algorithm.size()))
    }
}

fn halves(entry: &[u8], assign: char) -> Option<(&[u8], &[u8])> {
    let spaces = entry.iter().take_while(|byte| **byte == b' ').count();
    let mut halves = entry.get(spaces..)?.splitn(2, |byte| char::from(*byte) == assign);
    Some((halves.next()?, halves.next()?))
}
