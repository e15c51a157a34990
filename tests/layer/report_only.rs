//! The layer that only reports: what could not be verified goes on, unmarked, and nothing else changes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{MethodRouter, post};
use bytes::Bytes;
use http::{Extensions, HeaderMap};
use tower_webhook::clock::ManualClock;
use tower_webhook::fetch::{EndpointId, FetchErrorKind, SecretCache};
use tower_webhook::layer::{BareStatus, OnRejection as _, Refused};
use tower_webhook::receive::{NewSecret, Opening, Rejection, RejectionKind};
use tower_webhook::replay::{MemoryReplayGuard, Replay};
use tower_webhook::scheme::Handshake;
use tower_webhook::{Field, Head, Scheme, Secret, Verified, VerifyError, WebhookLayer};

use crate::http::{chunked, exchange, head, serve, whole};
use crate::support::{NOW, WHSEC, at, secret, sign, signer, verifier};

const BODY: &[u8] = br#"{"hello":"world"}"#;
const LIMIT: usize = 64;
const SCHEME: Scheme = Scheme::STANDARD;

fn layer() -> WebhookLayer {
    WebhookLayer::new(verifier(SCHEME)).body_limit(LIMIT)
}

/// Says whether it has a proof, why not, and how long the body is.
async fn handle(delivery: Option<Verified>, extensions: Extensions, body: Bytes) -> String {
    let reason = extensions.get::<Rejection>().map(Rejection::kind);
    assert_eq!(delivery.is_some(), reason.is_none());
    format!("{} {} {reason:?}", delivery.is_some(), body.len())
}

fn handler() -> MethodRouter {
    post(handle)
}

/// The status of the answer, and what the handler said, or nothing if it did not run.
async fn send(address: SocketAddr, bytes: &[u8]) -> (u16, String) {
    let answer = exchange(address, bytes).await;
    (answer.status, String::from_utf8(answer.body).unwrap())
}

fn good() -> (u16, String) {
    (200, format!("true {} None", BODY.len()))
}

fn let_through(kind: RejectionKind) -> (u16, String) {
    (200, format!("false {} Some({kind:?})", BODY.len()))
}

fn unverified(error: VerifyError) -> (u16, String) {
    let_through(RejectionKind::Unverified(error))
}

fn stale() -> HeaderMap {
    signer(SCHEME).sign("msg", at(NOW - 301), BODY).unwrap()
}

#[tokio::test]
async fn what_is_not_verified_goes_on_unmarked_and_whole() {
    let app = Router::new().route("/hook", handler()).route_layer(layer().dangerous_report_only());
    let address = serve(app).await;
    let (signed, forged) = (sign(SCHEME, BODY), sign(SCHEME, b"other"));
    assert_eq!(send(address, &whole(&signed, BODY)).await, good());
    assert_eq!(send(address, &whole(&forged, BODY)).await, unverified(VerifyError::Mismatch));
    assert_eq!(
        send(address, &whole(&stale(), BODY)).await,
        unverified(VerifyError::TimestampTooOld)
    );
    let (status, said) = send(address, &whole(&HeaderMap::new(), BODY)).await;
    assert_eq!((status, said.contains("Missing")), (200, true), "{said}");
    // In pieces too, whether they are read for a MAC or not.
    for headers in [&forged, &stale()] {
        let (status, said) = send(address, &chunked(headers, BODY.chunks(1))).await;
        assert_eq!((status, said.starts_with("false 17 ")), (200, true), "{said}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_or_cut_short_is_refused_all_the_same() {
    let app = Router::new().route("/hook", handler()).route_layer(layer().dangerous_report_only());
    let address = serve(app).await;
    let over = [b'x'; LIMIT + 1];
    for headers in [sign(SCHEME, &over), sign(SCHEME, b"other"), stale(), HeaderMap::new()] {
        assert_eq!(send(address, &whole(&headers, &over)).await, (413, String::new()));
        assert_eq!(send(address, &chunked(&headers, over.chunks(9))).await.0, 413);
        assert_eq!(send(address, &whole(&headers, &over[..LIMIT])).await.0, 200);
        let broken = [head(&headers, "transfer-encoding: chunked"), b"zz\r\n".to_vec()].concat();
        assert_eq!(send(address, &broken).await, (400, String::new()));
    }
}

#[tokio::test]
async fn none_is_for_what_a_layer_let_through_and_for_nothing_else() {
    let strict = |_: Verified| async {};
    let app = Router::new()
        .route("/enforced", handler().layer(layer()))
        .route("/strict", post(strict).layer(layer().dangerous_report_only()))
        .route("/forgotten", handler())
        // The proof of another scheme is none for this one.
        .merge(
            Router::new()
                .route("/inner", handler())
                .layer(layer().dangerous_report_only())
                .layer(github()),
        )
        .merge(
            Router::new()
                .route("/outer", handler())
                .layer(layer())
                .layer(github().dangerous_report_only()),
        );
    let address = serve(app).await;
    let to = |path: &str, bytes: Vec<u8>| {
        let bytes = String::from_utf8(bytes).unwrap().replacen("/hook", path, 1);
        async move { send(address, bytes.as_bytes()).await }
    };
    let (signed, forged) = (sign(SCHEME, BODY), sign(SCHEME, b"other"));
    assert_eq!(to("/enforced", whole(&signed, BODY)).await, good());
    assert_eq!(to("/enforced", whole(&forged, BODY)).await, (401, String::new()));
    assert_eq!(to("/strict", whole(&signed, BODY)).await.0, 200);
    assert_eq!(to("/strict", whole(&forged, BODY)).await.0, 500);
    for headers in [&signed, &forged, &HeaderMap::new()] {
        assert_eq!(to("/forgotten", whole(headers, BODY)).await, (500, String::new()));
    }
    let mut both = sign(Scheme::GITHUB, BODY);
    both.extend(forged.clone());
    assert_eq!(to("/inner", whole(&both, BODY)).await, unverified(VerifyError::Mismatch));
    assert_eq!(to("/outer", whole(&forged, BODY)).await, (401, String::new()));
}

fn github() -> WebhookLayer {
    WebhookLayer::new(verifier(Scheme::GITHUB))
}

#[tokio::test]
async fn what_is_let_through_is_counted_as_what_is_refused() {
    let (asked, seen) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (asking, seeing) = (Arc::clone(&asked), Arc::clone(&seen));
    let layer = layer().on_rejection(move |refused: &Refused<'_>| {
        asking.fetch_add(1, Ordering::SeqCst);
        BareStatus.respond(refused)
    });
    let watch = move |request: Request, next: Next| {
        let seeing = Arc::clone(&seeing);
        async move {
            let answer: Response = next.run(request).await;
            let rejected = answer.extensions().get::<Rejection>().is_some();
            seeing.fetch_add(usize::from(rejected), Ordering::SeqCst);
            answer
        }
    };
    let app = Router::new()
        .route("/hook", handler())
        .layer(layer.dangerous_report_only())
        .layer(from_fn(watch));
    let address = serve(app).await;
    let count = || (asked.load(Ordering::SeqCst), seen.load(Ordering::SeqCst));
    assert_eq!(send(address, &whole(&sign(SCHEME, BODY), BODY)).await, good());
    assert_eq!(count(), (0, 0));
    assert_eq!(send(address, &whole(&sign(SCHEME, b"other"), BODY)).await.0, 200);
    assert_eq!(count(), (1, 1));
    assert_eq!(send(address, &whole(&HeaderMap::new(), BODY)).await.0, 200);
    assert_eq!(count(), (2, 2));
}

#[tokio::test]
async fn with_a_guard_only_what_is_verified_is_claimed() {
    let guard = MemoryReplayGuard::builder().build();
    let layer = layer().replay(Replay::with(guard)).dangerous_report_only();
    let address = serve(Router::new().route("/hook", handler()).route_layer(layer)).await;
    let signed = whole(&sign(SCHEME, BODY), BODY);
    // With the same id: as often as it comes, and none is in the way of the real one.
    let mut forged = sign(SCHEME, b"other");
    forged.insert("webhook-id", sign(SCHEME, BODY)["webhook-id"].clone());
    let forged = whole(&forged, BODY);
    for _ in 0..2 {
        assert_eq!(send(address, &forged).await, unverified(VerifyError::Mismatch));
    }
    assert_eq!(send(address, &signed).await, good());
    assert_eq!(send(address, &signed).await, (200, String::new()), "a duplicate");
    assert_eq!(send(address, &forged).await, unverified(VerifyError::Mismatch));
}

#[tokio::test]
async fn secrets_that_cannot_be_fetched_let_through() {
    let up = Arc::new(AtomicUsize::new(0));
    let fetcher = {
        let up = Arc::clone(&up);
        move |endpoint: EndpointId| {
            std::future::ready(match (up.load(Ordering::SeqCst), endpoint.as_str()) {
                (0, _) => Err(FetchErrorKind::Unavailable.into()),
                (_, "unknown") => Err(FetchErrorKind::NotFound.into()),
                _ => Ok(vec![Secret::whsec(WHSEC).unwrap()]),
            })
        }
    };
    let clock = ManualClock::new(at(NOW));
    let cache = SecretCache::builder(SCHEME, fetcher).retries(0).clock(clock.clone()).build();
    let layer = WebhookLayer::from_cache(cache, |head: &Head<'_>| {
        EndpointId::new(head.path()?.strip_prefix("/hooks/")?).ok()
    });
    let app = Router::new().fallback(handle).layer(layer.body_limit(LIMIT).dangerous_report_only());
    let address = serve(app).await;
    let to = |path: &str, headers: HeaderMap, body: &[u8]| {
        let bytes = chunked(&headers, body.chunks(3));
        let bytes = String::from_utf8(bytes).unwrap().replacen("/hook", path, 1);
        async move { send(address, bytes.as_bytes()).await }
    };
    let (signed, forged) = (sign(SCHEME, BODY), sign(SCHEME, b"other"));
    let down = let_through(RejectionKind::SecretsUnavailable);
    assert_eq!(to("/hooks/a", signed.clone(), BODY).await, down);
    assert_eq!(to("/hooks/a", forged.clone(), BODY).await, down);
    assert_eq!(to("/hooks/a", signed.clone(), &[b'x'; LIMIT + 1]).await.0, 413);

    up.store(1, Ordering::SeqCst);
    clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(to("/hooks/a", signed.clone(), BODY).await, good());
    assert_eq!(to("/hooks/a", forged, BODY).await, unverified(VerifyError::Mismatch));
    let unknown = let_through(RejectionKind::UnknownEndpoint);
    assert_eq!(to("/hooks/unknown", signed.clone(), BODY).await, unknown);
    assert_eq!(to("/elsewhere", signed, BODY).await, unknown);
}

#[tokio::test]
async fn a_public_url_that_was_forgotten_is_reported() {
    let verifier = Scheme::SQUARE.verifier(secret(Scheme::SQUARE)).unwrap();
    let layer = WebhookLayer::new(verifier).dangerous_report_only();
    let address = serve(Router::new().route("/hook", handler()).route_layer(layer)).await;
    let delivery = whole(&sign(Scheme::SQUARE, BODY), BODY);
    assert_eq!(send(address, &delivery).await, unverified(VerifyError::NeedsPublicUrl));
}

#[tokio::test]
async fn a_handshake_is_answered_and_what_might_have_been_one_goes_on_whole() {
    let opening = Opening::new();
    let notion = WebhookLayer::new(Scheme::NOTION.verifier("secret_1").unwrap())
        .handshake(
            Handshake::NOTION.keep_secret(&opening, async |_: NewSecret| Ok::<_, String>(())),
        )
        .dangerous_report_only();
    let app = Router::new().route("/hook", handler()).route_layer(notion);
    let address = serve(app).await;
    let unsigned = HeaderMap::new();
    let (status, said) =
        send(address, &whole(&unsigned, br#"{"verification_token":"secret_2"}"#)).await;
    assert_eq!((status, said.as_str()), (403, ""), "nobody has opened it");
    // Longer than a handshake can be, in one piece and in many.
    let long = vec![b' '; 200_000];
    let kind = RejectionKind::Unverified(VerifyError::Missing(Field::Signature));
    let expected = (200, format!("false 200000 Some({kind:?})"));
    assert_eq!(send(address, &whole(&unsigned, &long)).await, expected);
    assert_eq!(send(address, &chunked(&unsigned, long.chunks(1_000))).await, expected);
}
