//! The end of a server: what it has released on its way out is released.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use http::{Request, Response};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tower::{Layer as _, service_fn};
use tower_webhook::layer::VerifiedBody;
use tower_webhook::replay::{
    Claim, Lease, MemoryReplayGuard, Replay, ReplayError, ReplayGuard, ReplayKey,
};
use tower_webhook::{Scheme, WebhookLayer};

use crate::support::{sign, verifier};

const BODY: &[u8] = b"{}";

/// Claims, and releases when it is allowed to.
struct Slow {
    memory: MemoryReplayGuard,
    claims: Semaphore,
    releases: Semaphore,
    /// Of a claim that has begun.
    begun: Notify,
}

impl Slow {
    fn new(claims: usize) -> Arc<Self> {
        Arc::new(Self {
            memory: MemoryReplayGuard::builder().build(),
            claims: Semaphore::new(claims),
            releases: Semaphore::new(0),
            begun: Notify::new(),
        })
    }
}

impl ReplayGuard for Slow {
    pass_on!(memory: commit extend);

    async fn claim(&self, key: &ReplayKey, lease: Duration) -> Result<Claim, ReplayError> {
        let claim = self.memory.claim(key, lease).await;
        self.begun.notify_one();
        self.claims.acquire().await.unwrap().forget();
        claim
    }

    async fn release(&self, key: &ReplayKey, lease: &Lease) -> Result<(), ReplayError> {
        self.releases.acquire().await.unwrap().forget();
        self.memory.release(key, lease).await
    }
}

#[derive(Clone, Copy, Debug)]
enum Server {
    Axum,
    Hyper,
}

impl Server {
    /// Serves until it is told to stop, and then what has begun.
    async fn serve(self, listener: TcpListener, replay: Replay, stop: Arc<Notify>) {
        let layer = WebhookLayer::new(verifier(Scheme::STANDARD)).replay(replay);
        let service = layer.layer(service_fn(handle));
        match self {
            Self::Axum => {
                let app = Router::new().route("/hook", post(panics)).route_layer(layer);
                let stopped = async move { stop.notified().await };
                axum::serve(listener, app).with_graceful_shutdown(stopped).await.unwrap();
            }
            Self::Hyper => {
                let graceful = GracefulShutdown::new();
                loop {
                    let stream = tokio::select! {
                        accepted = listener.accept() => accepted.unwrap().0,
                        () = stop.notified() => break,
                    };
                    let service = TowerToHyperService::new(service.clone());
                    let connection =
                        http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                    tokio::spawn(graceful.watch(connection));
                }
                graceful.shutdown().await;
            }
        }
    }
}

async fn handle(_: Request<VerifiedBody>) -> Result<Response<String>, Infallible> {
    panics().await;
    Ok(Response::default())
}

/// A handler that is over before it answers.
async fn panics() {
    std::panic::resume_unwind(Box::new("as planned"))
}

async fn send(listener: &TcpListener) -> TcpStream {
    let mut head = String::from("POST /hook HTTP/1.1\r\nhost: test\r\ncontent-length: 2\r\n");
    for (name, value) in &sign(Scheme::STANDARD, BODY) {
        head += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    let mut stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    stream.write_all(format!("{head}\r\n{{}}").as_bytes()).await.unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_released_while_a_server_stops_is_released() {
    for server in [Server::Axum, Server::Hyper] {
        // The handler panics, or the client hangs up while the delivery is being claimed.
        for claims in [1, 0] {
            let guard = Slow::new(claims);
            let replay = Replay::with(Arc::clone(&guard));
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let stop = Arc::new(Notify::new());
            let mut client = send(&listener).await;
            let serving = tokio::spawn(server.serve(listener, replay.clone(), Arc::clone(&stop)));
            guard.begun.notified().await;
            if claims == 1 {
                assert_eq!(client.read(&mut [0]).await.unwrap_or(0), 0);
            }
            drop(client);
            stop.notify_one();
            serving.await.unwrap();
            assert_eq!(guard.memory.len(), 1, "{server:?}");

            let mut drained = Box::pin(replay.drained());
            let polled = drained.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert_eq!(polled, Poll::Pending, "{server:?}");
            guard.claims.add_permits(1);
            guard.releases.add_permits(1);
            drained.await;
            assert!(guard.memory.is_empty(), "{server:?}");
        }
    }
}
