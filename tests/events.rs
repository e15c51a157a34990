//! One event for each verdict, for each request that is let through, and for a receiver that cannot verify. Alone in its file, because a subscriber is global.

#![cfg(all(feature = "axum", feature = "fetch", feature = "replay", feature = "tracing"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod support;

use std::fmt::{Debug, Write as _};
use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use http::{Request, StatusCode};
use support::{ID, NOW, sign, verifier};
use tower::ServiceExt as _;
use tower_webhook::clock::ManualClock;
use tower_webhook::fetch::{EndpointId, FetchError, FetchErrorKind, SecretCache};
use tower_webhook::receive::{NewSecret, Opening};
use tower_webhook::replay::{
    Claim, Lease, Replay, ReplayError, ReplayErrorKind, ReplayGuard, ReplayKey,
};
use tower_webhook::scheme::Handshake;
use tower_webhook::{Head, Receiver, Scheme, Secret, Verified, WebhookLayer};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

const BODY: &[u8] = b"{}";

#[tokio::test]
async fn each_verdict_is_one_event_without_anything_from_the_request() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let events = Events(Arc::clone(&log));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(events)).unwrap();

    let handler = post(|_: Verified| async {});
    let lenient = post(|_: Option<Verified>| async {});
    let layer = WebhookLayer::new(verifier(Scheme::STANDARD)).body_limit(8);
    let claiming = |claim: fn() -> Result<Claim, ReplayError>| {
        WebhookLayer::new(verifier(Scheme::STANDARD)).replay(Replay::with(NeverCommits(claim)))
    };
    let guarded = claiming(|| Ok(Claim::Fresh(Lease::random()?)));
    let at = |now| {
        let clock = ManualClock::new(support::at(now));
        WebhookLayer::new(verifier(Scheme::STANDARD).clock(clock))
    };
    let fetcher = |_: EndpointId| ready(Ok(Secret::whsec(support::WHSEC).unwrap()));
    let clock = ManualClock::new(support::at(NOW));
    let cache = SecretCache::builder(Scheme::STANDARD, fetcher).clock(clock).build();
    let fetched = WebhookLayer::from_cache(cache, |_: &Head<'_>| EndpointId::new("orders").ok())
        .replay(Replay::with(NeverCommits(|| Ok(Claim::Fresh(Lease::random()?)))));
    // A database of one's own.
    let fails = |_: EndpointId| {
        let error = FetchError::new(FetchErrorKind::Unavailable);
        ready(Err::<Secret, _>(error.with_source("no such table: secrets")))
    };
    let clock = ManualClock::new(support::at(NOW));
    let failing = SecretCache::builder(Scheme::STANDARD, fails).clock(clock).retries(0).build();
    let failing = Receiver::from_cache(failing, |_: &Head<'_>| EndpointId::new("invoices").ok());
    let several = WebhookLayer::from_receivers([failing], |head: &Head<'_>| {
        (head.path() == Some("/failing")).then_some(Scheme::STANDARD)
    });
    let meta = WebhookLayer::new(verifier(Scheme::META))
        .handshake(Handshake::META.verify_token("ours_17"));
    let opening = Opening::new();
    opening.open();
    let asana = WebhookLayer::new(verifier(Scheme::ASANA)).handshake(
        Handshake::ASANA
            .keep_secret(&opening, async |secret: NewSecret| Err(secret.text().to_owned())),
    );
    let app: Router = Router::new()
        .route("/fetched", handler.clone().layer(fetched))
        .route("/guarded", handler.clone().layer(guarded))
        .route("/done", handler.clone().layer(claiming(|| Ok(Claim::Done))))
        .route("/in-flight", handler.clone().layer(claiming(|| Ok(Claim::InFlight))))
        .route(
            "/full",
            handler.clone().layer(claiming(|| Err(ReplayError::new(ReplayErrorKind::Full)))),
        )
        .route("/reported", lenient.layer(layer.clone().dangerous_report_only()))
        .route("/verified", handler.clone().layer(layer))
        .route("/old", handler.clone().layer(at(NOW + 301)))
        .route("/new", handler.clone().layer(at(NOW - 3_600)))
        .route("/meta", handler.clone().layer(meta))
        .route("/asana", handler.clone().layer(asana))
        .route("/failing", handler.clone().layer(several.clone()))
        .route("/none", handler.clone().layer(several))
        .route("/forgotten", handler);
    let send = async |path: &str, id: &str, body: &'static [u8]| {
        let mut request = Request::post(path).body(Body::from(body)).unwrap();
        *request.headers_mut() = sign(Scheme::STANDARD, body);
        request.headers_mut().insert("webhook-id", id.parse().unwrap());
        app.clone().oneshot(request).await.unwrap().status()
    };
    assert_eq!(send("/verified", "other", BODY).await, StatusCode::UNAUTHORIZED);
    assert_eq!(send("/verified", ID, b"much too long").await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send("/verified", ID, BODY).await, StatusCode::OK);
    assert_eq!(send("/forgotten", ID, BODY).await, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(send("/guarded", ID, BODY).await, StatusCode::OK);
    assert_eq!(send("/done", ID, BODY).await, StatusCode::OK);
    assert_eq!(send("/in-flight", ID, BODY).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(send("/full", ID, BODY).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(send("/old", ID, BODY).await, StatusCode::UNAUTHORIZED);
    assert_eq!(send("/new", ID, BODY).await, StatusCode::UNAUTHORIZED);
    assert_eq!(send("/reported", ID, BODY).await, StatusCode::OK);
    assert_eq!(send("/reported", "other", BODY).await, StatusCode::OK);
    assert_eq!(send("/reported", "other", b"much too long").await, StatusCode::PAYLOAD_TOO_LARGE);

    let unsigned = Request::post("/verified").body(Body::empty()).unwrap();
    assert_eq!(app.clone().oneshot(unsigned).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let square = verifier(Scheme::SQUARE);
    let square = Router::new().route("/square", post(|| async {}).layer(WebhookLayer::new(square)));
    let mut forged = Request::post("/square").body(Body::from("forged")).unwrap();
    *forged.headers_mut() = sign(Scheme::SQUARE, BODY);
    assert_eq!(square.oneshot(forged).await.unwrap().status(), StatusCode::UNAUTHORIZED);

    let knock = async |request: http::request::Builder| {
        app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    };
    let ask = async |token: &str| {
        let query = "hub.mode=subscribe&hub.challenge=knock_19";
        knock(Request::get(format!("/meta?{query}&hub.verify_token={token}"))).await
    };
    assert_eq!(ask("ours_17").await, StatusCode::OK);
    assert_eq!(ask("theirs_18").await, StatusCode::FORBIDDEN);
    let secret = Request::post("/asana").header("x-hook-secret", "new_secret");
    assert_eq!(knock(secret).await, StatusCode::SERVICE_UNAVAILABLE);

    assert_eq!(send("/fetched", ID, BODY).await, StatusCode::OK);
    assert_eq!(send("/failing", ID, BODY).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(send("/none", ID, BODY).await, StatusCode::NOT_FOUND);
    // The first has no URL.
    let _square = WebhookLayer::new(Scheme::SQUARE.verifier("key").unwrap());
    let _square = WebhookLayer::new(verifier(Scheme::SQUARE));

    let log = log.lock().unwrap();
    assert_eq!(
        *log,
        [
            "INFO tower_webhook message=webhook rejected scheme=\"standard-webhooks\" \
             kind=Unverified(Mismatch) reason=no signature matches status=401",
            "INFO tower_webhook message=webhook rejected scheme=\"standard-webhooks\" \
             kind=BodyTooLarge reason=body is over the limit status=413",
            "DEBUG tower_webhook message=webhook verified scheme=\"standard-webhooks\" secret=0",
            "ERROR tower_webhook message=request was not verified by a webhook layer",
            "DEBUG tower_webhook message=webhook verified scheme=\"standard-webhooks\" secret=0",
            "ERROR tower_webhook message=replay commit failed scheme=\"standard-webhooks\" \
             reason=delivery is no longer claimed by this lease",
            "DEBUG tower_webhook message=webhook rejected scheme=\"standard-webhooks\" \
             kind=Duplicate reason=delivery was handled before status=200",
            "DEBUG tower_webhook message=webhook rejected scheme=\"standard-webhooks\" \
             kind=InFlight reason=delivery is being handled status=503",
            "ERROR tower_webhook message=replay claim failed scheme=\"standard-webhooks\" \
             reason=replay store is full",
            "WARN tower_webhook message=webhook rejected scheme=\"standard-webhooks\" \
             kind=ReplayUnavailable reason=replay guard is not available: replay store is full \
             status=503",
            "INFO tower_webhook message=webhook rejected scheme=\"standard-webhooks\" \
             kind=Unverified(TimestampTooOld) reason=timestamp is too old seconds_off=301 status=401",
            "INFO tower_webhook message=webhook rejected scheme=\"standard-webhooks\" \
             kind=Unverified(TimestampTooNew) reason=timestamp is too far in the future \
             seconds_off=3600 status=401",
            "DEBUG tower_webhook message=webhook verified scheme=\"standard-webhooks\" secret=0",
            "ERROR tower_webhook message=webhook let through unverified \
             scheme=\"standard-webhooks\" kind=Unverified(Mismatch) reason=no signature matches \
             status=401",
            "INFO tower_webhook message=webhook rejected scheme=\"standard-webhooks\" \
             kind=BodyTooLarge reason=body is over the limit status=413",
            "INFO tower_webhook message=webhook rejected scheme=\"standard-webhooks\" \
             kind=Unverified(Missing(Signature)) reason=signature is missing \
             expected=webhook-signature: v1,… v1a,…; webhook-id; webhook-timestamp or \
             svix-signature: v1,… v1a,…; svix-id; svix-timestamp status=401",
            "INFO tower_webhook message=webhook rejected scheme=\"square\" \
             kind=Unverified(Mismatch) reason=no signature matches \
             public_url=PublicUrl(\"https://hooks.example.com\") status=401",
            "INFO tower_webhook message=handshake answered scheme=\"meta\" handshake=\"meta\" status=200",
            "INFO tower_webhook message=handshake refused scheme=\"meta\" handshake=\"meta\" \
             reason=handshake is refused: its token is not ours status=403",
            "WARN tower_webhook message=handshake refused scheme=\"asana\" handshake=\"asana\" \
             reason=handshake is refused: its secret could not be kept status=503",
            "DEBUG tower_webhook message=webhook verified scheme=\"standard-webhooks\" \
             endpoint=\"orders\" secret=0",
            "ERROR tower_webhook message=replay commit failed scheme=\"standard-webhooks\" \
             endpoint=\"orders\" reason=delivery is no longer claimed by this lease",
            "WARN tower_webhook message=webhook secrets not fetched scheme=\"standard-webhooks\" \
             endpoint=\"invoices\" kind=Unavailable error=secrets cannot be reached: no such table: \
             secrets",
            "WARN tower_webhook message=webhook rejected scheme=\"standard-webhooks\" \
             endpoint=\"invoices\" kind=SecretsUnavailable reason=secrets are not available: secrets \
             cannot be reached: no such table: secrets status=503",
            "INFO tower_webhook message=webhook rejected scheme=\"none\" kind=UnknownEndpoint \
             reason=endpoint is unknown status=404",
            "ERROR tower_webhook message=webhook receiver is misconfigured scheme=\"square\" \
             reason=the scheme signs the URL: set `public_url` or `exact_url`",
        ]
    );
    let signature = sign(Scheme::STANDARD, BODY)["webhook-signature"].to_str().unwrap().to_owned();
    for hidden in
        [support::WHSEC, ID, "other", &signature, "ours_17", "theirs_18", "knock_19", "new_secret"]
    {
        assert!(!log.concat().contains(hidden), "{hidden}");
    }
}

/// Claims as it is told, and remembers nothing.
struct NeverCommits(fn() -> Result<Claim, ReplayError>);

impl ReplayGuard for NeverCommits {
    async fn claim(&self, _: &ReplayKey, _: Duration) -> Result<Claim, ReplayError> {
        (self.0)()
    }

    async fn commit(&self, _: &ReplayKey, _: &Lease, _: Duration) -> Result<(), ReplayError> {
        Err(ReplayError::new(ReplayErrorKind::LeaseLost))
    }

    async fn release(&self, _: &ReplayKey, _: &Lease) -> Result<(), ReplayError> {
        Ok(())
    }

    async fn extend(&self, _: &ReplayKey, _: &Lease, _: Duration) -> Result<(), ReplayError> {
        Ok(())
    }
}

/// Writes each event of the crate as one line.
struct Events(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Events {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        if metadata.target().starts_with("tower_webhook") {
            let mut line = Line(format!("{} {}", metadata.level(), metadata.target()));
            event.record(&mut line);
            self.0.lock().unwrap().push(line.0);
        }
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}
