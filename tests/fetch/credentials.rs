//! Credentials that expire, and the sources that others come from.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, advance, pause, resume, timeout};
use tower_webhook::fetch::{
    CredentialSource, Endpoint, EndpointId, FetchError, FetchErrorKind, SecretFetcher, Spaaza, Velt,
};

use crate::clients::{assert_clean, client, endpoint, failure, key_id};
use crate::provider::{
    Behaviour, Provider, SPAAZA_USER_ID, VELT_API_KEY, VELT_AUTH_TOKEN, spaaza_error,
};

fn velt(provider: &Provider, source: impl CredentialSource) -> Velt {
    Velt::with_source(VELT_API_KEY, source).unwrap().client(client(provider))
}

fn spaaza(provider: &Provider, source: impl CredentialSource) -> Spaaza {
    Spaaza::with_source(SPAAZA_USER_ID, source).unwrap().client(client(provider))
}

/// Logs in at the provider.
fn login(provider: &Provider) -> impl CredentialSource + use<> {
    let provider = provider.clone();
    move || {
        let provider = provider.clone();
        async move { Ok(provider.log_in().await) }
    }
}

/// Fails or succeeds like this, and counts.
fn counted(
    answer: impl Fn(usize) -> Result<String, FetchError> + Send + Sync + 'static,
) -> (impl CredentialSource, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let source = move || {
        let answer = answer(count.fetch_add(1, Ordering::SeqCst));
        async move { answer }
    };
    (source, asked)
}

/// A hundred fetches at the same time.
async fn fetch_often<F>(fetcher: &F, endpoint: &EndpointId) -> Vec<Result<Endpoint, FetchError>>
where
    F: SecretFetcher + Clone,
{
    let fetches = (0..100).map(|_| {
        let (fetcher, endpoint) = (fetcher.clone(), endpoint.clone());
        tokio::spawn(async move { fetcher.fetch(&endpoint).await })
    });
    let mut answers = Vec::new();
    for fetch in fetches.collect::<Vec<_>>() {
        answers.push(fetch.await.unwrap());
    }
    answers
}

/// Lets time pass for timers, and not for sockets.
async fn pass(time: Duration) {
    pause();
    advance(time).await;
    resume();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_begun_once_and_replaced_once_however_many_fetches_find_it_expired() {
    let provider = Provider::start().await;
    let velt = velt(&provider, login(&provider));
    assert_eq!(provider.logins(), 0, "nothing is done before the first fetch");
    for logins in [1, 2] {
        assert!(fetch_often(&velt, &endpoint()).await.iter().all(Result::is_ok));
        assert_eq!(provider.logins(), logins);
        provider.expire();
    }

    let provider = Provider::start().await;
    let spaaza = spaaza(&provider, login(&provider));
    for logins in [1, 2] {
        assert!(fetch_often(&spaaza, &key_id()).await.iter().all(Result::is_ok));
        assert_eq!(provider.logins(), logins);
        provider.expire();
    }
}

#[tokio::test]
async fn what_is_refused_although_it_is_new_is_not_replaced_for_half_a_minute() {
    let provider = Provider::start().await;
    let spaaza = spaaza(&provider, login(&provider));
    for (status, body) in
        [spaaza_error(401, 6, "no_valid_session", ""), (401.try_into().unwrap(), String::new())]
    {
        provider.behave(Behaviour::answer(status.as_u16(), &body));
        let before = provider.logins();
        for answer in fetch_often(&spaaza, &key_id()).await {
            assert_eq!(answer.unwrap_err().kind(), FetchErrorKind::Denied);
        }
        let logins = provider.logins();
        assert!((1..=2).contains(&(logins - before)), "{logins}");
        pass(Duration::from_secs(29)).await;
        failure(&spaaza, &key_id()).await;
        assert_eq!(provider.logins(), logins);
        pass(Duration::from_secs(1)).await;
    }
    provider.behave(Behaviour::Documented);
    provider.expire();
    assert!(spaaza.fetch(&key_id()).await.is_ok());
}

#[tokio::test]
async fn what_another_session_would_be_told_too_is_no_reason_for_one() {
    let provider = Provider::start().await;
    let chain = spaaza(&provider, login(&provider)).chain(9);
    let kind = failure(&chain, &EndpointId::from(9)).await.kind();
    assert_eq!((kind, provider.logins()), (FetchErrorKind::Denied, 1));
    let velt = velt(&provider, login(&provider));
    let kind = failure(&velt, &EndpointId::new("ep_unknown").unwrap()).await.kind();
    assert_eq!((kind, provider.logins()), (FetchErrorKind::NotFound, 2));
    for status in [403, 404, 429, 500] {
        provider.behave(Behaviour::answer(status, ""));
        failure(&chain, &EndpointId::from(9)).await;
        assert_eq!(provider.logins(), 2, "{status}");
    }
}

#[tokio::test]
async fn the_same_credential_again_is_not_sent_again() {
    let provider = Provider::start().await;
    let (source, asked) = counted(|_| Ok("wrong".to_owned()));
    let error = failure(&velt(&provider, source), &endpoint()).await;
    assert_eq!(error.kind(), FetchErrorKind::Denied);
    assert_eq!((asked.load(Ordering::SeqCst), provider.fetches()), (2, 1));
}

#[tokio::test]
async fn a_source_that_fails_is_left_alone_for_half_a_minute() {
    let provider = Provider::start().await;
    let (source, asked) = counted(|number| match number {
        0 => Err(FetchError::new(FetchErrorKind::Unavailable).with_source("no route to the login")),
        // It knows no endpoints.
        1 => Err(FetchErrorKind::NotFound.into()),
        2 => Ok("hunter2\n".to_owned()),
        3 => panic!("as the test wants it"),
        _ => Ok(VELT_AUTH_TOKEN.to_owned()),
    });
    let velt = velt(&provider, source);
    for (number, kind) in [
        FetchErrorKind::Unavailable,
        FetchErrorKind::Denied,
        FetchErrorKind::Malformed,
        FetchErrorKind::Unavailable,
    ]
    .into_iter()
    .enumerate()
    {
        for answer in fetch_often(&velt, &endpoint()).await {
            let error = answer.unwrap_err();
            assert_eq!(error.kind(), kind);
            let shown = format!("{error:?}");
            assert!(shown.contains("NoCredential") && !shown.contains("hunter2"), "{shown}");
        }
        assert_eq!(asked.load(Ordering::SeqCst), number + 1);
        pass(Duration::from_secs(30)).await;
    }
    assert_eq!(provider.fetches(), 0);
    assert!(velt.fetch(&endpoint()).await.is_ok());
    assert_clean(&velt);
}

#[tokio::test(start_paused = true)]
async fn a_source_may_take_half_a_minute() {
    let provider = Provider::start().await;
    let velt = velt(&provider, std::future::pending);
    let before = Instant::now();
    assert_eq!(failure(&velt, &endpoint()).await.kind(), FetchErrorKind::Timeout);
    assert_eq!(before.elapsed().as_secs(), 30);
}

#[tokio::test]
async fn a_fetch_that_is_dropped_leaves_its_login_to_the_next() {
    let provider = Provider::start().await;
    let release = Arc::new(Notify::new());
    let (held, at) = (Arc::clone(&release), provider.clone());
    let velt = velt(&provider, move || {
        let (held, at) = (Arc::clone(&held), at.clone());
        async move {
            held.notified().await;
            Ok(at.log_in().await)
        }
    });
    assert!(timeout(Duration::from_millis(20), velt.fetch(&endpoint())).await.is_err());
    release.notify_one();
    assert!(velt.fetch(&endpoint()).await.is_ok());
    assert_eq!(provider.logins(), 1);
}
