//! One signature, presented in every way that it is valid for: it runs once.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use http_body_util::StreamBody;
use hyper::body::Frame;
use tower_webhook::clock::ManualClock;
use tower_webhook::receive::{Delivery, Rejection, RejectionKind};
use tower_webhook::replay::{MemoryReplayGuard, Replay};
use tower_webhook::scheme::{HeaderNames, Part};
use tower_webhook::{Receiver, Scheme, Verifier};

use crate::support::{NOW, at, request, secret, sign, signer, verifier};

/// A provider that signs all there is.
const ACME: Scheme = Scheme::custom("acme")
    .headers(&[HeaderNames::new("acme-signature").id("acme-id")])
    .signed(&[Part::Url, Part::Literal("\n"), Part::Id, Part::Literal("."), Part::Body])
    .decoded_url("/")
    .escaped_body()
    .build();

/// A receiver that remembers whatever can be remembered.
fn receiver(verifier: Verifier) -> Receiver {
    let guard = MemoryReplayGuard::builder().clock(ManualClock::new(at(NOW))).build();
    Receiver::new(verifier).replay(Replay::with(Arc::new(guard)).by_content())
}

async fn receive(receiver: &Receiver, sent: &Parts, body: &str) -> Result<Delivery, Rejection> {
    let bytes = body.as_bytes().chunks(1).map(Bytes::copy_from_slice);
    let frames = bytes.map(|byte| Ok::<_, Infallible>(Frame::data(byte))).collect::<Vec<_>>();
    receiver.receive(sent, StreamBody::new(tokio_stream::iter(frames))).await
}

#[tokio::test]
async fn a_signature_runs_once_in_whichever_way_it_is_presented() {
    let (e, escaped) = ("{\"é\":1}", "{\"\\u00e9\":1}");
    // What is signed, the URL and the body, and what is received.
    type Case<'c> = (Scheme, &'c str, &'c str, &'c [(&'c str, &'c str)]);
    let cases: &[Case<'_>] = &[
        (Scheme::BOX, "/hook", escaped, &[("/hook", e), ("/hook", escaped)]),
        (Scheme::HUBSPOT_V3, "/a@b", "[]", &[("/a%40b", "[]"), ("/a@b", "[]")]),
        (Scheme::HUBSPOT_V3, "/?a=/b", "[]", &[("/?a=%2Fb", "[]"), ("/?a=%2fb", "[]")]),
        // Bytes that move between the URL and the body.
        (Scheme::SQUARE, "/hook", "1{}", &[("/hook", "1{}"), ("/hook1", "{}")]),
        (Scheme::SQUARE, "", "/{}", &[("/", "/{}"), ("/", "{}")]),
        (
            ACME,
            "/a/b",
            escaped,
            &[("/a/b", e), ("/a%2fb", e), ("/a%2Fb", escaped), ("/a/b", escaped)],
        ),
        (ACME, "", e, &[("/", e)]),
    ];
    for (scheme, registered, signed, presented) in cases {
        let url = format!("https://hooks.example.com{registered}");
        let headers = signer(*scheme).request(&url, "msg_1", at(NOW), *signed).unwrap();
        for first in 0..presented.len() {
            let receiver = receiver(verifier(*scheme));
            let mut order = presented.to_vec();
            order.rotate_left(first);
            for (number, (path, body)) in order.into_iter().enumerate() {
                let mut sent = request(headers.headers());
                sent.uri = path.parse().unwrap();
                let delivery = receive(&receiver, &sent, body).await;
                match number {
                    0 => delivery.unwrap().handled().await,
                    _ => {
                        let kind = delivery.unwrap_err().kind();
                        assert_eq!(kind, RejectionKind::Duplicate, "{scheme:?} {path} {body}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn under_an_exact_url_a_delivery_runs_once_whatever_is_called() {
    for scheme in [Scheme::SQUARE, ACME] {
        let url = "https://hooks.example.com#square";
        let headers = signer(scheme).request(url, "msg_1", at(NOW), "{}").unwrap();
        let exact = scheme.verifier(secret(scheme)).unwrap().exact_url(url).unwrap();
        let receiver = receiver(exact);
        let mut sent = request(headers.headers());
        for (path, first) in [("/a", true), ("/b", false), ("/a?b", false)] {
            sent.uri = path.parse().unwrap();
            let delivery = receive(&receiver, &sent, "{}").await;
            match first {
                true => delivery.unwrap().handled().await,
                false => assert_eq!(delivery.unwrap_err().kind(), RejectionKind::Duplicate),
            }
        }
    }
}

#[tokio::test]
async fn two_signatures_are_two_deliveries() {
    // The same id to two endpoints, and two bodies that are the same JSON.
    for (scheme, sends) in [
        (ACME, [("/a/b", "{}"), ("/a%2fb", "{}")]),
        (ACME, [("/a", "{}"), ("/b", "{}")]),
        (Scheme::BOX, [("/hook", "\"é\""), ("/hook", "\"\\u00e9\"")]),
        (Scheme::SQUARE, [("/a", "{}"), ("/b", "{}")]),
    ] {
        let receiver = receiver(verifier(scheme));
        for (path, body) in sends {
            let url = format!("https://hooks.example.com{path}");
            let headers = signer(scheme).request(&url, "msg_1", at(NOW), body).unwrap();
            let mut sent = request(headers.headers());
            sent.uri = path.parse().unwrap();
            receive(&receiver, &sent, body).await.unwrap().handled().await;
        }
    }
}

#[tokio::test]
async fn an_escaped_body_is_passed_on_as_it_was_received() {
    let receiver = receiver(verifier(Scheme::BOX));
    let sent = request(&sign(Scheme::BOX, b"\"\\ud83d\\ude00\""));
    let mut delivery = receive(&receiver, &sent, "\"😀\"").await.unwrap();
    assert_eq!(delivery.take_body(), "\"😀\"");
    delivery.handled().await;
    let forged = receive(&receiver, &sent, "\"😁\"").await.unwrap_err();
    assert_eq!(forged.status(), StatusCode::UNAUTHORIZED);
}
