//! A sender that retries as [Standard Webhooks](https://www.standardwebhooks.com) says: one id for all
//! attempts, and a time and a signature for each.
//!
//! The addresses are your customers'. Send from where none of your own machines can be reached, or through
//! a proxy that refuses private addresses.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use time::OffsetDateTime;
use tower_webhook::sign::SignError;
use tower_webhook::{InvalidSecret, Scheme, Signer};

/// The pauses between the attempts. A receiver that asks for a longer one gets at most the last of these.
pub const PAUSES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(5 * 60 * 60),
    Duration::from_secs(10 * 60 * 60),
    Duration::from_secs(14 * 60 * 60),
    Duration::from_secs(20 * 60 * 60),
    Duration::from_secs(24 * 60 * 60),
];

pub struct Sender {
    client: Client,
    signer: Signer,
}

/// What came of a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Delivered,
    /// The receiver wants nothing more: disable its endpoint.
    Gone,
    /// All attempts have failed: tell its owner.
    Failed,
}

impl Sender {
    pub fn new(client: Client, secret: &str) -> Result<Self, InvalidSecret> {
        Ok(Self { client, signer: Scheme::STANDARD.signer(secret)? })
    }

    /// A redirection is a failure, and a receiver has 20 seconds to answer.
    pub fn client() -> reqwest::Result<Client> {
        Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(20)).build()
    }

    /// Sends a message until it has arrived. The pauses last for days: what waits in `pause` should be in a
    /// database by then.
    pub async fn deliver(
        &self,
        url: &str,
        id: &str,
        body: Bytes,
        pause: impl AsyncFn(Duration),
    ) -> Result<Outcome, SignError> {
        for next in PAUSES.into_iter().map(Some).chain([None]) {
            let headers = self.signer.sign(id, OffsetDateTime::now_utc(), &body)?;
            let request = self.client.post(url).headers(headers).body(body.clone());
            let answer = request.header(CONTENT_TYPE, "application/json").send().await.ok();
            match answer.as_ref().map(Response::status) {
                Some(status) if status.is_success() => return Ok(Outcome::Delivered),
                Some(StatusCode::GONE) => return Ok(Outcome::Gone),
                _ => {}
            }
            if let Some(next) = next {
                pause(jittered(next).max(asked_for(answer.as_ref()))).await;
            }
        }
        Ok(Outcome::Failed)
    }
}

/// Up to a tenth more, so that what has failed together does not come back together.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(1.0 + fastrand::f64() / 10.0)
}

/// The wait that the receiver asks for, in seconds.
fn asked_for(answer: Option<&Response>) -> Duration {
    let seconds = answer.and_then(|it| it.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok());
    Duration::from_secs(seconds.unwrap_or_default()).min(PAUSES[8])
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::post;
    use bytes::Bytes;
    use tokio::net::TcpListener;
    use tower_webhook::{Scheme, Verified, WebhookLayer};

    use super::{Outcome, PAUSES, Sender};
    use crate::testing::{OTHER, SECRET};

    type Answers = Vec<(StatusCode, [(&'static str, &'static str); 1])>;

    /// A receiver that gives these answers, the last one first, and what is sent to it by `secret`:
    /// the outcome, the ids that were verified, and the pauses.
    async fn run(secret: &str, answers: Answers) -> (Outcome, Vec<String>, Vec<Duration>) {
        let (answers, ids) = (Arc::new(Mutex::new(answers)), Arc::new(Mutex::new(Vec::new())));
        let seen = Arc::clone(&ids);
        let handle = async move |delivery: Verified| {
            seen.lock().unwrap().extend(delivery.id().map(str::to_owned));
            answers.lock().unwrap().pop().unwrap()
        };
        let layer = WebhookLayer::new(Scheme::STANDARD.verifier(SECRET).unwrap());
        let app = Router::new().route("/", post(handle)).route_layer(layer);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, app).await });

        let pauses = Mutex::new(Vec::new());
        let pause = async |pause| pauses.lock().unwrap().push(pause);
        let sender = Sender::new(Sender::client().unwrap(), secret).unwrap();
        let outcome =
            sender.deliver(&url, "msg_1", Bytes::from_static(b"{}"), pause).await.unwrap();
        server.abort();
        let ids = std::mem::take(&mut *ids.lock().unwrap());
        (outcome, ids, pauses.into_inner().unwrap())
    }

    #[tokio::test]
    async fn what_fails_is_sent_again_until_it_has_arrived() {
        let none = [("x-none", "")];
        let answers = vec![
            (StatusCode::OK, none),
            (StatusCode::FOUND, [("location", "/elsewhere")]),
            (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "60")]),
        ];
        let (outcome, ids, pauses) = run(SECRET, answers).await;
        assert_eq!((outcome, ids), (Outcome::Delivered, vec!["msg_1".to_owned(); 3]));
        assert_eq!((pauses.len(), pauses[0]), (2, Duration::from_secs(60)));
        assert!(pauses[1] >= PAUSES[1] && pauses[1] <= PAUSES[1].mul_f64(1.1));

        let (outcome, ids, pauses) = run(SECRET, vec![(StatusCode::GONE, none)]).await;
        assert_eq!((outcome, ids.len(), pauses.len()), (Outcome::Gone, 1, 0));
    }

    #[tokio::test]
    async fn a_forgery_never_arrives() {
        let (outcome, ids, pauses) = run(OTHER, Vec::new()).await;
        assert_eq!((outcome, ids.len(), pauses.len()), (Outcome::Failed, 0, PAUSES.len()));
    }
}
