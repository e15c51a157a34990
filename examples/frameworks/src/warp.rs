//! warp, by the steps of a `Receiver`.

use bytes::Buf;
use futures_util::Stream;
use http::{HeaderMap, Method, Response, Uri};
use tower_webhook::receive::{Delivery, Rejection, RejectionKind};
use tower_webhook::{Head, Receiver};
use warp::Filter;
use warp::path::FullPath;

use crate::receiver;

/// The answer is a reply and not a `warp::reject`, after which warp would try other filters.
pub fn routes(
    receiver: Receiver,
) -> impl Filter<Extract = (Response<String>,), Error = warp::Rejection> + Clone + Send + Sync + 'static
{
    warp::post()
        .and(warp::path("hooks"))
        .and(warp::path::full())
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .then(move |path: FullPath, headers: HeaderMap, frames| {
            let receiver = receiver.clone();
            async move { answer(receive(&receiver, path, headers, frames).await).await }
        })
}

/// The path is without the query, which a scheme that signs the URL needs too: `warp::query::raw`.
async fn receive(
    receiver: &Receiver,
    path: FullPath,
    headers: HeaderMap,
    frames: impl Stream<Item = Result<impl Buf, warp::Error>>,
) -> Result<Delivery, Rejection> {
    let uri: Uri = path.as_str().parse().map_err(|_| RejectionKind::UnknownEndpoint)?;
    let head = Head::from(&headers).with_request(&Method::POST, &uri);
    receiver::receive(receiver, head, frames).await
}

async fn answer(received: Result<Delivery, Rejection>) -> Response<String> {
    let (status, wait) = receiver::handle(received).await;
    let mut answer = Response::new(String::new());
    *answer.status_mut() = status;
    if let Some(wait) = wait {
        answer.headers_mut().insert("retry-after", wait.as_secs().into());
    }
    answer
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::routes;
    use crate::receiver::receiver;
    use crate::testing::{check, tenants};

    #[tokio::test]
    async fn good_and_forged() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = warp::serve(routes(receiver(tenants()))).incoming(listener).run();
        let server = tokio::spawn(server);
        check(&format!("http://{address}")).await;
        server.abort();
    }
}
