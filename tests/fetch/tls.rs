//! TLS with certificates that are made here, and the crypto provider of the process, which is not
//! ours to choose.

use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tower_webhook::fetch::{
    Client, EndpointId, FetchError, FetchErrorKind, SecretFetcher as _, Velt,
};

use crate::provider::{Provider, VELT_API_KEY, VELT_AUTH_TOKEN, VELT_ENDPOINT};

/// The URL of the server, for the tests that run in a process of their own.
const SERVER: &str = "TOWER_WEBHOOK_TEST_SERVER";

/// What Velt's stub says over TLS.
struct Server {
    base_url: String,
    ca: rcgen::Certificate,
}

impl Server {
    async fn start() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();

        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::from(key))
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("https://{}", listener.local_addr().unwrap());
        let provider = Provider::start().await;
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), provider));
        Self { base_url, ca }
    }

    /// Runs a test again in a process of its own, which finds its root certificates there.
    async fn run(&self, test: &str, roots: &Path) {
        let output = tokio::process::Command::new(env::current_exe().unwrap())
            .args(["--exact", test])
            .env(SERVER, &self.base_url)
            .env("SSL_CERT_FILE", roots)
            .env_remove("SSL_CERT_DIR")
            .output();
        let output = output.await.unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    fn write_ca(&self) -> PathBuf {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ca.pem");
        fs::write(&path, self.ca.pem()).unwrap();
        path
    }
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, provider: Provider) {
    while let Ok((stream, _)) = listener.accept().await {
        let tls = tls.clone();
        let address = provider.address;
        tokio::spawn(async move {
            // A client that does not trust us goes away.
            if let Ok(mut stream) = tls.accept(stream).await {
                let mut upstream = TcpStream::connect(address).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut upstream).await;
            }
        });
    }
}

/// What trusts in this root and in no other.
pub(crate) fn trusting(root: Option<&CertificateDer<'static>>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(root.cloned());
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

fn own_client(root: Option<&CertificateDer<'static>>) -> Client {
    let http = reqwest::Client::builder().tls_backend_preconfigured(trusting(root));
    Client::from_reqwest(http.build().unwrap())
}

fn velt(client: Client, base_url: &str) -> Velt {
    let client = client.base_url(base_url).unwrap();
    Velt::new(VELT_API_KEY, VELT_AUTH_TOKEN).unwrap().client(client)
}

async fn fetch(velt: &Velt) -> Result<usize, FetchError> {
    let endpoint = EndpointId::new(VELT_ENDPOINT).unwrap();
    velt.fetch(&endpoint).await.map(|found| found.secrets().len())
}

/// The error and all of its causes.
fn chain(error: &FetchError) -> String {
    let (mut text, mut source) = (error.to_string(), error.source());
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

#[tokio::test]
async fn a_client_of_ones_own_brings_its_root() {
    let server = Server::start().await;
    let velt = velt(own_client(Some(server.ca.der())), &server.base_url);
    assert_eq!(fetch(&velt).await.unwrap(), 1);
}

#[tokio::test]
async fn a_certificate_of_an_unknown_ca_is_refused_and_named() {
    let server = Server::start().await;
    for client in [Client::new(), own_client(None)] {
        let error = fetch(&velt(client, &server.base_url)).await.unwrap_err();
        assert_eq!(error.kind(), FetchErrorKind::Unavailable);
        assert!(chain(&error).contains("invalid peer certificate: UnknownIssuer"), "{error:?}");
    }
}

#[tokio::test]
async fn the_roots_of_the_machine_are_trusted_and_no_crypto_provider_is_installed() {
    let Ok(base_url) = env::var(SERVER) else {
        let server = Server::start().await;
        let name = "tls::the_roots_of_the_machine_are_trusted_and_no_crypto_provider_is_installed";
        return server.run(name, &server.write_ca()).await;
    };
    assert_eq!(fetch(&velt(Client::new(), &base_url)).await.unwrap(), 1);
    assert!(CryptoProvider::get_default().is_none());
    // The application's own is not too late.
    assert!(ring::default_provider().install_default().is_ok());
}

#[tokio::test]
async fn where_there_are_no_roots_a_client_of_ones_own_can_be_set() {
    let Ok(base_url) = env::var(SERVER) else {
        let server = Server::start().await;
        let name = "tls::where_there_are_no_roots_a_client_of_ones_own_can_be_set";
        return server.run(name, Path::new("/nonexistent")).await;
    };
    let velt = velt(Client::new(), &base_url);
    let error = fetch(&velt).await.unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Unavailable);
    assert!(chain(&error).contains("HTTP client could not be built: "), "{error:?}");
    assert!(chain(&error).contains("certificate"), "{error:?}");

    let provider = Provider::start().await;
    let client = own_client(None).base_url(&provider.base_url()).unwrap();
    assert_eq!(fetch(&velt.client(client)).await.unwrap(), 1);
}
