//! What every replay guard has to do. `conformance!` runs it all on one kind of store.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tower_webhook::Scheme;
use tower_webhook::replay::{Claim, Lease, ReplayErrorKind, ReplayGuard, ReplayKey};

/// Far longer than any test takes.
pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);

pub(crate) trait Store {
    type Guard: ReplayGuard;

    fn guard(&self) -> &Arc<Self::Guard>;

    /// Lets time pass for `key`.
    fn pass(&self, key: &ReplayKey, time: Duration) -> impl Future<Output = ()> + Send;
}

/// One test for each rule, with a store of its own; or one test for all, with one store that is
/// cleared in between, where starting it takes long.
macro_rules! conformance {
    ($mode:ident $store:expr) => {
        conformance!(
            @$mode $store;
            of_a_thousand_concurrent_claims_one_is_fresh,
            a_crashed_owners_delivery_is_free_after_the_lease_and_not_before,
            a_former_owner_changes_nothing,
            a_stranger_changes_nothing,
            a_released_delivery_is_free_at_once,
            a_committed_delivery_is_done_until_the_keep_time_ends,
            calls_can_be_repeated,
            an_extended_lease_ends_later_and_never_earlier,
            a_lease_that_has_ended_cannot_be_extended,
            extensions_and_claims_at_the_same_time_leave_one_owner,
            a_store_that_answers_is_healthy,
            deliveries_do_not_touch_each_other,
            no_duration_is_too_short_or_too_long,
        );
    };
    (@each $store:expr; $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $rule() {
                if let Some(store) = $store.await {
                    crate::contract::$rule(&store).await;
                }
            }
        )*
    };
    (@all $store:expr; $($rule:ident,)*) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn every_rule_holds() {
            if let Some(store) = $store.await {
                $(
                    crate::contract::$rule(&store).await;
                    store.clear().await;
                )*
            }
        }
    };
}

pub(crate) fn key(id: impl ToString) -> ReplayKey {
    ReplayKey::of_content(Scheme::GITHUB, None, id.to_string().as_bytes())
}

/// Claims what must be free.
pub(crate) async fn fresh(guard: &impl ReplayGuard, key: &ReplayKey, lease: Duration) -> Lease {
    match guard.claim(key, lease).await.unwrap() {
        Claim::Fresh(lease) => lease,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub(crate) fn in_flight(claim: Result<Claim, impl std::fmt::Debug>) {
    assert!(matches!(claim, Ok(Claim::InFlight)), "{claim:?}");
}

#[track_caller]
pub(crate) fn done(claim: Result<Claim, impl std::fmt::Debug>) {
    assert!(matches!(claim, Ok(Claim::Done)), "{claim:?}");
}

async fn lost(guard: &impl ReplayGuard, key: &ReplayKey, lease: &Lease) {
    let error = guard.commit(key, lease, HOUR).await.unwrap_err();
    assert_eq!(error.kind(), ReplayErrorKind::LeaseLost);
}

async fn not_extended(guard: &impl ReplayGuard, key: &ReplayKey, lease: &Lease) {
    let error = guard.extend(key, lease, 9 * HOUR).await.unwrap_err();
    assert_eq!(error.kind(), ReplayErrorKind::LeaseLost);
}

pub(crate) async fn of_a_thousand_concurrent_claims_one_is_fresh(store: &impl Store) {
    let key = key(1);
    // Also when they take over from an owner who is gone.
    for _ in 0..2 {
        let claims: Vec<_> = (0..1000)
            .map(|_| {
                let guard = Arc::clone(store.guard());
                tokio::spawn(async move { guard.claim(&key, HOUR).await.unwrap() })
            })
            .collect();
        let mut fresh = 0;
        for claim in claims {
            match claim.await.unwrap() {
                Claim::Fresh(_) => fresh += 1,
                Claim::InFlight => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(fresh, 1);
        store.pass(&key, 2 * HOUR).await;
    }
}

pub(crate) async fn a_crashed_owners_delivery_is_free_after_the_lease_and_not_before(
    store: &impl Store,
) {
    let (guard, key) = (store.guard(), key(1));
    fresh(guard, &key, 2 * HOUR).await;
    in_flight(guard.claim(&key, HOUR).await);
    store.pass(&key, HOUR).await;
    in_flight(guard.claim(&key, HOUR).await);
    store.pass(&key, HOUR).await;
    let lease = fresh(guard, &key, HOUR).await;
    guard.commit(&key, &lease, HOUR).await.unwrap();
}

pub(crate) async fn a_former_owner_changes_nothing(store: &impl Store) {
    let (guard, key) = (store.guard(), key(1));
    let former = fresh(guard, &key, HOUR).await;
    store.pass(&key, HOUR).await;
    lost(guard, &key, &former).await;

    let lease = fresh(guard, &key, HOUR).await;
    lost(guard, &key, &former).await;
    in_flight(guard.claim(&key, HOUR).await);
    guard.release(&key, &former).await.unwrap();
    in_flight(guard.claim(&key, HOUR).await);

    guard.commit(&key, &lease, HOUR).await.unwrap();
    lost(guard, &key, &former).await;
    guard.release(&key, &former).await.unwrap();
    done(guard.claim(&key, HOUR).await);

    store.pass(&key, HOUR).await;
    lost(guard, &key, &lease).await;
    let lease = fresh(guard, &key, HOUR).await;
    guard.release(&key, &lease).await.unwrap();
    lost(guard, &key, &lease).await;
    fresh(guard, &key, HOUR).await;
}

pub(crate) async fn a_stranger_changes_nothing(store: &impl Store) {
    let (guard, key) = (store.guard(), key(1));
    let stranger = Lease::random().unwrap();
    lost(guard, &key, &stranger).await;
    guard.release(&key, &stranger).await.unwrap();
    let lease = fresh(guard, &key, HOUR).await;
    lost(guard, &key, &stranger).await;
    guard.release(&key, &stranger).await.unwrap();
    in_flight(guard.claim(&key, HOUR).await);
    guard.commit(&key, &lease, HOUR).await.unwrap();
}

pub(crate) async fn a_released_delivery_is_free_at_once(store: &impl Store) {
    let (guard, key) = (store.guard(), key(1));
    for _ in 0..3 {
        let lease = fresh(guard, &key, HOUR).await;
        guard.release(&key, &lease).await.unwrap();
    }
    let lease = fresh(guard, &key, HOUR).await;
    guard.commit(&key, &lease, HOUR).await.unwrap();
    done(guard.claim(&key, HOUR).await);
}

pub(crate) async fn a_committed_delivery_is_done_until_the_keep_time_ends(store: &impl Store) {
    let (guard, key) = (store.guard(), key(1));
    for (lease, keep) in [(HOUR, 4 * HOUR), (8 * HOUR, 4 * HOUR)] {
        let lease = fresh(guard, &key, lease).await;
        guard.commit(&key, &lease, keep).await.unwrap();
        done(guard.claim(&key, HOUR).await);
        store.pass(&key, 3 * HOUR).await;
        done(guard.claim(&key, HOUR).await);
        store.pass(&key, HOUR).await;
    }
    fresh(guard, &key, HOUR).await;
}

pub(crate) async fn calls_can_be_repeated(store: &impl Store) {
    let (guard, key) = (store.guard(), key(1));
    let lease = fresh(guard, &key, HOUR).await;
    guard.commit(&key, &lease, 4 * HOUR).await.unwrap();
    store.pass(&key, 2 * HOUR).await;
    guard.commit(&key, &lease, 4 * HOUR).await.unwrap();
    guard.release(&key, &lease).await.unwrap();
    done(guard.claim(&key, HOUR).await);
    // The second commit has not made it longer.
    store.pass(&key, 2 * HOUR).await;

    let lease = fresh(guard, &key, HOUR).await;
    guard.release(&key, &lease).await.unwrap();
    let next = fresh(guard, &key, HOUR).await;
    guard.release(&key, &lease).await.unwrap();
    in_flight(guard.claim(&key, HOUR).await);
    guard.commit(&key, &next, HOUR).await.unwrap();
}

pub(crate) async fn an_extended_lease_ends_later_and_never_earlier(store: &impl Store) {
    let (guard, key) = (store.guard(), key(1));
    let lease = fresh(guard, &key, 2 * HOUR).await;
    store.pass(&key, HOUR).await;
    // From now, and not from the end of the lease.
    guard.extend(&key, &lease, 3 * HOUR).await.unwrap();
    store.pass(&key, 2 * HOUR).await;
    in_flight(guard.claim(&key, HOUR).await);
    // A shorter one changes nothing, nor does one that is repeated.
    guard.extend(&key, &lease, HOUR / 2).await.unwrap();
    guard.extend(&key, &lease, Duration::ZERO).await.unwrap();
    store.pass(&key, HOUR / 2).await;
    in_flight(guard.claim(&key, HOUR).await);
    store.pass(&key, HOUR / 2).await;
    not_extended(guard, &key, &lease).await;

    let lease = fresh(guard, &key, HOUR).await;
    for _ in 0..5 {
        guard.extend(&key, &lease, 2 * HOUR).await.unwrap();
        store.pass(&key, HOUR).await;
        in_flight(guard.claim(&key, HOUR).await);
    }
    guard.commit(&key, &lease, HOUR).await.unwrap();
    done(guard.claim(&key, HOUR).await);
    store.pass(&key, HOUR).await;
    let lease = fresh(guard, &key, HOUR).await;
    guard.extend(&key, &lease, Duration::MAX).await.unwrap();
    guard.release(&key, &lease).await.unwrap();
    fresh(guard, &key, HOUR).await;
}

pub(crate) async fn a_lease_that_has_ended_cannot_be_extended(store: &impl Store) {
    let (guard, key) = (store.guard(), key(1));
    let stranger = Lease::random().unwrap();
    not_extended(guard, &key, &stranger).await;
    let former = fresh(guard, &key, HOUR).await;
    not_extended(guard, &key, &stranger).await;
    store.pass(&key, HOUR).await;
    not_extended(guard, &key, &former).await;

    // Nor is it that of the next owner.
    let lease = fresh(guard, &key, HOUR).await;
    not_extended(guard, &key, &former).await;
    store.pass(&key, HOUR).await;
    let released = fresh(guard, &key, HOUR).await;
    not_extended(guard, &key, &lease).await;
    guard.release(&key, &released).await.unwrap();
    not_extended(guard, &key, &released).await;

    // Nor is a committed delivery kept for longer.
    let committed = fresh(guard, &key, HOUR).await;
    guard.commit(&key, &committed, HOUR).await.unwrap();
    not_extended(guard, &key, &committed).await;
    not_extended(guard, &key, &former).await;
    done(guard.claim(&key, HOUR).await);
    store.pass(&key, HOUR).await;
    fresh(guard, &key, HOUR).await;
}

pub(crate) async fn extensions_and_claims_at_the_same_time_leave_one_owner(store: &impl Store) {
    let (guard, key) = (store.guard(), key(1));
    let lease = Arc::new(fresh(guard, &key, HOUR).await);
    let calls: Vec<_> = (0..200)
        .map(|call| {
            let (guard, lease) = (Arc::clone(guard), Arc::clone(&lease));
            tokio::spawn(async move {
                match call % 2 {
                    0 => guard.extend(&key, &lease, (1 + call) * HOUR).await.unwrap(),
                    _ => in_flight(guard.claim(&key, HOUR).await),
                }
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    // Whichever came last, the longest counts.
    store.pass(&key, 198 * HOUR).await;
    in_flight(guard.claim(&key, HOUR).await);
    store.pass(&key, HOUR).await;
    fresh(guard, &key, HOUR).await;
}

pub(crate) async fn a_store_that_answers_is_healthy(store: &impl Store) {
    store.guard().health().await.unwrap();
    Arc::clone(store.guard()).health().await.unwrap();
}

pub(crate) async fn deliveries_do_not_touch_each_other(store: &impl Store) {
    let guard = store.guard();
    let mut leases = Vec::new();
    for id in 0..300 {
        leases.push(fresh(guard, &key(id), HOUR).await);
    }
    for (id, lease) in leases.iter().enumerate() {
        match id % 3 {
            0 => guard.commit(&key(id), lease, HOUR).await.unwrap(),
            1 => guard.release(&key(id), lease).await.unwrap(),
            _ => lost(guard, &key(id), &leases[id - 1]).await,
        }
    }
    for (id, lease) in leases.iter().enumerate() {
        match id % 3 {
            0 => done(guard.claim(&key(id), HOUR).await),
            1 => assert!(lease.as_bytes() != fresh(guard, &key(id), HOUR).await.as_bytes()),
            _ => in_flight(guard.claim(&key(id), HOUR).await),
        }
    }
}

pub(crate) async fn no_duration_is_too_short_or_too_long(store: &impl Store) {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    let guard = store.guard();
    let lease = fresh(guard, &key(1), Duration::MAX).await;
    store.pass(&key(1), 99 * YEAR).await;
    in_flight(guard.claim(&key(1), Duration::MAX).await);
    guard.commit(&key(1), &lease, Duration::MAX).await.unwrap();
    store.pass(&key(1), 99 * YEAR).await;
    done(guard.claim(&key(1), Duration::MAX).await);
    store.pass(&key(1), YEAR).await;
    fresh(guard, &key(1), HOUR).await;

    fresh(guard, &key(2), Duration::ZERO).await;
    store.pass(&key(2), Duration::from_millis(1)).await;
    let lease = fresh(guard, &key(2), HOUR).await;
    guard.commit(&key(2), &lease, Duration::from_nanos(1)).await.unwrap();
    store.pass(&key(2), Duration::from_millis(1)).await;
    fresh(guard, &key(2), HOUR).await;
}
