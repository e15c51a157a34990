//! The price of the headers: one delivery of 64 bytes in each family, and requests that nobody
//! signed beside an honest one.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use std::hint::black_box;

use common::{FAMILIES, Floor, body, criterion, sign, verifier};
use criterion::{Criterion, Throughput};
use http::{HeaderMap, HeaderValue};
use tower_webhook::{Field, Scheme, VerifyError};

const SIZE: usize = 64;

fn main() {
    let mut criterion = criterion();
    FAMILIES.into_iter().for_each(|(name, scheme)| family(&mut criterion, name, scheme));
    junk(&mut criterion);
    criterion.final_summary();
}

fn family(criterion: &mut Criterion, name: &str, scheme: Scheme) {
    let body = body(SIZE);
    let headers = sign(scheme, &body);
    let verifier = verifier(scheme);
    let floor = Floor::of(scheme, &headers, &body);
    assert!(verifier.verify(&headers, &body).is_ok(), "{name}");

    let mut group = criterion.benchmark_group(format!("headers/{name}"));
    group.throughput(Throughput::Bytes(SIZE as u64));
    group.bench_function("floor", |b| b.iter(|| floor.run()));
    group.bench_function("verify", |b| {
        b.iter(|| verifier.verify(black_box(&headers), black_box(&body)));
    });
    group.finish();
}

fn junk(criterion: &mut Criterion) {
    let body = body(SIZE);
    let verifier = verifier(Scheme::STANDARD);
    let mut group = criterion.benchmark_group("headers/junk");
    for (name, headers, expected) in cases(&body) {
        let verdict = verifier.verify(&headers, &body);
        assert_eq!(verdict.map(|_| ()), expected, "{name}");
        group.bench_function(name, |b| {
            b.iter(|| verifier.verify(black_box(&headers), black_box(&body)));
        });
    }
    group.finish();
}

type Case = (&'static str, HeaderMap, Result<(), VerifyError>);

fn cases(body: &[u8]) -> Vec<Case> {
    let honest = sign(Scheme::STANDARD, body);
    let with = |name: &'static str, value: &str| {
        let mut headers = honest.clone();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    };
    let without = |name: &str| {
        let mut headers = honest.clone();
        headers.remove(name);
        headers
    };
    let wrong = |count: usize| {
        let entry = format!("v1,{}=", "A".repeat(43));
        with("webhook-signature", &vec![entry; count].join(" "))
    };
    let malformed = |field| Err(VerifyError::Malformed(field));
    vec![
        ("honest", honest.clone(), Ok(())),
        ("nothing", HeaderMap::new(), Err(VerifyError::Missing(Field::Signature))),
        ("no-timestamp", without("webhook-timestamp"), Err(VerifyError::Missing(Field::Timestamp))),
        ("malformed-timestamp", with("webhook-timestamp", "1e9"), malformed(Field::Timestamp)),
        ("malformed-signature", with("webhook-signature", "v1,!"), malformed(Field::Signature)),
        ("long-id", with("webhook-id", &"i".repeat(8 << 10)), malformed(Field::Id)),
        ("stale", with("webhook-timestamp", "1700000000"), Err(VerifyError::TimestampTooOld)),
        ("signatures-1", wrong(1), Err(VerifyError::Mismatch)),
        ("signatures-2", wrong(2), Err(VerifyError::Mismatch)),
        ("signatures-8", wrong(8), Err(VerifyError::Mismatch)),
        ("signatures-32", wrong(32), Err(VerifyError::Mismatch)),
        ("signatures-33", wrong(33), Err(VerifyError::TooManySignatures)),
        ("signatures-5000", wrong(5000), Err(VerifyError::TooManySignatures)),
    ]
}
