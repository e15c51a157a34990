//! What people put around and inside of the layer: each stack lets a good delivery through and no
//! forged one. `ordering.md` lists them.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::error_handling::HandleErrorLayer;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tower::{BoxError, ServiceBuilder, ServiceExt as _, service_fn};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use tower_webhook::layer::VerifiedBody;
use tower_webhook::{Scheme, Verified, WebhookLayer};

use crate::http::{exchange, serve, whole};
use crate::support::{sign, verifier};

const BODY: &[u8] = br#"{"hello":"world"}"#;
const MINUTE: Duration = Duration::from_secs(60);

fn layer() -> WebhookLayer {
    WebhookLayer::new(verifier(Scheme::STANDARD))
}

async fn echo(_: Verified, body: Bytes) -> Bytes {
    body
}

/// The stack lets a good delivery through and refuses a forged one.
async fn stands(app: Router) {
    let address = serve(app).await;
    let good = exchange(address, &whole(&sign(Scheme::STANDARD, BODY), BODY)).await;
    assert_eq!((good.status, good.body.as_slice()), (200, BODY), "{}", good.head);
    let forged = exchange(address, &whole(&sign(Scheme::STANDARD, b"other"), BODY)).await;
    assert_eq!((forged.status, forged.body.len()), (401, 0), "{}", forged.head);
}

fn route() -> Router {
    Router::new().route("/hook", post(echo))
}

async fn pass(request: Request, next: Next) -> Response {
    next.run(request).await
}

async fn overloaded(_: BoxError) -> StatusCode {
    StatusCode::SERVICE_UNAVAILABLE
}

#[tokio::test]
async fn from_fn_inside() {
    // With layers of the router's own axum converts the body.
    stands(route().layer(from_fn(pass)).layer(layer())).await;
    let stack = ServiceBuilder::new()
        .layer(layer())
        .map_request(|request: Request<_>| request.map(Body::new))
        .layer(from_fn(pass));
    stands(route().layer(stack)).await;
    let reporting = ServiceBuilder::new()
        .layer(layer().dangerous_report_only())
        .map_request(|request: Request<_>| request.map(Body::new))
        .layer(from_fn(pass));
    let address = serve(route().layer(reporting)).await;
    let good = exchange(address, &whole(&sign(Scheme::STANDARD, BODY), BODY)).await;
    assert_eq!((good.status, good.body.as_slice()), (200, BODY));
}

/// A stack whose answers have a body of another type inside of the layer than outside.
macro_rules! inside {
    ($inner:expr) => {
        ServiceBuilder::new()
            .layer(layer())
            .map_response(|answer: Response<_>| answer.map(Body::new))
            .layer($inner)
    };
}

#[tokio::test]
async fn whatever_changes_the_body_of_answers() {
    stands(route().layer(inside!(TraceLayer::new_for_http()))).await;
    stands(route().layer(inside!(CompressionLayer::new()))).await;
    stands(route().layer(inside!(CatchPanicLayer::new()))).await;
    stands(route().layer(inside!(RequestBodyLimitLayer::new(1 << 20)))).await;
    // By the router itself there is nothing to convert.
    let inside = route()
        .layer(TraceLayer::new_for_http())
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
        .layer(RequestBodyLimitLayer::new(1 << 20));
    stands(inside.layer(layer())).await;
    let outside = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http())
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
        .layer(RequestBodyLimitLayer::new(1 << 20))
        .layer(layer());
    stands(route().layer(outside)).await;
}

#[tokio::test]
async fn limits_and_timeouts() {
    let stack = ServiceBuilder::new()
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, MINUTE))
        .layer(HandleErrorLayer::new(overloaded))
        .load_shed()
        .concurrency_limit(10)
        .timeout(MINUTE)
        .layer(layer())
        .layer(HandleErrorLayer::new(overloaded))
        .load_shed()
        .concurrency_limit(1)
        .timeout(MINUTE);
    stands(route().layer(stack)).await;
}

#[tokio::test]
async fn a_reverse_proxy_inside() {
    let upstream = serve(Router::new().fallback(async |body: Bytes| body)).await;
    let client = Client::builder(TokioExecutor::new()).build_http::<VerifiedBody>();
    let proxy = move |mut request: Request<VerifiedBody>| {
        *request.uri_mut() = format!("http://{upstream}/").parse().unwrap();
        let answer = client.request(request);
        async { Ok::<_, Infallible>(answer.await.unwrap()) }
    };
    let stack = ServiceBuilder::new()
        .layer(layer())
        .map_response(|answer: Response<_>| answer.map(Body::new))
        .service(service_fn(proxy));
    stands(Router::new().route_service("/hook", stack)).await;
}

/// Two signatures on one URL, as while a provider moves from one to the other.
#[tokio::test]
async fn two_schemes_are_told_apart_by_a_header_and_neither_is_a_way_around() {
    let old = post(echo).layer(WebhookLayer::new(verifier(Scheme::GITHUB)));
    let new = post(echo).layer(layer());
    let both = service_fn(move |request: Request| {
        let is_new = request.headers().contains_key("webhook-signature");
        if is_new { &new } else { &old }.clone().oneshot(request)
    });
    let address = serve(Router::new().route_service("/hook", both)).await;
    let status = async |headers: &[&HeaderMap]| {
        let mut all = HeaderMap::new();
        headers.iter().for_each(|headers| all.extend((*headers).clone()));
        exchange(address, &whole(&all, BODY)).await.status
    };
    let (old, new) = (sign(Scheme::GITHUB, BODY), sign(Scheme::STANDARD, BODY));
    let (forged_old, forged_new) = (sign(Scheme::GITHUB, b"no"), sign(Scheme::STANDARD, b"no"));
    assert_eq!(status(&[&old]).await, 200);
    assert_eq!(status(&[&new]).await, 200);
    assert_eq!(status(&[&old, &new]).await, 200);
    for forged in [&[][..], &[&forged_old], &[&forged_new], &[&old, &forged_new]] {
        assert_eq!(status(forged).await, 401);
    }
    // The one that was chosen has verified it.
    assert_eq!(status(&[&forged_old, &new]).await, 200);
}

#[cfg(feature = "fetch")]
#[tokio::test]
async fn a_selector_inside_of_nest_sees_no_prefix_and_the_original_uri_has_it() {
    use axum::extract::OriginalUri;
    use tower_webhook::Head;
    use tower_webhook::clock::ManualClock;
    use tower_webhook::fetch::{EndpointId, FetchError, SecretCache};

    use crate::support::{NOW, WHSEC, at};

    type Selector = fn(&Head<'_>) -> Option<EndpointId>;
    let app = |select: Selector, is_inside: bool| {
        let fetcher = |endpoint: EndpointId| async move {
            assert_eq!(endpoint.as_str(), "acme");
            Ok::<_, FetchError>(vec![Scheme::STANDARD.secret(WHSEC).unwrap()])
        };
        let clock = ManualClock::new(at(NOW));
        let cache = SecretCache::builder(Scheme::STANDARD, fetcher).clock(clock).build();
        let layer = WebhookLayer::from_cache(cache, select);
        let hooks = Router::new().route("/acme", post(echo));
        if is_inside {
            Router::new().nest("/hook", hooks.layer(layer))
        } else {
            Router::new().nest("/hook", hooks).layer(layer)
        }
    };
    let path: Selector = |head| EndpointId::new(head.path()?.strip_prefix("/hook/")?).ok();
    let rest: Selector = |head| EndpointId::new(head.path()?.strip_prefix('/')?).ok();
    let original: Selector = |head| {
        let called = head.extension::<OriginalUri>()?.path();
        EndpointId::new(called.strip_prefix("/hook/")?).ok()
    };
    let delivery = whole(&sign(Scheme::STANDARD, BODY), BODY);
    let delivery = String::from_utf8(delivery).unwrap().replacen("/hook", "/hook/acme", 1);
    for (select, is_inside, status) in [
        (path, false, 200),
        (path, true, 404),
        (rest, true, 200),
        (original, false, 200),
        (original, true, 200),
    ] {
        let address = serve(app(select, is_inside)).await;
        assert_eq!(exchange(address, delivery.as_bytes()).await.status, status);
    }
}
