//! A server with a layer that fetches its secrets, what it has seen, and who sends to it.

#![allow(dead_code, clippy::unwrap_used)]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;
use tower_webhook::clock::{Clock as _, ManualClock};
use tower_webhook::fetch::{EndpointId, SecretCache, SecretFetcher};
use tower_webhook::receive::{Rejection, RejectionKind};
use tower_webhook::{Head, Verified, WebhookLayer};

use crate::support::{NOW, at};

pub(crate) const BODY: &[u8] = br#"{"event":"ping","data":[1,2,3]}"#;
pub(crate) const LIMIT: usize = 64 << 10;

/// The clock of sender and receiver.
#[derive(Clone)]
pub(crate) struct Time(ManualClock);

impl Time {
    pub(crate) fn start() -> Self {
        Self(ManualClock::new(at(NOW)))
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.0.now()
    }

    pub(crate) fn passes(&self, seconds: u64) {
        self.0.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn clock(&self) -> ManualClock {
        self.0.clone()
    }
}

/// A server whose every path is behind one layer; `/hooks/x` is the endpoint `x`.
pub(crate) struct Receiver {
    address: SocketAddr,
    app: Router,
    seen: Arc<Seen>,
    client: Client<HttpConnector, BoxBody<Bytes, Infallible>>,
}

#[derive(Default)]
struct Seen {
    asked: AtomicUsize,
    handled: AtomicUsize,
    dropped: AtomicUsize,
    rejections: Mutex<Vec<Rejection>>,
}

impl Receiver {
    pub(crate) async fn start<F: SecretFetcher>(cache: &SecretCache<F>) -> Self {
        Self::with(cache, |layer| layer).await
    }

    pub(crate) async fn with<F: SecretFetcher>(
        cache: &SecretCache<F>,
        customize: impl FnOnce(WebhookLayer) -> WebhookLayer,
    ) -> Self {
        let seen = Arc::new(Seen::default());
        let counter = Arc::clone(&seen);
        let layer = WebhookLayer::from_cache(cache.clone(), move |head: &Head<'_>| {
            counter.asked.fetch_add(1, Ordering::SeqCst);
            EndpointId::new(head.path()?.strip_prefix("/hooks/")?).ok()
        });
        let app = Router::new()
            .fallback(handle)
            .with_state(Arc::clone(&seen))
            .layer(customize(layer.body_limit(LIMIT)))
            .layer(from_fn_with_state(Arc::clone(&seen), watch));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = axum::serve(listener, app.clone());
        tokio::spawn(async move { server.await });
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { address, app, seen, client }
    }

    /// How often the handler ran.
    pub(crate) fn handled(&self) -> usize {
        self.seen.handled.load(Ordering::SeqCst)
    }

    /// How often it was asked which endpoint a request is for.
    pub(crate) fn asked(&self) -> usize {
        self.seen.asked.load(Ordering::SeqCst)
    }

    /// How many requests were dropped before they were answered.
    pub(crate) fn dropped(&self) -> usize {
        self.seen.dropped.load(Ordering::SeqCst)
    }

    /// What kind of reason the last request was not let through for, of those that were not.
    pub(crate) fn rejected(&self) -> Option<RejectionKind> {
        self.rejection().map(|rejection| rejection.kind())
    }

    /// Why the last request was not let through, of those that were not.
    pub(crate) fn rejection(&self) -> Option<Rejection> {
        self.seen.rejections.lock().unwrap().last().cloned()
    }

    /// Sends [`BODY`] over a socket, in frames of this size.
    pub(crate) async fn send(
        &self,
        path: &str,
        headers: HeaderMap,
        frame: usize,
    ) -> http::Response<Bytes> {
        let body = if frame < BODY.len() {
            let frames = BODY.chunks(frame).map(|chunk| Ok(Frame::data(Bytes::from_static(chunk))));
            StreamBody::new(tokio_stream::iter(frames)).boxed()
        } else {
            Full::from(BODY).boxed()
        };
        let mut request =
            Request::post(format!("http://{}{path}", self.address)).body(body).unwrap();
        request.headers_mut().extend(headers);
        let (parts, body) = self.client.request(request).await.unwrap().into_parts();
        http::Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
    }

    /// Sends [`BODY`] without a socket.
    pub(crate) async fn send_here(&self, path: &str, headers: HeaderMap) -> Response {
        let mut request = Request::post(path).body(Body::from(BODY)).unwrap();
        request.headers_mut().extend(headers);
        let Ok(response) = self.app.clone().oneshot(request).await;
        response
    }

    /// Sends a head that promises a body, waits to be asked for it, and sends none. The lines of
    /// whatever answer comes first.
    pub(crate) async fn send_head(
        &self,
        path: &str,
        headers: &HeaderMap,
        length: usize,
    ) -> Vec<String> {
        let framing = format!("content-length: {length}\r\nexpect: 100-continue");
        let mut stream = self.open(path, headers, &framing).await;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        head.trim_end().lines().map(|line| line.to_owned()).collect()
    }

    pub(crate) async fn open(&self, path: &str, headers: &HeaderMap, framing: &str) -> TcpStream {
        let mut head = format!("POST {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {}\r\n", value.to_str().unwrap());
        }
        head += &format!("{framing}\r\n\r\n");
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    }
}

/// Gives the body back, and tells which secret it was signed with.
async fn handle(
    State(seen): State<Arc<Seen>>,
    delivery: Verified,
    body: Bytes,
) -> ([(&'static str, String); 1], Bytes) {
    seen.handled.fetch_add(1, Ordering::SeqCst);
    ([("x-secret", delivery.secret_index().to_string())], body)
}

async fn watch(State(seen): State<Arc<Seen>>, request: Request, next: Next) -> Response {
    let mut unanswered = Unanswered(Some(seen));
    let response = next.run(request).await;
    if let Some(seen) = unanswered.0.take() {
        seen.rejections.lock().unwrap().extend(response.extensions().get().cloned());
    }
    response
}

struct Unanswered(Option<Arc<Seen>>);

impl Drop for Unanswered {
    fn drop(&mut self) {
        if let Some(seen) = &self.0 {
            seen.dropped.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Waits for what happens in the background, and not for ever.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap();
}

pub(crate) fn path(endpoint: &str) -> String {
    format!("/hooks/{endpoint}")
}
