//! poem, by the steps of a `Receiver`.

use poem::http::header::RETRY_AFTER;
use poem::web::Data;
use poem::{Body, EndpointExt as _, IntoEndpoint, Request, Response, Route, handler, post};
use tower_webhook::{Head, Receiver};

use crate::receiver;

pub fn routes(receiver: Receiver) -> impl IntoEndpoint<Endpoint: 'static> {
    Route::new().at("/hooks/:tenant", post(hook)).data(receiver)
}

#[handler]
async fn hook(request: &Request, body: Body, Data(receiver): Data<&Receiver>) -> Response {
    // Its types are those of `http` 1. Inside of `Route::nest`, `uri` has lost the prefix.
    let head = Head::from(request.headers());
    let head = head.with_request(request.method(), request.original_uri());
    let received = receiver::receive(receiver, head, body.into_bytes_stream()).await;
    let (status, wait) = receiver::handle(received).await;
    let mut answer = Response::builder().status(status);
    if let Some(wait) = wait {
        answer = answer.header(RETRY_AFTER, wait.as_secs());
    }
    answer.finish()
}

#[cfg(test)]
mod tests {
    use poem::Server;
    use poem::listener::TcpAcceptor;
    use tokio::net::TcpListener;

    use super::routes;
    use crate::receiver::receiver;
    use crate::testing::{check, tenants};

    #[tokio::test]
    async fn good_and_forged() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let acceptor = TcpAcceptor::from_tokio(listener).unwrap();
        let server = Server::new_with_acceptor(acceptor).run(routes(receiver(tenants())));
        let server = tokio::spawn(server);
        check(&format!("http://{address}")).await;
        server.abort();
    }
}
