//! Velt and Spaaza over real HTTP, on their good days and on their bad ones.

use std::error::Error as _;
use std::fmt::Debug;
use std::time::Duration;

use http::HeaderMap;
use time::OffsetDateTime;
use tokio::time::Instant;
use tower_webhook::clock::ManualClock;
use tower_webhook::fetch::{
    Client, Endpoint, EndpointId, FetchError, FetchErrorKind, InvalidClient, SecretCache,
    SecretFetcher, Spaaza, Velt,
};
use tower_webhook::{Scheme, Secret, Signer, Verifier};

use crate::provider::{
    self, Behaviour, Key, Provider, SPAAZA_CHAIN, SPAAZA_KEY, SPAAZA_KEY_ID, SPAAZA_SESSION_KEY,
    SPAAZA_SUCCESS, SPAAZA_USER_ID, VELT_API_KEY, VELT_AUTH_TOKEN, VELT_DISABLED, VELT_ENDPOINT,
    VELT_NOT_FOUND, VELT_SECRET, VELT_SUCCESS,
};
use crate::tls::trusting;

const NOW: i64 = 1_700_000_000;
const BODY: &[u8] = b"{}";
const OTHER_SECRET: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl";

pub(crate) fn client(provider: &Provider) -> Client {
    Client::new().base_url(&provider.base_url()).unwrap()
}

fn velt(provider: &Provider) -> Velt {
    velt_at(client(provider))
}

fn velt_at(client: Client) -> Velt {
    Velt::new(VELT_API_KEY, VELT_AUTH_TOKEN).unwrap().client(client)
}

fn spaaza(provider: &Provider) -> Spaaza {
    Spaaza::new(SPAAZA_USER_ID, SPAAZA_SESSION_KEY).unwrap().client(client(provider))
}

pub(crate) fn endpoint() -> EndpointId {
    EndpointId::new(VELT_ENDPOINT).unwrap()
}

pub(crate) fn key_id() -> EndpointId {
    EndpointId::from(SPAAZA_KEY_ID)
}

/// The headers of a good delivery at [`NOW`].
fn sign(scheme: Scheme, secret: Secret) -> HeaderMap {
    let at = OffsetDateTime::from_unix_timestamp(NOW).unwrap();
    Signer::new(scheme, secret).unwrap().sign("msg_1", at, BODY).unwrap()
}

fn accepts(verifier: &Verifier, secret: &str) -> bool {
    let headers = sign(Scheme::VELT, Secret::whsec(secret).unwrap());
    let at = OffsetDateTime::from_unix_timestamp(NOW).unwrap();
    verifier.verify_at(&headers, BODY, at).is_ok()
}

/// Which of the secrets signs what the fetched ones verify, as the verifier counts them.
fn order(found: &Endpoint, candidates: &[Secret]) -> Vec<usize> {
    let mut secrets = found.secrets().iter().cloned();
    let verifier = Verifier::new(Scheme::SPAAZA, secrets.next().unwrap()).unwrap();
    let verifier = secrets.fold(verifier, |verifier, secret| verifier.add_secret(secret).unwrap());
    let index = |secret: &Secret| {
        let headers = sign(Scheme::SPAAZA, secret.clone());
        verifier.verify(&headers, BODY).map_or(usize::MAX, |verified| verified.secret_index())
    };
    candidates.iter().map(index).collect()
}

fn readings(value: &str) -> [Secret; 2] {
    [Secret::utf8(value).unwrap(), Secret::hex(value).unwrap()]
}

/// Nothing that an operator could see has a secret or a credential in it.
pub(crate) fn assert_clean(shown: &impl Debug) {
    let shown = format!("{shown:?} {shown:#?}");
    for hidden in [
        VELT_API_KEY,
        VELT_AUTH_TOKEN,
        SPAAZA_SESSION_KEY,
        SPAAZA_KEY,
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "plJ3nmyCDGBKInavdOK15jsl",
    ] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
}

fn assert_error_clean(error: &FetchError) {
    assert_clean(error);
    assert_clean(&error.to_string());
    let mut source = error.source();
    while let Some(error) = source {
        assert_clean(&error.to_string());
        source = error.source();
    }
}

pub(crate) async fn failure(fetcher: &impl SecretFetcher, endpoint: &EndpointId) -> FetchError {
    let error = fetcher.fetch(endpoint).await.unwrap_err();
    assert_error_clean(&error);
    error
}

#[tokio::test]
async fn the_server_answers_as_documented_to_the_byte() {
    let provider = Provider::start().await;
    let bodies = documented(&provider).await;
    assert_eq!(bodies, [VELT_SUCCESS, SPAAZA_SUCCESS]);
}

/// The bodies of both documented examples, read without the fetchers.
async fn documented(provider: &Provider) -> Vec<String> {
    use http_body_util::{BodyExt as _, Full};
    use hyper_util::client::legacy::Client;
    use hyper_util::rt::TokioExecutor;

    let client = Client::builder(TokioExecutor::new()).build_http::<Full<hyper::body::Bytes>>();
    let velt = http::Request::post(format!(
        "{}/v2/workspace/advancedwebhook/endpoints/secret/get",
        provider.base_url()
    ))
    .header("x-velt-api-key", VELT_API_KEY)
    .header("x-velt-auth-token", VELT_AUTH_TOKEN)
    .body(Full::from(format!(r#"{{"data":{{"endpointId":"{VELT_ENDPOINT}"}}}}"#)))
    .unwrap();
    let spaaza =
        http::Request::get(format!("{}/internal/get-webhook-signature?id=56", provider.base_url()))
            .header("x-spaaza-session-user-id", SPAAZA_USER_ID)
            .header("x-spaaza-session-key", SPAAZA_SESSION_KEY)
            .body(Full::default())
            .unwrap();
    let mut bodies = Vec::new();
    for request in [velt, spaaza] {
        let body = client.request(request).await.unwrap().into_body();
        let body = body.collect().await.unwrap().to_bytes();
        bodies.push(String::from_utf8(body.to_vec()).unwrap());
    }
    bodies
}

#[tokio::test]
async fn velt_gives_the_documented_secret() {
    let provider = Provider::start().await;
    let cache = SecretCache::builder(Scheme::VELT, velt(&provider)).build();
    let verifier = cache.verifier(&endpoint()).await.unwrap();
    assert!(accepts(&verifier, VELT_SECRET));
    assert!(!accepts(&verifier, OTHER_SECRET));
    assert_clean(&cache);
    assert_clean(&velt(&provider));
    assert_eq!(provider.headers()["content-type"], "application/json");
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test]
async fn velt_failures_have_the_documented_kind_whatever_the_status() {
    let provider = Provider::start().await;
    let velt = velt(&provider);
    let other = |status: &str| format!(r#"{{"error":{{"status":"{status}","message":"No."}}}}"#);
    let failures = [
        (VELT_NOT_FOUND.to_owned(), FetchErrorKind::NotFound),
        (VELT_DISABLED.to_owned(), FetchErrorKind::Precondition),
        (other("PERMISSION_DENIED"), FetchErrorKind::Denied),
        (other("UNAUTHENTICATED"), FetchErrorKind::Denied),
        (other("INVALID_ARGUMENT"), FetchErrorKind::Malformed),
        (other("RESOURCE_EXHAUSTED"), FetchErrorKind::Unavailable),
        (other("INTERNAL"), FetchErrorKind::Unavailable),
        (other("DEADLINE_EXCEEDED"), FetchErrorKind::Timeout),
    ];
    for (body, kind) in &failures {
        for status in [200, 400, 404, 412, 500] {
            provider.behave(Behaviour::answer(status, body));
            let error = failure(&velt, &endpoint()).await;
            assert_eq!(error.kind(), *kind, "{status} {body}");
            assert!(error.message().is_some_and(|message| body.contains(&message[..2])));
        }
    }
    provider.behave(Behaviour::answer(404, VELT_NOT_FOUND));
    let error = failure(&velt, &endpoint()).await;
    assert_eq!(error.message(), Some("Advanced webhook provider request failed."));
    provider.behave(Behaviour::answer(400, VELT_DISABLED));
    let error = failure(&velt, &endpoint()).await;
    assert!(error.message().unwrap().ends_with(r#"update with { "isEnabled": true }."#));
}

#[tokio::test]
async fn credentials_that_velt_does_not_know_are_denied() {
    let provider = Provider::start().await;
    let velt = Velt::new("wrong-key", VELT_AUTH_TOKEN).unwrap().client(client(&provider));
    assert_eq!(failure(&velt, &endpoint()).await.kind(), FetchErrorKind::Denied);
}

#[tokio::test]
async fn an_answer_that_is_not_velts_is_malformed() {
    let provider = Provider::start().await;
    let velt = velt(&provider);
    let nonsense = [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        "<html>200</html>".to_owned(),
        "\u{0}\u{1}".to_owned(),
        "{}".to_owned(),
        r#"{"result":{}}"#.to_owned(),
        "[".repeat(10_000),
        VELT_SUCCESS[..VELT_SUCCESS.len() - 8].to_owned(),
        VELT_SUCCESS.replace(VELT_ENDPOINT, "ep_other"),
        VELT_SUCCESS.replace(&format!("\"endpointId\": \"{VELT_ENDPOINT}\","), ""),
        VELT_SUCCESS.replace("\"success\"", "\"failure\""),
        VELT_SUCCESS.replace(VELT_SECRET, ""),
        VELT_SUCCESS.replace(VELT_SECRET, "whsec_"),
        VELT_SUCCESS.replace("whsec_", ""),
        VELT_SUCCESS.replace("LaSw", "L!Sw"),
        VELT_SUCCESS.replace(&format!("\"{VELT_SECRET}\""), "null"),
        VELT_SUCCESS.replace(&format!("\"{VELT_SECRET}\""), "17"),
    ];
    for body in &nonsense {
        provider.behave(Behaviour::answer(200, body));
        let kind = failure(&velt, &endpoint()).await.kind();
        assert_eq!(kind, FetchErrorKind::Malformed, "{body}");
    }
}

#[tokio::test]
async fn an_escape_that_spells_the_same_text_is_the_same_text() {
    let provider = Provider::start().await;
    provider.set_velt(VELT_ENDPOINT, "\\u0077hsec_ab\\/\\u002bab\\/+");
    let cache = SecretCache::builder(Scheme::VELT, velt(&provider)).build();
    let verifier = cache.verifier(&endpoint()).await.unwrap();
    assert!(accepts(&verifier, "whsec_ab/+ab/+"));
}

#[tokio::test]
async fn only_the_provider_itself_can_say_not_found() {
    let provider = Provider::start().await;
    let (velt, spaaza) = (velt(&provider), spaaza(&provider));
    let statuses = [
        (404, FetchErrorKind::Malformed),
        (410, FetchErrorKind::Malformed),
        (302, FetchErrorKind::Malformed),
        (401, FetchErrorKind::Denied),
        (403, FetchErrorKind::Denied),
        (408, FetchErrorKind::Timeout),
        (429, FetchErrorKind::Unavailable),
        (500, FetchErrorKind::Unavailable),
        (503, FetchErrorKind::Unavailable),
        (504, FetchErrorKind::Timeout),
    ];
    for (status, kind) in statuses {
        for body in ["", "{}", "<h1>Not Found</h1>", VELT_SUCCESS, SPAAZA_SUCCESS] {
            provider.behave(Behaviour::answer(status, body));
            assert_eq!(failure(&velt, &endpoint()).await.kind(), kind, "{status} {body}");
            assert_eq!(failure(&spaaza, &key_id()).await.kind(), kind, "{status} {body}");
        }
    }
}

#[tokio::test]
async fn an_answer_may_not_be_longer_than_the_cap() {
    let provider = Provider::start().await;
    let velt = velt(&provider);
    let padded = |size: usize| {
        let padding = " ".repeat(size - VELT_SUCCESS.len());
        Behaviour::answer(200, &(padding + VELT_SUCCESS))
    };
    provider.behave(padded(64 << 10));
    assert_eq!(velt.fetch(&endpoint()).await.unwrap().secrets().len(), 1);
    for behaviour in [padded((64 << 10) + 1), Behaviour::Oversized(64 << 20)] {
        provider.behave(behaviour);
        assert_eq!(failure(&velt, &endpoint()).await.kind(), FetchErrorKind::Malformed);
    }
    let velt = velt_at(client(&provider).response_limit(1000));
    provider.behave(padded(1000));
    assert_eq!(velt.fetch(&endpoint()).await.unwrap().secrets().len(), 1);
    provider.behave(padded(1001));
    assert_eq!(failure(&velt, &endpoint()).await.kind(), FetchErrorKind::Malformed);

    let velt = velt_at(client(&provider).response_limit(usize::MAX));
    provider.behave(padded(1 << 20));
    assert_eq!(velt.fetch(&endpoint()).await.unwrap().secrets().len(), 1);
}

#[tokio::test]
async fn a_failure_is_judged_by_its_status_however_long_its_page_is() {
    let provider = Provider::start().await;
    for (status, kind) in [
        (503, FetchErrorKind::Unavailable),
        (504, FetchErrorKind::Timeout),
        (401, FetchErrorKind::Denied),
        (404, FetchErrorKind::Malformed),
    ] {
        let page = "<html>".repeat(12_000);
        let header = vec![("retry-after", "30".to_owned())];
        provider.behave(Behaviour::Answer(status, header, page));
        let error = failure(&velt(&provider), &endpoint()).await;
        assert_eq!((error.kind(), error.retry_after()), (kind, Some(Duration::from_secs(30))));
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let provider = Provider::start().await;
    for cut in [0, 1, VELT_SUCCESS.len() / 2, VELT_SUCCESS.len()] {
        provider.behave(Behaviour::Truncated(VELT_SUCCESS[..cut].to_owned()));
        let kind = failure(&velt(&provider), &endpoint()).await.kind();
        assert_eq!(kind, FetchErrorKind::Unavailable, "cut at {cut}");
    }
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", unused.local_addr().unwrap());
    drop(unused);
    let velt = velt_at(Client::new().base_url(&base).unwrap());
    let error = failure(&velt, &endpoint()).await;
    assert_eq!(error.kind(), FetchErrorKind::Unavailable);
    assert!(error.source().is_some());
}

/// Answers with a redirect to another server that would give a secret.
async fn redirecting(status: u16) -> (Provider, Provider) {
    let (provider, elsewhere) = (Provider::start().await, Provider::start().await);
    let path = "/v2/workspace/advancedwebhook/endpoints/secret/get";
    let location = ("location", format!("{}{path}", elsewhere.base_url()));
    provider.behave(Behaviour::Answer(status, vec![location], VELT_SUCCESS.to_owned()));
    (provider, elsewhere)
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let (provider, elsewhere) = redirecting(status).await;
        let error = failure(&velt(&provider), &endpoint()).await;
        assert_eq!(error.kind(), FetchErrorKind::Malformed);
        assert_eq!(elsewhere.fetches(), 0);
    }
}

#[tokio::test]
async fn what_a_client_of_ones_own_brings_from_elsewhere_is_not_believed() {
    let (provider, elsewhere) = redirecting(307).await;
    let error = failure(&velt_at(own_client(&provider)), &endpoint()).await;
    assert_eq!(error.kind(), FetchErrorKind::Malformed);
    assert_eq!(error.message(), Some("the client has followed a redirect"));
    assert_eq!(elsewhere.fetches(), 1);
}

/// A client of one's own that limits nothing.
fn own_client(provider: &Provider) -> Client {
    let http = reqwest::Client::builder().tls_backend_preconfigured(trusting(None));
    Client::from_reqwest(http.build().unwrap()).base_url(&provider.base_url()).unwrap()
}

#[tokio::test]
async fn the_limits_hold_for_a_client_of_ones_own() {
    let provider = Provider::start().await;
    provider.behave(Behaviour::Oversized(64 << 20));
    let error = failure(&velt_at(own_client(&provider)), &endpoint()).await;
    assert_eq!(error.kind(), FetchErrorKind::Malformed);
    provider.behave(Behaviour::Held);
    let impatient = own_client(&provider).timeout(Duration::from_millis(50));
    assert_eq!(failure(&velt_at(impatient), &endpoint()).await.kind(), FetchErrorKind::Timeout);
}

/// On a paused clock, which goes to the next timer as soon as nothing else happens.
#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_given_up_after_thirty_seconds() {
    // The system accepts the connection, and nobody reads from it.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", silent.local_addr().unwrap());
    for (client, seconds) in [
        (Client::new(), 30),
        (Client::new().timeout(Duration::from_secs(7)), 7),
        (Client::new().timeout(Duration::ZERO), 0),
    ] {
        let before = Instant::now();
        let error = failure(&velt_at(client.base_url(&base).unwrap()), &endpoint()).await;
        assert_eq!(error.kind(), FetchErrorKind::Timeout);
        assert_eq!(before.elapsed().as_secs(), seconds);
    }
}

#[tokio::test]
async fn the_longest_timeout_is_none() {
    let provider = Provider::start().await;
    let velt = velt_at(client(&provider).timeout(Duration::MAX));
    assert!(velt.fetch(&endpoint()).await.is_ok());
}

#[tokio::test]
async fn retry_after_is_kept() {
    let provider = Provider::start().await;
    let header = vec![("retry-after", "30".to_owned())];
    provider.behave(Behaviour::Answer(429, header, String::new()));
    let error = failure(&velt(&provider), &endpoint()).await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    assert_eq!(error.kind(), FetchErrorKind::Unavailable);
}

#[tokio::test]
async fn a_message_that_repeats_a_credential_or_a_secret_is_not_shown() {
    let provider = Provider::start().await;
    for said in [VELT_API_KEY, VELT_AUTH_TOKEN, VELT_SECRET, SPAAZA_KEY] {
        let body = format!(r#"{{"error":{{"status":"INTERNAL","message":"bad: {said}!"}}}}"#);
        provider.behave(Behaviour::answer(500, &body));
        failure(&velt(&provider), &endpoint()).await;
        let (_, body) = provider::spaaza_error(500, 1, "x", &format!("bad: {SPAAZA_SESSION_KEY}"));
        provider.behave(Behaviour::answer(500, &body));
        failure(&spaaza(&provider), &key_id()).await;
    }
}

#[tokio::test]
async fn spaaza_gives_the_documented_key_in_both_readings() {
    let provider = Provider::start().await;
    let found = spaaza(&provider).fetch(&key_id()).await.unwrap();
    assert_eq!(order(&found, &readings(SPAAZA_KEY)), [0, 1]);
    let found = spaaza(&provider).utf8_keys().fetch(&key_id()).await.unwrap();
    assert_eq!(order(&found, &readings(SPAAZA_KEY)), [0, usize::MAX]);
    let found = spaaza(&provider).hex_keys().fetch(&key_id()).await.unwrap();
    assert_eq!(order(&found, &readings(SPAAZA_KEY)), [usize::MAX, 0]);
    assert!(!provider.headers().contains_key("x-spaaza-api-version"));
    assert_clean(&spaaza(&provider));
}

#[tokio::test]
async fn spaaza_is_sent_the_optional_headers() {
    let provider = Provider::start().await;
    let spaaza = spaaza(&provider).api_version("1.4.8").unwrap().app_hostname("app.test").unwrap();
    spaaza.fetch(&key_id()).await.unwrap();
    assert_eq!(provider.headers()["x-spaaza-api-version"], "1.4.8");
    assert_eq!(provider.headers()["x-spaaza-myprice-app-hostname"], "app.test");
}

#[tokio::test]
async fn spaaza_failures_have_the_documented_kind_in_every_shape() {
    let provider = Provider::start().await;
    let spaaza = spaaza(&provider);
    let codes = [
        (3, "http_vars_missing", 400, FetchErrorKind::Malformed),
        (6, "no_valid_session", 401, FetchErrorKind::Denied),
        (68, "permission_denied_or_non_existent", 403, FetchErrorKind::Denied),
        (528, "webhook_signature_not_found", 404, FetchErrorKind::NotFound),
    ];
    for (code, name, status, kind) in codes {
        let object = format!(r#"{{"code":{code},"name":"{name}","description":"Nee."}}"#);
        let text = format!(r#"{{"code":"{code}","name":"{name}","description":"Nee."}}"#);
        let nameless = format!(r#"{{"code":{code},"description":"Nee."}}"#);
        let codeless = format!(r#"{{"name":"{name}","description":"Nee."}}"#);
        for error in [object, text, nameless, codeless] {
            for errors in [
                format!(r#""error":{error}"#),
                format!(r#""errors":{error}"#),
                format!(r#""errors":[{error}]"#),
                format!(r#""errors":{{"0":{error}}}"#),
                format!(r#""error":[],"errors":[{error}],"results":[]"#),
            ] {
                let body = format!(r#"{{"result":{{"code":2,"status":"error"}},{errors}}}"#);
                for status in [status, 200, 500] {
                    provider.behave(Behaviour::answer(status, &body));
                    let error = failure(&spaaza, &key_id()).await;
                    assert_eq!(error.kind(), kind, "{status} {body}");
                    assert!(error.message().unwrap().ends_with("Nee."));
                }
            }
        }
    }
}

#[tokio::test]
async fn spaaza_session_and_key_are_checked_over_http() {
    let provider = Provider::start().await;
    let missing = failure(&spaaza(&provider), &EndpointId::from(57)).await;
    assert_eq!(missing.kind(), FetchErrorKind::NotFound);
    let stranger = Spaaza::new(SPAAZA_USER_ID, "expired").unwrap().client(client(&provider));
    assert_eq!(failure(&stranger, &key_id()).await.kind(), FetchErrorKind::Denied);
    let chain = spaaza(&provider).chain(9);
    let error = failure(&chain, &EndpointId::from(9)).await;
    assert_eq!(error.kind(), FetchErrorKind::Denied);
}

#[tokio::test]
async fn a_key_that_is_not_active_is_no_secret() {
    let provider = Provider::start().await;
    for (active, deleted) in [(false, false), (true, true), (false, true)] {
        provider.set_spaaza(vec![Key { active, deleted, ..Key::documented() }]);
        assert_eq!(spaaza(&provider).fetch(&key_id()).await.unwrap().secrets().len(), 0);
        let chain = spaaza(&provider).chain(SPAAZA_CHAIN);
        assert_eq!(chain.fetch(&EndpointId::from(SPAAZA_CHAIN)).await.unwrap().secrets().len(), 0);
        let cache = SecretCache::builder(Scheme::SPAAZA, spaaza(&provider)).build();
        let error = cache.verifier(&key_id()).await.unwrap_err();
        assert_eq!(error.kind(), FetchErrorKind::NotFound);
    }
}

#[tokio::test]
async fn an_answer_that_is_not_spaazas_is_malformed() {
    let provider = Provider::start().await;
    let spaaza = spaaza(&provider);
    let nonsense = [
        "null".to_owned(),
        r#"{"error":"text"}"#.to_owned(),
        r#"{"errors":[17]}"#.to_owned(),
        SPAAZA_SUCCESS.replace("\"ok\"", "\"error\""),
        SPAAZA_SUCCESS.replace("\"id\": 56", "\"id\": 57"),
        SPAAZA_SUCCESS.replace("\"active\": true,", ""),
        SPAAZA_SUCCESS.replace("\"deleted\": false,", ""),
        SPAAZA_SUCCESS.replace("\"active\": true", "\"active\": \"true\""),
        SPAAZA_SUCCESS.replace("webhook_signature\"", "webhook_signatures\""),
        SPAAZA_SUCCESS.replace(SPAAZA_KEY, ""),
        SPAAZA_SUCCESS.replace(SPAAZA_KEY, "not hexadecimal"),
        SPAAZA_SUCCESS.replace(&format!("\"{SPAAZA_KEY}\""), "null"),
    ];
    for body in &nonsense {
        provider.behave(Behaviour::answer(200, body));
        let kind = failure(&spaaza, &key_id()).await.kind();
        assert_eq!(kind, FetchErrorKind::Malformed, "{body}");
    }
}

#[tokio::test]
async fn a_chain_gives_its_active_keys_newest_first() {
    let provider = Provider::start().await;
    let value = |digit: &str| digit.repeat(32);
    let key = |id, digit, created_date, active| Key {
        id,
        value: value(digit),
        created_date,
        active,
        deleted: !active,
    };
    provider.set_spaaza(vec![
        key(1, "1", "2026-06-20T09:55:00+00:00", true),
        key(2, "2", "2026-06-26T10:00:00+02:00", true),
        key(3, "3", "2026-06-30T10:00:00+00:00", false),
        key(4, "4", "2026-06-26T09:00:00+00:00", true),
        key(5, "5", "yesterday", true),
    ]);
    let chain = spaaza(&provider).chain(SPAAZA_CHAIN).utf8_keys();
    let found = chain.fetch(&EndpointId::from(SPAAZA_CHAIN)).await.unwrap();
    let candidates = ["4", "2", "1", "5", "3"].map(|digit| Secret::utf8(&value(digit)).unwrap());
    assert_eq!(order(&found, &candidates), [0, 1, 2, 3, usize::MAX]);
}

#[tokio::test]
async fn endpoints_that_cannot_be_spaazas_are_not_asked_for() {
    let provider = Provider::start().await;
    for id in ["056", "+56", "-1", "5 6", "x", "18446744073709551616", "56&chain_id=1"] {
        let error = failure(&spaaza(&provider), &EndpointId::new(id).unwrap()).await;
        assert_eq!(error.kind(), FetchErrorKind::NotFound, "{id}");
    }
    let chain = spaaza(&provider).chain(SPAAZA_CHAIN);
    assert_eq!(failure(&chain, &key_id()).await.kind(), FetchErrorKind::NotFound);
    assert_eq!(provider.fetches(), 0);
}

#[tokio::test]
async fn clear_text_needs_loopback_or_a_dangerous_name() {
    let client = Client::new();
    let error = client.clone().base_url("http://api.velt.dev").unwrap_err();
    assert_eq!(error, InvalidClient::Plaintext);
    assert!(client.dangerous_plaintext_base_url("http://api.velt.dev").is_ok());
    assert_eq!(Velt::new("key\n", "token").unwrap_err(), InvalidClient::Header);
    assert_eq!(Spaaza::new("", "key").unwrap_err(), InvalidClient::Header);
}

fn clock() -> ManualClock {
    ManualClock::new(OffsetDateTime::from_unix_timestamp(NOW).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_on_a_cold_cache_make_one_fetch() {
    let provider = Provider::start().await;
    provider.behave(Behaviour::Held);
    let cache = SecretCache::builder(Scheme::VELT, velt(&provider)).build();
    let requests: Vec<_> = (0..1000)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.verifier(&endpoint()).await })
        })
        .collect();
    provider.release();
    for request in requests {
        assert!(accepts(&request.await.unwrap().unwrap(), VELT_SECRET));
    }
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test]
async fn a_hundred_thousand_bad_signatures_make_one_fetch_per_cooldown() {
    let provider = Provider::start().await;
    let clock = clock();
    let cache = SecretCache::builder(Scheme::VELT, velt(&provider))
        .cooldown(Duration::from_secs(10))
        .clock(clock.clone())
        .build();
    cache.warm(&endpoint()).await.unwrap();
    for round in 1..=3 {
        for _ in 0..100_000 {
            let seen = cache.verifier(&endpoint()).await.unwrap();
            assert!(cache.after_mismatch(&endpoint(), &seen).await.is_none());
        }
        assert_eq!(provider.fetches(), 1 + round);
        clock.advance(Duration::from_secs(10));
    }
}

#[tokio::test]
async fn a_rotation_is_noticed_at_the_first_mismatch() {
    let provider = Provider::start().await;
    let cache = SecretCache::builder(Scheme::VELT, velt(&provider)).clock(clock()).build();
    let seen = cache.verifier(&endpoint()).await.unwrap();
    provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
    let newer = cache.after_mismatch(&endpoint(), &seen).await.unwrap();
    assert!(accepts(&newer, OTHER_SECRET) && accepts(&newer, VELT_SECRET));
    assert!(cache.after_mismatch(&endpoint(), &newer).await.is_none());
    assert_eq!(provider.fetches(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_mid_traffic_loses_no_delivery() {
    let provider = Provider::start().await;
    let cache = SecretCache::builder(Scheme::VELT, velt(&provider)).build();
    let receive = |secret: &'static str| {
        let cache = cache.clone();
        tokio::spawn(async move {
            let verifier = cache.verifier(&endpoint()).await.unwrap();
            if accepts(&verifier, secret) {
                return true;
            }
            let newer = cache.after_mismatch(&endpoint(), &verifier).await;
            newer.is_some_and(|verifier| accepts(&verifier, secret))
        })
    };
    let mut deliveries: Vec<_> = (0..500).map(|_| receive(VELT_SECRET)).collect();
    deliveries.pop().unwrap().await.unwrap();
    provider.set_velt(VELT_ENDPOINT, OTHER_SECRET);
    for _ in 0..500 {
        deliveries.push(receive(OTHER_SECRET));
        // Signed before the rotation and late.
        deliveries.push(receive(VELT_SECRET));
    }
    for delivery in deliveries {
        assert!(delivery.await.unwrap());
    }
    assert_eq!(provider.fetches(), 2);
}

#[tokio::test]
async fn https_is_not_satisfied_with_clear_text() {
    let provider = Provider::start().await;
    let base = format!("https://{}", provider.address);
    let error = failure(&velt_at(Client::new().base_url(&base).unwrap()), &endpoint()).await;
    assert_eq!(error.kind(), FetchErrorKind::Unavailable);
    assert_eq!(provider.fetches(), 0);
}

#[tokio::test]
async fn a_provider_that_hangs_runs_into_the_timeout() {
    let provider = Provider::start().await;
    provider.behave(Behaviour::Held);
    let cache = SecretCache::builder(Scheme::VELT, velt(&provider))
        .timeout(Duration::from_millis(50))
        .build();
    let error = cache.verifier(&endpoint()).await.unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Timeout);
    assert_error_clean(&error);
}

#[tokio::test]
async fn a_slow_provider_is_waited_for() {
    let provider = Provider::start().await;
    provider.behave(Behaviour::Held);
    let cache = SecretCache::builder(Scheme::VELT, velt(&provider)).build();
    let waiting = tokio::spawn({
        let cache = cache.clone();
        async move { cache.verifier(&endpoint()).await }
    });
    while provider.fetches() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!waiting.is_finished());
    provider.release();
    assert!(accepts(&waiting.await.unwrap().unwrap(), VELT_SECRET));
}

#[tokio::test]
async fn a_failure_that_passes_is_retried() {
    let provider = Provider::start().await;
    provider.behave_once(Behaviour::answer(500, ""));
    let header = vec![("retry-after", "0".to_owned())];
    provider.behave_once(Behaviour::Answer(429, header, String::new()));
    let cache = SecretCache::builder(Scheme::VELT, velt(&provider)).build();
    assert!(accepts(&cache.verifier(&endpoint()).await.unwrap(), VELT_SECRET));
    assert_eq!(provider.fetches(), 3);
}

#[tokio::test]
async fn made_up_endpoints_make_a_bounded_number_of_fetches() {
    let provider = Provider::start().await;
    let clock = clock();
    let cache = SecretCache::builder(Scheme::VELT, velt(&provider))
        .cold_fetches(200, Duration::from_secs(60))
        .clock(clock.clone())
        .build();
    cache.warm(&endpoint()).await.unwrap();
    let mut kinds = [0, 0];
    for number in 0..100_000 {
        let error = cache.verifier(&EndpointId::from(number)).await.unwrap_err();
        match error.kind() {
            FetchErrorKind::NotFound => kinds[0] += 1,
            FetchErrorKind::Unavailable => kinds[1] += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((kinds, provider.fetches()), ([200, 99_800], 201));
    assert!(cache.verifier(&endpoint()).await.is_ok());

    // Real endpoints get their turn when the window is over.
    clock.advance(Duration::from_secs(60));
    provider.set_velt("ep_new", OTHER_SECRET);
    let new = EndpointId::new("ep_new").unwrap();
    assert!(accepts(&cache.verifier(&new).await.unwrap(), OTHER_SECRET));
}
