//! A part of a [`MemoryReplayGuard`](crate::replay::memory::MemoryReplayGuard), behind one mutex.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use crate::replay::key::ReplayKey;
use crate::replay::lease::Lease;

/// Deliveries, each until a moment of a monotonic clock.
pub(super) struct Shard {
    entries: HashMap<ReplayKey, Entry>,
    /// The keys of both kinds of entries, in the order in which they expire.
    claimed: BTreeSet<(Duration, ReplayKey)>,
    committed: BTreeSet<(Duration, ReplayKey)>,
    now: Duration,
}

struct Entry {
    owner: [u8; 16],
    until: Duration,
    committed: bool,
}

/// The state of a key in a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    No,
    Claimed,
    Committed,
}

impl Shard {
    pub(super) fn new() -> Self {
        Self {
            entries: HashMap::new(),
            claimed: BTreeSet::new(),
            committed: BTreeSet::new(),
            now: Duration::ZERO,
        }
    }

    /// Sets the time that all other methods use.
    pub(super) fn at(&mut self, now: Duration) {
        self.now = now;
    }

    pub(super) fn look(&self, key: &ReplayKey) -> Known {
        match self.entries.get(key) {
            Some(entry) if entry.until > self.now => {
                if entry.committed {
                    Known::Committed
                } else {
                    Known::Claimed
                }
            }
            _ => Known::No,
        }
    }

    /// Adds a claim. Returns `true` if it replaces an expired entry.
    pub(super) fn claim(&mut self, key: &ReplayKey, lease: &Lease, length: Duration) -> bool {
        let ended = self.forget(key);
        let until = self.now.saturating_add(length);
        let entry = Entry { owner: *lease.as_bytes(), until, committed: false };
        self.entries.insert(*key, entry);
        self.claimed.insert((until, *key));
        ended
    }

    /// Turns the owner's claim into a committed delivery. Returns `true` if it is committed now,
    /// whether by this call or by an earlier one.
    pub(super) fn commit(&mut self, key: &ReplayKey, lease: &Lease, keep: Duration) -> bool {
        let now = self.now;
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

    /// Extends the owner's claim to end no earlier than `by` from now. Returns `true` if there is
    /// one.
    pub(super) fn extend(&mut self, key: &ReplayKey, lease: &Lease, by: Duration) -> bool {
        match self.entries.get_mut(key) {
            Some(entry)
                if entry.owner == *lease.as_bytes()
                    && entry.until > self.now
                    && !entry.committed =>
            {
                self.claimed.remove(&(entry.until, *key));
                entry.until = entry.until.max(self.now.saturating_add(by));
                self.claimed.insert((entry.until, *key));
                true
            }
            _ => false,
        }
    }

    /// Forgets the owner's claim. Returns `true` if there was one.
    pub(super) fn release(&mut self, key: &ReplayKey, lease: &Lease) -> bool {
        match self.entries.get(key) {
            Some(entry) if entry.owner == *lease.as_bytes() && !entry.committed => self.forget(key),
            _ => false,
        }
    }

    /// Forgets a committed delivery. Returns `true` if there was one.
    pub(super) fn forget_committed(&mut self, key: &ReplayKey) -> bool {
        self.look(key) == Known::Committed && self.forget(key)
    }

    /// Forgets one expired delivery. Returns `true` if there was one.
    pub(super) fn reclaim(&mut self) -> bool {
        let first = [self.claimed.first(), self.committed.first()].into_iter().flatten().min();
        match first {
            Some(&(until, key)) if until <= self.now => self.forget(&key),
            _ => false,
        }
    }

    /// The remaining keep time of the committed delivery that expires next.
    pub(super) fn shortest_keep(&self) -> Option<Duration> {
        let (until, _) = self.committed.first()?;
        Some(until.saturating_sub(self.now))
    }

    /// Forgets the committed delivery that expires next. Returns `true` if there was one.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::key::Apart;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_orders_hold_what_the_entries_hold() {
        let key = |id: u32| ReplayKey::of_id("acme", Apart::default(), &id.to_string());
        let mut shard = Shard::new();
        let mut leases = Vec::new();
        for id in 0..100 {
            let lease = Lease::random().unwrap();
            assert!(!shard.claim(&key(id), &lease, SECOND * (1 + id % 7)));
            leases.push(lease);
        }
        for id in 0..50 {
            assert!(shard.commit(&key(id), &leases[id as usize], SECOND * (10 + id)));
        }
        for id in (0..100).step_by(3) {
            let lease = &leases[id as usize];
            assert_eq!(shard.extend(&key(id), lease, 3 * SECOND), id >= 50, "{id}");
        }
        for id in 50..60 {
            assert!(shard.release(&key(id), &leases[id as usize]));
        }
        let sizes =
            |shard: &Shard| (shard.entries.len(), shard.claimed.len(), shard.committed.len());
        assert_eq!(sizes(&shard), (90, 40, 50));
        shard.at(7 * SECOND);
        while shard.reclaim() {}
        assert_eq!(sizes(&shard), (50, 0, 50));
        assert_eq!(shard.shortest_keep(), Some(3 * SECOND));
        assert!(shard.evict());
        assert_eq!((shard.look(&key(0)), shard.look(&key(1))), (Known::No, Known::Committed));
        shard.at(59 * SECOND);
        while shard.reclaim() {}
        assert_eq!(sizes(&shard), (0, 0, 0));
        assert!(!shard.evict());
    }
}
