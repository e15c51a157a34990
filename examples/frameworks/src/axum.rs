//! axum: two secrets, answers in JSON, traces, times, compression on both sides, and a nested router.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_http::compression::CompressionLayer;
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use tower_webhook::layer::Refused;
use tower_webhook::receive::Rejection;
use tower_webhook::replay::{MemoryReplayGuard, Replay};
use tower_webhook::{InvalidSecret, Scheme, Verified, WebhookLayer};

/// The largest bodies, in bytes: as they are sent, and decompressed.
const SENT: usize = 256 << 10;
const DECOMPRESSED: usize = 1 << 20;

/// From short to long: for the handler, for its claim, and for the whole request.
const HANDLER: Duration = Duration::from_secs(10);
const CLAIM: Duration = Duration::from_secs(15);
const REQUEST: Duration = Duration::from_secs(30);

/// The application. While a secret is rotated there are two, and the newer one comes first.
pub fn app(newer: &str, older: &str) -> Result<Router, InvalidSecret> {
    let scheme = Scheme::STANDARD;
    let verifier = scheme.verifier(newer)?.add_secret(scheme.secret(older)?)?;
    let webhooks = WebhookLayer::new(verifier)
        .body_limit(SENT)
        .replay(Replay::with(MemoryReplayGuard::builder().build()).lease(CLAIM))
        .on_rejection_into(refuse);

    // Inside is what only verified deliveries reach. A body is signed as it is sent, so it is decompressed
    // here, and bounded once more.
    let inside = Router::new()
        .route("/orders", post(handle))
        .layer(DefaultBodyLimit::max(DECOMPRESSED))
        .layer(RequestDecompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, HANDLER));

    // Around the router that nests, where the path is still the one that was called.
    Ok(Router::new()
        .nest("/hooks", inside)
        .route_layer(webhooks)
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST))
        .layer(TraceLayer::new_for_http().on_response(log)))
}

/// `Bytes`, because `Json` insists on a content type, and not every sender sends one.
async fn handle(delivery: Verified, body: Bytes) -> Result<Json<Value>, JsonRejection> {
    let Json(order) = Json::<Order>::from_bytes(&body)?;
    // 0 is the newer secret. When the older one has not matched for days, it can go.
    tracing::info!(secret = delivery.secret_index(), order.number, "an order");
    Ok(Json(json!({ "accepted": true, "number": order.number })))
}

#[derive(Deserialize)]
struct Order {
    number: u64,
}

/// The status says all that a sender needs; the reason would help whoever forges.
fn refuse(refused: &Refused<'_>) -> Response {
    let (status, wait) = (refused.status(), refused.rejection().retry_after());
    // What was handled before is answered with a 200.
    let body = Json(json!({ "accepted": status.is_success() }));
    (status, wait.map(|wait| [(RETRY_AFTER, wait.as_secs().to_string())]), body).into_response()
}

/// The reason is for the operator. It holds nothing that came from the request.
fn log(answer: &Response<impl Sized>, took: Duration, _: &tracing::Span) {
    let refused = answer.extensions().get::<Rejection>().map(Rejection::kind);
    tracing::info!(status = answer.status().as_u16(), ?took, ?refused, "answered");
}

/// How a handler is tested, with all its layers: signed by a `Signer`, sent by `oneshot`.
#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::response::Response;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use http_body_util::BodyExt as _;
    use serde_json::{Value, json};
    use tower::ServiceExt as _;

    use super::{DECOMPRESSED, app};
    use crate::testing::{OTHER, SECRET, headers};

    const OLDER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const ORDER: &[u8] = br#"{"number":7}"#;

    fn delivery(secret: &str, id: &str, body: &[u8]) -> Request<Body> {
        let mut request = Request::post("/hooks/orders").body(Body::from(body.to_vec())).unwrap();
        *request.headers_mut() = headers(secret, id, body);
        request
    }

    async fn send(app: &Router, request: Request<Body>) -> Response {
        app.clone().oneshot(request).await.unwrap()
    }

    async fn read(answer: Response) -> (u16, Value) {
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn good_and_forged() {
        let app = app(SECRET, OLDER).unwrap();
        let handled = (200, json!({ "accepted": true, "number": 7 }));
        let refused = (401, json!({ "accepted": false }));
        assert_eq!(read(send(&app, delivery(SECRET, "1", ORDER)).await).await, handled);
        assert_eq!(read(send(&app, delivery(OLDER, "2", ORDER)).await).await, handled);
        assert_eq!(read(send(&app, delivery(OTHER, "3", ORDER)).await).await, refused);

        let mut changed = delivery(SECRET, "4", ORDER);
        *changed.body_mut() = Body::from(r#"{"number":8}"#);
        assert_eq!(read(send(&app, changed).await).await, refused);
        let again = send(&app, delivery(SECRET, "1", ORDER)).await;
        assert_eq!(read(again).await, (200, json!({ "accepted": true })));

        assert_eq!(send(&app, delivery(SECRET, "5", b"{")).await.status(), 400);
        let elsewhere = Request::post("/orders").body(Body::empty()).unwrap();
        assert_eq!(send(&app, elsewhere).await.status(), 404);
    }

    fn gzipped(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    #[tokio::test]
    async fn compressed_on_both_sides() {
        let app = app(SECRET, OLDER).unwrap();
        let compressed = |id, body: &[u8]| {
            let mut request = delivery(SECRET, id, &gzipped(body));
            request.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
            request.headers_mut().insert("accept-encoding", "gzip".parse().unwrap());
            request
        };
        // Answers below 32 bytes are not compressed.
        let order = format!(r#"{{"number":{}}}"#, u64::MAX);
        let answer = send(&app, compressed("1", order.as_bytes())).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-encoding"]),
            (200, &"gzip".parse().unwrap())
        );

        let bomb = vec![b' '; DECOMPRESSED + 1];
        assert_eq!(send(&app, compressed("2", &bomb)).await.status(), 413);
    }
}
