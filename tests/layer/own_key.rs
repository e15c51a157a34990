//! A key of the user's own, from the head and what is verified, through a server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tower_webhook::replay::{MemoryReplayGuard, Replay};
use tower_webhook::{Head, Scheme, Verified, WebhookLayer};

use crate::support::{sign, verifier};

/// Serves `/a` and `/b`, sends deliveries, and returns after each how often a handler has run.
async fn runs_after<const N: usize>(
    scheme: Scheme,
    set: impl FnOnce(Replay) -> Replay,
    deliveries: [(&str, Option<&str>, &'static [u8]); N],
) -> [usize; N] {
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let handler = move || async move { _ = counter.fetch_add(1, Ordering::SeqCst) };
    let replay = set(Replay::with(MemoryReplayGuard::builder().build()));
    let app = Router::new()
        .route("/a", post(handler.clone()))
        .route("/b", post(handler))
        .layer(WebhookLayer::new(verifier(scheme)).replay(replay));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client = Client::builder(TokioExecutor::new()).build_http();

    let mut after = [0; N];
    for ((path, event, body), after) in deliveries.into_iter().zip(&mut after) {
        let url = format!("http://{address}{path}");
        let mut request = Request::post(url).body(Full::new(Bytes::from_static(body))).unwrap();
        request.headers_mut().extend(sign(scheme, body));
        if let Some(event) = event {
            request.headers_mut().insert("x-event", event.parse().unwrap());
        }
        assert_eq!(client.request(request).await.unwrap().status(), StatusCode::OK);
        *after = runs.load(Ordering::SeqCst);
    }
    after
}

fn event(head: &Head<'_>, _: &Verified) -> Option<Vec<u8>> {
    head.get("x-event").map(<[u8]>::to_vec)
}

#[tokio::test]
async fn a_key_of_ones_own_says_what_is_the_same_delivery() {
    let deliveries = [
        ("/a", Some("1"), &b"{}"[..]),
        ("/a", Some("2"), b"{}"),
        ("/a", Some("1"), b"{}"),
        // It takes the place of the content, whichever that is.
        ("/a", Some("2"), b"[]"),
        // The path stays beside it.
        ("/b", Some("2"), b"[]"),
        ("/b", Some("2"), b"{}"),
        // Without one, nothing is remembered.
        ("/a", None, b"{}"),
        ("/a", None, b"{}"),
    ];
    for scheme in [Scheme::META, Scheme::GITHUB, Scheme::SLACK] {
        let by_event = |replay: Replay| replay.key_by(event);
        let runs = runs_after(scheme, by_event, deliveries).await;
        assert_eq!(runs, [1, 2, 2, 2, 3, 3, 4, 5], "{scheme:?}");
    }
}

#[tokio::test]
async fn it_is_told_what_was_verified() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let by_id_and_event = move |replay: Replay| {
        replay.key_by(move |head, verified| {
            counter.fetch_add(1, Ordering::SeqCst);
            assert_eq!((verified.scheme(), head.path()), (Scheme::STANDARD, Some("/a")));
            Some(format!("{} {:?}", verified.id()?, head.get("x-event")))
        })
    };
    let deliveries = [Some("1"), Some("2"), Some("1"), None].map(|event| ("/a", event, &b"{}"[..]));
    let runs = runs_after(Scheme::STANDARD, by_id_and_event, deliveries).await;
    assert_eq!(runs, [1, 2, 2, 3]);
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}
