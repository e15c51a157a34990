//! actix-web: limit, fetched secrets and claims, by the steps of a `Receiver`.

use std::io;

use actix_web::web::{Data, Payload, ServiceConfig, post};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{Method, Uri};
use tower_webhook::receive::{Delivery, Rejection, RejectionKind};
use tower_webhook::{Head, Receiver, Verified};

/// For `App::configure`. Make the receiver once, outside of the closure that `HttpServer::new` calls for
/// each thread: its clones share the secrets and the claims.
pub fn routes(receiver: Receiver) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(Data::new(receiver)).route("/hooks/{tenant}", post().to(hook));
    }
}

async fn hook(request: HttpRequest, payload: Payload, receiver: Data<Receiver>) -> HttpResponse {
    match receive(&receiver, &request, payload).await {
        Err(rejection) => refuse(&rejection),
        Ok(delivery) => match delivery.handle(book).await {
            Ok(()) => HttpResponse::NoContent().finish(),
            Err(_) => HttpResponse::InternalServerError().finish(),
        },
    }
}

/// The types of `http` that actix-web has are those of its version 0.2, so the head is made of pairs.
async fn receive(
    receiver: &Receiver,
    request: &HttpRequest,
    mut payload: Payload,
) -> Result<Delivery, Rejection> {
    let headers: Vec<_> =
        request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let uri: Uri = request.uri().to_string().parse().map_err(|_| RejectionKind::UnknownEndpoint)?;
    let head = Head::from_pairs(&headers).with_request(&Method::POST, &uri);

    let mut incoming = receiver.open(head)?;
    incoming.secrets().await?;
    // As it comes: an extractor of bytes would have read it all before anything is checked.
    while let Some(frame) = payload.next().await {
        incoming.push(frame.map_err(|_| RejectionKind::BodyFailed)?)?;
    }
    incoming.finish().await
}

fn refuse(rejection: &Rejection) -> HttpResponse {
    let status = rejection.status().as_u16();
    let status = status.try_into().unwrap_or(actix_web::http::StatusCode::UNAUTHORIZED);
    let mut answer = HttpResponse::build(status);
    if let Some(wait) = rejection.retry_after() {
        answer.insert_header(("retry-after", wait.as_secs()));
    }
    answer.finish()
}

/// What is yours. `Ok` commits the delivery, `Err` releases it for the sender's retry.
async fn book(_: Verified, body: Bytes) -> io::Result<()> {
    if body == "fail" { Err(io::Error::other("no room")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpServer, rt};

    use super::routes;
    use crate::receiver::receiver;
    use crate::testing::{check, tenants};

    #[actix_web::test]
    async fn good_and_forged() {
        let receiver = receiver(tenants());
        let server = HttpServer::new(move || App::new().configure(routes(receiver.clone())));
        let server = server.workers(2).bind(("127.0.0.1", 0)).unwrap();
        let address = server.addrs()[0];
        let server = rt::spawn(server.run());
        check(&format!("http://{address}")).await;
        server.abort();
    }
}
