//! A server under load and faults: a million requests, half of them forged, among slow, broken and
//! oversized ones. Every answer is known before the request is sent.
//!
//! What is sent follows from a seed, which is printed: set `TOWER_WEBHOOK_SEED` to it for the
//! same requests again.
//!
//! The gate sends twenty thousand of them. For the million, which takes half a minute:
//!
//! ```sh
//! cargo test --release --features axum,replay --test soak -- --ignored --nocapture
//! ```

#![cfg(all(feature = "axum", feature = "replay"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod client;
mod forgeries;
mod message;
mod plan;
mod server;
#[path = "../../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use peak_alloc::PeakAlloc;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::forgeries::FORGERIES;
use crate::plan::item;
use crate::server::Server;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// How many requests are sent before everything comes to rest and is counted.
const ROUND: u64 = 2500;

/// How many senders there are at once.
const CLIENTS: u64 = 32;

/// After so many rounds all caches and buffers have their size.
const WARM_UP: u64 = 4;

/// How much more may be on the heap in the end than after the first rounds: a byte for each eight
/// of a million requests.
const SLACK: usize = 128 << 10;

/// How much may be on the heap at any time.
const MOST: usize = 32 << 20;

/// There is one heap.
static ALONE: Mutex<()> = Mutex::new(());

static PANICS: AtomicUsize = AtomicUsize::new(0);

#[test]
fn twenty_thousand_requests() {
    soak(20_000);
}

#[test]
#[ignore = "takes half a minute in release, and minutes otherwise"]
fn a_million_requests() {
    soak(1_000_000);
}

fn soak(requests: u64) {
    let _alone = ALONE.lock().unwrap();
    let seed = match std::env::var("TOWER_WEBHOOK_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => 1,
    };
    println!("TOWER_WEBHOOK_SEED={seed}");
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        report(info);
    }));
    let start = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_io().build().unwrap();
    runtime.block_on(run(seed, requests / ROUND));
    drop(runtime);
    assert_eq!(PANICS.load(Ordering::SeqCst), 0);
    println!("{requests} requests in {:.1?}", start.elapsed());
}

async fn run(seed: u64, rounds: u64) {
    let server = Server::start(seed).await;
    let mut at_first = 0;
    let mut done = Tally::default();
    let mut planned = Tally::default();
    for round in 0..rounds {
        let first = round * ROUND;
        server.records.begin(first);
        let mut clients = JoinSet::new();
        for number in first..first + CLIENTS {
            let client = Client::new(server.address, Arc::clone(&server.records), seed, number);
            let indices = (number..first + ROUND).step_by(usize::try_from(CLIENTS).unwrap());
            clients.spawn(async move { client.await.send(indices).await });
        }
        while let Some(answers) = clients.join_next().await {
            done.count(answers.unwrap());
        }
        drop(clients);
        server.settle().await;
        for index in first..first + ROUND {
            let act = item(seed, index, server.records.time()).act;
            assert_eq!(server.records.runs(index), act.runs(), "request {index}, {act:?}");
            planned.count(act.answers());
            planned.runs += u64::from(act.runs());
            if let Some(forgery) = act.forgery() {
                *planned.forged.entry(forgery.name).or_default() += 1;
            }
        }
        if round + 1 == WARM_UP {
            HEAP.reset_peak_usage();
            at_first = HEAP.current_usage();
        }
    }
    let (at_last, most) = (HEAP.current_usage(), HEAP.peak_usage());
    assert_eq!(done.answers, planned.answers);
    assert_eq!(server.records.total(), planned.runs);
    assert_eq!(planned.forged.len(), FORGERIES.len());
    println!("answers {:?}, handled {}", planned.answers, planned.runs);
    println!("forged {}: {:?}", planned.forged.values().sum::<u64>(), planned.forged);
    println!("heap {at_first} bytes after {WARM_UP} rounds, {at_last} in the end, at most {most}");
    assert!(at_last <= at_first + SLACK);
    assert!(most <= MOST);
}

#[derive(Default)]
struct Tally {
    /// How many there are of each status.
    answers: BTreeMap<u16, u64>,
    /// How often each forgery was made.
    forged: BTreeMap<&'static str, u64>,
    /// How often a handler has run.
    runs: u64,
}

impl Tally {
    fn count(&mut self, answers: Vec<u16>) {
        for status in answers {
            *self.answers.entry(status).or_default() += 1;
        }
    }
}
