//! A master that dies, and a guard that asks the sentinels for the next, as its documentation says.

use redis::sentinel::{SentinelClient, SentinelServerType};
use tower_webhook::replay::{Claim, ReplayErrorKind, ReplayGuard as _};

use crate::contract::{HOUR, done, fresh, in_flight, key};
use crate::redis::{admin, builder, name, until};
use crate::server::Server;

#[tokio::test]
async fn a_master_that_dies_is_left_for_the_next_without_a_new_guard() {
    let (Some(mut master), Some(replica)) = (Server::start(), Server::start()) else { return };
    let mut follow = redis::cmd("REPLICAOF");
    follow
        .arg("127.0.0.1")
        .arg(master.port())
        .exec_async(&mut admin(&replica).await)
        .await
        .unwrap();
    let Some(sentinel) = Server::start_sentinel(&master) else { return };
    let mut watched = redis::cmd("INFO");
    watched.arg("sentinel");
    let mut asked = admin(&sentinel).await;
    // It asks the master for its replicas every ten seconds.
    until(async || {
        let info: String = watched.query_async(&mut asked).await.unwrap();
        info.contains("status=ok") && info.contains("slaves=1")
    })
    .await;

    let url = sentinel.url();
    let guard = builder().connect_with(move || {
        let sentinels = vec![url.clone()];
        async {
            let name = "main".to_owned();
            let mut client =
                SentinelClient::build(sentinels, name, None, SentinelServerType::Master)?;
            client.get_async_connection().await
        }
    });
    let handled = fresh(&guard, &key(1), HOUR).await;
    guard.commit(&key(1), &handled, HOUR).await.unwrap();
    let held = fresh(&guard, &key(2), HOUR).await;
    let passed_on = redis::Cmd::exists(name(&key(2)));
    let mut copy = admin(&replica).await;
    until(async || passed_on.query_async::<bool>(&mut copy).await.unwrap()).await;

    master.kill();
    let mut failed = 0;
    until(async || match guard.claim(&key(3), HOUR).await {
        Ok(Claim::Fresh(_)) => true,
        Ok(other) => panic!("{other:?}"),
        Err(error) => {
            assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
            failed += 1;
            false
        }
    })
    .await;
    assert!(failed > 0);
    // What the master had passed on is known.
    done(guard.claim(&key(1), HOUR).await);
    in_flight(guard.claim(&key(2), HOUR).await);
    guard.commit(&key(2), &held, HOUR).await.unwrap();
    done(guard.claim(&key(2), HOUR).await);
    let direct = builder().connect(&replica.url()).await.unwrap();
    in_flight(direct.claim(&key(3), HOUR).await);
}
