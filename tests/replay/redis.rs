//! The replay guard in Redis, against real servers.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use redis::AsyncConnectionConfig;
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use tower_webhook::replay::{
    Claim, RedisReplayGuard, RedisReplayGuardBuilder, ReplayErrorKind, ReplayGuard, ReplayKey,
};

use crate::contract::{HOUR, Store, done, fresh, in_flight, key};
use crate::relay::{CUT, MUTE, Relay, WHOLE};
use crate::server::Server;

/// Far longer than anything here takes, so that a slow machine fails nothing.
pub(crate) const PATIENT: Duration = Duration::from_secs(60);

const PREFIX: &str = "tests:";

pub(crate) fn builder() -> RedisReplayGuardBuilder {
    RedisReplayGuard::builder().key_prefix(PREFIX).timeout(PATIENT).connect_timeout(PATIENT)
}

pub(crate) async fn admin(server: &Server) -> MultiplexedConnection {
    let client = redis::Client::open(server.url()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

pub(crate) fn name(key: &ReplayKey) -> String {
    format!("{PREFIX}{}", hex::encode(key.as_bytes()))
}

pub(crate) async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENT, waiting).await.unwrap();
}

/// A guard, and a connection beside it that moves the ends of keys.
struct Redis<G, C> {
    guard: Arc<G>,
    admin: C,
    _servers: Vec<Server>,
}

impl<G, C: ConnectionLike + Clone> Redis<G, C> {
    /// In a cluster, on all its nodes.
    async fn clear(&self) {
        redis::cmd("FLUSHALL").exec_async(&mut self.admin.clone()).await.unwrap();
    }
}

impl<G: ReplayGuard, C: ConnectionLike + Clone + Send + Sync> Store for Redis<G, C> {
    type Guard = G;

    fn guard(&self) -> &Arc<G> {
        &self.guard
    }

    async fn pass(&self, key: &ReplayKey, time: Duration) {
        let mut admin = self.admin.clone();
        let name = name(key);
        let left: i64 = redis::cmd("PTTL").arg(&name).query_async(&mut admin).await.unwrap();
        // -2: the key is gone. -1 would be a key that never ends.
        assert_ne!(left, -1);
        if left >= 0 {
            let left = left - i64::try_from(time.as_millis()).unwrap();
            let mut expire = redis::cmd("PEXPIRE");
            expire.arg(&name).arg(left.max(0)).query_async::<i64>(&mut admin).await.unwrap();
        }
    }
}

mod one_server {
    use super::*;

    async fn start() -> Option<Redis<RedisReplayGuard, MultiplexedConnection>> {
        let server = Server::start()?;
        let guard = Arc::new(builder().connect(&server.url()).await.unwrap());
        Some(Redis { guard, admin: admin(&server).await, _servers: vec![server] })
    }

    conformance!(each start());
}

mod cluster {
    use super::*;

    /// Two nodes, with half of the slots each.
    async fn servers() -> Option<Vec<Server>> {
        let servers = vec![Server::start_node()?, Server::start_node()?];
        for (server, slots) in servers.iter().zip([[0, 8191], [8192, 16383]]) {
            let mut admin = admin(server).await;
            let mut add = redis::cmd("CLUSTER");
            add.arg("ADDSLOTSRANGE").arg(&slots).exec_async(&mut admin).await.unwrap();
        }
        let mut first = admin(&servers[0]).await;
        let mut meet = redis::cmd("CLUSTER");
        meet.arg("MEET").arg("127.0.0.1").arg(servers[1].port()).arg(servers[1].cluster_port());
        meet.exec_async(&mut first).await.unwrap();
        for server in &servers {
            let mut admin = admin(server).await;
            let mut info = redis::cmd("CLUSTER");
            info.arg("INFO");
            until(async || {
                let info = info.query_async::<String>(&mut admin).await.unwrap();
                info.contains("cluster_state:ok")
            })
            .await;
        }
        Some(servers)
    }

    async fn connect(urls: impl Iterator<Item = String>) -> ClusterConnection {
        let client = ClusterClient::builder(urls)
            .connection_timeout(PATIENT)
            .response_timeout(PATIENT)
            .build()
            .unwrap();
        client.get_async_connection().await.unwrap()
    }

    async fn start() -> Option<Redis<RedisReplayGuard<ClusterConnection>, ClusterConnection>> {
        let servers = servers().await?;
        let connection = connect(servers.iter().map(Server::url)).await;
        let guard = Arc::new(builder().connection(connection.clone()));
        Some(Redis { guard, admin: connection, _servers: servers })
    }

    #[tokio::test]
    async fn the_documented_permissions_are_enough() {
        let Some(servers) = servers().await else { return };
        for server in &servers {
            permit(server, &["+cluster|slots"]).await;
        }
        let guard = builder().connection(connect(servers.iter().map(url_of_user)).await);
        every_call(&guard).await;
    }

    conformance!(all start());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_exclude_each_other() {
    let Some(server) = Server::start() else { return };
    let mut guards = Vec::new();
    for _ in 0..4 {
        guards.push(Arc::new(builder().connect(&server.url()).await.unwrap()));
    }
    let claims: Vec<_> = (0..400)
        .map(|index| {
            let guard = Arc::clone(&guards[index % guards.len()]);
            tokio::spawn(async move { guard.claim(&key(1), HOUR).await.unwrap() })
        })
        .collect();
    let mut leases = Vec::new();
    for claim in claims {
        match claim.await.unwrap() {
            Claim::Fresh(lease) => leases.push(lease),
            other => assert!(matches!(other, Claim::InFlight), "{other:?}"),
        }
    }
    assert_eq!(leases.len(), 1);
    guards[0].commit(&key(1), &leases[0], HOUR).await.unwrap();
    for guard in &guards {
        done(guard.claim(&key(1), HOUR).await);
    }
}

#[tokio::test]
async fn only_what_was_handled_can_be_forgotten() {
    let Some(server) = Server::start() else { return };
    let guard = builder().connect(&server.url()).await.unwrap();
    assert!(!guard.forget(&key(1)).await.unwrap());
    let lease = fresh(&guard, &key(1), HOUR).await;
    assert!(!guard.forget(&key(1)).await.unwrap());
    in_flight(guard.claim(&key(1), HOUR).await);
    guard.commit(&key(1), &lease, HOUR).await.unwrap();

    // By another process, which is no owner.
    let tool = builder().connect(&server.url()).await.unwrap();
    assert!(tool.forget(&key(1)).await.unwrap());
    assert!(!tool.forget(&key(1)).await.unwrap());
    fresh(&guard, &key(1), HOUR).await;
}

#[tokio::test]
async fn prefixes_keep_deliveries_apart() {
    let Some(server) = Server::start() else { return };
    let one = builder().connect(&server.url()).await.unwrap();
    let other = builder().key_prefix("other:").connect(&server.url()).await.unwrap();
    fresh(&one, &key(1), HOUR).await;
    fresh(&other, &key(1), HOUR).await;
    in_flight(one.claim(&key(1), HOUR).await);
    in_flight(other.claim(&key(1), HOUR).await);
}

#[tokio::test]
async fn what_is_stored_ends_by_itself_and_tells_claims_from_deliveries() {
    let Some(server) = Server::start() else { return };
    let guard = builder().connect(&server.url()).await.unwrap();
    let mut admin = admin(&server).await;
    let lease = fresh(&guard, &key(1), HOUR).await;
    let token = hex::encode(lease.as_bytes());
    for (state, limit) in [("claimed", HOUR), ("done", 3 * HOUR)] {
        let get = redis::cmd("GET").arg(name(&key(1))).query_async::<String>(&mut admin).await;
        assert_eq!(get.unwrap(), format!("{state}:{token}"));
        let left = redis::cmd("PTTL").arg(name(&key(1))).query_async::<u64>(&mut admin).await;
        let left = Duration::from_millis(left.unwrap());
        assert!(left <= limit && left > limit - HOUR / 2, "{left:?}");
        guard.commit(&key(1), &lease, 3 * HOUR).await.unwrap();
    }
}

#[tokio::test]
async fn scripts_that_the_server_forgot_are_loaded_again() {
    let Some(server) = Server::start() else { return };
    let guard = builder().connect(&server.url()).await.unwrap();
    let mut admin = admin(&server).await;
    for id in 0..3 {
        redis::cmd("SCRIPT").arg("FLUSH").exec_async(&mut admin).await.unwrap();
        let lease = fresh(&guard, &key(id), HOUR).await;
        guard.extend(&key(id), &lease, HOUR).await.unwrap();
        guard.commit(&key(id), &lease, HOUR).await.unwrap();
        redis::cmd("SCRIPT").arg("FLUSH").exec_async(&mut admin).await.unwrap();
        guard.release(&key(id), &lease).await.unwrap();
        done(guard.claim(&key(id), HOUR).await);
    }
}

#[tokio::test]
async fn a_connection_that_was_closed_is_made_anew_within_the_call() {
    let Some(server) = Server::start() else { return };
    let guard = builder().connect(&server.url()).await.unwrap();
    let mut admin = admin(&server).await;
    let mut kill = redis::cmd("CLIENT");
    kill.arg("KILL").arg("TYPE").arg("normal").arg("SKIPME").arg("yes");
    for id in 0..3 {
        assert_eq!(kill.query_async::<u32>(&mut admin).await.unwrap(), 1);
        let lease = fresh(&guard, &key(id), HOUR).await;
        assert_eq!(kill.query_async::<u32>(&mut admin).await.unwrap(), 1);
        guard.extend(&key(id), &lease, HOUR).await.unwrap();
        assert_eq!(kill.query_async::<u32>(&mut admin).await.unwrap(), 1);
        guard.health().await.unwrap();
        assert_eq!(kill.query_async::<u32>(&mut admin).await.unwrap(), 1);
        guard.commit(&key(id), &lease, HOUR).await.unwrap();
        assert_eq!(kill.query_async::<u32>(&mut admin).await.unwrap(), 1);
        guard.release(&key(id), &lease).await.unwrap();
        done(guard.claim(&key(id), HOUR).await);
    }
}

#[tokio::test]
async fn a_server_that_is_gone_is_unavailable_and_one_that_is_back_works() {
    let Some(mut server) = Server::start() else { return };
    let guard = builder().timeout(Duration::from_secs(2)).connect(&server.url()).await.unwrap();
    let lease = fresh(&guard, &key(1), HOUR).await;

    server.kill();
    let calls = async {
        for _ in 0..3 {
            let error = guard.claim(&key(1), HOUR).await.unwrap_err();
            assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
            assert!(error.source().is_some());
        }
        let error = guard.commit(&key(1), &lease, HOUR).await.unwrap_err();
        assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
        let error = guard.release(&key(1), &lease).await.unwrap_err();
        assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
        let error = guard.extend(&key(1), &lease, HOUR).await.unwrap_err();
        assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
        let error = guard.health().await.unwrap_err();
        assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
    };
    tokio::time::timeout(PATIENT, calls).await.unwrap();

    server.restart();
    until(async || guard.claim(&key(2), HOUR).await.is_ok()).await;
    guard.health().await.unwrap();
    in_flight(guard.claim(&key(2), HOUR).await);
    let lease = fresh(&guard, &key(1), HOUR).await;
    guard.commit(&key(1), &lease, HOUR).await.unwrap();
    done(guard.claim(&key(1), HOUR).await);
}

#[tokio::test]
async fn a_claim_whose_answer_is_lost_is_in_flight_until_the_lease_ends() {
    let Some(server) = Server::start() else { return };
    let direct = Arc::new(builder().connect(&server.url()).await.unwrap());
    let store = Redis { guard: direct, admin: admin(&server).await, _servers: Vec::new() };

    let Relay { url, link, .. } = Relay::to(server.port()).await;
    let waits_forever = AsyncConnectionConfig::new().set_response_timeout(None);
    let client = redis::Client::open(url).unwrap();
    let connection = client.get_multiplexed_async_connection_with_config(&waits_forever).await;
    let cut_off = builder().timeout(Duration::from_millis(200)).connection(connection.unwrap());
    link.store(MUTE, Ordering::SeqCst);
    let key = key(1);
    let claim = tokio::time::timeout(PATIENT, cut_off.claim(&key, HOUR)).await.unwrap();
    let error = claim.unwrap_err();
    assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
    assert_eq!(error.source().unwrap().to_string(), "timed out");

    let mut exists = redis::cmd("EXISTS");
    exists.arg(name(&key));
    until(async || exists.query_async::<u32>(&mut store.admin.clone()).await.unwrap() == 1).await;
    in_flight(store.guard.claim(&key, HOUR).await);
    store.pass(&key, HOUR).await;
    let lease = fresh(&*store.guard, &key, HOUR).await;
    store.guard.commit(&key, &lease, HOUR).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_is_lost_with_its_connection_is_asked_for_again() {
    let Some(server) = Server::start() else { return };
    let Relay { url, link, .. } = Relay::to(server.port()).await;
    let guard = builder().connect(&url).await.unwrap();
    let cut = || link.store(CUT, Ordering::SeqCst);
    let is_whole = || assert_eq!(link.load(Ordering::SeqCst), WHOLE);

    cut();
    let lease = fresh(&guard, &key(1), HOUR).await;
    is_whole();
    in_flight(guard.claim(&key(1), HOUR).await);
    cut();
    guard.release(&key(1), &lease).await.unwrap();
    is_whole();
    let lease = fresh(&guard, &key(1), HOUR).await;
    // The script is there, so that the first answer is that of the commit.
    let other = fresh(&guard, &key(2), HOUR).await;
    guard.commit(&key(2), &other, HOUR).await.unwrap();
    cut();
    guard.commit(&key(1), &lease, HOUR).await.unwrap();
    is_whole();
    done(guard.claim(&key(1), HOUR).await);
}

/// Adds a user who may do what the documentation of the guard says that it needs.
async fn permit(server: &Server, more: &[&str]) {
    let mut user = redis::cmd("ACL");
    user.arg("SETUSER").arg("webhooks").arg("on").arg(">hunter2").arg(format!("~{PREFIX}*"));
    user.arg("+get").arg("+set").arg("+del").arg("+pttl").arg("+pexpire").arg("+evalsha");
    user.arg("+script|load").arg("+ping").arg(more);
    user.exec_async(&mut admin(server).await).await.unwrap();
}

fn url_of_user(server: &Server) -> String {
    format!("redis://webhooks:hunter2@127.0.0.1:{}/", server.port())
}

pub(crate) async fn every_call(guard: &impl ReplayGuard) {
    guard.health().await.unwrap();
    for id in 0..20 {
        let lease = fresh(guard, &key(id), HOUR).await;
        guard.extend(&key(id), &lease, 2 * HOUR).await.unwrap();
        guard.release(&key(id), &lease).await.unwrap();
        let lease = fresh(guard, &key(id), HOUR).await;
        guard.commit(&key(id), &lease, HOUR).await.unwrap();
        done(guard.claim(&key(id), HOUR).await);
    }
}

#[tokio::test]
async fn the_documented_permissions_are_enough_and_end_at_the_prefix() {
    let Some(server) = Server::start() else { return };
    permit(&server, &[]).await;
    let url = url_of_user(&server);
    every_call(&builder().connect(&url).await.unwrap()).await;
    let elsewhere = builder().key_prefix("elsewhere:").connect(&url).await.unwrap();
    let error = elsewhere.claim(&key(1), HOUR).await.unwrap_err();
    assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
}

#[tokio::test]
async fn a_connection_that_goes_silent_is_replaced_after_one_timeout() {
    let Some(server) = Server::start() else { return };
    let relay = Relay::to(server.port()).await;
    let patience = Duration::from_secs(2);
    let guard = builder().timeout(patience).connect(&relay.url).await.unwrap();
    for id in (0..6).step_by(2) {
        fresh(&guard, &key(id), HOUR).await;
        relay.silence();
        let connections = relay.accepted();
        let error = guard.claim(&key(id + 1), HOUR).await.unwrap_err();
        assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
        until(async || guard.health().await.is_ok()).await;
        assert_eq!(relay.accepted(), connections + 1);
    }
}

#[tokio::test]
async fn connections_of_ones_own_are_asked_for_until_there_is_one() {
    let Some(server) = Server::start() else { return };
    let client = redis::Client::open(server.url()).unwrap();
    let attempts = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&attempts);
    let guard = builder().connect_with(move || {
        let (client, attempt) = (client.clone(), counter.fetch_add(1, Ordering::SeqCst));
        async move {
            assert_ne!(attempt, 0, "as a client without a provider of cryptography");
            client.get_multiplexed_async_connection().await
        }
    });
    assert_eq!(attempts.load(Ordering::SeqCst), 0, "made when it is needed");
    let error = guard.health().await.unwrap_err();
    assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
    every_call(&guard).await;
    assert_eq!(attempts.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_server_out_of_memory_is_full() {
    let Some(server) = Server::start() else { return };
    let guard = builder().connect(&server.url()).await.unwrap();
    let mut admin = admin(&server).await;
    let lease = fresh(&guard, &key(1), HOUR).await;
    guard.commit(&key(1), &lease, HOUR).await.unwrap();
    let lease = fresh(&guard, &key(3), HOUR).await;
    let mut limit = redis::cmd("CONFIG");
    limit.arg("SET").arg("maxmemory").arg(1).exec_async(&mut admin).await.unwrap();
    let error = guard.claim(&key(2), HOUR).await.unwrap_err();
    assert_eq!(error.kind(), ReplayErrorKind::Full);
    let error = guard.commit(&key(3), &lease, HOUR).await.unwrap_err();
    assert_eq!(error.kind(), ReplayErrorKind::Full);
    // It is there all the same.
    guard.health().await.unwrap();
    // What the server has answered is not asked again: once for the claim, and once in the commit.
    let mut info = redis::cmd("INFO");
    let stats: String = info.arg("commandstats").query_async(&mut admin).await.unwrap();
    let set = stats.lines().find(|line| line.starts_with("cmdstat_set:")).unwrap();
    assert!(set.contains("rejected_calls=2,"), "{set}");
}

#[tokio::test]
async fn debug_output_tells_the_settings() {
    let Some(server) = Server::start() else { return };
    let guard = builder().connect(&server.url()).await.unwrap();
    assert_eq!(
        format!("{guard:?}"),
        r#"RedisReplayGuard { key_prefix: "tests:", timeout: 60s, .. }"#
    );
}

#[tokio::test]
async fn what_cannot_be_connected_to_is_an_error_without_its_password() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let urls = [
        "not a url hunter2".to_owned(),
        "http://:hunter2@127.0.0.1/".to_owned(),
        "rediss://:hunter2@127.0.0.1/".to_owned(),
        format!("redis://:hunter2@127.0.0.1:{unused}/"),
    ];
    for url in urls {
        let error = builder().connect(&url).await.unwrap_err();
        assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
        let shown = format!("{error} {error:?} {}", error.source().unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn a_readiness_probe_says_whether_a_delivery_can_be_claimed() {
    use axum::Router;
    use axum::routing::{get, post};
    use bytes::Bytes;
    use http::{Request, StatusCode};
    use http_body_util::Full;
    use hyper_util::client::legacy::Client;
    use hyper_util::rt::TokioExecutor;
    use tower_webhook::replay::Replay;
    use tower_webhook::{Scheme, WebhookLayer};

    use crate::support::{sign, verifier};

    let Some(mut server) = Server::start() else { return };
    let guard = builder().timeout(Duration::from_secs(2)).connect(&server.url()).await.unwrap();
    let guard = Arc::new(guard);
    let layer = WebhookLayer::new(verifier(Scheme::STANDARD))
        .replay(Replay::with(Arc::clone(&guard)).timeout(PATIENT));
    let probe = move || async move {
        match guard.health().await {
            Ok(()) => StatusCode::OK,
            Err(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    };
    let app: Router =
        Router::new().route("/hook", post(async || ()).layer(layer)).route("/ready", get(probe));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });

    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let send = async |request: http::request::Builder, body: &'static str| {
        client.request(request.body(Full::from(body)).unwrap()).await.unwrap().status().as_u16()
    };
    let ready = async || send(Request::get(format!("http://{address}/ready")), "").await;
    let deliver = async || {
        let mut request = Request::post(format!("http://{address}/hook"));
        request.headers_mut().unwrap().extend(sign(Scheme::STANDARD, b"{}"));
        send(request, "{}").await
    };
    assert_eq!((ready().await, deliver().await), (200, 200));
    server.kill();
    assert_eq!((ready().await, deliver().await), (503, 503));
    server.restart();
    until(async || ready().await == 200).await;
    assert_eq!(deliver().await, 200);
}
