//! Real servers on real sockets: axum and bare hyper, and clients that misbehave.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Json};
use axum::routing::{any, post};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower::limit::{ConcurrencyLimit, ConcurrencyLimitLayer};
use tower::{Layer as _, service_fn};
use tower_http::limit::RequestBodyLimitLayer;
#[cfg(feature = "fetch")]
use tower_webhook::Head;
#[cfg(feature = "fetch")]
use tower_webhook::clock::ManualClock;
#[cfg(feature = "fetch")]
use tower_webhook::fetch::{EndpointId, FetchError, SecretCache};
use tower_webhook::layer::VerifiedBody;
use tower_webhook::{Scheme, Verified, WebhookLayer};

#[cfg(feature = "fetch")]
use crate::support::WHSEC;
use crate::support::{ID, NOW, at, sign, signer, verifier};

const BODY: &[u8] = br#"{"hello":"world"}"#;
/// How long a test waits for what comes at once.
const PATIENCE: Duration = Duration::from_secs(10);

fn layer() -> WebhookLayer {
    WebhookLayer::new(verifier(Scheme::STANDARD))
}

/// Says who sent it and gives the body back.
async fn echo(delivery: Verified, body: Bytes) -> (HeaderMap, Bytes) {
    let mut headers = HeaderMap::new();
    if let Some(id) = delivery.id() {
        headers.insert("x-id", id.parse().unwrap());
    }
    (headers, body)
}

pub(crate) async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// The smallest hyper server, without axum, whose handler runs so often at a time.
async fn serve_hyper(layer: WebhookLayer, places: usize) -> SocketAddr {
    serve_protocol(layer, places, false).await
}

async fn serve_protocol(layer: WebhookLayer, places: usize, http2: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let handler = service_fn(|request: Request<VerifiedBody>| async {
        let id = request.extensions().get::<Verified>().unwrap().id().unwrap().to_owned();
        let Ok(body) = request.into_body().collect().await;
        let mut response = Response::new(Full::new(body.to_bytes()));
        response.headers_mut().insert("x-id", HeaderValue::from_str(&id).unwrap());
        Ok::<_, Infallible>(response)
    });
    let service = layer.layer(ConcurrencyLimit::new(handler, places));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (io, service) = (TokioIo::new(stream), TowerToHyperService::new(service.clone()));
            if http2 {
                let http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                tokio::spawn(http.serve_connection(io, service));
            } else {
                let http = hyper::server::conn::http1::Builder::new();
                tokio::spawn(http.serve_connection(io, service));
            }
        }
    });
    address
}

/// The head of a delivery with this framing, and nothing behind it.
pub(crate) fn head(headers: &HeaderMap, framing: &str) -> Vec<u8> {
    let mut head = b"POST /hook HTTP/1.1\r\nhost: test\r\nconnection: close\r\n".to_vec();
    for (name, value) in headers {
        head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    head.extend(framing.as_bytes());
    head.extend(b"\r\n\r\n");
    head
}

pub(crate) fn whole(headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    [head(headers, &format!("content-length: {}", body.len())), body.to_vec()].concat()
}

pub(crate) fn chunked<'a>(
    headers: &HeaderMap,
    chunks: impl IntoIterator<Item = &'a [u8]>,
) -> Vec<u8> {
    let mut bytes = head(headers, "transfer-encoding: chunked");
    for chunk in chunks.into_iter().filter(|chunk| !chunk.is_empty()) {
        bytes.extend(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend([chunk, b"\r\n"].concat());
    }
    bytes.extend(b"0\r\n\r\n");
    bytes
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// Writes the bytes as they are and reads until the server closes.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may have answered and closed before everything is written.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body: answer[end + 4..].to_vec() }
}

#[tokio::test]
async fn axum_lets_a_delivery_through_wherever_the_layer_is() {
    let apps = [
        Router::new().route("/hook", post(echo)).layer(layer()),
        Router::new().route("/hook", post(echo)).route_layer(layer()),
        Router::new().route("/hook", post(echo).layer(layer())),
        Router::new().route("/hook", any(echo)).route_layer(layer()).route_layer(layer()),
        Router::new().fallback(echo).layer(layer()),
    ];
    for (index, app) in apps.into_iter().enumerate() {
        let address = serve(app).await;
        let answer = exchange(address, &whole(&sign(Scheme::STANDARD, BODY), BODY)).await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, BODY), "app {index}");
        assert!(answer.head.contains(&format!("x-id: {ID}")));

        let answer = exchange(address, &whole(&sign(Scheme::STANDARD, b"other"), BODY)).await;
        assert_eq!((answer.status, answer.body.as_slice()), (401, &b""[..]), "app {index}");
    }
}

#[tokio::test]
async fn a_url_with_nothing_after_the_host_is_signed_with_a_slash_or_without() {
    let sent = |url: &str| {
        let signed = signer(Scheme::SQUARE).request(url, None, at(NOW), BODY).unwrap();
        let bytes = whole(signed.headers(), BODY);
        [b"POST / ", bytes.strip_prefix(b"POST /hook ").unwrap()].concat()
    };
    let public = verifier(Scheme::SQUARE);
    let fragment = "https://hooks.example.com/#square";
    let exact = verifier(Scheme::SQUARE).exact_url(fragment).unwrap();
    let handle = async |delivery: Verified| assert_eq!(delivery.scheme(), Scheme::SQUARE);
    let serve = |verifier| {
        serve(Router::new().route("/", post(handle)).route_layer(WebhookLayer::new(verifier)))
    };
    let (public, exact) = (serve(public).await, serve(exact).await);
    for (url, statuses) in [
        ("https://hooks.example.com", (200, 401)),
        ("https://hooks.example.com/", (200, 401)),
        (fragment, (401, 200)),
        ("https://hooks.example.org", (401, 401)),
    ] {
        let answers =
            (exchange(public, &sent(url)).await.status, exchange(exact, &sent(url)).await.status);
        assert_eq!(answers, statuses, "{url}");
    }
}

#[tokio::test]
async fn around_nested_routes_the_layer_sees_what_was_called() {
    let layer = || WebhookLayer::new(verifier(Scheme::SQUARE));
    let hooks = || Router::new().route("/square", post(async || ()));
    let signed = signer(Scheme::SQUARE);
    let signed =
        signed.request("https://hooks.example.com/hook/square", None, at(NOW), BODY).unwrap();
    let bytes = whole(signed.headers(), BODY);
    let bytes = [b"POST /hook/square ", bytes.strip_prefix(b"POST /hook ").unwrap()].concat();
    for (app, status) in [
        (Router::new().nest("/hook", hooks()).layer(layer()), 200),
        (Router::new().nest("/hook", hooks()).route_layer(layer()), 200),
        // Inside, the prefix is gone.
        (Router::new().nest("/hook", hooks().route_layer(layer())), 401),
    ] {
        assert_eq!(exchange(serve(app).await, &bytes).await.status, status);
    }
}

#[tokio::test]
async fn a_route_layer_leaves_unknown_paths_alone() {
    let address = serve(Router::new().route("/other", post(echo)).route_layer(layer())).await;
    let answer = exchange(address, &whole(&sign(Scheme::STANDARD, BODY), BODY)).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn bare_hyper_lets_a_delivery_through() {
    let address = serve_hyper(layer(), 10).await;
    let answer = exchange(address, &whole(&sign(Scheme::STANDARD, BODY), BODY)).await;
    assert_eq!((answer.status, answer.body.as_slice()), (200, BODY));
    assert!(answer.head.contains(&format!("x-id: {ID}")));
    let answer = exchange(address, &whole(&HeaderMap::new(), BODY)).await;
    assert_eq!((answer.status, answer.body.len()), (401, 0));
}

#[tokio::test]
async fn a_chunked_body_may_be_split_at_every_byte() {
    let headers = sign(Scheme::STANDARD, BODY);
    for address in [
        serve(Router::new().route("/hook", post(echo)).route_layer(layer())).await,
        serve_hyper(layer(), 10).await,
    ] {
        for cut in 0..=BODY.len() {
            let (left, right) = BODY.split_at(cut);
            let answer = exchange(address, &chunked(&headers, [left, right])).await;
            assert_eq!((answer.status, answer.body.as_slice()), (200, BODY), "cut at {cut}");
        }
        let answer = exchange(address, &chunked(&headers, BODY.chunks(1))).await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, BODY));
        let answer = exchange(address, &chunked(&headers, BODY.chunks(1).skip(1))).await;
        assert_eq!(answer.status, 401);
    }
}

#[tokio::test]
async fn packets_may_be_split_at_every_byte() {
    let address = serve(Router::new().route("/hook", post(echo)).route_layer(layer())).await;
    let bytes = whole(&sign(Scheme::STANDARD, BODY), BODY);
    for cut in (1..bytes.len()).step_by(7) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(&bytes[..cut]).await.unwrap();
        tokio::task::yield_now().await;
        stream.write_all(&bytes[cut..]).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "cut at {cut}: {answer}");
    }
}

#[tokio::test]
async fn one_byte_over_the_limit_is_too_large_and_no_handler_runs() {
    const LIMIT: usize = 100_000;
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let handler = move |body: Bytes| async move {
        counter.fetch_add(1, Ordering::SeqCst);
        body.len().to_string()
    };
    let app = Router::new().route("/hook", post(handler)).route_layer(layer().body_limit(LIMIT));
    let address = serve(app).await;

    let exact = vec![b'x'; LIMIT];
    let headers = sign(Scheme::STANDARD, &exact);
    assert_eq!(exchange(address, &whole(&headers, &exact)).await.status, 200);
    assert_eq!(exchange(address, &chunked(&headers, exact.chunks(999))).await.status, 200);
    assert_eq!(calls.load(Ordering::SeqCst), 2);

    let over = vec![b'x'; LIMIT + 1];
    let headers = sign(Scheme::STANDARD, &over);
    assert_eq!(exchange(address, &whole(&headers, &over)).await.status, 413);
    assert_eq!(exchange(address, &chunked(&headers, over.chunks(999))).await.status, 413);
    // Refused by the length it claims: not a byte of it is ever sent.
    let claim = head(&headers, &format!("content-length: {}", 1_u64 << 40));
    assert_eq!(exchange(address, &claim).await.status, 413);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn axums_own_limit_is_lifted_for_what_is_verified() {
    let app = Router::new()
        .route("/bytes", post(|_: Verified, body: Bytes| async move { body.len().to_string() }))
        .route("/string", post(|_: Verified, body: String| async move { body.len().to_string() }))
        .route("/json", post(|_: Verified, Json(text): Json<String>| async move { text }))
        .route_layer(WebhookLayer::new(verifier(Scheme::GITHUB)));
    let address = serve(app).await;
    for size in [3 << 20, 20 << 20] {
        let body = format!("\"{}\"", "x".repeat(size - 2));
        let mut headers = sign(Scheme::GITHUB, body.as_bytes());
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        let request = String::from_utf8(whole(&headers, body.as_bytes())).unwrap();
        for (path, answer) in [
            ("/bytes", &*size.to_string()),
            ("/string", &size.to_string()),
            ("/json", &body[1..size - 1]),
        ] {
            let request = request.replacen("/hook", path, 1);
            let got = exchange(address, request.as_bytes()).await;
            assert_eq!((got.status, got.body.len()), (200, answer.len()), "{path} {size}");
            assert!(got.body == answer.as_bytes(), "{path} {size}");
        }
    }
}

#[tokio::test]
async fn a_limit_inside_the_layer_still_counts() {
    let (small, big) = (vec![b'x'; 1 << 20], vec![b'x'; 3 << 20]);
    let limits = [
        Router::new().route("/hook", post(echo)).layer(DefaultBodyLimit::max(2 << 20)),
        Router::new().route("/hook", post(echo)).layer(RequestBodyLimitLayer::new(2 << 20)),
    ];
    for (index, app) in limits.into_iter().enumerate() {
        let app = app.route_layer(layer().body_limit(25 << 20));
        let address = serve(app).await;
        for (body, status) in [(&small, 200), (&big, 413)] {
            let answer = exchange(address, &whole(&sign(Scheme::STANDARD, body), body)).await;
            assert_eq!(answer.status, status, "limit {index}, {} bytes", body.len());
        }
    }
}

#[tokio::test]
async fn axums_own_limit_counts_where_there_is_no_layer() {
    let app = Router::new()
        .route("/hook", post(echo))
        .route_layer(layer().body_limit(25 << 20))
        .route("/elsewhere", post(|body: Bytes| async move { body.len().to_string() }));
    let body = vec![b'x'; 3 << 20];
    let request = String::from_utf8(whole(&HeaderMap::new(), &body)).unwrap();
    let request = request.replacen("/hook", "/elsewhere", 1);
    assert_eq!(exchange(serve(app).await, request.as_bytes()).await.status, 413);
}

#[tokio::test]
async fn bodies_need_not_be_text() {
    let address = serve(Router::new().route("/hook", post(echo)).route_layer(layer())).await;
    let body: Vec<u8> = (0..=255).collect();
    let headers = sign(Scheme::STANDARD, &body);
    let answer = exchange(address, &whole(&headers, &body)).await;
    assert_eq!((answer.status, answer.body), (200, body));
}

#[tokio::test]
async fn a_client_that_hangs_up_harms_nobody() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let handler = move || async move {
        counter.fetch_add(1, Ordering::SeqCst);
    };
    let app = Router::new().route("/hook", post(handler)).route_layer(layer());
    let address = serve(app).await;
    let headers = sign(Scheme::STANDARD, BODY);
    for bytes in [whole(&headers, BODY), chunked(&headers, BODY.chunks(3))] {
        for cut in (0..bytes.len()).step_by(5) {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(&bytes[..cut]).await.unwrap();
            drop(stream);
        }
        // Half closed: the server can still answer, but the body has broken off.
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&bytes[..bytes.len() - 6]).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    assert_eq!(exchange(address, &whole(&headers, BODY)).await.status, 200);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_timestamp_of_the_smallest_number_is_unauthorized() {
    let address = serve(Router::new().route("/hook", post(echo)).route_layer(layer())).await;
    let mut headers = sign(Scheme::STANDARD, BODY);
    headers.insert("webhook-timestamp", HeaderValue::from_static("-9223372036854775808"));
    assert_eq!(exchange(address, &whole(&headers, BODY)).await.status, 401);
    headers.insert("webhook-timestamp", HeaderValue::from_static("9223372036854775807"));
    assert_eq!(exchange(address, &whole(&headers, BODY)).await.status, 401);
}

#[tokio::test]
async fn blanks_around_a_value_are_not_part_of_it() {
    let (http1, http2) = (serve_hyper(layer(), 10).await, serve_protocol(layer(), 10, true).await);
    let mut headers = sign(Scheme::STANDARD, BODY);
    for (_, value) in &mut headers {
        let spaced = [b"\t ", value.as_bytes(), b" \t"].concat();
        *value = HeaderValue::from_bytes(&spaced).unwrap();
    }
    let answer = exchange(http1, &whole(&headers, BODY)).await;
    assert_eq!((answer.status, answer.body.as_slice()), (200, BODY));

    let stream = TokioIo::new(TcpStream::connect(http2).await.unwrap());
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await.unwrap();
    tokio::spawn(connection);
    let body = Full::<Bytes>::from(BODY);
    let mut request = Request::post("http://test/hook").body(body).unwrap();
    *request.headers_mut() = headers;
    let answer = client.send_request(request).await.unwrap();
    assert_eq!(
        (answer.status(), answer.headers()["x-id"].as_bytes()),
        (StatusCode::OK, ID.as_bytes())
    );
}

#[tokio::test]
async fn a_concurrency_limit_inside_lets_everyone_through() {
    let app = Router::new()
        .route("/hook", post(echo))
        .layer(ConcurrencyLimitLayer::new(2))
        .layer(layer());
    let address = serve(app).await;
    let bytes: Arc<[u8]> = whole(&sign(Scheme::STANDARD, BODY), BODY).into();
    let clients = (0..50).map(|_| {
        let bytes = Arc::clone(&bytes);
        tokio::spawn(async move { exchange(address, &bytes).await.status })
    });
    for client in clients.collect::<Vec<_>>() {
        assert_eq!(client.await.unwrap(), 200);
    }
}

#[tokio::test]
async fn a_client_that_stalls_holds_up_nobody_else() {
    let address = serve(Router::new().route("/hook", post(echo)).route_layer(layer())).await;
    let bytes = whole(&sign(Scheme::STANDARD, BODY), BODY);
    let mut stalled = TcpStream::connect(address).await.unwrap();
    stalled.write_all(&bytes[..bytes.len() - 1]).await.unwrap();
    assert_eq!(exchange(address, &bytes).await.status, 200);
    stalled.write_all(&bytes[bytes.len() - 1..]).await.unwrap();
    let mut answer = String::new();
    let read = stalled.read_to_string(&mut answer);
    tokio::time::timeout(Duration::from_secs(10), read).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn forgeries_that_stall_hold_no_place_of_the_handler() {
    let address = serve_hyper(layer(), 1).await;
    let stalled_and_genuine = async {
        let forged = sign(Scheme::STANDARD, b"other");
        let framing = format!("content-length: {}\r\nexpect: 100-continue", BODY.len());
        let mut forgeries = Vec::new();
        for _ in 0..10 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(&head(&forged, &framing)).await.unwrap();
            // Its head has passed, and its body is waited for.
            let mut answer = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
            stream.read_exact(&mut answer).await.unwrap();
            assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
            stream.write_all(&BODY[..1]).await.unwrap();
            forgeries.push(stream);
        }
        let genuine = exchange(address, &whole(&sign(Scheme::STANDARD, BODY), BODY)).await;
        (forgeries, genuine)
    };
    let answered = tokio::time::timeout(PATIENCE, stalled_and_genuine).await;
    let (forgeries, genuine) = answered.expect("the forgeries hold the only place");
    assert_eq!((genuine.status, genuine.body.as_slice()), (200, BODY));
    for mut stream in forgeries {
        stream.write_all(&BODY[1..]).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    }
}

#[cfg(feature = "fetch")]
#[tokio::test]
async fn fetches_that_stall_hold_no_place_of_the_handler() {
    let (stalled, mut fetching) = tokio::sync::watch::channel(0);
    let fetcher = move |endpoint: EndpointId| {
        let stalled = stalled.clone();
        async move {
            if endpoint.as_str() != "/hook" {
                stalled.send_modify(|count| *count += 1);
                std::future::pending::<()>().await;
            }
            Ok::<_, FetchError>(vec![Scheme::STANDARD.secret(WHSEC).unwrap()])
        }
    };
    let clock = ManualClock::new(at(NOW));
    let cache = SecretCache::builder(Scheme::STANDARD, fetcher).clock(clock).build();
    let path = |head: &Head<'_>| EndpointId::new(head.path()?).ok();
    let address = serve_hyper(WebhookLayer::from_cache(cache, path), 1).await;
    let genuine = whole(&sign(Scheme::STANDARD, BODY), BODY);
    assert_eq!(exchange(address, &genuine).await.status, 200);

    let mut senders = Vec::new();
    for index in 0..4 {
        let elsewhere = String::from_utf8(genuine.clone()).unwrap();
        let elsewhere = elsewhere.replacen("/hook", &format!("/{index}"), 1);
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(elsewhere.as_bytes()).await.unwrap();
        senders.push(stream);
    }
    fetching.wait_for(|count| *count == 4).await.unwrap();
    let answered = tokio::time::timeout(PATIENCE, exchange(address, &genuine)).await;
    assert_eq!(answered.expect("the fetches hold the only place").status, 200);
}

#[tokio::test]
async fn the_extractor_answers_500_when_the_layer_is_missing() {
    let address = serve(Router::new().route("/hook", post(echo))).await;
    let answer = exchange(address, &whole(&sign(Scheme::STANDARD, BODY), BODY)).await;
    assert_eq!((answer.status, answer.body.len()), (500, 0));
}

#[tokio::test]
async fn every_method_without_a_signature_is_unauthorized() {
    let address = serve(Router::new().route("/hook", any(echo)).layer(layer())).await;
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        let request = format!("{method} /hook HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
        assert_eq!(exchange(address, request.as_bytes()).await.status, 401, "{method}");
    }
}

#[tokio::test]
async fn a_signed_path_is_that_below_the_base_inside_of_nested_routes() {
    let layer = || WebhookLayer::new(verifier(Scheme::CANVA));
    let hooks = || Router::new().route("/content/resources/find", post(async || ()));
    let url = "https://hooks.example.com/content/resources/find";
    let signed = signer(Scheme::CANVA).request(url, None, at(NOW), BODY).unwrap();
    let bytes = whole(signed.headers(), BODY);
    let sent = |target: &str| {
        let line = format!("POST {target} ").into_bytes();
        [&*line, bytes.strip_prefix(b"POST /hook ").unwrap()].concat()
    };
    let inside = serve(Router::new().nest("/canva", hooks().route_layer(layer()))).await;
    let around = serve(Router::new().nest("/canva", hooks()).route_layer(layer())).await;
    let path = "/canva/content/resources/find";
    for (app, target, status) in [
        (inside, path.to_owned(), 200),
        // The query is not signed.
        (inside, format!("{path}?user=1"), 200),
        (around, path.to_owned(), 401),
    ] {
        assert_eq!(exchange(app, &sent(&target)).await.status, status, "{target}");
    }
    // No other route has this signature.
    let other = Router::new().route("/content/resources/{*rest}", post(async || ()));
    let other = serve(Router::new().nest("/canva", other.route_layer(layer()))).await;
    assert_eq!(exchange(other, &sent("/canva/content/resources/find2")).await.status, 401);
    assert_eq!(exchange(other, &sent("/canva/content/resources/find:a")).await.status, 401);
    assert_eq!(exchange(other, &sent(path)).await.status, 200);
}

#[cfg(feature = "replay")]
#[tokio::test]
async fn a_digest_is_signed_of_what_arrives_in_pieces() {
    use tower_webhook::clock::ManualClock;
    use tower_webhook::replay::{MemoryReplayGuard, Replay};

    use crate::support::secret;

    let scheme = Scheme::RIPPLE_COLLECTIONS;
    let older = scheme.verifier("b2xk").unwrap().clock(ManualClock::new(at(NOW)));
    // With the key that is tried first, and with the other one.
    let both = older.add_secret(scheme.secret(secret(scheme)).unwrap()).unwrap();
    let guard = MemoryReplayGuard::builder().clock(ManualClock::new(at(NOW))).build();
    let replay = Replay::with(guard).by_content();
    for layer in [
        WebhookLayer::new(verifier(scheme)),
        WebhookLayer::new(both.clone()),
        WebhookLayer::new(both).replay(replay),
    ] {
        let app =
            serve(Router::new().route("/hook", post(async |body: Bytes| body)).layer(layer)).await;
        let sent = whole(&sign(scheme, BODY), BODY);
        let (head, tail) = sent.split_at(sent.len() - BODY.len() / 2);
        let mut stream = TcpStream::connect(app).await.unwrap();
        stream.write_all(head).await.unwrap();
        tokio::task::yield_now().await;
        stream.write_all(tail).await.unwrap();
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, b"HTTP/1.1 200");
        assert_eq!(exchange(app, &whole(&sign(scheme, b"{}"), BODY)).await.status, 401);
    }
}
