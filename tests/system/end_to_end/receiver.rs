//! A receiver: a process of its own, which its sender and its own handlers treat badly.

use std::io::Read as _;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Stdio, abort, exit};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::Command;
use tower_webhook::layer::{BareStatus, OnRejection as _, Refused};
use tower_webhook::receive::RejectionKind;
use tower_webhook::replay::{
    Claim, Lease, RedisReplayGuard, Replay, ReplayError, ReplayErrorKind, ReplayGuard, ReplayKey,
};
use tower_webhook::{Scheme, Verified, WebhookLayer};

use crate::fate::{Fate, killed_after_commit, work};
use crate::journal::{Entry, Event, Journal, name, name_of};
use crate::support::WHSEC;

pub(crate) const LEASE: Duration = Duration::from_secs(1);

/// How long the guard waits for the store.
const STORE_PATIENCE: Duration = Duration::from_millis(300);

/// What a handler allows itself. Together with a claim and a commit that take as long as they may
/// it is within the lease, or hardly more.
const LONGEST_WORK: Duration = Duration::from_millis(400);

/// Which try this is. Not signed, and nothing but the test relies on it.
pub(crate) const ATTEMPT: &str = "attempt";

/// A delivery that is being handled. By the status it could also be a store that is away.
pub(crate) const IN_FLIGHT: &str = "in-flight";

/// These make a process of the tests a receiver.
const JOURNAL: &str = "TOWER_WEBHOOK_TEST_JOURNAL";
const STORE: &str = "TOWER_WEBHOOK_TEST_STORE";

/// The receivers as their sender sees them.
#[derive(Debug)]
pub(crate) struct Receivers {
    directory: PathBuf,
    test: String,
    ports: [AtomicU16; 2],
    /// How many processes have been started.
    started: AtomicUsize,
}

impl Receivers {
    /// Receivers that are made by starting the test called `test`, which calls [`be_one`].
    pub(crate) fn new(directory: &Path, test: &str) -> Self {
        Self {
            directory: directory.to_owned(),
            test: test.to_owned(),
            ports: [AtomicU16::new(0), AtomicU16::new(0)],
            started: AtomicUsize::new(0),
        }
    }

    /// Where a receiver listens. Nobody does while it is restarted.
    pub(crate) fn port(&self, receiver: usize) -> u16 {
        self.ports[receiver].load(Ordering::SeqCst)
    }

    /// The journals of all processes so far.
    pub(crate) fn journals(&self) -> Vec<Vec<Entry>> {
        let started = self.started.load(Ordering::SeqCst);
        (0..started)
            .map(|process| self.journal(process))
            .filter(|path| path.exists())
            .map(|path| Journal::read(&path))
            .collect()
    }

    fn journal(&self, process: usize) -> PathBuf {
        self.directory.join(format!("{process}.journal"))
    }

    /// Starts a receiver, and again whenever it was killed.
    pub(crate) async fn keep_up(&self, receiver: usize, store: &str) -> ! {
        loop {
            let process = self.started.fetch_add(1, Ordering::SeqCst);
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--exact", &self.test, "--nocapture"]).kill_on_drop(true);
            command.env(JOURNAL, self.journal(process)).env(STORE, store);
            let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
            while let Some(line) = output.next_line().await.unwrap() {
                if let Some(port) = line.strip_prefix("port ") {
                    self.ports[receiver].store(port.parse().unwrap(), Ordering::SeqCst);
                }
            }
            let status = child.wait().await.unwrap();
            assert_eq!(status.code(), None, "a receiver ended by itself");
        }
    }
}

/// Is a receiver for as long as the process lives, if that is what the process was started for.
pub(crate) async fn be_one() {
    let (Some(journal), Ok(store)) = (std::env::var_os(JOURNAL), std::env::var(STORE)) else {
        return;
    };
    // It does not outlive the test.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        exit(0);
    });
    let journal = Arc::new(Journal::create(Path::new(&journal)));
    let guard = Witness { guard: connect(&store).await, journal: Arc::clone(&journal) };
    let layer = WebhookLayer::new(Scheme::STANDARD.verifier(WHSEC).unwrap())
        .replay(Replay::with(guard).lease(LEASE))
        .on_rejection(refuse);
    let app = Router::new().route("/hook", post(handle)).route_layer(layer).with_state(journal);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("\nport {}", listener.local_addr().unwrap().port());
    axum::serve(listener, app).await.unwrap();
    exit(0);
}

/// The store may be away just now.
async fn connect(store: &str) -> RedisReplayGuard {
    loop {
        let builder = RedisReplayGuard::builder().timeout(STORE_PATIENCE);
        if let Ok(guard) = builder.connect_timeout(STORE_PATIENCE).connect(store).await {
            return guard;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn refuse(refused: &Refused<'_>) -> Response<Body> {
    let mut response: Response<Body> = BareStatus.respond(refused);
    if refused.rejection().kind() == RejectionKind::InFlight {
        response.headers_mut().insert(IN_FLIGHT, HeaderValue::from_static("yes"));
    }
    response
}

async fn handle(
    State(journal): State<Arc<Journal>>,
    delivery: Verified,
    headers: HeaderMap,
) -> StatusCode {
    let started = Instant::now();
    let id = delivery.id().unwrap();
    let attempt = headers[ATTEMPT].to_str().unwrap().parse().unwrap();
    let key = name_of(id);
    tokio::time::sleep(work(id, attempt)).await;
    match Fate::of(id, attempt) {
        Fate::Fails => StatusCode::INTERNAL_SERVER_ERROR,
        // Without a message for each.
        Fate::Panics => resume_unwind(Box::new("as planned")),
        Fate::Hangs { .. } => std::future::pending().await,
        Fate::KilledBefore => {
            journal.note(Event::KilledBefore, &key);
            abort()
        }
        // On a machine that stood still. It may be someone else's by now.
        _ if started.elapsed() > LONGEST_WORK => StatusCode::INTERNAL_SERVER_ERROR,
        Fate::KilledAfter => {
            journal.success(&key, attempt);
            journal.note(Event::KilledAfter, &key);
            abort()
        }
        Fate::Succeeds => {
            journal.success(&key, attempt);
            StatusCode::NO_CONTENT
        }
    }
}

/// A guard that writes down what became of the commits.
struct Witness {
    guard: RedisReplayGuard,
    journal: Arc<Journal>,
}

impl ReplayGuard for Witness {
    pass_on!(guard: claim release extend);

    async fn commit(
        &self,
        key: &ReplayKey,
        lease: &Lease,
        keep: Duration,
    ) -> Result<(), ReplayError> {
        let done = self.guard.commit(key, lease, keep).await;
        let key = name(key);
        let event = match &done {
            Ok(()) => Event::Committed,
            Err(error) if error.kind() == ReplayErrorKind::LeaseLost => Event::CommitLate,
            Err(_) => Event::CommitUnanswered,
        };
        self.journal.note(event, &key);
        if done.is_ok() && killed_after_commit(&key) {
            self.journal.note(Event::KilledAfterCommit, &key);
            abort();
        }
        done
    }
}
