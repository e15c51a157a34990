//! The limit of a body: by what is declared, by what is known, and while it arrives.

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::{Full, StreamBody};
use hyper::body::Frame;
use tower_webhook::receive::RejectionKind;
use tower_webhook::{Field, Head, Receiver, Scheme, VerifyError};

use crate::support::{sign, verifier};
use crate::untouchable::Untouchable;

const LIMIT: usize = 64;
static LONG: [u8; LIMIT + 1] = [b'x'; LIMIT + 1];

fn receiver() -> Receiver {
    Receiver::new(verifier(Scheme::STANDARD)).body_limit(LIMIT)
}

#[tokio::test]
async fn a_declared_length_over_the_limit_is_rejected_by_the_head() {
    let body = &LONG[..LIMIT];
    let mut headers = sign(Scheme::STANDARD, body);
    headers.insert("content-length", LIMIT.into());
    assert!(receiver().open(&headers).is_ok());
    assert!(receiver().receive_bytes(&headers, body).await.is_ok());

    headers.insert("content-length", (LIMIT + 1).into());
    let rejection = receiver().open(&headers).unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::BodyTooLarge);
    assert_eq!(rejection.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(rejection.retry_after(), None);
    let unread = receiver().receive(&headers, Untouchable { least: 0 }).await;
    assert_eq!(unread.unwrap_err().kind(), RejectionKind::BodyTooLarge);

    let length = (LIMIT + 1).to_string();
    let mut pairs: Vec<_> =
        headers.iter().map(|(it, value)| (it.as_str(), value.as_bytes())).collect();
    pairs.retain(|(name, _)| *name != "content-length");
    pairs.push(("Content-Length", length.as_bytes()));
    let rejection = receiver().open(Head::from_pairs(&pairs)).unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::BodyTooLarge);
}

#[tokio::test]
async fn a_length_that_is_known_before_is_not_read_either() {
    let headers = sign(Scheme::STANDARD, &LONG);
    let least = LIMIT as u64 + 1;
    let rejection = receiver().receive(&headers, Untouchable { least }).await.unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::BodyTooLarge);
    let rejection = receiver().receive_bytes(&headers, &LONG[..]).await.unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::BodyTooLarge);
    // A length that is declared too low helps nobody.
    let mut headers = headers;
    headers.insert("content-length", 1.into());
    let rejection = receiver().receive_bytes(&headers, &LONG[..]).await.unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::BodyTooLarge);
}

#[tokio::test]
async fn the_byte_too_many_is_found_while_pushing() {
    for size in [1, 7, LIMIT] {
        let exact = &LONG[..LIMIT];
        let mut incoming = receiver().open(&sign(Scheme::STANDARD, exact)).unwrap();
        incoming.secrets().await.unwrap();
        exact.chunks(size).for_each(|chunk| incoming.push(Bytes::from_static(chunk)).unwrap());
        incoming.push(Bytes::new()).unwrap();
        let rejection = incoming.push(Bytes::from_static(b"x")).unwrap_err();
        assert_eq!(rejection.kind(), RejectionKind::BodyTooLarge, "{size}");
        // What was not taken is no part of the body.
        assert_eq!(incoming.finish().await.unwrap().take_body(), exact, "{size}");

        let chunks: Vec<_> = LONG.chunks(size).map(Bytes::from_static).collect();
        let frames = chunks.into_iter().map(|chunk| Ok::<_, Infallible>(Frame::data(chunk)));
        let endless = StreamBody::new(tokio_stream::iter(frames));
        let rejection = receiver().receive(&sign(Scheme::STANDARD, &LONG), endless).await;
        assert_eq!(rejection.unwrap_err().kind(), RejectionKind::BodyTooLarge, "{size}");
    }
}

#[tokio::test]
async fn the_head_is_judged_before_the_length() {
    let mut unsigned = HeaderMap::new();
    unsigned.insert("content-length", (LIMIT + 1).into());
    let rejection = receiver().open(&unsigned).unwrap_err();
    let missing = VerifyError::Missing(Field::Signature);
    assert_eq!(rejection.kind(), RejectionKind::Unverified(missing));
    let body = Full::new(Bytes::from_static(&LONG));
    let rejection = receiver().receive(&HeaderMap::new(), body).await.unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::Unverified(missing));
}

#[tokio::test]
async fn the_limit_is_what_the_provider_says_or_two_mebibytes() {
    let big = vec![b'x'; (2 << 20) + 1];
    let github = Receiver::new(verifier(Scheme::GITHUB));
    let accepted = github.receive_bytes(&sign(Scheme::GITHUB, &big), big.clone()).await;
    assert_eq!(accepted.is_ok(), Scheme::GITHUB.body_limit().is_some_and(|it| it >= big.len()));

    assert_eq!(Scheme::STANDARD.body_limit(), None);
    let standard = Receiver::new(verifier(Scheme::STANDARD));
    let headers = sign(Scheme::STANDARD, &big[1..]);
    assert!(standard.receive_bytes(&headers, big[1..].to_vec()).await.is_ok());
    let rejection = standard.receive_bytes(&headers, big).await.unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::BodyTooLarge);

    let none = standard.body_limit(0);
    assert!(none.receive_bytes(&sign(Scheme::STANDARD, b""), "").await.is_ok());
    assert!(none.receive_bytes(&sign(Scheme::STANDARD, b"x"), "x").await.is_err());
}
