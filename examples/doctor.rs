//! Reads a delivery that was saved, and says why it does not verify.
//!
//! ```text
//! WEBHOOK_SECRET=… cargo run --example doctor --features diagnose -- delivery.http
//! cargo install tower-webhook --example doctor --features diagnose
//! ```
//!
//! The file is a request as HTTP/1.1 writes it, or the JSON event that a serverless platform logs; `-`
//! is the standard input. The secret is taken from the environment, `WEBHOOK_SECRET`, and from further
//! variables that begin with `WEBHOOK_SECRET_`; if there is none, from the terminal.
//!
//! ```text
//! --scheme NAME         default: guessed from the headers
//! --url URL             the public URL that the receiver has configured
//! --exact-url URL       the same, as a whole
//! --candidate-url URL   a URL that the sender may have called; can be repeated
//! --at TIME             when it arrived, in seconds since 1970 or RFC 3339; default: what the event
//!                       or its `Date` says, or else the time of the file
//! --json                for tools
//! ```
//!
//! The exit status is 0 if it verifies, 1 if it does not, and 2 if it cannot be read.

use std::error::Error;
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, Request};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use tower_webhook::Scheme;
use tower_webhook::diagnose::{Diagnosis, Doctor};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// A larger file is not read.
const MAX_FILE: u64 = 32 << 20;

fn main() -> ExitCode {
    run(env::args().skip(1)).into()
}

/// Does it all, and returns the exit status.
pub(crate) fn run(arguments: impl Iterator<Item = String>) -> u8 {
    match examine(arguments) {
        Ok(verified) => u8::from(!verified),
        Err(error) => {
            eprintln!("doctor: {error}");
            2
        }
    }
}

fn examine(arguments: impl Iterator<Item = String>) -> Fallible<bool> {
    let options = Options::read(arguments)?;
    let (file, saved) = read_file(&options.file)?;
    let delivery = Delivery::read(&file)?;
    let now = options.at.or(delivery.at).or(saved).unwrap_or_else(OffsetDateTime::now_utc);
    let secrets = secrets()?;

    let schemes = match options.scheme {
        Some(scheme) => vec![scheme],
        None => guessed(&delivery.request),
    };
    let mut best: Option<(Scheme, Diagnosis)> = None;
    for scheme in schemes {
        let mut doctor = Doctor::new(scheme).now(now);
        for (name, text) in &secrets {
            doctor = doctor.secret(name, text);
        }
        for url in &options.candidates {
            doctor = doctor.candidate_url(url);
        }
        doctor = match (&options.exact_url, &options.url) {
            (Some(url), _) => doctor.exact_url(url)?,
            (None, Some(url)) => doctor.public_url(url)?,
            (None, None) => doctor,
        };
        let diagnosis = doctor.diagnose(&delivery.request, delivery.request.body());
        if best.as_ref().is_none_or(|(_, best)| rank(&diagnosis) > rank(best)) {
            best = Some((scheme, diagnosis));
        }
    }
    let (scheme, diagnosis) = best.ok_or("no header of a known provider; name it with --scheme")?;
    match options.json {
        true => println!("{}", as_json(scheme, &diagnosis)),
        false => print(scheme, &diagnosis, &delivery.notes),
    }
    Ok(diagnosis.verdict().is_ok())
}

/// How much a diagnosis explains.
fn rank(diagnosis: &Diagnosis) -> u8 {
    match diagnosis.findings().first() {
        None if diagnosis.verdict().is_ok() => 2,
        Some(finding) if finding.is_proved() => 1,
        _ => 0,
    }
}

/// The presets of which a signature header is there, those with the most of their headers first.
fn guessed(request: &Request<Vec<u8>>) -> Vec<Scheme> {
    /// Each costs a diagnosis, and those with the same headers mostly sign the same.
    const MOST: usize = 8;
    let has = |name: &&str| request.headers().contains_key(*name);
    let there = |scheme: &Scheme| {
        let families = scheme.headers().iter();
        let families = families.filter(|names| names.signatures().any(|name| has(&name)));
        let counts = families.map(|names| {
            let others = names.id_name().into_iter().chain(names.timestamp_name());
            1 + others.filter(has).count()
        });
        counts.max()
    };
    let mut schemes: Vec<_> =
        Scheme::ALL.iter().filter_map(|scheme| Some((there(scheme)?, *scheme))).collect();
    schemes.sort_by_key(|(count, scheme)| std::cmp::Reverse((*count, scheme.signed().len())));
    schemes.into_iter().map(|(_, scheme)| scheme).take(MOST).collect()
}

struct Options {
    file: String,
    scheme: Option<Scheme>,
    url: Option<String>,
    exact_url: Option<String>,
    candidates: Vec<String>,
    at: Option<OffsetDateTime>,
    json: bool,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Fallible<Self> {
        let (mut file, mut scheme, mut url, mut exact_url) = (None, None, None, None);
        let (mut candidates, mut at, mut json) = (Vec::new(), None, false);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--scheme" => scheme = Some(Scheme::named(&value()?)?),
                "--url" => url = Some(value()?),
                "--exact-url" => exact_url = Some(value()?),
                "--candidate-url" => candidates.push(value()?),
                "--at" => at = Some(time_of(&value()?).ok_or("--at is not a time")?),
                "--json" => json = true,
                option if option.starts_with("--") => return Err("unknown option".into()),
                _ => file = Some(argument),
            }
        }
        let file = file.ok_or("which delivery? give a file, or - for the standard input")?;
        Ok(Self { file, scheme, url, exact_url, candidates, at, json })
    }
}

fn time_of(text: &str) -> Option<OffsetDateTime> {
    let seconds = text.parse().ok().and_then(|it| OffsetDateTime::from_unix_timestamp(it).ok());
    seconds.or_else(|| OffsetDateTime::parse(text, &Rfc3339).ok())
}

/// What is in a file, and when it was written.
fn read_file(path: &str) -> Fallible<(Vec<u8>, Option<OffsetDateTime>)> {
    let mut bytes = Vec::new();
    let mut saved = None;
    match path {
        "-" => io::stdin().take(MAX_FILE).read_to_end(&mut bytes)?,
        _ => {
            let file = fs::File::open(path)?;
            saved = file.metadata()?.modified().ok().map(OffsetDateTime::from);
            file.take(MAX_FILE).read_to_end(&mut bytes)?
        }
    };
    Ok((bytes, saved))
}

/// The secrets by their names, that of `WEBHOOK_SECRET` first.
fn secrets() -> Fallible<Vec<(String, String)>> {
    let mut secrets: Vec<_> =
        env::vars().filter(|(name, _)| name.starts_with("WEBHOOK_SECRET")).collect();
    secrets.sort();
    if secrets.is_empty() && io::stdin().is_terminal() {
        let echo = |on: &str| Command::new("stty").arg(on).stderr(Stdio::null()).status();
        eprint!("secret: ");
        io::stderr().flush()?;
        let hidden = echo("-echo").is_ok_and(|status| status.success());
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line);
        if hidden {
            echo("echo")?;
            eprintln!();
        }
        read?;
        let text = line.strip_suffix('\n').unwrap_or(&line);
        secrets.push(("from the terminal".to_owned(), text.to_owned()));
    }
    match secrets.is_empty() {
        true => Err("no secret: set WEBHOOK_SECRET".into()),
        false => Ok(secrets),
    }
}

/// A delivery that was saved.
struct Delivery {
    request: Request<Vec<u8>>,
    at: Option<OffsetDateTime>,
    notes: Vec<&'static str>,
}

impl Delivery {
    fn read(file: &[u8]) -> Fallible<Self> {
        match file.trim_ascii_start().first() {
            Some(b'{') => Self::of_event(&serde_json::from_slice(file)?),
            _ => Self::of_http(file),
        }
    }

    /// A request as HTTP/1.1 writes it (RFC 9112), also with bare newlines.
    fn of_http(file: &[u8]) -> Fallible<Self> {
        let mut rest = file;
        let mut line = || {
            let (line, after) = cut(rest, b'\n')?;
            rest = after;
            Some(line.strip_suffix(b"\r").unwrap_or(line))
        };
        let first = line().and_then(|line| str::from_utf8(line).ok()).unwrap_or_default();
        let mut words = first.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut request = Request::builder().method(method).uri(target);
        while let Some(line) = line().filter(|line| !line.is_empty()) {
            let (name, value) = cut(line, b':').ok_or("a header has no colon")?;
            let value = HeaderValue::from_bytes(value.trim_ascii())?;
            request = request.header(HeaderName::from_bytes(name)?, value);
        }
        // An editor may have added a newline, which is not part of the request.
        let headers = request.headers_ref();
        let length = headers.and_then(|it| it.get("content-length")?.to_str().ok()?.parse().ok());
        let body = length.and_then(|length: usize| rest.get(..length)).unwrap_or(rest);
        let date = headers.and_then(|headers| headers.get("date")?.to_str().ok());
        let at = date.and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok());
        Ok(Self { request: request.body(body.to_vec())?, at, notes: Vec::new() })
    }

    /// The event of a function behind an API gateway, of either version.
    fn of_event(event: &Value) -> Fallible<Self> {
        let text = |pointers: [&str; 2]| {
            pointers.iter().find_map(|it| event.pointer(it)?.as_str()).unwrap_or_default()
        };
        let method = text(["/requestContext/http/method", "/httpMethod"]);
        let path = text(["/rawPath", "/path"]);
        let query = text(["/rawQueryString", ""]);
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        let method = if method.is_empty() { "POST" } else { method };
        let path = if path.is_empty() { "/" } else { path };
        let mut request = Request::builder().method(method).uri(format!("{path}{query}"));
        let several = event.get("multiValueHeaders").and_then(Value::as_object);
        let single = event.get("headers").and_then(Value::as_object);
        let headers = several.or(single).ok_or("the event has no headers")?;
        for (name, value) in headers {
            let one = std::slice::from_ref(value);
            for value in value.as_array().map_or(one, Vec::as_slice) {
                request = request.header(name, value.as_str().unwrap_or_default());
            }
        }
        let body = event.get("body").and_then(Value::as_str).unwrap_or_default();
        let encoded = event.get("isBase64Encoded").and_then(Value::as_bool) == Some(true);
        let (body, notes) = match encoded {
            true => (STANDARD.decode(body)?, vec!["The event's body is base64, and was decoded."]),
            false => (body.as_bytes().to_vec(), Vec::new()),
        };
        let millis = ["/requestContext/timeEpoch", "/requestContext/requestTimeEpoch"];
        let millis = millis.iter().find_map(|it| event.pointer(it)?.as_i64());
        let at = millis.and_then(|it| OffsetDateTime::from_unix_timestamp(it / 1000).ok());
        Ok(Self { request: request.body(body)?, at, notes })
    }
}

/// What is before the first of these bytes, and what is after it.
fn cut(bytes: &[u8], end: u8) -> Option<(&[u8], &[u8])> {
    let (before, after) = bytes.split_at(bytes.iter().position(|byte| *byte == end)?);
    Some((before, after.get(1..)?))
}

fn as_json(scheme: Scheme, diagnosis: &Diagnosis) -> Value {
    let finding = |it: &tower_webhook::diagnose::Finding| {
        json!({
            "code": it.code(),
            "proved": it.is_proved(),
            "together_with": it.together_with(),
            "found": it.found(),
            "advice": it.advice(),
            "chapter": it.chapter(),
        })
    };
    json!({
        "scheme": scheme.name(),
        "verified": diagnosis.verdict().is_ok(),
        "error": diagnosis.verdict().err().map(|error| error.to_string()),
        "complete": diagnosis.is_complete(),
        "findings": diagnosis.findings().iter().map(finding).collect::<Vec<_>>(),
    })
}

fn print(scheme: Scheme, diagnosis: &Diagnosis, notes: &[&str]) {
    let colored = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none();
    let paint = |code: &str, text: &str| match colored {
        true => format!("\x1b[{code}m{text}\x1b[0m"),
        false => text.to_owned(),
    };
    notes.iter().for_each(|note| println!("{note}"));
    match diagnosis.verdict() {
        Ok(_) => println!("{}: {}", scheme.name(), paint("1;32", "verified")),
        Err(error) => println!("{}: {}: {error}", scheme.name(), paint("1;31", "not verified")),
    }
    for finding in diagnosis.findings() {
        let text = finding.to_string();
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        println!("{}\n{rest}", paint(if finding.is_proved() { "1;33" } else { "1" }, first));
    }
    if diagnosis.verdict().is_err() && diagnosis.findings().is_empty() {
        println!("Nothing explains it: most likely it was signed with another secret.");
    }
}
