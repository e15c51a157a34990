//! A balance, and the webhook of a payment provider that adds to it: each payment once, however often its
//! delivery is sent, and whenever this process is killed.
//!
//! ```text
//! PAYMENT_SECRET=whsec_… cargo run --example ledger        # 127.0.0.1:3000, ledger.db
//! cargo run --example ledger -- --check                    # sends itself payments, kills itself, and ends
//! ```

mod app;
mod check;

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use tokio::net::TcpListener;
use tower_webhook::Scheme;
use tower_webhook::replay::Replay;
use tower_webhook_sqlx::SqliteReplayGuard;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Fallible<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--check"] => check::run().await,
        // What `--check` starts and kills.
        ["--serve", database] => {
            let lease = Duration::from_secs(1);
            serve(Path::new(database), check::SECRET, "127.0.0.1:0", lease).await
        }
        _ => {
            let secret = std::env::var("PAYMENT_SECRET")?;
            let lease = Duration::from_secs(60);
            serve(Path::new("ledger.db"), &secret, "127.0.0.1:3000", lease).await
        }
    }
}

async fn serve(database: &Path, secret: &str, address: &str, lease: Duration) -> Fallible<()> {
    let pool = open(database).await?;
    let guard = SqliteReplayGuard::new(pool.clone());
    guard.ensure_table().await?;
    let replay = Replay::with(guard).lease(lease);
    let app = app::app(Scheme::STANDARD.verifier(secret)?, replay.clone(), pool.clone());

    let listener = TcpListener::bind(address).await?;
    println!("{}", listener.local_addr()?);
    let interrupted = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    axum::serve(listener, app).with_graceful_shutdown(interrupted).await?;
    // What runs on in the background is a delivery that was released, or a commit that is tried again.
    let _ = tokio::time::timeout(Duration::from_secs(5), replay.drained()).await;
    pool.close().await;
    Ok(())
}

/// Opens the database, and makes it if it is not there.
async fn open(database: &Path) -> Fallible<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePool::connect_with(options).await?;
    let schema = "CREATE TABLE IF NOT EXISTS balance (cents INTEGER NOT NULL);
        INSERT INTO balance SELECT 0 WHERE NOT EXISTS (SELECT * FROM balance);";
    sqlx::raw_sql(schema).execute(&pool).await?;
    Ok(pool)
}
