//! What goes wrong, drawn from a seed: the same in every run, and known to all processes.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::receiver::LEASE;

static SEED: AtomicU32 = AtomicU32::new(1);

/// The number of a try in which nothing goes wrong.
pub(crate) const AFTERWARDS: u32 = u32::MAX;

/// Far longer than an answer takes unless its handler hangs, even on a slow machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What becomes of a delivery once its handler runs, in this try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Succeeds,
    Fails,
    Panics,
    Hangs {
        /// Whether the sender waits until the lease has ended.
        long: bool,
    },
    /// The process is killed before the handler has succeeded.
    KilledBefore,
    /// The process is killed between the handler's success and the commit.
    KilledAfter,
}

impl Fate {
    pub(crate) fn of(id: &str, attempt: u32) -> Self {
        if attempt == AFTERWARDS {
            return Self::Succeeds;
        }
        match draw("fate", id, attempt, 10_000) {
            0..800 => Self::Fails,
            800..1100 => Self::Panics,
            1100..1140 => Self::Hangs { long: false },
            1140..1160 => Self::Hangs { long: true },
            1160..1180 => Self::KilledBefore,
            1180..1200 => Self::KilledAfter,
            _ => Self::Succeeds,
        }
    }
}

/// Whether the process is killed between the commit of this delivery and the answer.
pub(crate) fn killed_after_commit(key: &str) -> bool {
    draw("commit", key, 0, 10_000) < 15
}

/// Whether a delivery is sent to both receivers at the same time.
pub(crate) fn is_sent_twice(id: &str, attempt: u32) -> bool {
    draw("twice", id, attempt, 10) == 0
}

/// How long a sender waits for an answer.
pub(crate) fn patience(id: &str, attempt: u32) -> Duration {
    if attempt == AFTERWARDS {
        return PATIENCE;
    }
    match Fate::of(id, attempt) {
        Fate::Hangs { long: false } => LEASE / 3,
        Fate::Hangs { long: true } => LEASE * 3 / 2,
        // It hangs up at any moment.
        _ if draw("hangs up", id, attempt, 50) == 0 => {
            Duration::from_millis(draw("hangs up after", id, attempt, 30))
        }
        _ => PATIENCE,
    }
}

/// How long a handler works before its fate.
pub(crate) fn work(id: &str, attempt: u32) -> Duration {
    Duration::from_millis(draw("work", id, attempt, 20))
}

/// Sets another seed than the first, in each of the processes.
#[allow(dead_code, reason = "for the receivers with a database")]
pub(crate) fn set_seed(seed: u32) {
    SEED.store(seed, Ordering::Relaxed);
}

/// A number below `end`.
pub(crate) fn draw(what: &str, id: &str, attempt: u32, end: u64) -> u64 {
    let seed = SEED.load(Ordering::Relaxed);
    let digest = Sha256::digest(format!("{seed} {what} {id} {attempt}"));
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)) % end
}
