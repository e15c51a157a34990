//! The receiver of the crate, and what sends to this and to the others.

use std::collections::BTreeMap;

use axum::Router;
use axum::routing;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tower_webhook::{Scheme, Verified, WebhookLayer};

use crate::cases::Family;
use crate::presets::ROWS;
use crate::support::verifier;

/// A server with a path for each scheme, at the time of the tests.
pub(crate) struct Receiver {
    base: String,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let schemes = Family::ALL.into_iter().flat_map(|family| family.schemes());
        let app = schemes.fold(Router::new(), |app, &scheme| {
            let layer = WebhookLayer::new(verifier(scheme));
            app.route(&format!("/{}", scheme.name()), routing::post(handle).route_layer(layer))
        });
        let paths: BTreeMap<_, _> = ROWS.iter().map(|row| (row.path(), row)).collect();
        let app = paths.into_iter().fold(app, |app, (path, row)| {
            let layer = WebhookLayer::new(row.verifier());
            app.route(&path, routing::post(handle).route_layer(layer))
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base }
    }

    pub(crate) fn url(&self, scheme: Scheme) -> String {
        self.at(&format!("/{}", scheme.name()))
    }

    pub(crate) fn at(&self, target: &str) -> String {
        format!("{}{target}", self.base)
    }
}

async fn handle(_: Verified) -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The status, and the text of the answer.
pub(crate) async fn post(
    url: &str,
    headers: HeaderMap,
    body: impl Into<Bytes>,
) -> (StatusCode, String) {
    let mut request = Request::post(url).body(Full::new(body.into())).unwrap();
    request.headers_mut().extend(headers);
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let (parts, body) = client.request(request).await.unwrap().into_parts();
    let text = body.collect().await.unwrap().to_bytes();
    (parts.status, String::from_utf8_lossy(&text).into_owned())
}
