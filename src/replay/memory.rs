//! Deliveries remembered in the process that handles them.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::replay::error::{ReplayError, ReplayErrorKind};
use crate::replay::key::ReplayKey;
use crate::replay::shard::{Known, Shard};
use crate::replay::{Claim, Lease, ReplayGuard, bounded};

const SHARDS: usize = 16;

/// The default of [`MemoryReplayGuardBuilder::capacity`].
const CAPACITY: usize = 1_000_000;

/// A [`ReplayGuard`] for one process: it forgets everything when the process ends, and other
/// processes do not know what it knows.
///
/// Share one guard between layers in an [`Arc`].
///
/// # Memory
///
/// It holds at most as many deliveries as its [capacity](MemoryReplayGuardBuilder::capacity),
/// claimed and committed ones together, with about 250 bytes for each. There is no background
/// task: each claim drops a few deliveries whose time is over, and a full guard looks for one
/// before it gives up. The deliveries are spread over several locks, but the capacity is that of
/// all together; how they happen to be spread makes no difference to it.
///
/// # When it is full
///
/// A full guard does what [`WhenFull`] says. Whatever that is, a claim in flight is never dropped
/// before its lease ends: a second owner could then succeed beside the first.
///
/// # Time
///
/// Leases and keep times run by the given [`Clock`]. While it is behind its highest reading so
/// far, their time stands still; a clock that has stayed behind for a minute is believed, that
/// minute counts, and time goes on from there. So a clock that is put back ends nothing early:
/// what the guard holds ends up to a minute late, and later than that only by time in which no
/// call read the clock. A clock that is put forwards cannot be told from time that has passed.
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

/// What a [`MemoryReplayGuard`] does with a new delivery when it has room for none and the time of
/// none that it holds is over.
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
    /// It refuses, with [`ReplayErrorKind::Full`]. The sender tries again later: deliveries are
    /// late, but none is handled twice.
    #[default]
    Refuse,
    /// It forgets the committed delivery whose keep time ends first, which is the oldest where all
    /// are kept equally long. Deliveries are not late, but one that was forgotten and is sent
    /// again is handled again; [`MemoryReplayGuard::evicted`] counts how many were forgotten. When
    /// there are only claims in flight, it refuses all the same.
    EvictOldest,
}

impl MemoryReplayGuard {
    /// Starts to set up a guard that holds up to 1,000,000 deliveries, refuses more, and reads the
    /// system's clock.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::replay::MemoryReplayGuard;
    ///
    /// let guard = MemoryReplayGuard::builder().build();
    /// # assert!(format!("{guard:?}").contains("capacity: 1000000"));
    /// ```
    pub fn builder() -> MemoryReplayGuardBuilder {
        MemoryReplayGuardBuilder {
            capacity: CAPACITY,
            when_full: WhenFull::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// How many deliveries it holds now: claimed ones, committed ones, and those whose time is over
    /// that no claim has dropped yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::replay::{MemoryReplayGuard, ReplayGuard as _, ReplayKey};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let guard = MemoryReplayGuard::builder().build();
    /// let key = ReplayKey::of_content(Scheme::GITHUB, None, b"{}");
    /// let _claim = guard.claim(&key, Duration::from_secs(60)).await?;
    /// assert_eq!(guard.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Whether it holds no delivery.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::replay::MemoryReplayGuard;
    ///
    /// assert!(MemoryReplayGuard::builder().build().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many committed deliveries it has forgotten before their time, as
    /// [`WhenFull::EvictOldest`] lets it.
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
    /// The clock is read under the lock, so that no reading is overtaken by a later one.
    fn lock<'a>(&self, shard: &'a Mutex<Shard>) -> MutexGuard<'a, Shard> {
        // Only the clock can panic under the lock, and then nothing has changed yet.
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        shard.at(self.clock.now());
        shard
    }

    fn shard(&self, key: &ReplayKey) -> &Mutex<Shard> {
        let [first, rest @ ..] = &self.shards;
        let [byte, ..] = *key.as_bytes();
        rest.get((usize::from(byte) % SHARDS).wrapping_sub(1)).unwrap_or(first)
    }

    fn try_take_room(&self) -> bool {
        let more = |used: usize| (used < self.capacity).then_some(used + 1);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    fn give_room_back(&self) {
        self.used.fetch_sub(1, Ordering::Relaxed);
    }

    /// Takes over the room of a delivery whose time is over, or that may be forgotten. Holds no
    /// more than one lock at a time.
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
                    // One more than comes in, so that what has ended does not pile up.
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
    /// Sets how many deliveries the guard holds at most. The default is 1,000,000.
    ///
    /// It takes as many as arrive within the keep time: 3 deliveries a second, kept for 72 hours,
    /// are 777,600. Memory is taken as they come. With 0, every claim is refused.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::replay::{
    ///     MemoryReplayGuard, ReplayErrorKind, ReplayGuard as _, ReplayKey,
    /// };
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let guard = MemoryReplayGuard::builder().capacity(1).build();
    /// let [first, second] =
    ///     [b"1", b"2"].map(|body| ReplayKey::of_content(Scheme::GITHUB, None, body));
    /// let _claim = guard.claim(&first, Duration::from_secs(60)).await?;
    /// let error = guard.claim(&second, Duration::from_secs(60)).await.unwrap_err();
    /// assert_eq!(error.kind(), ReplayErrorKind::Full);
    /// # Ok(())
    /// # }
    /// ```
    pub fn capacity(mut self, deliveries: usize) -> Self {
        self.capacity = deliveries;
        self
    }

    /// Sets what a full guard does. The default is [`WhenFull::Refuse`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::replay::{MemoryReplayGuard, WhenFull};
    ///
    /// let guard = MemoryReplayGuard::builder().when_full(WhenFull::EvictOldest).build();
    /// # assert!(format!("{guard:?}").contains("EvictOldest"));
    /// ```
    pub fn when_full(mut self, when_full: WhenFull) -> Self {
        self.when_full = when_full;
        self
    }

    /// Replaces the system's clock.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicI64, Ordering};
    /// use std::time::Duration;
    ///
    /// use time::OffsetDateTime;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::replay::{Claim, MemoryReplayGuard, ReplayGuard as _, ReplayKey};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let seconds = Arc::new(AtomicI64::new(1_700_000_000));
    /// let clock = {
    ///     let seconds = Arc::clone(&seconds);
    ///     move || OffsetDateTime::from_unix_timestamp(seconds.load(Ordering::Relaxed)).unwrap()
    /// };
    /// let guard = MemoryReplayGuard::builder().clock(clock).build();
    ///
    /// let (key, minute) = (ReplayKey::of_content(Scheme::GITHUB, None, b"{}"), Duration::from_secs(60));
    /// let _claim = guard.claim(&key, minute).await?;
    /// seconds.fetch_add(61, Ordering::Relaxed);
    /// // The lease is over.
    /// assert!(matches!(guard.claim(&key, minute).await?, Claim::Fresh(_)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Makes the guard.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::replay::MemoryReplayGuard;
    ///
    /// let guard = MemoryReplayGuard::builder().capacity(10_000).build();
    /// assert_eq!(guard.len(), 0);
    /// ```
    #[must_use]
    pub fn build(self) -> MemoryReplayGuard {
        let now = self.clock.now();
        MemoryReplayGuard {
            shards: std::array::from_fn(|_| Mutex::new(Shard::new(now))),
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
