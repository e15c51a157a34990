//! What the fetchers that speak HTTP have in common: how they ask, and how little they believe.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use reqwest::{Client, ClientBuilder, RequestBuilder, Url, redirect, retry};
use rustls::crypto::{CryptoProvider, ring};
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use zeroize::Zeroizing;

use crate::fetch::error::{FetchError, FetchErrorKind};

/// The longest answer that is read unless another limit is set, in bytes.
const RESPONSE_LIMIT: usize = 64 << 10;
/// How long it may take to reach the provider at all.
const CONNECT: Duration = Duration::from_secs(5);
/// The longest run of random letters and digits that shows in a provider's message.
const MAX_RUN: usize = 23;

/// Why a fetcher that speaks HTTP could not be set up.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "velt")] {
/// use tower_webhook::fetch::{InvalidProvider, Velt};
///
/// let error = Velt::new("api key\n", "auth token").unwrap_err();
/// assert_eq!(error, InvalidProvider::Header);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidProvider {
    /// A credential or another header value is empty, begins or ends with whitespace, or is not
    /// visible ASCII.
    Header,
    /// The base URL is not one of `http` or `https`, or has more than a host, a port and a path.
    Url,
    /// The base URL would send credentials in clear text beyond this machine.
    Plaintext,
    /// The HTTP client could not be built, for instance because no root certificates are
    /// installed.
    Client,
}

impl fmt::Display for InvalidProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "expected a credential of visible ASCII without whitespace around it",
            Self::Url => "expected a base URL such as `https://api.example.com`",
            Self::Plaintext => "expected `https`, because the host is not this machine",
            Self::Client => "http client could not be built",
        })
    }
}

impl Error for InvalidProvider {}

/// Text that is sent as a header and shows nowhere. It is wiped when the last clone is dropped.
#[derive(Clone)]
pub(crate) struct Credential(HeaderValue);

impl Credential {
    pub(crate) fn new(text: &str) -> Result<Self, InvalidProvider> {
        let visible = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if text.is_empty() || text.trim().len() != text.len() || !visible {
            return Err(InvalidProvider::Header);
        }
        let bytes = Bytes::from_owner(Zeroizing::new(text.as_bytes().to_vec()));
        let mut value =
            HeaderValue::from_maybe_shared(bytes).map_err(|_| InvalidProvider::Header)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    pub(super) fn value(&self) -> HeaderValue {
        self.0.clone()
    }

    fn is_in(&self, text: &str) -> bool {
        self.0.to_str().is_ok_and(|secret| text.contains(secret))
    }
}

/// A provider's API: where it is, and how it is reached.
#[derive(Clone)]
pub(super) struct Api {
    base: Url,
    client: Client,
    response_limit: usize,
}

impl Api {
    pub(super) fn new(base: &str) -> Result<Self, InvalidProvider> {
        let client = Client::builder().tls_backend_preconfigured(tls()?).no_proxy();
        Ok(Self { base: parse(base)?, client: build(client)?, response_limit: RESPONSE_LIMIT })
    }

    pub(super) fn base_url(self, base: &str) -> Result<Self, InvalidProvider> {
        let base = parse(base)?;
        if base.scheme() != "https" && !is_loopback(&base) {
            return Err(InvalidProvider::Plaintext);
        }
        Ok(Self { base, ..self })
    }

    pub(super) fn dangerous_plaintext(self, base: &str) -> Result<Self, InvalidProvider> {
        Ok(Self { base: parse(base)?, ..self })
    }

    pub(super) fn client(self, client: ClientBuilder) -> Result<Self, InvalidProvider> {
        if CryptoProvider::get_default().is_none() {
            // Somebody else may be faster, which is just as well.
            let _ = ring::default_provider().install_default();
        }
        Ok(Self { client: build(client)?, ..self })
    }

    pub(super) fn response_limit(self, bytes: usize) -> Self {
        Self { response_limit: bytes, ..self }
    }

    /// `path` begins with a slash.
    pub(super) fn request(
        &self,
        method: Method,
        path: &str,
        query: Option<&str>,
    ) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_query(query);
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        self.client.request(method, url)
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base.as_str())
    }
}

/// What came back, whatever it is.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

impl Answer {
    pub(super) async fn to(api: &Api, request: RequestBuilder) -> Result<Self, FetchError> {
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status();
        let retry_after = retry_after(response.headers());
        // All the room at once: a buffer that grows leaves copies behind that nobody wipes.
        let mut body = Zeroizing::new(Vec::with_capacity(api.response_limit));
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if chunk.len() > api.response_limit.saturating_sub(body.len()) {
                return Err(FetchError::new(FetchErrorKind::Malformed)
                    .with_message("the answer is longer than the limit"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self { status, retry_after, body })
    }

    pub(super) fn json<T>(&self) -> Option<T>
    where
        T: DeserializeOwned,
    {
        serde_json::from_slice(&self.body).ok()
    }

    /// An error of this kind, or of the one that the status stands for where the provider did not
    /// say anything that it documents.
    pub(super) fn error(&self, documented: Option<FetchErrorKind>) -> FetchError {
        let kind = documented.unwrap_or(match self.status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => FetchErrorKind::Denied,
            StatusCode::TOO_MANY_REQUESTS => FetchErrorKind::Unavailable,
            StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => FetchErrorKind::Timeout,
            status if status.is_server_error() => FetchErrorKind::Unavailable,
            // Not even 404 is proof of anything unless the provider itself says it.
            _ => FetchErrorKind::Malformed,
        });
        match self.retry_after {
            Some(wait) => FetchError::new(kind).with_retry_after(wait),
            None => FetchError::new(kind),
        }
    }
}

/// Makes a provider's message fit to be shown: nothing in it may be one of the credentials, or
/// look like a secret.
pub(super) fn shown(message: &str, credentials: &[&Credential]) -> String {
    // What is shown has spaces in the place of control characters.
    let message = message.replace(char::is_control, " ");
    if credentials.iter().any(|credential| credential.is_in(&message)) {
        return String::from("(message withheld)");
    }
    let has = |run: &str, is: fn(&char) -> bool| run.contains(|char| is(&char));
    let digit = |run: &str| has(run, char::is_ascii_digit);
    // A path is no base64, although it could be: most are in lower case.
    let mixed = |run: &str| {
        digit(run) && has(run, char::is_ascii_uppercase) && has(run, char::is_ascii_lowercase)
    };
    let base64 = |char: char| char.is_ascii_alphanumeric() || matches!(char, '+' | '/');
    let message = hide(&message, base64, mixed);
    hide(&message, |char| char.is_ascii_alphanumeric(), digit)
}

/// Replaces the long runs of such characters that look random.
fn hide(text: &str, is_in: impl Fn(char) -> bool, is_random: impl Fn(&str) -> bool) -> String {
    let parts = text.split_inclusive(|char| !is_in(char)).map(|part| {
        let run = part.trim_end_matches(|char| !is_in(char));
        let random = run.len() > MAX_RUN && is_random(run);
        if random { part.replacen(run, "…", 1) } else { part.to_owned() }
    });
    parts.collect()
}

fn failed(error: reqwest::Error) -> FetchError {
    let kind = if error.is_timeout() {
        FetchErrorKind::Timeout
    } else if error.is_builder() || error.is_decode() {
        FetchErrorKind::Malformed
    } else {
        FetchErrorKind::Unavailable
    };
    FetchError::new(kind).with_source(error.without_url())
}

/// [RFC 9110, section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3). A date is
/// counted from the answer's own, so that no clock but the provider's is needed.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text| OffsetDateTime::parse(text, &Rfc2822).ok();
    let sent = date(headers.get(DATE)?.to_str().ok()?)?;
    (date(text)? - sent).try_into().ok()
}

fn parse(base: &str) -> Result<Url, InvalidProvider> {
    let url = Url::parse(base).map_err(|_| InvalidProvider::Url)?;
    let bare = url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || !bare || !anonymous {
        return Err(InvalidProvider::Url);
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

/// ring and the trust store of the machine, without making either the process's default.
fn tls() -> Result<rustls::ClientConfig, InvalidProvider> {
    use rustls_platform_verifier::BuilderVerifierExt as _;

    let builder = rustls::ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| InvalidProvider::Client)?;
    let builder = builder.with_platform_verifier().map_err(|_| InvalidProvider::Client)?;
    Ok(builder.with_no_client_auth())
}

/// What is not up to anybody's configuration: a redirect would carry the credentials elsewhere,
/// and the cache is what tries again.
fn build(client: ClientBuilder) -> Result<Client, InvalidProvider> {
    client
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(retry::never())
        .connect_timeout(CONNECT)
        .build()
        .map_err(|_| InvalidProvider::Client)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (name.parse().unwrap(), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        let later = ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT");
        let seconds = |pairs: &[_]| retry_after(&headers(pairs)).map(|wait| wait.as_secs());
        assert_eq!(seconds(&[("retry-after", "30")]), Some(30));
        assert_eq!(seconds(&[date, later]), Some(30));
        assert_eq!(seconds(&[later]), None);
        assert_eq!(seconds(&[("date", later.1), ("retry-after", date.1)]), None);
        assert_eq!(seconds(&[("retry-after", "-1")]), None);
        assert_eq!(seconds(&[("retry-after", "soon"), date]), None);
    }

    #[test]
    fn clear_text_stays_on_this_machine() {
        let api = || Api::new("https://api.example.com").unwrap();
        for base in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1", "https://x"] {
            assert!(api().base_url(base).is_ok(), "{base}");
        }
        for base in ["http://example.com", "http://10.0.0.1", "http://localhost.example.com"] {
            assert_eq!(api().base_url(base).unwrap_err(), InvalidProvider::Plaintext, "{base}");
            assert!(api().dangerous_plaintext(base).is_ok(), "{base}");
        }
        for base in ["", "x", "ftp://x", "https://u:p@x", "https://x?q", "https://x#f"] {
            assert_eq!(api().base_url(base).unwrap_err(), InvalidProvider::Url, "{base}");
        }
    }

    #[test]
    fn a_path_of_the_base_url_is_kept() {
        for base in ["https://x/velt", "https://x/velt/"] {
            let api = Api::new(base).unwrap();
            let request = api.request(Method::GET, "/v2/get", Some("id=1")).build().unwrap();
            assert_eq!(request.url().as_str(), "https://x/velt/v2/get?id=1");
        }
    }

    #[test]
    fn credentials_do_not_show() {
        let credential = Credential::new("hunter2").unwrap();
        assert!(!format!("{:?}", credential.value()).contains("hunter2"));
        for text in ["", " hunter2", "hunter2\n", "hünter2", "hunter\u{7f}"] {
            assert_eq!(Credential::new(text).err(), Some(InvalidProvider::Header), "{text:?}");
        }
    }

    #[test]
    fn messages_show_nothing_that_looks_like_a_secret() {
        let credential = Credential::new("hunter2").unwrap();
        let shown = |message| shown(message, &[&credential]);
        assert_eq!(shown("bad key hunter2."), "(message withheld)");
        let spaced = Credential::new("correct horse").unwrap();
        assert_eq!(super::shown("correct\thorse", &[&spaced]), "(message withheld)");
        let key = "no whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw!";
        assert_eq!(shown(key), "no whsec_…!");
        let marked = "no whsec_3q2/7wABAgMEBQYHCAkK+wwNDg8QERIT!";
        assert_eq!(shown(marked), "no whsec_…!");
        let plain = "Enable them via POST /v2/workspace/advancedwebhookconfig/update.";
        assert_eq!(shown(plain), plain);
    }
}
