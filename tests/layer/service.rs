//! The middleware, without a network: readiness, frames, limits and every rejection.

use std::convert::Infallible;
use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use bytes::buf::Chain;
use bytes::{Buf as _, Bytes};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Body, Frame};
use tower::{Layer as _, Service, ServiceExt, service_fn};
use tower_test::{assert_request_eq, mock};
use tower_webhook::layer::{Refused, VerifiedBody};
use tower_webhook::receive::{Rejection, RejectionKind};
use tower_webhook::{Field, Scheme, Secret, Verified, VerifyError, WebhookLayer};

use crate::support::{ID, NOW, at, sign, verifier};
use crate::untouchable::Untouchable;

const BODY: &[u8] = br#"{"hello":"world"}"#;
const LIMIT: usize = 64;

type Delivery = Request<Full<Bytes>>;

/// Counts what reaches it, and answers with the body it got.
#[derive(Clone, Default)]
struct Handler {
    calls: Arc<AtomicUsize>,
}

impl Service<Request<VerifiedBody>> for Handler {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<VerifiedBody>) -> Self::Future {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let verified = request.extensions().get::<Verified>().cloned();
        Box::pin(async move {
            let Ok(body) = request.into_body().collect().await;
            assert!(body.trailers().is_none());
            let mut response = Response::new(Full::new(body.to_bytes()));
            response.extensions_mut().insert(verified.unwrap());
            Ok(response)
        })
    }
}

fn layer() -> WebhookLayer {
    WebhookLayer::new(verifier(Scheme::STANDARD)).body_limit(LIMIT)
}

fn request<B>(headers: HeaderMap, body: B) -> Request<B> {
    let mut request = Request::new(body);
    *request.headers_mut() = headers;
    request
}

fn good(body: &'static [u8]) -> Delivery {
    request(sign(Scheme::STANDARD, body), Full::new(Bytes::from_static(body)))
}

fn frames<E>(
    frames: impl IntoIterator<Item = Result<Frame<Bytes>, E>>,
) -> impl Body<Data = Bytes, Error = E> {
    StreamBody::new(tokio_stream::iter(frames))
}

/// Sends the request to a fresh handler: the answer, and how often the handler ran.
async fn send<B>(layer: WebhookLayer, request: Request<B>) -> (Response<Full<Bytes>>, usize)
where
    B: Body<Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    let handler = Handler::default();
    let Ok(response) = layer.layer(handler.clone()).oneshot(request).await;
    (response, handler.calls.load(Ordering::SeqCst))
}

fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

async fn rejected<B>(request: Request<B>) -> RejectionKind
where
    B: Body<Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    let (response, calls) = send(layer(), request).await;
    assert_eq!(calls, 0, "the handler ran");
    let rejection = response.extensions().get::<Rejection>().unwrap().clone();
    assert_eq!(response.status(), rejection.status());
    assert!(response.headers().is_empty());
    assert!(response.into_body().collect().await.unwrap().to_bytes().is_empty());
    rejection.kind()
}

#[tokio::test]
async fn a_verified_delivery_reaches_the_handler_with_its_proof() {
    let (response, calls) = send(layer(), good(BODY)).await;
    assert_eq!((response.status(), calls), (StatusCode::OK, 1));
    let verified = response.extensions().get::<Verified>().unwrap();
    assert_eq!((verified.id(), verified.timestamp()), (Some(ID), Some(at(NOW))));
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), BODY);
}

#[tokio::test]
async fn frames_are_handed_on_uncopied_and_trailers_dropped() {
    let body = [7; 40_000];
    let sent: Vec<Bytes> = body.chunks(4000).map(Bytes::copy_from_slice).collect();
    let mut all: Vec<_> = sent.iter().cloned().map(|data| Ok(Frame::data(data))).collect();
    all.push(Ok::<_, Infallible>(Frame::trailers(sign(Scheme::GITHUB, BODY))));

    let addresses: Vec<_> = sent.iter().map(|data| data.as_ptr() as usize).collect();
    let inner = service_fn(move |request: Request<VerifiedBody>| {
        let addresses = addresses.clone();
        async move {
            let mut body = request.into_body();
            assert_eq!(body.size_hint().exact(), Some(40_000));
            for address in addresses {
                assert!(!body.is_end_stream());
                let Ok(frame) = body.frame().await.unwrap();
                assert_eq!(frame.into_data().unwrap().as_ptr() as usize, address, "copied");
            }
            assert!(body.is_end_stream());
            assert!(body.frame().await.is_none());
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        }
    });
    drop(sent);
    let delivery = request(sign(Scheme::STANDARD, &body), frames(all));
    let Ok(response) = layer().body_limit(1 << 20).layer(inner).oneshot(delivery).await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_body_cut_anywhere_is_the_same_body() {
    for cut in 0..=BODY.len() {
        let (left, right) = BODY.split_at(cut);
        let parts = [left, right].map(|part| Ok::<_, Infallible>(Frame::data(Bytes::from(part))));
        let (response, _) =
            send(layer(), request(sign(Scheme::STANDARD, BODY), frames(parts))).await;
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), BODY);
    }
}

#[tokio::test]
async fn every_rejection_has_its_status_and_an_empty_body() {
    let refused = RejectionKind::Unverified;
    assert_eq!(
        rejected(request(HeaderMap::new(), Full::new(Bytes::new()))).await,
        refused(VerifyError::Missing(Field::Signature))
    );
    for (name, value, error) in [
        ("webhook-id", "", VerifyError::Malformed(Field::Id)),
        ("webhook-timestamp", "x", VerifyError::Malformed(Field::Timestamp)),
        ("webhook-timestamp", "-9223372036854775808", VerifyError::Malformed(Field::Timestamp)),
        ("webhook-timestamp", "1699999699", VerifyError::TimestampTooOld),
        ("webhook-timestamp", "1700000301", VerifyError::TimestampTooNew),
        ("webhook-signature", "", VerifyError::UnsupportedVersion),
        ("webhook-signature", "v1,", VerifyError::Malformed(Field::Signature)),
        ("webhook-id", "other", VerifyError::Mismatch),
    ] {
        let mut bad = good(BODY);
        bad.headers_mut().insert(name, value.parse().unwrap());
        assert_eq!(rejected(bad).await, refused(error), "{name}: {value}");
    }
    let mut many = good(BODY);
    many.headers_mut().insert("webhook-signature", "v1,AAAA ".repeat(5_000).parse().unwrap());
    assert_eq!(rejected(many).await, refused(VerifyError::TooManySignatures));
    let mut twice = good(BODY);
    twice.headers_mut().append("webhook-id", ID.parse().unwrap());
    assert_eq!(rejected(twice).await, refused(VerifyError::Repeated(Field::Id)));

    let status = |kind| Rejection::from(kind).status();
    assert_eq!(status(refused(VerifyError::Mismatch)), StatusCode::UNAUTHORIZED);
    assert_eq!(status(RejectionKind::BodyTooLarge), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(status(RejectionKind::BodyFailed), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_limit_counts_bytes_and_is_inclusive() {
    static LONG: [u8; LIMIT + 1] = [b'x'; LIMIT + 1];
    let (response, calls) = send(layer(), good(&LONG[..LIMIT])).await;
    assert_eq!((response.status(), calls), (StatusCode::OK, 1));
    assert_eq!(rejected(good(&LONG)).await, RejectionKind::BodyTooLarge);

    // Without a length, the byte too many is found while reading, wherever the frames end.
    for size in [1, 7, LIMIT, LIMIT + 1] {
        let chunks = LONG.chunks(size).map(|chunk| Ok::<_, Infallible>(Frame::data(chunk.into())));
        let chunks: Vec<_> = chunks.collect();
        let endless = request(sign(Scheme::STANDARD, &LONG), frames(chunks));
        assert_eq!(rejected(endless).await, RejectionKind::BodyTooLarge);
    }
    let empty = WebhookLayer::new(verifier(Scheme::STANDARD)).body_limit(0);
    assert_eq!(send(empty.clone(), good(b"")).await.1, 1);
    assert_eq!(send(empty, good(b"x")).await.1, 0);
}

#[tokio::test]
async fn nothing_is_read_of_a_body_that_is_refused_already() {
    let mut long = request(sign(Scheme::STANDARD, BODY), Untouchable { least: 0 });
    long.headers_mut().insert("content-length", (LIMIT + 1).to_string().parse().unwrap());
    assert_eq!(rejected(long).await, RejectionKind::BodyTooLarge);

    let hinted = Untouchable { least: LIMIT as u64 + 1 };
    let hinted = request(sign(Scheme::STANDARD, BODY), hinted);
    assert_eq!(rejected(hinted).await, RejectionKind::BodyTooLarge);

    let mut stale = request(sign(Scheme::STANDARD, BODY), Untouchable { least: 0 });
    stale.headers_mut().insert("webhook-timestamp", "1000000000".parse().unwrap());
    assert_eq!(rejected(stale).await, RejectionKind::Unverified(VerifyError::TimestampTooOld));
}

#[tokio::test]
async fn a_body_that_fails_is_a_bad_request() {
    for count in 0..3 {
        let mut broken: Vec<_> =
            BODY.chunks(4).take(count).map(Bytes::from).map(Frame::data).map(Ok).collect();
        broken.push(Err("connection reset"));
        let broken = request(sign(Scheme::STANDARD, BODY), frames(broken));
        assert_eq!(rejected(broken).await, RejectionKind::BodyFailed);
    }
}

#[tokio::test]
async fn an_add_secret_is_tried_over_the_kept_frames() {
    let rotating = Scheme::GITHUB.verifier("new").unwrap();
    let rotating = rotating.add_secret(Secret::utf8("old").unwrap()).unwrap();
    for (index, text) in ["new", "old"].into_iter().enumerate() {
        let headers = Scheme::GITHUB.signer(text).unwrap().sign(None, at(NOW), BODY).unwrap();
        let chunks = BODY.chunks(1).map(|byte| Ok::<_, Infallible>(Frame::data(byte.into())));
        let chunks: Vec<_> = chunks.collect();
        let layer = WebhookLayer::new(rotating.clone());
        let (response, _) = send(layer, request(headers, frames(chunks))).await;
        assert_eq!(response.extensions().get::<Verified>().unwrap().secret_index(), index);
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), BODY);
    }
}

#[tokio::test]
async fn rejections_can_be_answered_otherwise() {
    let layer = layer().on_rejection(|refused: &Refused<'_>| {
        let mut response = Response::new(Full::from("no"));
        *response.status_mut() = match refused.rejection().kind() {
            RejectionKind::Unverified(_) => StatusCode::IM_A_TEAPOT,
            _ => refused.status(),
        };
        response
    });
    let bad = request(HeaderMap::new(), Full::<Bytes>::default());
    let Ok(response) = layer.layer(Handler::default()).oneshot(bad).await;
    assert_eq!(response.status(), StatusCode::IM_A_TEAPOT);
    assert!(response.extensions().get::<Rejection>().is_some());
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "no");
}

#[test]
fn a_refusal_has_its_reason_for_a_source() {
    let mismatch = VerifyError::Mismatch;
    let refused = Rejection::from(RejectionKind::Unverified(mismatch));
    let source = refused.source().and_then(|source| source.downcast_ref());
    assert_eq!(source, Some(&mismatch));
    assert!(Rejection::from(RejectionKind::BodyTooLarge).source().is_none());
}

#[tokio::test]
async fn debug_output_tells_sizes_and_no_content() {
    let shown = r#"WebhookLayer { receiver: Receiver { scheme: Scheme("standard-webhooks"), body_limit: 64, .. }, report_only: false, .. }"#;
    assert_eq!(format!("{:?}", layer()), shown);
    let inner = service_fn(|request: Request<VerifiedBody>| async move {
        let shown = format!("{:?}", request.body());
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(shown)))
    });
    let future = layer().layer(inner).call(good(BODY));
    assert_eq!(format!("{future:?}"), "ResponseFuture { .. }");
    let Ok(response) = future.await;
    let shown = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(shown, "VerifiedBody { len: 17 }");
}

#[tokio::test]
async fn the_inner_services_error_is_the_outer_ones() {
    let failing =
        service_fn(|_: Request<VerifiedBody>| async { Err::<Response<Full<Bytes>>, _>("broken") });
    let error = layer().layer(failing).oneshot(good(BODY)).await.unwrap_err();
    assert_eq!(error, "broken");
}

#[tokio::test]
async fn the_service_that_was_polled_ready_is_the_one_called() {
    let ready = layer().layer(ReadyOnce { ready: false });
    let mut ready = ready.clone();
    for _ in 0..3 {
        let Ok(response) =
            ServiceExt::<Delivery>::ready(&mut ready).await.unwrap().call(good(BODY)).await;
        assert_eq!(response.status(), StatusCode::OK);
        // A rejection leaves the service ready, and polling it again is allowed.
        let bad = request(HeaderMap::new(), Full::<Bytes>::default());
        let Ok(response) = ServiceExt::<Delivery>::ready(&mut ready).await.unwrap().call(bad).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn the_layer_is_ready_while_the_inner_service_is_not() {
    // Its service panics if it is called without having been polled ready.
    let (mut service, mut handle) = mock::spawn_with(|inner| {
        let inner =
            tower::ServiceBuilder::new().map_request(|_: Request<VerifiedBody>| ()).service(inner);
        layer().layer(inner)
    });
    handle.allow(0);
    assert!(service.poll_ready::<Delivery>().is_ready());
    let forged = request(sign(Scheme::STANDARD, b"other"), Full::new(Bytes::from(BODY)));
    let Poll::Ready(answer) = poll_once(&mut service.call(forged)) else {
        panic!("a forgery waits for the inner service");
    };
    assert_eq!(answer.unwrap().status(), StatusCode::UNAUTHORIZED);

    let mut delivery = service.call(good(BODY));
    assert!(poll_once(&mut delivery).is_pending() && handle.poll_request().is_pending());
    assert!(service.poll_ready::<Delivery>().is_ready());
    let delivery = tokio::spawn(delivery);
    tokio::task::yield_now().await;
    handle.allow(1);
    assert_request_eq!(handle, ()).send_response(Response::new(Full::<Bytes>::default()));
    assert_eq!(delivery.await.unwrap().unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn an_inner_service_that_cannot_get_ready_fails_what_is_verified() {
    let (mut service, mut handle) = mock::spawn_with(|inner| {
        let inner =
            tower::ServiceBuilder::new().map_request(|_: Request<VerifiedBody>| ()).service(inner);
        layer().layer(inner)
    });
    handle.send_error("broken");
    let bad = request(HeaderMap::new(), Full::<Bytes>::default());
    let answer: Response<Full<Bytes>> = service.call(bad).await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(service.call(good(BODY)).await.unwrap_err().to_string(), "broken");
}

#[tokio::test]
#[should_panic(expected = "resumed after completion")]
async fn an_answer_that_was_given_at_once_is_not_given_again() {
    let unsigned = request(HeaderMap::new(), Full::<Bytes>::default());
    let mut answer = layer().layer(Handler::default()).call(unsigned);
    assert_eq!((&mut answer).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let _ = answer.await;
}

#[tokio::test]
#[should_panic(expected = "resumed after completion")]
async fn an_answer_that_took_its_time_is_not_given_again() {
    let mut answer = layer().layer(Handler::default()).call(good(BODY));
    assert_eq!((&mut answer).await.unwrap().status(), StatusCode::OK);
    let _ = answer.await;
}

#[tokio::test]
async fn a_concurrency_limit_inside_is_respected() {
    let inner = tower::limit::ConcurrencyLimit::new(Handler::default(), 1);
    let service = layer().layer(inner);
    let deliveries = (0..20).map(|_| tokio::spawn(service.clone().oneshot(good(BODY))));
    for delivery in deliveries.collect::<Vec<_>>() {
        let Ok(response) = delivery.await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn layers_can_be_stacked() {
    let handler = Handler::default();
    let inner = WebhookLayer::new(verifier(Scheme::GITHUB)).layer(handler.clone());
    let service = layer().layer(inner);
    let mut both = good(BODY);
    both.headers_mut().extend(sign(Scheme::GITHUB, BODY));
    let Ok(response) = service.clone().oneshot(both).await;
    let verified = response.extensions().get::<Verified>().unwrap();
    assert_eq!(verified.scheme(), Scheme::GITHUB, "the innermost proof stands");

    let Ok(response) = service.oneshot(good(BODY)).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(handler.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_body_need_not_be_made_of_bytes() {
    let body = Chained(Some(BODY));
    let (response, calls) = send(layer(), request(sign(Scheme::STANDARD, BODY), body)).await;
    assert_eq!((response.status(), calls), (StatusCode::OK, 1));
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), BODY);
}

/// Each frame is two pieces.
struct Chained(Option<&'static [u8]>);

impl Body for Chained {
    type Data = Chain<&'static [u8], &'static [u8]>;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Infallible>>> {
        let halves = self.0.take().map(|body| body.split_at(body.len() / 2));
        Poll::Ready(halves.map(|(left, right)| Ok(Frame::data(left.chain(right)))))
    }
}

/// Panics when it is called without having been polled ready, as the contract allows.
struct ReadyOnce {
    ready: bool,
}

impl Clone for ReadyOnce {
    fn clone(&self) -> Self {
        Self { ready: false }
    }
}

impl Service<Request<VerifiedBody>> for ReadyOnce {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<VerifiedBody>) -> Self::Future {
        assert!(std::mem::take(&mut self.ready), "called without having been polled ready");
        std::future::ready(Ok(Response::new(Full::default())))
    }
}
