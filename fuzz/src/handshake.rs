//! Whatever a request says, a handshake runs no handler, says no more than its challenge allows and
//! signs no delivery; and a secret comes through only as often as it is opened.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body::{Body, Frame};
use time::OffsetDateTime;
use tower_layer::Layer as _;
use tower_service::Service;
use tower_webhook::clock::ManualClock;
use tower_webhook::layer::VerifiedBody;
use tower_webhook::receive::{NewSecret, Opening, Registration, Rejection, RejectionKind};
use tower_webhook::scheme::{Encoding, Handshake, HeaderNames, Layout, Reply, Say};
use tower_webhook::{Scheme, WebhookLayer};

use crate::input::Input;
use crate::words;

const SECRET: &str = "It's a Secret to Everybody";
const TOKEN: &str = "ours";
const LONGEST: usize = 1024;

/// Two schemes of the body alone, as X and Smartcar have them, and one of more.
const SCHEMES: [Scheme; 3] = [X, SMARTCAR, Scheme::SLACK];

const X: Scheme = Scheme::custom("x")
    .headers(&[HeaderNames::new("x-signature")])
    .layout(Layout::single("sha256="))
    .encoding(Encoding::Base64)
    .build();

const SMARTCAR: Scheme =
    Scheme::custom("smartcar").headers(&[HeaderNames::new("x-signature")]).build();

const METHODS: [&str; 6] = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "get"];

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let handshake = Handshake::ALL[input.below(Handshake::ALL.len())];
    let scheme = SCHEMES[input.below(SCHEMES.len())];
    let flags = input.byte();
    let (is_signed, is_configured, is_open) = (flags & 1 > 0, flags & 2 > 0, flags & 4 > 0);
    let method = METHODS[input.below(METHODS.len())];
    let Some(request) = request(&mut input, scheme, method, is_signed) else { return };

    let kept = Arc::new(AtomicUsize::new(0));
    let opening = Opening::new();
    if is_open {
        opening.open();
    }
    let registration = match is_configured {
        false => Registration::from(handshake),
        true => {
            let kept = Arc::clone(&kept);
            let keep = move |secret: NewSecret| {
                assert!(is_plain(secret.text()) && secret.endpoint().is_none());
                kept.fetch_add(1, Ordering::Relaxed);
                ready(Ok::<_, Infallible>(()))
            };
            handshake.keep_secret(&opening, keep).verify_token(TOKEN)
        }
    };
    let now = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000);
    let verifier = scheme.verifier(SECRET).unwrap().clock(ManualClock::new(now));
    let handled = Arc::new(AtomicUsize::new(0));
    let layer = WebhookLayer::new(verifier).handshake(registration);
    let mut service = layer.layer(Handler(Arc::clone(&handled)));

    for _ in 0..2 {
        handled.store(0, Ordering::Relaxed);
        let response = call(&mut service, request.clone());
        let ran = handled.load(Ordering::Relaxed) > 0;
        let rejection = response.extensions().get::<Rejection>().cloned();
        assert_eq!(ran, rejection.is_none());
        assert!(!ran || is_signed, "what is not signed was handled");
        let Some(rejection) = rejection else { continue };
        let said = words(&rejection);
        for value in request.headers().values().filter(|value| value.len() > 15) {
            assert!(!said.contains(value.to_str().unwrap_or("\0")), "{said}");
        }
        match rejection.kind() {
            RejectionKind::HandshakeAnswered => {
                assert!(is_signed || !handshake.is_signed());
                assert!(is_configured || handshake.token().is_none() && !handshake.brings_secret());
                check(&handshake, scheme, &request, &response, &mut service);
            }
            RejectionKind::HandshakeRefused(_) => {
                assert!(!response.status().is_success() && response.body().is_empty());
            }
            _ => assert_eq!(response.status(), StatusCode::UNAUTHORIZED),
        }
    }
    let most = usize::from(is_open && is_configured && handshake.brings_secret());
    assert!(kept.load(Ordering::Relaxed) <= most);
}

/// What any answer must be.
fn check<S>(
    handshake: &Handshake,
    scheme: Scheme,
    request: &Request<Bytes>,
    response: &Response<String>,
    service: &mut S,
) where
    S: Service<Request<Once>, Response = Response<String>, Error = Infallible>,
{
    let (headers, body) = (response.headers(), response.body());
    assert_eq!(request.method(), handshake.method());
    assert!(response.status().is_success());
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["cache-control"], "no-store");
    assert!(body.is_empty() || is_plain_of(body, 2 * LONGEST + 256));

    // Everything that could be the challenge.
    let query = request.uri().query().unwrap_or_default().split('&');
    let mut challenges: Vec<String> = query
        .filter_map(|pair| decoded(pair.split_once('=').map_or("", |(_, value)| value)))
        .chain(request.headers().values().filter_map(|value| {
            value.to_str().ok().map(|text| text.trim_matches([' ', '\t']).to_owned())
        }))
        .collect();
    if let Ok(json) = serde_json::from_slice(request.body()) {
        strings(&json, &mut challenges);
    }
    let was_asked = |text: &str| is_plain(text) && challenges.iter().any(|other| other == text);
    let says: &[(&str, Say)] = match handshake.reply() {
        Reply::Bare => return assert!(body.is_empty() && headers.len() == 2),
        Reply::Text => {
            assert_eq!(headers["content-type"], "text/plain");
            return assert!(was_asked(body));
        }
        Reply::Json(says) | Reply::Headers(says) => says,
        _ => panic!("another reply"),
    };
    let json: Option<serde_json::Value> = serde_json::from_str(body).ok();
    assert_eq!(
        json.is_some(),
        headers.get("content-type").is_some_and(|it| it == "application/json")
    );
    for (name, say) in says {
        let said = match &json {
            Some(json) => json[name].as_str().map_or_else(|| json[name].to_string(), str::to_owned),
            None => headers[*name].to_str().unwrap().to_owned(),
        };
        match say {
            Say::Challenge => assert!(was_asked(&said)),
            Say::Mac { .. } => {
                // With the answer for its signature, no challenge is a delivery, nor is anything else
                // that was in the request.
                let whole = str::from_utf8(request.body()).unwrap_or_default().to_owned();
                for content in challenges.iter().chain([&whole]) {
                    assert_no_delivery(service, scheme, &said, content);
                }
            }
            Say::Text(text) => assert_eq!(said, *text),
            Say::Number(number) => assert_eq!(said, number.to_string()),
            _ => panic!("another word"),
        }
    }
}

fn assert_no_delivery<S>(service: &mut S, scheme: Scheme, signature: &str, content: &str)
where
    S: Service<Request<Once>, Response = Response<String>, Error = Infallible>,
{
    let name = scheme.headers()[0].signatures().next().unwrap();
    // The MAC in the form of the scheme, whatever that of the answer is.
    let mac = match signature.strip_prefix("sha256=") {
        Some(text) => STANDARD.decode(text).unwrap(),
        None => hex::decode(signature).unwrap(),
    };
    let value = match scheme.encoding() {
        Encoding::Base64 => format!("sha256={}", STANDARD.encode(mac)),
        _ if name == "x-slack-signature" => format!("v0={}", hex::encode(mac)),
        _ => hex::encode(mac),
    };
    let request =
        Request::post("/").header(name, value).header("x-slack-request-timestamp", "1728000000");
    let answer = call(service, request.body(Bytes::from(content.to_owned())).unwrap());
    assert!(answer.extensions().get::<Rejection>().is_some(), "an answer signs a delivery");
}

/// The request of these bytes: a line of the path and the query, lines of headers, and a body.
fn request(
    input: &mut Input<'_>,
    scheme: Scheme,
    method: &str,
    is_signed: bool,
) -> Option<Request<Bytes>> {
    let target = [b"/", input.line()].concat();
    let mut request = Request::builder().method(method).uri(target.as_slice());
    loop {
        let line = input.line();
        let Some(at) = line.iter().position(|byte| *byte == b':') else { break };
        let name = HeaderName::from_bytes(&line[..at]).ok()?;
        request = request.header(name, HeaderValue::from_bytes(&line[at + 1..]).ok()?);
    }
    let body = Bytes::copy_from_slice(input.clone().rest());
    let mut request = request.body(body).ok()?;
    if is_signed {
        let now = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000);
        let signed = scheme.signer(SECRET).unwrap().sign(None, now, request.body()).unwrap();
        request.headers_mut().extend(signed);
    } else {
        // Who has no secret has no signature, but by chance or from an answer.
        scheme.headers()[0].signatures().for_each(|name| {
            request.headers_mut().remove(name);
        });
    }
    Some(request)
}

/// All strings in a value.
fn strings(value: &serde_json::Value, all: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => all.push(text.clone()),
        serde_json::Value::Array(values) => values.iter().for_each(|value| strings(value, all)),
        serde_json::Value::Object(members) => {
            members.values().for_each(|value| strings(value, all))
        }
        _ => {}
    }
}

/// A text that is encoded as in a form.
fn decoded(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.replace('+', " ").into_bytes();
    for piece in pieces {
        bytes.extend(hex::decode(piece.get(..2)?).ok()?);
        bytes.extend(piece.get(2..)?.replace('+', " ").as_bytes());
    }
    String::from_utf8(bytes).ok()
}

fn is_plain(text: &str) -> bool {
    is_plain_of(text, LONGEST)
}

fn is_plain_of(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.len() <= longest && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Counts how often it runs.
#[derive(Clone)]
struct Handler(Arc<AtomicUsize>);

impl Service<Request<VerifiedBody>> for Handler {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<VerifiedBody>) -> Self::Future {
        self.0.fetch_add(1, Ordering::Relaxed);
        ready(Ok(Response::new(String::new())))
    }
}

/// A body in one frame.
struct Once(Option<Bytes>);

impl Body for Once {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// Nothing in here waits.
fn call<S>(service: &mut S, request: Request<Bytes>) -> Response<String>
where
    S: Service<Request<Once>, Response = Response<String>, Error = Infallible>,
{
    let future = pin!(service.call(request.map(|body| Once(Some(body)))));
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(response)) => response,
        Poll::Pending => panic!("it waits"),
    }
}

/// Requests as the providers document them, unsigned and signed, without and with what they need.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut seeds = Vec::new();
    for (index, handshake) in Handshake::ALL.iter().enumerate() {
        let (target, rest) = request_of(handshake.name());
        for (name, flags) in [("bare", 0), ("ready", 6), ("signed", 7)] {
            let method = METHODS.iter().position(|it| *it == handshake.method()).unwrap();
            let mut bytes = vec![index as u8, (index % 3) as u8, flags, method as u8];
            bytes.extend(format!("{target}\n{rest}").as_bytes());
            seeds.push((format!("{}-{name}", handshake.name()), bytes));
        }
    }
    for (name, token) in [("object", "%7B%7D"), ("number", "17"), ("long", &"x".repeat(1025))] {
        let at = Handshake::ALL.iter().position(|it| it.name() == "x").unwrap();
        let bytes = [&[at as u8, 0, 0, 0], format!("?crc_token={token}\n").as_bytes()].concat();
        seeds.push((format!("x-{name}"), bytes));
    }
    seeds
}

/// The path with the query, and the headers and the body.
fn request_of(name: &str) -> (&'static str, &'static str) {
    match name {
        "asana" => ("", "x-hook-secret:b537207f20cbfa02357cf448134da559\n\n"),
        "cloud-events" => ("", "webhook-request-origin:ours\n\n"),
        "discord" => ("", "\n{\"type\":1}"),
        "dropbox" | "nylas" => ("?challenge=b4%64%2B82e", "\n"),
        "fitbit" => ("?verify=ours", "\n"),
        "gusto" | "notion" => ("", "\n{\"verification_token\":\"secret_tMrlL1qK5vuQAh1b6\"}"),
        "meta" => ("?hub.mode=subscribe&hub.verify_token=ours&hub.challenge=17", "\n"),
        "okta" => ("", "x-okta-verification-challenge:a\"b\\c\n\n"),
        "oura" => ("?verification_token=ours&challenge=%22a", "\n"),
        "slack" => ("", "\n{\"type\":\"url_verification\",\"challenge\":\"3eZ\\/\"}"),
        "smartcar" => ("", "\n{\"eventName\":\"verify\",\"payload\":{\"challenge\":\"a1-b2\"}}"),
        "smartcar-v4" => ("", "\n{\"eventType\":\"VERIFY\",\"data\":{\"challenge\":\"a1-b2\"}}"),
        "smartsheet" => ("", "smartsheet-hook-challenge:d78dd1d3\n\n{}"),
        "twitch" => (
            "",
            "twitch-eventsub-message-type:webhook_callback_verification\n\n{\"challenge\":\"pog\"}",
        ),
        "websub" => ("?hub.mode=subscribe&hub.topic=ours&hub.challenge=abc", "\n"),
        "woocommerce" => ("", "\nwebhook_id=17"),
        "x" => ("?crc_token=9b4507b3-9040", "\n"),
        "zoom" => {
            ("", "\n{\"event\":\"endpoint.url_validation\",\"payload\":{\"plainToken\":\"qgg8\"}}")
        }
        _ => ("", "\n"),
    }
}
