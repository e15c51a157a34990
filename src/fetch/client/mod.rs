//! The HTTP client of the fetchers, which restricts what they send and what they accept.

pub(crate) mod credential;
pub(crate) mod redact;
pub(crate) mod response;

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use reqwest::{ClientBuilder, RequestBuilder, Url, redirect, retry};
use rustls::crypto::{CryptoProvider, ring};

use crate::fetch::client::response::{Response, failed};
use crate::fetch::error::FetchError;

/// The longest response that is read unless another limit is set, in bytes.
const RESPONSE_LIMIT: usize = 64 << 10;
/// The highest limit that can be set, in bytes.
const MOST: usize = 16 << 20;
/// How long it may take to connect to the provider.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a request may take from its beginning to the end of its response.
const WHOLE: Duration = Duration::from_secs(30);

/// The HTTP client of `Velt` (feature `velt`) and `Spaaza` (feature `spaaza`).
///
/// Each fetcher has a client of its own, with the provider's URL. Pass another one to its
/// `with_client` for a proxy, other root certificates, or a test server.
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
/// let client = Client::new()?.base_url("http://127.0.0.1:8080")?.response_limit(4 << 10);
/// # Ok::<(), tower_webhook::fetch::InvalidClient>(())
/// ```
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    /// `None` is the provider's own, which the client does not know.
    base: Option<Url>,
    response_limit: usize,
}

impl Client {
    /// Makes a client that trusts the root certificates of this machine. Connecting may take 5 seconds,
    /// and a request 30.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidClient::Client`] if it cannot be built.
    pub fn new() -> Result<Self, InvalidClient> {
        let http = reqwest::Client::builder().tls_backend_preconfigured(tls()?).no_proxy();
        Self::build(http.connect_timeout(CONNECT).timeout(WHOLE))
    }

    /// Makes a client from settings of your own, such as proxies or root certificates.
    ///
    /// Redirects and retries are turned off; how long anything may take is yours to set. If the process has no default crypto provider for
    /// rustls yet, ring becomes the default.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidClient::Client`] if it cannot be built.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::Client;
    ///
    /// let http = reqwest::Client::builder().user_agent("acme-receiver/1.0");
    /// let client = Client::from_builder(http)?;
    /// # Ok::<(), tower_webhook::fetch::InvalidClient>(())
    /// ```
    pub fn from_builder(http: ClientBuilder) -> Result<Self, InvalidClient> {
        if CryptoProvider::get_default().is_none() {
            // Another thread may have set one meanwhile, which is just as good.
            let _ = ring::default_provider().install_default();
        }
        Self::build(http)
    }

    /// Applies the settings that cannot be changed: a redirect would carry the credentials
    /// elsewhere, and it is the cache that retries.
    fn build(http: ClientBuilder) -> Result<Self, InvalidClient> {
        let http = http
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never())
            .build()
            .map_err(|_| InvalidClient::Client)?;
        Ok(Self { http, base: None, response_limit: RESPONSE_LIMIT })
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
    /// let client = Client::new()?;
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
    /// let client = Client::new()?.dangerous_plaintext_base_url("http://velt-proxy:8080")?;
    /// # Ok::<(), tower_webhook::fetch::InvalidClient>(())
    /// ```
    pub fn dangerous_plaintext_base_url(self, base_url: &str) -> Result<Self, InvalidClient> {
        Ok(Self { base: Some(parse(base_url)?), ..self })
    }

    /// Sets the size of the longest response that is accepted, in bytes; default 64 KiB, at most 16
    /// MiB. Each fetch allocates a buffer of this size.
    #[must_use]
    pub fn response_limit(self, bytes: usize) -> Self {
        Self { response_limit: bytes.min(MOST), ..self }
    }

    /// Makes the client of the API at `base_url`, unless another URL is set.
    pub(super) fn api(self, base_url: &str) -> Result<Api, InvalidClient> {
        let base = self.base.map_or_else(|| parse(base_url), Ok)?;
        Ok(Api { http: self.http, base, response_limit: self.response_limit })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base.as_ref().map(Url::as_str))
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
/// let error = Client::new()?.base_url("ftp://api.example.com").unwrap_err();
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
    /// The HTTP client could not be built, for instance because no root certificates are
    /// installed.
    Client,
}

impl fmt::Display for InvalidClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "expected a credential of visible ASCII without whitespace around it",
            Self::Url => "expected a base URL such as `https://api.example.com`",
            Self::Plaintext => "expected `https`, because the host is not this machine",
            Self::Client => "http client could not be built",
        })
    }
}

impl Error for InvalidClient {}

/// A provider's API: its URL, and the client that reaches it.
#[derive(Clone)]
pub(super) struct Api {
    http: reqwest::Client,
    base: Url,
    response_limit: usize,
}

impl Api {
    /// Starts a request; `path` begins with a slash.
    pub(super) fn request(
        &self,
        method: Method,
        path: &str,
        query: Option<&str>,
    ) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_query(query);
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        self.http.request(method, url)
    }

    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, FetchError> {
        let response = request.send().await.map_err(failed)?;
        Response::read(response, self.response_limit).await
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base.as_str())
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

/// Configures ring and the trust store of the machine, without making either the process's default.
fn tls() -> Result<rustls::ClientConfig, InvalidClient> {
    use rustls_platform_verifier::BuilderVerifierExt as _;

    let builder = rustls::ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| InvalidClient::Client)?;
    let builder = builder.with_platform_verifier().map_err(|_| InvalidClient::Client)?;
    Ok(builder.with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_text_stays_on_this_machine() {
        let client = || Client::new().unwrap();
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
            let api = Client::new().unwrap().api(base).unwrap();
            let request = api.request(Method::GET, "/v2/get", Some("id=1")).build().unwrap();
            assert_eq!(request.url().as_str(), "https://x/velt/v2/get?id=1");
        }
    }
}
