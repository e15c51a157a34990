//! The manual's table and the facts in the documentation of each preset, which are made from the
//! constants.
//!
//! After a change, `UPDATE_TABLE=1 cargo test --all-features --test scheme table` writes them anew.

use std::fmt::Write as _;

use tower_webhook::Scheme;
use tower_webhook::scheme::{
    Algorithm, Encoding, Evidence, HeaderNames, KeyFormat, Part, Retries, TimestampFormat,
};

#[test]
fn the_manuals_table_is_that_of_the_constants() {
    is_up_to_date("src/manual/schemes.md", |page| {
        let (before, rest) = page.split_once(" -->\n").unwrap();
        let (_, after) = rest.split_once("<!-- /table -->").unwrap();
        format!("{before} -->\n\n{}\n<!-- /table -->{after}", table())
    });
}

#[test]
fn the_facts_of_each_preset_are_those_of_its_constant() {
    is_up_to_date("src/scheme/catalog/facts.rs", |_| macro_of_facts());
}

fn is_up_to_date(path: &str, fresh: impl FnOnce(&str) -> String) {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    let kept = std::fs::read_to_string(&path).unwrap();
    let fresh = fresh(&kept);
    if std::env::var_os("UPDATE_TABLE").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    assert!(kept == fresh, "{path} has drifted from the constants");
}

fn sorted() -> Vec<Scheme> {
    let mut schemes = Scheme::ALL.to_vec();
    schemes.sort_unstable_by_key(Scheme::name);
    schemes
}

/// One row for each preset, by name, below an index of the letters.
fn table() -> String {
    let mut letters = Vec::new();
    let mut rows = String::new();
    for scheme in sorted() {
        let name = scheme.name();
        let letter = &name[..1];
        let anchor = match letters.last() {
            Some(last) if *last == letter => String::new(),
            _ => {
                letters.push(letter);
                format!("<span id=\"presets-{letter}\"></span>")
            }
        };
        let evidence = match scheme.evidence().unwrap() {
            Evidence::Vector => "a vector",
            Evidence::Documentation => "its pages",
            Evidence::Library => "its code",
            // On one line, whatever the width.
            _ => "third\u{a0}parties",
        };
        writeln!(
            rows,
            "| {anchor}[`{name}`](crate::Scheme::{}) | {}{} | {} | {} | {} | [{evidence}]({}) |",
            constant(scheme),
            match signed(scheme) {
                parts if parts.is_empty() => "**nothing**".to_owned(),
                parts => format!("`{}`", parts.replace('|', "\\|")),
            },
            if scheme.movable_url() { ", movable" } else { "" },
            key(scheme),
            replay(scheme),
            handshake(scheme).unwrap_or("–".to_owned()),
            scheme.documentation().unwrap(),
        )
        .unwrap();
    }
    let index = letters.iter().map(|it| format!("[{}](#presets-{it})", it.to_uppercase()));
    format!(
        "{}\n\n\
         | preset | signed | key | replay | handshake | rests on |\n\
         |---|---|---|---|---|---|\n{rows}",
        index.collect::<Vec<_>>().join(" · ")
    )
}

/// A macro that maps the name of each preset to what its description says.
fn macro_of_facts() -> String {
    let mut arms = String::new();
    for scheme in sorted() {
        let facts: Vec<_> =
            facts(scheme).iter().map(|fact| format!(" - {fact}").replace('"', "\\\"")).collect();
        let name = scheme.name();
        writeln!(arms, "    (\"{name}\") => {{\n        \"{}\"\n    }};", facts.join("\\n"))
            .unwrap();
    }
    format!(
        "//! What the description of each preset says, for its documentation.\n\
         //!\n\
         //! Written by `UPDATE_TABLE=1 cargo test --all-features --test scheme table`. A preset that is not\n\
         //! here yet has no facts.\n\n\
         macro_rules! facts {{\n{arms}    ($other:tt) => {{\n        \"\"\n    }};\n}}\n\n\
         pub(super) use facts;\n"
    )
}

fn facts(scheme: Scheme) -> Vec<String> {
    let headers: Vec<_> = scheme.headers().iter().map(|names| family(scheme, names)).collect();
    let mut facts = vec![
        format!("Sent: {}.", headers.join(", or ")),
        match signed(scheme) {
            parts if parts.is_empty() => {
                "**Nothing is signed**: the secret itself is sent, and the body may be anyone's."
                    .to_owned()
            }
            parts => format!(
                "Signed: `{parts}`{}, by {} in {}. Secret: {}.",
                if scheme.optional_port() { ", with the port or without" } else { "" },
                algorithms(scheme),
                match scheme.encoding() {
                    Encoding::Hex => "hex",
                    Encoding::Base64 => "base64",
                    Encoding::Base64UrlPadded => "padded base64url",
                    Encoding::Base64Der => "base64 of DER",
                    _ => "base64url",
                },
                key(scheme),
            ),
        },
    ];
    let tolerance = scheme.tolerance();
    facts.push(match scheme.timestamp_format() {
        None => "No time is signed, so an old delivery is not detected.".to_owned(),
        Some(_) => format!(
            "Tolerance: {} s in the past, {} s in the future. A retry {}.",
            tolerance.past().as_secs(),
            tolerance.future().as_secs(),
            match scheme.retries() {
                Retries::Fresh => "is signed anew",
                Retries::First => "has the time and the signature of the first attempt",
                _ => "may be signed anew or not: it is not stated",
            },
        ),
    });
    facts.push(match (scheme.signs_id(), scheme.delivery_header()) {
        (true, _) => "The id is signed, and a replay guard goes by it.".to_owned(),
        (false, Some(header)) => format!(
            "No id is signed; by `{header}`, which is not signed, a replay guard tells deliveries apart."
        ),
        (false, None) => "No id is signed.".to_owned(),
    });
    if let Some(handshake) = handshake(scheme) {
        facts.push(format!("Handshake: {handshake}."));
    }
    facts
}

fn constant(scheme: Scheme) -> String {
    match scheme.name() {
        "standard-webhooks" => "STANDARD".to_owned(),
        name => name.to_uppercase().replace('-', "_"),
    }
}

fn family(scheme: Scheme, names: &HeaderNames) -> String {
    let signatures: Vec<_> = names.signatures().collect();
    let signature = match signatures.as_slice() {
        [one] => format!("`{one}: {}`", scheme.layout()),
        [one, other] => format!("`{one}` and `{other}`: `{}`", scheme.layout()),
        [one, .., last] => format!("`{one}` to `{last}`: `{}`", scheme.layout()),
        [] => unreachable!(),
    };
    let others: Vec<_> = names.id_name().into_iter().chain(names.timestamp_name()).collect();
    match others.as_slice() {
        [] => signature,
        [one] => format!("{signature} with `{one}`"),
        others => format!("{signature} with `{}`", others.join("` and `")),
    }
}

fn signed(scheme: Scheme) -> String {
    let part = |part: &Part| match part {
        Part::Id => "{id}",
        Part::Timestamp => match scheme.timestamp_format().unwrap() {
            TimestampFormat::Seconds => "{seconds}",
            TimestampFormat::Millis => "{milliseconds}",
            TimestampFormat::Iso8601 => "{ISO 8601}",
            TimestampFormat::HttpDate => "{HTTP date}",
            _ => "{RFC 3339}",
        },
        Part::Body => "{body}",
        Part::Form => "{fields}",
        Part::Digest => "{SHA-256 of body}",
        Part::Method => "{method}",
        Part::Url => "{url}",
        Part::Path => "{path}",
        Part::Literal(text) => text,
        other => panic!("{other:?} is not in the table"),
    };
    scheme.signed().iter().map(part).collect()
}

/// What tells a delivery from one that was sent before.
fn replay(scheme: Scheme) -> String {
    let id = if scheme.signs_id() { Some("id") } else { None };
    let time = scheme.timestamp_format().map(|_| "time");
    let header = scheme.delivery_header().map(|_| "header");
    let all: Vec<_> = [id, time, header].into_iter().flatten().collect();
    if all.is_empty() { "–".to_owned() } else { all.join(", ") }
}

fn handshake(scheme: Scheme) -> Option<String> {
    let handshake = scheme.handshake()?;
    let signed = if handshake.is_signed() { "signed " } else { "" };
    let constant = handshake.name().to_uppercase().replace('-', "_");
    Some(format!("[{signed}{}](crate::scheme::Handshake::{constant})", handshake.method()))
}

fn algorithms(scheme: Scheme) -> &'static str {
    match scheme.algorithm() {
        Algorithm::HmacSha256 if is_asymmetric(scheme) => "HMAC-SHA-256 or Ed25519",
        Algorithm::HmacSha256 => "HMAC-SHA-256",
        Algorithm::HmacSha512 => "HMAC-SHA-512",
        Algorithm::HmacSha1 => "HMAC-SHA-1",
        Algorithm::Ed25519 => "Ed25519",
        Algorithm::EcdsaP256 => "ECDSA P-256",
        Algorithm::SharedToken => "none",
        other => panic!("{other:?} is not in the table"),
    }
}

fn key(scheme: Scheme) -> &'static str {
    match scheme.key_format() {
        KeyFormat::Whsec if is_asymmetric(scheme) => "`whsec_`, `whpk_`",
        KeyFormat::Whsec => "`whsec_`",
        KeyFormat::VersionedWhsec => "`v1,whsec_`",
        KeyFormat::WhsecOrUtf8 => "`whsec_`, or text",
        KeyFormat::WhsecAndUtf8 => "`whsec_` and text",
        KeyFormat::Utf8 => "text",
        KeyFormat::Utf8With("&") => "text and `&`",
        KeyFormat::Hex => "hex",
        KeyFormat::Base64 => "base64",
        KeyFormat::Utf8OrHex => "text or hex",
        KeyFormat::PublicKeyHex => "public key, hex",
        KeyFormat::PublicKeyBase64 => "public key, base64",
        KeyFormat::PublicKeyDer => "public key, base64 of DER",
        other => panic!("{other:?} is not in the table"),
    }
}

fn is_asymmetric(scheme: Scheme) -> bool {
    scheme.layout().to_string().contains("v1a")
}
