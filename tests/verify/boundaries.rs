//! Signed content can be cut into its parts in only one way, so that no byte of a delivery can move
//! from one part to another.

use http::request::Parts;
use http::{HeaderValue, Method, Uri};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use time::format_description::well_known::Rfc3339;
use tower_webhook::scheme::{HeaderNames, IdShape, Part, TimestampFormat};
use tower_webhook::{Scheme, Tolerance};

use crate::support::{at, presets, request, secret, signer};

const BASE: &str = "https://hooks.example.com";

/// A captured delivery.
#[derive(Clone, Debug)]
struct Delivery {
    scheme: Scheme,
    id: String,
    at: i64,
    path: String,
    body: String,
}

impl Delivery {
    /// The other deliveries that its signature is valid for, `None` if it cannot be signed.
    fn others(&self) -> Option<Vec<String>> {
        let Self { scheme, id, at: seconds, path, body } = self;
        let url = format!("{BASE}{path}");
        let signed = signer(*scheme).request(&url, id.as_str(), at(*seconds), body).ok()?;
        let names = scheme.headers()[0];
        let time = match names.timestamp_name() {
            Some(name) => signed.headers()[name].to_str().unwrap().to_owned(),
            None => written(*scheme, *seconds),
        };
        let verifier = scheme.verifier(secret(*scheme)).unwrap().public_url(BASE).unwrap();
        let verifier = verifier.tolerance(Tolerance::dangerous_unlimited());

        let arrived = arrives(path);
        let digest = hex::encode(Sha256::digest(body));
        let original = |part: &Part| match part {
            Part::Id => id,
            Part::Timestamp => &time,
            Part::Body => body,
            Part::Digest => &digest,
            Part::Method => "POST",
            Part::Url => &url,
            Part::Path => arrived.path(),
            Part::Literal(text) => text,
            other => panic!("{other:?}"),
        };
        let content: String = scheme.signed().iter().map(original).collect();

        let mut others = Vec::new();
        let mut found = false;
        'cuts: for cut in cuts(scheme.signed(), &content) {
            let mut sent = request(signed.headers());
            sent.uri = arrives(path);
            let mut sent_body = body.as_str();
            for (part, piece) in scheme.signed().iter().zip(&cut) {
                match part {
                    Part::Id => {
                        let Ok(value) = HeaderValue::from_str(piece) else { continue 'cuts };
                        sent.headers.insert(names.id_name().unwrap(), value);
                    }
                    Part::Timestamp => {
                        let name = names.timestamp_name();
                        let name = name.unwrap_or_else(|| names.signatures().next().unwrap());
                        let value = signed.headers()[name].to_str().unwrap();
                        let value = HeaderValue::from_str(&value.replacen(&time, piece, 1));
                        let Ok(value) = value else { continue 'cuts };
                        sent.headers.insert(name, value);
                    }
                    Part::Body => sent_body = piece,
                    // Of no other body that anybody knows.
                    Part::Digest if *piece != digest => continue 'cuts,
                    Part::Method => sent.method = Method::from_bytes(piece.as_bytes()).unwrap(),
                    Part::Url => sent.uri = arrives(&piece[BASE.len()..]),
                    // Beside the URL, whose path it would have to be.
                    Part::Path if scheme.signed().contains(&Part::Url) => {}
                    Part::Path => sent.uri = arrives(piece),
                    _ => {}
                }
            }
            let verifies =
                |sent: &Parts, body: &str| verifier.verify(sent, body.as_bytes()).is_ok();
            if scheme.signed().iter().map(original).eq(cut.iter().copied()) {
                found = verifies(&sent, sent_body);
                continue;
            }
            // What would be read as this cut, however it is presented.
            for uri in [sent.uri.clone(), encoded(&sent.uri)] {
                sent.uri = uri;
                for body in [sent_body, &sent_body.replace("\\u00e9", "é")] {
                    if verifies(&sent, body) {
                        others.push(format!("{cut:?} {} {body:?}", sent.uri));
                    }
                }
            }
        }
        assert!(found, "{self:?} does not verify");
        Some(others)
    }
}

/// What a server sees of a URL behind [`BASE`].
fn arrives(path: &str) -> Uri {
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("{slash}{path}").parse().unwrap()
}

/// The same with what [`described`] decodes encoded.
fn encoded(uri: &Uri) -> Uri {
    format!("/{}", uri.to_string()[1..].replace('/', "%2F")).parse().unwrap()
}

/// How the signer has written the time.
fn written(scheme: Scheme, seconds: i64) -> String {
    match scheme.timestamp_format() {
        Some(TimestampFormat::Millis) => format!("{seconds}000"),
        Some(TimestampFormat::Rfc3339) => at(seconds).format(&Rfc3339).unwrap(),
        _ => seconds.to_string(),
    }
}

/// Every way to cut `content` into these parts. What cannot be a method, or a URL that arrives, is
/// left out; everything else is up to the verifier.
fn cuts<'c>(parts: &[Part], content: &'c str) -> Vec<Vec<&'c str>> {
    let Some((part, rest)) = parts.split_first() else {
        return if content.is_empty() { vec![vec![]] } else { vec![] };
    };
    let lengths = match part {
        Part::Literal(text) if content.starts_with(text) => text.len()..=text.len(),
        Part::Literal(_) => return vec![],
        _ if rest.is_empty() => content.len()..=content.len(),
        _ => 0..=content.len(),
    };
    let mut all = Vec::new();
    for (piece, after) in lengths.map(|length| content.split_at(length)) {
        let possible = match part {
            Part::Method => Method::from_bytes(piece.as_bytes()).is_ok(),
            Part::Url => piece.strip_prefix(BASE).is_some_and(|path| {
                let whole = format!("/{}", path.strip_prefix('/').unwrap_or(path));
                (path.is_empty() || path.starts_with(['/', '?']))
                    && whole.parse::<Uri>().is_ok_and(|uri| uri == *whole)
            }),
            Part::Path => {
                piece.parse::<Uri>().is_ok_and(|uri| uri == *piece && uri.path() == piece)
            }
            _ => true,
        };
        if possible {
            all.extend(cuts(rest, after).into_iter().map(|cut| [&[piece], &cut[..]].concat()));
        }
    }
    all
}

/// Text that comes close to the neighbor of any part.
fn text(pieces: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "1",
        "0",
        "7",
        "2001",
        "-",
        "--",
        ".",
        "..",
        ":",
        "|",
        "T",
        "Z",
        "=",
        "\n",
        " ",
        "a",
        "{}",
        "\\u00e9",
        "1700000000",
        "1700000000.",
        "1700000000000",
        "2023-11-14T22:13:20Z",
        "2023-11-14T22:13:20.5+01:00",
        "2023-11-14T",
        "2023-11-14T22:13:20",
        ".5",
        "Tue, 14 Nov 2023 22:13:20 GMT",
        "22:13:20Z",
        "POST",
        "/hook?a=1",
        "https://hooks.example.com/",
    ]);
    prop::collection::vec(piece, pieces).prop_map(|pieces| pieces.concat())
}

prop_compose! {
    /// A delivery that is still to get its scheme.
    fn fields()(
        id in "[a1T:=.-]{1,6}|[0-9]{1,4}|2023-11-14T22|[0-9a-f]{4}",
        at in 1_000_000_000..10_000_000_000_i64,
        path in "(/[a-z1:.]{0,3})?(\\?[a-z0-9=/]{0,4})?",
        body in text(0..5),
    ) -> Delivery {
        Delivery { scheme: Scheme::STANDARD, id, at, path, body }
    }
}

/// The parts of a scheme in any order, with or without literals.
fn orders() -> impl Strategy<Value = Vec<Part>> {
    let literals = prop::sample::select(vec![".", "--", "1", ":", "\n", " ", "T", "a."]);
    let literal = literals.prop_map(Part::Literal);
    let part = prop_oneof![
        2 => Just(Part::Id),
        2 => Just(Part::Timestamp),
        1 => Just(Part::Url),
        1 => Just(Part::Method),
        1 => Just(Part::Path),
        4 => literal,
    ];
    let body = prop_oneof![4 => Just(Part::Body), 1 => Just(Part::Digest)];
    let parts = (prop::collection::vec(part, 0..5), any::<prop::sample::Index>(), body);
    parts.prop_map(|(mut parts, at, body)| {
        parts.insert(at.index(parts.len() + 1), body);
        parts
    })
}

/// A scheme with these parts, if there can be one.
fn described(parts: Vec<Part>, shape: IdShape, format: TimestampFormat) -> Option<Scheme> {
    let mut names = HeaderNames::new("x-signature");
    if parts.contains(&Part::Id) {
        names = names.id("x-id");
    }
    if parts.contains(&Part::Timestamp) {
        names = names.timestamp("x-time");
    }
    let builder = Scheme::custom("described")
        .headers(vec![names].leak())
        .signed(parts.leak())
        .id_shape(shape)
        .timestamp_format(format);
    let escapes = builder.escaped_body();
    let builder = if escapes.try_build().is_ok() { escapes } else { builder };
    let decodes = builder.decoded_url("/").try_build();
    decodes.or_else(|_| builder.try_build()).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 1 } else { 64 }))]

    #[test]
    fn no_preset_can_be_cut_elsewhere_but_for_those_that_say_so(delivery in fields()) {
        for scheme in presets().filter(|scheme| !scheme.movable_url()) {
            if let Some(others) = (Delivery { scheme, ..delivery.clone() }).others() {
                prop_assert!(others.is_empty(), "{:?} {}", scheme, others[0]);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 1 } else { 2000 }))]

    #[test]
    fn no_scheme_that_builds_can_be_cut_elsewhere(
        parts in orders(),
        delivery in fields(),
        shape in prop::sample::select(vec![
            IdShape::Visible, IdShape::UrlSafe, IdShape::Length(1), IdShape::Length(4),
        ]),
        format in prop::sample::select(vec![
            TimestampFormat::Seconds, TimestampFormat::Millis, TimestampFormat::Rfc3339,
            TimestampFormat::Iso8601, TimestampFormat::HttpDate,
        ]),
    ) {
        let Some(scheme) = described(parts, shape, format) else { return Ok(()) };
        if let Some(others) = (Delivery { scheme, ..delivery }).others() {
            prop_assert!(others.is_empty(), "{:?} {}", scheme.signed(), others[0]);
        }
    }
}

#[test]
fn bytes_move_between_url_and_body_only_where_a_scheme_says_so() {
    let mut movable: Vec<_> = Scheme::ALL.iter().filter(|scheme| scheme.movable_url()).collect();
    let named = [
        &Scheme::SQUARE,
        &Scheme::HUBSPOT_V3,
        &Scheme::SIGNALWIRE,
        &Scheme::SIGNALWIRE_SWML,
        &Scheme::TWILIO,
        &Scheme::TWILIO_SHA256,
        &Scheme::MANDRILL,
        &Scheme::TRELLO,
    ];
    assert_eq!(movable, named);
    // How the fields of a form move is in `forms.rs`.
    movable.retain(|scheme| scheme.signed().contains(&Part::Body));
    for &scheme in movable.into_iter().filter(|scheme| crate::support::is_compiled_in(**scheme)) {
        let delivery = Delivery {
            scheme,
            id: "1".to_owned(),
            at: 1_700_000_000,
            path: "/hook".to_owned(),
            body: format!("1{BASE}/"),
        };
        assert!(!delivery.others().unwrap().is_empty(), "{scheme:?}");
    }
}
