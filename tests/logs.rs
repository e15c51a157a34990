//! What fetching writes into the log: enough for the operator, and no secret.

#![cfg(all(feature = "velt", feature = "spaaza", feature = "tracing"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "support/log.rs"]
mod log;
#[path = "support/provider.rs"]
mod provider;

use std::convert::Infallible;
use std::sync::LazyLock;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::Full;
use log::Log;
use provider::{
    Behaviour, Provider, SPAAZA_KEY, SPAAZA_KEY_ID, SPAAZA_SESSION_KEY, SPAAZA_USER_ID,
    VELT_API_KEY, VELT_AUTH_TOKEN, VELT_DISABLED, VELT_ENDPOINT, VELT_NOT_FOUND, VELT_SECRET,
    VELT_SUCCESS,
};
use time::OffsetDateTime;
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_webhook::clock::ManualClock;
use tower_webhook::fetch::{Client, EndpointId, SecretCache, Spaaza, Velt};
use tower_webhook::layer::VerifiedBody;
use tower_webhook::{Head, Scheme, WebhookLayer};

const OTHER_SECRET: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl";

/// Both tests write into it.
static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    log
});

#[tokio::test]
async fn a_log_of_everything_shows_no_secret_and_no_credential() {
    let log = &*LOG;
    let provider = Provider::start().await;
    let clock = ManualClock::new(OffsetDateTime::UNIX_EPOCH);
    let client = client(&provider);
    let velt = Velt::new(VELT_API_KEY, VELT_AUTH_TOKEN).unwrap().client(client.clone());
    let velt = SecretCache::builder(Scheme::VELT, velt).retries(0).clock(clock.clone()).build();
    let endpoint = EndpointId::new(VELT_ENDPOINT).unwrap();
    let spaaza = Spaaza::new(SPAAZA_USER_ID, SPAAZA_SESSION_KEY).unwrap().client(client);
    let spaaza = SecretCache::builder(Scheme::SPAAZA, spaaza).retries(0);
    let spaaza = spaaza.clock(clock.clone()).build();

    velt.warm(&endpoint).await.unwrap();
    spaaza.warm(&EndpointId::from(SPAAZA_KEY_ID)).await.unwrap();
    clock.advance(Duration::from_secs(300));
    provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
    velt.warm(&endpoint).await.unwrap();
    for behaviour in [
        Behaviour::answer(400, VELT_DISABLED),
        Behaviour::answer(500, &format!("{VELT_SECRET} {VELT_API_KEY}")),
        Behaviour::answer(200, &VELT_SUCCESS.replace("whsec_", "")),
        Behaviour::Truncated(VELT_SUCCESS.to_owned()),
        Behaviour::Oversized(100_000),
        Behaviour::answer(404, VELT_NOT_FOUND),
    ] {
        provider.behave(behaviour);
        clock.advance(Duration::from_secs(300));
        assert!(velt.warm(&endpoint).await.is_err());
        assert!(spaaza.warm(&EndpointId::from(SPAAZA_KEY_ID)).await.is_err());
    }

    log.has(&[
        "webhook secrets replaced",
        "secrets are not set up where they are fetched from (\"Advanced webhooks are disabled",
        "webhook secrets not found",
        "webhook secrets not fetched",
    ]);
    // What anyone can bring about is no warning.
    for line in log.text().lines().filter(|line| line.contains(" webhook secrets not f")) {
        let unknown = line.contains("webhook secrets not found");
        assert_eq!(line.contains("DEBUG"), unknown, "{line}");
        assert_eq!(line.contains("error=endpoint has no valid secret"), unknown, "{line}");
    }
    log.hides(&[]);
}

#[tokio::test]
async fn what_the_layer_writes_shows_no_secret_no_credential_and_no_signature() {
    let log = &*LOG;
    let provider = Provider::start().await;
    let velt = Velt::new(VELT_API_KEY, VELT_AUTH_TOKEN).unwrap().client(client(&provider));
    let cache = SecretCache::builder(Scheme::VELT, velt).retries(0).build();
    let layer = WebhookLayer::from_cache(cache, |head: &Head<'_>| {
        EndpointId::new(head.path()?.strip_prefix('/')?).ok()
    });
    let service = layer.layer(service_fn(|_: Request<VerifiedBody>| async {
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    }));
    let now = OffsetDateTime::now_utc();
    let sign = |secret| Scheme::VELT.signer(secret).unwrap().sign("msg_1", now, b"{}").unwrap();
    let send = async |endpoint: &str, headers: &HeaderMap| {
        let mut request =
            Request::post(format!("/{endpoint}")).body(Full::<Bytes>::from("{}")).unwrap();
        request.headers_mut().extend(headers.clone());
        let Ok(response) = service.clone().oneshot(request).await;
        response.status()
    };
    let (good, newer) = (sign(VELT_SECRET), sign(OTHER_SECRET));
    assert_eq!(send(VELT_ENDPOINT, &good).await, StatusCode::OK);
    provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
    assert_eq!(send(VELT_ENDPOINT, &newer).await, StatusCode::OK);
    let unknown = sign("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(send(VELT_ENDPOINT, &unknown).await, StatusCode::UNAUTHORIZED);
    assert_eq!(send("ep_none", &good).await, StatusCode::NOT_FOUND);
    let said = format!("{VELT_SECRET} {OTHER_SECRET} {VELT_API_KEY} {VELT_AUTH_TOKEN}");
    let said = format!(r#"{{"error":{{"status":"INTERNAL","message":"{said}"}}}}"#);
    provider.behave(Behaviour::answer(500, &said));
    assert_eq!(send("ep_down", &good).await, StatusCode::SERVICE_UNAVAILABLE);

    // Which endpoint it was, and the whole chain of what went wrong.
    log.has(&[
        &format!(
            "endpoint=\"{VELT_ENDPOINT}\" kind=Unverified(Mismatch) reason=no signature matches"
        ),
        "endpoint=\"ep_none\" kind=UnknownEndpoint reason=endpoint is unknown",
        "endpoint=\"ep_down\" kind=SecretsUnavailable \
         reason=secrets are not available: secrets cannot be reached",
    ]);
    let text = |headers: &HeaderMap| headers["webhook-signature"].to_str().unwrap()[3..].to_owned();
    log.hides(&[&text(&good), &text(&newer), &text(&unknown)]);
}

fn client(provider: &Provider) -> Client {
    Client::new().base_url(&provider.base_url()).unwrap()
}

impl Log {
    fn has(&self, lines: &[&str]) {
        let log = self.text();
        for line in lines {
            assert!(log.contains(line), "{line} not in {log}");
        }
    }

    /// Neither these nor any secret or credential.
    fn hides(&self, more: &[&str]) {
        let log = self.text();
        let secrets = [VELT_SECRET, OTHER_SECRET].map(|secret| &secret["whsec_".len()..]);
        let others = [VELT_API_KEY, VELT_AUTH_TOKEN, SPAAZA_SESSION_KEY, SPAAZA_KEY];
        for hidden in secrets.iter().chain(&others).chain(more) {
            assert!(!log.contains(hidden), "{hidden} in {log}");
        }
    }
}
