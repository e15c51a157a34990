//! The guard in memory, which holds a thousand deliveries or a hundred thousand. `token` is the
//! random number of a lease, without which no claim can be.

#![allow(clippy::panic, clippy::unwrap_used)]

#[path = "common/at_once.rs"]
mod at_once;
mod common;

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use at_once::at_once;
use common::{ID, body, criterion, sign, verifier};
use criterion::Criterion;
use time::OffsetDateTime;
use tower_webhook::Scheme;
use tower_webhook::clock::Clock;
use tower_webhook::replay::{Claim, Lease, MemoryReplayGuard, ReplayGuard as _, ReplayKey};

const LEASE: Duration = Duration::from_secs(60);

fn main() {
    let mut criterion = criterion();
    keys(&mut criterion);
    [1_000, 100_000].into_iter().for_each(|count| guard(&mut criterion, count));
    criterion.final_summary();
}

fn keys(criterion: &mut Criterion) {
    let body = body(1 << 10);
    let verified =
        verifier(Scheme::STANDARD).verify(&sign(Scheme::STANDARD, &body), &body).unwrap();
    let mut group = criterion.benchmark_group("replay/key");
    assert_eq!(verified.id(), Some(ID));
    group.bench_function("id", |b| {
        b.iter(|| ReplayKey::of(black_box(&verified), Some("acme")).unwrap());
    });
    group.bench_function("content-1024", |b| {
        b.iter(|| ReplayKey::of_content(Scheme::GITHUB, Some("acme"), black_box(&body)));
    });
    group.finish();
}

/// A number of seconds, so that reading the clock costs next to nothing.
struct Seconds(AtomicU64);

impl Clock for Seconds {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

/// The guard's time goes on by a second with each new delivery, and each is kept for `count`
/// seconds, so that as many end as begin.
fn guard(criterion: &mut Criterion, count: u32) {
    let seconds = Arc::new(Seconds(AtomicU64::new(0)));
    let guard = MemoryReplayGuard::builder().clock(Arc::clone(&seconds)).build();
    let keep = Duration::from_secs(count.into());
    let fresh = || {
        let number = seconds.0.fetch_add(1, Ordering::Relaxed);
        let key = ReplayKey::of_content(Scheme::GITHUB, None, &number.to_be_bytes());
        let Claim::Fresh(lease) = at_once(guard.claim(&key, LEASE)).unwrap() else {
            panic!("not fresh")
        };
        (key, lease)
    };
    let handled = || {
        let (key, lease) = fresh();
        at_once(guard.commit(&key, &lease, keep)).unwrap();
        key
    };
    (0..2 * count).for_each(|_| _ = handled());
    // Expired ones are dropped a little later.
    let held = guard.len() as u64;
    assert!(held.abs_diff(count.into()) < u64::from(count) / 10, "{held}");

    let mut group = criterion.benchmark_group(format!("replay/{count}"));
    group.bench_function("token", |b| b.iter(|| Lease::random().unwrap()));
    group.bench_function("claim-commit", |b| b.iter(handled));
    group.bench_function("claim-release", |b| {
        b.iter(|| {
            let (key, lease) = fresh();
            at_once(guard.release(&key, &lease)).unwrap();
        });
    });
    let done = handled();
    group.bench_function("done", |b| {
        b.iter(|| match at_once(guard.claim(black_box(&done), LEASE)) {
            Ok(Claim::Done) => {}
            other => panic!("{other:?}"),
        });
    });
    let (claimed, lease) = fresh();
    group.bench_function("extend", |b| {
        b.iter(|| at_once(guard.extend(black_box(&claimed), &lease, LEASE)).unwrap());
    });
    group.bench_function("in-flight", |b| {
        b.iter(|| match at_once(guard.claim(black_box(&claimed), LEASE)) {
            Ok(Claim::InFlight) => {}
            other => panic!("{other:?}"),
        });
    });
    group.finish();
}
