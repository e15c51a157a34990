//! The smallest receiver without a framework: hyper, one connection at a time per task.
//!
//! ```text
//! GITHUB_SECRET=… cargo run --example hyper
//! cargo run --example hyper -- --check      # sends itself a good and a forged delivery, and ends
//! ```

use std::convert::Infallible;
use std::error::Error;

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tower::{Layer as _, service_fn};
use tower_webhook::layer::VerifiedBody;
use tower_webhook::{Scheme, WebhookLayer};

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Fallible<()> {
    if std::env::args().any(|argument| argument == "--check") {
        return check().await;
    }
    let secret = std::env::var("GITHUB_SECRET")?;
    serve(TcpListener::bind("127.0.0.1:3000").await?, &secret).await
}

async fn serve(listener: TcpListener, secret: &str) -> Fallible<()> {
    let layer = WebhookLayer::new(Scheme::GITHUB.verifier(secret)?);
    let service = layer.layer(service_fn(handle));
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// Only verified deliveries come here.
async fn handle(request: Request<VerifiedBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await?.to_bytes();
    Ok(Response::new(Full::from(format!("{} bytes, thank you\n", body.len()))))
}

async fn check() -> Fallible<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(serve(listener, "secret"));
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
    Ok(())
}
