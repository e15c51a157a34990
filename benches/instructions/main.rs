//! The paths whose instructions `benches/instructions/run` counts.
//!
//! `--list` prints their names. With a name it takes that path [`ROUNDS`] times inside
//! [`counted_rounds`], which is all that is counted, and otherwise every path once.

#![allow(clippy::panic, clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

use std::convert::Infallible;
use std::future::{Future as _, Ready, ready};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use common::{Floor, ID, body, other_key, sign_at, signer, verifier};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::Full;
use time::OffsetDateTime;
use tower::{Layer as _, Service as _, service_fn};
use tower_webhook::clock::ManualClock;
use tower_webhook::layer::VerifiedBody;
use tower_webhook::{Field, Scheme, Secret, Verifier, VerifyError, WebhookLayer};

/// `run` divides by this.
const ROUNDS: usize = 16;

/// The first rounds do what is done once: symbols and features of the processor are looked up.
const WARM_UP: usize = 2;

/// What is done in a round.
type Path = Box<dyn FnMut()>;

type SetUp = fn() -> Path;

const PATHS: &[(&str, SetUp)] = &[
    ("floor/64", || floor(64)),
    ("floor/1024", || floor(1 << 10)),
    ("floor/65536", || floor(64 << 10)),
    ("standard/64", || good(Scheme::STANDARD, 64)),
    ("standard/1024", || good(Scheme::STANDARD, 1 << 10)),
    ("standard/65536", || good(Scheme::STANDARD, 64 << 10)),
    ("github/64", || good(Scheme::GITHUB, 64)),
    ("github/1024", || good(Scheme::GITHUB, 1 << 10)),
    ("github/65536", || good(Scheme::GITHUB, 64 << 10)),
    ("stripe/64", || good(Scheme::STRIPE, 64)),
    ("stripe/1024", || good(Scheme::STRIPE, 1 << 10)),
    ("stripe/65536", || good(Scheme::STRIPE, 64 << 10)),
    ("stream/1024", stream),
    ("layer/1024", layer),
    ("second-secret/1024", second_secret),
    ("refuse/nothing", || refuse(HeaderMap::new(), VerifyError::Missing(Field::Signature))),
    ("refuse/no-timestamp", || {
        refuse(without("webhook-timestamp"), VerifyError::Missing(Field::Timestamp))
    }),
    ("refuse/malformed-timestamp", || {
        refuse(with("webhook-timestamp", "1e9"), VerifyError::Malformed(Field::Timestamp))
    }),
    ("refuse/malformed-signature", || {
        refuse(with("webhook-signature", "v1,!"), VerifyError::Malformed(Field::Signature))
    }),
    ("refuse/long-id", || {
        refuse(with("webhook-id", &"i".repeat(8 << 10)), VerifyError::Malformed(Field::Id))
    }),
    ("refuse/stale", || {
        refuse(with("webhook-timestamp", "1600000000"), VerifyError::TimestampTooOld)
    }),
    ("refuse/signatures-1", || refuse(signatures(1), VerifyError::Mismatch)),
    ("refuse/signatures-32", || refuse(signatures(32), VerifyError::Mismatch)),
    ("refuse/signatures-33", || refuse(signatures(33), VerifyError::TooManySignatures)),
    ("sign/1024", sign),
    ("secret/whsec", secret),
];

fn main() {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    for (name, set_up) in PATHS {
        if wanted == "--list" {
            println!("{name}");
        } else if wanted.starts_with('-') {
            set_up()();
        } else if wanted == *name {
            let mut path = set_up();
            (0..WARM_UP).for_each(|_| path());
            counted_rounds(&mut *path);
        }
    }
}

#[inline(never)]
fn counted_rounds(path: &mut dyn FnMut()) {
    (0..ROUNDS).for_each(|_| path());
}

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap()
}

fn floor(size: usize) -> Path {
    let body = body(size);
    let headers = sign_at(Scheme::STANDARD, now(), &body);
    let floor = Floor::of(Scheme::STANDARD, &headers, &body);
    Box::new(move || _ = black_box(floor.run()))
}

fn good(scheme: Scheme, size: usize) -> Path {
    let body = body(size);
    verify(verifier(scheme), sign_at(scheme, now(), &body), body, Ok(0))
}

fn second_secret() -> Path {
    let body = body(1 << 10);
    let verifier = Verifier::new(Scheme::STANDARD, other_key(0)).unwrap();
    let verifier = verifier.add_secret(common::key()).unwrap();
    verify(verifier, sign_at(Scheme::STANDARD, now(), &body), body, Ok(1))
}

fn refuse(headers: HeaderMap, error: VerifyError) -> Path {
    verify(verifier(Scheme::STANDARD), headers, body(64), Err(error))
}

fn verify(
    verifier: Verifier,
    headers: HeaderMap,
    body: Vec<u8>,
    expected: Result<usize, VerifyError>,
) -> Path {
    let now = now();
    let verdict = verifier.verify_at(&headers, &body, now);
    assert_eq!(verdict.map(|verified| verified.secret_index()), expected);
    Box::new(move || {
        _ = black_box(verifier.verify_at(black_box(&headers), black_box(&body), now));
    })
}

fn stream() -> Path {
    let body = body(1 << 10);
    let headers = sign_at(Scheme::STANDARD, now(), &body);
    let verifier = verifier(Scheme::STANDARD);
    Box::new(move || {
        let mut verification = verifier.begin_at(black_box(&headers), now()).unwrap();
        black_box(&body).chunks(256).for_each(|piece| verification.update(piece));
        assert!(verification.finish().is_ok());
    })
}

/// From a request to its handler, and its answer back.
fn layer() -> Path {
    let body = Bytes::from(body(1 << 10));
    let headers = sign_at(Scheme::STANDARD, now(), &body);
    let verifier = verifier(Scheme::STANDARD).clock(ManualClock::new(now()));
    let mut service = WebhookLayer::new(verifier).layer(service_fn(handle));
    Box::new(move || {
        let mut request = Request::new(Full::new(body.clone()));
        *request.headers_mut() = headers.clone();
        let mut answer = pin!(service.call(request));
        let answer = answer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(Ok(response)) = answer else { panic!("not at once") };
        assert_eq!(response.status(), 200);
    })
}

fn handle(request: Request<VerifiedBody>) -> Ready<Result<Response<()>, Infallible>> {
    drop(black_box(request));
    ready(Ok(Response::new(())))
}

fn sign() -> Path {
    let body = body(1 << 10);
    let signer = signer(Scheme::STANDARD);
    Box::new(move || assert!(signer.sign(ID, now(), black_box(&body)).is_ok()))
}

fn secret() -> Path {
    Box::new(|| assert!(Secret::whsec(black_box("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).is_ok()))
}

/// A good delivery with one header changed.
fn with(name: &'static str, value: &str) -> HeaderMap {
    let mut headers = sign_at(Scheme::STANDARD, now(), &body(64));
    headers.insert(name, HeaderValue::from_str(value).unwrap());
    headers
}

fn without(name: &str) -> HeaderMap {
    let mut headers = sign_at(Scheme::STANDARD, now(), &body(64));
    headers.remove(name);
    headers
}

fn signatures(count: usize) -> HeaderMap {
    let entry = format!("v1,{}=", "A".repeat(43));
    with("webhook-signature", &vec![entry; count].join(" "))
}
