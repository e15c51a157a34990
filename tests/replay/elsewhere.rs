//! A connection that leads to a server that cannot serve, while another would lead to one that can.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tower_webhook::replay::{ReplayError, ReplayErrorKind, ReplayGuard as _};

use crate::contract::{HOUR, done, fresh, key};
use crate::redis::{admin, builder, every_call, name, until};
use crate::relay::Relay;
use crate::server::Server;

fn cause(error: &ReplayError) -> String {
    assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
    error.source().unwrap().to_string()
}

async fn configure(server: &Server, option: &str, value: &str) {
    let mut set = redis::cmd("CONFIG");
    set.arg("SET").arg(option).arg(value).exec_async(&mut admin(server).await).await.unwrap();
}

async fn follow(replica: &Server, master: &Server) {
    let mut follow = redis::cmd("REPLICAOF");
    follow.arg("127.0.0.1").arg(master.port());
    follow.exec_async(&mut admin(replica).await).await.unwrap();
}

async fn info(server: &Server) -> String {
    redis::cmd("INFO").query_async(&mut admin(server).await).await.unwrap()
}

/// Connects guards to a server, lets it fall, and expects them to find the one that the address leads
/// to after that, whichever of their calls comes first.
async fn are_found_elsewhere(old: &Server, new: &Server, fall: impl AsyncFnOnce(), code: &str) {
    let direct = builder().connect(&new.url()).await.unwrap();
    let lease = fresh(&direct, &key(1), HOUR).await;
    let relay = Relay::to(old.port()).await;
    let mut guards = Vec::new();
    for _ in 0..4 {
        guards.push(builder().connect(&relay.url).await.unwrap());
    }
    fall().await;
    let error = guards[0].claim(&key(2), HOUR).await.unwrap_err();
    assert!(cause(&error).to_uppercase().contains(code), "{}", cause(&error));
    relay.server.store(new.port(), Ordering::SeqCst);
    fresh(&guards[1], &key(2), HOUR).await;
    guards[2].extend(&key(1), &lease, 2 * HOUR).await.unwrap();
    guards[3].commit(&key(1), &lease, HOUR).await.unwrap();
    done(direct.claim(&key(1), HOUR).await);
    // The first one has not given up either.
    guards[0].health().await.unwrap();
    done(guards[0].claim(&key(1), HOUR).await);
}

#[tokio::test]
async fn a_server_that_became_a_replica_is_left() {
    let (Some(old), Some(new)) = (Server::start(), Server::start()) else { return };
    let demote = async || {
        follow(&old, &new).await;
        // Once the replica has the claim, the scripts get as far as the write that it refuses.
        let exists = redis::Cmd::exists(name(&key(1)));
        let replica = admin(&old).await;
        until(async || exists.query_async(&mut replica.clone()).await.unwrap_or(false)).await;
    };
    are_found_elsewhere(&old, &new, demote, "READONLY").await;
}

#[tokio::test]
async fn a_replica_that_has_lost_its_master_is_left() {
    let (Some(mut master), Some(old), Some(new)) =
        (Server::start(), Server::start(), Server::start())
    else {
        return;
    };
    configure(&old, "replica-read-only", "no").await;
    configure(&old, "replica-serve-stale-data", "no").await;
    let orphan = async || {
        follow(&old, &master).await;
        until(async || info(&old).await.contains("master_link_status:up")).await;
        master.kill();
        until(async || info(&old).await.contains("master_link_status:down")).await;
    };
    are_found_elsewhere(&old, &new, orphan, "MASTERDOWN").await;
}

#[tokio::test]
async fn a_node_that_has_left_its_cluster_is_left() {
    let (Some(old), Some(new)) = (Server::start_node(), Server::start()) else { return };
    are_found_elsewhere(&old, &new, async || {}, "CLUSTERDOWN").await;
}

#[tokio::test]
async fn a_server_that_asks_for_a_password_of_late_is_asked_anew_with_one() {
    let Some(server) = Server::start() else { return };
    let urls = [server.url(), format!("redis://:hunter2@127.0.0.1:{}/", server.port())];
    configure(&server, "requirepass", "hunter2").await;
    let attempts = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&attempts);
    let guard = builder().connect_with(move || {
        let attempt = counter.fetch_add(1, Ordering::SeqCst);
        let client = redis::Client::open(urls[attempt.min(1)].clone()).unwrap();
        async move { client.get_multiplexed_async_connection().await }
    });
    every_call(&guard).await;
    assert_eq!(attempts.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn whatever_says_so_replaces_the_connection_and_nothing_else_does() {
    let Some(server) = Server::start() else { return };
    let relay = Relay::to(server.port()).await;
    let guard = builder().connect(&relay.url).await.unwrap();
    let says = |error| *relay.error.lock().unwrap() = Some(error);
    for (id, error) in [
        "READONLY You can't write against a read only replica.",
        "LOADING Redis is loading the dataset in memory",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "CLUSTERDOWN Hash slot not served",
        "NOAUTH Authentication required.",
        // From a script, before Redis 7.
        "ERR Error running script (call to f_1): @user_script:3: @user_script: 3: -READONLY You can't \
         write against a read only replica.",
    ]
    .into_iter()
    .enumerate()
    {
        let connections = relay.accepted();
        says(error);
        let lease = fresh(&guard, &key(id), HOUR).await;
        assert_eq!(relay.accepted(), connections + 1, "{error}");
        says(error);
        guard.commit(&key(id), &lease, HOUR).await.unwrap();
        assert_eq!(relay.accepted(), connections + 2, "{error}");
        done(guard.claim(&key(id), HOUR).await);
    }
    let connections = relay.accepted();
    for (error, kind) in [
        ("OOM command not allowed when used memory > 'maxmemory'.", ReplayErrorKind::Full),
        (
            "ERR Error running script (call to f_1): @user_script:3: @user_script: 3: -OOM command not \
             allowed when used memory > 'maxmemory'.",
            ReplayErrorKind::Full,
        ),
        (
            "NOPERM this user has no permissions to run the 'set' command",
            ReplayErrorKind::Unavailable,
        ),
        ("ERR unknown command", ReplayErrorKind::Unavailable),
    ] {
        says(error);
        assert_eq!(guard.claim(&key("other"), HOUR).await.unwrap_err().kind(), kind);
    }
    guard.health().await.unwrap();
    assert_eq!(relay.accepted(), connections);
}

#[tokio::test]
async fn a_plain_connection_that_is_passed_ready_made_cannot_come_back() {
    let Some(mut server) = Server::start() else { return };
    let (plain, url) = (builder().connection(admin(&server).await), server.url());
    let by_url = builder().connect(&url).await.unwrap();
    every_call(&plain).await;
    server.kill();
    server.restart();
    until(async || by_url.health().await.is_ok()).await;
    let error = plain.health().await.unwrap_err();
    assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
}

/// The kernel's list of sockets tells which timer of each runs; the user timeout is not in it.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_peer_that_is_silent_is_asked_within_a_quarter_of_a_minute() {
    let Some(server) = Server::start() else { return };
    let guard = builder().connect(&server.url()).await.unwrap();
    let server = format!(":{:04X}", server.port());
    let sockets = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let is_ours = |fields: &Vec<&str>| fields[2].ends_with(&server) && fields[3] == "01";
    let ours: Vec<_> =
        sockets.lines().map(|line| line.split_whitespace().collect()).filter(is_ours).collect();
    let [socket] = &ours[..] else { panic!("{sockets}") };
    let (timer, hundredths) = socket[5].split_once(':').unwrap();
    assert_eq!(timer, "02", "no keepalive");
    assert!(u32::from_str_radix(hundredths, 16).unwrap() <= 1500, "{hundredths}");
    drop(guard);
}
