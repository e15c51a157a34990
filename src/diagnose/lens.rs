//! A head, read by a scheme again: less strictly in one respect.

use std::borrow::Cow;

use crate::clock::UnixTime;
use crate::crypto::{Algorithm, Signature};
use crate::diagnose::body::percent_decode;
use crate::scheme::definition::Scheme;
use crate::scheme::encoding::Encoding;
use crate::scheme::header::HeaderNames;
use crate::scheme::layout::{LayoutKind, List};
use crate::scheme::part::Part;
use crate::scheme::timestamp::TimestampFormat;

/// What a head claims, and how its signature is to be verified.
#[derive(Clone)]
pub(super) struct Claims<'d> {
    pub(super) scheme: Scheme,
    pub(super) algorithm: Algorithm,
    pub(super) signed: Vec<Part>,
    pub(super) id: Option<&'d [u8]>,
    pub(super) time: Option<(UnixTime, Cow<'d, [u8]>)>,
    pub(super) signatures: Vec<Signature>,
}

/// The headers of a request.
pub(super) type Pairs<'d> = [(&'d str, &'d [u8])];

/// As many signatures are looked at.
const MAX_SIGNATURES: usize = 32;

/// In which respects a head is read less strictly. By default in none.
#[derive(Clone, Copy, Default)]
pub(super) struct Lens {
    pub(super) joined: bool,
    pub(super) renamed: bool,
    pub(super) mixed: bool,
    pub(super) encoding: bool,
    pub(super) prefix: bool,
    pub(super) version: bool,
    /// Which of the formats the time is read in, and which it was signed in.
    pub(super) time: Option<(TimestampFormat, TimestampFormat)>,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) separator: Option<&'static str>,
}

/// The claims as the scheme has them.
pub(super) fn claims<'d>(scheme: Scheme, pairs: &Pairs<'d>) -> Option<Claims<'d>> {
    Lens::default().read(scheme, pairs).pop()
}

impl Lens {
    /// The claims in each way that is left open.
    pub(super) fn read<'d>(self, scheme: Scheme, pairs: &Pairs<'d>) -> Vec<Claims<'d>> {
        let families = scheme.headers();
        let is_there = |names: &&&'static HeaderNames| {
            names.signatures().any(|name| !self.values(pairs, name).is_empty())
        };
        let families: Vec<_> = families.iter().collect();
        let first = families.iter().find(is_there).copied();
        let choices: Vec<[&HeaderNames; 3]> = match (self.mixed, first) {
            (false, Some(names)) => vec![[names; 3]],
            (false, None) => Vec::new(),
            (true, _) => {
                let with = |names| {
                    let families = &families;
                    families
                        .iter()
                        .flat_map(move |id| families.iter().map(move |at| [names, *id, *at]))
                };
                families.iter().flat_map(|names| with(*names)).take(64).collect()
            }
        };
        choices.into_iter().filter_map(|names| self.claims(scheme, pairs, names)).collect()
    }

    fn claims<'d>(
        self,
        scheme: Scheme,
        pairs: &Pairs<'d>,
        [names, id, at]: [&'static HeaderNames; 3],
    ) -> Option<Claims<'d>> {
        let mut lines = Vec::new();
        for name in names.signatures() {
            let values = self.values(pairs, name);
            if values.len() > 1 && !self.joined && !scheme.repeated_signature() {
                return None;
            }
            lines.extend(values);
        }
        let id = match id.id_name() {
            Some(name) => Some(self.single(pairs, name)?),
            None => None,
        };
        let mut entries = Vec::new();
        let mut listed = None;
        for line in lines {
            self.entries(scheme, line, &mut entries, &mut listed);
        }
        let text = at.timestamp_name().map_or(listed, |name| self.single(pairs, name));
        let time = match scheme.timestamp_format() {
            Some(format) => Some(self.time(format, text?)?),
            None => None,
        };
        let own = self.algorithm.unwrap_or(scheme.algorithm());
        let signatures: Vec<_> = entries
            .into_iter()
            .take(MAX_SIGNATURES)
            .flat_map(|(algorithm, text)| {
                let algorithm = if algorithm == scheme.algorithm() { own } else { algorithm };
                self.decode(scheme.encoding(), algorithm, text)
            })
            .collect();
        let signed = self.signed(scheme);
        let usable = !signatures.is_empty();
        usable.then_some(Claims { scheme, algorithm: own, signed, id, time, signatures })
    }

    fn values<'d>(self, pairs: &Pairs<'d>, name: &str) -> Vec<&'d [u8]> {
        let same = |other: &str| match self.renamed {
            true => plain(other) == plain(name),
            false => other.eq_ignore_ascii_case(name),
        };
        let values = pairs.iter().filter(|(other, _)| same(other)).map(|(_, value)| *value);
        values.take(MAX_SIGNATURES).collect()
    }

    fn single<'d>(self, pairs: &Pairs<'d>, name: &str) -> Option<&'d [u8]> {
        match self.values(pairs, name).as_slice() {
            [first, ..] if self.joined => first.split(|byte| *byte == b',').next(),
            [only] => Some(only),
            _ => None,
        }
    }

    /// Adds the entries of a line, and the time if it is one of them.
    fn entries<'d>(
        self,
        scheme: Scheme,
        line: &'d [u8],
        entries: &mut Vec<(Algorithm, &'d [u8])>,
        time: &mut Option<&'d [u8]>,
    ) {
        let own = scheme.algorithm();
        match scheme.layout_kind() {
            LayoutKind::Single { prefix } => {
                let lines: Vec<&[u8]> = match self.joined {
                    true => line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).collect(),
                    false => vec![line],
                };
                for line in lines {
                    entries.extend(line.strip_prefix(prefix.as_bytes()).map(|text| (own, text)));
                    if self.prefix {
                        entries.extend(unprefixed(line).map(|text| (own, text)));
                    }
                }
            }
            LayoutKind::Bare(bare) => {
                let mut pieces =
                    line.split(|byte| *byte == bare.ascii()).map(<[u8]>::trim_ascii_start);
                if bare.timestamp {
                    *time = time.or(pieces.next());
                }
                entries.extend(pieces.map(|text| (own, text)));
            }
            LayoutKind::List(list) => {
                let (separator, assign) = list.ascii();
                let divider = list.divider().unwrap_or(separator);
                let is_end = |byte: &u8| {
                    [separator, divider].contains(byte) || (self.joined && b" ,".contains(byte))
                };
                // A comma that joins is also one that assigns, so a piece may be both.
                let pieces: Vec<&[u8]> = match self.joined && assign == b',' {
                    true => line
                        .split(|byte| *byte == separator)
                        .map(|it| it.strip_suffix(b",").unwrap_or(it))
                        .collect(),
                    false => line.split(is_end).collect(),
                };
                for piece in pieces {
                    self.entry(list, own, assign, piece.trim_ascii_start(), entries, time);
                }
                if self.prefix {
                    entries.extend(unprefixed(line).map(|text| (own, text)));
                }
            }
        }
    }

    fn entry<'d>(
        self,
        list: &List,
        own: Algorithm,
        assign: u8,
        piece: &'d [u8],
        entries: &mut Vec<(Algorithm, &'d [u8])>,
        time: &mut Option<&'d [u8]>,
    ) {
        let Some(at) = piece.iter().position(|byte| *byte == assign) else { return };
        let (key, value) =
            (piece.get(..at).unwrap_or_default(), piece.get(at + 1..).unwrap_or_default());
        let value = list.parted(value);
        if list.timestamp.is_some_and(|name| name.as_bytes() == key) {
            *time = time.or(Some(value));
        } else if let Some(algorithm) = list.algorithm(key, own) {
            entries.push((algorithm, value));
        } else if self.version {
            entries.push((own, value));
        }
    }

    fn time<'d>(
        self,
        format: TimestampFormat,
        text: &'d [u8],
    ) -> Option<(UnixTime, Cow<'d, [u8]>)> {
        let Some((read, signed)) = self.time else {
            return Some((format.read(text)?, Cow::Borrowed(text)));
        };
        let at = read.read(text)?;
        if read == signed {
            return Some((at, Cow::Borrowed(text)));
        }
        let text = at.to_offset_date_time().and_then(|at| signed.print(at))?;
        Some((at, Cow::Owned(text.into_bytes())))
    }

    /// The signatures that a text may spell.
    fn decode(self, encoding: Encoding, algorithm: Algorithm, text: &[u8]) -> Vec<Signature> {
        if !self.encoding {
            return read(encoding, algorithm, text).into_iter().collect();
        }
        let text = text.trim_ascii();
        let text = text.strip_prefix(b"0x").unwrap_or(text);
        let decoded = percent_decode(text, false);
        let standard: Vec<u8> = decoded
            .iter()
            .filter(|byte| **byte != b'=')
            .map(|byte| match byte {
                b'+' => b'-',
                b'/' => b'_',
                _ => *byte,
            })
            .collect();
        // Of a signature in hexadecimal digits, which were encoded again.
        let mut digits = vec![0; algorithm.size() * 2];
        let twice = Encoding::Base64Url.decode(&standard, &mut digits).map(|()| digits);
        let twice = twice.and_then(|digits| read(Encoding::Hex, algorithm, &digits));
        [
            read(Encoding::Hex, algorithm, &decoded),
            read(Encoding::Base64Url, algorithm, &standard),
            twice,
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The signed parts, with another literal between them.
    fn signed(self, scheme: Scheme) -> Vec<Part> {
        let Some(separator) = self.separator else { return scheme.signed().to_vec() };
        let mut signed = Vec::new();
        let mut parts = scheme.signed();
        if let [literal @ Part::Literal(_), rest @ ..] = parts {
            signed.push(*literal);
            parts = rest;
        }
        let parts = parts.iter().filter(|part| !matches!(part, Part::Literal(_)));
        for (index, part) in parts.enumerate() {
            if index > 0 {
                signed.push(Part::Literal(separator));
            }
            signed.push(*part);
        }
        signed
    }
}

fn read(encoding: Encoding, algorithm: Algorithm, text: &[u8]) -> Option<Signature> {
    Signature::read(algorithm, |bytes| encoding.decode(text, bytes))
}

/// A value without quotes, and without what may be its prefix.
fn unprefixed(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let quoted = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\""));
    let ends = [b'=', b':', b',', b' '].into_iter();
    let behind = ends.filter_map(move |end| {
        let at = line.iter().position(|byte| *byte == end)?;
        line.get(at + 1..).map(<[u8]>::trim_ascii)
    });
    [Some(line), quoted].into_iter().flatten().chain(behind)
}

/// A name without what servers and platforms do to it.
pub(super) fn plain(name: &str) -> String {
    let name: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|char| char.to_ascii_lowercase())
        .collect();
    let mut name = name.as_str();
    for prefix in ["http", "xamznremapped", "xoriginal", "xforwarded", "original", "x"] {
        name = name.strip_prefix(prefix).unwrap_or(name);
    }
    name.to_owned()
}
