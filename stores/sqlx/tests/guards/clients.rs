//! A handler commits with another client, by the text of the statements alone.

use std::error::Error;

use tokio_postgres::{Client, NoTls};
use tower_webhook::replay::{Lease, ReplayGuard as _, ReplayKey, sql};

use crate::contract::{HOUR, Store as _, done, fresh, in_flight, key};
use crate::database::{Database as _, InPostgres};

/// The whole of it. Whether the effect has happened.
async fn handle(
    client: &mut Client,
    key: &ReplayKey,
    lease: &Lease,
) -> Result<bool, Box<dyn Error>> {
    let transaction = client.transaction().await?;
    transaction.execute("INSERT INTO effects VALUES (1)", &[]).await?;
    let (key, lease) = (&key.as_bytes()[..], &lease.as_bytes()[..]);
    let keep = sql::millis(HOUR);
    if transaction.execute(sql::postgres::COMMIT, &[&key, &lease, &keep]).await? == 0 {
        // Dropped, the transaction is rolled back.
        return Ok(false);
    }
    transaction.commit().await?;
    Ok(true)
}

#[tokio::test(flavor = "multi_thread")]
async fn tokio_postgres_commits_a_claim_with_its_effect() {
    let Some(database) = InPostgres::start().await else { return };
    let (mut client, connection) =
        tokio_postgres::connect(&database.server.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    let lost = fresh(database.guard(), &key(1), HOUR).await;
    database.pass(&key(1), HOUR).await;
    let lease = fresh(database.guard(), &key(1), HOUR).await;
    assert!(!handle(&mut client, &key(1), &lost).await.unwrap());
    assert_eq!(database.count("effects").await, 0);
    in_flight(database.guard().claim(&key(1), HOUR).await);
    assert!(handle(&mut client, &key(1), &lease).await.unwrap());
    assert_eq!(database.count("effects").await, 1);
    done(database.guard().claim(&key(1), HOUR).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokio_postgres_can_do_all_that_a_guard_does() {
    let Some(database) = InPostgres::start().await else { return };
    let (client, connection) =
        tokio_postgres::connect(&database.server.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(sql::postgres::TABLE).await.unwrap();
    let (id, hour) = (key(1), sql::millis(HOUR));
    let key = &id.as_bytes()[..];
    let owners = [Lease::random().unwrap(), Lease::random().unwrap()];
    let [first, second] = owners.each_ref().map(|lease| &lease.as_bytes()[..]);
    let claim = async |owner: &[u8]| -> Option<bool> {
        let row = client.query_opt(sql::postgres::CLAIM, &[&key, &owner, &hour]).await.unwrap();
        row.map(|row| row.get(0))
    };
    assert_eq!(claim(first).await, Some(false));
    // The answer was lost, and the call is repeated.
    assert_eq!(claim(first).await, Some(false));
    assert_eq!(claim(second).await, None);
    let execute = async |text: &str, owner: &[u8], time: i64| -> u64 {
        client.execute(text, &[&key, &owner, &time]).await.unwrap()
    };
    assert_eq!(execute(sql::postgres::EXTEND, second, hour).await, 0);
    assert_eq!(execute(sql::postgres::EXTEND, first, hour).await, 1);
    for (owner, released) in [(second, 0), (first, 1)] {
        let changed = client.execute(sql::postgres::RELEASE, &[&key, &owner]).await.unwrap();
        assert_eq!(changed, released);
    }
    assert_eq!(claim(second).await, Some(false));
    assert_eq!(client.execute(sql::postgres::FORGET, &[&key]).await.unwrap(), 0);
    assert_eq!(execute(sql::postgres::COMMIT, first, hour).await, 0);
    assert_eq!(execute(sql::postgres::CONFIRM, first, hour).await, 0);
    assert_eq!(execute(sql::postgres::COMMIT, second, hour).await, 1);
    // Once, because an effect is committed with it.
    assert_eq!(execute(sql::postgres::COMMIT, second, hour).await, 0);
    for _ in 0..2 {
        assert_eq!(execute(sql::postgres::CONFIRM, second, hour).await, 1);
        assert_eq!(claim(first).await, Some(true));
        assert_eq!(claim(second).await, Some(true));
    }
    assert_eq!(client.execute(sql::postgres::FORGET, &[&key]).await.unwrap(), 1);
    assert_eq!(client.execute(sql::postgres::HEALTH, &[]).await.unwrap(), 0);
    assert_eq!(client.execute(sql::postgres::SWEEP, &[&hour]).await.unwrap(), 0);
    assert_eq!(claim(first).await, Some(false));
    // What this client has claimed is claimed for a guard.
    in_flight(database.guard().claim(&id, HOUR).await);
}
