//! A receiver with one route for every preset. At start it sends itself good and forged
//! deliveries over HTTP and shows what came of them; then it serves until Ctrl-C.
//!
//! ```text
//! cargo run --example receiver --all-features               # 127.0.0.1:3000
//! cargo run --example receiver --all-features -- 8080       # another port
//! cargo run --example receiver --all-features -- --check    # only the table
//! ```
//!
//! Where the provider of a preset has a handshake, it is answered; the verify token is `demo-token`.
//!
//! Each preset has a demo secret. A real one is taken from the environment: `VELT_SECRET`,
//! `GITHUB_SECRET` and so on.

use std::env;
use std::error::Error;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use time::{Duration, OffsetDateTime};
use tokio::net::TcpListener;
use tower_webhook::receive::{NewSecret, Opening, Registration};
use tower_webhook::replay::{MemoryReplayGuard, Replay};
use tower_webhook::scheme::{Algorithm, Handshake, HeaderNames, KeyFormat};
use tower_webhook::{Scheme, Secret, Signer, Verified, WebhookLayer};

type Fallible<T> = Result<T, Box<dyn Error>>;

const BODY_LIMIT: usize = 64 << 10;
const BODY: &[u8] = br#"{"event":"ping"}"#;
const BODY_TO_PASTE: &[u8] = br#"{"event":"hello"}"#;

/// The token that Meta has to know.
const VERIFY_TOKEN: &str = "demo-token";

/// The handler's mark on its answers, by which the table tells them from the layer's.
const HANDLED: &str = "x-handled";

/// The demonstration pair of Svix, the public half in base64 and in hexadecimal digits.
const DEMO_PRIVATE_KEY: &str =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
const DEMO_PUBLIC_KEY: (&str, &str) = (
    "1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
    "d52880e28f61caa4c2a48a82e55f4751a92289a78009ea9f6532270c16ce8abe",
);

#[tokio::main]
async fn main() -> Fallible<ExitCode> {
    let (port, check) = arguments()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| format!("cannot listen on 127.0.0.1:{port}: {error}"))?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move {
        axum::serve(listener, app(address)?).with_graceful_shutdown(interrupted()).await?;
        Ok::<_, Box<dyn Error + Send + Sync>>(())
    });

    let as_expected = demonstrate(address).await?;
    if check {
        return Ok(if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }

    print_commands(address)?;
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    server.await?.map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// The receiver itself: a route, a handler and a layer for every preset, and one memory of what
/// was handled.
fn app(address: SocketAddr) -> Result<Router, Box<dyn Error + Send + Sync>> {
    let replay = Replay::with(MemoryReplayGuard::builder().build());
    let mut app = Router::new();
    for scheme in Scheme::ALL {
        let verifier =
            scheme.verifier(&secret(scheme))?.public_url(&format!("http://{address}"))?;
        let layer = WebhookLayer::new(verifier)
            .body_limit(BODY_LIMIT)
            .replay(replay.clone().scope(scheme.name()));
        let route = match scheme.handshake() {
            Some(handshake) => post(handle).layer(layer.handshake(registration(handshake))),
            None => post(handle).layer(layer),
        };
        app = app.route(&format!("/{}", scheme.name()), route);
    }
    Ok(app)
}

/// What the handshake of a provider needs. A secret that comes by handshake is taken once.
fn registration(handshake: Handshake) -> Registration {
    if handshake.brings_secret() {
        let opening = Opening::new();
        opening.open();
        // A real receiver stores it where its cache fetches secrets.
        return handshake.keep_secret(&opening, async |secret: NewSecret| {
            tracing::info!(bytes = secret.text().len(), "a secret has come by handshake");
            Ok::<_, std::io::Error>(())
        });
    }
    match handshake.token() {
        Some(_) => handshake.verify_token(VERIFY_TOKEN),
        None => handshake.into(),
    }
}

async fn handle(delivery: Verified, body: Bytes) -> [(&'static str, &'static str); 1] {
    tracing::info!(
        scheme = delivery.scheme().name(),
        id = delivery.id(),
        bytes = body.len(),
        "delivery accepted"
    );
    [(HANDLED, "yes")]
}

/// The secret from the environment, or one for the demonstration.
fn secret(scheme: &Scheme) -> String {
    env::var(variable(scheme)).unwrap_or_else(|_| demo_secret(scheme, "It's a Secret to Everybody"))
}

fn variable(scheme: &Scheme) -> String {
    format!("{}_SECRET", scheme.name().to_uppercase().replace('-', "_"))
}

/// A secret of the shape that the scheme's provider prints.
fn demo_secret(scheme: &Scheme, text: &str) -> String {
    let hex = || text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    match scheme.key_format() {
        KeyFormat::Utf8 => text.to_owned(),
        KeyFormat::PublicKeyBase64 => DEMO_PUBLIC_KEY.0.to_owned(),
        KeyFormat::PublicKeyHex => DEMO_PUBLIC_KEY.1.to_owned(),
        KeyFormat::Whsec | KeyFormat::WhsecOrUtf8 | KeyFormat::WhsecAndUtf8 => {
            format!("whsec_{}", hex())
        }
        // Hexadecimal digits are base64 too.
        _ => hex(),
    }
}

/// Signs as the provider does, unless only the provider can: its real public key is in the
/// environment.
fn signer(scheme: &Scheme, secret: &str) -> Fallible<Option<Signer>> {
    if scheme.algorithm() != Algorithm::Ed25519 {
        return Ok(Some(scheme.signer(secret)?));
    }
    let demo = env::var_os(variable(scheme)).is_none();
    Ok(demo.then(|| Signer::new(*scheme, Secret::whsk(DEMO_PRIVATE_KEY)?)).transpose()?)
}

/// A request, and what should come of it.
struct Row {
    scheme: &'static Scheme,
    what: &'static str,
    method: Method,
    query: &'static str,
    expected: Outcome,
    /// The whole body of the answer, where it matters.
    answer: Option<String>,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// The status that a delivery is answered with, and whether its handler ran.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Outcome(StatusCode, bool);

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if self.1 { ", handled" } else { "" };
        f.pad(&format!("{}{text}", self.0.as_u16()))
    }
}

/// What the demonstration sends: each preset's good delivery, forged ones of Velt, and handshakes.
fn rows(address: SocketAddr) -> Fallible<Vec<Row>> {
    let now = OffsetDateTime::now_utc();
    let mut rows = good(address, now, BODY)?;

    let scheme = &Scheme::VELT;
    let sign = |secret: &str, at, body: &[u8]| sign(scheme, secret, address, at, body);
    let secret = secret(scheme);
    let good = sign(&secret, now, BODY)?;
    let mut send = |what, headers, body: &[u8], status| {
        rows.push(Row {
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
        Self { scheme, what, method, query, expected, answer, headers, body: body.into() }
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
    for scheme in Scheme::ALL {
        let headers = sign(scheme, &secret(scheme), address, now, body)?;
        if !headers.is_empty() {
            rows.push(Row::post(scheme, "good", headers, body));
        }
    }
    Ok(rows)
}

fn sign(
    scheme: &Scheme,
    secret: &str,
    address: SocketAddr,
    at: OffsetDateTime,
    body: &[u8],
) -> Fallible<HeaderMap> {
    let Some(signer) = signer(scheme, secret)? else { return Ok(HeaderMap::new()) };
    let url = format!("http://{address}/{}", scheme.name());
    // A sender gives each event an id of its own; here the body tells them apart.
    let id = format!("msg_{}", body.len());
    let (parts, _) = signer.request(&url, id.as_str(), at, body)?.into_parts();
    Ok(parts.headers)
}

/// Sends every row over HTTP and prints what came back.
async fn demonstrate(address: SocketAddr) -> Fallible<bool> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let mut as_expected = true;
    println!("  {:<20} {:<16} {:<14} {:<14}", "scheme", "delivery", "expected", "got");
    for row in rows(address)? {
        let uri = format!("http://{address}/{}{}", row.scheme.name(), row.query);
        let request = Request::builder().method(row.method).uri(uri);
        let mut request = request.body(Full::from(row.body))?;
        request.headers_mut().extend(row.headers);
        let response = client.request(request).await?;
        let got = Outcome(response.status(), response.headers().contains_key(HANDLED));
        let answer = response.into_body().collect().await?.to_bytes();
        let as_this = got == row.expected && row.answer.is_none_or(|text| answer == text);
        let mark = if as_this { "✓" } else { "✗" };
        as_expected &= as_this;
        println!(
            "{mark} {:<20} {:<16} {:<14} {:<14}",
            row.scheme.name(),
            row.what,
            row.expected,
            got
        );
    }
    println!("{}", if as_expected { "every row as expected" } else { "NOT every row as expected" });
    Ok(as_expected)
}

/// Prints one command for every preset, to be pasted within its tolerance.
fn print_commands(address: SocketAddr) -> Fallible<()> {
    println!("\nTry it yourself; most signatures with a time in them are good for five minutes,");
    println!("and the second time a delivery is acknowledged without being handled again:\n");
    for row in good(address, OffsetDateTime::now_utc(), BODY_TO_PASTE)? {
        print!("curl -i http://{address}/{}", row.scheme.name());
        for (name, value) in &row.headers {
            print!(" \\\n  -H '{name}: {}'", value.to_str()?);
        }
        println!(" \\\n  --data-binary '{}'\n", str::from_utf8(&row.body)?);
    }
    println!("listening on http://{address}, Ctrl-C ends");
    Ok(())
}

async fn interrupted() {
    // Without a handler for Ctrl-C there is nothing to wait for.
    let _ = tokio::signal::ctrl_c().await;
}

fn arguments() -> Fallible<(u16, bool)> {
    let (mut port, mut check) = (3000, false);
    for argument in env::args().skip(1) {
        match argument.as_str() {
            "--check" => check = true,
            text => {
                port = text
                    .parse()
                    .map_err(|_| format!("expected a port or --check, got {text:?}"))?;
            }
        }
    }
    Ok((port, check))
}
