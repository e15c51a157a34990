//! A guard in the memory of one process.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::replay::error::{ReplayError, ReplayErrorKind};
use crate::replay::guard::{Claim, ReplayGuard, bounded};
use crate::replay::key::ReplayKey;
use crate::replay::lease::Lease;
use crate::replay::shard::{Known, Shard};

const SHARDS: usize = 16;

/// The default of [`MemoryReplayGuardBuilder::capacity`].
const CAPACITY: usize = 1_000_000;

/// A [`ReplayGuard`] for one process: it forgets everything when the process ends, and other
/// processes do not share it.
///
/// In an [`Arc`], several receivers can share one guard.
///
/// # Memory
///
/// It holds at most as many deliveries as its [capacity](MemoryReplayGuardBuilder::capacity),
/// claimed and committed ones together, with about 250 bytes for each. There is no background task:
/// each claim removes a few expired deliveries, and a full guard looks for one before it gives up.
/// The deliveries are spread over several locks, but the capacity is shared by all of them, so it
/// does not matter how evenly they are spread.
///
/// # When it is full
///
/// [`WhenFull`] says what a full guard does. In any case, a claim in flight is never dropped before
/// its lease ends: otherwise a second owner could succeed beside the first.
///
/// # Time
///
/// Leases and keep times are measured on a monotonic clock; setting the wall clock does not affect
/// them.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_webhook::Scheme;
/// use tower_webhook::replay::{Claim, MemoryReplayGuard, ReplayGuard, ReplayKey};
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
///
/// let guard = MemoryReplayGuard::builder().capacity(100_000).build();
///
/// let key = ReplayKey::of_content(Scheme::GITHUB, None, b"{}");
/// let minute = Duration::from_secs(60);
/// let Claim::Fresh(lease) = guard.claim(&key, minute).await? else { unreachable!() };
/// assert!(matches!(guard.claim(&key, minute).await?, Claim::InFlight));
/// guard.commit(&key, &lease, 60 * minute).await?;
/// assert!(matches!(guard.claim(&key, minute).await?, Claim::Done));
/// # Ok::<(), tower_webhook::replay::ReplayError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct MemoryReplayGuard {
    shards: [Mutex<Shard>; SHARDS],
    /// The number of deliveries that all shards together hold, or are about to hold.
    used: AtomicUsize,
    evicted: AtomicU64,
    capacity: usize,
    when_full: WhenFull,
    clock: Arc<dyn Clock>,
}

/// Sets up a [`MemoryReplayGuard`]; made by [`MemoryReplayGuard::builder`].
///
/// # Examples
///
/// ```
/// use tower_webhook::replay::{MemoryReplayGuard, WhenFull};
///
/// let guard = MemoryReplayGuard::builder()
///     .capacity(100_000)
///     .when_full(WhenFull::EvictOldest)
///     .build();
/// assert!(guard.is_empty());
/// ```
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct MemoryReplayGuardBuilder {
    capacity: usize,
    when_full: WhenFull,
    clock: Arc<dyn Clock>,
}

/// What a full [`MemoryReplayGuard`] does with a new delivery when nothing it holds has expired.
///
/// # Examples
///
/// ```
/// use tower_webhook::replay::{MemoryReplayGuard, WhenFull};
///
/// assert_eq!(WhenFull::default(), WhenFull::Refuse);
/// let guard = MemoryReplayGuard::builder().when_full(WhenFull::EvictOldest).build();
/// # assert!(format!("{guard:?}").contains("EvictOldest"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenFull {
    /// It rejects the delivery with [`ReplayErrorKind::Full`]. The sender retries later: deliveries
    /// are late, but none is handled twice.
    #[default]
    Refuse,
    /// It forgets the committed delivery whose keep time ends first, which is the oldest if all are
    /// kept equally long. Deliveries are not late, but one that was forgotten and is sent again is
    /// handled again; [`MemoryReplayGuard::evicted`] counts the forgotten ones. If it holds only
    /// claims in flight, it rejects the delivery all the same.
    EvictOldest,
}

impl MemoryReplayGuard {
    /// Starts to set up a guard that holds up to 1,000,000 deliveries, rejects more, and reads the
    /// system's clock.
    pub fn builder() -> MemoryReplayGuardBuilder {
        MemoryReplayGuardBuilder {
            capacity: CAPACITY,
            when_full: WhenFull::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// The number of deliveries held, including expired ones that have not been removed yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Returns `true` if the guard holds no delivery.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of committed deliveries that were forgotten before their keep time ended, which
    /// only [`WhenFull::EvictOldest`] allows.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::replay::{
    ///     Claim, MemoryReplayGuard, ReplayGuard as _, ReplayKey, WhenFull,
    /// };
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let guard = MemoryReplayGuard::builder().capacity(1).when_full(WhenFull::EvictOldest).build();
    /// let minute = Duration::from_secs(60);
    /// for body in ["first", "second"] {
    ///     let key = ReplayKey::of_content(Scheme::GITHUB, None, body.as_bytes());
    ///     let Claim::Fresh(lease) = guard.claim(&key, minute).await? else { unreachable!() };
    ///     guard.commit(&key, &lease, minute).await?;
    /// }
    /// assert_eq!((guard.len(), guard.evicted()), (1, 1));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.evicted.load(Ordering::Relaxed)
    }

    /// Forgets that a delivery was handled, so that it is handled again if it is sent again: for an
    /// operator's tool. Returns `true` if it was remembered.
    ///
    /// A delivery in flight stays claimed, because its handler may still succeed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::replay::{Claim, MemoryReplayGuard, ReplayGuard as _, ReplayKey};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let guard = MemoryReplayGuard::builder().build();
    /// let key = ReplayKey::of_content(Scheme::GITHUB, None, b"{}");
    /// let minute = Duration::from_secs(60);
    /// let Claim::Fresh(lease) = guard.claim(&key, minute).await? else { unreachable!() };
    /// guard.commit(&key, &lease, 60 * minute).await?;
    ///
    /// assert!(guard.forget(&key));
    /// assert!(matches!(guard.claim(&key, minute).await?, Claim::Fresh(_)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn forget(&self, key: &ReplayKey) -> bool {
        let forgotten = self.lock(self.shard(key)).forget_committed(key);
        if forgotten {
            self.give_room_back();
        }
        forgotten
    }

    /// Locks a shard and sets its time to now.
    ///
    /// The clock is read under the lock, so that the time of a shard never goes back.
    fn lock<'a>(&self, shard: &'a Mutex<Shard>) -> MutexGuard<'a, Shard> {
        // Poison is ignored: only the clock can panic under the lock, before anything has changed.
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        shard.at(self.clock.elapsed());
        shard
    }

    #[expect(clippy::indexing_slicing, reason = "the remainder is less than the divisor")]
    fn shard(&self, key: &ReplayKey) -> &Mutex<Shard> {
        let [byte, ..] = *key.as_bytes();
        &self.shards[usize::from(byte) % SHARDS]
    }

    fn try_take_room(&self) -> bool {
        let more = |used: usize| (used < self.capacity).then_some(used + 1);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    fn give_room_back(&self) {
        self.used.fetch_sub(1, Ordering::Relaxed);
    }

    /// Takes over the room of a delivery that has expired or may be forgotten. Holds at most one
    /// lock at a time, so that it cannot deadlock.
    fn make_room(&self) -> Result<(), ReplayError> {
        loop {
            let mut oldest = None;
            for mutex in &self.shards {
                let mut shard = self.lock(mutex);
                if shard.reclaim() {
                    return Ok(());
                }
                let keep = shard.shortest_keep();
                if keep.is_some() && oldest.is_none_or(|(oldest, _)| keep < oldest) {
                    oldest = Some((keep, mutex));
                }
            }
            // Room may have become free while the locks were taken one by one.
            if self.try_take_room() {
                return Ok(());
            }
            match (self.when_full, oldest) {
                (WhenFull::EvictOldest, Some((_, mutex))) => {
                    // Otherwise someone else was faster, and the search begins again.
                    if self.lock(mutex).evict() {
                        self.evicted.fetch_add(1, Ordering::Relaxed);
                        return Ok(());
                    }
                }
                _ => return Err(ReplayError::new(ReplayErrorKind::Full)),
            }
        }
    }
}

impl ReplayGuard for MemoryReplayGuard {
    async fn claim(&self, key: &ReplayKey, lease: Duration) -> Result<Claim, ReplayError> {
        let owner = Lease::random()?;
        let mutex = self.shard(key);
        let mut has_room = false;
        // A second round follows if room had to be made, for which the lock is let go: by then the
        // delivery may have been claimed by someone else.
        loop {
            let mut shard = self.lock(mutex);
            let known = match shard.look(key) {
                Known::Claimed => Claim::InFlight,
                Known::Committed => Claim::Done,
                Known::No if has_room || self.try_take_room() => {
                    if shard.claim(key, &owner, bounded(lease)) {
                        self.give_room_back();
                    }
                    // Twice, one more than was added, so that expired deliveries do not pile up.
                    for _ in 0..2 {
                        if shard.reclaim() {
                            self.give_room_back();
                        }
                    }
                    return Ok(Claim::Fresh(owner));
                }
                Known::No => {
                    drop(shard);
                    self.make_room()?;
                    has_room = true;
                    continue;
                }
            };
            if has_room {
                self.give_room_back();
            }
            return Ok(known);
        }
    }

    async fn commit(
        &self,
        key: &ReplayKey,
        lease: &Lease,
        keep: Duration,
    ) -> Result<(), ReplayError> {
        let committed = self.lock(self.shard(key)).commit(key, lease, bounded(keep));
        committed.then_some(()).ok_or_else(|| ReplayError::new(ReplayErrorKind::LeaseLost))
    }

    async fn release(&self, key: &ReplayKey, lease: &Lease) -> Result<(), ReplayError> {
        if self.lock(self.shard(key)).release(key, lease) {
            self.give_room_back();
        }
        Ok(())
    }

    async fn extend(
        &self,
        key: &ReplayKey,
        lease: &Lease,
        by: Duration,
    ) -> Result<(), ReplayError> {
        let extended = self.lock(self.shard(key)).extend(key, lease, bounded(by));
        extended.then_some(()).ok_or_else(|| ReplayError::new(ReplayErrorKind::LeaseLost))
    }
}

impl fmt::Debug for MemoryReplayGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryReplayGuard")
            .field("len", &self.len())
            .field("capacity", &self.capacity)
            .field("when_full", &self.when_full)
            .finish_non_exhaustive()
    }
}

impl MemoryReplayGuardBuilder {
    /// Sets the maximum number of deliveries that the guard holds, default 1,000,000.
    ///
    /// It needs room for all that arrive within the keep time: 3 deliveries a second, kept for 72
    /// hours, are 777,600. Memory is allocated as they arrive. With 0, every claim fails.
    pub fn capacity(mut self, deliveries: usize) -> Self {
        self.capacity = deliveries;
        self
    }

    /// Sets what a full guard does, default [`WhenFull::Refuse`].
    pub fn when_full(mut self, when_full: WhenFull) -> Self {
        self.when_full = when_full;
        self
    }

    /// Sets the clock, default [`SystemClock`]. Of its two times only [`Clock::elapsed`] is read.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Makes the guard.
    #[must_use]
    pub fn build(self) -> MemoryReplayGuard {
        MemoryReplayGuard {
            shards: std::array::from_fn(|_| Mutex::new(Shard::new())),
            used: AtomicUsize::new(0),
            evicted: AtomicU64::new(0),
            capacity: self.capacity,
            when_full: self.when_full,
            clock: self.clock,
        }
    }
}

impl fmt::Debug for MemoryReplayGuardBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryReplayGuardBuilder")
            .field("capacity", &self.capacity)
            .field("when_full", &self.when_full)
            .finish_non_exhaustive()
    }
}
