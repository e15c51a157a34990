//! How much of the heap a body takes before its verdict, through real servers.
//!
//! A program of its own, because the allocator is one for all.

#![cfg(feature = "tower")]
#![allow(clippy::unwrap_used)]

#[path = "support/mod.rs"]
mod support;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{Full, StreamBody};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use peak_alloc::PeakAlloc;
use support::{sign, verifier};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_webhook::layer::VerifiedBody;
use tower_webhook::{Scheme, WebhookLayer};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// One test at a time, because both read the same heap.
static ALONE: Mutex<()> = Mutex::new(());

const BODY: usize = 2 << 20;
/// What a connection takes, whatever is sent.
const SLACK: usize = 64 << 10;
const WRITES: [usize; 14] =
    [64, 511, 512, 513, 1000, 4096, 4097, 6000, 8193, 12_000, 16_384, 20_000, 33_000, 65_536];

/// A body that says how much of it the layer has got.
struct Counted {
    body: Incoming,
    received: watch::Sender<usize>,
}

impl Body for Counted {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &frame {
            let size = frame.data_ref().map_or(0, Bytes::len);
            self.received.send_modify(|received| *received += size);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A server for one connection, which counts what arrives.
struct Server {
    address: SocketAddr,
    received: watch::Receiver<usize>,
}

async fn serve(scheme: Scheme, http2: bool) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, received) = watch::channel(0);
    let layer = WebhookLayer::new(verifier(scheme));
    let service = layer
        .layer(service_fn(|request: Request<VerifiedBody>| async move {
            drop(request);
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        }))
        .map_request(move |request: Request<Incoming>| {
            let received = sender.clone();
            request.map(|body| Counted { body, received })
        });
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (io, service) = (TokioIo::new(stream), TowerToHyperService::new(service));
        if http2 {
            let http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
            http.serve_connection(io, service).await.unwrap();
        } else {
            let http = hyper::server::conn::http1::Builder::new();
            http.serve_connection(io, service).await.unwrap();
        }
    });
    Server { address, received }
}

/// Begins to measure.
fn start() -> usize {
    HEAP.reset_peak_usage();
    HEAP.current_usage()
}

/// Sends the body in writes of this size, each when the one before has been received, so that none
/// is read together with another.
async fn http1(scheme: Scheme, headers: &HeaderMap, body: &[u8], write: usize) -> usize {
    let mut server = serve(scheme, false).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut head = b"POST /hook?shop=1 HTTP/1.1\r\nhost: test\r\nconnection: close\r\n".to_vec();
    for (name, value) in headers {
        head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    head.extend(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    stream.write_all(&head).await.unwrap();
    drop(head);
    let before = start();
    let mut sent = 0;
    for piece in body.chunks(write) {
        stream.write_all(piece).await.unwrap();
        sent += piece.len();
        server.received.wait_for(|received| *received == sent).await.unwrap();
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    HEAP.peak_usage() - before
}

async fn http2(headers: &HeaderMap, body: &'static [u8], write: usize) -> usize {
    let mut server = serve(Scheme::GITHUB, true).await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let (pieces, stream) = mpsc::channel(1);
    let stream = StreamBody::new(ReceiverStream::new(stream));
    let mut request = Request::post("http://test/").body(stream).unwrap();
    request.headers_mut().extend(headers.clone());
    let answer = tokio::spawn(async move { sender.send_request(request).await.unwrap() });
    let before = start();
    let mut sent = 0;
    for piece in body.chunks(write) {
        let frame = Ok::<_, Infallible>(Frame::data(Bytes::from_static(piece)));
        pieces.send(frame).await.unwrap();
        sent += piece.len();
        server.received.wait_for(|received| *received == sent).await.unwrap();
    }
    drop(pieces);
    assert_eq!(answer.await.unwrap().status(), 200);
    HEAP.peak_usage() - before
}

#[test]
fn a_body_takes_little_more_memory_than_its_size() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let body: &'static [u8] = Vec::leak((0..=250).cycle().take(BODY).collect());
    let headers = sign(Scheme::GITHUB, body);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let most = BODY + BODY / 4 + SLACK;
    for write in WRITES {
        for (protocol, taken) in [
            ("HTTP/1", runtime.block_on(http1(Scheme::GITHUB, &headers, body, write))),
            ("HTTP/2", runtime.block_on(http2(&headers, body, write))),
        ] {
            let percent = taken * 100 / BODY;
            println!("{protocol}, writes of {write} bytes: {percent} % of the body");
            assert!(taken >= BODY, "{protocol} {write}: nothing was measured");
            assert!(taken <= most, "{protocol} {write}: {percent} % of the body");
        }
    }
}

/// What is signed are the decoded fields, so at the verdict the body is there in one piece, decoded, and as
/// it is signed.
#[test]
fn a_form_takes_three_times_its_size_more_at_its_verdict() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // Just above a power of two, where what grows by doubling would take most.
    const FORM: usize = (1 << 20) + 4096;
    let scheme = Scheme::TWILIO_SHA256;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let most = FORM + FORM / 4 + 3 * FORM + SLACK;
    for (what, field) in [("fields", "a=12345678&"), ("escapes", "%61"), ("text", "abc")] {
        let mut body = vec![b'a', b'='];
        let repeated = if what == "fields" { 900 * field.len() } else { FORM };
        body.extend(field.bytes().cycle().take(repeated));
        body.resize(FORM, b'x');
        let headers = sign(scheme, &body);
        for write in [513, 8193, 65_536] {
            let taken = runtime.block_on(http1(scheme, &headers, &body, write));
            let percent = taken * 100 / FORM;
            println!("{what}, writes of {write} bytes: {percent} % of the form");
            assert!(taken >= 2 * FORM, "{what} {write}: nothing was measured");
            assert!(taken <= most, "{what} {write}: {percent} % of the form");
        }
    }
}
