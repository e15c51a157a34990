//! A receiver whose secrets come from a cache: the selector, the fetch, and a rotation.

use std::convert::Infallible;
use std::error::Error as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use hyper::body::{Body, Frame};
use tower_webhook::clock::ManualClock;
use tower_webhook::fetch::{EndpointId, FetchError, FetchErrorKind, SecretCache};
use tower_webhook::receive::{Rejection, RejectionKind};
use tower_webhook::{Field, Head, Receiver, Scheme, Secret, VerifyError};

use crate::support::{NOW, at};

const BODY: &[u8] = br#"{"hello":"world"}"#;

/// The provider that is asked for secrets, and its time.
#[derive(Clone)]
struct World {
    provides: Arc<Mutex<Result<&'static str, FetchErrorKind>>>,
    /// For which endpoints it was asked.
    asked: Arc<Mutex<Vec<String>>>,
    selected: Arc<AtomicUsize>,
    clock: ManualClock,
}

impl World {
    fn new() -> Self {
        Self {
            provides: Arc::new(Mutex::new(Ok("secret"))),
            asked: Arc::default(),
            selected: Arc::default(),
            clock: ManualClock::new(at(NOW)),
        }
    }

    fn receiver(&self) -> Receiver {
        let world = self.clone();
        let fetcher = move |endpoint: EndpointId| {
            world.asked.lock().unwrap().push(endpoint.as_str().to_owned());
            let secrets = world.provides.lock().unwrap().map(|it| vec![Secret::utf8(it).unwrap()]);
            std::future::ready(secrets.map_err(FetchError::new))
        };
        let builder = SecretCache::builder(Scheme::GITHUB, fetcher).retries(0);
        let cache = builder.clock(self.clock.clone()).build();
        let selected = Arc::clone(&self.selected);
        Receiver::from_cache(cache, move |head: &Head<'_>| {
            selected.fetch_add(1, Ordering::SeqCst);
            select(head)
        })
    }

    fn provide(&self, secret: Result<&'static str, FetchErrorKind>) {
        *self.provides.lock().unwrap() = secret;
        // Neither a failure nor a mismatch is remembered for as long.
        self.clock.advance(Duration::from_secs(60));
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

#[derive(Clone)]
struct Tenant(&'static str);

/// An endpoint is named by its path, by a header or by what a middleware has found out.
fn select(head: &Head<'_>) -> Option<EndpointId> {
    let path = head.path().and_then(|path| path.strip_prefix("/hooks/"));
    let header = head.get("X-Tenant").and_then(|value| str::from_utf8(value).ok());
    let extension = head.extension::<Tenant>().map(|tenant| tenant.0);
    EndpointId::new(path.or(header).or(extension)?).ok()
}

fn signed(secret: &str) -> HeaderMap {
    Scheme::GITHUB.signer(secret).unwrap().sign(None, at(NOW), BODY).unwrap()
}

fn request(path: &str, secret: &str) -> Request<()> {
    let mut request = Request::post(path).body(()).unwrap();
    *request.headers_mut() = signed(secret);
    request
}

/// Fails the test when it is read.
struct Untouchable;

impl Body for Untouchable {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        panic!("the body was read")
    }
}

fn fetch_error(rejection: &Rejection) -> Option<FetchErrorKind> {
    let error: &FetchError = rejection.source()?.downcast_ref()?;
    Some(error.kind())
}

#[tokio::test]
async fn a_selector_sees_all_of_the_head() {
    let world = World::new();
    let receiver = world.receiver();
    let by_path = request("/hooks/path", "secret");
    let mut by_header = request("/", "secret");
    by_header.headers_mut().insert("x-tenant", "header".parse().unwrap());
    let mut by_extension = request("/", "secret");
    by_extension.extensions_mut().insert(Tenant("extension"));
    for request in [&by_path, &by_header, &by_extension] {
        let mut delivery = receiver.receive_bytes(request, BODY).await.unwrap();
        assert_eq!(delivery.take_body(), BODY);
    }
    let headers = signed("secret");
    let signature = headers["x-hub-signature-256"].as_bytes();
    let pairs = [("X-HUB-SIGNATURE-256", signature), ("x-tenant", b"pairs")];
    assert!(receiver.receive_bytes(Head::from_pairs(&pairs), BODY).await.is_ok());
    assert_eq!(world.asked(), ["path", "header", "extension", "pairs"]);

    // What is cached is not fetched again.
    assert!(receiver.receive_bytes(&by_path, BODY).await.is_ok());
    assert_eq!(world.asked().len(), 4);
}

#[tokio::test]
async fn a_request_that_names_no_endpoint_is_not_found_by_its_head() {
    let world = World::new();
    let receiver = world.receiver();
    for unknown in [request("/", "secret"), request("/hooks/", "secret")] {
        let rejection = receiver.open(&unknown).unwrap_err();
        assert_eq!(rejection.kind(), RejectionKind::UnknownEndpoint);
        assert_eq!((rejection.status(), rejection.retry_after()), (StatusCode::NOT_FOUND, None));
        assert!(rejection.source().is_none());
        let rejection = receiver.receive(&unknown, Untouchable).await.unwrap_err();
        assert_eq!(rejection.kind(), RejectionKind::UnknownEndpoint);
    }
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn what_the_head_gives_away_asks_neither_selector_nor_provider() {
    let world = World::new();
    let receiver = world.receiver().body_limit(BODY.len());
    let mut unsigned = request("/hooks/acme", "secret");
    unsigned.headers_mut().clear();
    let rejection = receiver.open(&unsigned).unwrap_err();
    let missing = VerifyError::Missing(Field::Signature);
    assert_eq!(rejection.kind(), RejectionKind::Unverified(missing));
    let mut long = request("/hooks/acme", "secret");
    long.headers_mut().insert("content-length", (BODY.len() + 1).into());
    assert_eq!(receiver.open(&long).unwrap_err().kind(), RejectionKind::BodyTooLarge);
    assert_eq!((world.selected.load(Ordering::SeqCst), world.asked().len()), (0, 0));

    // Nor does a good head ask the provider before it is told to.
    let mut incoming = receiver.open(&request("/hooks/acme", "secret")).unwrap();
    assert_eq!((world.selected.load(Ordering::SeqCst), world.asked().len()), (1, 0));
    incoming.secrets().await.unwrap();
    incoming.push(BODY.into()).unwrap();
    assert!(incoming.finish().await.is_ok());
    assert_eq!((world.selected.load(Ordering::SeqCst), world.asked().len()), (1, 1));
}

#[tokio::test]
async fn without_secrets_not_a_byte_of_the_body_is_read() {
    let world = World::new();
    let receiver = world.receiver();
    let good = request("/hooks/acme", "secret");
    for kind in [
        FetchErrorKind::Denied,
        FetchErrorKind::Precondition,
        FetchErrorKind::Timeout,
        FetchErrorKind::Unavailable,
        FetchErrorKind::Malformed,
    ] {
        world.provide(Err(kind));
        let rejection = receiver.receive(&good, Untouchable).await.unwrap_err();
        assert_eq!(rejection.kind(), RejectionKind::SecretsUnavailable);
        assert_eq!(rejection.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(rejection.retry_after(), Some(Duration::from_secs(30)));
        assert_eq!(fetch_error(&rejection), Some(kind));
    }
    world.provide(Err(FetchErrorKind::NotFound));
    let rejection = receiver.receive(&good, Untouchable).await.unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::UnknownEndpoint);
    assert_eq!((rejection.status(), rejection.retry_after()), (StatusCode::NOT_FOUND, None));
    assert_eq!(fetch_error(&rejection), Some(FetchErrorKind::NotFound));

    // What is remembered is answered by the head alone.
    let rejection = receiver.open(&good).unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::UnknownEndpoint);

    // In pieces too, and it can be asked again.
    world.provide(Err(FetchErrorKind::Unavailable));
    let mut incoming = receiver.open(&request("/hooks/umbrella", "secret")).unwrap();
    let rejection = incoming.secrets().await.unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::SecretsUnavailable);
    world.provide(Ok("secret"));
    incoming.secrets().await.unwrap();
    incoming.push(BODY.into()).unwrap();
    assert!(incoming.finish().await.is_ok());
}

#[tokio::test]
async fn frames_that_come_before_the_fetch_are_verified_after_it() {
    for (secret, accepted) in [("secret", true), ("another", false)] {
        let world = World::new();
        let mut incoming = world.receiver().open(&request("/hooks/acme", secret)).unwrap();
        BODY.chunks(3).for_each(|chunk| incoming.push(chunk.into()).unwrap());
        assert!(world.asked().is_empty());
        assert_eq!(incoming.finish().await.is_ok(), accepted, "{secret}");
    }
}

#[tokio::test]
async fn a_mismatch_fetches_again_and_a_rotation_costs_no_delivery() {
    let world = World::new();
    let receiver = world.receiver();
    let deliver = async |secret: &str| {
        let mut incoming = receiver.open(&request("/hooks/acme", secret)).unwrap();
        incoming.secrets().await.unwrap();
        BODY.chunks(5).for_each(|chunk| incoming.push(chunk.into()).unwrap());
        let delivery = incoming.finish().await.map_err(|rejection| rejection.kind());
        delivery.map(|mut delivery| (delivery.verified().secret_index(), delivery.take_body()))
    };
    let body = Bytes::from_static(BODY);
    let mismatch = RejectionKind::Unverified(VerifyError::Mismatch);
    assert_eq!(deliver("secret").await, Ok((0, body.clone())));
    world.provide(Ok("newer"));
    assert_eq!(deliver("newer").await, Ok((0, body.clone())));
    assert_eq!(world.asked().len(), 2);
    // The one that was replaced is valid for a while.
    assert_eq!(deliver("secret").await, Ok((1, body)));
    // Whoever forges makes no further fetch for now, and then one.
    assert_eq!(deliver("forged").await, Err(mismatch));
    assert_eq!(world.asked().len(), 2);
    world.clock.advance(Duration::from_secs(60));
    for _ in 0..10 {
        assert_eq!(deliver("forged").await, Err(mismatch));
    }
    assert_eq!(world.asked().len(), 3);
}
