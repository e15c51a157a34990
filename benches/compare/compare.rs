//! One delivery of Standard Webhooks and one of GitHub, verified by everything that can, and by what a
//! careful person writes; and the layer beside another one and a service that is written so.
//!
//! `ring` and `aws-lc-rs` compute the MAC and compare it, with the signature decoded and the key
//! prepared beforehand: they are what a verifier could be built from, not verifiers.

#![allow(clippy::panic, clippy::unwrap_used)]

#[path = "../common/by_hand.rs"]
mod by_hand;
mod by_hand_service;
#[path = "../common/mod.rs"]
mod common;

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use by_hand::ByHand;
use by_hand_service::ByHandService;
use bytes::Bytes;
use common::{Floor, KEY, SIZES, body, criterion, sign, verifier};
use criterion::{BatchSize, Criterion, Throughput};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::Full;
use tower::{Layer as _, Service, service_fn};
use tower_webhook::{Scheme, WebhookLayer};

fn main() {
    let mut criterion = criterion();
    SIZES.into_iter().for_each(|size| standard(&mut criterion, size));
    SIZES.into_iter().for_each(|size| github(&mut criterion, size));
    SIZES.into_iter().for_each(|size| services(&mut criterion, size));
    criterion.final_summary();
}

fn standard(criterion: &mut Criterion, size: usize) {
    let body = body(size);
    let headers = sign(Scheme::STANDARD, &body);
    let floor = Floor::of(Scheme::STANDARD, &headers, &body);
    let contenders = contenders(&headers).into_iter();
    compare(criterion, &format!("compare/{size}"), &floor, contenders, &headers, &body);
}

fn github(criterion: &mut Criterion, size: usize) {
    let body = body(size);
    let headers = sign(Scheme::GITHUB, &body);
    let floor = Floor::of(Scheme::GITHUB, &headers, &body);
    let contenders = contenders_of_github().into_iter();
    compare(criterion, &format!("github/{size}"), &floor, contenders, &headers, &body);
}

fn compare(
    criterion: &mut Criterion,
    name: &str,
    floor: &Floor,
    contenders: impl Iterator<Item = (&'static str, Verify)>,
    headers: &HeaderMap,
    body: &[u8],
) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("floor", |b| b.iter(|| floor.run()));
    for (name, verify) in contenders {
        assert!(verify(headers, body), "{name}");
        let mut forged = body.to_vec();
        forged.pop();
        forged.push(b'y');
        assert!(!verify(headers, &forged), "{name}");
        group.bench_function(name, |b| b.iter(|| verify(black_box(headers), black_box(body))));
    }
    group.finish();
}

/// A whole delivery through a bare tower service, called in the process.
fn services(criterion: &mut Criterion, size: usize) {
    let body = Bytes::from(body(size));
    let headers = sign(Scheme::STANDARD, &body);
    let mut group = criterion.benchmark_group(format!("service/{size}"));
    group.throughput(Throughput::Bytes(size as u64));
    let by_hand = ByHandService::new(service_fn(handle), ByHand::new(KEY));
    let layer = WebhookLayer::new(verifier(Scheme::STANDARD)).layer(service_fn(handle));
    one_service(&mut group, "plain", service_fn(handle), &headers, &body, StatusCode::OK);
    one_service(&mut group, "by-hand", by_hand, &headers, &body, StatusCode::UNAUTHORIZED);
    let other = webhook_verify::tower::VerifyLayer::<Full<Bytes>>::new(
        webhook_verify::Provider::StandardWebhooks,
        webhook_verify::Secret::new(whsec()),
    );
    let other = other.layer(service_fn(handle));
    one_service(&mut group, "layer", layer, &headers, &body, StatusCode::UNAUTHORIZED);
    one_service(&mut group, "webhook-verify", other, &headers, &body, StatusCode::UNAUTHORIZED);
    group.finish();
}

fn one_service<S>(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    name: &str,
    mut service: S,
    headers: &HeaderMap,
    body: &Bytes,
    forged: StatusCode,
) where
    S: Service<Request<Full<Bytes>>, Response = Response<String>>,
{
    let request = |body: &Bytes| {
        let mut request = Request::new(Full::new(body.clone()));
        *request.headers_mut() = headers.clone();
        request
    };
    assert_eq!(status(&mut service, request(body)), StatusCode::OK, "{name}");
    assert_eq!(status(&mut service, request(&Bytes::from("forged"))), forged, "{name}");
    group.bench_function(name, |b| {
        b.iter_batched(
            || request(body),
            |request| status(&mut service, request),
            BatchSize::SmallInput,
        );
    });
}

fn handle<B>(request: Request<B>) -> Ready<Result<Response<String>, Infallible>> {
    drop(black_box(request));
    ready(Ok(Response::default()))
}

/// Everything is here, so the answer is there at once.
fn status<S>(service: &mut S, request: Request<Full<Bytes>>) -> StatusCode
where
    S: Service<Request<Full<Bytes>>, Response = Response<String>>,
{
    let answer = pin!(service.call(request));
    match answer.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(response)) => response.status(),
        _ => panic!("no answer at once"),
    }
}

type Verify = Box<dyn Fn(&HeaderMap, &[u8]) -> bool>;

/// All with their keys prepared as far as they let one, which for some is not at all.
fn contenders(headers: &HeaderMap) -> [(&'static str, Verify); 7] {
    let by_hand = ByHand::new(KEY);
    let ours = verifier(Scheme::STANDARD);
    let svix = svix::webhooks::Webhook::from_bytes(KEY.to_vec()).unwrap();
    let standard = standardwebhooks::Webhook::from_bytes(KEY.to_vec()).unwrap();
    let secret = webhook_verify::Secret::new(whsec());
    let tag = tag(headers);
    let ring = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, KEY);
    let aws = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, KEY);
    [
        ("by hand", Box::new(move |headers, body| by_hand.verify(headers, body).is_some())),
        ("tower-webhook", Box::new(move |headers, body| ours.verify(headers, body).is_ok())),
        ("svix", Box::new(move |headers, body| svix.verify(body, headers).is_ok())),
        ("standardwebhooks", Box::new(move |headers, body| standard.verify(body, headers).is_ok())),
        (
            "webhook-verify",
            Box::new(move |headers, body| {
                let provider = webhook_verify::Provider::StandardWebhooks;
                let options = webhook_verify::VerifyOptions::default();
                webhook_verify::verify(provider, headers, body, &secret, options).is_ok()
            }),
        ),
        (
            "ring",
            Box::new(move |headers, body| {
                let mut mac = ring::hmac::Context::with_key(&ring);
                content(headers, body).into_iter().for_each(|piece| mac.update(piece));
                same(mac.sign().as_ref(), &tag)
            }),
        ),
        (
            "aws-lc-rs",
            Box::new(move |headers, body| {
                let mut mac = aws_lc_rs::hmac::Context::with_key(&aws);
                content(headers, body).into_iter().for_each(|piece| mac.update(piece));
                same(mac.sign().as_ref(), &tag)
            }),
        ),
    ]
}

fn contenders_of_github() -> [(&'static str, Verify); 3] {
    let ours = verifier(Scheme::GITHUB);
    let octocrab = octocrab::models::webhook_events::verification::WebhookVerifier::new(KEY);
    let secret = webhook_verify::Secret::new(str::from_utf8(KEY).unwrap());
    [
        ("tower-webhook", Box::new(move |headers, body| ours.verify(headers, body).is_ok())),
        (
            "octocrab",
            Box::new(move |headers, body| {
                let signature = headers["x-hub-signature-256"].to_str().unwrap();
                octocrab.verify(signature, body).is_ok()
            }),
        ),
        (
            "webhook-verify",
            Box::new(move |headers, body| {
                let provider = webhook_verify::Provider::GitHub;
                let options = webhook_verify::VerifyOptions::default();
                webhook_verify::verify(provider, headers, body, &secret, options).is_ok()
            }),
        ),
    ]
}

fn whsec() -> String {
    format!("whsec_{}", BASE64_STANDARD.encode(KEY))
}

/// What is signed.
fn content<'a>(headers: &'a HeaderMap, body: &'a [u8]) -> [&'a [u8]; 5] {
    let text = |name: &str| headers[name].as_bytes();
    [text("webhook-id"), b".", text("webhook-timestamp"), b".", body]
}

fn same(tag: &[u8], other: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(tag, other).is_ok()
}

/// The signature in the headers.
fn tag(headers: &HeaderMap) -> [u8; 32] {
    let text = headers["webhook-signature"].to_str().unwrap();
    let tag = BASE64_STANDARD.decode(text.strip_prefix("v1,").unwrap()).unwrap();
    tag.try_into().unwrap()
}
