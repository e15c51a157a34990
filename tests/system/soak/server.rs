//! axum on hyper, with the layer before each handler.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use http::StatusCode;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower_webhook::clock::{Clock as _, ManualClock};
use tower_webhook::replay::{MemoryReplayGuard, Replay};
use tower_webhook::{Scheme, Secret, Verified, Verifier, WebhookLayer};

use crate::message::Key;
use crate::plan::{Act, item};
use crate::{ROUND, support};

/// The longest body that is accepted.
pub(crate) const LIMIT: usize = 32 << 10;

/// More connections than there ever are.
const CONNECTIONS: u32 = 1000;

/// How much later each round is. The deliveries of the one before are out of the tolerance, and
/// the guard has forgotten them.
const STEP: Duration = Duration::from_secs(60 * 60);

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) records: Arc<Records>,
    connections: Arc<Semaphore>,
}

impl Server {
    pub(crate) async fn start(seed: u64) -> Self {
        let records = Arc::new(Records::new(seed));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(Semaphore::new(usize::try_from(CONNECTIONS).unwrap()));
        tokio::spawn(serve(listener, app(&records), Arc::clone(&connections)));
        Self { address, records, connections }
    }

    /// Waits for all connections to end, whose clients have hung up.
    pub(crate) async fn settle(&self) {
        // Once this one is accepted, so are all before it.
        let mut last = TcpStream::connect(self.address).await.unwrap();
        last.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        last.read_exact(&mut [0]).await.unwrap();
        drop(last);
        drop(self.connections.acquire_many(CONNECTIONS).await.unwrap());
    }
}

async fn serve(listener: TcpListener, app: Router, connections: Arc<Semaphore>) {
    loop {
        // One whose client is gone already may be an error here.
        let Ok((stream, _)) = listener.accept().await else { continue };
        // Answers in a pipeline do not wait for each other to be acknowledged.
        drop(stream.set_nodelay(true));
        let permit = Arc::clone(&connections).acquire_owned().await.unwrap();
        let service = TowerToHyperService::new(app.clone());
        tokio::spawn(async move {
            let mut server = http1::Builder::new();
            let connection =
                server.half_close(true).serve_connection(TokioIo::new(stream), service);
            // Many end with an error, as they are meant to.
            drop(connection.await);
            drop(permit);
        });
    }
}

fn app(records: &Arc<Records>) -> Router {
    let verifier = |scheme| {
        let secret = |key: Key| Secret::bytes(key.bytes()).unwrap();
        let verifier = Verifier::new(scheme, secret(Key::Newer)).unwrap();
        let verifier = verifier.add_secret(secret(Key::Older)).unwrap();
        verifier.clock(records.clock.clone())
    };
    let guard = MemoryReplayGuard::builder().clock(records.clock.clone()).build();
    let standard = WebhookLayer::new(verifier(Scheme::STANDARD))
        .body_limit(LIMIT)
        .replay(Replay::with(guard).keep(Duration::ZERO));
    let github = WebhookLayer::new(verifier(Scheme::GITHUB)).body_limit(LIMIT);
    Router::new()
        .route("/standard", post(handle).route_layer(standard))
        .route("/github", post(handle).route_layer(github))
        .with_state(Arc::clone(records))
}

async fn handle(
    State(records): State<Arc<Records>>,
    delivery: Verified,
    body: Bytes,
) -> StatusCode {
    let index = match delivery.id() {
        Some(id) => id.strip_prefix("msg_").unwrap().parse().unwrap(),
        None => std::str::from_utf8(&body).unwrap().split(' ').next().unwrap().parse().unwrap(),
    };
    records.run(index, &delivery, &body)
}

/// What the handlers saw in one round.
pub(crate) struct Records {
    seed: u64,
    /// The number of the round's first request.
    first: AtomicU64,
    clock: ManualClock,
    runs: Vec<AtomicU8>,
    total: AtomicU64,
}

impl Records {
    fn new(seed: u64) -> Self {
        Self {
            seed,
            first: AtomicU64::new(0),
            clock: ManualClock::new(support::at(support::NOW)),
            runs: (0..ROUND).map(|_| AtomicU8::new(0)).collect(),
            total: AtomicU64::new(0),
        }
    }

    pub(crate) fn begin(&self, first: u64) {
        self.first.store(first, Ordering::SeqCst);
        self.clock.advance(STEP);
        self.runs.iter().for_each(|runs| runs.store(0, Ordering::SeqCst));
    }

    pub(crate) fn time(&self) -> i64 {
        self.clock.now().unix_timestamp()
    }

    /// How often the handler ran for this request.
    pub(crate) fn runs(&self, index: u64) -> u8 {
        self.runs_of(index).load(Ordering::SeqCst)
    }

    /// How often a handler ran at all.
    pub(crate) fn total(&self) -> u64 {
        self.total.load(Ordering::SeqCst)
    }

    /// The handler runs, which it does only for what was sent as it is, and not forged.
    fn run(&self, index: u64, delivery: &Verified, body: &[u8]) -> StatusCode {
        let item = item(self.seed, index, self.time());
        assert!(item.act.forgery().is_none(), "{index}: handled {:?}", item.act);
        assert!(body == item.message.body, "{index}: handled with another body");
        let secret = usize::from(item.act == Act::OlderSecret);
        assert_eq!(delivery.secret_index(), secret, "{index}: verified with another secret");
        self.total.fetch_add(1, Ordering::SeqCst);
        let earlier = self.runs_of(index).fetch_add(1, Ordering::SeqCst);
        match item.act {
            Act::FailsFirst if earlier == 0 => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::NO_CONTENT,
        }
    }

    fn runs_of(&self, index: u64) -> &AtomicU8 {
        let at = index.checked_sub(self.first.load(Ordering::SeqCst)).unwrap();
        &self.runs[usize::try_from(at).unwrap()]
    }
}
