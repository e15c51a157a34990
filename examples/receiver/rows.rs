//! What the receiver sends itself, and what should come of it.

use std::fmt;
use std::net::SocketAddr;

use http::{HeaderMap, Method, StatusCode};
use time::{Duration, OffsetDateTime};
use tower_webhook::Scheme;
use tower_webhook::scheme::HeaderNames;

use crate::secrets::{demo_secret, secret, signer};
use crate::{BODY_LIMIT, Fallible};

const BODY: &[u8] = br#"{"event":"ping"}"#;

/// A request, and what should come of it.
pub(crate) struct Row {
    /// A trade, or what the rows of no trade show.
    pub(crate) group: &'static str,
    pub(crate) scheme: &'static Scheme,
    pub(crate) what: &'static str,
    pub(crate) method: Method,
    pub(crate) query: &'static str,
    pub(crate) expected: Outcome,
    /// The whole body of the answer, where it matters.
    pub(crate) answer: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// The status that a delivery is answered with, and whether its handler ran.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcome(pub(crate) StatusCode, pub(crate) bool);

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if self.1 { ", handled" } else { "" };
        f.pad(&format!("{}{text}", self.0.as_u16()))
    }
}

/// What the demonstration sends: each preset's good delivery, forged ones of Velt, and handshakes.
pub(crate) fn rows(address: SocketAddr) -> Fallible<Vec<Row>> {
    let now = OffsetDateTime::now_utc();
    let mut rows = good(address, now, BODY)?;

    let scheme = &Scheme::VELT;
    let sign = |secret: &str, at, body: &[u8]| sign(scheme, secret, address, at, body);
    let secret = secret(scheme);
    let good = sign(&secret, now, BODY)?;
    let mut send = |what, headers, body: &[u8], status| {
        rows.push(Row {
            group: "forgeries",
            expected: Outcome(status, false),
            ..Row::post(scheme, what, headers, body)
        });
    };
    send("duplicate", good.clone(), BODY, StatusCode::OK);
    let unauthorized = StatusCode::UNAUTHORIZED;
    send("tampered body", good.clone(), br#"{"event":"pong"}"#, unauthorized);
    send("wrong key", sign(&demo_secret(scheme, "another secret"), now, BODY)?, BODY, unauthorized);
    send("stale", sign(&secret, now - Duration::minutes(6), BODY)?, BODY, unauthorized);
    send("future", sign(&secret, now + Duration::minutes(6), BODY)?, BODY, unauthorized);
    let mut repeated = good.clone();
    repeated.append("webhook-id", "msg_other".parse()?);
    send("repeated header", repeated, BODY, unauthorized);
    let mut empty = good;
    empty.insert("webhook-signature", "v1,".parse()?);
    send("empty signature", empty, BODY, unauthorized);
    send("unsigned", HeaderMap::new(), BODY, unauthorized);
    let long = vec![b'x'; BODY_LIMIT + 1];
    send("oversized body", sign(&secret, now, &long)?, &long, StatusCode::PAYLOAD_TOO_LARGE);
    rows.extend(handshakes(address, now)?);
    Ok(rows)
}

impl Row {
    /// A delivery that is handled.
    fn post(scheme: &'static Scheme, what: &'static str, headers: HeaderMap, body: &[u8]) -> Self {
        let expected = Outcome(StatusCode::OK, true);
        let (method, query, answer) = (Method::POST, "", None);
        let (group, body) = ("handshakes", body.into());
        Self { group, scheme, what, method, query, expected, answer, headers, body }
    }
}

/// The HMAC of a text alone.
const MAC: Scheme = Scheme::custom("mac").headers(&[HeaderNames::new("mac")]).build();

/// One handshake of each kind, each followed by a forgery on the same route.
fn handshakes(address: SocketAddr, now: OffsetDateTime) -> Fallible<Vec<Row>> {
    let answered = |row: Row, answer: &str| Row {
        what: "handshake",
        expected: Outcome(StatusCode::OK, false),
        answer: Some(answer.to_owned()),
        ..row
    };
    let unsigned = |scheme, method, query, body: &str| Row {
        method,
        query,
        ..Row::post(scheme, "", HeaderMap::new(), body.as_bytes())
    };
    let signed = |scheme: &'static Scheme, body: &'static str| -> Fallible<Row> {
        let headers = sign(scheme, &secret(scheme), address, now, body.as_bytes())?;
        Ok(Row::post(scheme, "", headers, body.as_bytes()))
    };
    let meta = "?hub.mode=subscribe&hub.verify_token=demo-token&hub.challenge=1158201444";
    let mut asana = unsigned(&Scheme::ASANA, Method::POST, "", "");
    asana.headers.insert("x-hook-secret", "b537207f20cbfa02357cf448134da559".parse()?);
    let slack = r#"{"type":"url_verification","challenge":"3eZbrw1aBm2rZgRNFdxV"}"#;

    let mut rows = vec![
        answered(unsigned(&Scheme::META, Method::GET, meta, ""), "1158201444"),
        answered(unsigned(&Scheme::DROPBOX, Method::GET, "?challenge=b4d82e", ""), "b4d82e"),
        answered(unsigned(&Scheme::TRELLO, Method::HEAD, "", ""), ""),
        answered(unsigned(&Scheme::WOOCOMMERCE, Method::POST, "", "webhook_id=17"), ""),
        answered(asana, ""),
        answered(signed(&Scheme::SLACK, slack)?, "3eZbrw1aBm2rZgRNFdxV"),
    ];
    let zoom = r#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYo"}}"#;
    let mac = MAC.signer(&secret(&Scheme::ZOOM))?.sign(None, now, b"qgg8vlvZRS6UYo")?;
    let mac = mac.get("mac").map_or(Ok(""), |mac| mac.to_str())?;
    let answer = format!(r#"{{"plainToken":"qgg8vlvZRS6UYo","encryptedToken":"{mac}"}}"#);
    rows.push(answered(signed(&Scheme::ZOOM, zoom)?, &answer));
    // Without a key of one's own there is none to sign with for Discord.
    let discord = signed(&Scheme::DISCORD, r#"{"type":1}"#)?;
    if !discord.headers.is_empty() {
        rows.push(answered(discord, r#"{"type":1}"#));
    }
    let forgeries = rows.iter().map(|row| -> Fallible<Row> {
        let headers = sign(row.scheme, &secret(row.scheme), address, now, b"{}")?;
        let expected = Outcome(StatusCode::UNAUTHORIZED, false);
        let forged = Row::post(row.scheme, "forged after it", headers, BODY);
        Ok(Row { expected, answer: Some(String::new()), ..forged })
    });
    let forgeries = forgeries.collect::<Fallible<Vec<_>>>()?;
    Ok(rows.into_iter().zip(forgeries).flat_map(|(asked, forged)| [asked, forged]).collect())
}

/// A good delivery of every preset that can be signed for.
fn good(address: SocketAddr, now: OffsetDateTime, body: &[u8]) -> Fallible<Vec<Row>> {
    let mut rows = Vec::new();
    for (trade, schemes) in Scheme::TRADES {
        for scheme in *schemes {
            let headers = sign(scheme, &secret(scheme), address, now, body)?;
            if !headers.is_empty() {
                rows.push(Row { group: trade, ..Row::post(scheme, "good", headers, body) });
            }
        }
    }
    Ok(rows)
}

pub(crate) fn sign(
    scheme: &Scheme,
    secret: &str,
    address: SocketAddr,
    at: OffsetDateTime,
    body: &[u8],
) -> Fallible<HeaderMap> {
    let Some(signer) = signer(scheme, secret)? else { return Ok(HeaderMap::new()) };
    let url = format!("http://{address}/{}", scheme.name());
    // A sender gives each event an id of its own; here the body tells them apart.
    // As long as the one that ConfigCat's is checked for.
    let id = format!("msg_{:028}", body.len());
    let (parts, _) = signer.request(&url, id.as_str(), at, body)?.into_parts();
    Ok(parts.headers)
}
