//! Verify, store, answer, work later: what every provider asks of a receiver, with an inbox in SQLite.
//!
//! ```text
//! cd examples/inbox
//! cargo run               # 127.0.0.1:3000, inbox.db
//! cargo run -- --check    # sends itself what may come, and ends
//! ```
//!
//! A delivery is answered once it is on disk, so no sender waits for the work, and none of it is lost
//! when the process ends. The signed id is the primary key, so a delivery that comes again is kept once:
//! there is nothing for a replay guard to do.

mod check;
mod inbox;

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::error_handling::HandleErrorLayer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;
use tower::{BoxError, ServiceBuilder};
use tower_http::timeout::TimeoutLayer;
use tower_webhook::{Scheme, Verified, Verifier, WebhookLayer};

use crate::inbox::Inbox;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Fallible<()> {
    if std::env::args().any(|argument| argument == "--check") {
        return check::run().await;
    }
    let verifier = Scheme::STANDARD.verifier(&std::env::var("WEBHOOK_SECRET")?)?;
    let inbox = Arc::new(Inbox::open("inbox.db")?);
    tokio::spawn(work(Arc::clone(&inbox), print));
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app(inbox, verifier, Duration::from_secs(20), 100)).await?)
}

/// The route, and what the layer cannot have: a time for the whole request, with a body that may come
/// slowly, and a number of requests at once, which is a bound on memory: so often the limit of a body.
fn app(inbox: Arc<Inbox>, verifier: Verifier, time: Duration, in_flight: usize) -> Router {
    let around = ServiceBuilder::new()
        // Both are answers after which senders come again.
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, time))
        .layer(HandleErrorLayer::new(async |_: BoxError| StatusCode::SERVICE_UNAVAILABLE))
        .load_shed()
        .concurrency_limit(in_flight)
        .layer(WebhookLayer::new(verifier));
    Router::new().route("/webhooks", post(store)).route_layer(around).with_state(inbox)
}

/// Answers with 200 once the delivery is on disk, and otherwise so that the sender comes again.
async fn store(State(inbox): State<Arc<Inbox>>, delivery: Verified, body: Bytes) -> StatusCode {
    // A scheme that signs no id takes that of the event, from the body.
    let Some(id) = delivery.id().map(str::to_owned) else {
        return StatusCode::INTERNAL_SERVER_ERROR;
    };
    match spawn_blocking(move || inbox.put(&id, &body)).await {
        Ok(Ok(())) => StatusCode::OK,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Works off the inbox, in the order in which it is due. What fails is tried again.
async fn work<F>(inbox: Arc<Inbox>, handle: impl Fn(String, Vec<u8>) -> F) -> Fallible<Infallible>
where
    F: Future<Output = Fallible<()>>,
{
    loop {
        let here = Arc::clone(&inbox);
        let Some((id, body)) = spawn_blocking(move || here.next()).await?? else {
            inbox.waits(Duration::from_secs(1)).await;
            continue;
        };
        // May run twice, if the process ends in between: the id is there to find that out.
        let succeeded = handle(id.clone(), body).await.is_ok();
        let here = Arc::clone(&inbox);
        spawn_blocking(move || here.settle(&id, succeeded)).await??;
    }
}

async fn print(id: String, body: Vec<u8>) -> Fallible<()> {
    println!("{id}: {} bytes", body.len());
    Ok(())
}
