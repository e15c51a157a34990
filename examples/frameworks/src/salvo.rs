//! salvo: its body is an `http_body::Body`, so a `Receiver` takes it as it is.

use salvo::http::HeaderValue;
use salvo::http::header::RETRY_AFTER;
use salvo::{Request, Response, Router, handler};
use tower_webhook::{Head, Receiver};

use crate::receiver;

pub fn routes(receiver: Receiver) -> Router {
    Router::with_path("hooks/{tenant}").post(Hook(receiver))
}

struct Hook(Receiver);

#[handler]
impl Hook {
    async fn handle(&self, request: &mut Request, answer: &mut Response) {
        let body = request.take_body();
        // Its types are those of `http` 1.
        let head = Head::from(request.headers()).with_request(request.method(), request.uri());
        let received = self.0.receive(head, body).await;
        let (status, wait) = receiver::handle(received).await;
        answer.status_code(status);
        if let Some(wait) = wait {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs()));
        }
    }
}

#[cfg(test)]
mod tests {
    use salvo::conn::tcp::TcpAcceptor;
    use salvo::{Server, Service};
    use tokio::net::TcpListener;

    use super::routes;
    use crate::receiver::receiver;
    use crate::testing::{check, tenants};

    #[tokio::test]
    async fn good_and_forged() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let acceptor = TcpAcceptor::try_from(listener).unwrap();
        let service = Service::new(routes(receiver(tenants())));
        let server = tokio::spawn(Server::new(acceptor).serve(service));
        check(&format!("http://{address}")).await;
        server.abort();
    }
}
