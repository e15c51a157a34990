//! Deliveries remembered in the process that handles them.

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
/// processes do not know what it knows.
///
/// In an [`Arc`], several receivers can share one guard.
///
/// # Memory
///
/// It holds at most as many deliveries as its [capacity](MemoryReplayGuardBuilder::capacity),
/// claimed and committed ones together, with about 250 bytes for each. There is no background task:
/// each claim removes a few expired deliveries, and a full guard looks for one before it gives up.
/// The deliveries are spread over several locks, but the capacity is that of all together; how they
/// happen to be spread makes no difference to it.
///
/// # When it is full
///
/// A full guard does what [`WhenFull`] says. Either way, a claim in flight is never dropped before
/// its lease ends: a second owner could then succeed beside the first.
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
    /// How many deliveries all shards together hold, or are about to.
    used: AtomicUsize,
    evicted: AtomicU64,
    capacity: usize,
    when_full: WhenFull,
    clock: Arc<dyn Clock>,
}

/// Sets up a [`MemoryReplayGuard`].
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
    /// It refuses, with [`ReplayErrorKind::Full`]. The sender retries later: deliveries are late, but
    /// none is handled twice.
    #[default]
    Refuse,
    /// It forgets the committed delivery whose keep time ends first, which is the oldest if all are
    /// kept equally long. Deliveries are not late, but one that was forgotten and is sent again is
    /// handled again; [`MemoryReplayGuard::evicted`] counts how many were forgotten. If there are only
    /// claims in flight, it refuses all the same.
    EvictOldest,
}

impl MemoryReplayGuard {
    /// Starts to set up a guard that holds up to 1,000,000 deliveries, refuses more, and reads the
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

    /// Returns `true` if it holds no delivery.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of committed deliveries forgotten before their time, which only
    /// [`WhenFull::EvictOldest`] allows.
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

    /// Locks a shard and brings it up to now.
    ///
    /// The clock is read under the lock, so that no time is overtaken by a later one.
    fn lock<'a>(&self, shard: &'a Mutex<Shard>) -> MutexGuard<'a, Shard> {
        // Only the clock can panic under the lock, and then nothing has changed yet.
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

    /// Takes over the room of a delivery that has expired, or that may be forgotten. Holds no more
    /// than one lock at a time.
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
            if self.try_take_room() {
                return Ok(());
            }
            match (self.when_full, oldest) {
                (WhenFull::EvictOldest, Some((_, mutex))) => {
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
        loop {
            let mut shard = self.lock(mutex);
            let known = match shard.look(key) {
                Known::Claimed => Claim::InFlight,
                Known::Committed => Claim::Done,
                Known::No if has_room || self.try_take_room() => {
                    if shard.claim(key, &owner, bounded(lease)) {
                        self.give_room_back();
                    }
                    // One more than comes in, so that expired ones do not pile up.
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
    /// Sets how many deliveries the guard holds at most, default 1,000,000.
    ///
    /// It takes as many as arrive within the keep time: 3 deliveries a second, kept for 72 hours, are
    /// 777,600. Memory is taken as they come. With 0, every claim is refused.
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
