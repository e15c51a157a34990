//! The HTTP client of the fetchers, which restricts what they send and what they accept.

pub(crate) mod credential;
pub(crate) mod redact;
pub(crate) mod response;
pub(crate) mod source;
mod unescape;

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::Method;
use reqwest::{RequestBuilder, Url, redirect, retry};
use rustls::crypto::ring;

use crate::fetch::client::response::{Response, failed};
use crate::fetch::error::{FetchError, FetchErrorKind};

/// The longest response that is read unless another limit is set, in bytes.
const RESPONSE_LIMIT: usize = 64 << 10;
/// The highest limit that can be set, in bytes.
const MOST: usize = 16 << 20;
/// How long it may take to connect to the provider.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a request may take unless another time is set.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The HTTP client of `Velt` (feature `velt`) and `Spaaza` (feature `spaaza`).
///
/// Each fetcher has one, with the provider's URL. Pass another one to its `client` for a proxy,
/// other root certificates, or a test server.
///
/// # Security
///
/// Only HTTPS is used, unless the host is this machine. Redirects are not followed, proxies from
/// the environment are not used, and nothing is retried: that is the task of the cache. Responses
/// of more than 64 KiB are rejected, unless another limit is set.
///
/// # Examples
///
/// ```
/// use tower_webhook::fetch::Client;
///
/// let client = Client::new().base_url("http://127.0.0.1:8080")?.response_limit(4 << 10);
/// # Ok::<(), tower_webhook::fetch::InvalidClient>(())
/// ```
#[derive(Clone)]
pub struct Client {
    http: Arc<OnceLock<reqwest::Client>>,
    /// `None` is the provider's own, which the client does not know.
    base: Option<Url>,
    timeout: Duration,
    response_limit: usize,
}

impl Client {
    /// Makes a client that trusts the root certificates of this machine, and may take 5 seconds to
    /// connect.
    ///
    /// The first fetch reads the certificates. If there are none, it fails with
    /// [`FetchErrorKind::Unavailable`], and the next one tries again. No default crypto provider is
    /// set for the process: that is left to the application.
    #[must_use]
    pub fn new() -> Self {
        Self { http: Arc::default(), base: None, timeout: TIMEOUT, response_limit: RESPONSE_LIMIT }
    }

    /// Makes a client from one of your own, with its proxies, root certificates and crypto
    /// provider. Nothing else is built, and no certificates are read.
    ///
    /// # Security
    ///
    /// It must not follow redirects, which would carry the credentials elsewhere
    /// ([`Policy::none`](redirect::Policy::none)). A response that came by one is rejected, but
    /// then they are gone. It should have a timeout for connecting, and no retries. The timeout for
    /// whole requests and the limit of the response are those that are set here.
    ///
    /// # Examples
    ///
    /// Trust in nothing but the certificate of an internal proxy:
    ///
    /// ```no_run
    /// use std::sync::Arc;
    /// use std::time::Duration;
    ///
    /// use rustls::pki_types::{CertificateDer, pem::PemObject as _};
    /// use tower_webhook::fetch::Client;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut roots = rustls::RootCertStore::empty();
    /// roots.add(CertificateDer::from_pem_file("/etc/acme/ca.pem")?)?;
    /// let provider = Arc::new(rustls::crypto::ring::default_provider());
    /// let tls = rustls::ClientConfig::builder_with_provider(provider)
    ///     .with_safe_default_protocol_versions()?
    ///     .with_root_certificates(roots)
    ///     .with_no_client_auth();
    /// let http = reqwest::Client::builder()
    ///     .tls_backend_preconfigured(tls)
    ///     .redirect(reqwest::redirect::Policy::none())
    ///     .retry(reqwest::retry::never())
    ///     .connect_timeout(Duration::from_secs(5))
    ///     .build()?;
    /// let client = Client::from_reqwest(http);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn from_reqwest(http: reqwest::Client) -> Self {
        Self { http: Arc::new(OnceLock::from(http)), ..Self::new() }
    }

    /// Sets the base URL of the API, default the provider's. Plain `http` is only for this machine.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidClient::Url`] if it is not an `http` or `https` URL of host, port and path,
    /// and [`InvalidClient::Plaintext`] if it is plain `http` to another machine.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::{Client, InvalidClient};
    ///
    /// let client = Client::new();
    /// let error = client.base_url("http://api.example.com").unwrap_err();
    /// assert_eq!(error, InvalidClient::Plaintext);
    /// # Ok::<(), tower_webhook::fetch::InvalidClient>(())
    /// ```
    pub fn base_url(self, base_url: &str) -> Result<Self, InvalidClient> {
        let base = parse(base_url)?;
        if base.scheme() != "https" && !is_loopback(&base) {
            return Err(InvalidClient::Plaintext);
        }
        Ok(Self { base: Some(base), ..self })
    }

    /// Sets a base URL that may be plain `http` to anywhere, default the provider's.
    ///
    /// # Security
    ///
    /// Anyone on the network path can read the credentials and the secrets, and can replace the
    /// secrets.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidClient::Url`] if it is not an `http` or `https` URL of host, port and path.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::Client;
    ///
    /// // A proxy in the same network namespace adds TLS.
    /// let client = Client::new().dangerous_plaintext_base_url("http://velt-proxy:8080")?;
    /// # Ok::<(), tower_webhook::fetch::InvalidClient>(())
    /// ```
    pub fn dangerous_plaintext_base_url(self, base_url: &str) -> Result<Self, InvalidClient> {
        Ok(Self { base: Some(parse(base_url)?), ..self })
    }

    /// Sets how long a request may take from its beginning to the end of its response, default 30
    /// seconds. The cache has a timeout of its own.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sets the size of the longest response that is accepted, in bytes; default 64 KiB, at most 16
    /// MiB. Each fetch allocates a buffer of this size.
    #[must_use]
    pub fn response_limit(self, bytes: usize) -> Self {
        Self { response_limit: bytes.min(MOST), ..self }
    }

    /// Starts a request to the API at `api`, or at the base URL that is set; `path` begins with a
    /// slash.
    pub(super) fn request(
        &self,
        method: Method,
        api: &str,
        path: &str,
        query: Option<&str>,
    ) -> Result<RequestBuilder, FetchError> {
        let mut url = match &self.base {
            Some(base) => base.clone(),
            None => parse(api)
                .map_err(|error| FetchError::new(FetchErrorKind::Malformed).with_source(error))?,
        };
        url.set_query(query);
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        Ok(self.http()?.request(method, url).timeout(self.timeout))
    }

    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, FetchError> {
        let (http, request) = request.build_split();
        let request = request.map_err(failed)?;
        let asked = request.url().clone();
        let response = http.execute(request).await.map_err(failed)?;
        if *response.url() != asked {
            return Err(FetchError::new(FetchErrorKind::Malformed)
                .with_message("the client has followed a redirect"));
        }
        Response::read(response, self.response_limit).await
    }

    fn http(&self) -> Result<reqwest::Client, FetchError> {
        if let Some(http) = self.http.get() {
            return Ok(http.clone());
        }
        let http = build().map_err(|error| {
            FetchError::new(FetchErrorKind::Unavailable).with_source(NotBuilt(error))
        })?;
        Ok(self.http.get_or_init(|| http).clone())
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base.as_ref().map(Url::as_str))
            .field("timeout", &self.timeout)
            .field("response_limit", &self.response_limit)
            .finish_non_exhaustive()
    }
}

/// Why a [`Client`], or a fetcher with one, could not be set up.
///
/// # Examples
///
/// ```
/// use tower_webhook::fetch::{Client, InvalidClient};
///
/// let error = Client::new().base_url("ftp://api.example.com").unwrap_err();
/// assert_eq!(error, InvalidClient::Url);
/// # Ok::<(), InvalidClient>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidClient {
    /// A credential or another header value is empty, begins or ends with whitespace, or contains
    /// characters other than visible ASCII.
    Header,
    /// The base URL is not an `http` or `https` URL, or has more than a host, a port and a path.
    Url,
    /// The base URL would send credentials in clear text beyond this machine.
    Plaintext,
}

impl fmt::Display for InvalidClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "expected a credential of visible ASCII without whitespace around it",
            Self::Url => "expected a base URL such as `https://api.example.com`",
            Self::Plaintext => "expected `https`, because the host is not this machine",
        })
    }
}

impl Error for InvalidClient {}

/// Why there is no HTTP client.
#[derive(Debug)]
struct NotBuilt(Box<dyn Error + Send + Sync>);

impl fmt::Display for NotBuilt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HTTP client could not be built")
    }
}

impl Error for NotBuilt {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

fn parse(base: &str) -> Result<Url, InvalidClient> {
    let url = Url::parse(base).map_err(|_| InvalidClient::Url)?;
    let bare = url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || !bare || !anonymous {
        return Err(InvalidClient::Url);
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

/// Builds a client with ring and the root certificates of this machine, without making either the
/// default of the process. A redirect would carry the credentials elsewhere, and it is the cache
/// that retries.
fn build() -> Result<reqwest::Client, Box<dyn Error + Send + Sync>> {
    use rustls_platform_verifier::BuilderVerifierExt as _;

    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(retry::never())
        .connect_timeout(CONNECT);
    Ok(http.build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_text_stays_on_this_machine() {
        let client = || Client::new();
        for base in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1", "https://x"] {
            assert!(client().base_url(base).is_ok(), "{base}");
        }
        for base in ["http://example.com", "http://10.0.0.1", "http://localhost.example.com"] {
            assert_eq!(client().base_url(base).unwrap_err(), InvalidClient::Plaintext, "{base}");
            assert!(client().dangerous_plaintext_base_url(base).is_ok(), "{base}");
        }
        for base in ["", "x", "ftp://x", "https://u:p@x", "https://x?q", "https://x#f"] {
            assert_eq!(client().base_url(base).unwrap_err(), InvalidClient::Url, "{base}");
            let error = client().dangerous_plaintext_base_url(base).unwrap_err();
            assert_eq!(error, InvalidClient::Url, "{base}");
        }
    }

    #[test]
    fn a_path_of_the_base_url_is_kept() {
        for base in ["https://x/velt", "https://x/velt/"] {
            let client = Client::new();
            let request = client.request(Method::GET, base, "/v2/get", Some("id=1")).unwrap();
            assert_eq!(request.build().unwrap().url().as_str(), "https://x/velt/v2/get?id=1");
        }
    }
}
