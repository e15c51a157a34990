//! ntex, by the steps of a `Receiver`. The secrets of a cache and the guards need its feature `tokio`.

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{Method, Uri};
use ntex::web::types::{Payload, State};
use ntex::web::{HttpRequest, HttpResponse, ServiceConfig, post};
use tower_webhook::receive::{Delivery, Rejection, RejectionKind};
use tower_webhook::{Head, Receiver};

use crate::receiver;

/// For `App::configure`. Make the receiver outside of the closure that `HttpServer::new` calls for each
/// thread.
pub fn routes(receiver: Receiver) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.state(receiver).route("/hooks/{tenant}", post().to(hook));
    }
}

async fn hook(request: HttpRequest, payload: Payload, receiver: State<Receiver>) -> HttpResponse {
    let received = receive(&receiver, &request, payload).await;
    let (status, wait) = receiver::handle(received).await;
    let mut answer = HttpResponse::build(status);
    if let Some(wait) = wait {
        answer.header("retry-after", wait.as_secs());
    }
    answer.finish()
}

/// It has headers and bytes of its own, so the head is made of pairs, and the frames are copied.
async fn receive(
    receiver: &Receiver,
    request: &HttpRequest,
    payload: Payload,
) -> Result<Delivery, Rejection> {
    let headers: Vec<_> =
        request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let uri: Uri = request.uri().to_string().parse().map_err(|_| RejectionKind::UnknownEndpoint)?;
    let head = Head::from_pairs(&headers).with_request(&Method::POST, &uri);
    let frames = payload.map(|frame| frame.map(|frame| Bytes::copy_from_slice(&frame)));
    receiver::receive(receiver, head, frames).await
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use ntex::web::{App, HttpServer};

    use super::routes;
    use crate::receiver::receiver;
    use crate::testing::{check, tenants};

    #[ntex::test]
    async fn good_and_forged() {
        let receiver = receiver(tenants());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = HttpServer::new(async move || App::new().configure(routes(receiver.clone())));
        let server = server.workers(2).listen(listener).unwrap().run();
        check(&format!("http://{address}")).await;
        server.stop(false).await;
    }
}
