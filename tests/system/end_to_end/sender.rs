//! A sender that does not give up: the same id, signed anew for each try.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use time::OffsetDateTime;
use tokio::time::timeout;
use tower_webhook::{Scheme, Signer};

use crate::fate::{AFTERWARDS, draw, is_sent_twice, patience};
use crate::receiver::{ATTEMPT, IN_FLIGHT, Receivers};
use crate::support::WHSEC;

/// The pauses between the tries, in milliseconds. The last one is repeated.
const PAUSES: [u64; 5] = [5, 20, 100, 300, 1000];

pub(crate) struct Sender {
    receivers: Arc<Receivers>,
    client: Client<HttpConnector, Full<Bytes>>,
    signer: Signer,
    /// Of each try.
    answers: Mutex<HashMap<(String, u32), Answer>>,
    delivered: AtomicUsize,
}

/// What came of one try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answer {
    /// By a handler, which says 204 where the layer says 200.
    Handled,
    /// By the layer: it was handled before.
    Duplicate,
    Failed,
    InFlight,
    Unavailable,
    /// The connection was lost, or there was none.
    Broken,
    /// The sender hung up.
    GivenUp,
}

impl Sender {
    pub(crate) fn new(receivers: Arc<Receivers>) -> Self {
        Self {
            receivers,
            client: Client::builder(TokioExecutor::new())
                .retry_canceled_requests(false)
                .build_http(),
            signer: Scheme::STANDARD.signer(WHSEC).unwrap(),
            answers: Mutex::default(),
            delivered: AtomicUsize::new(0),
        }
    }

    /// How many deliveries were acknowledged so far.
    pub(crate) fn delivered(&self) -> usize {
        self.delivered.load(Ordering::SeqCst)
    }

    /// How many tries had which answer.
    pub(crate) fn answers(&self) -> BTreeMap<Answer, usize> {
        let mut answers = BTreeMap::new();
        for answer in self.answers.lock().unwrap().values() {
            *answers.entry(*answer).or_default() += 1;
        }
        answers
    }

    pub(crate) fn answer(&self, id: &str, attempt: u32) -> Answer {
        self.answers.lock().unwrap()[&(id.to_owned(), attempt)]
    }

    /// Sends a delivery until it is acknowledged, and tells by whom.
    pub(crate) async fn deliver(&self, id: &str) -> Answer {
        for attempt in 0.. {
            let receiver = usize::from(draw("receiver", id, attempt, 2) == 0);
            let first = self.send(id, 2 * attempt, receiver);
            let answers = if is_sent_twice(id, attempt) {
                let second = self.send(id, 2 * attempt + 1, 1 - receiver);
                <[_; 2]>::from(tokio::join!(first, second)).to_vec()
            } else {
                vec![first.await]
            };
            // `Handled` is the least, `Duplicate` the next.
            if let Some(answer) = answers.into_iter().min().filter(|it| *it <= Answer::Duplicate) {
                self.delivered.fetch_add(1, Ordering::SeqCst);
                return answer;
            }
            pause(attempt as usize).await;
        }
        unreachable!()
    }

    /// Sends an acknowledged delivery again, once it gets through to a receiver that has its store.
    pub(crate) async fn deliver_again(&self, id: &str) -> Answer {
        loop {
            let receiver = usize::from(draw("receiver", id, AFTERWARDS, 2) == 0);
            match self.send(id, AFTERWARDS, receiver).await {
                Answer::Broken | Answer::Unavailable => pause(1).await,
                answer => return answer,
            }
        }
    }

    async fn send(&self, id: &str, attempt: u32, receiver: usize) -> Answer {
        let body = body(id);
        let mut headers = self.signer.sign(id, OffsetDateTime::now_utc(), &body).unwrap();
        headers.insert(ATTEMPT, attempt.into());
        let url = format!("http://127.0.0.1:{}/hook", self.receivers.port(receiver));
        let mut request = Request::post(url).body(Full::from(body)).unwrap();
        request.headers_mut().extend(headers);
        let answer = match timeout(patience(id, attempt), self.client.request(request)).await {
            Ok(Ok(response)) => match response.status().as_u16() {
                204 => Answer::Handled,
                200 => Answer::Duplicate,
                500 => Answer::Failed,
                503 if response.headers().contains_key(IN_FLIGHT) => Answer::InFlight,
                503 => Answer::Unavailable,
                other => panic!("{other}"),
            },
            Ok(Err(_)) => Answer::Broken,
            Err(_) => Answer::GivenUp,
        };
        self.answers.lock().unwrap().insert((id.to_owned(), attempt), answer);
        answer
    }
}

async fn pause(attempt: usize) {
    tokio::time::sleep(Duration::from_millis(PAUSES[attempt.min(PAUSES.len() - 1)])).await;
}

fn body(id: &str) -> Vec<u8> {
    format!(r#"{{"type":"invoice.paid","invoice":"{id}"}}"#).into_bytes()
}
