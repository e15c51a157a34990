//! A receiver with one route for every preset. At start it sends itself good and forged
//! deliveries over HTTP and shows what came of them; then it serves until Ctrl-C.
//!
//! ```text
//! cargo run --example receiver --all-features                  # 127.0.0.1:3000
//! cargo run --example receiver --all-features -- 8080          # another port
//! cargo run --example receiver --all-features -- --check       # only the table
//! cargo run --example receiver --all-features -- --all         # every row of it
//! cargo run --example receiver --all-features -- curl shopify  # what to send it from elsewhere
//! ```
//!
//! Where the provider of a preset has a handshake, it is answered; the verify token is `demo-token`.
//!
//! Each preset has a demo secret. A real one is taken from the environment: `VELT_SECRET`,
//! `GITHUB_SECRET` and so on.

use std::env;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use tokio::net::TcpListener;
use tower_webhook::receive::{NewSecret, Opening, Registration};
use tower_webhook::replay::{MemoryReplayGuard, Replay};
use tower_webhook::scheme::Handshake;
use tower_webhook::{Scheme, Verified, WebhookLayer};

use crate::demonstration::{demonstrate, print_commands};
use crate::secrets::secret;

mod demonstration;
mod rows;
mod secrets;

type Fallible<T> = Result<T, Box<dyn Error>>;

const BODY_LIMIT: usize = 64 << 10;

/// The presets whose commands are printed at start.
const SHOWN: [Scheme; 5] =
    [Scheme::VELT, Scheme::SPAAZA, Scheme::GITHUB, Scheme::STRIPE, Scheme::STANDARD];

/// The token that Meta has to know.
const VERIFY_TOKEN: &str = "demo-token";

/// The handler's mark on its answers, by which the table tells them from the layer's.
const HANDLED: &str = "x-handled";

#[tokio::main]
async fn main() -> Fallible<ExitCode> {
    let Arguments { port, check, all, curl } = arguments()?;
    if let Some(schemes) = curl {
        print_commands((Ipv4Addr::LOCALHOST, port).into(), &schemes)?;
        return Ok(ExitCode::SUCCESS);
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| format!("cannot listen on 127.0.0.1:{port}: {error}"))?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move {
        axum::serve(listener, app(address)?).with_graceful_shutdown(interrupted()).await?;
        Ok::<_, Box<dyn Error + Send + Sync>>(())
    });

    let as_expected = demonstrate(address, all).await?;
    if check {
        return Ok(if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }

    println!("\nTry it yourself; most signatures with a time in them are good for five minutes,");
    println!("and the second time a delivery is acknowledged without being handled again.");
    println!("For others: cargo run --example receiver --all-features -- curl shopify\n");
    print_commands(address, &SHOWN)?;
    println!("listening on http://{address}, Ctrl-C ends");
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    server.await?.map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// The receiver itself: a route, a handler and a layer for every preset, and one memory of what
/// was handled.
fn app(address: SocketAddr) -> Result<Router, Box<dyn Error + Send + Sync>> {
    let replay = Replay::with(MemoryReplayGuard::builder().build());
    let mut app = Router::new();
    for scheme in Scheme::ALL {
        let verifier =
            scheme.verifier(&secret(scheme))?.public_url(&format!("http://{address}"))?;
        let layer = WebhookLayer::new(verifier)
            .body_limit(BODY_LIMIT)
            .replay(replay.clone().scope(scheme.name()));
        let route = match scheme.handshake() {
            Some(handshake) => post(handle).layer(layer.handshake(registration(handshake))),
            None => post(handle).layer(layer),
        };
        app = app.route(&format!("/{}", scheme.name()), route);
    }
    Ok(app)
}

/// What the handshake of a provider needs. A secret that comes by handshake is taken once.
fn registration(handshake: Handshake) -> Registration {
    if handshake.brings_secret() {
        let opening = Opening::new();
        opening.open();
        // A real receiver stores it where its cache fetches secrets.
        return handshake.keep_secret(&opening, async |secret: NewSecret| {
            tracing::info!(bytes = secret.text().len(), "a secret has come by handshake");
            Ok::<_, std::io::Error>(())
        });
    }
    match handshake.token() {
        Some(_) => handshake.verify_token(VERIFY_TOKEN),
        None => handshake.into(),
    }
}

async fn handle(delivery: Verified, body: Bytes) -> [(&'static str, &'static str); 1] {
    tracing::info!(
        scheme = delivery.scheme().name(),
        id = delivery.id(),
        bytes = body.len(),
        "delivery accepted"
    );
    [(HANDLED, "yes")]
}

async fn interrupted() {
    // Without a handler for Ctrl-C there is nothing to wait for.
    let _ = tokio::signal::ctrl_c().await;
}

/// What is asked for on the command line.
struct Arguments {
    port: u16,
    check: bool,
    all: bool,
    /// The presets to print commands for, if that is all there is to do.
    curl: Option<Vec<Scheme>>,
}

fn arguments() -> Fallible<Arguments> {
    let mut arguments = Arguments { port: 3000, check: false, all: false, curl: None };
    for argument in env::args().skip(1) {
        match (argument.as_str(), &mut arguments.curl) {
            ("--check", _) => arguments.check = true,
            ("--all", _) => arguments.all = true,
            ("curl", None) => arguments.curl = Some(Vec::new()),
            (text, curl) => match (text.parse(), curl) {
                (Ok(port), _) => arguments.port = port,
                (Err(_), Some(schemes)) => {
                    schemes.push(Scheme::named(text).map_err(|it| it.to_string())?)
                }
                (Err(_), None) => {
                    return Err(
                        format!("expected a port, --check, --all or curl, got {text:?}").into()
                    );
                }
            },
        }
    }
    Ok(arguments)
}
