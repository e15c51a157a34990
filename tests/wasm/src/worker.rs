//! A worker as one writes it for an edge network: the host calls it for each request, it has the time from
//! its host, and no runtime but the one that polls it.

use std::error::Error;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use time::OffsetDateTime;
use tower_webhook::clock::Clock;
use tower_webhook::{InvalidSecret, Receiver, Scheme};

use crate::WHSEC;

/// The host's time, in milliseconds since 1970. In a worker, `now` asks for it: `Date.now()` is
/// `worker::Date::now()` or `js_sys::Date::now()`. Here the host hands it over with each request.
static TIME: AtomicU64 = AtomicU64::new(0);

struct HostClock;

impl Clock for HostClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + self.elapsed()
    }

    /// Only caches and replay guards ask for this. A host that sets its clock back has `performance.now()`.
    fn elapsed(&self) -> Duration {
        Duration::from_millis(TIME.load(Ordering::Relaxed))
    }
}

/// Made once for an instance of the module.
fn receiver(secret: &str) -> Result<Receiver, InvalidSecret> {
    Ok(Receiver::new(Scheme::STANDARD.verifier(secret)?.clock(HostClock)))
}

/// What the host calls.
async fn fetch(receiver: &Receiver, request: Request<Bytes>) -> Response<String> {
    let (head, body) = request.into_parts();
    let mut answer = Response::new(String::new());
    match receiver.receive_bytes(&head, body).await {
        Err(rejection) => *answer.status_mut() = rejection.status(),
        Ok(delivery) => {
            *answer.body_mut() = delivery.verified().id().unwrap_or_default().to_owned();
            delivery.handled().await;
        }
    }
    answer
}

pub(crate) fn check() -> Result<(), Box<dyn Error>> {
    let receiver = receiver(WHSEC)?;
    let then = OffsetDateTime::from_unix_timestamp(1_700_000_000)?;
    let ask = |secret: &str, seconds: u64| {
        let url = "https://worker.example.com/hooks";
        let request =
            Scheme::STANDARD.signer(secret)?.request(url, "msg_1", then, Bytes::from("{}"))?;
        TIME.store(seconds * 1000, Ordering::Relaxed);
        Ok::<_, Box<dyn Error>>(poll(fetch(&receiver, request))?)
    };
    assert_eq!(ask(WHSEC, 1_700_000_060)?.into_body(), "msg_1");
    let forged = ask("whsec_plJ3nmyCDGBKInavdOK15jsl", 1_700_000_060)?;
    assert_eq!(forged.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(ask(WHSEC, 1_700_003_600)?.status(), StatusCode::UNAUTHORIZED, "an hour late");
    Ok(())
}

/// The host's runtime: nothing here waits for anything.
fn poll<T>(future: impl Future<Output = T>) -> Result<T, &'static str> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Ok(done),
        Poll::Pending => Err("it waits"),
    }
}
