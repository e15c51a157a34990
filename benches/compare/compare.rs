//! One delivery of Standard Webhooks, verified by everything that can.
//!
//! `ring` and `aws-lc-rs` compute the MAC and compare it, with the signature decoded and the key
//! prepared beforehand: they are what a verifier could be built from, not verifiers.

#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

use std::hint::black_box;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use common::{Floor, KEY, SIZES, body, criterion, sign, verifier};
use criterion::{Criterion, Throughput};
use http::HeaderMap;
use tower_webhook::Scheme;

fn main() {
    let mut criterion = criterion();
    SIZES.into_iter().for_each(|size| one_size(&mut criterion, size));
    criterion.final_summary();
}

fn one_size(criterion: &mut Criterion, size: usize) {
    let body = body(size);
    let headers = sign(Scheme::STANDARD, &body);
    let floor = Floor::of(Scheme::STANDARD, &headers, &body);
    let mut group = criterion.benchmark_group(format!("compare/{size}"));
    group.throughput(Throughput::Bytes(size as u64));
    group.bench_function("floor", |b| b.iter(|| floor.run()));
    for (name, verify) in contenders(&headers) {
        assert!(verify(&headers, &body), "{name}");
        let mut forged = body.clone();
        forged.pop();
        forged.push(b'y');
        assert!(!verify(&headers, &forged), "{name}");
        group.bench_function(name, |b| b.iter(|| verify(black_box(&headers), black_box(&body))));
    }
    group.finish();
}

type Verify = Box<dyn Fn(&HeaderMap, &[u8]) -> bool>;

/// All with their keys prepared as far as they let one, which for some is not at all.
fn contenders(headers: &HeaderMap) -> [(&'static str, Verify); 6] {
    let ours = verifier(Scheme::STANDARD);
    let svix = svix::webhooks::Webhook::from_bytes(KEY.to_vec()).unwrap();
    let standard = standardwebhooks::Webhook::from_bytes(KEY.to_vec()).unwrap();
    let secret = webhook_verify::Secret::new(format!("whsec_{}", BASE64_STANDARD.encode(KEY)));
    let tag = tag(headers);
    let ring = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, KEY);
    let aws = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, KEY);
    [
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
