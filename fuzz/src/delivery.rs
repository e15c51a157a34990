//! A request as a fuzzer writes it: lines of headers, an empty line, and the body.
//!
//! A fuzzer cannot guess a signature, so it may ask for one. In the value of a header, the byte 1
//! and the number of a key stand for that key's signature of this very request, the byte 3 for one of
//! its last reading, and the byte 2 and a number for a time that many steps from now. A line begins with `s`, `i` or `t` for the
//! signature, id or timestamp header of the scheme's first family, with a capital for that of its
//! last one, with `m` and a digit for a further signature header, or with `:` and a name of its own
//! up to the next `:`.

use std::time::Duration;

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tower_webhook::clock::ManualClock;
use tower_webhook::scheme::{HeaderNames, TimestampFormat};
use tower_webhook::{Scheme, Tolerance, Verified, Verifier};

use crate::input::Input;
use crate::keys::Key;
use crate::plain::{self, Grammar, Request, SCHEMES};

/// What the sender calls before the path.
pub const BASE: &str = "https://hooks.example.com";

/// The middle of the times that deliveries are received at.
pub const NOW: i64 = 1_700_000_000;

pub struct Delivery {
    pub scheme: Scheme,
    pub keys: Vec<&'static Key>,
    pub tolerance: Tolerance,
    pub now: OffsetDateTime,
    pub parts: Parts,
    pub url: String,
    pub body: Vec<u8>,
}

impl Delivery {
    pub fn read(input: &mut Input<'_>) -> Self {
        let scheme = SCHEMES[input.below(SCHEMES.len())];
        let keys = keys(scheme, input);
        let tolerance = tolerance(scheme, input);
        let now = now(input);
        let (parts, url) = target(input);
        let mut lines = Vec::new();
        loop {
            let line = input.line();
            if line.is_empty() {
                break;
            }
            lines.extend(read_line(scheme, line));
        }
        let body = input.clone().rest().to_vec();
        let mut delivery = Self { scheme, keys, tolerance, now, parts, url, body };
        delivery.write(lines);
        delivery
    }

    /// The verifier that this is a delivery for.
    pub fn verifier(&self) -> Verifier {
        verifier(self.scheme, &self.keys, self.tolerance, self.now)
    }

    pub fn plain(&self) -> Request<'_> {
        Request {
            scheme: self.scheme,
            headers: &self.parts.headers,
            method: self.parts.method.as_str(),
            url: &self.url,
            body: &self.body,
            keys: &self.keys,
            tolerance: self.tolerance,
            now: self.now,
        }
    }

    /// Fills in what the lines ask for: times first, and then what signs them.
    fn write(&mut self, mut lines: Vec<(HeaderName, Vec<u8>)>) {
        for (_, value) in &mut lines {
            *value = replace(value, &[2], |_, number| self.time(i64::from(number as i8)));
        }
        let text = |name: Option<&'static str>| {
            let found = lines.iter().find(|(other, _)| name == Some(other.as_str()));
            found.map(|(_, value)| value.clone())
        };
        let names = self
            .scheme
            .headers()
            .iter()
            .find(|names| names.signatures().any(|name| text(Some(name)).is_some()));
        let id = names.and_then(|names| text(names.id_name()));
        let time = names.and_then(|names| match plain::grammar(self.scheme) {
            Grammar::List { divider, separator, assign, time: Some(key), .. } => {
                let line = text(names.signatures().next())?;
                let ends = |byte: &u8| *byte == separator || Some(*byte) == divider;
                let mut entries = line.split(ends);
                let start = [key.as_bytes(), &[assign]].concat();
                entries.find_map(|entry| entry.strip_prefix(&*start).map(<[u8]>::to_vec))
            }
            Grammar::Bare { separator, time: true } => {
                let line = text(names.signatures().next())?;
                line.split(|byte| *byte == separator).next().map(<[u8]>::to_vec)
            }
            _ => text(names.timestamp_name()),
        });
        let contents = plain::contents(self.scheme, id.as_deref(), time.as_deref(), &self.plain());
        let sign = |number: u8, content: &[u8]| {
            // One more than there are: a stranger's.
            let stranger = Key::of(self.scheme, 16, number & 0x80 != 0);
            let key = self.keys.get(usize::from(number & 0x7f) % (self.keys.len() + 1));
            let key = key.copied().unwrap_or(stranger);
            let signature = key.sign(key.algorithm(self.scheme), content);
            plain::encode(self.scheme.encoding(), &signature)
        };
        for (name, value) in lines {
            let value = replace(&value, &[1, 3], |mark, number| {
                let content = if mark == 1 { contents.first() } else { contents.last() };
                sign(number, content.map_or(&[], Vec::as_slice))
            });
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                let _ = self.parts.headers.try_append(name, value);
            }
        }
    }

    /// Some steps from now: single ones, and then minutes.
    fn time(&self, steps: i64) -> String {
        let seconds =
            if steps.abs() < 64 { steps } else { (steps.abs() - 64) * 60 * steps.signum() };
        let Some(at) = self.now.checked_add(time::Duration::seconds(seconds)) else {
            return String::new();
        };
        match self.scheme.timestamp_format() {
            Some(TimestampFormat::Millis) => (at.unix_timestamp_nanos() / 1_000_000).to_string(),
            Some(TimestampFormat::Rfc3339) => at.format(&Rfc3339).unwrap_or_default(),
            Some(TimestampFormat::Iso8601) => {
                at.format(&Rfc3339).unwrap_or_default().trim_end_matches('Z').to_owned()
            }
            Some(TimestampFormat::HttpDate) => plain::http_date(at),
            _ => at.unix_timestamp().to_string(),
        }
    }
}

pub fn verifier(
    scheme: Scheme,
    keys: &[&'static Key],
    tolerance: Tolerance,
    now: OffsetDateTime,
) -> Verifier {
    let mut verifier = Verifier::new(scheme, keys[0].secret()).unwrap();
    for key in &keys[1..] {
        verifier = verifier.add_secret(key.secret()).unwrap();
    }
    verifier.tolerance(tolerance).clock(ManualClock::new(now)).public_url(BASE).unwrap()
}

/// Up to 16 keys, of both kinds where the scheme has both.
pub fn keys(scheme: Scheme, input: &mut Input<'_>) -> Vec<&'static Key> {
    let byte = input.byte();
    let kinds = if byte & 0x40 != 0 { input.short() } else { 0 };
    let count = 1 + usize::from(byte % 16);
    (0..count).map(|index| Key::of(scheme, index, kinds >> index & 1 == 1)).collect()
}

pub fn tolerance(scheme: Scheme, input: &mut Input<'_>) -> Tolerance {
    match input.below(4) {
        0 => scheme.tolerance(),
        1 => Tolerance::symmetric(Duration::ZERO),
        2 => Tolerance::new(Duration::from_secs(5), Duration::from_millis(300_500)),
        _ => Tolerance::dangerous_unlimited(),
    }
}

/// A time near [`NOW`], or any time of the calendar.
pub fn now(input: &mut Input<'_>) -> OffsetDateTime {
    let byte = input.byte();
    let nanos = [0, 1, 500_000_000, 999_999_999][usize::from(byte % 4)];
    let seconds = match byte & 0x80 {
        0 => NOW + i64::from(byte),
        _ => input.long().rem_euclid(377_705_116_800 + 253_402_300_800) - 377_705_116_800,
    };
    let now = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
    now.replace_nanosecond(nanos).unwrap()
}

/// A method, and a path with a query that is the same in the URL as the sender writes it.
pub fn target(input: &mut Input<'_>) -> (Parts, String) {
    let method = [Method::POST, Method::PUT, Method::GET, Method::PATCH][input.below(4)].clone();
    let plain = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'?' | b'&' | b'=' | b'%' | b'.' => {
            *byte as char
        }
        _ => '-',
    };
    let path: String = "/".chars().chain(input.line().iter().take(300).map(plain)).collect();
    let request = http::Request::builder().method(method).uri(&*path).body(()).unwrap();
    let (parts, ()) = request.into_parts();
    (parts, format!("{BASE}{path}"))
}

/// What a verdict says.
pub fn told(verified: &Verified) -> (usize, Option<String>, Option<OffsetDateTime>) {
    (verified.secret_index(), verified.id().map(str::to_owned), verified.timestamp())
}

fn read_line(scheme: Scheme, line: &[u8]) -> Option<(HeaderName, Vec<u8>)> {
    let (kind, value) = line.split_first()?;
    let families = scheme.headers();
    let (first, last) = (families.first()?, families.last()?);
    let signature = |names: &HeaderNames| names.signatures().next();
    let name = match kind {
        b's' => signature(first)?,
        b'i' => first.id_name()?,
        b't' => first.timestamp_name()?,
        b'S' => signature(last)?,
        b'I' => last.id_name()?,
        b'T' => last.timestamp_name()?,
        b'm' => {
            let (number, value) = value.split_first()?;
            let name = first.signatures().nth(usize::from(*number % 16))?;
            return Some((HeaderName::from_static(name), value.to_vec()));
        }
        b':' => {
            let at = value.iter().position(|byte| *byte == b':')?;
            let name = HeaderName::from_bytes(&value[..at]).ok()?;
            return Some((name, value[at + 1..].to_vec()));
        }
        _ => return None,
    };
    Some((HeaderName::from_static(name), value.to_vec()))
}

/// Replaces each of the marks and the byte behind it.
fn replace(template: &[u8], marks: &[u8], text: impl Fn(u8, u8) -> String) -> Vec<u8> {
    let mut bytes = template.iter();
    let mut value = Vec::new();
    while let Some(byte) = bytes.next() {
        if marks.contains(byte) {
            let number = bytes.next().copied().unwrap_or_default();
            value.extend_from_slice(text(*byte, number).as_bytes());
        } else {
            value.push(*byte);
        }
    }
    value
}

/// All values of a header.
pub fn texts<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h [u8]> {
    headers.get_all(name).iter().map(|value| plain::trim(value.as_bytes())).collect()
}
