//! Hypotheses about the body: what was signed, if something has changed it since.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use miniz_oxide::inflate::{decompress_to_vec_with_limit, decompress_to_vec_zlib_with_limit};

use crate::diagnose::finding::{
    BODY_BASE64, BODY_BOM, BODY_COMPRESSED, BODY_CRLF, BODY_EMPTY, BODY_FORM, BODY_LOSSY,
    BODY_NEWLINE, BODY_RESERIALISED, BODY_STRING, BODY_TRUNCATED, Code, Finding,
};
use crate::diagnose::json;
use crate::diagnose::json::{Spacing, Strings, Style, Value};
use crate::diagnose::lens::Pairs;
use crate::diagnose::trial::{Change, To};

/// A larger body is not read as JSON.
const MAX_JSON: usize = 1 << 20;

/// A compressed body that is larger than this is not read.
const MAX_INFLATED: usize = 8 << 20;

const BOM: &[u8] = b"\xef\xbb\xbf";

type Bodies<'d> = Box<dyn Iterator<Item = Change<'d>> + 'd>;

/// Everything that the body may have been when it was signed, the likeliest first. Each is made
/// only when it is asked for.
pub(super) fn changes(body: &[u8]) -> impl Iterator<Item = Change<'_>> {
    type Group = for<'d> fn(&'d [u8]) -> Bodies<'d>;
    let groups: [Group; 10] =
        [newline, lines, bom, encoded, compressed, string, form, empty, decoded, reserialised];
    groups.into_iter().flat_map(move |group| group(body)).filter(move |change| {
        // Compared by address first, because most are of another length.
        !matches!(&change.to, To::Body(other) if **other == *body)
    })
}

fn change<'d>(
    code: &'static Code,
    found: impl Into<Cow<'static, str>>,
    body: impl Into<Cow<'d, [u8]>>,
) -> Change<'d> {
    Change::new(code, found, To::Body(body.into()))
}

fn newline(body: &[u8]) -> Bodies<'_> {
    let more = [&b"\n"[..], b"\r\n"].into_iter().map(move |end| {
        change(&BODY_NEWLINE, "The body lacks the newline at its end.", [body, end].concat())
    });
    let less = [body.strip_suffix(b"\n"), body.strip_suffix(b"\r\n"), Some(body.trim_ascii())];
    let less = less.into_iter().flatten().map(|less| {
        change(
            &BODY_NEWLINE,
            "The body has a newline or blank at its end that was not signed.",
            less,
        )
    });
    // Everything can be trimmed down to nothing, which is another finding.
    Box::new(less.filter(|it| !matches!(&it.to, To::Body(body) if body.is_empty())).chain(more))
}

fn lines(body: &[u8]) -> Bodies<'_> {
    let mut unix = Vec::new();
    let mut rest = body.iter().peekable();
    while let Some(byte) = rest.next() {
        if *byte != b'\r' || rest.peek() != Some(&&b'\n') {
            unix.push(*byte);
        }
    }
    let dos = unix.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]);
    let found = [
        "Line ends were rewritten from LF to CR LF.",
        "Line ends were rewritten from CR LF to LF.",
    ];
    Box::new(
        found.into_iter().zip([unix, dos]).map(|(found, body)| change(&BODY_CRLF, found, body)),
    )
}

fn bom(body: &[u8]) -> Bodies<'_> {
    let (found, other) = match body.strip_prefix(BOM) {
        Some(rest) => ("The body has a byte order mark that was not signed.", Cow::Borrowed(rest)),
        None => ("The body lacks its byte order mark.", Cow::Owned([BOM, body].concat())),
    };
    Box::new(std::iter::once(change(&BODY_BOM, found, other)))
}

fn encoded(body: &[u8]) -> Bodies<'_> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabets = [&alphabet::STANDARD, &alphabet::URL_SAFE].into_iter();
    let text = body.trim_ascii();
    let text = text.strip_prefix(b"\"").and_then(|it| it.strip_suffix(b"\"")).unwrap_or(text);
    Box::new(alphabets.filter_map(move |alphabet| {
        let plain = GeneralPurpose::new(alphabet, config).decode(text).ok()?;
        Some(change(&BODY_BASE64, "The body is the base64 of what was signed.", plain))
    }))
}

fn compressed(body: &[u8]) -> Bodies<'_> {
    type Inflate = fn(&[u8]) -> Option<Vec<u8>>;
    let ways: [Inflate; 2] = [
        |body| decompress_to_vec_with_limit(gzip(body)?, MAX_INFLATED).ok(),
        |body| decompress_to_vec_zlib_with_limit(body, MAX_INFLATED).ok(),
    ];
    let found = "The body was compressed after it was signed.";
    Box::new(
        ways.into_iter()
            .filter_map(move |inflate| Some(change(&BODY_COMPRESSED, found, inflate(body)?))),
    )
}

/// What follows the header of a file (RFC 1952, section 2.3).
fn gzip(body: &[u8]) -> Option<&[u8]> {
    let flags = *body.strip_prefix(b"\x1f\x8b\x08")?.first()?;
    let mut rest = body.get(10..)?;
    if flags & 4 != 0 {
        let (size, after) = rest.split_first_chunk()?;
        rest = after.get(usize::from(u16::from_le_bytes(*size))..)?;
    }
    // The name of the file, and a comment.
    for flag in [8, 16] {
        if flags & flag != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & 2 != 0 { rest.get(2..) } else { Some(rest) }
}

fn string(body: &[u8]) -> Bodies<'_> {
    if body.len() > MAX_JSON {
        return Box::new(std::iter::empty());
    }
    let inside = match json::read(body) {
        Some(Value::Text(text)) => json::unescape(text),
        _ => None,
    };
    let found = "The body is a JSON string with what was signed inside.";
    let inside = inside.map(|text| change(&BODY_STRING, found, text.into_bytes()));
    let quoted = str::from_utf8(body).ok().into_iter().flat_map(|text| {
        let ways = [(false, false), (true, false), (false, true)];
        ways.map(|(slash, not_ascii)| {
            let strings = Strings { slash, not_ascii, html: false, upper: false };
            let text = ["\"", &json::escape(text, strings), "\""].concat();
            change(
                &BODY_STRING,
                "A JSON string with this body inside was signed.",
                text.into_bytes(),
            )
        })
    });
    Box::new(inside.into_iter().chain(quoted))
}

fn form(body: &[u8]) -> Bodies<'_> {
    let fields = body.split(|byte| *byte == b'&').take(8).filter_map(|field| {
        let at = field.iter().position(|byte| *byte == b'=')?;
        let value = percent_decode(field.get(at + 1..)?, true);
        Some(change(&BODY_FORM, "The body is a form, and a field of it was signed.", value))
    });
    // Of JavaScript, of browsers, of PHP and of Python.
    let ways = [("%20", "-_.!~*'()"), ("+", "-_.*"), ("+", "-_."), ("+", "-_.~")];
    let ways = ways.into_iter().map(move |(blank, plain)| {
        let mut encoded = b"payload=".to_vec();
        for byte in body {
            match byte {
                b' ' => encoded.extend(blank.bytes()),
                _ if byte.is_ascii_alphanumeric() || plain.as_bytes().contains(byte) => {
                    encoded.push(*byte);
                }
                _ => encoded.extend(format!("%{byte:02X}").bytes()),
            }
        }
        change(&BODY_FORM, "A form was signed of which this body is the field `payload`.", encoded)
    });
    Box::new(fields.chain(ways))
}

fn empty(_: &[u8]) -> Bodies<'_> {
    let found = "An empty body was signed, and something put another in its place.";
    Box::new(std::iter::once(change(&BODY_EMPTY, found, &b""[..])))
}

/// What was UTF-8, and was read as if each byte were a character, or the other way around.
fn decoded(body: &[u8]) -> Bodies<'_> {
    let text = str::from_utf8(body).ok().filter(|text| !text.is_ascii());
    let once = text.and_then(|text| {
        text.chars().map(|char| u8::try_from(char).ok()).collect::<Option<Vec<_>>>()
    });
    let found = "The body was decoded as Latin-1 and encoded as UTF-8.";
    let latin = (!body.is_ascii() && text.is_none())
        .then(|| body.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes());
    let back = "The body was encoded as Latin-1, and was signed in UTF-8.";
    let changes = [(found, once), (back, latin)].into_iter();
    Box::new(changes.filter_map(|(found, body)| Some(change(&BODY_LOSSY, found, body?))))
}

const COMPACT: Spacing = Spacing::Line(",", ":");

const SPACINGS: [(&str, Spacing); 9] = [
    ("without blanks", COMPACT),
    ("with a blank after each comma and colon", Spacing::Line(", ", ": ")),
    ("with two blanks for each level", Spacing::Lines("  ")),
    ("with four blanks for each level", Spacing::Lines("    ")),
    ("with a tab for each level", Spacing::Lines("\t")),
    ("as Java's Jackson indents it", Spacing::Java),
    ("with a blank after each colon", Spacing::Line(",", ": ")),
    ("with a blank after each comma", Spacing::Line(", ", ":")),
    ("with an empty indentation", Spacing::Lines("")),
];

/// The JSON of the body, printed as each language prints it. Numbers stay as they are written.
fn reserialised(body: &[u8]) -> Bodies<'_> {
    let inner = body.strip_prefix(BOM).unwrap_or(body);
    let value = if inner.len() <= MAX_JSON { json::read(inner) } else { None };
    // Indenting what is nested deeply could make a thousand times as much of it.
    let most = body.len().saturating_mul(4).saturating_add(64 << 10);
    let Some(value) = value else { return Box::new(std::iter::empty()) };
    let strings = strings(body);
    let styles = strings.into_iter().flat_map(|strings| {
        [false, true].into_iter().flat_map(move |sorted| {
            let spacings = SPACINGS.into_iter();
            spacings.map(move |(how, spacing)| (how, Style { spacing, sorted, strings }))
        })
    });
    Box::new(styles.flat_map(move |(how, style)| {
        let printed = json::print(&value, style, most);
        let found = described(how, style);
        // Go's encoder ends every value with a newline, and so do many files.
        let line = printed
            .as_ref()
            .filter(|_| style.strings.is_none() || style.strings.is_some_and(|it| it.html));
        let line = line.map(|printed| [printed, &b"\n"[..]].concat());
        let line = line.map(|body| change(&BODY_RESERIALISED, found.clone(), body));
        let printed = printed.map(|body| change(&BODY_RESERIALISED, found, body));
        printed.into_iter().chain(line)
    }))
}

/// The ways to print strings that make a difference for this body.
fn strings(body: &[u8]) -> Vec<Option<Strings>> {
    let has = |part: &[u8]| body.windows(part.len()).any(|window| window == part);
    let unicode = has(b"\\u");
    let either = |is: bool| if is { &[false, true][..] } else { &[false] };
    let mut all = vec![None];
    if !(unicode
        || has(b"\\")
        || has(b"/")
        || has(b"<")
        || has(b">")
        || has(b"&")
        || !body.is_ascii())
    {
        return all;
    }
    for not_ascii in either(unicode || !body.is_ascii()) {
        for slash in either(has(b"/")) {
            for html in either(unicode || has(b"<") || has(b">") || has(b"&")) {
                for upper in either(unicode || *not_ascii || *html) {
                    let (slash, html, not_ascii, upper) = (*slash, *html, *not_ascii, *upper);
                    all.push(Some(Strings { slash, html, not_ascii, upper }));
                }
            }
        }
    }
    all
}

fn described(how: &str, style: Style) -> String {
    let mut found = format!("The JSON was printed again: it was signed {how}");
    if style.sorted {
        found += ", with its keys sorted";
    }
    let escapes = style.strings.map_or(Vec::new(), |strings| {
        let all = [(strings.slash, "/"), (strings.html, "<>&"), (strings.not_ascii, "non-ASCII")];
        all.into_iter().filter(|(is, _)| *is).map(|(_, what)| what).collect()
    });
    match (style.strings, escapes.is_empty()) {
        (None, _) => {}
        (Some(_), true) => found += ", with no more escaped than has to be",
        (Some(_), false) => found += &format!(", with {} escaped", escapes.join(" and ")),
    }
    found + "."
}

/// What the body and the headers show to be wrong, whatever was signed.
pub(super) fn observed(body: &[u8], pairs: &Pairs<'_>) -> Option<Finding> {
    let header = |name: &str| {
        let mut pairs = pairs.iter();
        pairs.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    };
    let length = header("content-length").and_then(|value| str::from_utf8(value).ok());
    let length = length.and_then(|text| text.parse::<u64>().ok());
    let size = u64::try_from(body.len()).unwrap_or(u64::MAX);
    let json = header("content-type").is_some_and(|value| value.starts_with(b"application/json"));
    if body.is_empty()
        && (length.is_some_and(|length| length > 0)
            || json
            || header("transfer-encoding").is_some())
    {
        return Some(
            BODY_EMPTY.observed("The body is empty, and the headers say that one was sent."),
        );
    }
    if let Some(length) = length.filter(|length| *length > size) {
        let found = format!("The body has {size} bytes, and {length} were announced.");
        return Some(BODY_TRUNCATED.observed(found));
    }
    if body.windows(3).any(|window| window == "\u{fffd}".as_bytes()) {
        return Some(
            BODY_LOSSY.observed("The body has U+FFFD, which replaces what could not be decoded."),
        );
    }
    let encoding =
        header("content-encoding").filter(|value| !value.eq_ignore_ascii_case(b"identity"));
    if encoding.is_some() {
        return Some(BODY_COMPRESSED.observed(
            "`Content-Encoding` says that the body was compressed, before or after it was signed.",
        ));
    }
    if header("content-type").is_some_and(|it| it.starts_with(b"application/x-www-form-urlencoded"))
        && json::read(body).is_some()
    {
        return Some(
            BODY_FORM.observed("`Content-Type` says that the body is a form, and it is none."),
        );
    }
    None
}

/// Decodes every percent-encoded byte, and in a form also plus signs.
pub(super) fn percent_decode(text: &[u8], form: bool) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let digit = |at: usize| after.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        decoded.push(match byte {
            b'+' if form => b' ',
            b'%' => match digit(0).zip(digit(1)) {
                Some((high, low)) => {
                    rest = after.get(2..).unwrap_or_default();
                    u8::try_from(high * 16 + low).unwrap_or_default()
                }
                None => b'%',
            },
            _ => *byte,
        });
    }
    decoded
}
