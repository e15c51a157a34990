//! Many tenants at several providers, with their secrets in a database of your own.
//!
//! ```text
//! cd benches
//! cargo run --package tenants               # 127.0.0.1:3000, tenants.db
//! cargo run --package tenants -- --check    # sends itself what may come, and ends
//! ```
//!
//! A delivery comes to `/hooks/{provider}/{tenant}`, where one layer stands. The path says by which scheme
//! the head is read, before anything is looked up: so junk causes no query. Only the secrets come from the
//! database, and only those that the tenant has at this provider.

mod check;
mod secrets;

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::post;
use tokio::net::TcpListener;
use tower_webhook::fetch::{EndpointId, SecretCache};
use tower_webhook::replay::{MemoryReplayGuard, Replay};
use tower_webhook::{Head, Receiver, Scheme, Verified, WebhookLayer};

use crate::secrets::{Database, SecretsOf};

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The providers at which a tenant can be.
const PROVIDERS: [Scheme; 3] = [Scheme::STANDARD, Scheme::GITHUB, Scheme::STRIPE];

#[tokio::main]
async fn main() -> Fallible<()> {
    if std::env::args().any(|argument| argument == "--check") {
        return check::run().await;
    }
    let database = Arc::new(Database::open("tenants.db")?);
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app(&database)).await?)
}

/// One layer, with a cache for each provider, and one memory of what was handled.
fn app(database: &Arc<Database>) -> Router {
    let receivers = PROVIDERS.map(|scheme| {
        let secrets = SecretsOf { scheme, database: Arc::clone(database) };
        let cache = SecretCache::builder(scheme, secrets).build();
        Receiver::from_cache(cache, |head: &Head<'_>| tenant(names(head)?.1))
    });
    let layer = WebhookLayer::from_receivers(receivers, |head: &Head<'_>| {
        let (provider, _) = names(head)?;
        PROVIDERS.into_iter().find(|scheme| scheme.name() == provider)
    })
    .replay(Replay::with(MemoryReplayGuard::builder().build()));
    Router::new().route("/hooks/{provider}/{tenant}", post(handle).layer(layer))
}

/// The provider and the tenant in a path.
fn names<'h>(head: &Head<'h>) -> Option<(&'h str, &'h str)> {
    head.path()?.strip_prefix("/hooks/")?.split_once('/')
}

/// Nothing that is escaped in a path, so that the router, which unescapes, reads the same name.
fn tenant(text: &str) -> Option<EndpointId> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_plain.then(|| EndpointId::new(text).ok())?
}

/// Only verified deliveries come here, and what is in the path is true: a secret of this tenant has matched.
async fn handle(
    Path((_, tenant)): Path<(String, String)>,
    delivery: Verified,
    body: String,
) -> StatusCode {
    println!("{} for {tenant}: {} bytes", delivery.scheme().name(), body.len());
    StatusCode::NO_CONTENT
}
