//! A server on loopback that speaks the documented APIs of Velt and of Spaaza, and misbehaves on
//! request.

#![allow(dead_code, clippy::unwrap_used)]

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::Notify;

pub(crate) const VELT_API_KEY: &str = "velt-api-key-4711";
pub(crate) const VELT_AUTH_TOKEN: &str = "velt-auth-token-0815";
pub(crate) const SPAAZA_USER_ID: &str = "90210";
pub(crate) const SPAAZA_SESSION_KEY: &str = "spaaza-session-key-1701";

/// The endpoint, the key and the chain of the documented examples.
pub(crate) const VELT_ENDPOINT: &str = "ep_2vK9mPzGqLxYwBnRtCdHsJfAeUo";
pub(crate) const VELT_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const SPAAZA_KEY_ID: u64 = 56;
pub(crate) const SPAAZA_KEY: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6";
pub(crate) const SPAAZA_CHAIN: u64 = 1743;

/// <https://velt.dev/docs/api-reference/rest-apis/v2/workspace/advancedwebhook-endpoints-secret-get>
pub(crate) const VELT_SUCCESS: &str = r#"{
  "result": {
    "status": "success",
    "message": "Advanced webhook endpoint secret retrieved successfully.",
    "data": {
      "endpointId": "ep_2vK9mPzGqLxYwBnRtCdHsJfAeUo",
      "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    }
  }
}"#;

pub(crate) const VELT_NOT_FOUND: &str = r#"{
  "error": {
    "status": "NOT_FOUND",
    "message": "Advanced webhook provider request failed."
  }
}"#;

pub(crate) const VELT_DISABLED: &str = r#"{
  "error": {
    "status": "FAILED_PRECONDITION",
    "message": "Advanced webhooks are disabled for this workspace. Enable them via POST /v2/workspace/advancedwebhookconfig/update with { \"isEnabled\": true }."
  }
}"#;

/// <https://docs.spaaza.com/api/get-webhook-signature>
pub(crate) const SPAAZA_SUCCESS: &str = r#"{
"result": {
"code": 1,
"status": "ok"
},
"results": {
"webhook_signature": {
"active": true,
"chain": {
"id": 1743,
"name": "ACME Retail"
},
"created_date": "2026-06-20T09:55:00+00:00",
"deleted": false,
"id": 56,
"last_modified_date": "2026-06-20T09:55:00+00:00",
"value": "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6"
},
"result_type": "get-webhook-signature"
}
}"#;

/// A webhook signature key at Spaaza.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: u64,
    pub(crate) value: String,
    pub(crate) created_date: &'static str,
    pub(crate) active: bool,
    pub(crate) deleted: bool,
}

impl Key {
    pub(crate) fn documented() -> Self {
        Self {
            id: SPAAZA_KEY_ID,
            value: SPAAZA_KEY.to_owned(),
            created_date: "2026-06-20T09:55:00+00:00",
            active: true,
            deleted: false,
        }
    }

    /// The lines of the documented example between the braces.
    fn print(&self) -> String {
        let Self { id, value, created_date, active, deleted } = self;
        format!(
            "\"active\": {active},\n\"chain\": {{\n\"id\": 1743,\n\"name\": \"ACME Retail\"\n}},\n\
             \"created_date\": \"{created_date}\",\n\"deleted\": {deleted},\n\"id\": {id},\n\
             \"last_modified_date\": \"{created_date}\",\n\"value\": \"{value}\"\n"
        )
    }
}

/// What the server does instead of answering.
#[derive(Clone)]
pub(crate) enum Behaviour {
    Documented,
    /// Answers anything with this.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// Answers as documented once [`Provider::release`] has been called.
    Held,
    /// Sends this many bytes without an end in sight.
    Oversized(usize),
    /// Promises more than it sends.
    Truncated(String),
}

impl Behaviour {
    pub(crate) fn answer(status: u16, body: &str) -> Self {
        Self::Answer(status, Vec::new(), body.to_owned())
    }
}

#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    fetches: AtomicUsize,
    logins: AtomicUsize,
    release: Notify,
    store: Mutex<Store>,
}

struct Store {
    velt_token: String,
    spaaza_session: String,
    velt: HashMap<String, String>,
    spaaza: Vec<Key>,
    /// What is said of single endpoints and keys, whatever is known of them.
    answers: HashMap<String, (StatusCode, String)>,
    behaviour: Behaviour,
    /// For one request each, before `behaviour`.
    queue: Vec<Behaviour>,
    headers: HeaderMap,
}

impl Provider {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| Router::new()).await
    }

    /// Starts a server that has other routes too.
    pub(crate) async fn start_with(more: impl FnOnce(&Self) -> Router) -> Self {
        let store = Store {
            velt_token: VELT_AUTH_TOKEN.to_owned(),
            spaaza_session: SPAAZA_SESSION_KEY.to_owned(),
            velt: HashMap::from([(VELT_ENDPOINT.to_owned(), VELT_SECRET.to_owned())]),
            spaaza: vec![Key::documented()],
            answers: HashMap::new(),
            behaviour: Behaviour::Documented,
            queue: Vec::new(),
            headers: HeaderMap::new(),
        };
        let shared = Arc::new(Shared {
            fetches: AtomicUsize::new(0),
            logins: AtomicUsize::new(0),
            release: Notify::new(),
            store: Mutex::new(store),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let provider = Self { address: listener.local_addr().unwrap(), shared };
        let app = Router::new()
            .route("/v2/workspace/advancedwebhook/endpoints/secret/get", post(velt))
            .route("/internal/get-webhook-signature", get(spaaza_key))
            .route("/internal/get-webhook-signatures", get(spaaza_chain))
            .with_state(Arc::clone(&provider.shared))
            .merge(more(&provider));
        tokio::spawn(async move { axum::serve(listener, app).await });
        provider
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests have arrived.
    pub(crate) fn fetches(&self) -> usize {
        self.shared.fetches.load(Ordering::SeqCst)
    }

    /// The headers of the last request.
    pub(crate) fn headers(&self) -> HeaderMap {
        self.store().headers.clone()
    }

    pub(crate) fn behave(&self, behaviour: Behaviour) {
        self.store().behaviour = behaviour;
    }

    /// Behaves like this once.
    pub(crate) fn behave_once(&self, behaviour: Behaviour) {
        self.store().queue.push(behaviour);
    }

    /// Lets one held answer go.
    pub(crate) fn release(&self) {
        self.shared.release.notify_one();
    }

    /// Says this whenever it is asked about this endpoint or key.
    pub(crate) fn answer_for(&self, id: &str, status: StatusCode, body: &str) {
        self.store().answers.insert(id.to_owned(), (status, body.to_owned()));
    }

    pub(crate) fn set_velt(&self, endpoint: &str, secret: &str) {
        self.store().velt.insert(endpoint.to_owned(), secret.to_owned());
    }

    pub(crate) fn delete_velt(&self, endpoint: &str) {
        self.store().velt.remove(endpoint);
    }

    pub(crate) fn set_spaaza(&self, keys: Vec<Key>) {
        self.store().spaaza = keys;
    }

    /// Ends the session at both. Nobody knows what is valid until the next login.
    pub(crate) fn expire(&self) {
        self.set_session("nobody knows this one");
    }

    /// Makes a session that is valid at both, and ends the one before it.
    pub(crate) async fn log_in(&self) -> String {
        let number = self.shared.logins.fetch_add(1, Ordering::SeqCst) + 1;
        // So that others can ask meanwhile.
        tokio::task::yield_now().await;
        let session = format!("session-key-{number}");
        self.set_session(&session);
        session
    }

    /// How often somebody has logged in.
    pub(crate) fn logins(&self) -> usize {
        self.shared.logins.load(Ordering::SeqCst)
    }

    fn set_session(&self, session: &str) {
        let mut store = self.store();
        session.clone_into(&mut store.velt_token);
        session.clone_into(&mut store.spaaza_session);
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.shared.store.lock().unwrap()
    }
}

async fn velt(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let token = shared.store.lock().unwrap().velt_token.clone();
    let allowed = headers.get("x-velt-api-key").is_some_and(|key| key == VELT_API_KEY)
        && headers.get("x-velt-auth-token").is_some_and(|sent| *sent == token);
    let request: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let endpoint = request.pointer("/data/endpointId").and_then(|id| id.as_str());
    let endpoint = endpoint.unwrap_or_default().to_owned();
    respond(&shared, headers, |store| {
        if !allowed {
            let denied = r#"{"error":{"status":"PERMISSION_DENIED","message":"Invalid API key."}}"#;
            return (StatusCode::FORBIDDEN, denied.to_owned());
        }
        if let Some(answer) = store.answers.get(&endpoint) {
            return answer.clone();
        }
        match store.velt.get(&endpoint) {
            Some(secret) => {
                let answer = VELT_SUCCESS.replace(VELT_ENDPOINT, &endpoint);
                (StatusCode::OK, answer.replace(VELT_SECRET, secret))
            }
            None => (StatusCode::NOT_FOUND, VELT_NOT_FOUND.to_owned()),
        }
    })
    .await
}

async fn spaaza_key(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let denied = spaaza_session(&shared, &headers);
    respond(&shared, headers, |store| {
        let Some(id) = query.get("id") else {
            return spaaza_error(400, 3, "http_vars_missing", "Required parameter id is missing");
        };
        if let Some(denied) = denied {
            return denied;
        }
        if let Some(answer) = store.answers.get(id) {
            return answer.clone();
        }
        match store.spaaza.iter().find(|key| key.id.to_string() == *id) {
            Some(key) => (
                StatusCode::OK,
                format!(
                    "{{\n\"result\": {{\n\"code\": 1,\n\"status\": \"ok\"\n}},\n\"results\": {{\n\
                     \"webhook_signature\": {{\n{}}},\n\
                     \"result_type\": \"get-webhook-signature\"\n}}\n}}",
                    key.print()
                ),
            ),
            None => spaaza_error(
                404,
                528,
                "webhook_signature_not_found",
                "No webhook signature key found for the specified ID",
            ),
        }
    })
    .await
}

async fn spaaza_chain(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let denied = spaaza_session(&shared, &headers);
    respond(&shared, headers, |store| {
        let chain = query.get("chain_id").cloned().unwrap_or_default();
        if let Some(denied) = denied {
            return denied;
        }
        if chain != SPAAZA_CHAIN.to_string() {
            return spaaza_error(
                403,
                68,
                "permission_denied_or_non_existent",
                "User has insufficient permissions or the chain does not exist",
            );
        }
        let keys = store.spaaza.iter().map(|key| format!("{{\n{}}}", key.print()));
        (
            StatusCode::OK,
            format!(
                "{{\n\"result\": {{\n\"code\": 1,\n\"status\": \"ok\"\n}},\n\"results\": {{\n\
                 \"webhook_signatures\": [\n{}\n],\n\
                 \"result_type\": \"get-webhook-signatures\"\n}}\n}}",
                keys.collect::<Vec<_>>().join(",\n")
            ),
        )
    })
    .await
}

fn spaaza_session(shared: &Shared, headers: &HeaderMap) -> Option<(StatusCode, String)> {
    let session = shared.store.lock().unwrap().spaaza_session.clone();
    let user = headers.get("x-spaaza-session-user-id").is_some_and(|id| id == SPAAZA_USER_ID);
    let key = headers.get("x-spaaza-session-key").is_some_and(|key| *key == session);
    let text = "No valid session key provided or session has expired";
    (!user || !key).then(|| spaaza_error(401, 6, "no_valid_session", text))
}

pub(crate) fn spaaza_error(
    status: u16,
    code: u64,
    name: &str,
    description: &str,
) -> (StatusCode, String) {
    let body = format!(
        r#"{{"result":{{"code":2,"status":"error"}},"error":{{"code":{code},"name":"{name}","description":"{description}"}}}}"#
    );
    (StatusCode::from_u16(status).unwrap(), body)
}

async fn respond(
    shared: &Shared,
    headers: HeaderMap,
    answer: impl FnOnce(&Store) -> (StatusCode, String),
) -> Response {
    shared.fetches.fetch_add(1, Ordering::SeqCst);
    let behaviour = {
        let mut store = shared.store.lock().unwrap();
        store.headers = headers;
        if store.queue.is_empty() { store.behaviour.clone() } else { store.queue.remove(0) }
    };
    match behaviour {
        Behaviour::Documented => {}
        Behaviour::Held => shared.release.notified().await,
        Behaviour::Answer(status, headers, body) => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            return response.body(Body::from(body)).unwrap();
        }
        Behaviour::Oversized(size) => {
            let chunks = std::iter::repeat_n(Bytes::from(vec![b' '; 1024]), size.div_ceil(1024));
            let chunks = chunks.map(Ok::<_, Infallible>);
            return Body::from_stream(tokio_stream::iter(chunks)).into_response();
        }
        Behaviour::Truncated(body) => {
            let broken = Err(std::io::Error::other("broken off"));
            let parts = [Ok(Bytes::from(body)), broken];
            return Body::from_stream(tokio_stream::iter(parts)).into_response();
        }
    }
    let (status, body) = answer(&shared.store.lock().unwrap());
    let json = [(http::header::CONTENT_TYPE, "application/json")];
    (status, json, body).into_response()
}
