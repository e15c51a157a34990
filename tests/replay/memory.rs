//! The replay guard in memory.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use time::OffsetDateTime;
use tower_webhook::clock::ManualClock;
use tower_webhook::replay::{
    Claim, Lease, MemoryReplayGuard, MemoryReplayGuardBuilder, ReplayError, ReplayErrorKind,
    ReplayGuard, ReplayKey, WhenFull,
};

use crate::contract::{HOUR, Store, done, fresh, in_flight, key};
use crate::support::{NOW, at};

/// A guard whose clock stands still unless it is told.
struct Memory {
    guard: Arc<MemoryReplayGuard>,
    clock: ManualClock,
}

impl Memory {
    fn new(builder: MemoryReplayGuardBuilder) -> Self {
        let clock = ManualClock::new(at(NOW));
        let guard = builder.clock(clock.clone()).build();
        Self { guard: Arc::new(guard), clock }
    }

    async fn start() -> Option<Self> {
        Some(Self::new(MemoryReplayGuard::builder()))
    }

    fn holding(capacity: usize, when_full: WhenFull) -> Self {
        Self::new(MemoryReplayGuard::builder().capacity(capacity).when_full(when_full))
    }

    fn turn(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

impl Store for Memory {
    type Guard = MemoryReplayGuard;

    fn guard(&self) -> &Arc<MemoryReplayGuard> {
        &self.guard
    }

    async fn pass(&self, _: &ReplayKey, time: Duration) {
        self.clock.advance(time);
    }
}

#[tokio::test]
async fn only_what_was_handled_can_be_forgotten() {
    let Memory { guard, .. } = Memory::holding(2, WhenFull::Refuse);
    assert!(!guard.forget(&key(1)));
    let lease = fresh(&*guard, &key(1), HOUR).await;
    assert!(!guard.forget(&key(1)));
    in_flight(guard.claim(&key(1), HOUR).await);
    guard.commit(&key(1), &lease, HOUR).await.unwrap();
    commit(&guard, 2, HOUR).await;

    assert!(guard.forget(&key(1)));
    assert!(!guard.forget(&key(1)));
    assert_eq!(guard.len(), 1);
    // Its room is free, and the other is remembered.
    fresh(&*guard, &key(1), HOUR).await;
    done(guard.claim(&key(2), HOUR).await);
}

async fn commit(guard: &MemoryReplayGuard, id: impl ToString, keep: Duration) {
    let key = key(id);
    let lease = fresh(guard, &key, HOUR).await;
    guard.commit(&key, &lease, keep).await.unwrap();
}

#[track_caller]
fn full(claim: Result<Claim, ReplayError>) {
    assert_eq!(claim.unwrap_err().kind(), ReplayErrorKind::Full);
}

conformance!(each Memory::start());

#[tokio::test]
async fn a_shared_guard_is_a_guard() {
    let (one, other) = (Arc::new(MemoryReplayGuard::builder().build()), key(1));
    let two = Arc::clone(&one);
    let lease = fresh(&one, &other, HOUR).await;
    two.commit(&other, &lease, HOUR).await.unwrap();
    done(two.claim(&other, HOUR).await);
    two.release(&other, &lease).await.unwrap();
    done(one.claim(&other, HOUR).await);
}

#[tokio::test]
async fn setting_the_wall_clock_ends_nothing_and_keeps_nothing() {
    let memory = Memory::holding(2, WhenFull::Refuse);
    let lease = fresh(&memory.guard, &key(1), HOUR).await;
    commit(&memory.guard, 2, HOUR).await;
    let walls = [at(NOW - 30 * 60), at(NOW + 2 * 60 * 60), OffsetDateTime::UNIX_EPOCH];
    let ends = [at(-377_705_116_800), at(253_402_300_799)];
    for wall in walls.into_iter().chain(ends) {
        memory.clock.set(wall);
        in_flight(memory.guard.claim(&key(1), HOUR).await);
        done(memory.guard.claim(&key(2), HOUR).await);
        full(memory.guard.claim(&key(3), HOUR).await);
        memory.guard.extend(&key(1), &lease, HOUR).await.unwrap();
    }

    // Nor does it stand in the way of time.
    memory.clock.set(OffsetDateTime::UNIX_EPOCH);
    memory.turn(60 * 60 - 1);
    in_flight(memory.guard.claim(&key(1), HOUR).await);
    done(memory.guard.claim(&key(2), HOUR).await);
    memory.turn(1);
    fresh(&memory.guard, &key(3), HOUR).await;
    fresh(&memory.guard, &key(2), HOUR).await;
}

#[tokio::test]
async fn a_full_guard_refuses_and_forgets_nothing() {
    let memory = Memory::holding(100, WhenFull::Refuse);
    let mut leases = Vec::new();
    for id in 0..100 {
        leases.push(fresh(&memory.guard, &key(id), HOUR).await);
    }
    for (id, lease) in leases.iter().enumerate().take(50) {
        memory.guard.commit(&key(id), lease, 2 * HOUR).await.unwrap();
    }
    for id in 100..200 {
        full(memory.guard.claim(&key(id), HOUR).await);
    }
    for id in 0..50 {
        done(memory.guard.claim(&key(id), HOUR).await);
        in_flight(memory.guard.claim(&key(50 + id), HOUR).await);
    }
    memory.guard.release(&key(99), &leases[99]).await.unwrap();
    fresh(&memory.guard, &key(100), HOUR).await;
    full(memory.guard.claim(&key(99), HOUR).await);

    memory.turn(60 * 60);
    for id in 100..150 {
        fresh(&memory.guard, &key(id), HOUR).await;
    }
    full(memory.guard.claim(&key(150), HOUR).await);
    done(memory.guard.claim(&key(49), HOUR).await);
    assert_eq!((memory.guard.len(), memory.guard.evicted()), (100, 0));
    assert!(!memory.guard.is_empty());
}

#[tokio::test]
async fn a_full_guard_evicts_the_oldest_committed_delivery_and_no_claim() {
    let memory = Memory::holding(100, WhenFull::EvictOldest);
    let mut leases = Vec::new();
    for id in 0..50 {
        leases.push(fresh(&memory.guard, &key(id), HOUR).await);
    }
    for id in 50..100 {
        commit(&memory.guard, id, HOUR).await;
        memory.turn(1);
    }
    for (forgotten, id) in (50..100).zip(100..) {
        fresh(&memory.guard, &key(id), HOUR).await;
        for id in forgotten + 1..100 {
            done(memory.guard.claim(&key(id), HOUR).await);
        }
    }
    assert_eq!((memory.guard.len(), memory.guard.evicted()), (100, 50));

    full(memory.guard.claim(&key(50), HOUR).await);
    for (id, lease) in leases.iter().enumerate() {
        in_flight(memory.guard.claim(&key(id), HOUR).await);
        memory.guard.commit(&key(id), lease, HOUR).await.unwrap();
    }
    fresh(&memory.guard, &key(50), HOUR).await;
}

#[tokio::test]
async fn debug_output_tells_the_settings_and_no_lease() {
    let builder = MemoryReplayGuard::builder().capacity(10).when_full(WhenFull::EvictOldest);
    let shown = "capacity: 10, when_full: EvictOldest, ..";
    assert_eq!(format!("{builder:?}"), format!("MemoryReplayGuardBuilder {{ {shown} }}"));
    let guard = builder.build();
    let lease = fresh(&guard, &key(1), HOUR).await;
    assert_eq!(format!("{guard:?}"), format!("MemoryReplayGuard {{ len: 1, {shown} }}"));
    assert_eq!(format!("{lease:?}"), "Lease(..)");

    let error = ReplayError::new(ReplayErrorKind::Full);
    assert_eq!(format!("{error:?}"), "ReplayError { kind: Full }");
    let error = ReplayError::unavailable("no route");
    let shown = r#"ReplayError { kind: Unavailable, source: "no route" }"#;
    assert_eq!(format!("{error:?}"), shown);
}

#[tokio::test]
async fn a_guard_without_room_refuses_everything() {
    for when_full in [WhenFull::Refuse, WhenFull::EvictOldest] {
        let memory = Memory::holding(0, when_full);
        full(memory.guard.claim(&key(1), HOUR).await);
        assert!(memory.guard.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_million_random_keys_never_take_more_than_the_capacity() {
    const CAPACITY: usize = 10_000;
    for (when_full, each) in [(WhenFull::Refuse, 50_000), (WhenFull::EvictOldest, 500_000)] {
        let guard = Memory::holding(CAPACITY, when_full).guard;
        let tasks: Vec<_> = (0..2)
            .map(|task| {
                let guard = Arc::clone(&guard);
                tokio::spawn(async move {
                    let mut taken = 0;
                    for id in 0..each {
                        let key = key(format!("{task} {id}"));
                        match guard.claim(&key, HOUR).await {
                            Ok(Claim::Fresh(lease)) => {
                                taken += 1;
                                guard.commit(&key, &lease, HOUR).await.unwrap();
                            }
                            other => full(other),
                        }
                        assert!(guard.len() <= CAPACITY);
                    }
                    taken
                })
            })
            .collect();
        let mut taken = 0;
        for task in tasks {
            taken += task.await.unwrap();
        }
        assert_eq!(guard.len(), CAPACITY);
        let evicted = usize::try_from(guard.evicted()).unwrap();
        assert_eq!(taken, CAPACITY + evicted);
        assert_eq!(evicted, if when_full == WhenFull::Refuse { 0 } else { 2 * each - CAPACITY });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claims_that_race_for_the_last_room_lose_none_of_it() {
    const CAPACITY: usize = 4;
    let memory = Arc::new(Memory::holding(CAPACITY, WhenFull::EvictOldest));
    for round in 0..2000 {
        for filler in 0..CAPACITY {
            commit(&memory.guard, format!("{round} {filler}"), HOUR).await;
        }
        let barrier = Arc::new(std::sync::Barrier::new(2));
        let claims = [(); 2].map(|()| {
            let (memory, barrier) = (Arc::clone(&memory), Arc::clone(&barrier));
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                barrier.wait();
                let claim = runtime.block_on(memory.guard.claim(&key(round), HOUR));
                usize::from(matches!(claim, Ok(Claim::Fresh(_))))
            })
        });
        assert_eq!(claims.into_iter().map(|claim| claim.join().unwrap()).sum::<usize>(), 1);
        memory.turn(60 * 60);
        // As many as there is room for.
        for id in 0..CAPACITY {
            fresh(&memory.guard, &key(format!("{round} {id} after")), HOUR).await;
        }
        assert_eq!(memory.guard.len(), CAPACITY);
        memory.turn(60 * 60);
    }
}

#[tokio::test]
async fn what_has_ended_does_not_pile_up() {
    let memory = Memory::start().await.unwrap();
    for id in 0..20_000 {
        commit(&memory.guard, id, Duration::from_secs(100)).await;
        memory.turn(1);
        // Some of the shards are not called for a while.
        assert!(memory.guard.len() <= 400, "{}", memory.guard.len());
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Claim { id: usize, lease: u64 },
    Commit { lease: prop::sample::Index, keep: u64 },
    Release { lease: prop::sample::Index },
    Extend { lease: prop::sample::Index, by: u64 },
    Pass { seconds: u64 },
    SetWall { seconds: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        4 => (0..8_usize, 1..50_u64).prop_map(|(id, lease)| Step::Claim { id, lease }),
        2 => (index(), 1..200_u64).prop_map(|(lease, keep)| Step::Commit { lease, keep }),
        1 => index().prop_map(|lease| Step::Release { lease }),
        1 => (index(), 1..100_u64).prop_map(|(lease, by)| Step::Extend { lease, by }),
        2 => (0..60_u64).prop_map(|seconds| Step::Pass { seconds }),
        1 => (0..4 * NOW).prop_map(|seconds| Step::SetWall { seconds }),
    ]
}

/// The contract in as few words as possible: what is held of each id, until when (in
/// milliseconds), and by which of all leases so far.
struct Model {
    held: HashMap<usize, (u64, usize, bool)>,
    capacity: usize,
    when_full: WhenFull,
}

impl Model {
    fn claim(&mut self, id: usize, owner: usize, now: u64, lease: u64) -> &'static str {
        self.held.retain(|_, (until, ..)| *until > now);
        match self.held.get(&id) {
            Some((_, _, true)) => return "done",
            Some((_, _, false)) => return "in flight",
            None => {}
        }
        if self.held.len() == self.capacity {
            let committed = self.held.iter().filter(|(_, (_, _, committed))| *committed);
            let oldest = committed.min_by_key(|(_, (until, ..))| *until).map(|(id, _)| *id);
            match oldest {
                Some(oldest) if self.when_full == WhenFull::EvictOldest => {
                    self.held.remove(&oldest)
                }
                _ => return "full",
            };
        }
        self.held.insert(id, (now + lease * 1000, owner, false));
        "fresh"
    }

    fn commit(&mut self, id: usize, owner: usize, now: u64, keep: u64) -> bool {
        match self.held.get_mut(&id) {
            Some((until, by, committed)) if *until > now && *by == owner => {
                if !*committed {
                    (*until, *committed) = (now + keep * 1000, true);
                }
                true
            }
            _ => false,
        }
    }

    fn extend(&mut self, id: usize, owner: usize, now: u64, by: u64) -> bool {
        match self.held.get_mut(&id) {
            Some((until, held_by, false)) if *until > now && *held_by == owner => {
                *until = (*until).max(now + by * 1000);
                true
            }
            _ => false,
        }
    }

    fn release(&mut self, id: usize, owner: usize) {
        if self.held.get(&id).is_some_and(|(_, by, committed)| *by == owner && !committed) {
            self.held.remove(&id);
        }
    }
}

proptest! {
    #[test]
    fn any_schedule_does_what_the_model_does(
        steps in prop::collection::vec(step(), 1..300),
        capacity in 1..8_usize,
        evict in any::<bool>(),
    ) {
        let when_full = if evict { WhenFull::EvictOldest } else { WhenFull::Refuse };
        let memory = Memory::holding(capacity, when_full);
        let mut model = Model { held: HashMap::new(), capacity, when_full };
        let mut leases: Vec<(usize, Lease)> = Vec::new();
        let mut now = 0;
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for step in steps {
            // No two deliveries end at the same time, so it is clear which one is the oldest.
            now += 1;
            memory.clock.advance(Duration::from_millis(1));
            let guard = &memory.guard;
            match step {
                Step::Claim { id, lease } => {
                    let (key, lease_time) = (key(id), Duration::from_secs(lease));
                    let answer = match runtime.block_on(guard.claim(&key, lease_time)) {
                        Ok(Claim::Fresh(lease)) => {
                            leases.push((id, lease));
                            "fresh"
                        }
                        Ok(Claim::InFlight) => "in flight",
                        Ok(Claim::Done) => "done",
                        Err(error) if error.kind() == ReplayErrorKind::Full => "full",
                        other => panic!("{other:?}"),
                    };
                    let owner = if answer == "fresh" { leases.len() - 1 } else { leases.len() };
                    prop_assert_eq!(answer, model.claim(id, owner, now, lease));
                }
                Step::Commit { lease, keep } if !leases.is_empty() => {
                    let owner = lease.index(leases.len());
                    let (id, lease) = &leases[owner];
                    let (key, keep_time) = (key(id), Duration::from_secs(keep));
                    let committed = runtime.block_on(guard.commit(&key, lease, keep_time)).is_ok();
                    prop_assert_eq!(committed, model.commit(*id, owner, now, keep));
                }
                Step::Release { lease } if !leases.is_empty() => {
                    let owner = lease.index(leases.len());
                    let (id, lease) = &leases[owner];
                    runtime.block_on(guard.release(&key(id), lease)).unwrap();
                    model.release(*id, owner);
                }
                Step::Extend { lease, by } if !leases.is_empty() => {
                    let owner = lease.index(leases.len());
                    let (id, lease) = &leases[owner];
                    let (key, by_time) = (key(id), Duration::from_secs(by));
                    let extended = runtime.block_on(guard.extend(&key, lease, by_time)).is_ok();
                    prop_assert_eq!(extended, model.extend(*id, owner, now, by));
                }
                Step::Pass { seconds } => {
                    now += seconds * 1000;
                    memory.turn(seconds);
                }
                Step::SetWall { seconds } => memory.clock.set(at(seconds)),
                _ => {}
            }
            prop_assert!(memory.guard.len() <= capacity);
        }
    }
}
