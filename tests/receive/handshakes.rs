//! Handshakes without tower: what a rejection says of them, and the secret that one may bring.

use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, StatusCode};
use http_body_util::Full;
use tower_webhook::receive::{NewSecret, Opening, Refusal, Registration, Rejection, RejectionKind};
use tower_webhook::scheme::{Handshake, HeaderNames};
use tower_webhook::{Field, Head, Receiver, Scheme, VerifyError};

use crate::support::{sign, verifier};
use crate::untouchable::Untouchable;

const SECRET: &str = "b537207f20cbfa02357cf448134da559";

/// The head of a request without a body.
fn ask(method: &str, uri: &str, header: Option<(&str, &str)>) -> Parts {
    let mut request = Request::builder().method(method).uri(uri);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    request.body(()).unwrap().into_parts().0
}

fn knock(secret: &str) -> Parts {
    ask("POST", "/hooks/acme", Some(("x-hook-secret", secret)))
}

async fn receive(receiver: &Receiver, head: &Parts, body: &'static str) -> Rejection {
    receiver.receive(head, Full::new(Bytes::from(body))).await.unwrap_err()
}

fn refused(refusal: Refusal) -> RejectionKind {
    RejectionKind::HandshakeRefused(refusal)
}

/// The name of an endpoint, and its secret.
type Kept = (Option<String>, String);

/// Where secrets are kept, and an opening for them.
#[derive(Clone, Default)]
struct Store {
    kept: Arc<Mutex<Vec<Kept>>>,
    opening: Opening,
}

impl Store {
    fn registration(&self, handshake: Handshake) -> Registration {
        let kept = Arc::clone(&self.kept);
        handshake.keep_secret(&self.opening, move |secret: NewSecret| {
            let endpoint = secret.endpoint().map(|endpoint| endpoint.as_str().to_owned());
            kept.lock().unwrap().push((endpoint, secret.text().to_owned()));
            std::future::ready(Ok::<_, io::Error>(()))
        })
    }

    fn kept(&self) -> Vec<String> {
        self.kept.lock().unwrap().iter().map(|(_, secret)| secret.clone()).collect()
    }
}

#[tokio::test]
async fn the_answer_is_in_the_rejection() {
    let receiver = Receiver::new(verifier(Scheme::META))
        .handshake(Handshake::META.verify_token("ours").verify_token("theirs"));
    let query = "/hook?hub.mode=subscribe&hub.challenge=17&hub.verify_token=";
    let rejection = receiver.open(&ask("GET", &format!("{query}ours"), None)).unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::HandshakeAnswered);
    assert_eq!(rejection.status(), StatusCode::OK);
    let answer = rejection.handshake_answer().unwrap();
    assert_eq!((answer.body(), answer.headers().len()), ("17", 3));
    assert_eq!(answer.to_response::<String>().into_body(), "17");

    let rejection = receiver.open(&ask("GET", &format!("{query}other"), None)).unwrap_err();
    assert_eq!(rejection.kind(), refused(Refusal::Token));
    assert_eq!(rejection.status(), StatusCode::FORBIDDEN);
    assert!(rejection.handshake_answer().is_none());

    let missing = RejectionKind::Unverified(VerifyError::Missing(Field::Signature));
    for method in ["POST", "HEAD", "PUT"] {
        let head = ask(method, &format!("{query}ours"), None);
        assert_eq!(receiver.open(&head).unwrap_err().kind(), missing, "{method}");
    }
    // Without the request there is no method.
    assert_eq!(receiver.open(Head::from_pairs(&[])).unwrap_err().kind(), missing);
}

#[tokio::test]
async fn a_signed_one_needs_no_more_than_headers_and_body() {
    let receiver = Receiver::new(verifier(Scheme::SLACK)).handshake(Handshake::SLACK);
    #[cfg(feature = "replay")]
    let receiver = receiver.replay(tower_webhook::replay::Replay::with(
        tower_webhook::replay::MemoryReplayGuard::builder().build(),
    ));
    let body = r#"{"type":"url_verification","challenge":"abc"}"#;
    let headers = sign(Scheme::SLACK, body.as_bytes());
    // It is not claimed, so a second one is no duplicate.
    for _ in 0..2 {
        let rejection = receiver.receive_bytes(&headers, body).await.unwrap_err();
        assert_eq!(rejection.handshake_answer().unwrap().body(), "abc");
    }
    // It is too long to be one.
    let long =
        format!(r#"{{"type":"url_verification","challenge":"abc","x":"{}"}}"#, "x".repeat(8192));
    let headers = sign(Scheme::SLACK, long.as_bytes());
    receiver.receive_bytes(&headers, long).await.unwrap().handled().await;
}

#[tokio::test]
async fn a_secret_comes_through_once_and_only_while_it_is_open() {
    let store = Store::default();
    let receiver =
        Receiver::new(verifier(Scheme::ASANA)).handshake(store.registration(Handshake::ASANA));
    let untouchable = || Untouchable { least: 0 };
    let knocked = async |secret| receiver.receive(&knock(secret), untouchable()).await.unwrap_err();

    assert_eq!(knocked("early").await.kind(), refused(Refusal::Closed));
    store.opening.open();
    store.opening.open();
    let rejection = knocked(SECRET).await;
    let answer = rejection.handshake_answer().unwrap();
    assert_eq!((answer.status(), answer.body()), (StatusCode::OK, ""));
    assert_eq!(answer.headers()["x-hook-secret"], SECRET);
    assert_eq!(knocked("late").await.kind(), refused(Refusal::Closed));
    store.opening.open();
    store.opening.close();
    assert_eq!(knocked("later").await.kind(), refused(Refusal::Closed));
    assert_eq!(store.kept(), [SECRET]);

    for shown in [format!("{rejection:?} {answer:?}"), format!("{:?}", answer.headers())] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
    // With a signature it is a delivery, whatever else is in its head.
    store.opening.open();
    let mut signed = knock("attached");
    signed.headers.extend(sign(Scheme::ASANA, b"{}"));
    receiver.receive_bytes(&signed, "{}").await.unwrap().handled().await;
    signed.headers.insert("x-hook-signature", "00".repeat(32).parse().unwrap());
    let forged = receiver.receive_bytes(&signed, "{}").await.unwrap_err();
    assert_eq!(forged.kind(), RejectionKind::Unverified(VerifyError::Mismatch));
    assert_eq!(store.kept(), [SECRET]);
}

#[tokio::test]
async fn what_could_not_be_kept_stays_open() {
    let opening = Opening::new();
    let failures = Arc::new(Mutex::new(vec![Err("the database is down"), Err("still"), Ok(())]));
    let registration = Handshake::ASANA.keep_secret(&opening, move |_| {
        let result = failures.lock().unwrap().remove(0);
        std::future::ready(result)
    });
    let receiver = Receiver::new(verifier(Scheme::ASANA)).handshake(registration);
    opening.open();
    for status in [503, 503, 200, 403] {
        let rejection = receive(&receiver, &knock(SECRET), "").await;
        assert_eq!(rejection.status(), status);
        assert_eq!(rejection.kind() == refused(Refusal::NotKept), status == 503);
    }
}

#[tokio::test]
async fn of_two_at_a_time_one_comes_through() {
    let opening = Opening::new();
    let (done, wait) = tokio::sync::oneshot::channel::<()>();
    let wait = Arc::new(Mutex::new(Some(wait)));
    let registration = Handshake::ASANA.keep_secret(&opening, move |_| {
        let wait = wait.lock().unwrap().take();
        async move { wait.unwrap().await }
    });
    let receiver = Receiver::new(verifier(Scheme::ASANA)).handshake(registration);
    opening.open();
    let (head, other) = (knock(SECRET), knock("other"));
    let first = receive(&receiver, &head, "");
    let second = async {
        let rejection = receive(&receiver, &other, "").await;
        done.send(()).unwrap();
        rejection
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first.kind(), RejectionKind::HandshakeAnswered);
    assert_eq!(second.kind(), refused(Refusal::Closed));
}

#[tokio::test]
async fn what_is_dropped_while_it_is_kept_stays_closed() {
    let opening = Opening::new();
    let registration =
        Handshake::ASANA.keep_secret(&opening, |_| std::future::pending::<Result<(), io::Error>>());
    let receiver = Receiver::new(verifier(Scheme::ASANA)).handshake(registration);
    opening.open();
    let head = knock(SECRET);
    let mut dropped = Box::pin(receive(&receiver, &head, ""));
    assert!(is_pending(dropped.as_mut()).await);
    drop(dropped);
    assert_eq!(receive(&receiver, &head, "").await.kind(), refused(Refusal::Closed));
}

/// Polls a future once, and returns whether it is pending.
async fn is_pending<T>(mut future: std::pin::Pin<&mut impl Future<Output = T>>) -> bool {
    std::future::poll_fn(|cx| std::task::Poll::Ready(future.as_mut().poll(cx).is_pending())).await
}

#[tokio::test]
async fn a_token_in_a_body_is_told_to_the_operator() {
    let body = r#"{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"}"#;
    for (scheme, handshake) in
        [(Scheme::NOTION, Handshake::NOTION), (Scheme::ASANA, Handshake::GUSTO)]
    {
        let store = Store::default();
        let receiver = Receiver::new(verifier(scheme)).handshake(store.registration(handshake));
        let head = ask("POST", "/hook", None);
        assert_eq!(receive(&receiver, &head, body).await.kind(), refused(Refusal::Closed));
        store.opening.open();
        let other = receive(&receiver, &head, r#"{"event":"x"}"#).await;
        let missing = RejectionKind::Unverified(VerifyError::Missing(Field::Signature));
        assert_eq!(other.kind(), missing);
        let answer = receive(&receiver, &head, body).await;
        assert_eq!(answer.kind(), RejectionKind::HandshakeAnswered);
        assert_eq!(answer.handshake_answer().unwrap().body(), "");
        assert_eq!(store.kept(), ["secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"]);
    }
}

#[tokio::test]
async fn what_is_no_secret_of_the_scheme_does_not_use_up_the_opening() {
    let store = Store::default();
    let receiver =
        Receiver::new(verifier(Scheme::STANDARD)).handshake(store.registration(Handshake::ASANA));
    store.opening.open();
    for secret in ["not base64", "whsec_", "plain"] {
        assert_eq!(
            receive(&receiver, &knock(secret), "").await.kind(),
            refused(Refusal::Challenge)
        );
    }
    let good = crate::support::WHSEC;
    assert_eq!(receive(&receiver, &knock(good), "").await.status(), 200);
    assert_eq!(store.kept(), [good]);
}

#[tokio::test]
async fn what_is_not_configured_is_refused() {
    let receiver = Receiver::new(verifier(Scheme::ASANA)).handshake(Handshake::ASANA);
    let rejection = receive(&receiver, &knock(SECRET), "").await;
    assert_eq!(rejection.kind(), refused(Refusal::NotConfigured));

    #[cfg(feature = "ed25519")]
    {
        // A public key signs nothing.
        let receiver = Receiver::new(verifier(Scheme::DISCORD)).handshake(Handshake::X);
        let rejection = receive(&receiver, &ask("GET", "/?crc_token=a", None), "").await;
        assert_eq!(rejection.kind(), refused(Refusal::NotConfigured));
    }
}

/// With two secrets, the answer is by the one that the handshake was signed with.
#[tokio::test]
async fn a_mac_is_by_the_secret_of_the_delivery() {
    const ZOOM: Scheme = Scheme::custom("zoom").headers(&[HeaderNames::new("x-sig")]).build();
    let body = r#"{"event":"endpoint.url_validation","payload":{"plainToken":"abc"}}"#;
    let now = time::OffsetDateTime::now_utc();
    let both = ZOOM.verifier("new").unwrap();
    let both = both.add_secret(ZOOM.secret("old").unwrap()).unwrap();
    let receiver = Receiver::new(both).handshake(Handshake::ZOOM);
    for secret in ["new", "old"] {
        let signer = ZOOM.signer(secret).unwrap();
        let headers = signer.sign(None, now, body.as_bytes()).unwrap();
        let mac = signer.sign(None, now, b"abc").unwrap();
        let rejection = receiver.receive_bytes(&headers, body).await.unwrap_err();
        let mac = mac["x-sig"].to_str().unwrap();
        let expected = format!(r#"{{"plainToken":"abc","encryptedToken":"{mac}"}}"#);
        assert_eq!(rejection.handshake_answer().unwrap().body(), expected);
    }
}

#[cfg(feature = "fetch")]
mod cached {
    use tower_webhook::fetch::{EndpointId, FetchError, FetchErrorKind, SecretCache};

    use super::*;

    fn cached(store: &Store, scheme: Scheme, handshake: Registration) -> Receiver {
        let kept = Arc::clone(&store.kept);
        let fetcher = move |endpoint: EndpointId| {
            let kept = kept.lock().unwrap();
            let of = |it: &&Kept| it.0.as_deref() == Some(endpoint.as_str());
            let secret = kept.iter().rev().find(of).map(|it| vec![scheme.secret(&it.1).unwrap()]);
            std::future::ready(secret.ok_or(FetchError::new(FetchErrorKind::NotFound)))
        };
        let select = |head: &Head<'_>| EndpointId::new(head.path()?.strip_prefix("/hooks/")?).ok();
        let cache = SecretCache::builder(scheme, fetcher).build();
        Receiver::from_cache(cache, select).handshake(handshake)
    }

    #[tokio::test]
    async fn an_endpoint_works_as_soon_as_its_secret_has_come() {
        let store = Store::default();
        let receiver = cached(&store, Scheme::ASANA, store.registration(Handshake::ASANA));
        let deliver = async |secret: &str| {
            let now = time::OffsetDateTime::now_utc();
            let mut head = ask("POST", "/hooks/acme", None);
            head.headers = Scheme::ASANA.signer(secret).unwrap().sign(None, now, b"{}").unwrap();
            receiver.receive_bytes(&head, "{}").await.map(|_| ()).map_err(|it| it.kind())
        };
        // So it is remembered that there is no such endpoint.
        assert_eq!(deliver(SECRET).await, Err(RejectionKind::UnknownEndpoint));
        store.opening.open();
        store.opening.open_for(&EndpointId::new("other").unwrap());
        assert_eq!(receive(&receiver, &knock(SECRET), "").await.kind(), refused(Refusal::Closed));
        assert_eq!(deliver(SECRET).await, Err(RejectionKind::UnknownEndpoint));

        store.opening.open_for(&EndpointId::new("acme").unwrap());
        assert_eq!(receive(&receiver, &knock(SECRET), "").await.status(), 200);
        assert_eq!(*store.kept.lock().unwrap(), [(Some("acme".to_owned()), SECRET.to_owned())]);
        assert_eq!(deliver(SECRET).await, Ok(()));
        // Whoever repeats it changes nothing.
        assert_eq!(receive(&receiver, &knock("mine"), "").await.kind(), refused(Refusal::Closed));
        let mismatch = Err(RejectionKind::Unverified(VerifyError::Mismatch));
        assert_eq!((deliver("mine").await, deliver(SECRET).await), (mismatch, Ok(())));
        // A new webhook on the same endpoint replaces the secret.
        store.opening.open_for(&EndpointId::new("acme").unwrap());
        assert_eq!(receive(&receiver, &knock("second"), "").await.status(), 200);
        assert_eq!((deliver("second").await, deliver(SECRET).await), (Ok(()), mismatch));
    }

    #[tokio::test]
    async fn only_an_answer_with_a_mac_costs_a_fetch() {
        let store = Store::default();
        let receiver = cached(&store, Scheme::ASANA, Handshake::X.into());
        let ask_for = async |uri: &str| receive(&receiver, &ask("GET", uri, None), "").await;
        assert_eq!(
            ask_for("/hooks/acme?crc_token=%7B%7D").await.kind(),
            refused(Refusal::Challenge)
        );
        store.kept.lock().unwrap().push((Some("acme".to_owned()), SECRET.to_owned()));
        // Nothing was asked before, so nothing is remembered.
        let answer = ask_for("/hooks/acme?crc_token=a").await;
        assert_eq!(answer.kind(), RejectionKind::HandshakeAnswered);
        for unknown in ["/hooks/other?crc_token=a", "/?crc_token=a"] {
            assert_eq!(ask_for(unknown).await.kind(), RejectionKind::UnknownEndpoint, "{unknown}");
        }
        let receiver = cached(&store, Scheme::ASANA, Handshake::DROPBOX.into());
        let answer = receive(&receiver, &ask("GET", "/hooks/other?challenge=a", None), "").await;
        assert_eq!(answer.kind(), RejectionKind::HandshakeAnswered);
    }
}
