//! How time and memory grow: with the deliveries that are remembered, with the endpoints whose secrets
//! are cached, and with the threads that share a verifier, a cache and a guard.
//!
//! With `--smoke` it runs with little of everything, so that only the form of the results means
//! anything.

#![allow(clippy::panic, clippy::unwrap_used)]

#[path = "../../common/at_once.rs"]
mod at_once;
#[path = "../../common/delivery.rs"]
mod delivery;

use std::env;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use at_once::at_once;
use delivery::{body, key, sign, verifier};
use peak_alloc::PeakAlloc;
use tokio::runtime::{Builder, Runtime};
use tower_webhook::fetch::{EndpointId, FetchError, SecretCache};
use tower_webhook::replay::{Claim, MemoryReplayGuard, ReplayGuard as _, ReplayKey};
use tower_webhook::{Scheme, Secret};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const HOUR: Duration = Duration::from_secs(60 * 60);

type Cache = SecretCache<fn(EndpointId) -> Ready<Result<Secret, FetchError>>>;

fn main() {
    let smoke = env::args().any(|argument| argument == "--smoke");
    let (deliveries, endpoints, runs): (&[usize], &[usize], usize) = match smoke {
        true => (&[1, 1_000], &[1, 1_000], 100),
        false => (&[1, 1_000, 100_000, 1_000_000, 10_000_000], &[1, 1_000, 100_000], 1_000_000),
    };
    println!(
        "| remembered deliveries | memory for each | claim and commit | claim of a duplicate |"
    );
    println!("| ---: | ---: | ---: | ---: |");
    deliveries.iter().for_each(|count| remembered(*count, runs));
    println!("\n| cached endpoints | memory for each | hit |");
    println!("| ---: | ---: | ---: |");
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    endpoints.iter().for_each(|count| cached(*count, runs, &runtime));
    println!("\n| threads | verify 64 B | cache hit | claim of a duplicate |");
    println!("| ---: | ---: | ---: | ---: |");
    [1, 2, 4].into_iter().for_each(|threads| shared(threads, runs, &runtime));
}

/// A guard that is full but for what is added while the time is taken.
fn remembered(count: usize, runs: usize) {
    let added = runs.min(count);
    let before = ALLOCATOR.current_usage();
    let guard = MemoryReplayGuard::builder().capacity(count + added + 1).build();
    (0..count).for_each(|number| handle(&guard, number));
    let memory = (ALLOCATOR.current_usage() - before) / count;
    let start = Instant::now();
    (count..count + added).for_each(|number| handle(&guard, number));
    let handling = start.elapsed().as_nanos() / added as u128;
    let turns = AtomicUsize::new(0);
    let refusing = timed(1, runs, || is_duplicate(&guard, scattered(&turns) % count));
    println!("| {count} | {memory} B | {handling} ns | {refusing} ns |");
}

fn cached(count: usize, runs: usize, runtime: &Runtime) {
    let before = ALLOCATOR.current_usage();
    let cache = cache(count, runtime);
    let memory = (ALLOCATOR.current_usage() - before) / count;
    let endpoints: Vec<_> = (0..count).map(endpoint).collect();
    let turns = AtomicUsize::new(0);
    let hit =
        timed(1, runs, || is_cached(&cache, endpoints.get(scattered(&turns) % count).unwrap()));
    println!("| {count} | {memory} B | {hit} ns |");
}

/// One of each, which all threads use. The times are those of all calls together, so with as many
/// processors they would halve with twice the threads.
fn shared(threads: usize, runs: usize, runtime: &Runtime) {
    let (verifier, body) = (verifier(Scheme::STANDARD), body(64));
    let headers = sign(Scheme::STANDARD, &body);
    let verifying =
        timed(threads, runs, || assert!(verifier.verify(black_box(&headers), &body).is_ok()));
    let cache = cache(1, runtime);
    let endpoint = endpoint(0);
    let hit = timed(threads, runs, || is_cached(&cache, black_box(&endpoint)));
    let guard = MemoryReplayGuard::builder().build();
    (0..1_000).for_each(|number| handle(&guard, number));
    let turns = AtomicUsize::new(0);
    let refusing = timed(threads, runs, || is_duplicate(&guard, scattered(&turns) % 1_000));
    println!("| {threads} | {verifying} ns | {hit} ns | {refusing} ns |");
}

/// The nanoseconds for each of `runs` calls that as many threads share.
fn timed(threads: usize, runs: usize, run: impl Fn() + Sync) -> u128 {
    let each = runs / threads;
    let start = Instant::now();
    thread::scope(|scope| {
        (0..threads).for_each(|_| _ = scope.spawn(|| (0..each).for_each(|_| run())));
    });
    start.elapsed().as_nanos() / (each * threads) as u128
}

/// A number far from the one before it, so that no processor cache has what belongs to it.
fn scattered(turns: &AtomicUsize) -> usize {
    turns.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b1) >> 3
}

fn handle(guard: &MemoryReplayGuard, number: usize) {
    let key = replay_key(number);
    match at_once(guard.claim(&key, HOUR)) {
        Ok(Claim::Fresh(lease)) => at_once(guard.commit(&key, &lease, HOUR)).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn is_duplicate(guard: &MemoryReplayGuard, number: usize) {
    assert!(matches!(at_once(guard.claim(&replay_key(number), HOUR)), Ok(Claim::Done)));
}

fn replay_key(number: usize) -> ReplayKey {
    ReplayKey::of_content(Scheme::GITHUB, None, &number.to_be_bytes())
}

fn cache(count: usize, runtime: &Runtime) -> Cache {
    let fetch: fn(EndpointId) -> Ready<Result<Secret, FetchError>> = |_| ready(Ok(key()));
    let cache = SecretCache::builder(Scheme::STANDARD, fetch)
        .fresh_for(HOUR)
        .max_entries(2 * count)
        .cold_fetches(u32::MAX, HOUR)
        .build();
    for number in 0..count {
        runtime.block_on(cache.verifier(&endpoint(number))).unwrap();
    }
    cache
}

fn is_cached(cache: &Cache, endpoint: &EndpointId) {
    at_once(cache.verifier(endpoint)).unwrap();
}

fn endpoint(number: usize) -> EndpointId {
    EndpointId::new(format!("ep_2vK9mPzGqLxYwBnRtCd{number}")).unwrap()
}
