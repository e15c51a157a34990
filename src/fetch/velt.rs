//! Velt: one secret for each endpoint of its advanced webhooks.

use std::fmt;

use http::Method;
use http::header::CONTENT_TYPE;
use reqwest::ClientBuilder;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use crate::fetch::SecretFetcher;
use crate::fetch::client::InvalidProvider;
use crate::fetch::client::{Answer, Api, Credential, shown};
use crate::fetch::endpoint::EndpointId;
use crate::fetch::error::{FetchError, FetchErrorKind};
use crate::secret::Secret;

const BASE: &str = "https://api.velt.dev";
const PATH: &str = "/v2/workspace/advancedwebhook/endpoints/secret/get";

/// Fetches secrets from [Velt's API](https://velt.dev/docs/api-reference/rest-apis/v2/workspace/advancedwebhook-endpoints-secret-get),
/// where the endpoint id is the one that Velt gave the endpoint (`ep_…`).
///
/// | Velt says | kind |
/// |---|---|
/// | `NOT_FOUND` | [`NotFound`](FetchErrorKind::NotFound) |
/// | `FAILED_PRECONDITION` | [`Precondition`](FetchErrorKind::Precondition) |
/// | `PERMISSION_DENIED`, `UNAUTHENTICATED` | [`Denied`](FetchErrorKind::Denied) |
/// | `RESOURCE_EXHAUSTED`, `UNAVAILABLE`, `INTERNAL`, `ABORTED`, `UNKNOWN` | [`Unavailable`](FetchErrorKind::Unavailable) |
/// | `DEADLINE_EXCEEDED` | [`Timeout`](FetchErrorKind::Timeout) |
/// | `INVALID_ARGUMENT`, the secret of another endpoint, a redirect | [`Malformed`](FetchErrorKind::Malformed) |
///
/// The documentation gives no HTTP statuses for these, so the status only counts where none of
/// them is said.
///
/// # Security
///
/// HTTPS only, unless the host is this machine. Redirects are not followed, and proxies of the
/// environment are not used. Answers of more than 64 KiB are refused, unless another limit is set.
/// The credentials are wiped when the fetcher is dropped and show in no output.
///
/// # Examples
///
/// ```no_run
/// use tower_webhook::Scheme;
/// use tower_webhook::fetch::{EndpointId, SecretCache, Velt};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let velt = Velt::new(&std::env::var("VELT_API_KEY")?, &std::env::var("VELT_AUTH_TOKEN")?)?;
/// let cache = SecretCache::builder(Scheme::VELT, velt).build();
/// let verifier = cache.verifier(&EndpointId::new("ep_2vK9mPzGqLxYwBnRtCdHsJfAeUo")?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Velt {
    api: Api,
    api_key: Credential,
    auth_token: Credential,
}

impl Velt {
    /// Makes a fetcher with the API key and the
    /// [auth token](https://velt.dev/docs/api-reference/rest-apis/v2/workspace/authtokens-get) of
    /// a workspace.
    ///
    /// # Errors
    ///
    /// When a credential cannot be a header value, or no HTTP client can be built.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::{InvalidProvider, Velt};
    ///
    /// assert!(Velt::new("api key", "auth token").is_ok());
    /// assert_eq!(Velt::new("", "auth token").unwrap_err(), InvalidProvider::Header);
    /// ```
    pub fn new(api_key: &str, auth_token: &str) -> Result<Self, InvalidProvider> {
        Ok(Self {
            api_key: Credential::new(api_key)?,
            auth_token: Credential::new(auth_token)?,
            api: Api::new(BASE)?,
        })
    }

    /// Replaces the base URL, `https://api.velt.dev`. Plain `http` is only for this machine.
    ///
    /// # Errors
    ///
    /// When it is not an `http` or `https` URL of host, port and path, or is plain `http` to
    /// another machine.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::{InvalidProvider, Velt};
    ///
    /// let velt = Velt::new("api key", "auth token")?.base_url("http://127.0.0.1:8080")?;
    /// let error = velt.base_url("http://velt.example.com").unwrap_err();
    /// assert_eq!(error, InvalidProvider::Plaintext);
    /// # Ok::<(), tower_webhook::fetch::InvalidProvider>(())
    /// ```
    pub fn base_url(self, base_url: &str) -> Result<Self, InvalidProvider> {
        Ok(Self { api: self.api.base_url(base_url)?, ..self })
    }

    /// Replaces the base URL by one that may be plain `http` to anywhere.
    ///
    /// # Security
    ///
    /// Whoever is on the way reads the credentials and the secrets, and can replace the secrets.
    ///
    /// # Errors
    ///
    /// When it is not an `http` or `https` URL of host, port and path.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::Velt;
    ///
    /// // A proxy in the same network namespace adds TLS.
    /// let velt =
    ///     Velt::new("api key", "auth token")?.dangerous_plaintext_base_url("http://velt-proxy:8080")?;
    /// # Ok::<(), tower_webhook::fetch::InvalidProvider>(())
    /// ```
    pub fn dangerous_plaintext_base_url(self, base_url: &str) -> Result<Self, InvalidProvider> {
        Ok(Self { api: self.api.dangerous_plaintext(base_url)?, ..self })
    }

    /// Sets the size of the longest answer that is read, in bytes. The default is 64 KiB. Room for
    /// as much is taken for each fetch.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::Velt;
    ///
    /// let velt = Velt::new("api key", "auth token")?.response_limit(4 << 10);
    /// # Ok::<(), tower_webhook::fetch::InvalidProvider>(())
    /// ```
    #[must_use]
    pub fn response_limit(self, bytes: usize) -> Self {
        Self { api: self.api.response_limit(bytes), ..self }
    }

    /// Replaces the HTTP client, for proxies or root certificates of your own.
    ///
    /// Redirects and retries are switched off in it. If no rustls crypto provider is the process's
    /// default yet, ring becomes it.
    ///
    /// # Errors
    ///
    /// When the client cannot be built.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::Velt;
    ///
    /// let client = reqwest::Client::builder().user_agent("acme-receiver/1.0");
    /// let velt = Velt::new("api key", "auth token")?.client(client)?;
    /// # Ok::<(), tower_webhook::fetch::InvalidProvider>(())
    /// ```
    pub fn client(self, client: ClientBuilder) -> Result<Self, InvalidProvider> {
        Ok(Self { api: self.api.client(client)?, ..self })
    }
}

impl SecretFetcher for Velt {
    async fn fetch(&self, endpoint: &EndpointId) -> Result<Vec<Secret>, FetchError> {
        let request = self
            .api
            .request(Method::POST, PATH, None)
            .header("x-velt-api-key", self.api_key.value())
            .header("x-velt-auth-token", self.auth_token.value())
            .header(CONTENT_TYPE, "application/json")
            .body(json!({ "data": { "endpointId": endpoint.as_str() } }).to_string());
        let answer = Answer::to(&self.api, request).await?;
        read(&answer, endpoint, &[&self.api_key, &self.auth_token])
    }
}

impl fmt::Debug for Velt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Velt").field("base_url", &self.api).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Body {
    result: Option<Success>,
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Success {
    status: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "endpointId")]
    endpoint_id: String,
    secret: Zeroizing<String>,
}

#[derive(Deserialize)]
struct Failure {
    status: String,
    #[serde(default)]
    message: String,
}

/// Judges an answer. An error in it outweighs everything else.
pub(crate) fn read(
    answer: &Answer,
    endpoint: &EndpointId,
    credentials: &[&Credential],
) -> Result<Vec<Secret>, FetchError> {
    let malformed = || FetchError::new(FetchErrorKind::Malformed);
    match answer.json::<Body>() {
        Some(Body { error: Some(failure), .. }) => {
            let error = answer.error(kind(&failure.status));
            Err(error.with_message(&shown(&failure.message, credentials)))
        }
        Some(Body { result: Some(success), .. }) if answer.status.is_success() => {
            if success.status != "success" {
                return Err(malformed());
            }
            if success.data.endpoint_id != endpoint.as_str() {
                return Err(malformed().with_message("the answer is for another endpoint"));
            }
            let secret = Secret::whsec(&success.data.secret);
            secret.map(|secret| vec![secret]).map_err(|error| malformed().with_source(error))
        }
        _ => Err(answer.error(None)),
    }
}

fn kind(status: &str) -> Option<FetchErrorKind> {
    match status {
        "NOT_FOUND" => Some(FetchErrorKind::NotFound),
        "FAILED_PRECONDITION" => Some(FetchErrorKind::Precondition),
        "PERMISSION_DENIED" | "UNAUTHENTICATED" => Some(FetchErrorKind::Denied),
        "RESOURCE_EXHAUSTED" | "UNAVAILABLE" | "INTERNAL" | "ABORTED" | "UNKNOWN" => {
            Some(FetchErrorKind::Unavailable)
        }
        "DEADLINE_EXCEEDED" => Some(FetchErrorKind::Timeout),
        "INVALID_ARGUMENT" => Some(FetchErrorKind::Malformed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use proptest::prelude::*;

    use super::*;

    const SUCCESS: &str = r#"{"result":{"status":"success","data":{"endpointId":"ep_1","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}}"#;
    const FAILURE: &str = r#"{"error":{"status":"NOT_FOUND","message":"No."}}"#;

    fn judge(status: u16, body: Vec<u8>) -> Result<Vec<Secret>, FetchError> {
        let status = StatusCode::from_u16(status).unwrap();
        let answer = Answer { status, retry_after: None, body: Zeroizing::new(body) };
        read(&answer, &EndpointId::new("ep_1").unwrap(), &[])
    }

    #[test]
    fn an_error_outweighs_a_secret_beside_it() {
        let both = SUCCESS.replacen('{', r#"{"error":{"status":"NOT_FOUND"},"#, 1);
        assert_eq!(judge(200, both.into()).unwrap_err().kind(), FetchErrorKind::NotFound);
        assert_eq!(judge(200, SUCCESS.into()).unwrap().len(), 1);
    }

    #[test]
    fn a_repeated_field_is_malformed() {
        let twice = SUCCESS.replace("\"secret\"", "\"secret\":\"whsec_AQ==\",\"secret\"");
        assert_eq!(judge(200, twice.into()).unwrap_err().kind(), FetchErrorKind::Malformed);
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(status in 100_u16..1000, body: Vec<u8>) {
            prop_assert!(judge(status, body).is_err());
        }

        #[test]
        fn any_damage_is_judged(status in 100_u16..1000, at in 0_usize..150, byte: u8) {
            for text in [SUCCESS, FAILURE] {
                let mut body = text.as_bytes().to_vec();
                let at = at % body.len();
                body[at] = byte;
                let found = judge(status, body).is_ok_and(|secrets| secrets.len() == 1);
                prop_assert!(!found || (text == SUCCESS && (200..300).contains(&status)));
            }
        }
    }
}
