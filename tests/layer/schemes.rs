//! One layer for several schemes, over real sockets: `/hooks/{provider}/{tenant}`.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use bytes::Bytes;
use http::{Extensions, HeaderMap};
use tower_webhook::clock::ManualClock;
use tower_webhook::fetch::{EndpointId, FetchErrorKind, SecretCache};
use tower_webhook::layer::{AnswersHandshake, BareStatus, VerifiedBody};
use tower_webhook::receive::{Rejection, RejectionKind};
use tower_webhook::replay::{MemoryReplayGuard, Replay};
use tower_webhook::scheme::{Handshake, HeaderNames, Layout, Part};
use tower_webhook::{Head, Receiver, Scheme, Verified, WebhookLayer};

use crate::http::{chunked, exchange, serve, whole};
use crate::support::{NOW, WHSEC, at, headers};

const BODY: &[u8] = br#"{"hello":"world"}"#;

/// Has the header of GitHub, with another content, so that only its signature tells them apart.
const HUB: Scheme = Scheme::custom("hub")
    .headers(&[HeaderNames::new("x-hub-signature-256")])
    .layout(Layout::single("sha256="))
    .signed(&[Part::Literal("hub."), Part::Body])
    .build();

const SCHEMES: [Scheme; 3] = [Scheme::STANDARD, Scheme::GITHUB, HUB];

/// What was fetched: for which scheme and which tenant.
type Fetched = Arc<Mutex<Vec<(&'static str, String)>>>;

type Several = WebhookLayer<BareStatus, VerifiedBody, AnswersHandshake>;

/// The secret of a tenant at a provider.
fn secret(scheme: Scheme, tenant: &str) -> String {
    match scheme == Scheme::GITHUB || scheme == HUB {
        // The same at both.
        true => format!("secret of {tenant}"),
        false => WHSEC.to_owned(),
    }
}

fn receiver(scheme: Scheme, fetched: &Fetched) -> Receiver {
    let fetched = Arc::clone(fetched);
    let fetcher = move |tenant: EndpointId| {
        fetched.lock().unwrap().push((scheme.name(), tenant.to_string()));
        std::future::ready(match tenant.as_str() {
            "nobody" => Err(FetchErrorKind::NotFound.into()),
            tenant => Ok(scheme.secret(&secret(scheme, tenant)).unwrap()),
        })
    };
    let clock = ManualClock::new(at(NOW));
    let cache = SecretCache::builder(scheme, fetcher).clock(clock).retries(0).build();
    Receiver::from_cache(cache, |head: &Head<'_>| {
        EndpointId::new(head.path()?.split('/').nth(3)?).ok()
    })
}

fn of_path(head: &Head<'_>) -> Option<Scheme> {
    let provider = head.path()?.split('/').nth(2)?;
    // One that has no receiver.
    let all = SCHEMES.into_iter().chain([Scheme::STRIPE]);
    all.into_iter().find(|scheme| scheme.name() == provider)
}

fn several(fetched: &Fetched) -> Several {
    WebhookLayer::from_receivers(SCHEMES.map(|scheme| receiver(scheme, fetched)), of_path)
}

/// Says by which scheme it was verified, or why not, and how long the body is.
async fn handle(delivery: Option<Verified>, extensions: Extensions, body: Bytes) -> String {
    let scheme = delivery.map(|delivery| delivery.scheme().name());
    let reason = extensions.get::<Rejection>().map(Rejection::kind);
    format!("{scheme:?} {reason:?} {}", body.len())
}

fn app<H>(layer: WebhookLayer<BareStatus, VerifiedBody, H>) -> Router
where
    H: tower_webhook::layer::OnHandshake<axum::body::Body> + Clone + Send + Sync + 'static,
{
    Router::new().fallback(handle).layer(layer)
}

fn sign(scheme: Scheme, tenant: &str, body: &[u8]) -> HeaderMap {
    sign_as("msg", scheme, tenant, body)
}

fn sign_as(id: &str, scheme: Scheme, tenant: &str, body: &[u8]) -> HeaderMap {
    scheme.signer(&secret(scheme, tenant)).unwrap().sign(id, at(NOW), body).unwrap()
}

/// The status of the answer, and what the handler said, or nothing if it did not run.
async fn send(address: SocketAddr, path: &str, bytes: Vec<u8>) -> (u16, String) {
    let at = bytes.iter().position(|byte| *byte == b' ').unwrap() + 1;
    let to = [&bytes[..at], path.as_bytes(), &bytes[at + "/hook".len()..]].concat();
    let answer = exchange(address, &to).await;
    (answer.status, String::from_utf8(answer.body).unwrap())
}

fn verified(scheme: Scheme) -> (u16, String) {
    (200, format!("Some({:?}) None {}", scheme.name(), BODY.len()))
}

fn refused(status: u16) -> (u16, String) {
    (status, String::new())
}

fn taken(fetched: &Fetched) -> Vec<(&'static str, String)> {
    std::mem::take(&mut fetched.lock().unwrap())
}

#[tokio::test]
async fn each_is_verified_by_its_own_scheme_with_secrets_of_its_own() {
    let fetched = Fetched::default();
    let address = serve(app(several(&fetched))).await;
    for scheme in SCHEMES {
        for tenant in ["acme", "globex"] {
            let path = format!("/hooks/{}/{tenant}", scheme.name());
            let signed = sign(scheme, tenant, BODY);
            assert_eq!(send(address, &path, whole(&signed, BODY)).await, verified(scheme));
            let pieces = chunked(&signed, BODY.chunks(3));
            assert_eq!(send(address, &path, pieces).await, verified(scheme));
            assert_eq!(taken(&fetched), [(scheme.name(), tenant.to_owned())]);
        }
    }
    let signed = whole(&sign(HUB, "nobody", BODY), BODY);
    assert_eq!(send(address, "/hooks/hub/nobody", signed).await, refused(404));
}

#[tokio::test]
async fn what_is_no_delivery_of_its_scheme_by_its_head_causes_no_fetch() {
    let fetched = Fetched::default();
    let address = serve(app(several(&fetched))).await;
    let github = sign(Scheme::GITHUB, "acme", BODY);
    let standard = sign(Scheme::STANDARD, "acme", BODY);
    let mut stale = standard.clone();
    stale.insert("webhook-timestamp", (NOW - 301).to_string().parse().unwrap());
    for (path, headers, status) in [
        ("/hooks/standard-webhooks/acme", &github, 401),
        ("/hooks/github/acme", &standard, 401),
        ("/hooks/hub/acme", &standard, 401),
        ("/hooks/standard-webhooks/acme", &stale, 401),
        ("/hooks/github/acme", &headers(&[("x-hub-signature-256", "sha256=00")]), 401),
        ("/hooks/github/acme", &HeaderMap::new(), 401),
        // The selector finds a scheme without a receiver, none, and no endpoint.
        ("/hooks/stripe/acme", &github, 404),
        ("/hooks/nowhere/acme", &github, 404),
        ("/", &github, 404),
        ("/hooks/github/", &github, 404),
    ] {
        assert_eq!(send(address, path, whole(headers, BODY)).await, refused(status), "{path}");
    }
    assert_eq!(taken(&fetched), []);
}

#[tokio::test]
async fn a_delivery_is_none_under_another_scheme_though_its_head_and_its_secret_are_the_same() {
    let fetched = Fetched::default();
    let address = serve(app(several(&fetched))).await;
    for (signed, called) in [(Scheme::GITHUB, HUB), (HUB, Scheme::GITHUB)] {
        let bytes = whole(&sign(signed, "acme", BODY), BODY);
        let path = format!("/hooks/{}/acme", called.name());
        assert_eq!(send(address, &path, bytes.clone()).await, refused(401));
        // The other's secrets were not asked for, and are another entry.
        assert!(taken(&fetched).iter().all(|(scheme, _)| *scheme == called.name()));
        let path = format!("/hooks/{}/acme", signed.name());
        assert_eq!(send(address, &path, bytes).await, verified(signed));
        taken(&fetched);
    }
}

#[test]
fn what_is_shown_are_all_receivers() {
    let github = Receiver::new(Scheme::GITHUB.verifier("hunter2").unwrap());
    let layer = WebhookLayer::from_receivers([github], of_path);
    assert_eq!(
        format!("{layer:?}"),
        "WebhookLayer { receivers: [Receiver { scheme: Scheme(\"github\"), body_limit: 26214400, .. }], \
         report_only: false, .. }"
    );
}

#[tokio::test]
async fn each_has_the_limit_of_its_provider_and_the_layers_is_for_all() {
    let fetched = Fetched::default();
    let address = serve(app(several(&fetched))).await;
    let body = vec![b' '; (2 << 20) + 1];
    for (scheme, status) in [(Scheme::GITHUB, 200), (HUB, 413)] {
        let path = format!("/hooks/{}/acme", scheme.name());
        let bytes = whole(&sign(scheme, "acme", &body), &body);
        assert_eq!(send(address, &path, bytes).await.0, status);
    }
    let address = serve(app(several(&fetched).body_limit(BODY.len() - 1))).await;
    for scheme in SCHEMES {
        let path = format!("/hooks/{}/acme", scheme.name());
        let bytes = whole(&sign(scheme, "acme", BODY), BODY);
        assert_eq!(send(address, &path, bytes).await, refused(413));
    }
}

#[tokio::test]
async fn one_guard_is_for_all_and_keeps_schemes_and_tenants_apart() {
    let fetched = Fetched::default();
    // Another one that signs the id.
    let schemes = [Scheme::STANDARD, Scheme::VELT];
    let receivers = schemes.map(|scheme| receiver(scheme, &fetched));
    let layer = WebhookLayer::from_receivers(receivers, move |head: &Head<'_>| {
        let provider = head.path()?.split('/').nth(2)?;
        schemes.into_iter().find(|scheme| scheme.name() == provider)
    });
    let layer = layer.replay(Replay::with(MemoryReplayGuard::builder().build()));
    let address = serve(app(layer)).await;
    for scheme in schemes {
        for tenant in ["acme", "globex"] {
            let id = "a2e4f6a8-0b1c-4d2e-8f3a-5b6c7d8e9f00";
            let key = scheme.signer(WHSEC).unwrap().sign(id, at(NOW), BODY).unwrap();
            let (path, bytes) = (format!("/hooks/{}/{tenant}", scheme.name()), whole(&key, BODY));
            assert_eq!(send(address, &path, bytes.clone()).await, verified(scheme));
            assert_eq!(send(address, &path, bytes).await, refused(200), "a duplicate");
        }
    }
}

#[tokio::test]
async fn a_layer_that_only_reports_lets_through_what_is_for_none_of_them() {
    let fetched = Fetched::default();
    let address = serve(app_of_reports(&fetched)).await;
    let unknown = (200, format!("None Some({:?}) {}", RejectionKind::UnknownEndpoint, BODY.len()));
    let bytes = whole(&sign(HUB, "acme", BODY), BODY);
    assert_eq!(send(address, "/hooks/nowhere/acme", bytes.clone()).await, unknown);
    assert_eq!(send(address, "/hooks/hub/acme", bytes).await, verified(HUB));
    // Within the largest of their limits, which is GitHub's.
    let pieces = vec![vec![b' '; 1 << 20]; 26];
    let bytes = chunked(&HeaderMap::new(), pieces[..25].iter().map(Vec::as_slice));
    assert_eq!(send(address, "/hooks/nowhere/acme", bytes).await.0, 200);
    let bytes = chunked(&HeaderMap::new(), pieces.iter().map(Vec::as_slice));
    assert_eq!(send(address, "/hooks/nowhere/acme", bytes).await.0, 413);
    let nobody = WebhookLayer::from_receivers([], of_path).dangerous_report_only();
    let address = serve(Router::new().fallback(handle).layer(nobody)).await;
    assert_eq!(send(address, "/hooks/hub/acme", whole(&HeaderMap::new(), BODY)).await.0, 404);
}

fn app_of_reports(fetched: &Fetched) -> Router {
    Router::new().fallback(handle).layer(several(fetched).dangerous_report_only())
}

#[tokio::test]
async fn each_keeps_its_handshake() {
    let dropbox = Receiver::new(Scheme::DROPBOX.verifier("app secret").unwrap())
        .handshake(Handshake::DROPBOX);
    let github = Receiver::new(Scheme::GITHUB.verifier("secret").unwrap());
    let layer =
        WebhookLayer::from_receivers([dropbox, github], |head: &Head<'_>| match head.path()? {
            "/dropbox" => Some(Scheme::DROPBOX),
            "/github" => Some(Scheme::GITHUB),
            _ => None,
        });
    let address = serve(app(layer)).await;
    let ask = async |path: &str| {
        let head = format!(
            "GET {path}?challenge=b4d82e HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n"
        );
        let answer = exchange(address, head.as_bytes()).await;
        (answer.status, String::from_utf8(answer.body).unwrap())
    };
    assert_eq!(ask("/dropbox").await, (200, "b4d82e".to_owned()));
    assert_eq!(ask("/github").await, refused(401));
    assert_eq!(ask("/elsewhere").await, refused(404));
}
