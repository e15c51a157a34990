//! The policy of the cache, with time and the provider held by hand.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tower_webhook::clock::{Clock, ManualClock};
use tower_webhook::fetch::{
    CacheHealth, Endpoint, EndpointId, FetchError, FetchErrorKind, SecretCache, SecretCacheBuilder,
    SecretFetcher,
};
use tower_webhook::{InvalidSecret, Scheme, Secret, Tolerance, Verifier, VerifyError};

const BODY: &[u8] = b"{}";
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// A provider with one set of secrets for all endpoints, and a clock.
#[derive(Clone)]
struct World(Arc<Inner>);

struct Inner {
    clock: ManualClock,
    fetches: AtomicUsize,
    answer: Mutex<Result<Vec<String>, FetchError>>,
    /// Taken by each fetch before it looks at the answer.
    gate: Semaphore,
}

impl World {
    fn with(secrets: &[&str]) -> Self {
        let world = Self(Arc::new(Inner {
            clock: ManualClock::new(then()),
            fetches: AtomicUsize::new(0),
            answer: Mutex::new(Ok(Vec::new())),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        }));
        world.has(secrets);
        world
    }

    fn has(&self, secrets: &[&str]) {
        *self.0.answer.lock().unwrap() = Ok(secrets.iter().map(|&text| text.into()).collect());
    }

    fn fails(&self, error: impl Into<FetchError>) {
        *self.0.answer.lock().unwrap() = Err(error.into());
    }

    fn passes(&self, seconds: u64) {
        self.0.clock.advance(Duration::from_secs(seconds));
    }

    fn fetches(&self) -> usize {
        self.0.fetches.load(Ordering::SeqCst)
    }

    /// Lets no fetch through until [`World::open`].
    fn close(&self) {
        self.0.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    fn open(&self) {
        self.0.gate.add_permits(1000);
    }

    fn builder(&self) -> SecretCacheBuilder<Self> {
        let clock = self.0.clock.clone();
        SecretCache::builder(Scheme::GITHUB, self.clone()).retries(0).clock(clock)
    }
}

impl SecretFetcher for World {
    async fn fetch(&self, _: &EndpointId) -> Result<Endpoint, FetchError> {
        self.0.fetches.fetch_add(1, Ordering::SeqCst);
        self.0.gate.acquire().await.unwrap().forget();
        let answer = self.0.answer.lock().unwrap().clone();
        let secret = |text: &String| Secret::utf8(text).unwrap();
        answer.map(|secrets| Endpoint::new(secrets.iter().map(secret).collect::<Vec<_>>()))
    }
}

fn then() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap()
}

fn id() -> EndpointId {
    EndpointId::new("orders").unwrap()
}

fn accepts(verifier: &Verifier, secret: &str) -> bool {
    let signer = Scheme::GITHUB.signer(secret).unwrap();
    let headers = signer.sign(None, OffsetDateTime::UNIX_EPOCH, BODY).unwrap();
    verifier.verify(&headers, BODY).is_ok()
}

/// Which of the secrets `a`, `b` and `c` are accepted now.
async fn accepted(cache: &SecretCache<World>) -> String {
    let verifier = cache.verifier(&id()).await.unwrap();
    ["a", "b", "c"].into_iter().filter(|secret| accepts(&verifier, secret)).collect()
}

/// Lets what runs in the background come to its end.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

/// Polls once, and drops what is not ready.
async fn poll_and_drop(future: impl Future) {
    tokio::select! {
        biased;
        _ = future => panic!("it did not wait"),
        () = settle() => {}
    }
}

#[tokio::test]
async fn fresh_secrets_are_served_without_a_fetch_and_stale_ones_with_one_behind() {
    let world = World::with(&["a"]);
    let cache = world.builder().overlap(Duration::ZERO).build();
    assert_eq!(accepted(&cache).await, "a");
    world.has(&["b"]);
    world.passes(5 * MINUTE - 1);
    assert_eq!(accepted(&cache).await, "a");
    settle().await;
    assert_eq!(world.fetches(), 1);

    world.passes(1);
    world.close();
    for _ in 0..100 {
        assert_eq!(accepted(&cache).await, "a");
        settle().await;
    }
    assert_eq!(world.fetches(), 2);
    world.open();
    settle().await;
    assert_eq!(accepted(&cache).await, "b");
    assert_eq!(world.fetches(), 2);
}

#[tokio::test]
async fn replaced_secrets_are_accepted_for_the_overlap_and_never_again() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    assert_eq!(accepted(&cache).await, "a");
    world.passes(5 * MINUTE);
    world.has(&["b"]);
    assert_eq!(accepted(&cache).await, "a");
    settle().await;
    assert_eq!(accepted(&cache).await, "ab");
    // The provider is down when the overlap ends, and the answer does not need it.
    world.fails(FetchErrorKind::Unavailable);
    world.passes(5 * MINUTE - 1);
    assert_eq!(accepted(&cache).await, "ab");
    world.passes(1);
    assert_eq!(accepted(&cache).await, "b");
    // Not even a wall clock that is set back brings it back.
    world.0.clock.set(then());
    assert_eq!(accepted(&cache).await, "b");
    // And no later rotation does.
    let seen = cache.verifier(&id()).await.unwrap();
    world.has(&["c"]);
    cache.after_mismatch(&id(), &seen).await.unwrap();
    assert_eq!(accepted(&cache).await, "bc");
}

#[tokio::test]
async fn each_replaced_secret_has_its_own_overlap() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    let seen = cache.verifier(&id()).await.unwrap();
    world.has(&["b"]);
    let seen = cache.after_mismatch(&id(), &seen).await.unwrap();
    world.passes(2 * MINUTE);
    world.has(&["c"]);
    cache.after_mismatch(&id(), &seen).await.unwrap();
    assert_eq!(accepted(&cache).await, "abc");
    world.passes(3 * MINUTE);
    assert_eq!(accepted(&cache).await, "bc");
    settle().await;
    assert_eq!(accepted(&cache).await, "bc");
    world.passes(2 * MINUTE);
    assert_eq!(accepted(&cache).await, "c");
}

#[tokio::test]
async fn a_secret_that_the_provider_keeps_listing_does_not_run_out() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    let seen = cache.verifier(&id()).await.unwrap();
    world.has(&["b", "a"]);
    cache.after_mismatch(&id(), &seen).await.unwrap();
    world.passes(HOUR);
    assert_eq!(accepted(&cache).await, "ab");
    settle().await;
    world.passes(HOUR);
    assert_eq!(accepted(&cache).await, "ab");
}

#[tokio::test]
async fn a_provider_that_is_down_for_an_hour_costs_nothing() {
    for kind in [
        FetchErrorKind::Unavailable,
        FetchErrorKind::Timeout,
        FetchErrorKind::Denied,
        FetchErrorKind::Precondition,
        FetchErrorKind::Malformed,
    ] {
        let world = World::with(&["a"]);
        let cache = world.builder().build();
        assert_eq!(accepted(&cache).await, "a");
        world.fails(kind);
        for _ in 0..HOUR {
            world.passes(1);
            assert_eq!(accepted(&cache).await, "a", "{kind:?}");
            settle().await;
        }
        // One refresh each 5 seconds since the secrets are stale.
        let stale = usize::try_from(HOUR - 5 * MINUTE).unwrap();
        assert_eq!(world.fetches(), 1 + stale / 5 + 1);

        world.has(&["b"]);
        world.passes(5);
        assert_eq!(accepted(&cache).await, "ab");
    }
}

#[tokio::test]
async fn after_stale_for_nothing_is_served_until_the_provider_is_back() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    assert_eq!(accepted(&cache).await, "a");
    world.fails(FetchErrorKind::Unavailable);
    world.passes(24 * HOUR - 1);
    assert_eq!(accepted(&cache).await, "a");
    settle().await;
    world.passes(1);
    let error = cache.verifier(&id()).await.unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Unavailable);
    world.has(&["b"]);
    world.passes(5);
    // What expired is not accepted as replaced either.
    assert_eq!(accepted(&cache).await, "b");
}

#[tokio::test]
async fn a_definite_no_drops_the_secrets_and_is_remembered() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    assert_eq!(accepted(&cache).await, "a");
    world.fails(FetchErrorKind::NotFound);
    world.passes(5 * MINUTE);
    assert_eq!(accepted(&cache).await, "a");
    settle().await;
    for _ in 0..60 {
        let error = cache.verifier(&id()).await.unwrap_err();
        assert_eq!(error.kind(), FetchErrorKind::NotFound);
        assert_eq!(world.fetches(), 2);
        world.passes(1);
    }
    world.has(&["b"]);
    assert_eq!(accepted(&cache).await, "b");
    assert_eq!(world.fetches(), 3);
}

#[tokio::test]
async fn an_answer_without_secrets_is_believed_the_second_time() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    assert_eq!(accepted(&cache).await, "a");
    // A mistake that is mended is forgotten; between two, an outage says nothing.
    let (none, some): (&[&str], &[&str]) = (&[], &["a"]);
    for answer in [Some(none), Some(some), Some(none), None] {
        match answer {
            Some(secrets) => world.has(secrets),
            None => world.fails(FetchErrorKind::Unavailable),
        }
        world.passes(5 * MINUTE);
        assert_eq!(cache.warm(&id()).await.is_ok(), answer == Some(some));
        assert_eq!(accepted(&cache).await, "a");
    }
    world.has(&[]);
    assert_eq!(cache.warm(&id()).await.unwrap_err().kind(), FetchErrorKind::NotFound);
    let error = cache.verifier(&id()).await.unwrap_err();
    assert_eq!((error.kind(), world.fetches()), (FetchErrorKind::NotFound, 6));
    // Where there is nothing to lose, once is enough.
    let error = world.builder().build().verifier(&id()).await.unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::NotFound);
}

#[test]
fn where_nothing_runs_between_deliveries_an_overdue_refresh_is_waited_for() {
    let secret = Arc::new(Mutex::new("a"));
    let provider = Arc::clone(&secret);
    let fetcher = move |_: EndpointId| {
        let provider = Arc::clone(&provider);
        async move {
            // Longer than a delivery that does not wait for it.
            settle().await;
            Ok(Secret::utf8(*provider.lock().unwrap()).unwrap())
        }
    };
    let clock = ManualClock::new(then());
    let cache = SecretCache::builder(Scheme::GITHUB, fetcher)
        .clock(clock.clone())
        .overlap(Duration::ZERO)
        .build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let accepts = |secret| accepts(&runtime.block_on(cache.verifier(&id())).unwrap(), secret);
    assert!(accepts("a"));

    // It has begun, and not ended within its timeout.
    *secret.lock().unwrap() = "b";
    clock.advance(Duration::from_secs(5 * MINUTE));
    assert!(accepts("a"));
    clock.advance(Duration::from_secs(9));
    assert!(accepts("a"));
    clock.advance(Duration::from_secs(1));
    assert!(accepts("b"));

    // It has not begun for as long again as the secrets were fresh.
    *secret.lock().unwrap() = "c";
    clock.advance(Duration::from_secs(10 * MINUTE));
    assert!(accepts("c"));
}

#[tokio::test]
async fn one_delivery_waits_for_an_overdue_refresh_and_none_while_its_failure_is_remembered() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    assert_eq!(accepted(&cache).await, "a");
    world.passes(HOUR);
    world.close();
    let waiting = tokio::spawn({
        let cache = cache.clone();
        async move { cache.verifier(&id()).await }
    });
    settle().await;
    for _ in 0..100 {
        assert_eq!(accepted(&cache).await, "a");
    }
    assert!(!waiting.is_finished());
    world.fails(FetchErrorKind::Unavailable);
    world.open();
    assert!(accepts(&waiting.await.unwrap().unwrap(), "a"));

    world.close();
    world.passes(4);
    for _ in 0..100 {
        assert_eq!(accepted(&cache).await, "a");
    }
    assert_eq!(world.fetches(), 2);
    world.open();
    world.fails(FetchErrorKind::NotFound);
    world.passes(1);
    assert_eq!(cache.verifier(&id()).await.unwrap_err().kind(), FetchErrorKind::NotFound);
}

#[tokio::test]
async fn a_cold_endpoint_whose_provider_is_down_is_not_a_fetch_per_request() {
    let world = World::with(&[]);
    world.fails(FetchErrorKind::Denied);
    let cache = world.builder().build();
    for round in 1..=3 {
        for _ in 0..1000 {
            let error = cache.verifier(&id()).await.unwrap_err();
            assert_eq!(error.kind(), FetchErrorKind::Denied);
        }
        assert_eq!(world.fetches(), round);
        world.passes(5);
    }
    world.fails(FetchError::from(FetchErrorKind::Unavailable).with_retry_after(Duration::MAX));
    assert!(cache.verifier(&id()).await.is_err());
    world.has(&["a"]);
    world.passes(5 * MINUTE - 1);
    assert!(cache.verifier(&id()).await.is_err());
    assert_eq!(world.fetches(), 4);
    world.passes(1);
    assert_eq!(accepted(&cache).await, "a");
}

#[tokio::test]
async fn a_provider_that_asks_to_be_left_alone_is() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    let seen = cache.verifier(&id()).await.unwrap();
    world.passes(5 * MINUTE);
    let wait = Duration::from_secs(60);
    world.fails(FetchError::from(FetchErrorKind::Unavailable).with_retry_after(wait));
    assert_eq!(accepted(&cache).await, "a");
    settle().await;
    for _ in 0..59 {
        world.passes(1);
        assert_eq!(accepted(&cache).await, "a");
        assert!(cache.after_mismatch(&id(), &seen).await.is_none());
        settle().await;
    }
    assert_eq!(world.fetches(), 2);
    world.passes(1);
    assert_eq!(accepted(&cache).await, "a");
    settle().await;
    assert_eq!(world.fetches(), 3);
}

#[tokio::test]
async fn a_provider_that_asks_to_be_left_alone_is_asked_about_no_endpoint() {
    let world = World::with(&["a"]);
    let cache = world.builder().concurrent_fetches(1).build();
    let known = EndpointId::new("known").unwrap();
    let seen = cache.verifier(&known).await.unwrap();
    world.passes(5 * MINUTE);
    // Some still wait for their turn when the first is told so.
    world.close();
    let waiting: Vec<_> = (0..10)
        .map(|number| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.verifier(&EndpointId::from(number)).await })
        })
        .collect();
    settle().await;
    let wait = Duration::from_secs(55);
    world.fails(FetchError::from(FetchErrorKind::Unavailable).with_retry_after(wait));
    world.open();
    for task in waiting {
        assert_eq!(task.await.unwrap().unwrap_err().retry_after(), Some(wait));
    }
    world.has(&["b"]);
    for left in (1..=55).rev() {
        // Those that are known are served, and for the others it is said when to come back.
        assert!(accepts(&cache.verifier(&known).await.unwrap(), "a"));
        assert!(cache.after_mismatch(&known, &seen).await.is_none());
        for error in [
            cache.verifier(&EndpointId::new(format!("new {left}")).unwrap()).await.map(|_| ()),
            cache.warm(&id()).await,
        ] {
            let error = error.unwrap_err();
            let said = (error.kind(), error.retry_after());
            assert_eq!(said, (FetchErrorKind::Unavailable, Some(Duration::from_secs(left))));
        }
        settle().await;
        world.passes(1);
    }
    assert_eq!(world.fetches(), 2);
    // Then everything goes on at once.
    assert!(cache.verifier(&known).await.is_ok());
    settle().await;
    assert_eq!(world.fetches(), 3);
    assert!(cache.after_mismatch(&known, &seen).await.is_some());
    assert!(cache.warm(&id()).await.is_ok());
    assert_eq!(world.fetches(), 4);
}

#[tokio::test]
async fn an_endpoint_that_does_not_exist_makes_no_other_wait() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    let wait = Duration::from_secs(60);
    world.fails(FetchError::from(FetchErrorKind::NotFound).with_retry_after(wait));
    assert!(cache.verifier(&EndpointId::from(1)).await.is_err());
    world.has(&["a"]);
    assert_eq!(accepted(&cache).await, "a");
}

#[tokio::test]
async fn a_provider_that_asks_for_a_year_gets_five_minutes() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    assert_eq!(accepted(&cache).await, "a");
    world.passes(5 * MINUTE);
    world.fails(FetchError::from(FetchErrorKind::Unavailable).with_retry_after(Duration::MAX));
    for _ in 0..5 * MINUTE {
        for _ in 0..2 {
            assert_eq!(accepted(&cache).await, "a");
            settle().await;
            assert_eq!(world.fetches(), 2);
        }
        world.passes(1);
    }
    assert_eq!(accepted(&cache).await, "a");
    settle().await;
    assert_eq!(world.fetches(), 3);
}

#[cfg(feature = "ed25519")]
#[tokio::test]
async fn public_keys_are_rotated_like_secrets() {
    let keys = [
        "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
        "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    ];
    let current = Arc::new(AtomicUsize::new(0));
    let fetcher = {
        let current = Arc::clone(&current);
        move |_: EndpointId| {
            let key = keys.get(current.load(Ordering::SeqCst)).unwrap();
            std::future::ready(Ok(vec![Secret::whpk(key).unwrap()]))
        }
    };
    let cache = SecretCache::builder(Scheme::SVIX, fetcher).cooldown(Duration::ZERO).build();
    let seen = cache.verifier(&id()).await.unwrap();
    assert!(cache.after_mismatch(&id(), &seen).await.is_none());
    current.store(1, Ordering::SeqCst);
    let newer = cache.after_mismatch(&id(), &seen).await.unwrap();
    assert!(cache.after_mismatch(&id(), &newer).await.is_none());
}

#[tokio::test]
async fn a_mismatch_fetches_once_per_cooldown_and_tells_only_of_new_secrets() {
    let world = World::with(&["a", "b"]);
    let cache = world.builder().cooldown(Duration::from_secs(30)).build();
    let seen = cache.verifier(&id()).await.unwrap();
    assert!(cache.after_mismatch(&id(), &seen).await.is_none());
    assert_eq!(world.fetches(), 2);
    world.has(&["b"]);
    for _ in 0..1000 {
        assert!(cache.after_mismatch(&id(), &seen).await.is_none());
    }
    assert_eq!(world.fetches(), 2);
    // One secret less is no reason to try again, one more is.
    world.passes(30);
    assert!(cache.after_mismatch(&id(), &seen).await.is_none());
    assert_eq!(world.fetches(), 3);
    world.passes(30);
    world.has(&["c"]);
    let newer = cache.after_mismatch(&id(), &seen).await.unwrap();
    assert!(accepts(&newer, "c"));
    assert_eq!(world.fetches(), 4);
    // Another request that saw the old ones gets what is here already.
    assert!(cache.after_mismatch(&id(), &seen).await.is_some());
    assert!(cache.after_mismatch(&id(), &newer).await.is_none());
    assert_eq!(world.fetches(), 4);
}

#[tokio::test]
async fn a_mismatch_in_the_cooldown_waits_for_the_fetch_that_is_in_flight() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    let seen = cache.verifier(&id()).await.unwrap();
    world.close();
    world.has(&["b"]);
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            let (cache, seen) = (cache.clone(), Arc::clone(&seen));
            tokio::spawn(async move { cache.after_mismatch(&id(), &seen).await })
        })
        .collect();
    settle().await;
    assert!(waiting.iter().all(|task| !task.is_finished()));
    world.open();
    for task in waiting {
        assert!(accepts(&task.await.unwrap().unwrap(), "b"));
    }
    assert_eq!(world.fetches(), 2);
}

#[tokio::test]
async fn a_fetch_from_before_the_rotation_does_not_stand_in_for_one_after_it() {
    let gate = Arc::new(Semaphore::new(1));
    let calls = Arc::new(AtomicUsize::new(0));
    let (turn, counter) = (Arc::clone(&gate), Arc::clone(&calls));
    let fetcher = move |_: EndpointId| {
        let turn = Arc::clone(&turn);
        let secret = if counter.fetch_add(1, Ordering::SeqCst) < 2 { "a" } else { "b" };
        async move {
            turn.acquire().await.unwrap().forget();
            Ok(vec![Secret::utf8(secret).unwrap()])
        }
    };
    let clock = ManualClock::new(then());
    let cache = SecretCache::builder(Scheme::GITHUB, fetcher).clock(clock.clone()).build();
    let seen = cache.verifier(&id()).await.unwrap();
    // Starts a refresh, whose answer is still the old secret.
    clock.advance(Duration::from_secs(5 * MINUTE));
    cache.verifier(&id()).await.unwrap();
    settle().await;
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    let waiting = tokio::spawn({
        let cache = cache.clone();
        async move { cache.after_mismatch(&id(), &seen).await }
    });
    settle().await;
    gate.add_permits(2);
    assert!(accepts(&waiting.await.unwrap().unwrap(), "b"));
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_mismatch_for_an_endpoint_without_secrets_fetches_nothing() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    let stranger = Arc::new(Scheme::GITHUB.verifier("x").unwrap());
    assert!(cache.after_mismatch(&id(), &stranger).await.is_none());
    assert_eq!(world.fetches(), 0);
}

#[tokio::test]
async fn who_gives_up_does_not_disturb_the_others() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    world.close();
    poll_and_drop(cache.verifier(&id())).await;
    let waiting = tokio::spawn({
        let cache = cache.clone();
        async move { cache.verifier(&id()).await }
    });
    poll_and_drop(cache.verifier(&id())).await;
    world.open();
    assert!(accepts(&waiting.await.unwrap().unwrap(), "a"));
    assert_eq!(accepted(&cache).await, "a");
    assert_eq!(world.fetches(), 1);
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_kept() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    world.close();
    poll_and_drop(cache.verifier(&id())).await;
    world.open();
    settle().await;
    assert_eq!(accepted(&cache).await, "a");
    assert_eq!(world.fetches(), 1);
}

#[tokio::test]
async fn a_fetcher_that_panics_poisons_nothing() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let fetcher = move |_: EndpointId| {
        let call = counter.fetch_add(1, Ordering::SeqCst);
        async move {
            assert!(call > 0, "the first fetch panics");
            Ok(vec![Secret::utf8("a").unwrap()])
        }
    };
    let cache = SecretCache::builder(Scheme::GITHUB, fetcher).failure_for(Duration::ZERO).build();
    let error = cache.verifier(&id()).await.unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Unavailable);
    assert!(accepts(&cache.verifier(&id()).await.unwrap(), "a"));
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    let mut future = Box::pin(async { cache.verifier(&id()).await.map(|_| ()) });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(answer) = future.as_mut().poll(&mut context) else {
        panic!("it waits");
    };
    assert_eq!(answer.unwrap_err().kind(), FetchErrorKind::Unavailable);
}

#[test]
fn a_runtime_without_timers_is_an_error_that_says_so() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let cache = World::with(&["a"]).builder().build();
    let error = runtime.block_on(cache.verifier(&id())).unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Unavailable);
    let message = error.message().unwrap();
    assert!(message.starts_with("timers are not enabled: call `enable_time`"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn the_timeout_covers_a_fetch_with_its_retries() {
    let world = World::with(&[]);
    world.close();
    let cache = world.builder().timeout(Duration::from_secs(10)).build();
    let error = cache.verifier(&id()).await.unwrap_err();
    assert_eq!((error.kind(), world.fetches()), (FetchErrorKind::Timeout, 1));
    world.open();

    let cache = world.builder().retries(1000).timeout(Duration::from_secs(10)).build();
    world.fails(FetchErrorKind::Unavailable);
    let begin = tokio::time::Instant::now();
    let error = cache.verifier(&id()).await.unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Unavailable);
    assert!(begin.elapsed() <= Duration::from_secs(10));
    // 100 to 200 ms and then twice as much each time: the sixth or seventh is too long to wait.
    assert!((7..=8).contains(&(world.fetches())), "{}", world.fetches());
}

#[tokio::test(start_paused = true)]
async fn only_failures_that_pass_are_retried_and_no_more_than_asked_for() {
    for (kind, expected) in [
        (FetchErrorKind::Unavailable, 3),
        (FetchErrorKind::Timeout, 3),
        (FetchErrorKind::Denied, 1),
        (FetchErrorKind::NotFound, 1),
        (FetchErrorKind::Precondition, 1),
        (FetchErrorKind::Malformed, 1),
    ] {
        let world = World::with(&[]);
        world.fails(kind);
        let cache = world.builder().retries(2).build();
        assert_eq!(cache.verifier(&id()).await.unwrap_err().kind(), kind);
        assert_eq!(world.fetches(), expected, "{kind:?}");
    }
    // Nor when the provider asks for more time than there is.
    let world = World::with(&[]);
    let wait = Duration::from_secs(10);
    world.fails(FetchError::from(FetchErrorKind::Unavailable).with_retry_after(wait));
    let cache = world.builder().retries(2).timeout(wait).build();
    assert_eq!(cache.verifier(&id()).await.unwrap_err().retry_after(), Some(wait));
    assert_eq!(world.fetches(), 1);
}

#[tokio::test]
async fn only_so_many_fetches_run_at_the_same_time() {
    let world = World::with(&["a"]);
    let cache = world.builder().concurrent_fetches(3).build();
    world.close();
    let waiting: Vec<_> = (0..20)
        .map(|number| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.verifier(&EndpointId::from(number)).await.is_ok() })
        })
        .collect();
    settle().await;
    assert_eq!(world.fetches(), 3);
    world.open();
    for task in waiting {
        assert!(task.await.unwrap());
    }
    assert_eq!(world.fetches(), 20);
}

#[tokio::test]
async fn a_rotation_does_not_queue_behind_endpoints_that_are_made_up() {
    let world = World::with(&["a"]);
    let cache = world.builder().concurrent_fetches(1).build();
    let before = cache.verifier(&id()).await.unwrap();
    world.close();
    world.has(&["b"]);
    let waiting: Vec<_> = (100..600)
        .map(|number| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.verifier(&EndpointId::from(number)).await.is_ok() })
        })
        .collect();
    settle().await;
    assert_eq!(world.fetches(), 2, "one that was answered, and one whose turn it is");
    let rotation = {
        let cache = cache.clone();
        tokio::spawn(async move { cache.after_mismatch(&id(), &before).await })
    };
    settle().await;
    assert_eq!(world.fetches(), 3);
    world.open();
    assert!(accepts(&rotation.await.unwrap().unwrap(), "b"));
    for task in waiting {
        assert!(task.await.unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn the_clock_of_a_fetch_starts_with_its_turn() {
    let slow = |_: EndpointId| async {
        tokio::time::sleep(Duration::from_millis(900)).await;
        Ok(vec![Secret::utf8("a").unwrap()])
    };
    let cache = SecretCache::builder(Scheme::GITHUB, slow)
        .concurrent_fetches(1)
        .timeout(Duration::from_secs(1))
        .build();
    let waiting: Vec<_> = (0..100)
        .map(|number| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.warm(&EndpointId::from(number)).await.is_ok() })
        })
        .collect();
    for task in waiting {
        assert!(task.await.unwrap());
    }
}

#[tokio::test]
async fn a_timeout_without_end_is_none() {
    let fetcher = |_: EndpointId| async {
        tokio::task::yield_now().await;
        Ok(vec![Secret::utf8("a").unwrap()])
    };
    let cache = SecretCache::builder(Scheme::GITHUB, fetcher).timeout(Duration::MAX).build();
    assert!(cache.verifier(&id()).await.is_ok());
}

#[tokio::test]
async fn fetches_that_bring_secrets_do_not_use_up_the_cold_ones() {
    let world = World::with(&["a"]);
    let cache = world.builder().cold_fetches(2, Duration::from_secs(60)).build();
    for number in 0..100 {
        assert!(cache.verifier(&EndpointId::from(number)).await.is_ok());
    }
    world.fails(FetchErrorKind::NotFound);
    for number in 100..110 {
        assert!(cache.verifier(&EndpointId::from(number)).await.is_err());
    }
    assert_eq!(world.fetches(), 102);
    let error = cache.verifier(&EndpointId::from(110)).await.unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Unavailable);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    // The operator and the endpoints that are known are not affected.
    world.has(&["b"]);
    assert!(cache.warm(&EndpointId::from(111)).await.is_ok());
    assert!(cache.verifier(&EndpointId::from(1)).await.is_ok());
    world.passes(60);
    assert!(cache.verifier(&EndpointId::from(110)).await.is_ok());

    let cache = world.builder().cold_fetches(0, Duration::from_secs(60)).build();
    assert!(cache.verifier(&id()).await.is_err());
    cache.warm(&id()).await.unwrap();
    assert!(cache.verifier(&id()).await.is_ok());
}

#[tokio::test]
async fn invalidate_forgets_at_once_even_what_is_in_flight() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    assert_eq!(accepted(&cache).await, "a");
    world.has(&["b"]);
    cache.invalidate(&id());
    assert_eq!(accepted(&cache).await, "b");

    cache.invalidate(&id());
    world.close();
    let before = tokio::spawn({
        let cache = cache.clone();
        async move { cache.verifier(&id()).await }
    });
    settle().await;
    cache.invalidate(&id());
    world.open();
    assert!(before.await.unwrap().is_ok());
    let fetches = world.fetches();
    world.has(&["c"]);
    assert_eq!(accepted(&cache).await, "c");
    assert_eq!(world.fetches(), fetches + 1);
}

#[tokio::test]
async fn warm_fetches_what_is_not_fresh_and_reports_failure() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    cache.warm(&id()).await.unwrap();
    cache.warm(&id()).await.unwrap();
    assert_eq!(world.fetches(), 1);
    world.passes(5 * MINUTE);
    world.fails(FetchErrorKind::Denied);
    assert_eq!(cache.warm(&id()).await.unwrap_err().kind(), FetchErrorKind::Denied);
    assert_eq!(accepted(&cache).await, "a");
    world.has(&["b"]);
    cache.warm(&id()).await.unwrap();
    assert_eq!(accepted(&cache).await, "ab");
}

#[tokio::test]
async fn a_wall_clock_that_is_set_changes_nothing() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    let seen = cache.verifier(&id()).await.unwrap();
    world.has(&["b"]);
    cache.after_mismatch(&id(), &seen).await.unwrap();
    let stranger = EndpointId::new("stranger").unwrap();
    world.fails(FetchErrorKind::NotFound);
    assert!(cache.verifier(&stranger).await.is_err());

    // Half a day ahead and right again, and as far behind.
    world.has(&["c"]);
    let half_a_day = Duration::from_secs(12 * HOUR);
    for wall in [then() + half_a_day, then(), then() - half_a_day, then()] {
        world.0.clock.set(wall);
        assert_eq!(accepted(&cache).await, "ab");
        assert!(cache.after_mismatch(&id(), &cache.verifier(&id()).await.unwrap()).await.is_none());
        assert!(cache.verifier(&stranger).await.is_err());
        settle().await;
        assert_eq!(world.fetches(), 3);
    }

    world.passes(5 * MINUTE);
    assert_eq!(accepted(&cache).await, "b");
    settle().await;
    assert_eq!(accepted(&cache).await, "bc");
    assert_eq!(world.fetches(), 4);
}

#[tokio::test]
async fn secrets_that_were_evicted_are_not_fetched_twice_in_a_cooldown() {
    let world = World::with(&["a"]);
    let cache = world.builder().max_entries(1).build();
    let other = EndpointId::new("other").unwrap();
    for endpoint in [id(), other] {
        assert!(cache.verifier(&endpoint).await.is_ok());
    }
    world.passes(1);
    let error = cache.verifier(&id()).await.unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Unavailable);
    assert_eq!((error.retry_after(), world.fetches()), (Some(Duration::from_secs(9)), 2));
    // Neither the operator nor a new endpoint has to wait, nor anybody for longer.
    assert!(cache.verifier(&EndpointId::from(1)).await.is_ok());
    cache.warm(&id()).await.unwrap();
    assert!(cache.verifier(&EndpointId::from(2)).await.is_ok());
    assert!(cache.verifier(&id()).await.is_err());
    cache.invalidate(&id());
    assert!(cache.verifier(&id()).await.is_ok());
    assert!(cache.verifier(&EndpointId::from(3)).await.is_ok());
    assert!(cache.verifier(&id()).await.is_err());
    world.passes(10);
    assert!(cache.verifier(&id()).await.is_ok());
    assert_eq!(world.fetches(), 8);
}

#[tokio::test]
async fn secrets_that_expire_within_the_cooldown_are_fetched_again() {
    let world = World::with(&["a"]);
    let cache = world.builder().stale_for(Duration::from_secs(1)).build();
    for fetches in 1..=5 {
        assert_eq!(accepted(&cache).await, "a");
        assert_eq!(world.fetches(), fetches);
        world.passes(1);
    }
}

/// A clock that panics when it is told to.
#[derive(Clone, Default)]
struct Faulty(Arc<AtomicBool>);

impl Clock for Faulty {
    fn now(&self) -> OffsetDateTime {
        then()
    }

    fn elapsed(&self) -> Duration {
        assert!(!self.0.load(Ordering::SeqCst), "the clock panics");
        Duration::ZERO
    }
}

#[tokio::test]
async fn a_clock_that_panics_while_a_fetch_is_in_flight_blocks_nobody() {
    let world = World::with(&["a"]);
    let clock = Faulty::default();
    let cache = world.builder().clock(clock.clone()).failure_for(Duration::ZERO).build();
    world.close();
    let waiting = tokio::spawn({
        let cache = cache.clone();
        async move { cache.verifier(&id()).await }
    });
    settle().await;
    clock.0.store(true, Ordering::SeqCst);
    world.open();
    assert_eq!(waiting.await.unwrap().unwrap_err().kind(), FetchErrorKind::Unavailable);
    assert_eq!(cache.health().in_flight, 0);
    clock.0.store(false, Ordering::SeqCst);
    assert_eq!(accepted(&cache).await, "a");
}

#[tokio::test]
async fn an_endpoint_may_have_a_public_url_of_its_own() {
    let url = "https://tenant.example.com/hook";
    let signer = Scheme::SQUARE.signer("secret").unwrap();
    let request = signer.request(url, None, then(), "{}").unwrap();
    let fetcher = move |endpoint: EndpointId| async move {
        let found = Endpoint::from(Secret::utf8("secret").unwrap());
        Ok(match endpoint.as_str() {
            "tenant" => found.public_url("https://tenant.example.com").unwrap(),
            "exact" => found.exact_url(url).unwrap(),
            _ => found,
        })
    };
    let cache = SecretCache::builder(Scheme::SQUARE, fetcher);
    let cache = cache.public_url("https://hooks.example.com").unwrap().build();
    let verdict = async |endpoint: &str| {
        let endpoint = EndpointId::new(endpoint).unwrap();
        cache.verifier(&endpoint).await.unwrap().verify(&request, BODY).map(|_| ())
    };
    assert_eq!(verdict("tenant").await, Ok(()));
    assert_eq!(verdict("exact").await, Ok(()));
    assert_eq!(verdict("other").await, Err(VerifyError::Mismatch));
    let other = SecretCache::builder(Scheme::SQUARE, fetcher).exact_url(url).unwrap().build();
    assert!(other.verifier(&id()).await.unwrap().verify(request.headers(), BODY).is_ok());
    let tenant = other.verifier(&EndpointId::new("tenant").unwrap()).await.unwrap();
    assert!(tenant.verify(request.headers(), BODY).is_err(), "needs the request");
}

#[tokio::test]
async fn a_fetcher_can_be_shared() {
    let world = Arc::new(World::with(&["a"]));
    let caches = [Scheme::GITHUB, Scheme::SHOPIFY]
        .map(|scheme| SecretCache::builder(scheme, Arc::clone(&world)).build());
    for cache in &caches {
        cache.warm(&id()).await.unwrap();
    }
    assert_eq!(world.fetches(), 2);
}

#[tokio::test]
async fn health_counts_what_is_held() {
    let world = World::with(&["a"]);
    let cache = world.builder().build();
    cache.warm(&id()).await.unwrap();
    world.fails(FetchErrorKind::NotFound);
    for number in 0..3 {
        assert!(cache.verifier(&EndpointId::from(number)).await.is_err());
    }
    world.close();
    poll_and_drop(cache.verifier(&EndpointId::from(4))).await;
    let CacheHealth { entries, failures, in_flight, .. } = cache.health();
    assert_eq!((entries, failures, in_flight), (1, 3, 1));
    world.open();
    settle().await;
    assert_eq!(cache.health().in_flight, 0);
}

#[tokio::test]
async fn sixteen_secrets_are_the_most() {
    let names: Vec<String> = (0..17).map(|number| format!("secret {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let world = World::with(names.get(..16).unwrap());
    let cache = world.builder().build();
    let verifier = cache.verifier(&id()).await.unwrap();
    assert!(names.iter().take(16).all(|name| accepts(&verifier, name)));

    // Replaced secrets get the room that is left.
    world.has(&["a", "a", "b"]);
    let verifier = cache.after_mismatch(&id(), &verifier).await.unwrap();
    assert!(accepts(&verifier, "a") && accepts(&verifier, "b"));
    let old = names.iter().filter(|name| accepts(&verifier, name)).count();
    assert_eq!(old, 14);

    let world = World::with(&names);
    let error = world.builder().build().verifier(&id()).await.unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Malformed);
    let source = std::error::Error::source(&error).unwrap().downcast_ref::<InvalidSecret>();
    assert_eq!(source, Some(&InvalidSecret::TooManySecrets));
}

#[tokio::test]
async fn verifiers_have_the_tolerance_and_the_clock_of_the_cache() {
    let world = World::with(&["a"]);
    let cache = SecretCache::builder(Scheme::SLACK, world.clone())
        .tolerance(Tolerance::symmetric(Duration::from_secs(10)))
        .clock(world.0.clock.clone())
        .build();
    let headers = Scheme::SLACK.signer("a").unwrap().sign(None, then(), BODY).unwrap();
    let verifier = cache.verifier(&id()).await.unwrap();
    world.passes(10);
    assert!(verifier.verify(&headers, BODY).is_ok());
    world.passes(1);
    assert_eq!(verifier.verify(&headers, BODY).unwrap_err(), VerifyError::TimestampTooOld);
}

#[tokio::test]
async fn debug_output_tells_the_policy() {
    let builder = World::with(&[]).builder();
    let policy = "policy: Policy { scheme: Scheme(\"github\"), \
        tolerance: Tolerance { past: 300s, future: 300s }, fresh_for: 300s, stale_for: 86400s, \
        negative_for: 60s, failure_for: 5s, cooldown: 10s, overlap: 300s, max_entries: 10000, \
        timeout: 10s, retries: 0, concurrent_fetches: 16, cold_fetches: 1000, cold_window: 60s, \
        .. }";
    assert_eq!(format!("{builder:?}"), format!("SecretCacheBuilder {{ {policy}, .. }}"));
    let cache = builder.build();
    let health = "health: CacheHealth { entries: 0, failures: 0, in_flight: 0 }";
    assert_eq!(format!("{cache:?}"), format!("SecretCache {{ {policy}, {health}, .. }}"));
}

#[tokio::test]
async fn nothing_shows_a_secret() {
    let world = World::with(&["hunter2"]);
    let builder = world.builder();
    let shown = format!("{builder:?}");
    let cache = builder.build();
    let verifier = cache.verifier(&id()).await.unwrap();
    assert!(accepts(&verifier, "hunter2"));
    let shown = shown + &format!("{cache:?} {cache:#?} {verifier:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
}
