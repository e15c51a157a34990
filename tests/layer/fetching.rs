//! The layer with secrets from a cache, over real HTTP: a sender, a receiver and a provider.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tower::Layer as _;
use tower_webhook::fetch::{
    Client, EndpointId, FetchError, FetchErrorKind, SecretCache, SecretCacheBuilder, Spaaza, Velt,
};
use tower_webhook::receive::{Rejection, RejectionKind};
use tower_webhook::{Field, Head, Scheme, Secret, Signer, VerifyError, WebhookLayer};

use crate::provider::{
    Behaviour, Key, Provider, SPAAZA_CHAIN, SPAAZA_KEY, SPAAZA_KEY_ID, SPAAZA_SESSION_KEY,
    SPAAZA_USER_ID, VELT_API_KEY, VELT_AUTH_TOKEN, VELT_DISABLED, VELT_ENDPOINT, VELT_SECRET,
    VELT_SUCCESS,
};
use crate::receiver::{BODY, LIMIT, Receiver, Time, path, until};
use crate::support::{ID, NOW};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const OTHER_SECRET: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl";
const DENIED: &str = r#"{"error":{"status":"PERMISSION_DENIED","message":"Invalid API key."}}"#;

/// Velt with one endpoint, and its receiver.
struct World {
    provider: Provider,
    time: Time,
    cache: SecretCache<Velt>,
    receiver: Receiver,
}

impl World {
    async fn start() -> Self {
        Self::with(|builder| builder).await
    }

    async fn with(
        customize: impl FnOnce(SecretCacheBuilder<Velt>) -> SecretCacheBuilder<Velt>,
    ) -> Self {
        let provider = Provider::start().await;
        let time = Time::start();
        let builder = SecretCache::builder(Scheme::VELT, velt(&provider.base_url()));
        let cache = customize(builder.retries(0).clock(time.clock())).build();
        let receiver = Receiver::start(&cache).await;
        Self { provider, time, cache, receiver }
    }

    fn sign(&self, secret: &str) -> HeaderMap {
        self.sign_body(secret, BODY)
    }

    fn sign_body(&self, secret: &str, body: &[u8]) -> HeaderMap {
        Scheme::VELT.signer(secret).unwrap().sign(ID, self.time.now(), body).unwrap()
    }

    /// A delivery to the endpoint, in frames of this size.
    async fn deliver_in(&self, secret: &str, frame: usize) -> http::Response<Bytes> {
        let response = self.receiver.send(&path(VELT_ENDPOINT), self.sign(secret), frame).await;
        let accepted = response.status() == StatusCode::OK;
        assert_eq!(response.body(), if accepted { BODY } else { b"" });
        response
    }

    async fn deliver(&self, secret: &str) -> StatusCode {
        self.deliver_in(secret, BODY.len()).await.status()
    }

    /// Waits for what is fetched in the background, whose success is expected.
    async fn refreshed(&self) {
        self.cache.warm(&EndpointId::new(VELT_ENDPOINT).unwrap()).await.unwrap();
    }
}

fn velt(base_url: &str) -> Velt {
    let client = Client::new().base_url(base_url).unwrap();
    Velt::new(VELT_API_KEY, VELT_AUTH_TOKEN).unwrap().client(client)
}

fn spaaza(provider: &Provider) -> Spaaza {
    let client = Client::new().base_url(&provider.base_url()).unwrap();
    Spaaza::new(SPAAZA_USER_ID, SPAAZA_SESSION_KEY).unwrap().client(client)
}

/// Why there were no secrets for the last request that was not let through.
fn not_fetched(receiver: &Receiver) -> FetchError {
    let rejection = receiver.rejection().unwrap();
    rejection.source().and_then(|source| source.downcast_ref()).cloned().unwrap()
}

/// A secret that Velt could have made.
fn nth_secret(number: usize) -> String {
    format!("whsec_{number:032x}")
}

#[tokio::test]
async fn what_the_head_gives_away_costs_no_fetch_and_not_a_byte_of_the_body() {
    let world = World::start().await;
    let receiver = &world.receiver;
    let good = world.sign(VELT_SECRET);
    let with = |name: &'static str, value: &str| {
        let mut headers = good.clone();
        headers.insert(name, value.parse().unwrap());
        headers
    };
    let mut twice = good.clone();
    twice.append("webhook-id", ID.parse().unwrap());
    let refused = [
        (HeaderMap::new(), VerifyError::Missing(Field::Signature)),
        (with("webhook-signature", "junk"), VerifyError::UnsupportedVersion),
        (with("webhook-signature", "v1,junk"), VerifyError::Malformed(Field::Signature)),
        (with("webhook-signature", &"v1,AAAA ".repeat(1000)), VerifyError::TooManySignatures),
        (with("webhook-timestamp", &(NOW - 301).to_string()), VerifyError::TimestampTooOld),
        (with("webhook-timestamp", &(NOW + 301).to_string()), VerifyError::TimestampTooNew),
        (twice, VerifyError::Repeated(Field::Id)),
    ];
    for (headers, error) in refused {
        let answer = receiver.send_head(&path(VELT_ENDPOINT), &headers, BODY.len()).await;
        assert_eq!(answer[0], "HTTP/1.1 401 Unauthorized");
        assert_eq!(receiver.rejected(), Some(RejectionKind::Unverified(error)));
    }
    let answer = receiver.send_head(&path(VELT_ENDPOINT), &good, LIMIT + 1).await;
    assert_eq!(answer[0], "HTTP/1.1 413 Payload Too Large");
    assert_eq!((world.provider.fetches(), receiver.asked()), (0, 0));

    // The body of a delivery that may be good is asked for.
    let answer = receiver.send_head(&path(VELT_ENDPOINT), &good, BODY.len()).await;
    assert_eq!(answer[0], "HTTP/1.1 100 Continue");
    assert_eq!((world.provider.fetches(), receiver.asked(), receiver.handled()), (1, 1, 0));
}

#[tokio::test]
async fn a_request_that_names_no_endpoint_is_not_found_without_a_fetch() {
    let world = World::start().await;
    for path in ["/", "/other", "/hooks/", &path(&"x".repeat(257))] {
        let answer = world.receiver.send_head(path, &world.sign(VELT_SECRET), BODY.len()).await;
        assert_eq!(answer[0], "HTTP/1.1 404 Not Found", "{path}");
        assert_eq!(world.receiver.rejected(), Some(RejectionKind::UnknownEndpoint));
    }
    assert_eq!((world.provider.fetches(), world.receiver.handled()), (0, 0));
}

#[tokio::test]
async fn an_endpoint_that_the_provider_does_not_know_is_not_found() {
    let world = World::start().await;
    world.provider.delete_velt(VELT_ENDPOINT);
    let head = world.sign(VELT_SECRET);
    let answer = world.receiver.send_head(&path(VELT_ENDPOINT), &head, BODY.len()).await;
    assert_eq!(answer[0], "HTTP/1.1 404 Not Found");
    assert!(!answer.iter().any(|line| line.starts_with("retry-after")), "{answer:?}");
    assert_eq!(world.receiver.rejected(), Some(RejectionKind::UnknownEndpoint));
    for _ in 0..100 {
        assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::NOT_FOUND);
    }
    assert_eq!((world.provider.fetches(), world.receiver.handled()), (1, 0));

    // It is asked again some time later.
    world.provider.set_velt(VELT_ENDPOINT, VELT_SECRET);
    world.time.passes(MINUTE);
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    assert_eq!((world.provider.fetches(), world.receiver.handled()), (2, 1));
}

#[tokio::test]
async fn without_secrets_the_sender_is_asked_to_come_back() {
    for (behaviour, kind) in [
        (Behaviour::answer(500, ""), FetchErrorKind::Unavailable),
        (Behaviour::answer(403, DENIED), FetchErrorKind::Denied),
        (Behaviour::answer(400, VELT_DISABLED), FetchErrorKind::Precondition),
        (Behaviour::answer(200, "{}"), FetchErrorKind::Malformed),
        (Behaviour::Held, FetchErrorKind::Timeout),
    ] {
        let hangs = matches!(behaviour, Behaviour::Held);
        let limit = Duration::from_millis(if hangs { 500 } else { 60_000 });
        let world = World::with(|builder| builder.timeout(limit)).await;
        world.provider.behave(behaviour);
        let head = world.sign(VELT_SECRET);
        let answer = world.receiver.send_head(&path(VELT_ENDPOINT), &head, BODY.len()).await;
        assert_eq!(answer[0], "HTTP/1.1 503 Service Unavailable", "{kind}");
        assert!(answer.contains(&"retry-after: 30".to_owned()), "{answer:?}");
        assert_eq!(world.receiver.rejected(), Some(RejectionKind::SecretsUnavailable));
        let error = not_fetched(&world.receiver);
        assert_eq!((error.kind(), error.retry_after()), (kind, None));
        // The failure is remembered for a moment.
        assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!((world.provider.fetches(), world.receiver.handled()), (1, 0), "{kind}");

        if !hangs {
            world.provider.behave(Behaviour::Documented);
            world.time.passes(5);
            assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK, "{kind}");
        }
    }
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_no_reason_to_let_anything_through() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let time = Time::start();
    let builder = SecretCache::builder(Scheme::VELT, velt(&nobody)).retries(0);
    let receiver = Receiver::start(&builder.clock(time.clock()).build()).await;
    let signer = Scheme::VELT.signer(VELT_SECRET).unwrap();
    let headers = signer.sign(ID, time.now(), BODY).unwrap();
    let response = receiver.send(&path(VELT_ENDPOINT), headers, BODY.len()).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()["retry-after"], "30");
    assert_eq!(receiver.handled(), 0);
}

#[tokio::test]
async fn the_providers_own_retry_after_is_passed_on_within_reason() {
    for (asked, passed_on) in [(0, "5"), (90, "90"), (86_400, "300")] {
        let world = World::start().await;
        let header = vec![("retry-after", asked.to_string())];
        world.provider.behave(Behaviour::Answer(429, header, String::new()));
        let response = world.deliver_in(VELT_SECRET, BODY.len()).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["retry-after"], passed_on, "{asked}");
        assert_eq!(world.receiver.rejected(), Some(RejectionKind::SecretsUnavailable));
        let error = not_fetched(&world.receiver);
        assert_eq!(error.kind(), FetchErrorKind::Unavailable);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(asked)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_deliveries_on_a_cold_cache_make_one_fetch() {
    let world = Arc::new(World::with(|builder| builder.timeout(Duration::from_secs(60))).await);
    world.provider.behave(Behaviour::Held);
    let deliveries: Vec<_> = (0..1000)
        .map(|number| {
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                // As many over sockets as any machine has room for.
                if number % 4 == 0 {
                    world.deliver(VELT_SECRET).await
                } else {
                    let headers = world.sign(VELT_SECRET);
                    world.receiver.send_here(&path(VELT_ENDPOINT), headers).await.status()
                }
            })
        })
        .collect();
    until(|| world.receiver.asked() == 1000).await;
    assert_eq!(world.receiver.handled(), 0);
    world.provider.release();
    for delivery in deliveries {
        assert_eq!(delivery.await.unwrap(), StatusCode::OK);
    }
    assert_eq!((world.provider.fetches(), world.receiver.handled()), (1, 1000));
}

#[tokio::test]
async fn after_a_rotation_the_kept_frames_are_verified_again() {
    let world = World::start().await;
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    for (number, frame) in [BODY.len(), BODY.len() / 2, 7, 1].into_iter().enumerate() {
        let secret = nth_secret(number);
        world.provider.set_velt(VELT_ENDPOINT, &secret);
        world.time.passes(10);
        let response = world.deliver_in(&secret, frame).await;
        assert_eq!(response.status(), StatusCode::OK, "frames of {frame}");
        assert_eq!(response.headers()["x-secret"], "0");
        assert_eq!(world.provider.fetches(), 2 + number);
    }
    // The first of them is still on its way, in frames of its own.
    let response = world.deliver_in(VELT_SECRET, 5).await;
    assert_eq!(
        (response.status(), &response.headers()["x-secret"]),
        (StatusCode::OK, &"4".parse().unwrap())
    );
    assert_eq!(world.provider.fetches(), 5);
}

#[tokio::test]
async fn a_rotation_while_the_body_arrives_costs_nothing() {
    let world = World::start().await;
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    for (secret, asked) in [(OTHER_SECRET, 2), (VELT_SECRET, 3)] {
        let framing = format!("content-length: {}", BODY.len());
        let mut stream =
            world.receiver.open(&path(VELT_ENDPOINT), &world.sign(secret), &framing).await;
        let (begin, end) = BODY.split_at(10);
        stream.write_all(begin).await.unwrap();
        until(|| world.receiver.asked() == asked).await;
        world.provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
        stream.write_all(end).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    }
    assert_eq!(world.provider.fetches(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_mid_traffic_loses_no_delivery() {
    let world = Arc::new(World::start().await);
    let deliver = |secret: &'static str, frame: usize| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.deliver_in(secret, frame).await.status() })
    };
    let mut deliveries: Vec<_> = (1..=50).map(|frame| deliver(VELT_SECRET, frame)).collect();
    deliveries.pop().unwrap().await.unwrap();
    world.provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
    for frame in 1..=100 {
        deliveries.push(deliver(OTHER_SECRET, frame));
        // Signed before the rotation and late.
        deliveries.push(deliver(VELT_SECRET, frame));
    }
    for delivery in deliveries {
        assert_eq!(delivery.await.unwrap(), StatusCode::OK);
    }
    assert_eq!((world.provider.fetches(), world.receiver.handled()), (2, 250));
}

#[tokio::test]
async fn a_hundred_thousand_bad_signatures_make_one_fetch_per_cooldown() {
    let world = World::with(|builder| builder.cooldown(Duration::from_secs(10))).await;
    let endpoint = path(VELT_ENDPOINT);
    let (good, bad) = (world.sign(VELT_SECRET), world.sign(OTHER_SECRET));
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    for round in 1..=4 {
        for _ in 0..25_000 {
            let refused = world.receiver.send_here(&endpoint, bad.clone()).await;
            assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        }
        let accepted = world.receiver.send_here(&endpoint, good.clone()).await;
        assert_eq!(accepted.status(), StatusCode::OK);
        assert_eq!((world.provider.fetches(), world.receiver.handled()), (1 + round, 1 + round));
        world.time.passes(10);
    }
}

#[tokio::test]
async fn a_provider_that_is_down_costs_no_delivery_until_the_secrets_are_too_old() {
    let world = World::start().await;
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    world.provider.behave(Behaviour::answer(500, ""));
    for minute in 1..=60 {
        world.time.passes(MINUTE);
        assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK, "minute {minute}");
    }
    until(|| world.provider.fetches() > 1).await;
    assert!(world.provider.fetches() <= 1 + 60, "{}", world.provider.fetches());
    // It has rotated meanwhile, and the first delivery after it is back shows that.
    world.provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
    world.provider.behave(Behaviour::Documented);
    world.time.passes(10);
    assert_eq!(world.deliver(OTHER_SECRET).await, StatusCode::OK);
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);

    world.provider.behave(Behaviour::answer(500, ""));
    world.time.passes(24 * HOUR - 1);
    assert_eq!(world.deliver(OTHER_SECRET).await, StatusCode::OK);
    world.time.passes(1);
    let handled = world.receiver.handled();
    for _ in 0..10 {
        let response = world.deliver_in(OTHER_SECRET, BODY.len()).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["retry-after"], "30");
    }
    assert_eq!(world.receiver.handled(), handled);

    world.provider.behave(Behaviour::Documented);
    world.time.passes(5);
    assert_eq!(world.deliver(OTHER_SECRET).await, StatusCode::OK);
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_revoked_secret_stops_working_when_the_overlap_is_over() {
    let world = World::start().await;
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    world.provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
    assert_eq!(world.deliver(OTHER_SECRET).await, StatusCode::OK);
    world.time.passes(5 * MINUTE - 1);
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    world.time.passes(1);
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::UNAUTHORIZED);
    assert_eq!(world.deliver(OTHER_SECRET).await, StatusCode::OK);
}

#[tokio::test]
async fn a_revoked_secret_is_not_accepted_once_its_refresh_is_overdue() {
    let world = World::with(|builder| builder.overlap(Duration::ZERO)).await;
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    world.provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
    world.time.passes(10 * MINUTE);
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::UNAUTHORIZED);
    assert_eq!(world.receiver.rejected(), Some(RejectionKind::Unverified(VerifyError::Mismatch)));
    assert_eq!(world.deliver(OTHER_SECRET).await, StatusCode::OK);
}

#[tokio::test]
async fn a_revoked_secret_stops_working_even_if_only_its_thief_delivers() {
    let world = World::start().await;
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    world.provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
    world.time.passes(5 * MINUTE);
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    world.refreshed().await;
    world.time.passes(5 * MINUTE - 1);
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    world.time.passes(1);
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::UNAUTHORIZED);
    assert_eq!(world.receiver.rejected(), Some(RejectionKind::Unverified(VerifyError::Mismatch)));
}

#[tokio::test]
async fn a_leaked_secret_can_be_forgotten_at_once() {
    let world = World::start().await;
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    world.provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
    world.cache.invalidate(&EndpointId::new(VELT_ENDPOINT).unwrap());
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::UNAUTHORIZED);
    assert_eq!(world.deliver(OTHER_SECRET).await, StatusCode::OK);
}

#[tokio::test]
async fn made_up_endpoints_make_a_bounded_number_of_fetches() {
    let minute = Duration::from_secs(60);
    let world = World::with(|builder| builder.cold_fetches(50, minute)).await;
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    let headers = world.sign(VELT_SECRET);
    let mut answers = [0, 0];
    for number in 0..2000 {
        let made_up = path(&format!("ep_{}", number % 1000));
        match world.receiver.send_here(&made_up, headers.clone()).await.status() {
            StatusCode::NOT_FOUND => answers[0] += 1,
            StatusCode::SERVICE_UNAVAILABLE => answers[1] += 1,
            other => panic!("{other}"),
        }
        if number % 100 == 0 {
            assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
        }
    }
    assert_eq!((answers, world.provider.fetches()), ([100, 1900], 51));
    assert_eq!(world.receiver.handled(), 21);
}

#[tokio::test]
async fn forgeries_for_more_endpoints_than_have_room_make_two_fetches_for_each() {
    let world = World::with(|builder| builder.max_entries(1)).await;
    world.provider.set_velt("ep_other", VELT_SECRET);
    let headers = world.sign(OTHER_SECRET);
    for number in 0..1000 {
        let endpoint = path([VELT_ENDPOINT, "ep_other"][number % 2]);
        let status = world.receiver.send_here(&endpoint, headers.clone()).await.status();
        assert!(matches!(status.as_u16(), 401 | 503), "{status}");
    }
    assert_eq!((world.provider.fetches(), world.receiver.handled()), (4, 0));
    // Afterwards each of them is served again.
    for endpoint in [VELT_ENDPOINT, "ep_other"] {
        world.time.passes(10);
        let response = world.receiver.send(&path(endpoint), world.sign(VELT_SECRET), 9).await;
        assert_eq!(response.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn a_rotation_is_found_while_a_thousand_made_up_endpoints_wait_for_their_turn() {
    let world = Arc::new(World::start().await);
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    world.provider.behave(Behaviour::Held);
    let headers = world.sign(VELT_SECRET);
    let made_up: Vec<_> = (0..1000)
        .map(|number| {
            let (world, headers) = (Arc::clone(&world), headers.clone());
            tokio::spawn(async move {
                let path = path(&format!("ep_{number}"));
                // As many over sockets as any machine has room for.
                if number % 4 == 0 {
                    world.receiver.send(&path, headers, BODY.len()).await.status()
                } else {
                    world.receiver.send_here(&path, headers).await.status()
                }
            })
        })
        .collect();
    until(|| world.receiver.asked() == 1001 && world.provider.fetches() == 17).await;

    // The provider has not answered any of them when the rotation has been found.
    world.provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
    world.provider.behave_once(Behaviour::Documented);
    let rotated = {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.deliver(OTHER_SECRET).await })
    };
    until(|| rotated.is_finished()).await;
    assert_eq!(rotated.await.unwrap(), StatusCode::OK);
    assert_eq!((world.provider.fetches(), world.receiver.handled()), (18, 2));
    assert!(!made_up.iter().any(|delivery| delivery.is_finished()));

    world.provider.behave(Behaviour::Documented);
    until(|| {
        world.provider.release();
        made_up.iter().all(|delivery| delivery.is_finished())
    })
    .await;
    for delivery in made_up {
        assert_eq!(delivery.await.unwrap(), StatusCode::NOT_FOUND);
    }
    assert_eq!((world.provider.fetches(), world.receiver.handled()), (1002, 2));
}

#[tokio::test]
async fn a_limit_on_the_account_makes_every_endpoint_wait() {
    let world = World::start().await;
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    let header = vec![("retry-after", "90".to_owned())];
    world.provider.behave_once(Behaviour::Answer(429, header, String::new()));
    for (passed, left) in [(0, "90"), (30, "60"), (59, "5")] {
        world.time.passes(passed);
        for number in 0..10 {
            let made_up = path(&format!("ep_{passed}_{number}"));
            let response = world.receiver.send(&made_up, world.sign(VELT_SECRET), 9).await;
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(response.headers()["retry-after"], left);
        }
        // What is known is served, and a forgery of it costs no fetch.
        assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
        assert_eq!(world.deliver(OTHER_SECRET).await, StatusCode::UNAUTHORIZED);
        assert_eq!(world.provider.fetches(), 2);
    }
    world.time.passes(1);
    world.provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
    assert_eq!(world.deliver(OTHER_SECRET).await, StatusCode::OK);
    assert_eq!(world.provider.fetches(), 3);
}

#[tokio::test]
async fn a_client_that_hangs_up_leaves_the_fetch_to_the_others() {
    let world = Arc::new(World::with(|builder| builder.timeout(Duration::from_secs(60))).await);
    world.provider.behave(Behaviour::Held);
    // Without a body, so that the server notices at once that the client is gone.
    let headers = world.sign_body(VELT_SECRET, b"");
    let hasty = world.receiver.open(&path(VELT_ENDPOINT), &headers, "content-length: 0").await;
    until(|| world.provider.fetches() == 1).await;
    let patient: Vec<_> = (0..20)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.deliver(VELT_SECRET).await })
        })
        .collect();
    until(|| world.receiver.asked() == 21).await;
    drop(hasty);
    until(|| world.receiver.dropped() == 1).await;
    assert_eq!(world.receiver.handled(), 0);
    world.provider.release();
    for delivery in patient {
        assert_eq!(delivery.await.unwrap(), StatusCode::OK);
    }
    assert_eq!((world.provider.fetches(), world.receiver.handled()), (1, 20));
}

#[tokio::test]
async fn a_client_that_hangs_up_after_a_rotation_leaves_the_fetch_to_the_others() {
    let world = World::start().await;
    assert_eq!(world.deliver(VELT_SECRET).await, StatusCode::OK);
    world.provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
    world.provider.behave_once(Behaviour::Held);
    let headers = world.sign(OTHER_SECRET);
    let endpoint = path(VELT_ENDPOINT);
    tokio::select! {
        biased;
        _ = world.receiver.send_here(&endpoint, headers) => panic!("it did not wait"),
        () = until(|| world.provider.fetches() == 2) => {}
    }
    // The cooldown has begun, and yet nobody is refused.
    let (status, ()) = tokio::join!(world.deliver(OTHER_SECRET), async {
        until(|| world.receiver.asked() == 3).await;
        world.provider.release();
    });
    assert_eq!((status, world.provider.fetches()), (StatusCode::OK, 2));
}

/// Sends [`BODY`] signed as Spaaza would if the key meant this.
async fn deliver_spaaza(receiver: &Receiver, endpoint: u64, key: Secret) -> (StatusCode, String) {
    let signer = Signer::new(Scheme::SPAAZA, key).unwrap();
    let headers = signer.sign(None, OffsetDateTime::UNIX_EPOCH, BODY).unwrap();
    let response = receiver.send(&path(&endpoint.to_string()), headers, 9).await;
    let secret = response.headers().get("x-secret").map(|index| index.to_str().unwrap().to_owned());
    (response.status(), secret.unwrap_or_default())
}

#[tokio::test]
async fn spaaza_deliveries_are_verified_in_both_readings_of_the_key_or_in_one() {
    let provider = Provider::start().await;
    let accepted = |index: &str| (StatusCode::OK, index.to_owned());
    let refused = (StatusCode::UNAUTHORIZED, String::new());
    for (spaaza, text, hex) in [
        (spaaza(&provider), accepted("0"), accepted("1")),
        (spaaza(&provider).utf8_keys(), accepted("0"), refused.clone()),
        (spaaza(&provider).hex_keys(), refused.clone(), accepted("0")),
    ] {
        let receiver = Receiver::start(&SecretCache::builder(Scheme::SPAAZA, spaaza).build()).await;
        let key = Secret::utf8(SPAAZA_KEY).unwrap();
        assert_eq!(deliver_spaaza(&receiver, SPAAZA_KEY_ID, key).await, text);
        let key = Secret::hex(SPAAZA_KEY).unwrap();
        assert_eq!(deliver_spaaza(&receiver, SPAAZA_KEY_ID, key).await, hex);
        // Unsigned, as after the deletion of a key.
        let unsigned = receiver.send(&path("56"), HeaderMap::new(), 9).await;
        assert_eq!(unsigned.status(), StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_chain_of_spaaza_rotates_without_a_loss() {
    let provider = Provider::start().await;
    let time = Time::start();
    let chain = spaaza(&provider).chain(SPAAZA_CHAIN);
    let cache = SecretCache::builder(Scheme::SPAAZA, chain).retries(0).clock(time.clock()).build();
    let receiver = Receiver::start(&cache).await;
    let deliver = async |key: &str| {
        deliver_spaaza(&receiver, SPAAZA_CHAIN, Secret::utf8(key).unwrap()).await.0
    };
    let refresh = async || {
        time.passes(5 * MINUTE);
        cache.warm(&EndpointId::from(SPAAZA_CHAIN)).await
    };
    let old = Key::documented();
    let new = Key {
        id: 57,
        value: "00112233445566778899aabbccddeeff".to_owned(),
        created_date: "2026-06-21T09:55:00+00:00",
        ..Key::documented()
    };
    assert_eq!(deliver(SPAAZA_KEY).await, StatusCode::OK);

    // The new key is added, and for a while either may sign.
    provider.set_spaaza(vec![old.clone(), new.clone()]);
    assert_eq!(deliver(&new.value).await, StatusCode::OK);
    refresh().await.unwrap();
    refresh().await.unwrap();
    assert_eq!(deliver(SPAAZA_KEY).await, StatusCode::OK);
    assert_eq!(deliver(&new.value).await, StatusCode::OK);

    // The old one is deleted.
    let deleted = |key: &Key| Key { active: false, deleted: true, ..key.clone() };
    provider.set_spaaza(vec![deleted(&old), new.clone()]);
    refresh().await.unwrap();
    assert_eq!(deliver(SPAAZA_KEY).await, StatusCode::OK);
    refresh().await.unwrap();
    assert_eq!(deliver(SPAAZA_KEY).await, StatusCode::UNAUTHORIZED);
    assert_eq!(deliver(&new.value).await, StatusCode::OK);

    // So is the new one: nothing is left to verify with, and nothing is let through.
    let handled = receiver.handled();
    // At the first such answer it could be a mistake.
    provider.set_spaaza(vec![deleted(&old), deleted(&new)]);
    assert_eq!(refresh().await.unwrap_err().kind(), FetchErrorKind::Malformed);
    assert_eq!(deliver(&new.value).await, StatusCode::OK);
    let handled = handled + 1;
    assert_eq!(refresh().await.unwrap_err().kind(), FetchErrorKind::NotFound);
    assert_eq!(deliver(&new.value).await, StatusCode::NOT_FOUND);
    let unsigned = receiver.send(&path("1743"), HeaderMap::new(), 9).await;
    assert_eq!((unsigned.status(), receiver.handled()), (StatusCode::UNAUTHORIZED, handled));
}

#[cfg(feature = "replay")]
#[tokio::test]
async fn deliveries_are_claimed_for_their_endpoint_whatever_they_were_verified_with() {
    use tower_webhook::replay::{MemoryReplayGuard, Replay};

    let world = World::start().await;
    let guard = MemoryReplayGuard::builder().build();
    let receiver = Receiver::with(&world.cache, |layer| layer.replay(Replay::with(guard))).await;
    world.provider.set_velt("ep_other", VELT_SECRET);
    for endpoint in [VELT_ENDPOINT, "ep_other"] {
        for _ in 0..2 {
            let response = receiver.send(&path(endpoint), world.sign(VELT_SECRET), 4).await;
            assert_eq!(response.status(), StatusCode::OK);
        }
    }
    assert_eq!(receiver.handled(), 2);
    // The same delivery again, signed after a rotation.
    world.provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
    let response = receiver.send(&path(VELT_ENDPOINT), world.sign(OTHER_SECRET), 4).await;
    assert_eq!((response.status(), receiver.handled()), (StatusCode::OK, 2));
    assert_eq!(receiver.rejected(), Some(RejectionKind::Duplicate));
    assert_eq!(world.provider.fetches(), 3);
}

#[tokio::test]
async fn nothing_shows_a_secret_or_a_credential() {
    let world = World::start().await;
    let endpoint = path(VELT_ENDPOINT);
    let layer = WebhookLayer::from_cache(world.cache.clone(), |_: &Head<'_>| None);
    let service = layer.layer(());
    let mut shown = format!("{:?} {layer:#?} {service:?}", world.cache);
    let mut send = async |path: &str, headers: &HeaderMap| {
        let response = world.receiver.send_here(path, headers.clone()).await;
        let (parts, body) = response.into_parts();
        let rejection = parts.extensions.get::<Rejection>();
        shown += &format!("{parts:?} {rejection:?}");
        if let Some(rejection) = rejection {
            shown += &format!("{rejection} {:?}", std::error::Error::source(rejection));
            assert!(body.collect().await.unwrap().to_bytes().is_empty());
        }
        parts.status
    };
    let (good, newer) = (world.sign(VELT_SECRET), world.sign(OTHER_SECRET));
    assert_eq!(send(&endpoint, &good).await, StatusCode::OK);
    assert_eq!(send(&endpoint, &newer).await, StatusCode::UNAUTHORIZED);
    world.provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
    world.time.passes(10);
    assert_eq!(send(&endpoint, &newer).await, StatusCode::OK);
    assert_eq!(send("/hooks/ep_none", &good).await, StatusCode::NOT_FOUND);
    let said = format!("{VELT_SECRET} {OTHER_SECRET} {VELT_API_KEY} {VELT_AUTH_TOKEN}");
    let said = format!(r#"{{"error":{{"status":"INTERNAL","message":"{said}"}}}}"#);
    for (number, behaviour) in [
        Behaviour::answer(500, &said),
        Behaviour::answer(403, DENIED),
        Behaviour::answer(200, &VELT_SUCCESS.replace("whsec_", "")),
        Behaviour::Truncated(VELT_SUCCESS.to_owned()),
        Behaviour::Oversized(100_000),
    ]
    .into_iter()
    .enumerate()
    {
        world.provider.behave(behaviour);
        let answer = send(&path(&format!("ep_{number}")), &good).await;
        assert_eq!(answer, StatusCode::SERVICE_UNAVAILABLE);
    }
    shown += &format!("{:?} {:?}", world.cache, world.receiver.rejection());

    let signature = good["webhook-signature"].to_str().unwrap();
    for hidden in [
        VELT_API_KEY,
        VELT_AUTH_TOKEN,
        VELT_SECRET.trim_start_matches("whsec_"),
        OTHER_SECRET.trim_start_matches("whsec_"),
        signature.trim_start_matches("v1,"),
    ] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_expires_under_load_costs_no_delivery_and_one_login() {
    let provider = Provider::start().await;
    let at = provider.clone();
    let tokens = move || {
        let at = at.clone();
        async move { Ok(at.log_in().await) }
    };
    let client = Client::new().base_url(&provider.base_url()).unwrap();
    let velt = Velt::with_source(VELT_API_KEY, tokens).unwrap().client(client);
    let time = Time::start();
    let cache = SecretCache::builder(Scheme::VELT, velt).retries(0).clock(time.clock()).build();
    let receiver = Arc::new(Receiver::start(&cache).await);
    let deliver = |number: usize| {
        let (endpoint, secret) = (format!("ep_{number}"), nth_secret(number));
        provider.set_velt(&endpoint, &secret);
        let signer = Scheme::VELT.signer(&secret).unwrap();
        let headers = signer.sign(ID, time.now(), BODY).unwrap();
        let receiver = Arc::clone(&receiver);
        tokio::spawn(async move { receiver.send(&path(&endpoint), headers, BODY.len()).await })
    };
    assert_eq!(deliver(0).await.unwrap().status(), StatusCode::OK);

    let before = (1..100).map(deliver).collect::<Vec<_>>();
    provider.expire();
    let after = (50..200).map(deliver).collect::<Vec<_>>();
    for delivery in before.into_iter().chain(after) {
        assert_eq!(delivery.await.unwrap().status(), StatusCode::OK);
    }
    assert_eq!((receiver.handled(), provider.logins()), (250, 2));
}
