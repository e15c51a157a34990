//! A function on AWS Lambda behind API Gateway, for a scheme that signs its URL.
//!
//! - **The body** of an event is base64 where the gateway takes its type for binary. `lambda_http` decodes
//!   it, and what is signed is what comes out: never the text of the event.
//! - **The stage** (`/prod`) is in the URL that the sender calls, but not always in the event's path.
//!   `lambda_http` puts it in front where it is missing. Behind a domain of your own the sender calls a URL
//!   without it: set `AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH`.
//! - **The query** of a REST API comes decoded and in no order. If the signed URL has one, use an HTTP API,
//!   whose events have it as it was sent.
//!
//! ```no_run
//! use frameworks::lambda::{function, receiver};
//! use lambda_http::{Error, run, service_fn};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Error> {
//!     let secret = std::env::var("HUBSPOT_SECRET")?;
//!     let receiver = receiver("https://a1b2c3.execute-api.eu-west-1.amazonaws.com", &secret)?;
//!     run(service_fn(|request| function(&receiver, request))).await
//! }
//! ```

use std::convert::Infallible;
use std::error::Error;
use std::io;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{Response, StatusCode};
use lambda_http::{Body, Request};
use tower_webhook::{Receiver, Scheme, Verified};

/// Made once, and not for each event. `url` is what the sender calls, without stage and path.
pub fn receiver(url: &str, secret: &str) -> Result<Receiver, Box<dyn Error + Send + Sync>> {
    Ok(Receiver::new(Scheme::HUBSPOT_V3.verifier(secret)?.public_url(url)?))
}

pub async fn function(receiver: &Receiver, request: Request) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    let body = match body {
        Body::Text(text) => Bytes::from(text),
        Body::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::new(),
    };
    let mut answer = Response::new(Body::Empty);
    *answer.status_mut() = match receiver.receive_bytes(&head, body).await {
        Ok(delivery) => match delivery.handle(book).await {
            Ok(()) => StatusCode::NO_CONTENT,
            // An `Err` of the function itself would be logged as its crash.
            Err(_) => StatusCode::SERVICE_UNAVAILABLE,
        },
        Err(rejection) => {
            if let Some(wait) = rejection.retry_after() {
                answer.headers_mut().insert(RETRY_AFTER, wait.as_secs().into());
            }
            rejection.status()
        }
    };
    Ok(answer)
}

async fn book(_: Verified, _: Bytes) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use lambda_http::request::from_str;
    use serde_json::{Map, Value, json};
    use time::OffsetDateTime;
    use tower_webhook::Scheme;

    use super::{function, receiver};

    const HOST: &str = "a1b2c3.execute-api.eu-west-1.amazonaws.com";
    const BODY: &str = r#"[{"eventId":1}]"#;
    const BASE64: &str = "W3siZXZlbnRJZCI6MX1d";

    /// The event of a REST API for a delivery to the stage `prod`.
    fn event(secret: &str, encoded: bool) -> String {
        let signer = Scheme::HUBSPOT_V3.signer(secret).unwrap();
        let url = format!("https://{HOST}/prod/hooks");
        let signed = signer.request(&url, None, OffsetDateTime::now_utc(), BODY).unwrap();
        let headers = signed.headers().iter();
        let mut headers: Map<_, Value> = headers
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()))
            .collect();
        headers.insert("host".to_owned(), HOST.into());
        headers.insert("x-forwarded-proto".to_owned(), "https".into());
        let event = json!({
            "resource": "/hooks",
            "path": "/hooks",
            "httpMethod": "POST",
            "headers": headers,
            "requestContext": {
                "accountId": "1", "resourceId": "1", "stage": "prod", "requestId": "1",
                "resourcePath": "/hooks", "httpMethod": "POST", "apiId": "a1b2c3",
                "identity": { "sourceIp": "192.0.2.1" },
            },
            "body": if encoded { BASE64 } else { BODY },
            "isBase64Encoded": encoded,
        });
        event.to_string()
    }

    #[tokio::test]
    async fn good_and_forged() {
        let receiver = receiver(&format!("https://{HOST}"), "client secret").unwrap();
        for encoded in [false, true] {
            for (secret, status) in [("client secret", 204), ("another", 401)] {
                let request = from_str(&event(secret, encoded)).unwrap();
                assert_eq!(function(&receiver, request).await.unwrap().status(), status);
            }
        }
    }
}
