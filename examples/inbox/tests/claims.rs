//! A handler that keeps its data with rusqlite commits its claim there too, by the text of the statements
//! alone. Here, because a program can have one SQLite only, and `tower-webhook-sqlx` has another.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Result, TransactionBehavior};
use tower_webhook::Scheme;
use tower_webhook::replay::{Lease, ReplayKey, sql};

const HOUR: Duration = Duration::from_secs(60 * 60);

struct Directory(PathBuf);

impl Directory {
    fn create(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn open(&self) -> Connection {
        let database = Connection::open(self.0.join("shop.db")).unwrap();
        database.busy_timeout(Duration::from_secs(30)).unwrap();
        database.pragma_update(None, "journal_mode", "wal").unwrap();
        database.execute_batch(sql::sqlite::TABLE).unwrap();
        database.execute_batch("CREATE TABLE IF NOT EXISTS effects (number INTEGER)").unwrap();
        database
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn key() -> [u8; 32] {
    *ReplayKey::of_content(Scheme::GITHUB, None, b"{}").as_bytes()
}

/// `Some(false)`: claimed, `Some(true)`: done, `None`: in flight.
fn claim(database: &Connection, lease: &Lease) -> Option<bool> {
    let parameters = (key(), lease.as_bytes(), sql::millis(HOUR));
    let mut claim = database.prepare(sql::sqlite::CLAIM).unwrap();
    // To its end, where it takes effect.
    let rows: Vec<bool> =
        claim.query_map(parameters, |row| row.get(0)).unwrap().collect::<Result<_>>().unwrap();
    rows.first().copied()
}

fn execute(database: &Connection, statement: &str, lease: &Lease) -> usize {
    let parameters = (key(), lease.as_bytes(), sql::millis(HOUR));
    database.execute(statement, parameters).unwrap()
}

/// The whole of it. Whether the effect has happened.
fn handle(database: &mut Connection, lease: &Lease) -> Result<bool> {
    let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("INSERT INTO effects VALUES (1)", ())?;
    let parameters = (key(), lease.as_bytes(), sql::millis(HOUR));
    if transaction.execute(sql::sqlite::COMMIT, parameters)? == 0 {
        // Dropped, the transaction is rolled back.
        return Ok(false);
    }
    transaction.commit()?;
    Ok(true)
}

fn count(database: &Connection) -> i64 {
    database.query_row("SELECT count(*) FROM effects", (), |row| row.get(0)).unwrap()
}

#[test]
fn rusqlite_commits_a_claim_with_its_effect() {
    let directory = Directory::create("rusqlite-claims");
    let mut database = directory.open();
    let [first, second] = [Lease::random().unwrap(), Lease::random().unwrap()];
    assert_eq!(claim(&database, &first), Some(false));
    assert_eq!(claim(&database, &second), None);
    let passed = "UPDATE tower_webhook_replay SET ends = ends - ?1";
    assert_eq!(database.execute(passed, [sql::millis(HOUR)]).unwrap(), 1);
    assert_eq!(claim(&database, &second), Some(false));
    assert!(!handle(&mut database, &first).unwrap());
    assert_eq!(count(&database), 0);
    assert!(handle(&mut database, &second).unwrap());
    // It has not seen the end of its transaction, and repeats it.
    assert!(!handle(&mut database, &second).unwrap());
    assert_eq!(count(&database), 1);
    assert_eq!(claim(&database, &first), Some(true));
    assert_eq!(execute(&database, sql::sqlite::CONFIRM, &second), 1);
    assert_eq!(execute(&database, sql::sqlite::CONFIRM, &first), 0);
}

#[test]
fn rusqlite_can_do_all_that_a_guard_does() {
    let directory = Directory::create("rusqlite-guard");
    let database = directory.open();
    let [first, second] = [Lease::random().unwrap(), Lease::random().unwrap()];
    assert_eq!(claim(&database, &first), Some(false));
    // The call is repeated.
    assert_eq!(claim(&database, &first), Some(false));
    assert_eq!(execute(&database, sql::sqlite::EXTEND, &second), 0);
    assert_eq!(execute(&database, sql::sqlite::EXTEND, &first), 1);
    for (lease, released) in [(&second, 0), (&first, 1)] {
        let parameters = (key(), lease.as_bytes());
        assert_eq!(database.execute(sql::sqlite::RELEASE, parameters).unwrap(), released);
    }
    assert_eq!(claim(&database, &second), Some(false));
    assert_eq!(database.execute(sql::sqlite::FORGET, [key()]).unwrap(), 0);
    assert_eq!(execute(&database, sql::sqlite::COMMIT, &second), 1);
    assert_eq!(database.execute(sql::sqlite::FORGET, [key()]).unwrap(), 1);
    assert_eq!(database.execute(sql::sqlite::HEALTH, ()).unwrap(), 0);
    assert_eq!(claim(&database, &first), Some(false));
    database.execute("UPDATE tower_webhook_replay SET ends = 0", ()).unwrap();
    assert_eq!(database.execute(sql::sqlite::SWEEP, [0]).unwrap(), 0);
    assert_eq!(database.execute(sql::sqlite::SWEEP, [10]).unwrap(), 1);
    let rest = "SELECT key FROM tower_webhook_replay";
    let rest: Option<Vec<u8>> = database.query_row(rest, (), |row| row.get(0)).optional().unwrap();
    assert_eq!(rest, None);
}

#[test]
fn of_many_connections_one_claims_and_one_has_its_effect() {
    let directory = Directory::create("rusqlite-race");
    drop(directory.open());
    let fresh = std::thread::scope(|scope| {
        let race = |_| {
            scope.spawn(|| {
                let mut database = directory.open();
                let lease = Lease::random().unwrap();
                let is_fresh = claim(&database, &lease) == Some(false);
                assert_eq!(handle(&mut database, &lease).unwrap(), is_fresh);
                usize::from(is_fresh)
            })
        };
        let all: Vec<_> = (0..8).map(race).collect();
        all.into_iter().map(|one| one.join().unwrap()).sum::<usize>()
    });
    assert_eq!((fresh, count(&directory.open())), (1, 1));
}
