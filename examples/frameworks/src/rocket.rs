//! Rocket, by the steps of a `Receiver`.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use bytes::BytesMut;
use futures_util::stream;
use http::{Method, Uri};
use rocket::data::{Data, ToByteUnit as _};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::response::Responder;
use rocket::tokio::io::AsyncReadExt as _;
use rocket::{Build, Request, Response, Rocket, State, post, routes};
use tower_webhook::receive::{Delivery, Rejection, RejectionKind};
use tower_webhook::{Head, Receiver};

use crate::receiver;

/// The space for what is read at once, in bytes.
const FRAME: usize = 8 << 10;

pub fn with_hooks(rocket: Rocket<Build>, receiver: Receiver) -> Rocket<Build> {
    rocket.manage(receiver).mount("/", routes![hook])
}

#[post("/hooks/<_>", data = "<data>")]
async fn hook(
    headers: Headers,
    uri: &rocket::http::uri::Origin<'_>,
    data: Data<'_>,
    receiver: &State<Receiver>,
) -> Answer {
    let received = receive(receiver, &headers, &uri.to_string(), data).await;
    let (status, wait) = receiver::handle(received).await;
    Answer(Status::new(status.as_u16()), wait)
}

/// Rocket has types of its own, so the head is made of pairs.
async fn receive(
    receiver: &Receiver,
    Headers(headers): &Headers,
    uri: &str,
    data: Data<'_>,
) -> Result<Delivery, Rejection> {
    let pairs: Vec<_> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let uri: Uri = uri.parse().map_err(|_| RejectionKind::UnknownEndpoint)?;
    let head = Head::from_pairs(&pairs).with_request(&Method::POST, &uri);

    // Rocket's own limit would cut the body off; the receiver counts, and answers with 413.
    let body = data.open(u64::MAX.bytes());
    let frames = stream::try_unfold(body, async |mut body| {
        let mut frame = BytesMut::with_capacity(FRAME);
        let read = body.read_buf(&mut frame).await?;
        Ok::<_, io::Error>((read > 0).then_some((frame, body)))
    });
    receiver::receive(receiver, head, frames).await
}

/// All headers of a request, each as often as it came.
struct Headers(Vec<(String, String)>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Headers {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let headers = request.headers().iter();
        Outcome::Success(Self(
            headers.map(|it| (it.name().to_string(), it.value().to_owned())).collect(),
        ))
    }
}

struct Answer(Status, Option<Duration>);

impl<'r> Responder<'r, 'static> for Answer {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'static> {
        let mut answer = Response::build();
        answer.status(self.0);
        if let Some(wait) = self.1 {
            answer.raw_header("retry-after", wait.as_secs().to_string());
        }
        answer.ok()
    }
}

#[cfg(test)]
mod tests {
    use rocket::Config;
    use rocket::config::LogLevel;
    use rocket::fairing::AdHoc;
    use tokio::sync::oneshot;

    use super::with_hooks;
    use crate::receiver::receiver;
    use crate::testing::{check, tenants};

    #[tokio::test(flavor = "multi_thread")]
    async fn good_and_forged() {
        let config = Config { port: 0, log_level: LogLevel::Off, ..Config::release_default() };
        let (up, port) = oneshot::channel();
        let lifted_off = AdHoc::on_liftoff("port", |rocket| {
            let _ = up.send(rocket.config().port);
            Box::pin(async {})
        });
        let rocket = with_hooks(rocket::custom(config), receiver(tenants())).attach(lifted_off);
        let server = tokio::spawn(rocket.launch());
        check(&format!("http://127.0.0.1:{}", port.await.unwrap())).await;
        server.abort();
    }
}
