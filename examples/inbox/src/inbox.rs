//! The table of deliveries.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Result};
use tokio::sync::Notify;

/// `due` is when a delivery is to be worked on, in Unix seconds, and null when that is done. What is done
/// stays for a week, longer than a sender goes on retrying, so that it is known when it comes again.
const SCHEMA: &str = "
    pragma journal_mode = wal;
    pragma synchronous = full;
    create table if not exists inbox (
        id text primary key,
        body blob not null,
        received integer not null default (unixepoch()),
        due integer default (unixepoch())
    );
    create index if not exists inbox_due on inbox (due) where due is not null;
";
const PUT: &str = "insert into inbox (id, body) values (?1, ?2) on conflict do nothing";
const NEXT: &str =
    "select id, body from inbox where due <= unixepoch() order by due, rowid limit 1";
const SUCCEEDED: &str = "update inbox set due = null where id = ?1";
const FAILED: &str = "update inbox set due = unixepoch() + 60 where id = ?1";
const FORGET: &str = "delete from inbox where due is null and received < unixepoch() - 604800";

pub(crate) struct Inbox {
    database: Mutex<Connection>,
    filled: Notify,
}

impl Inbox {
    pub(crate) fn open(path: impl AsRef<Path>) -> Result<Self> {
        let database = Connection::open(path)?;
        database.execute_batch(SCHEMA)?;
        Ok(Self { database: Mutex::new(database), filled: Notify::new() })
    }

    /// Writes a delivery to the disk, if it is not there.
    pub(crate) fn put(&self, id: &str, body: &[u8]) -> Result<()> {
        self.with(|database| database.execute(PUT, (id, body)))?;
        self.filled.notify_one();
        Ok(())
    }

    /// The next delivery that is due.
    pub(crate) fn next(&self) -> Result<Option<(String, Vec<u8>)>> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        self.with(|database| database.query_row(NEXT, (), read).optional())
    }

    /// Notes what came of a delivery, and forgets what is old.
    pub(crate) fn settle(&self, id: &str, succeeded: bool) -> Result<()> {
        let settle = if succeeded { SUCCEEDED } else { FAILED };
        self.with(|database| database.execute(settle, [id]))?;
        self.with(|database| database.execute(FORGET, ()))?;
        Ok(())
    }

    /// Waits until something has come, or may have become due.
    pub(crate) async fn waits(&self, at_most: Duration) {
        let _ = tokio::time::timeout(at_most, self.filled.notified()).await;
    }

    fn with<T>(&self, run: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        run(&self.database.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
