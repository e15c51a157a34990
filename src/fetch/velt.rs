//! Velt: one secret for each endpoint of its advanced webhooks.

use std::fmt;

use http::Method;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::json;

use crate::fetch::SecretFetcher;
use crate::fetch::client::credential::Credential;
use crate::fetch::client::redact::redact;
use crate::fetch::client::response::Response;
use crate::fetch::client::source::{CredentialSource, Credentials, Failed};
use crate::fetch::client::{Client, InvalidClient};
use crate::fetch::endpoint::{Endpoint, EndpointId};
use crate::fetch::error::{FetchError, FetchErrorKind};
use crate::secret::Secret;

const API: &str = "https://api.velt.dev";
const PATH: &str = "/v2/workspace/advancedwebhook/endpoints/secret/get";

/// Fetches secrets from [Velt's
/// API](https://velt.dev/docs/api-reference/rest-apis/v2/workspace/advancedwebhook-endpoints-secret-get).
/// The endpoint id is the one that Velt has assigned to the endpoint (`ep_…`).
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
/// The documentation states no HTTP statuses for these, so the status counts only if the response
/// has none of them.
///
/// # Security
///
/// See [`Client`] for how the credentials are protected in transit. They are wiped when the fetcher
/// is dropped, and appear in no output.
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
    client: Client,
    api_key: Credential,
    auth_token: Credentials,
}

impl Velt {
    /// Makes a fetcher with the API key and the
    /// [auth token](https://velt.dev/docs/api-reference/rest-apis/v2/workspace/authtokens-get) of
    /// a workspace.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidClient::Header`] if one of them cannot be a header value.
    pub fn new(api_key: &str, auth_token: &str) -> Result<Self, InvalidClient> {
        Self::with(api_key, Credentials::Fixed(Credential::new(auth_token)?))
    }

    /// Makes a fetcher with an auth token that may be replaced. The source is asked for another one
    /// when Velt says `PERMISSION_DENIED` or `UNAUTHENTICATED`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidClient::Header`] if the API key cannot be a header value.
    pub fn with_source(
        api_key: &str,
        auth_tokens: impl CredentialSource,
    ) -> Result<Self, InvalidClient> {
        Self::with(api_key, Credentials::of(auth_tokens))
    }

    fn with(api_key: &str, auth_token: Credentials) -> Result<Self, InvalidClient> {
        Ok(Self { client: Client::new(), api_key: Credential::new(api_key)?, auth_token })
    }

    /// Sets the client, default [`Client::new`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::{Client, Velt};
    ///
    /// let client = Client::new().base_url("http://127.0.0.1:8080")?;
    /// let velt = Velt::new("api key", "auth token")?.client(client);
    /// # Ok::<(), tower_webhook::fetch::InvalidClient>(())
    /// ```
    #[must_use]
    pub fn client(self, client: Client) -> Self {
        Self { client, ..self }
    }

    async fn ask(&self, endpoint: &EndpointId, token: Credential) -> Result<Secret, Failed> {
        let request = self
            .client
            .request(Method::POST, API, PATH, None)?
            .header("x-velt-api-key", self.api_key.value())
            .header("x-velt-auth-token", token.value())
            .header(CONTENT_TYPE, "application/json")
            .body(json!({ "data": { "endpointId": endpoint.as_str() } }).to_string());
        let response = self.client.send(request).await?;
        read(&response, endpoint, &[&self.api_key, &token]).map_err(|error| {
            let expired = error.kind() == FetchErrorKind::Denied;
            Failed { error, expired }
        })
    }
}

impl SecretFetcher for Velt {
    async fn fetch(&self, endpoint: &EndpointId) -> Result<Endpoint, FetchError> {
        let secret = self.auth_token.send(|token| self.ask(endpoint, token)).await?;
        Ok(Endpoint::from(secret))
    }
}

impl fmt::Debug for Velt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Velt").field("client", &self.client).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    result: Option<Success<'a>>,
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Success<'a> {
    status: String,
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(rename = "endpointId")]
    endpoint_id: String,
    secret: &'a str,
}

#[derive(Deserialize)]
struct Failure {
    status: String,
    #[serde(default)]
    message: String,
}

/// Reads a response. An error in it outweighs everything else.
pub(crate) fn read(
    response: &Response,
    endpoint: &EndpointId,
    credentials: &[&Credential],
) -> Result<Secret, FetchError> {
    let malformed = || FetchError::new(FetchErrorKind::Malformed);
    match response.json::<Body<'_>>() {
        Some(Body { error: Some(failure), .. }) => {
            let error = response.error(kind(&failure.status));
            Err(error.with_message(&redact(&failure.message, credentials)))
        }
        Some(Body { result: Some(success), .. }) if response.is_success() => {
            if success.status != "success" {
                return Err(malformed());
            }
            if success.data.endpoint_id != endpoint.as_str() {
                return Err(malformed().with_message("the response is for another endpoint"));
            }
            let secret = Secret::whsec(success.data.secret);
            secret.map_err(|error| malformed().with_source(error))
        }
        _ => Err(response.error(None)),
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

    fn judge(status: u16, body: &[u8]) -> Result<Secret, FetchError> {
        let response = Response::new(StatusCode::from_u16(status).unwrap(), body);
        read(&response, &EndpointId::new("ep_1").unwrap(), &[])
    }

    #[test]
    fn an_error_outweighs_a_secret_beside_it() {
        let both = SUCCESS.replacen('{', r#"{"error":{"status":"NOT_FOUND"},"#, 1);
        assert_eq!(judge(200, both.as_bytes()).unwrap_err().kind(), FetchErrorKind::NotFound);
        assert!(judge(200, SUCCESS.as_bytes()).is_ok());
    }

    #[test]
    fn a_repeated_field_is_malformed() {
        let twice = SUCCESS.replace("\"secret\"", "\"secret\":\"whsec_AQ==\",\"secret\"");
        assert_eq!(judge(200, twice.as_bytes()).unwrap_err().kind(), FetchErrorKind::Malformed);
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(status in 100_u16..1000, body: Vec<u8>) {
            prop_assert!(judge(status, &body).is_err());
        }

        #[test]
        fn any_damage_is_judged(status in 100_u16..1000, at in 0_usize..150, byte: u8) {
            for text in [SUCCESS, FAILURE] {
                let mut body = text.as_bytes().to_vec();
                let at = at % body.len();
                body[at] = byte;
                let found = judge(status, &body).is_ok();
                prop_assert!(!found || (text == SUCCESS && (200..300).contains(&status)));
            }
        }
    }
}
