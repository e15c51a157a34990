//! The smallest receiver without a framework: hyper, one connection at a time per task.
//!
//! ```text
//! GITHUB_SECRET=… cargo run --example hyper
//! ```

use std::convert::Infallible;
use std::error::Error;

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::{Layer as _, service_fn};
use tower_webhook::layer::VerifiedBody;
use tower_webhook::{Scheme, WebhookLayer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = std::env::var("GITHUB_SECRET")?;
    let layer = WebhookLayer::new(Scheme::GITHUB.verifier(&secret)?);
    let service = layer.layer(service_fn(handle));

    let listener = TcpListener::bind("127.0.0.1:3000").await?;
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
