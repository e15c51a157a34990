//! One part of the memory of [`MemoryReplayGuard`](super::MemoryReplayGuard): what its mutex holds.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use time::OffsetDateTime;

use crate::replay::Lease;
use crate::replay::key::ReplayKey;

/// How long a clock has to stay behind before it is believed.
const PATIENCE: time::Duration = time::Duration::MINUTE;

/// Deliveries, each until a moment of the shard's own timeline.
pub(super) struct Shard {
    entries: HashMap<ReplayKey, Entry>,
    /// The keys of both kinds of entries, in the order in which they end.
    claimed: BTreeSet<(Duration, ReplayKey)>,
    committed: BTreeSet<(Duration, ReplayKey)>,
    timeline: Timeline,
}

struct Entry {
    owner: [u8; 16],
    until: Duration,
    committed: bool,
}

/// What a shard knows of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    No,
    Claimed,
    Committed,
}

impl Shard {
    pub(super) fn new(now: OffsetDateTime) -> Self {
        Self {
            entries: HashMap::new(),
            claimed: BTreeSet::new(),
            committed: BTreeSet::new(),
            timeline: Timeline { reading: now, elapsed: Duration::ZERO, behind: None },
        }
    }

    /// Takes a reading of the clock; what follows happens at that moment.
    pub(super) fn at(&mut self, now: OffsetDateTime) -> &mut Self {
        self.timeline.advance(now);
        self
    }

    pub(super) fn look(&self, key: &ReplayKey) -> Known {
        match self.entries.get(key) {
            Some(entry) if entry.until > self.timeline.elapsed => {
                if entry.committed {
                    Known::Committed
                } else {
                    Known::Claimed
                }
            }
            _ => Known::No,
        }
    }

    /// Notes a claim. Tells whether it takes the place of one that has ended.
    pub(super) fn claim(&mut self, key: &ReplayKey, lease: &Lease, length: Duration) -> bool {
        let ended = self.forget(key);
        let until = self.timeline.elapsed.saturating_add(length);
        let entry = Entry { owner: *lease.as_bytes(), until, committed: false };
        self.entries.insert(*key, entry);
        self.claimed.insert((until, *key));
        ended
    }

    /// Turns the owner's claim into a committed delivery. Tells whether it is one now.
    pub(super) fn commit(&mut self, key: &ReplayKey, lease: &Lease, keep: Duration) -> bool {
        let now = self.timeline.elapsed;
        match self.entries.get_mut(key) {
            Some(entry) if entry.owner == *lease.as_bytes() && entry.until > now => {
                if !entry.committed {
                    self.claimed.remove(&(entry.until, *key));
                    entry.committed = true;
                    entry.until = now.saturating_add(keep);
                    self.committed.insert((entry.until, *key));
                }
                true
            }
            _ => false,
        }
    }

    /// Forgets the owner's claim. Tells whether there was one.
    pub(super) fn release(&mut self, key: &ReplayKey, lease: &Lease) -> bool {
        match self.entries.get(key) {
            Some(entry) if entry.owner == *lease.as_bytes() && !entry.committed => self.forget(key),
            _ => false,
        }
    }

    /// Forgets one delivery that has ended. Tells whether there was one.
    pub(super) fn reclaim(&mut self) -> bool {
        let first = [self.claimed.first(), self.committed.first()].into_iter().flatten().min();
        match first {
            Some(&(until, key)) if until <= self.timeline.elapsed => self.forget(&key),
            _ => false,
        }
    }

    /// How long the committed delivery that ends next is still to be kept.
    pub(super) fn shortest_keep(&self) -> Option<Duration> {
        let (until, _) = self.committed.first()?;
        Some(until.saturating_sub(self.timeline.elapsed))
    }

    /// Forgets the committed delivery that ends next. Tells whether there was one.
    pub(super) fn evict(&mut self) -> bool {
        match self.committed.first() {
            Some(&(_, key)) => self.forget(&key),
            None => false,
        }
    }

    fn forget(&mut self, key: &ReplayKey) -> bool {
        let Some(entry) = self.entries.remove(key) else { return false };
        let order = if entry.committed { &mut self.committed } else { &mut self.claimed };
        order.remove(&(entry.until, *key))
    }
}

/// Time that only goes forwards, from a clock that may not.
///
/// While the clock is behind its highest reading, time stands still: most often the clock is about
/// to be put right. Once it has gone on for a minute from where it was put back to, it is believed:
/// that minute has passed, and time goes on from there. So nothing ends early because a clock was
/// put back, or put back and right again within the minute, and nothing is kept forever.
struct Timeline {
    reading: OffsetDateTime,
    /// The time that has passed up to `reading`.
    elapsed: Duration,
    /// The lowest reading since the clock fell behind `reading`.
    behind: Option<OffsetDateTime>,
}

impl Timeline {
    fn advance(&mut self, now: OffsetDateTime) {
        let mut passed = now - self.reading;
        if passed.is_negative() {
            let lowest = self.behind.map_or(now, |behind| behind.min(now));
            self.behind = Some(lowest);
            passed = now - lowest;
            if passed < PATIENCE {
                return;
            }
        }
        self.elapsed = self.elapsed.saturating_add(passed.unsigned_abs());
        self.reading = now;
        self.behind = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap()
    }

    fn elapsed(readings: &[i64]) -> u64 {
        let mut timeline =
            Timeline { reading: at(readings[0]), elapsed: Duration::ZERO, behind: None };
        readings.iter().for_each(|reading| timeline.advance(at(*reading)));
        timeline.elapsed.as_secs()
    }

    #[test]
    fn time_stands_still_until_the_clock_catches_up() {
        assert_eq!(elapsed(&[1000, 1010]), 10);
        assert_eq!(elapsed(&[1000, 1010, 400]), 10);
        assert_eq!(elapsed(&[1000, 1010, 400, 459, 1009]), 10 + (1009 - 400));
        assert_eq!(elapsed(&[1000, 1010, 400, 459, 1010]), 10);
        assert_eq!(elapsed(&[1000, 1010, 400, 1011]), 11);
    }

    #[test]
    fn a_clock_that_stays_behind_is_believed_after_a_minute() {
        assert_eq!(elapsed(&[10_000, 400, 459]), 0);
        assert_eq!(elapsed(&[10_000, 400, 460]), 60);
        assert_eq!(elapsed(&[10_000, 400, 430, 410, 469]), 69);
        assert_eq!(elapsed(&[10_000, 400, 380, 439]), 0);
        assert_eq!(elapsed(&[10_000, 400, 380, 440]), 60);
        assert_eq!(elapsed(&[10_000, 400, 460, 465, 470]), 70);
    }

    #[test]
    fn the_whole_calendar_backwards_and_forwards_does_not_panic() {
        let (first, last) = (-377_705_116_800, 253_402_300_799);
        let mut timeline = Timeline { reading: at(0), elapsed: Duration::ZERO, behind: None };
        for reading in [last, first, last, first, first + 60, last, 0] {
            timeline.advance(at(reading));
        }
        assert!(timeline.elapsed > SECOND);
    }

    #[test]
    fn the_orders_hold_what_the_entries_hold() {
        let key = |id: u32| ReplayKey::of_id("acme", None, &id.to_string());
        let mut shard = Shard::new(at(0));
        let mut leases = Vec::new();
        for id in 0..100 {
            let lease = Lease::random().unwrap();
            assert!(!shard.claim(&key(id), &lease, SECOND * (1 + id % 7)));
            leases.push(lease);
        }
        for id in 0..50 {
            assert!(shard.commit(&key(id), &leases[id as usize], SECOND * (10 + id)));
        }
        for id in 50..60 {
            assert!(shard.release(&key(id), &leases[id as usize]));
        }
        let sizes =
            |shard: &Shard| (shard.entries.len(), shard.claimed.len(), shard.committed.len());
        assert_eq!(sizes(&shard), (90, 40, 50));
        shard.at(at(7));
        while shard.reclaim() {}
        assert_eq!(sizes(&shard), (50, 0, 50));
        assert_eq!(shard.shortest_keep(), Some(3 * SECOND));
        assert!(shard.evict());
        assert_eq!((shard.look(&key(0)), shard.look(&key(1))), (Known::No, Known::Committed));
        shard.at(at(59));
        while shard.reclaim() {}
        assert_eq!(sizes(&shard), (0, 0, 0));
        assert!(!shard.evict());
    }
}
