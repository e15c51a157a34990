//! Spaaza: one key by its id, or all active keys of a chain.

use std::cmp::Reverse;
use std::fmt;

use http::{HeaderMap, HeaderName, Method};
use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::fetch::SecretFetcher;
use crate::fetch::client::credential::Credential;
use crate::fetch::client::redact::redact;
use crate::fetch::client::response::Response;
use crate::fetch::client::source::{CredentialSource, Credentials, Failed};
use crate::fetch::client::{Client, InvalidClient};
use crate::fetch::endpoint::{Endpoint, EndpointId};
use crate::fetch::error::{FetchError, FetchErrorKind};
use crate::secret::{InvalidSecret, Secret};

const API: &str = "https://api0.spaaza.com";

/// Fetches webhook signature keys from Spaaza's API.
///
/// The endpoint id is the number of a key
/// ([get-webhook-signature](https://docs.spaaza.com/api/get-webhook-signature)), or, after
/// [`Spaaza::chain`], the number of that chain
/// ([get-webhook-signatures](https://docs.spaaza.com/api/get-webhook-signatures)). Any other id is
/// [`NotFound`](FetchErrorKind::NotFound) without a request.
///
/// | Spaaza says | kind |
/// |---|---|
/// | 528 `webhook_signature_not_found` | [`NotFound`](FetchErrorKind::NotFound) |
/// | 6 `no_valid_session`, 68 `permission_denied_or_non_existent` | [`Denied`](FetchErrorKind::Denied) |
/// | 3 `http_vars_missing`, another key or chain, a redirect | [`Malformed`](FetchErrorKind::Malformed) |
/// | a key that is not active, or deleted | no valid secret |
///
/// The last row matters: once a key is deleted, Spaaza sends *unsigned* deliveries. They are
/// rejected.
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
/// use tower_webhook::fetch::{EndpointId, SecretCache, Spaaza};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let user_id = std::env::var("SPAAZA_SESSION_USER_ID")?;
/// let session_key = std::env::var("SPAAZA_SESSION_KEY")?;
/// let spaaza = Spaaza::new(&user_id, &session_key)?.chain(1743);
/// let cache = SecretCache::builder(Scheme::SPAAZA, spaaza).build();
/// let verifier = cache.verifier(&EndpointId::from(1743)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Spaaza {
    client: Client,
    user_id: Credential,
    session_key: Credentials,
    api_version: Option<Credential>,
    app_hostname: Option<Credential>,
    chain: Option<u64>,
    reading: Reading,
}

impl Spaaza {
    /// Makes a fetcher with an [admin session](https://docs.spaaza.com/api/authentication), whose
    /// user may read the chain of the keys. When the session expires, nothing is fetched any more.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidClient::Header`] if one of them cannot be a header value.
    pub fn new(user_id: &str, session_key: &str) -> Result<Self, InvalidClient> {
        Self::with(user_id, Credentials::Fixed(Credential::new(session_key)?))
    }

    /// Makes a fetcher with sessions that expire. The source is asked for the key of another one
    /// when Spaaza says `no_valid_session`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidClient::Header`] if the user id cannot be a header value.
    pub fn with_source(
        user_id: &str,
        session_keys: impl CredentialSource,
    ) -> Result<Self, InvalidClient> {
        Self::with(user_id, Credentials::of(session_keys))
    }

    fn with(user_id: &str, session_key: Credentials) -> Result<Self, InvalidClient> {
        Ok(Self {
            client: Client::new(),
            user_id: Credential::new(user_id)?,
            session_key,
            api_version: None,
            app_hostname: None,
            chain: None,
            reading: Reading::Both,
        })
    }

    /// Sets the client, default [`Client::new`], for instance for the staging system.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::{Client, Spaaza};
    ///
    /// let client = Client::new().base_url("https://apistage0.spaaza.com")?;
    /// let spaaza = Spaaza::new("1743", "session key")?.client(client);
    /// # Ok::<(), tower_webhook::fetch::InvalidClient>(())
    /// ```
    #[must_use]
    pub fn client(self, client: Client) -> Self {
        Self { client, ..self }
    }

    /// Sets the chain that is served, with all of its active keys, the newest first; default none.
    /// The endpoint id is then the number of the chain.
    ///
    /// Spaaza rotates keys by adding one, switching the webhook over to it, and deleting the old
    /// one. With all keys of the chain, no delivery in between is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::{EndpointId, FetchErrorKind, SecretFetcher as _, Spaaza};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let spaaza = Spaaza::new("1743", "session key")?.chain(1743);
    /// // Spaaza is not asked for another chain.
    /// let error = spaaza.fetch(&EndpointId::from(1744)).await.unwrap_err();
    /// assert_eq!(error.kind(), FetchErrorKind::NotFound);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn chain(self, chain_id: u64) -> Self {
        Self { chain: Some(chain_id), ..self }
    }

    /// Sets that the characters of a key are the key, default either reading.
    ///
    /// A key is printed as 32 hexadecimal digits, and the documentation does not say whether they
    /// *are* the key or *spell* it. Without this or [`Spaaza::hex_keys`] each key is fetched as two
    /// secrets, this reading first; see [`Scheme::SPAAZA`](crate::Scheme::SPAAZA).
    #[must_use]
    pub fn utf8_keys(self) -> Self {
        Self { reading: Reading::Utf8, ..self }
    }

    /// Sets that the digits of a key spell the bytes of the key, default either reading; see
    /// [`Spaaza::utf8_keys`].
    #[must_use]
    pub fn hex_keys(self) -> Self {
        Self { reading: Reading::Hex, ..self }
    }

    /// Sets the [version](https://docs.spaaza.com/api/versioning/) of the API, such as `1.4.8`;
    /// default none: the header is not sent.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidClient::Header`] if the text cannot be a header value.
    pub fn api_version(self, version: &str) -> Result<Self, InvalidClient> {
        Ok(Self { api_version: Some(Credential::new(version)?), ..self })
    }

    /// Sets the hostname of the app that the session belongs to, if
    /// [the session needs it](https://docs.spaaza.com/api/authentication); default none: the header
    /// is not sent.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidClient::Header`] if the text cannot be a header value.
    pub fn app_hostname(self, hostname: &str) -> Result<Self, InvalidClient> {
        Ok(Self { app_hostname: Some(Credential::new(hostname)?), ..self })
    }

    /// The question to ask, or `None` if the endpoint is not one of ours.
    fn question(&self, endpoint: &EndpointId) -> Option<Question> {
        // Only the canonical spelling of a number: with others (`+7`, `007`), made-up ids could
        // name the same key many times.
        let number = endpoint.as_str().parse().ok();
        let number = number.filter(|number| EndpointId::from(*number) == *endpoint)?;
        match self.chain {
            Some(chain) if chain == number => Some(Question::Chain(number)),
            Some(_) => None,
            None => Some(Question::Key(number)),
        }
    }

    async fn ask(&self, question: Question, key: Credential) -> Result<Vec<Secret>, Failed> {
        let (path, query) = match question {
            Question::Key(id) => ("/internal/get-webhook-signature", format!("id={id}")),
            Question::Chain(id) => {
                ("/internal/get-webhook-signatures", format!("chain_id={id}&exclude_inactive=true"))
            }
        };
        let request = self.client.request(Method::GET, API, path, Some(&query))?;
        let response = self.client.send(request.headers(self.headers(&key))).await?;
        read(&response, question, self.reading, &[&key])
    }

    fn headers(&self, session_key: &Credential) -> HeaderMap {
        let optional = |name, value: &Option<Credential>| {
            value.as_ref().map(|value| (HeaderName::from_static(name), value.value()))
        };
        let required =
            |name, value: &Credential| Some((HeaderName::from_static(name), value.value()));
        [
            required("x-spaaza-session-user-id", &self.user_id),
            required("x-spaaza-session-key", session_key),
            optional("x-spaaza-api-version", &self.api_version),
            optional("x-spaaza-myprice-app-hostname", &self.app_hostname),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl SecretFetcher for Spaaza {
    async fn fetch(&self, endpoint: &EndpointId) -> Result<Endpoint, FetchError> {
        let question = self.question(endpoint).ok_or(FetchErrorKind::NotFound)?;
        let secrets = self.session_key.send(|key| self.ask(question, key)).await?;
        Ok(Endpoint::from(secrets))
    }
}

impl fmt::Debug for Spaaza {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spaaza")
            .field("client", &self.client)
            .field("chain", &self.chain)
            .finish_non_exhaustive()
    }
}

/// The meaning of a key's digits.
#[derive(Clone, Copy)]
pub(crate) enum Reading {
    Both,
    Utf8,
    Hex,
}

/// The question that is asked.
#[derive(Clone, Copy)]
pub(crate) enum Question {
    Key(u64),
    Chain(u64),
}

/// The errors of a response, in either of the places where API versions put them.
#[derive(Deserialize)]
struct Errors {
    #[serde(default)]
    error: Value,
    #[serde(default)]
    errors: Value,
}

#[derive(Deserialize)]
struct Success<'a> {
    result: Status,
    #[serde(borrow)]
    results: Results<'a>,
}

#[derive(Deserialize)]
struct Status {
    status: String,
}

#[derive(Deserialize)]
struct Results<'a> {
    #[serde(borrow)]
    webhook_signature: Option<Key<'a>>,
    #[serde(borrow)]
    webhook_signatures: Option<Vec<Key<'a>>>,
}

#[derive(Deserialize)]
struct Key<'a> {
    active: bool,
    deleted: bool,
    id: u64,
    chain: Chain,
    created_date: Option<String>,
    value: Option<&'a str>,
}

#[derive(Deserialize)]
struct Chain {
    id: u64,
}

/// Reads a response. An error in it outweighs everything else.
pub(crate) fn read(
    response: &Response,
    question: Question,
    reading: Reading,
    credentials: &[&Credential],
) -> Result<Vec<Secret>, Failed> {
    if let Some(failed) = failed(response, credentials) {
        return Err(failed);
    }
    let success = response.json::<Success<'_>>().filter(|success| success.result.status == "ok");
    let Some(success) = success.filter(|_| response.is_success()) else {
        return Err(undocumented(response));
    };
    let Results { webhook_signature, webhook_signatures } = success.results;
    let keys = match question {
        Question::Key(_) => webhook_signature.map(|key| vec![key]),
        Question::Chain(_) => webhook_signatures,
    };
    let malformed = || FetchError::new(FetchErrorKind::Malformed);
    let mut keys = keys.ok_or_else(malformed)?;
    let asked_for = |key: &Key<'_>| match question {
        Question::Key(id) => key.id == id,
        Question::Chain(id) => key.chain.id == id,
    };
    if !keys.iter().all(asked_for) {
        return Err(malformed().with_message("the response is for another key or chain").into());
    }
    keys.retain(|key| key.active && !key.deleted);
    keys.sort_by_cached_key(|key| Reverse((created(key), key.id)));
    let secrets = keys.iter().map(|key| secrets(key, reading)).collect::<Result<Vec<_>, _>>();
    Ok(secrets.map_err(|error| malformed().with_source(error))?.concat())
}

fn created(key: &Key<'_>) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(key.created_date.as_deref()?, &Rfc3339).ok()
}

fn secrets(key: &Key<'_>, reading: Reading) -> Result<Vec<Secret>, InvalidSecret> {
    let text = key.value.unwrap_or_default();
    match reading {
        Reading::Both => Ok(vec![Secret::utf8(text)?, Secret::hex(text)?]),
        Reading::Utf8 => Ok(vec![Secret::utf8(text)?]),
        Reading::Hex => Ok(vec![Secret::hex(text)?]),
    }
}

fn failed(response: &Response, credentials: &[&Credential]) -> Option<Failed> {
    // A response that cannot be read, for instance with two errors, is not one without an error.
    let Some(errors) = response.json::<Errors>() else { return Some(undocumented(response)) };
    let error = [&errors.error, &errors.errors].into_iter().find_map(first)?;
    let text = |field| error.get(field).and_then(Value::as_str).unwrap_or_default();
    let code =
        error.get("code").and_then(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()));
    let message = format!("{} {}", text("name"), text("description"));
    let failed = match documented(code, text("name")) {
        Some((kind, expired)) => Failed { error: response.error(Some(kind)), expired },
        None => undocumented(response),
    };
    let error = failed.error.with_message(&redact(&message, credentials));
    Some(Failed { error, ..failed })
}

fn undocumented(response: &Response) -> Failed {
    Failed { error: response.error(None), expired: response.is_unauthorized() }
}

/// The error itself, or the first of a collection. An empty collection has none.
fn first(value: &Value) -> Option<&Value> {
    match value {
        Value::Null => None,
        Value::Array(errors) => errors.first(),
        Value::Object(error) if error.contains_key("code") || error.contains_key("name") => {
            Some(value)
        }
        Value::Object(errors) => errors.values().next(),
        other => Some(other),
    }
}

/// The kind of a documented error, and whether it says that the session has expired. Another session
/// of the same user has the same permissions.
fn documented(code: Option<u64>, name: &str) -> Option<(FetchErrorKind, bool)> {
    match (code, name) {
        (Some(528), _) | (None, "webhook_signature_not_found") => {
            Some((FetchErrorKind::NotFound, false))
        }
        (Some(6), _) | (None, "no_valid_session") => Some((FetchErrorKind::Denied, true)),
        (Some(68), _) | (None, "permission_denied_or_non_existent") => {
            Some((FetchErrorKind::Denied, false))
        }
        (Some(3), _) | (None, "http_vars_missing") => Some((FetchErrorKind::Malformed, false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = r#"{"active":true,"deleted":false,"id":56,"chain":{"id":1743},"created_date":"2026-06-20T09:55:00+00:00","value":"a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6"}"#;

    fn judge(status: u16, body: &[u8], question: Question) -> Result<Vec<Secret>, FetchError> {
        let response = Response::new(StatusCode::from_u16(status).unwrap(), body);
        read(&response, question, Reading::Both, &[]).map_err(|failed| failed.error)
    }

    fn success() -> String {
        let keys = format!("\"webhook_signature\":{KEY},\"webhook_signatures\":[{KEY},{KEY}]");
        format!("{{\"result\":{{\"status\":\"ok\"}},\"results\":{{{keys}}}}}")
    }

    #[test]
    fn each_call_reads_its_own_result() {
        assert_eq!(judge(200, success().as_bytes(), Question::Key(56)).unwrap().len(), 2);
        assert_eq!(judge(200, success().as_bytes(), Question::Chain(1743)).unwrap().len(), 4);
        for question in [Question::Key(1743), Question::Chain(56)] {
            let error = judge(200, success().as_bytes(), question).unwrap_err();
            assert_eq!(error.kind(), FetchErrorKind::Malformed);
        }
    }

    #[test]
    fn an_error_outweighs_a_key_beside_it() {
        let both = success().replacen('{', "{\"errors\":[{\"code\":528}],", 1);
        let error = judge(200, both.as_bytes(), Question::Key(56)).unwrap_err();
        assert_eq!(error.kind(), FetchErrorKind::NotFound);
        for none in ["null", "[]", "{}"] {
            let both = success().replacen('{', &format!("{{\"errors\":{none},"), 1);
            assert!(judge(200, both.as_bytes(), Question::Key(56)).is_ok(), "{none}");
        }
    }

    #[test]
    fn an_error_that_cannot_be_read_outweighs_a_key_too() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for errors in ["1,\"error\":2", "1e999", &deep] {
            let both = success().replacen('{', &format!("{{\"error\":{errors},"), 1);
            let error = judge(200, both.as_bytes(), Question::Key(56)).unwrap_err();
            assert_eq!(error.kind(), FetchErrorKind::Malformed, "{errors}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(status in 100_u16..1000, body: Vec<u8>) {
            prop_assert!(judge(status, &body, Question::Key(56)).is_err());
            prop_assert!(judge(status, &body, Question::Chain(1743)).is_err());
        }

        #[test]
        fn any_damage_is_judged(status in 100_u16..1000, at in 0_usize..600, byte: u8) {
            let mut body = success().into_bytes();
            let at = at % body.len();
            body[at] = byte;
            let good = (200..300).contains(&status);
            let key = judge(status, &body, Question::Key(56));
            prop_assert!(key.is_ok_and(|secrets| secrets.len() <= 2) <= good);
            let chain = judge(status, &body, Question::Chain(1743));
            prop_assert!(chain.is_ok_and(|secrets| secrets.len() <= 4) <= good);
        }
    }
}
