//! The secrets of the tenants, in SQLite.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Result};
use tokio::task::spawn_blocking;
use tower_webhook::Scheme;
use tower_webhook::fetch::{Endpoint, EndpointId, FetchError, FetchErrorKind, SecretFetcher};

/// Several rows for one tenant are a rotation. In a real table the secrets are encrypted, by a key that is
/// kept elsewhere.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS secrets (
    number INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    tenant TEXT NOT NULL,
    secret TEXT NOT NULL
)";
const ADD: &str = "INSERT INTO secrets (provider, tenant, secret) VALUES (?1, ?2, ?3)";
/// The newest first, and no more than a verifier takes.
const FIND: &str = "SELECT secret FROM secrets WHERE provider = ?1 AND tenant = ?2
    ORDER BY number DESC LIMIT 16";

pub(crate) struct Database {
    connection: Mutex<Connection>,
    queries: AtomicUsize,
}

impl Database {
    pub(crate) fn open(path: impl AsRef<Path>) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(TABLE)?;
        Ok(Self { connection: Mutex::new(connection), queries: AtomicUsize::new(0) })
    }

    /// Adds a secret as the provider shows it.
    pub(crate) fn add(&self, scheme: Scheme, tenant: &str, secret: &str) -> Result<()> {
        self.lock().execute(ADD, [scheme.name(), tenant, secret]).map(drop)
    }

    /// How often secrets were looked up.
    pub(crate) fn queries(&self) -> usize {
        self.queries.load(Ordering::Relaxed)
    }

    fn find(&self, scheme: Scheme, tenant: &str) -> Result<Vec<String>> {
        self.queries.fetch_add(1, Ordering::Relaxed);
        let connection = self.lock();
        let mut find = connection.prepare(FIND)?;
        find.query_map([scheme.name(), tenant], |row| row.get(0))?.collect()
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The secrets that tenants have at one provider.
pub(crate) struct SecretsOf {
    pub(crate) scheme: Scheme,
    pub(crate) database: Arc<Database>,
}

impl SecretFetcher for SecretsOf {
    async fn fetch(&self, tenant: &EndpointId) -> Result<Endpoint, FetchError> {
        let (scheme, database, id) = (self.scheme, Arc::clone(&self.database), tenant.clone());
        let texts = spawn_blocking(move || database.find(scheme, id.as_str())).await;
        // A database that fails is no reason to forget what is cached.
        let failed = |error| FetchError::new(FetchErrorKind::Unavailable).with_source(error);
        let texts = texts.map_err(|_| FetchErrorKind::Unavailable)?.map_err(failed)?;
        if texts.is_empty() {
            return Err(FetchErrorKind::NotFound.into());
        }
        let secrets: Result<Vec<_>, _> = texts.iter().map(|text| scheme.secret(text)).collect();
        let malformed = |error| FetchError::new(FetchErrorKind::Malformed).with_source(error);
        Ok(secrets.map_err(malformed)?.into())
    }
}
