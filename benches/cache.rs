//! The verifier of an endpoint, from the cache. `map` is what one would do without it: a map
//! behind a lock.

#![allow(clippy::panic, clippy::unwrap_used)]

#[path = "common/at_once.rs"]
mod at_once;
mod common;

use std::collections::HashMap;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use at_once::at_once;
use common::{body, criterion, key, sign, verifier};
use criterion::Criterion;
use tokio::runtime::Runtime;
use tower_webhook::fetch::{EndpointId, FetchError, FetchErrorKind, SecretCache};
use tower_webhook::{Scheme, Secret, Verifier};

fn main() {
    let mut criterion = criterion();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    hits(&mut criterion, &runtime, 1);
    hits(&mut criterion, &runtime, 1000);
    misses(&mut criterion, &runtime);
    criterion.final_summary();
}

/// Each endpoint in its turn.
fn hits(criterion: &mut Criterion, runtime: &Runtime, count: usize) {
    let endpoints: Vec<EndpointId> = (0..count).map(endpoint).collect();
    let cache = SecretCache::builder(Scheme::STANDARD, fetch).fresh_for(HOUR).build();
    for endpoint in &endpoints {
        runtime.block_on(cache.warm(endpoint)).unwrap();
        let verifier = runtime.block_on(cache.verifier(endpoint)).unwrap();
        let body = body(64);
        assert!(verifier.verify(&sign(Scheme::STANDARD, &body), &body).is_ok());
    }
    let verifiers = endpoints
        .iter()
        .map(|endpoint| (endpoint.as_str().to_owned(), Arc::new(verifier(Scheme::STANDARD))));
    let map: RwLock<HashMap<String, Arc<Verifier>>> = RwLock::new(verifiers.collect());

    let mut group = criterion.benchmark_group(format!("cache/hit-{count}"));
    let mut turns = endpoints.iter().cycle();
    group.bench_function("cache", |b| {
        b.iter(|| at_once(cache.verifier(black_box(turns.next().unwrap()))).unwrap());
    });
    let mut turns = endpoints.iter().cycle();
    group.bench_function("map", |b| {
        b.iter(|| {
            let endpoint = black_box(turns.next().unwrap());
            map.read().unwrap().get(endpoint.as_str()).cloned().unwrap()
        });
    });
    group.finish();
}

/// A fetch with a provider that takes no time, and a failure that is remembered.
fn misses(criterion: &mut Criterion, runtime: &Runtime) {
    let endpoint = endpoint(0);
    let mut group = criterion.benchmark_group("cache/miss");
    let cache = SecretCache::builder(Scheme::STANDARD, fetch).cold_fetches(u32::MAX, HOUR).build();
    group.bench_function("fetch", |b| {
        b.iter(|| {
            cache.invalidate(&endpoint);
            runtime.block_on(cache.verifier(black_box(&endpoint))).unwrap()
        });
    });
    let none = |_: EndpointId| ready(Err::<Secret, _>(FetchErrorKind::NotFound.into()));
    let cache = SecretCache::builder(Scheme::STANDARD, none).negative_for(HOUR).build();
    let error = runtime.block_on(cache.verifier(&endpoint)).unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::NotFound);
    group.bench_function("unknown", |b| {
        b.iter(|| at_once(cache.verifier(black_box(&endpoint))).unwrap_err());
    });
    group.finish();
}

const HOUR: Duration = Duration::from_secs(60 * 60);

fn fetch(_: EndpointId) -> Ready<Result<Secret, FetchError>> {
    ready(Ok(key()))
}

fn endpoint(number: usize) -> EndpointId {
    EndpointId::new(format!("ep_2vK9mPzGqLxYwBnRtCd{number}")).unwrap()
}
