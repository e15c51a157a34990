//! A receiver that fetches its secrets from Velt or Spaaza, and a demonstration that needs neither.
//!
//! ```text
//! cargo run --example fetching --all-features -- --demo            # watch a rotation survive
//! cargo run --example fetching --all-features -- --demo --check    # only the table
//! cargo run --example fetching --all-features -- 8080              # the real thing
//! ```
//!
//! With `--demo`, a server on this machine speaks the documented APIs of both. A sender delivers
//! every second, signed with the secrets of the moment. Enter rotates them, as does
//! `POST /rotate` to that server.
//!
//! Without it, the environment says what to fetch, and the receiver listens on port 3000 or the one
//! given:
//!
//! | deliveries to | need |
//! |---|---|
//! | `/velt/{VELT_ENDPOINT_ID}` | `VELT_API_KEY`, `VELT_AUTH_TOKEN` |
//! | `/spaaza/{SPAAZA_SIGNATURE_ID}` | `SPAAZA_USER_ID`, `SPAAZA_SESSION_KEY` |
//! | `/spaaza/chain/{SPAAZA_CHAIN_ID}` | the same |
//!
//! `SPAAZA_BASE_URL` replaces the base URL of Spaaza's API, for instance by its staging system.

#[path = "../tests/support/provider.rs"]
mod provider;

use std::collections::hash_map::RandomState;
use std::env;
use std::error::Error;
use std::hash::BuildHasher as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use provider::{
    Key, Provider, SPAAZA_CHAIN, SPAAZA_KEY_ID, SPAAZA_SESSION_KEY, SPAAZA_USER_ID, VELT_API_KEY,
    VELT_AUTH_TOKEN, VELT_DISABLED, VELT_ENDPOINT, VELT_SECRET, spaaza_error,
};
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tower_webhook::fetch::{self, EndpointId, SecretCache, SecretFetcher, Spaaza, Velt};
use tower_webhook::{Head, Scheme, Secret, Signer, Verified, WebhookLayer};

type Fallible<T> = Result<T, Box<dyn Error>>;

const BODY: &[u8] = br#"{"event":"ping"}"#;

#[tokio::main]
async fn main() -> Fallible<ExitCode> {
    let Arguments { port, demo, check } = arguments()?;
    let serve = async |app: Router| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let server = axum::serve(listener, app).with_graceful_shutdown(interrupted());
        Ok::<_, std::io::Error>((address, tokio::spawn(async move { server.await })))
    };
    if !demo {
        tracing_subscriber::fmt().init();
        let (address, server) = serve(configured().await?).await?;
        println!("listening on http://{address}, Ctrl-C ends");
        server.await??;
        return Ok(ExitCode::SUCCESS);
    }

    let demo = Demo::start().await;
    let (address, server) = serve(demo.receiver()?).await?;
    if check {
        let as_expected = demo.check(address).await?;
        return Ok(if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    tokio::select! {
        ended = server => ended??,
        failed = demo.watch(address) => failed?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What the environment asks for.
async fn configured() -> Fallible<Router> {
    let mut app = Router::new();
    if let Ok(endpoint) = env::var("VELT_ENDPOINT_ID") {
        let velt = Velt::new(&variable("VELT_API_KEY")?, &variable("VELT_AUTH_TOKEN")?)?;
        let cache = SecretCache::builder(Scheme::VELT, velt).build();
        app = app.merge(receive_only("/velt", cache, &endpoint).await?);
    }
    let spaaza = || -> Fallible<Spaaza> {
        let client = fetch::Client::new();
        let client = match env::var("SPAAZA_BASE_URL") {
            Ok(base_url) => client.base_url(&base_url)?,
            Err(_) => client,
        };
        let (user, key) = (variable("SPAAZA_USER_ID")?, variable("SPAAZA_SESSION_KEY")?);
        Ok(Spaaza::new(&user, &key)?.client(client))
    };
    if let Ok(id) = env::var("SPAAZA_SIGNATURE_ID") {
        let cache = SecretCache::builder(Scheme::SPAAZA, spaaza()?).build();
        app = app.merge(receive_only("/spaaza", cache, &id).await?);
    }
    if let Ok(chain) = env::var("SPAAZA_CHAIN_ID") {
        let cache = SecretCache::builder(Scheme::SPAAZA, spaaza()?.chain(chain.parse()?)).build();
        app = app.merge(receive_only("/spaaza/chain", cache, &chain).await?);
    }
    if !app.has_routes() {
        return Err(
            "set VELT_ENDPOINT_ID, SPAAZA_SIGNATURE_ID or SPAAZA_CHAIN_ID, or try --demo".into()
        );
    }
    Ok(app)
}

/// Receives for one endpoint. Whoever makes up another gets a 404, and nothing is fetched.
async fn receive_only<F>(path: &str, cache: SecretCache<F>, endpoint: &str) -> Fallible<Router>
where
    F: SecretFetcher,
{
    let endpoint = EndpointId::new(endpoint)?;
    // So that the first delivery does not wait, and a wrong credential shows now.
    match cache.warm(&endpoint).await {
        Ok(()) => println!("{path}/{endpoint}: its secrets are cached"),
        Err(error) => println!("{path}/{endpoint}: {error}; the next delivery asks again"),
    }
    Ok(receive(path, cache, move |named| *named == endpoint))
}

/// Receives at `{path}/{endpoint}`.
fn receive<F>(
    path: &str,
    cache: SecretCache<F>,
    ours: impl Fn(&EndpointId) -> bool + Send + Sync + 'static,
) -> Router
where
    F: SecretFetcher,
{
    let layer = WebhookLayer::from_cache(cache, move |head: &Head<'_>| {
        let endpoint = head.path()?.rsplit('/').next()?;
        EndpointId::new(endpoint).ok().filter(&ours)
    });
    Router::new().route(&format!("{path}/{{endpoint}}"), post(handle).layer(layer))
}

async fn handle(delivery: Verified, body: Bytes) {
    tracing::info!(
        scheme = delivery.scheme().name(),
        id = delivery.id(),
        secret = delivery.secret_index(),
        bytes = body.len(),
        "delivery accepted"
    );
}

/// Both providers, and what they sign with at the moment.
#[derive(Clone)]
struct Demo {
    provider: Provider,
    secrets: Arc<Mutex<Secrets>>,
    client: Client<HttpConnector, Full<Bytes>>,
}

#[derive(Clone)]
struct Secrets {
    rotations: u64,
    velt: String,
    spaaza: Key,
}

impl Demo {
    async fn start() -> Self {
        let first =
            Secrets { rotations: 0, velt: VELT_SECRET.to_owned(), spaaza: Key::documented() };
        let secrets = Arc::new(Mutex::new(first));
        let client = Client::builder(TokioExecutor::new()).build_http();
        let demo = |provider: &Provider| Self {
            provider: provider.clone(),
            secrets: Arc::clone(&secrets),
            client: client.clone(),
        };
        let provider = Provider::start_with(|provider| {
            let demo = demo(provider);
            Router::new().route("/rotate", post(async move || demo.rotate()))
        })
        .await;

        let velt = |endpoint, status, code, message| {
            let error = format!(r#"{{"error":{{"status":"{code}","message":"{message}"}}}}"#);
            provider.answer_for(endpoint, status, &error);
        };
        velt("ep_denied", StatusCode::FORBIDDEN, "PERMISSION_DENIED", "Invalid API key.");
        velt("ep_invalid", StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", "No such field.");
        velt("ep_busy", StatusCode::TOO_MANY_REQUESTS, "RESOURCE_EXHAUSTED", "Too many requests.");
        provider.answer_for("ep_disabled", StatusCode::BAD_REQUEST, VELT_DISABLED);
        // Each of Spaaza's errors is that of the key with its code.
        for (status, code, name) in [
            (400, 3, "http_vars_missing"),
            (401, 6, "no_valid_session"),
            (403, 68, "permission_denied_or_non_existent"),
            (404, 528, "webhook_signature_not_found"),
        ] {
            let (status, error) = spaaza_error(status, code, name, "");
            provider.answer_for(&code.to_string(), status, &error);
        }
        demo(&provider)
    }

    /// One route for every endpoint there may be.
    fn receiver(&self) -> Fallible<Router> {
        let client = fetch::Client::new().base_url(&self.provider.base_url())?;
        let velt = Velt::new(VELT_API_KEY, VELT_AUTH_TOKEN)?.client(client.clone());
        let spaaza = Spaaza::new(SPAAZA_USER_ID, SPAAZA_SESSION_KEY)?.client(client);
        let chain = spaaza.clone().chain(SPAAZA_CHAIN);
        Ok(Router::new()
            .merge(receive("/velt", demo_cache(Scheme::VELT, velt), |_| true))
            .merge(receive("/spaaza", demo_cache(Scheme::SPAAZA, spaaza), |_| true))
            .merge(receive("/spaaza/chain", demo_cache(Scheme::SPAAZA, chain), |_| true)))
    }

    fn secrets(&self) -> Secrets {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the secrets at both providers, and deletes the old ones.
    fn rotate(&self) {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let random = RandomState::new();
        let digits = format!("{:016x}{:016x}", random.hash_one(1), random.hash_one(2));
        let old = Key { active: false, deleted: true, ..secrets.spaaza.clone() };
        secrets.rotations += 1;
        secrets.velt = format!("whsec_{digits}");
        secrets.spaaza = Key { id: old.id + 1, value: digits, ..Key::documented() };
        self.provider.set_velt(VELT_ENDPOINT, &secrets.velt);
        self.provider.set_spaaza(vec![old, secrets.spaaza.clone()]);
    }

    /// Delivers every second and says what came of it.
    async fn watch(&self, address: SocketAddr) -> Fallible<()> {
        println!("the receiver listens on http://{address}");
        println!("the providers listen on {}", self.provider.base_url());
        println!("Enter rotates their secrets, as does POST {}/rotate\n", self.provider.base_url());
        let demo = self.clone();
        // Reading the keyboard blocks, and nobody waits for this thread.
        std::thread::spawn(move || std::io::stdin().lines().for_each(|_| demo.rotate()));

        let mut rotations = 0;
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        for number in 1_u64.. {
            seconds.tick().await;
            let secrets = self.secrets();
            if rotations != secrets.rotations {
                println!("-- rotated: from here on the new secrets sign");
                rotations = secrets.rotations;
            }
            for (path, headers) in [
                (velt_path(VELT_ENDPOINT), sign_velt(&secrets.velt)?),
                (chain_path(), sign_spaaza(Secret::utf8(&secrets.spaaza.value)?)?),
            ] {
                let fetches = self.provider.fetches();
                let status = self.deliver(address, &path, headers).await?;
                let fetched = self.provider.fetches() - fetches;
                println!(
                    "#{number:<4} {path:<38} signed with secret {}: {status}, {}",
                    rotations + 1,
                    plural(fetched)
                );
            }
        }
        Ok(())
    }

    async fn deliver(
        &self,
        address: SocketAddr,
        path: &str,
        headers: HeaderMap,
    ) -> Fallible<StatusCode> {
        let uri = format!("http://{address}{path}");
        let mut request = Request::post(uri).body(Full::from(BODY))?;
        request.headers_mut().extend(headers);
        Ok(self.client.request(request).await?.status())
    }

    /// Delivers one after the other what shows each case, and prints what came of it.
    async fn check(&self, address: SocketAddr) -> Fallible<bool> {
        let before = self.secrets();
        let text = || Secret::utf8(&before.spaaza.value);
        let mut table = Table { demo: self, address, as_expected: true };
        println!("  {:<38} {:<22} {:<16} got", "delivered to", "delivery", "expected");

        let velt = &velt_path(VELT_ENDPOINT);
        table.row(velt, "cold", sign_velt(&before.velt)?, 200, 1).await?;
        table.row(velt, "warm", sign_velt(&before.velt)?, 200, 0).await?;
        table.row(velt, "unsigned", HeaderMap::new(), 401, 0).await?;
        table.row(velt, "wrong secret", sign_velt("whsec_c2VjcmV0")?, 401, 1).await?;
        let chain = &chain_path();
        table.row(chain, "cold", sign_spaaza(text()?)?, 200, 1).await?;
        table.row(chain, "warm", sign_spaaza(text()?)?, 200, 0).await?;
        let bytes = Secret::hex(&before.spaaza.value)?;
        table.row(chain, "other reading of key", sign_spaaza(bytes)?, 200, 0).await?;
        table.row(chain, "unsigned", HeaderMap::new(), 401, 0).await?;
        let key = &spaaza_path(SPAAZA_KEY_ID);
        table.row(key, "cold", sign_spaaza(text()?)?, 200, 1).await?;

        for round in ["rotated", "rotated again"] {
            let rotate = self.deliver(self.provider.address, "/rotate", HeaderMap::new());
            if rotate.await? != StatusCode::OK {
                return Err("the secrets were not rotated".into());
            }
            let secrets = self.secrets();
            table.row(velt, round, sign_velt(&secrets.velt)?, 200, 1).await?;
            let key = Secret::utf8(&secrets.spaaza.value)?;
            table.row(chain, round, sign_spaaza(key)?, 200, 1).await?;
        }
        table.row(velt, "signed before it", sign_velt(&before.velt)?, 200, 0).await?;
        table.row(chain, "signed before it", sign_spaaza(text()?)?, 200, 0).await?;

        for (endpoint, what, status, fetches) in [
            ("ep_unknown", "NOT_FOUND", 404, 1),
            ("ep_unknown", "remembered", 404, 0),
            ("ep_disabled", "FAILED_PRECONDITION", 503, 1),
            ("ep_disabled", "remembered", 503, 0),
            ("ep_denied", "PERMISSION_DENIED", 503, 1),
            ("ep_invalid", "INVALID_ARGUMENT", 503, 1),
            ("ep_busy", "RESOURCE_EXHAUSTED", 503, 3),
        ] {
            let headers = sign_velt(&before.velt)?;
            table.row(&velt_path(endpoint), what, headers, status, fetches).await?;
        }
        let deleted = self.secrets().spaaza.id - 1;
        for (id, what, status, fetches) in [
            (3, "3 vars missing", 503, 1),
            (6, "6 no session", 503, 1),
            (68, "68 permission denied", 503, 1),
            (528, "528 not found", 404, 1),
            (deleted, "key deleted", 404, 1),
        ] {
            table.row(&spaaza_path(id), what, sign_spaaza(text()?)?, status, fetches).await?;
        }
        let Table { as_expected, .. } = table;
        println!("{}every row as expected", if as_expected { "" } else { "NOT " });
        Ok(as_expected)
    }
}

struct Table<'d> {
    demo: &'d Demo,
    address: SocketAddr,
    as_expected: bool,
}

impl Table<'_> {
    async fn row(
        &mut self,
        path: &str,
        what: &str,
        headers: HeaderMap,
        status: u16,
        fetches: usize,
    ) -> Fallible<()> {
        let before = self.demo.provider.fetches();
        let got = self.demo.deliver(self.address, path, headers).await?.as_u16();
        let fetched = self.demo.provider.fetches() - before;
        let right = (got, fetched) == (status, fetches);
        self.as_expected &= right;
        let mark = if right { "✓" } else { "✗" };
        let expected = format!("{status}, {}", plural(fetches));
        println!("{mark} {path:<38} {what:<22} {expected:<16} {got}, {}", plural(fetched));
        Ok(())
    }
}

/// The defaults but for one number: here the deliveries are few and nobody forges any, so every
/// rotation may be fetched at once.
fn demo_cache<F>(scheme: Scheme, fetcher: F) -> SecretCache<F> {
    SecretCache::builder(scheme, fetcher).cooldown(Duration::ZERO).build()
}

fn sign_velt(secret: &str) -> Fallible<HeaderMap> {
    let now = OffsetDateTime::now_utc();
    let id = format!("msg_{}", now.unix_timestamp_nanos());
    Ok(Scheme::VELT.signer(secret)?.sign(&*id, now, BODY)?)
}

fn sign_spaaza(key: Secret) -> Fallible<HeaderMap> {
    Ok(Signer::new(Scheme::SPAAZA, key)?.sign(None, OffsetDateTime::now_utc(), BODY)?)
}

fn velt_path(endpoint: &str) -> String {
    format!("/velt/{endpoint}")
}

fn spaaza_path(id: u64) -> String {
    format!("/spaaza/{id}")
}

fn chain_path() -> String {
    format!("/spaaza/chain/{SPAAZA_CHAIN}")
}

fn plural(fetches: usize) -> String {
    format!("{fetches} fetch{}", if fetches == 1 { "" } else { "es" })
}

fn variable(name: &str) -> Fallible<String> {
    env::var(name).map_err(|error| format!("{name}: {error}").into())
}

async fn interrupted() {
    // Without a handler for Ctrl-C there is nothing to wait for.
    let _ = tokio::signal::ctrl_c().await;
}

struct Arguments {
    port: u16,
    demo: bool,
    check: bool,
}

fn arguments() -> Fallible<Arguments> {
    let (mut port, mut demo, mut check) = (None, false, false);
    for argument in env::args().skip(1) {
        match argument.as_str() {
            "--demo" => demo = true,
            "--check" => check = true,
            text => {
                port = Some(text.parse().map_err(|_| {
                    format!("expected a port, --demo or --demo --check, got {text:?}")
                })?);
            }
        }
    }
    if check && !demo {
        return Err("--check goes with --demo".into());
    }
    // What is only checked needs no address that anyone knows.
    Ok(Arguments { port: port.unwrap_or(if check { 0 } else { 3000 }), demo, check })
}
