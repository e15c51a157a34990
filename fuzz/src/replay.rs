//! The guard in memory against a list of what was claimed and until when.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use time::OffsetDateTime;
use tower_webhook::Scheme;
use tower_webhook::replay::{Claim, Lease, MemoryReplayGuard, ReplayErrorKind, ReplayGuard, ReplayKey, WhenFull};

use crate::input::Input;

/// The ends of the calendar.
const FIRST: i64 = -377_705_116_800;
const LAST: i64 = 253_402_300_799;

const KEYS: usize = 12;
/// The longest lease and the longest keep time.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
const STEPS: usize = 300;

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let flags = input.byte();
    let backwards = flags & 1 == 1;
    let evict = flags & 2 == 2;
    // A clock that goes backwards is read by each part of the guard on its own, so the keys are all
    // of one part and there is room for all of them: what is looked at then is time alone.
    let capacity = if backwards { KEYS } else { input.below(8) };
    let when_full = if evict { WhenFull::EvictOldest } else { WhenFull::Refuse };

    let clock = Arc::new(AtomicI64::new(0));
    let read = Arc::clone(&clock);
    let guard = MemoryReplayGuard::builder()
        .capacity(capacity)
        .when_full(when_full)
        .clock(move || at(read.load(Ordering::Relaxed)))
        .build();
    let mut model = Model {
        capacity,
        evict,
        entries: Vec::new(),
        evicted: 0,
        time: Time { reading: 0, elapsed: 0, behind: None },
    };
    let mut leases: Vec<(usize, Lease)> = Vec::new();
    let keys = if backwards { neighbours() } else { strangers() };

    for step in 0..STEPS {
        if input.is_empty() {
            break;
        }
        let (what, which) = (input.byte(), input.below(KEYS));
        // Every end is at another moment, so that the one that ends first is known.
        let length = length(input.byte(), step, evict);
        let now = clock.load(Ordering::Relaxed);
        match what % 8 {
            0..=2 => {
                model.time.read(now);
                let expected = model.claim(which, length, leases.len());
                match (now_or_never(guard.claim(&keys[which], length)), expected) {
                    (Ok(Claim::Fresh(lease)), Expected::Fresh) => leases.push((which, lease)),
                    (Ok(Claim::InFlight), Expected::InFlight) => {}
                    (Ok(Claim::Done), Expected::Done) => {}
                    (Err(error), Expected::Full) if error.kind() == ReplayErrorKind::Full => {}
                    (claim, expected) => panic!("step {step}: {claim:?}, but {expected:?}"),
                }
            }
            kind @ 3..=5 if !leases.is_empty() => {
                let owner = usize::from(what / 8) % leases.len();
                // Mostly the lease's own key, and at times another one.
                let (own, lease) = &leases[owner];
                let key = if which == 0 { (own + 1) % KEYS } else { *own };
                model.time.read(now);
                if kind == 5 {
                    model.release(key, owner);
                    now_or_never(guard.release(&keys[key], lease)).unwrap();
                } else {
                    let expected = model.commit(key, owner, length);
                    let commit = now_or_never(guard.commit(&keys[key], lease, length));
                    match commit {
                        Ok(()) => assert!(expected, "step {step}"),
                        Err(error) => {
                            assert_eq!(error.kind(), ReplayErrorKind::LeaseLost);
                            assert!(!expected, "step {step}");
                        }
                    }
                }
            }
            kind => {
                let seconds = seconds(&mut input);
                let then = if kind == 6 && backwards { now - seconds } else { now + seconds };
                clock.store(then.clamp(FIRST, LAST), Ordering::Relaxed);
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
    time: Time,
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
        self.entries.iter().filter(|entry| entry.until > self.time.elapsed).count()
    }

    fn claim(&mut self, key: usize, lease: Duration, owner: usize) -> Expected {
        let now = self.time.elapsed;
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
        let now = self.time.elapsed;
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

    fn release(&mut self, key: usize, owner: usize) {
        let now = self.time.elapsed;
        self.entries.retain(|entry| {
            (entry.key, entry.owner) != (key, owner) || entry.committed || entry.until <= now
        });
    }
}

/// Passed time by a clock that may go backwards: while it is behind its highest reading, time
/// stands still; once it has gone on for a minute from its lowest reading there, that minute has
/// passed, and time goes on from there.
struct Time {
    reading: i64,
    elapsed: u128,
    behind: Option<i64>,
}

impl Time {
    fn read(&mut self, now: i64) {
        let from = if now >= self.reading {
            self.reading
        } else {
            let lowest = self.behind.unwrap_or(now).min(now);
            self.behind = Some(lowest);
            if now - lowest < 60 {
                return;
            }
            lowest
        };
        self.elapsed += Duration::from_secs((now - from).unsigned_abs()).as_nanos();
        (self.reading, self.behind) = (now, None);
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

fn seconds(input: &mut Input<'_>) -> i64 {
    match input.byte() {
        255 => 200 * 365 * 24 * 60 * 60,
        byte if byte < 128 => byte.into(),
        byte => 60 * i64::from(byte - 128),
    }
}

fn at(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap()
}

fn strangers() -> &'static [ReplayKey] {
    static ALL: OnceLock<Vec<ReplayKey>> = OnceLock::new();
    ALL.get_or_init(|| numbered().take(KEYS).collect())
}

/// Keys that are kept together.
fn neighbours() -> &'static [ReplayKey] {
    static ALL: OnceLock<Vec<ReplayKey>> = OnceLock::new();
    ALL.get_or_init(|| numbered().filter(|key| key.as_bytes()[0] % 16 == 0).take(KEYS).collect())
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
