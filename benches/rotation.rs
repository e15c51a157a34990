//! A receiver with several secrets, by where the sender's is among them.

#![allow(clippy::unwrap_used)]

mod common;

use std::hint::black_box;

use common::{Floor, body, criterion, key, other_key, sign};
use criterion::{Criterion, Throughput};
use tower_webhook::{Scheme, Verifier, VerifyError};

const SIZE: usize = 1 << 10;

fn main() {
    let mut criterion = criterion();
    [1, 2, 4, 8, 16].into_iter().for_each(|count| some_secrets(&mut criterion, count));
    criterion.final_summary();
}

fn some_secrets(criterion: &mut Criterion, count: usize) {
    let body = body(SIZE);
    let headers = sign(Scheme::STANDARD, &body);
    let floor = Floor::of(Scheme::STANDARD, &headers, &body);

    let mut group = criterion.benchmark_group(format!("rotation/{count}"));
    group.throughput(Throughput::Bytes(SIZE as u64));
    // Of the match with the last secret, and of none.
    group.bench_function("floor", |b| b.iter(|| (0..count).for_each(|_| _ = floor.run())));
    let cases = [("first", Ok(0)), ("last", Ok(count - 1)), ("none", Err(VerifyError::Mismatch))];
    for (name, expected) in cases {
        let verifier = holding(count, expected.ok());
        let verdict = verifier.verify(&headers, &body);
        assert_eq!(verdict.map(|verified| verified.secret_index()), expected, "{name} of {count}");
        group.bench_function(name, |b| {
            b.iter(|| verifier.verify(black_box(&headers), black_box(&body)));
        });
    }
    group.finish();
}

/// So many secrets, with the sender's at `place`.
fn holding(count: usize, place: Option<usize>) -> Verifier {
    let mut secrets =
        (0..count).map(|index| if Some(index) == place { key() } else { other_key(index) });
    let newest = Verifier::new(Scheme::STANDARD, secrets.next().unwrap()).unwrap();
    secrets.fold(newest, |verifier, secret| verifier.add_secret(secret).unwrap())
}
