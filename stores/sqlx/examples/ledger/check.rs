//! Payments by a provider that sends each of them three times, to a process that is killed ten times.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU16, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use time::OffsetDateTime;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tower_webhook::{Scheme, Signer};

use crate::{Fallible, open};

/// The key that Standard Webhooks has in its documentation.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const PAYMENTS: i64 = 1000;
const TIMES: i64 = 3;
const KILLS: i64 = 10;
const IN_FLIGHT: usize = 32;

pub(crate) async fn run() -> Fallible<()> {
    let directory = Directory::create()?;
    let database = directory.0.join("ledger.db");
    let provider = Arc::new(Provider::new()?);
    let mut sending = JoinSet::new();
    for sender in 0..IN_FLIGHT {
        let provider = Arc::clone(&provider);
        sending.spawn(async move {
            for payment in (0..PAYMENTS).skip(sender).step_by(IN_FLIGHT) {
                for _ in 0..TIMES {
                    provider.deliver(payment).await?;
                }
            }
            Fallible::Ok(())
        });
    }
    for kill in 0..=KILLS {
        let mut process = provider.start(&database).await?;
        if kill == KILLS {
            while let Some(sent) = sending.join_next().await {
                sent??;
            }
        }
        // In the midst of whatever the other senders have it do.
        let until = PAYMENTS * TIMES * (kill + 1) / (KILLS + 2);
        while provider.delivered.load(Ordering::SeqCst) < until {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        process.kill().await?;
    }

    let payments: i64 = (0..PAYMENTS).map(cents).sum();
    let pool = open(&database).await?;
    let balance: i64 = sqlx::query_scalar("SELECT cents FROM balance").fetch_one(&pool).await?;
    pool.close().await;
    println!(
        "{PAYMENTS} payments, each sent {TIMES} times, to a process that was killed {KILLS} times"
    );
    println!(
        "tries {}, of which acknowledged {}",
        provider.tries.load(Ordering::SeqCst),
        PAYMENTS * TIMES
    );
    println!("payments {payments}, balance {balance}");
    if balance == payments { Ok(()) } else { Err("these are not the same".into()) }
}

fn cents(payment: i64) -> i64 {
    100 + 7 * payment
}

struct Provider {
    client: Client<HttpConnector, Full<Bytes>>,
    signer: Signer,
    /// Of the process, while there is one.
    port: AtomicU16,
    tries: AtomicI64,
    delivered: AtomicI64,
}

impl Provider {
    fn new() -> Fallible<Self> {
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            signer: Scheme::STANDARD.signer(SECRET)?,
            port: AtomicU16::new(0),
            tries: AtomicI64::new(0),
            delivered: AtomicI64::new(0),
        })
    }

    async fn start(&self, database: &Path) -> Fallible<Child> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--serve").arg(database).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn()?;
        let output = process.stdout.take().ok_or("no output")?;
        let address = BufReader::new(output).lines().next_line().await?.ok_or("no address")?;
        self.port.store(address.rsplit(':').next().unwrap_or_default().parse()?, Ordering::SeqCst);
        Ok(process)
    }

    /// Sends a delivery until it is acknowledged.
    async fn deliver(&self, payment: i64) -> Fallible<()> {
        loop {
            let url = format!("http://127.0.0.1:{}/payments", self.port.load(Ordering::SeqCst));
            let body = format!(r#"{{"cents":{}}}"#, cents(payment));
            let id = format!("msg_{payment}");
            let mut request =
                self.signer.request(&url, id.as_str(), OffsetDateTime::now_utc(), body)?;
            request.headers_mut().insert("content-type", "application/json".parse()?);
            self.tries.fetch_add(1, Ordering::SeqCst);
            let answer = self.client.request(request.map(Full::from)).await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                self.delivered.fetch_add(1, Ordering::SeqCst);
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

struct Directory(PathBuf);

impl Directory {
    fn create() -> Fallible<Self> {
        let path = std::env::temp_dir().join(format!("ledger-{}", std::process::id()));
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
