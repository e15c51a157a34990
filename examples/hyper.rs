//! The smallest receiver without a framework: hyper, one connection at a time per task.
//!
//! ```text
//! GITHUB_SECRET=… cargo run --example hyper --features replay
//! cargo run --example hyper --features replay -- --check      # sends itself a good and a forged delivery, and shuts down
//! ```

use std::convert::Infallible;
use std::error::Error;
use std::pin::pin;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tower::{Layer as _, service_fn};
use tower_webhook::layer::VerifiedBody;
use tower_webhook::replay::{MemoryReplayGuard, Replay};
use tower_webhook::{Scheme, WebhookLayer};

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Fallible<()> {
    if std::env::args().any(|argument| argument == "--check") {
        return check().await;
    }
    let secret = std::env::var("GITHUB_SECRET")?;
    let interrupted = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    serve(TcpListener::bind("127.0.0.1:3000").await?, &secret, interrupted).await
}

async fn serve(
    listener: TcpListener,
    secret: &str,
    interrupted: impl Future<Output = ()>,
) -> Fallible<()> {
    let replay = Replay::with(MemoryReplayGuard::builder().build());
    let layer = WebhookLayer::new(Scheme::GITHUB.verifier(secret)?).replay(replay.clone());
    let service = layer.layer(service_fn(handle));
    let (graceful, mut interrupted) = (GracefulShutdown::new(), pin!(interrupted));
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            () = &mut interrupted => break,
        };
        let service = TowerToHyperService::new(service.clone());
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(graceful.watch(connection));
    }
    graceful.shutdown().await;
    // A sender may have hung up, and then its delivery is still being committed or released.
    let _ = timeout(Duration::from_secs(5), replay.drained()).await;
    Ok(())
}

/// Only verified deliveries come here.
async fn handle(request: Request<VerifiedBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await?.to_bytes();
    Ok(Response::new(Full::from(format!("{} bytes, thank you\n", body.len()))))
}

async fn check() -> Fallible<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    let (interrupt, interrupted) = oneshot::channel();
    let interrupted = async { interrupted.await.unwrap_or_default() };
    let server = tokio::spawn(serve(listener, "secret", interrupted));
    let client = Client::builder(TokioExecutor::new()).build_http();
    for (secret, expected) in [("secret", 200), ("another", 401)] {
        let signer = Scheme::GITHUB.signer(secret)?;
        let request = signer.request(&url, None, OffsetDateTime::now_utc(), Bytes::from("{}"))?;
        let status = client.request(request.map(Full::new)).await?.status();
        println!("signed with {secret:?}: {status}");
        if status != expected {
            return Err(format!("expected {expected}").into());
        }
    }
    let _ = interrupt.send(());
    // It ends, although the client holds its connection open.
    timeout(Duration::from_secs(60), server).await??
}
