//! A good delivery of Standard Webhooks, by the size of its body.

#![allow(clippy::unwrap_used)]

mod common;

use std::hint::black_box;

use common::{Floor, SIZES, body, criterion, sign, verifier};
use criterion::{Criterion, Throughput};
use http::HeaderMap;
use tower_webhook::{Scheme, Verified, Verifier, VerifyError};

/// What a server reads at once.
const PIECE: usize = 16 << 10;

fn main() {
    let mut criterion = criterion();
    SIZES.into_iter().for_each(|size| one_size(&mut criterion, size));
    criterion.final_summary();
}

fn one_size(criterion: &mut Criterion, size: usize) {
    let body = body(size);
    let headers = sign(Scheme::STANDARD, &body);
    let verifier = verifier(Scheme::STANDARD);
    let floor = Floor::of(Scheme::STANDARD, &headers, &body);
    assert!(verifier.verify(&headers, &body).is_ok());
    assert!(stream(&verifier, &headers, &body).is_ok());

    let mut group = criterion.benchmark_group(format!("verify/{size}"));
    group.throughput(Throughput::Bytes(size as u64));
    group.bench_function("floor", |b| b.iter(|| floor.run()));
    group.bench_function("verify", |b| {
        b.iter(|| verifier.verify(black_box(&headers), black_box(&body)));
    });
    group.bench_function("stream", |b| {
        b.iter(|| stream(&verifier, black_box(&headers), black_box(&body)));
    });
    group.bench_function("one-call", |b| {
        let secret = common::key();
        b.iter(|| {
            tower_webhook::verify(Scheme::STANDARD, &secret, black_box(&headers), black_box(&body))
        });
    });
    group.finish();
}

fn stream(verifier: &Verifier, headers: &HeaderMap, body: &[u8]) -> Result<Verified, VerifyError> {
    let mut verification = verifier.begin(headers)?;
    body.chunks(PIECE).for_each(|piece| verification.update(piece));
    verification.finish()
}
