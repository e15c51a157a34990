//! The guard in memory against a list of what was claimed and until when.

use std::future::Future;
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use time::OffsetDateTime;
use tower_webhook::Scheme;
use tower_webhook::clock::ManualClock;
use tower_webhook::replay::{
    Claim, Lease, MemoryReplayGuard, ReplayErrorKind, ReplayGuard, ReplayKey, WhenFull,
};

use crate::input::Input;

/// The longest time that passes at once: 200 years.
const LEAP: u64 = 200 * 365 * 24 * 60 * 60;
const DECADE: Duration = Duration::from_secs(3652 * 24 * 60 * 60);
const KEYS: usize = 12;
/// The longest lease and the longest keep time.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
const STEPS: usize = 300;

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let evict = input.byte() & 2 == 2;
    let capacity = input.below(8);
    let when_full = if evict { WhenFull::EvictOldest } else { WhenFull::Refuse };

    let clock = ManualClock::new(OffsetDateTime::UNIX_EPOCH);
    let guard = MemoryReplayGuard::builder()
        .capacity(capacity)
        .when_full(when_full)
        .clock(clock.clone())
        .build();
    let mut model = Model { capacity, evict, entries: Vec::new(), evicted: 0, now: 0 };
    let mut leases: Vec<(usize, Lease)> = Vec::new();
    let keys = keys();

    for step in 0..STEPS {
        if input.is_empty() {
            break;
        }
        let (what, which) = (input.byte(), input.below(KEYS));
        // Every end is at another moment, so that the one that ends first is known.
        let length = length(input.byte(), step, evict);
        match what % 8 {
            0..=2 => {
                let expected = model.claim(which, length, leases.len());
                match (now_or_never(guard.claim(&keys[which], length)), expected) {
                    (Ok(Claim::Fresh(lease)), Expected::Fresh) => leases.push((which, lease)),
                    (Ok(Claim::InFlight), Expected::InFlight) => {}
                    (Ok(Claim::Done), Expected::Done) => {}
                    (Err(error), Expected::Full) if error.kind() == ReplayErrorKind::Full => {}
                    (claim, expected) => panic!("step {step}: {claim:?}, but {expected:?}"),
                }
            }
            kind @ 3..=6 if !leases.is_empty() => {
                let owner = usize::from(what / 8) % leases.len();
                // Mostly the lease's own key, and at times another one.
                let (own, lease) = &leases[owner];
                let key = if which == 0 { (own + 1) % KEYS } else { *own };
                let (done, expected) = match kind {
                    5 => {
                        let done = now_or_never(guard.release(&keys[key], lease));
                        model.release(key, owner);
                        (done, true)
                    }
                    6 => {
                        let done = now_or_never(guard.extend(&keys[key], lease, length));
                        (done, model.extend(key, owner, length))
                    }
                    _ => {
                        let done = now_or_never(guard.commit(&keys[key], lease, length));
                        (done, model.commit(key, owner, length))
                    }
                };
                match done {
                    Ok(()) => assert!(expected, "step {step}"),
                    Err(error) => {
                        assert_eq!(error.kind(), ReplayErrorKind::LeaseLost);
                        assert!(!expected, "step {step}");
                    }
                }
            }
            _ => {
                let passed = Duration::from_secs(seconds(&mut input));
                // Whatever the wall clock shows, the same time has passed.
                clock.set(OffsetDateTime::UNIX_EPOCH + DECADE * which as u32);
                clock.advance(passed);
                model.now += passed.as_nanos();
            }
        }
        assert!(guard.len() <= capacity, "step {step}");
        assert!(model.live() <= guard.len(), "step {step}: forgotten in silence");
        assert_eq!(guard.evicted(), model.evicted, "step {step}");
    }
}

/// What is remembered, with nothing dropped before it has to be.
struct Model {
    capacity: usize,
    evict: bool,
    entries: Vec<Entry>,
    evicted: u64,
    now: u128,
}

struct Entry {
    key: usize,
    owner: usize,
    until: u128,
    committed: bool,
}

#[derive(Debug)]
enum Expected {
    Fresh,
    InFlight,
    Done,
    Full,
}

impl Model {
    fn live(&self) -> usize {
        self.entries.iter().filter(|entry| entry.until > self.now).count()
    }

    fn claim(&mut self, key: usize, lease: Duration, owner: usize) -> Expected {
        let now = self.now;
        self.entries.retain(|entry| entry.until > now);
        if let Some(entry) = self.entries.iter().find(|entry| entry.key == key) {
            return if entry.committed { Expected::Done } else { Expected::InFlight };
        }
        if self.entries.len() == self.capacity {
            let committed = self.entries.iter().filter(|entry| entry.committed);
            match committed.map(|entry| entry.until).min() {
                Some(first) if self.evict => {
                    self.entries.retain(|entry| !entry.committed || entry.until != first);
                    self.evicted += 1;
                }
                _ => return Expected::Full,
            }
        }
        let until = now + bounded(lease).as_nanos();
        self.entries.push(Entry { key, owner, until, committed: false });
        Expected::Fresh
    }

    fn commit(&mut self, key: usize, owner: usize, keep: Duration) -> bool {
        let now = self.now;
        let found = self
            .entries
            .iter_mut()
            .find(|entry| (entry.key, entry.owner) == (key, owner) && entry.until > now);
        let Some(entry) = found else { return false };
        if !entry.committed {
            entry.committed = true;
            entry.until = now + bounded(keep).as_nanos();
        }
        true
    }

    fn extend(&mut self, key: usize, owner: usize, by: Duration) -> bool {
        let now = self.now;
        let found = self.entries.iter_mut().find(|entry| {
            (entry.key, entry.owner) == (key, owner) && !entry.committed && entry.until > now
        });
        let Some(entry) = found else { return false };
        entry.until = entry.until.max(now + bounded(by).as_nanos());
        true
    }

    fn release(&mut self, key: usize, owner: usize) {
        let now = self.now;
        self.entries.retain(|entry| {
            (entry.key, entry.owner) != (key, owner) || entry.committed || entry.until <= now
        });
    }
}

/// No less than a millisecond and no more than a hundred years.
fn bounded(length: Duration) -> Duration {
    length.max(Duration::from_millis(1)).min(LONGEST)
}

/// Seconds, minutes, or, where they need not be unique, extremes.
fn length(byte: u8, step: usize, unique: bool) -> Duration {
    let nanos = Duration::from_nanos(step as u64);
    match byte {
        0 if !unique => Duration::ZERO,
        255 if !unique => Duration::MAX,
        byte if byte < 128 => Duration::from_secs(1 + u64::from(byte)) + nanos,
        byte => Duration::from_secs(60 * u64::from(byte - 127)) + nanos,
    }
}

fn seconds(input: &mut Input<'_>) -> u64 {
    match input.byte() {
        255 => LEAP,
        byte if byte < 128 => byte.into(),
        byte => 60 * u64::from(byte - 128),
    }
}

fn keys() -> &'static [ReplayKey] {
    static ALL: OnceLock<Vec<ReplayKey>> = OnceLock::new();
    ALL.get_or_init(|| numbered().take(KEYS).collect())
}

fn numbered() -> impl Iterator<Item = ReplayKey> {
    (0_u32..).map(|number| ReplayKey::of_content(Scheme::GITHUB, None, &number.to_le_bytes()))
}

/// The guard in memory never waits.
fn now_or_never<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the guard in memory waits"),
    }
}
