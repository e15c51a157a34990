//! The rules of the manual once more, written for reading: everything is copied, nothing is fast,
//! and all reasons against a delivery are looked for.

use http::{HeaderMap, HeaderName};
use time::{Date, Month, OffsetDateTime, Time};
use tower_webhook::scheme::{
    Algorithm, Encoding, HeaderNames, IdShape, Layout, Part, TimestampFormat,
};
use tower_webhook::{Field, Scheme, Tolerance, VerifyError};

use crate::delivery::BASE;
use crate::keys::Key;

/// The presets, and what none of them has.
pub const SCHEMES: &[Scheme] = &{
    let mut schemes = [SHA_512; Scheme::ALL.len() + 3];
    let mut index = 0;
    while index < Scheme::ALL.len() {
        schemes[index] = Scheme::ALL[index];
        index += 1;
    }
    schemes[index] = LISTED;
    schemes[index + 1] = BEHIND;
    schemes
};

const SHA_512: Scheme = Scheme::custom("sha-512")
    .headers(&[HeaderNames::new("x-sha512").more_signatures(&["x-sha512-old"])])
    .algorithm(Algorithm::HmacSha512)
    .encoding(Encoding::Base64Url)
    .layout(Layout::single("s="))
    .repeated_signature()
    .build();

const LISTED: Scheme = Scheme::custom("listed")
    .headers(&[
        HeaderNames::new("x-listed").id("x-listed-id").more_signatures(&["x-listed-2"]),
        HeaderNames::new("y-listed").id("y-listed-id"),
    ])
    .layout(Layout::list('|', ':', "s").timestamp_key("at"))
    .timestamp_format(TimestampFormat::Rfc3339)
    .signed(&[Part::Literal("<"), Part::Id, Part::Literal("::"), Part::Body, Part::Timestamp])
    .repeated_signature()
    .build();

const BEHIND: Scheme = Scheme::custom("behind")
    .headers(&[HeaderNames::new("x-behind").id("x-behind-id").timestamp("x-behind-time")])
    .algorithm(Algorithm::HmacSha512)
    .timestamp_format(TimestampFormat::Millis)
    .signed(&[Part::Body, Part::Literal("\n"), Part::Id, Part::Literal("\n"), Part::Timestamp])
    .build();

/// What the value of a signature header looks like.
pub enum Grammar {
    Single(String),
    /// With a comma before each separator, or with sets of entries that something divides.
    List {
        comma: bool,
        divider: Option<u8>,
        separator: u8,
        assign: u8,
        versions: Vec<(&'static str, Algorithm)>,
        time: Option<&'static str>,
    },
    /// Signatures alone, behind the time if there is one.
    Bare {
        separator: u8,
        time: bool,
    },
}

/// The grammar that a provider's documentation describes.
pub fn grammar(scheme: Scheme) -> Grammar {
    let own = scheme.algorithm();
    let list = |separator, assign, versions: &[_], time| Grammar::List {
        comma: scheme.name() == "supabase-auth",
        divider: (scheme.name() == "persona").then_some(b' '),
        separator,
        assign,
        versions: versions.to_vec(),
        time,
    };
    match scheme.name() {
        "standard-webhooks" | "svix" => {
            list(b' ', b',', &[("v1", own), ("v1a", Algorithm::Ed25519)], None)
        }
        "velt" | "agentmail" | "anthropic" | "bigcommerce" | "clerk" | "dodo-payments"
        | "fathom-video" | "finch" | "flexprice" | "folk" | "formbricks" | "gitlab" | "granola"
        | "growthbook-sdk" | "imagekit" | "incident-io" | "increase" | "lithic" | "loops"
        | "openai" | "polar" | "postsyncer" | "recall-ai" | "render" | "replicate" | "resend"
        | "signatureapi" | "supabase-auth" => list(b' ', b',', &[("v1", own)], None),
        "mollie" => list(b',', b'=', &[("sha256", own)], None),
        "calendly" | "coinflow" | "exa" | "fintoc" | "mux" | "novu" | "persona" | "rootly"
        | "sanity" | "stripe" | "surge" | "tailscale" | "teller" | "terra" | "ticket-tailor"
        | "whereby" | "workos" | "zitadel" => list(b',', b'=', &[("v1", own)], Some("t")),
        "billit" | "knock" | "tiktok" => list(b',', b'=', &[("s", own)], Some("t")),
        "buildkite" => list(b',', b'=', &[("signature", own)], Some("timestamp")),
        "cloudflare-stream" => list(b',', b'=', &[("sig1", own)], Some("time")),
        "elevenlabs" => list(b',', b'=', &[("v0", own)], Some("t")),
        "ghost" => list(b',', b'=', &[("sha256", own)], Some("t")),
        "retell" => list(b',', b'=', &[("d", own)], Some("v")),
        "canva" | "cronofy" | "configcat" => Grammar::Bare { separator: b',', time: false },
        "recurly" => Grammar::Bare { separator: b',', time: true },
        "verkada" => Grammar::Bare { separator: b'|', time: true },
        "orb" => list(b' ', b'=', &[("v1", own)], None),
        "paymongo" => list(b',', b'=', &[("te", own), ("li", own)], Some("t")),
        "paddle" => list(b';', b'=', &[("h1", own)], Some("ts")),
        "circleci" | "pagerduty" | "ripple-collections" => list(b',', b'=', &[("v1", own)], None),
        "listed" => list(b'|', b':', &[("s", own)], Some("at")),
        _ => {
            let shown = scheme.layout().to_string();
            Grammar::Single(shown.strip_suffix('…').unwrap().to_owned())
        }
    }
}

/// A request, and what its receiver knows.
pub struct Request<'a> {
    pub scheme: Scheme,
    pub headers: &'a HeaderMap,
    pub method: &'a str,
    /// The whole URL that was called.
    pub url: &'a str,
    pub body: &'a [u8],
    pub keys: &'a [&'static Key],
    pub tolerance: Tolerance,
    pub now: OffsetDateTime,
}

#[derive(Debug, PartialEq)]
pub enum Verdict {
    Accepted {
        secret_index: usize,
        id: Option<String>,
        timestamp: Option<OffsetDateTime>,
    },
    /// Any of these may be given as the reason.
    Refused(Vec<VerifyError>),
}

impl Request<'_> {
    pub fn judge(&self) -> Verdict {
        let scheme = self.scheme;
        let present = |names: &&HeaderNames| {
            names.signatures().any(|name| !values(self.headers, name).is_empty())
        };
        let Some(names) = scheme.headers().iter().find(present) else {
            return Verdict::Refused(vec![VerifyError::Missing(Field::Signature)]);
        };
        let mut reasons = Vec::new();

        let mut lines = Vec::new();
        for name in names.signatures() {
            let values = values(self.headers, name);
            if values.len() > 1 && !scheme.repeated_signature() {
                reasons.push(VerifyError::Repeated(Field::Signature));
            }
            lines.extend(values);
        }
        if lines.len() > 32 {
            reasons.push(VerifyError::TooManySignatures);
        }

        let id = names
            .id_name()
            .and_then(|name| single(values(self.headers, name), Field::Id, &mut reasons));
        if id.as_ref().is_some_and(|id| !is_id(scheme, id)) {
            reasons.push(VerifyError::Malformed(Field::Id));
        }

        let mut signatures: Vec<(Algorithm, Vec<u8>)> = Vec::new();
        let mut times = Vec::new();
        let mut listed = false;
        match grammar(scheme) {
            Grammar::Single(prefix) => {
                for line in &lines {
                    // What begins otherwise is a signature all the same, and a malformed one.
                    let text = line.strip_prefix(prefix.as_bytes()).unwrap_or(b"?");
                    signatures.push((scheme.algorithm(), text.to_vec()));
                }
            }
            Grammar::Bare { separator, time } => {
                listed = time;
                let entries = |line: &Vec<u8>| {
                    let entries = line.split(|byte| *byte == separator);
                    entries.map(|it| it.trim_ascii_start().to_vec()).collect::<Vec<_>>()
                };
                let mut entries: Vec<_> = lines.iter().flat_map(entries).collect();
                if entries.len() > 32 + usize::from(listed) {
                    reasons.push(VerifyError::TooManySignatures);
                }
                if time {
                    times.push(entries.remove(0));
                }
                signatures.extend(entries.into_iter().map(|text| (scheme.algorithm(), text)));
            }
            Grammar::List { comma, divider, separator, assign, versions, time } => {
                listed = time.is_some();
                let mut count = 0;
                for line in &lines {
                    for entry in line.split(|byte| *byte == separator || Some(*byte) == divider) {
                        count += 1;
                        let spaces = entry.iter().take_while(|byte| **byte == b' ').count();
                        let entry = &entry[spaces..];
                        let Some(at) = entry.iter().position(|byte| *byte == assign) else {
                            continue;
                        };
                        let (key, mut value) = (&entry[..at], &entry[at + 1..]);
                        if comma && value.last() == Some(&b',') {
                            value = &value[..value.len() - 1];
                        }
                        if time.is_some_and(|time| time.as_bytes() == key) {
                            times.push(value.to_vec());
                        }
                        for (version, algorithm) in &versions {
                            if version.as_bytes() == key {
                                signatures.push((*algorithm, value.to_vec()));
                            }
                        }
                    }
                }
                if count > 32 + usize::from(listed) {
                    reasons.push(VerifyError::TooManySignatures);
                }
                if divider.is_some() {
                    times.dedup();
                }
                // Only the versions for which there is a key are looked at.
                signatures.retain(|(algorithm, _)| {
                    self.keys.iter().any(|key| key.algorithm(scheme) == *algorithm)
                });
            }
        }

        if let Some(name) = names.timestamp_name() {
            times = values(self.headers, name);
        }
        let stamped = listed || names.timestamp_name().is_some();
        let text = if stamped { single(times, Field::Timestamp, &mut reasons) } else { None };
        let format = scheme.timestamp_format();
        let time = text.as_ref().and_then(|text| timestamp(format.unwrap(), text));
        if text.is_some() && time.is_none() {
            reasons.push(VerifyError::Malformed(Field::Timestamp));
        }

        if signatures.is_empty() {
            reasons.push(VerifyError::UnsupportedVersion);
        }
        signatures
            .retain(|(algorithm, text)| is_encoded(scheme.encoding(), text, algorithm.size()));
        if signatures.is_empty() {
            reasons.push(VerifyError::Malformed(Field::Signature));
        }
        if !reasons.is_empty() {
            return Verdict::Refused(reasons);
        }

        if let Some(error) = time.and_then(|time| self.off(format.unwrap(), time)) {
            return Verdict::Refused(vec![error]);
        }

        if signs_form(scheme)
            && digest(scheme, self.url).is_none()
            && fields(self.body).len() > 1000
        {
            return Verdict::Refused(vec![VerifyError::TooManyFields]);
        }
        let contents = contents(scheme, id.as_deref(), text.as_deref(), self);
        // Of signatures of pairs the first 11 are looked at.
        let mut pairs = 0;
        signatures.retain(|(algorithm, _)| {
            let of_pair = matches!(algorithm, Algorithm::Ed25519 | Algorithm::EcdsaP256);
            pairs += usize::from(of_pair);
            !of_pair || pairs <= 11
        });
        let matches = |key: &&Key| {
            let algorithm = key.algorithm(scheme);
            signatures.iter().any(|(other, text)| {
                let signature = decode(scheme.encoding(), text);
                let verifies = |content: &Vec<_>| key.verifies(algorithm, content, &signature);
                *other == algorithm && contents.iter().any(verifies)
            })
        };
        match self.keys.iter().position(matches) {
            Some(secret_index) => Verdict::Accepted {
                secret_index,
                id: id.map(|id| String::from_utf8(id).unwrap()),
                timestamp: time.and_then(|(seconds, nanos)| {
                    let at = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
                    Some(at.replace_nanosecond(nanos).unwrap())
                }),
            },
            None => Verdict::Refused(vec![VerifyError::Mismatch]),
        }
    }

    /// Whether the time is too far from now, at the resolution of the timestamp.
    fn off(&self, format: TimestampFormat, (seconds, nanos): (i64, u32)) -> Option<VerifyError> {
        let step = match format {
            TimestampFormat::Seconds | TimestampFormat::HttpDate => 1_000_000_000,
            TimestampFormat::Millis => 1_000_000,
            _ => 1,
        };
        let now = self.now.unix_timestamp_nanos().div_euclid(step) * step;
        let age = now - (i128::from(seconds) * 1_000_000_000 + i128::from(nanos));
        let allowed = |limit: std::time::Duration| i128::try_from(limit.as_nanos()).unwrap();
        if age > allowed(self.tolerance.past()) {
            Some(VerifyError::TimestampTooOld)
        } else if -age > allowed(self.tolerance.future()) {
            Some(VerifyError::TimestampTooNew)
        } else {
            None
        }
    }
}

pub fn signs_form(scheme: Scheme) -> bool {
    scheme.signed().contains(&Part::Form)
}

/// The fields of a form, in order.
pub fn fields(form: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let decode = |text: &[u8]| {
        let mut bytes = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let digits = text.get(at + 1..at + 3).and_then(|digits| hex::decode(digits).ok());
            match (text[at], digits) {
                (b'%', Some(byte)) => {
                    bytes.extend(byte);
                    at += 2;
                }
                (b'+', _) => bytes.push(b' '),
                (byte, _) => bytes.push(byte),
            }
            at += 1;
        }
        bytes
    };
    let pieces = form.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
    let field = |piece: &[u8]| {
        let mut halves = piece.splitn(2, |byte| *byte == b'=').map(decode);
        (halves.next().unwrap(), halves.next().unwrap_or_default())
    };
    pieces.map(field).collect()
}

/// What is signed of these fields.
pub fn signed(fields: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let once: std::collections::BTreeSet<_> = fields.iter().collect();
    once.into_iter().flat_map(|(name, value)| [&name[..], value].concat()).collect()
}

/// The digest of the body that a URL says.
pub fn digest(scheme: Scheme, url: &str) -> Option<&str> {
    let (_, query) = url.split_once('?')?;
    let start = format!("{}=", scheme.digest_in_query()?);
    query.split('&').find_map(|parameter| parameter.strip_prefix(&start))
}

/// The URL with another port.
fn other_port(url: &str) -> String {
    let host = BASE.strip_prefix("https://").unwrap();
    url.replacen(host, &format!("{host}:443"), 1)
}

/// What may be signed: the request as it was received comes first. Nothing, if the body is not that
/// of the digest in the URL.
pub fn contents(
    scheme: Scheme,
    id: Option<&[u8]>,
    timestamp: Option<&[u8]>,
    request: &Request<'_>,
) -> Vec<Vec<u8>> {
    let mut urls = vec![request.url.to_owned()];
    let path = request.url.strip_prefix(BASE).unwrap();
    if path == "/" || path.starts_with("/?") {
        urls.push(format!("{BASE}{}", &path[1..]));
    }
    for url in urls.clone() {
        let decode = |url: String, char: char| {
            let byte = char as u32;
            let (upper, lower) = (format!("%{byte:02X}"), format!("%{byte:02x}"));
            url.replace(&upper, &char.to_string()).replace(&lower, &char.to_string())
        };
        urls.push(scheme.decoded_url().chars().fold(url, decode));
    }
    if scheme.optional_port() {
        urls.extend(urls.clone().iter().map(|url| other_port(url)));
    }
    let mut bodies = vec![request.body.to_vec()];
    if signs_form(scheme) {
        bodies = match digest(scheme, request.url) {
            None => vec![signed(&fields(request.body))],
            Some(digest) => {
                let own = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(request.body));
                if own.eq_ignore_ascii_case(digest) { vec![Vec::new()] } else { Vec::new() }
            }
        };
    }
    if let (true, Ok(text)) = (scheme.escaped_body(), std::str::from_utf8(request.body)) {
        let escape = |unit: u16| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
            _ => format!("\\u{unit:04x}"),
        };
        bodies.push(text.encode_utf16().map(escape).collect::<String>().into_bytes());
    }
    let readings = bodies.iter().flat_map(|body| urls.iter().map(move |url| (body, url)));
    let content = |(body, url): (&Vec<u8>, &String)| {
        content(scheme, id, timestamp, request.method, url, body)
    };
    readings.map(content).collect()
}

fn content(
    scheme: Scheme,
    id: Option<&[u8]>,
    timestamp: Option<&[u8]>,
    method: &str,
    url: &str,
    body: &[u8],
) -> Vec<u8> {
    let mut content = Vec::new();
    for part in scheme.signed() {
        content.extend_from_slice(match part {
            Part::Id => id.unwrap_or_default(),
            Part::Timestamp => timestamp.unwrap_or_default(),
            Part::Body | Part::Form => body,
            Part::Digest => {
                let digest = <sha2::Sha256 as sha2::Digest>::digest(body);
                content.extend_from_slice(hex::encode(digest).as_bytes());
                continue;
            }
            Part::Method => method.as_bytes(),
            Part::Url => url.as_bytes(),
            Part::Path => url.strip_prefix(BASE).unwrap().split('?').next().unwrap().as_bytes(),
            Part::Literal(text) => text.as_bytes(),
            part => panic!("{part:?} is not known here"),
        });
    }
    content
}

/// Visible ASCII, 1 to 256 bytes, of the scheme's shape and without the byte that ends it in the
/// signed content: that of the literal towards the body which is next to the id.
pub fn is_id(scheme: Scheme, id: &[u8]) -> bool {
    let place = |wanted| scheme.signed().iter().position(|part| *part == wanted).unwrap();
    let (at, body) = (place(Part::Id), place(Part::Body));
    let end = match scheme.signed()[if at < body { at + 1 } else { at - 1 }] {
        Part::Literal(text) if at < body => text.bytes().next(),
        Part::Literal(text) => text.bytes().last(),
        _ => None,
    };
    let (shaped, end) = match scheme.id_shape() {
        IdShape::Visible => (true, end),
        IdShape::UrlSafe => {
            let safe = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_=".contains(byte);
            (id.iter().all(safe), end)
        }
        IdShape::Length(length) => (id.len() == length, None),
        shape => panic!("{shape:?} is not known here"),
    };
    let visible = id.iter().all(|byte| (32..127).contains(byte));
    let runs_on = end.is_some_and(|end| id.contains(&end));
    (1..=256).contains(&id.len()) && visible && shaped && !runs_on
}

/// Seconds since 1970 and nanoseconds: a number of exactly 10 or 13 digits, or a date.
pub fn timestamp(format: TimestampFormat, text: &[u8]) -> Option<(i64, u32)> {
    let text = std::str::from_utf8(text).ok()?;
    match format {
        TimestampFormat::Rfc3339 => rfc3339(text),
        TimestampFormat::Iso8601 => {
            (text.len() < 40).then(|| rfc3339(&format!("{text}Z"))).flatten()
        }
        TimestampFormat::HttpDate => {
            let at = read_http_date(text)?;
            (at.year() >= 1900 && http_date(at) == text).then_some((at.unix_timestamp(), 0))
        }
        format => {
            let number: i64 = text.parse().ok()?;
            // Of all ways to write a number, the one in which it is printed.
            if number < 0 || number.to_string() != text {
                return None;
            }
            let (digits, unit) =
                if format == TimestampFormat::Millis { (13, 1000) } else { (10, 1) };
            let nanos = (number % unit) as u32 * 1_000_000;
            (text.len() == digits).then_some((number / unit, nanos))
        }
    }
}

/// RFC 9110, section 5.6.7.
pub fn http_date(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    let (day, month) = (at.weekday().to_string(), at.month().to_string());
    let (hour, minute, second) = at.to_hms();
    format!(
        "{}, {:02} {} {:04} {hour:02}:{minute:02}:{second:02} GMT",
        &day[..3],
        at.day(),
        &month[..3],
        at.year()
    )
}

/// The date whose numbers stand where they are printed.
fn read_http_date(text: &str) -> Option<OffsetDateTime> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u16>().ok();
    let small = |from: usize| u8::try_from(number(from, from + 2)?).ok();
    let mut months = (1..=12).filter_map(|month| Month::try_from(month).ok());
    let month = months.find(|month| Some(&month.to_string()[..3]) == text.get(8..11))?;
    let date = Date::from_calendar_date(number(12, 16)?.into(), month, small(5)?).ok()?;
    let time = Time::from_hms(small(17)?, small(20)?, small(23)?).ok()?;
    Some(date.with_time(time).assume_utc())
}

/// RFC 3339, section 5.6, with an upper-case `T` and at most 40 bytes.
fn rfc3339(text: &str) -> Option<(i64, u32)> {
    if !text.is_ascii() || text.len() > 40 || text.len() < 20 {
        return None;
    }
    let (head, tail) = text.split_at(19);
    for (index, byte) in head.bytes().enumerate() {
        let good = match index {
            4 | 7 => byte == b'-',
            10 => byte == b'T',
            13 | 16 => byte == b':',
            _ => byte.is_ascii_digit(),
        };
        if !good {
            return None;
        }
    }
    let number = |from: usize, to: usize| head[from..to].parse::<i64>().unwrap();
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let (hour, minute, second) = (number(11, 13), number(14, 16), number(17, 19));

    let (fraction, zone) = match tail.strip_prefix('.') {
        Some(tail) => {
            let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return None;
            }
            tail.split_at(digits)
        }
        None => ("", tail),
    };
    let nanos: u32 = format!("{fraction:0<9}")[..9].parse().unwrap();
    let offset = match zone.as_bytes() {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), a, b, b':', c, d]
            if [a, b, c, d].iter().all(|d| d.is_ascii_digit()) =>
        {
            let two = |a: u8, b: u8| i64::from(a - b'0') * 10 + i64::from(b - b'0');
            let (hours, minutes) = (two(*a, *b), two(*c, *d));
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 3600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, 28 + i64::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let month_index = usize::try_from(month - 1).ok()?;
    let length = *lengths.get(month_index)?;
    if day < 1 || day > length || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days since 0000-01-01, then since 1970-01-01.
    let leaps = (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400;
    let days = year * 365 + leaps + lengths[..month_index].iter().sum::<i64>() + day - 1;
    let seconds = (days - 719_528) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    if second < 60 {
        return Some((seconds, nanos));
    }
    // A leap second is the last one of a month, in UTC; it counts as the end of the one before it.
    let midnight = seconds.rem_euclid(86_400) == 0;
    let next = OffsetDateTime::from_unix_timestamp(seconds);
    // The last month of the calendar has no next one.
    let ends_month = next.map_or(seconds == 253_402_300_800, |next| next.day() == 1);
    (midnight && ends_month).then_some((seconds - 1, 999_999_999))
}

/// Whether the text spells exactly `size` bytes in the one canonical way.
pub fn is_encoded(encoding: Encoding, text: &[u8], size: usize) -> bool {
    let (last, padded) = match encoding {
        Encoding::Hex => {
            return text.len() == size * 2 && text.iter().all(u8::is_ascii_hexdigit);
        }
        Encoding::Base64 => (b"+/", true),
        Encoding::Base64Url => (b"-_", false),
        Encoding::Base64UrlPadded => (b"-_", true),
        Encoding::Verbatim => return !text.is_empty(),
        Encoding::Base64Der => {
            use base64::Engine as _;
            let der = base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default();
            return is_der(&der);
        }
        encoding => panic!("{encoding:?} is not known here"),
    };
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        byte => last.iter().position(|digit| *digit == byte).map(|index| 62 + index as u8),
    };
    let digits = (size * 8).div_ceil(6);
    let padding = if padded { (4 - digits % 4) % 4 } else { 0 };
    if text.len() != digits + padding || text[digits..].iter().any(|byte| *byte != b'=') {
        return false;
    }
    let Some(values) = text[..digits].iter().map(|byte| value(*byte)).collect::<Option<Vec<_>>>()
    else {
        return false;
    };
    let unused = digits * 6 - size * 8;
    values[digits - 1] & ((1 << unused) - 1) == 0
}

/// Two positive numbers of at most 32 bytes, in the one shortest way.
fn is_der(der: &[u8]) -> bool {
    let number = |der: &[u8]| -> Option<usize> {
        let size = usize::from(*der.get(1)?);
        let digits = der.get(2..2 + size)?;
        let zero = digits.first() == Some(&0);
        let negative = digits.first()? >= &128;
        let padded = zero && digits.get(1).is_none_or(|byte| *byte < 128);
        (der[0] == 2 && !negative && !padded && size - usize::from(zero) <= 32).then_some(2 + size)
    };
    let numbers = || {
        let content = der.get(2..)?;
        let first = number(content)?;
        let second = number(&content[first..])?;
        (der[0] == 0x30 && usize::from(der[1]) == content.len() && first + second == content.len())
            .then_some(())
    };
    numbers().is_some()
}

pub fn encode(encoding: Encoding, bytes: &[u8]) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
    match encoding {
        Encoding::Hex => hex::encode(bytes),
        Encoding::Base64 | Encoding::Base64Der => STANDARD.encode(bytes),
        Encoding::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
        Encoding::Base64UrlPadded => URL_SAFE.encode(bytes),
        Encoding::Verbatim => String::from_utf8(bytes.to_vec()).unwrap(),
        encoding => panic!("{encoding:?} is not known here"),
    }
}

/// Decodes what [`is_encoded`].
fn decode(encoding: Encoding, text: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
    match encoding {
        Encoding::Hex => hex::decode(text).unwrap(),
        Encoding::Base64 | Encoding::Base64Der => STANDARD.decode(text).unwrap(),
        Encoding::Base64Url => URL_SAFE_NO_PAD.decode(text).unwrap(),
        Encoding::Base64UrlPadded => URL_SAFE.decode(text).unwrap(),
        Encoding::Verbatim => text.to_vec(),
        encoding => panic!("{encoding:?} is not known here"),
    }
}

fn values(headers: &HeaderMap, name: &'static str) -> Vec<Vec<u8>> {
    let values = headers.get_all(HeaderName::from_static(name)).into_iter();
    values.map(|value| trim(value.as_bytes()).to_vec()).collect()
}

/// Without the blanks around it, which are no part of a value.
pub fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

fn single(
    mut values: Vec<Vec<u8>>,
    field: Field,
    reasons: &mut Vec<VerifyError>,
) -> Option<Vec<u8>> {
    match values.len() {
        0 => reasons.push(VerifyError::Missing(field)),
        1 => return values.pop(),
        _ => reasons.push(VerifyError::Repeated(field)),
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the presets say of themselves is what is written here.
    #[test]
    fn the_grammars_are_those_of_the_presets() {
        for scheme in SCHEMES {
            let shown = match grammar(*scheme) {
                Grammar::Single(prefix) => format!("{prefix}…"),
                Grammar::Bare { separator, time } => {
                    let separator = separator as char;
                    let time = if time { format!("{{time}}{separator}") } else { String::new() };
                    format!("{time}…{separator}…")
                }
                Grammar::List { comma, divider, separator, assign, versions, time } => {
                    let (separator, assign) = (separator as char, assign as char);
                    let time = time.map(|time| format!("{time}{assign}{{time}}"));
                    let versions =
                        versions.iter().map(|(version, _)| format!("{version}{assign}…"));
                    let entries: Vec<_> = time.into_iter().chain(versions).collect();
                    let space = if matches!(scheme.name(), "ghost" | "workos") { " " } else { "" };
                    let list = entries.join(&format!("{separator}{space}"));
                    match divider {
                        Some(divider) => format!("{list}{}{list}", divider as char),
                        None if comma => format!("{list},{separator}{list}"),
                        None => list,
                    }
                }
            };
            assert_eq!(scheme.layout().to_string(), shown, "{scheme:?}");
        }
    }

    #[test]
    fn dates_are_counted_as_the_calendar_counts_them() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some((0, 0))),
            ("2024-11-15T13:12:01.5-08:00", Some((1_731_705_121, 500_000_000))),
            ("2000-02-29T00:00:00Z", Some((951_782_400, 0))),
            ("1900-02-29T00:00:00Z", None),
            ("0000-01-01T00:00:00Z", Some((-62_167_219_200, 0))),
            ("9999-12-31T23:59:59.999999999Z", Some((253_402_300_799, 999_999_999))),
            ("2016-12-31T23:59:60Z", Some((1_483_228_799, 999_999_999))),
            ("2016-12-31T22:59:60-01:00", Some((1_483_228_799, 999_999_999))),
            ("2016-12-30T23:59:60Z", None),
            ("2024-11-15 21:12:01Z", None),
        ] {
            assert_eq!(rfc3339(text), expected, "{text}");
        }
    }
}
