//! Deliveries, and what every receiver has to make of them.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream::iter;
use http::HeaderMap;
use http_body::Frame;
use http_body_util::StreamBody;
use reqwest::Body;
use time::OffsetDateTime;
use tower_webhook::fetch::{EndpointId, FetchError, FetchErrorKind, SecretFetcher};
use tower_webhook::{Scheme, Secret};

use crate::receiver::LIMIT;

/// The key that Standard Webhooks has in its documentation.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const OTHER: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl";

pub(crate) fn headers(secret: &str, id: &str, body: &[u8]) -> HeaderMap {
    let signer = Scheme::STANDARD.signer(secret).unwrap();
    signer.sign(id, OffsetDateTime::now_utc(), body).unwrap()
}

/// Knows the tenant `acme`.
pub(crate) fn tenants() -> impl SecretFetcher {
    async |endpoint: EndpointId| match endpoint.as_str() {
        "acme" => Secret::whsec(SECRET).map_err(|_| FetchErrorKind::Malformed.into()),
        _ => Err(FetchError::new(FetchErrorKind::NotFound)),
    }
}

async fn send(base: &str, path: &str, headers: HeaderMap, body: impl Into<Body>) -> u16 {
    let request = reqwest::Client::new().post(format!("{base}{path}")).headers(headers).body(body);
    request.send().await.unwrap().status().as_u16()
}

/// Sends a server of [`tenants`] what may come. Its handler fails if the body is `fail`.
pub(crate) async fn check(base: &str) {
    let good = Bytes::from_static(b"{}");
    let send = async |path, secret, id, body: &Bytes| {
        send(base, path, headers(secret, id, body), body.clone()).await
    };
    assert_eq!(send("/hooks/acme", SECRET, "good", &good).await, 204);
    assert_eq!(send("/hooks/acme", SECRET, "good", &good).await, 200, "it was handled before");
    assert_eq!(send("/hooks/acme", OTHER, "forged", &good).await, 401);
    assert_eq!(send("/hooks/nobody", SECRET, "lost", &good).await, 404);

    let large = Bytes::from(vec![b' '; LIMIT + 1]);
    assert_eq!(send("/hooks/acme", SECRET, "large", &large).await, 413);
    let undeclared = StreamBody::new(iter([Ok::<_, Infallible>(Frame::data(large.clone()))]));
    let headers = headers(SECRET, "undeclared", &large);
    assert_eq!(self::send(base, "/hooks/acme", headers, Body::wrap(undeclared)).await, 413);
    let largest = large.slice(1..);
    assert_eq!(send("/hooks/acme", SECRET, "largest", &largest).await, 204);

    let fails = Bytes::from_static(b"fail");
    for attempt in ["the first", "its retry, which is no duplicate"] {
        assert_eq!(send("/hooks/acme", SECRET, "fails", &fails).await, 500, "{attempt}");
    }
}
