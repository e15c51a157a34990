//! Redis over TLS, as the guard's documentation says, with certificates that are made here.

use std::error::Error as _;
use std::path::Path;
use std::{env, fs};

use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair};
use redis::aio::MultiplexedConnection;
use redis::{Client, TlsCertificates};
use tower_webhook::replay::{RedisReplayGuard, ReplayErrorKind, ReplayGuard as _};

use crate::redis::{builder, every_call, until};
use crate::server::Server;

/// The URL of the server, for the test that runs in a process of its own.
const URL: &str = "TOWER_WEBHOOK_TEST_REDIS";

fn authority() -> (Certificate, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    (params.self_signed(&key).unwrap(), Issuer::new(params, key))
}

/// Starts a server, and returns the certificate of the authority beside it.
fn start() -> Option<(Server, String)> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (authority, issuer) = authority();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let server = Server::start_tls(certificate.pem(), key.serialize_pem())?;
    Some((server, authority.pem()))
}

fn trusting(authority: String, url: &str) -> RedisReplayGuard<MultiplexedConnection> {
    let trusted = TlsCertificates { client_tls: None, root_cert: Some(authority.into()) };
    let client = Client::build_with_tls(url, trusted).unwrap();
    builder().connect_with(move || {
        let client = client.clone();
        async move { client.get_multiplexed_async_connection().await }
    })
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_and_the_connection_comes_back() {
    let Some((mut server, authority)) = start() else { return };
    let guard = trusting(authority, &server.url());
    every_call(&guard).await;
    server.kill();
    server.restart();
    until(async || guard.health().await.is_ok()).await;
    every_call(&guard).await;
}

#[tokio::test]
async fn an_authority_that_is_not_known_is_unavailable() {
    let Some((server, _)) = start() else { return };
    let (another, _) = authority();
    let error = trusting(another.pem(), &server.url()).health().await.unwrap_err();
    assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
    let cause = error.source().unwrap().to_string();
    assert!(cause.contains("invalid peer certificate"), "{cause}");
    // Nor does the machine know it.
    let error = builder().connect(&server.url()).await.unwrap_err();
    assert_eq!(error.kind(), ReplayErrorKind::Unavailable);
}

#[tokio::test]
async fn a_url_is_enough_where_the_machine_knows_the_authority() {
    if let Ok(url) = env::var(URL) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        return every_call(&builder().connect(&url).await.unwrap()).await;
    }
    let Some((server, authority)) = start() else { return };
    let roots = format!("redis-roots-{}.pem", std::process::id());
    let roots = Path::new(env!("CARGO_TARGET_TMPDIR")).join(roots);
    fs::write(&roots, authority).unwrap();
    let test = "tls::a_url_is_enough_where_the_machine_knows_the_authority";
    let run = tokio::process::Command::new(env::current_exe().unwrap())
        .args(["--exact", test])
        .env(URL, server.url())
        .env("SSL_CERT_FILE", &roots)
        .env_remove("SSL_CERT_DIR")
        .output();
    let run = run.await.unwrap();
    fs::remove_file(roots).unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
}
