//! actix-web, by the steps of a `Receiver`.

use actix_web::web::{Data, Payload, ServiceConfig, post};
use actix_web::{HttpRequest, HttpResponse};
use http::{Method, Uri};
use tower_webhook::receive::{Delivery, Rejection, RejectionKind};
use tower_webhook::{Head, Receiver};

use crate::receiver;

/// For `App::configure`. Make the receiver outside of the closure that `HttpServer::new` calls for each
/// thread.
pub fn routes(receiver: Receiver) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(Data::new(receiver)).route("/hooks/{tenant}", post().to(hook));
    }
}

async fn hook(request: HttpRequest, payload: Payload, receiver: Data<Receiver>) -> HttpResponse {
    let received = receive(&receiver, &request, payload).await;
    let (status, wait) = receiver::handle(received).await;
    let status = status.as_u16().try_into();
    let mut answer =
        HttpResponse::build(status.unwrap_or(actix_web::http::StatusCode::UNAUTHORIZED));
    if let Some(wait) = wait {
        answer.insert_header(("retry-after", wait.as_secs()));
    }
    answer.finish()
}

/// The types of `http` that actix-web has are those of its version 0.2, so the head is made of pairs.
async fn receive(
    receiver: &Receiver,
    request: &HttpRequest,
    payload: Payload,
) -> Result<Delivery, Rejection> {
    let headers: Vec<_> =
        request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let uri: Uri = request.uri().to_string().parse().map_err(|_| RejectionKind::UnknownEndpoint)?;
    let head = Head::from_pairs(&headers).with_request(&Method::POST, &uri);
    receiver::receive(receiver, head, payload).await
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
