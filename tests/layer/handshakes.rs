//! The request that each provider documents, on a real socket, and what strangers make of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use sha2::Sha256;
use tower_webhook::layer::Refused;
use tower_webhook::receive::Registration;
use tower_webhook::scheme::{Encoding, Handshake, HeaderNames, Layout};
use tower_webhook::{Receiver, Scheme, Verified, WebhookLayer};

use crate::http::{Answer, exchange, serve};
use crate::support::{headers, is_compiled_in, secret, sign, verifier};

/// A scheme of the body alone, for the handshakes whose provider has no preset.
const PLAIN: Scheme = Scheme::custom("plain").headers(&[HeaderNames::new("sc-signature")]).build();

const X: Scheme = Scheme::custom("x")
    .headers(&[HeaderNames::new("x-twitter-webhooks-signature")])
    .layout(Layout::single("sha256="))
    .encoding(Encoding::Base64)
    .handshake(&Handshake::X)
    .build();

const DELIVERY: &str = r#"{"type":"something else"}"#;

/// An endpoint with a handshake, which counts the deliveries that it handles.
struct Endpoint {
    scheme: Scheme,
    address: SocketAddr,
    handled: Arc<AtomicUsize>,
}

impl Endpoint {
    async fn new(scheme: Scheme, registration: impl Into<Registration>) -> Self {
        let handled = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&handled);
        let handler = async move |_: Verified| {
            count.fetch_add(1, Ordering::Relaxed);
            "handled"
        };
        let layer = WebhookLayer::new(verifier(scheme)).handshake(registration);
        let app = Router::new().route("/hook", post(handler)).route_layer(layer);
        Self { scheme, address: serve(app).await, handled }
    }

    async fn send(&self, request: &str, headers: &HeaderMap, body: &str) -> Answer {
        let mut bytes = format!("{request} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
        if !body.is_empty() {
            bytes += &format!("content-length: {}\r\n", body.len());
        }
        for (name, value) in headers {
            bytes += &format!("{name}: {}\r\n", value.to_str().unwrap());
        }
        exchange(self.address, format!("{bytes}\r\n{body}").as_bytes()).await
    }

    async fn get(&self, query: &str) -> Answer {
        self.send(&format!("GET /hook?{query}"), &HeaderMap::new(), "").await
    }

    /// A delivery that is signed.
    async fn deliver(&self, body: &str) -> Answer {
        let headers = sign(self.scheme, body.as_bytes());
        self.send("POST /hook?shop=1", &headers, body).await
    }

    /// As ever: a delivery is handled, and nothing else is.
    async fn is_no_weaker(&self) {
        let before = self.handled.load(Ordering::Relaxed);
        assert_eq!(self.deliver(DELIVERY).await.status, 200, "{:?}", self.scheme);
        assert_eq!(self.handled.load(Ordering::Relaxed), before + 1);

        let forged = sign(self.scheme, b"other");
        let forged = self.send("POST /hook?shop=1", &forged, DELIVERY).await;
        assert_eq!((forged.status, forged.body.as_slice()), (401, &b""[..]));
        for method in ["POST", "PUT", "GET"] {
            let request = format!("{method} /hook");
            let unsigned = self.send(&request, &HeaderMap::new(), DELIVERY).await;
            assert_eq!(unsigned.status, 401, "{:?} {method}", self.scheme);
        }
        assert_eq!(self.handled.load(Ordering::Relaxed), before + 1);
    }
}

/// What the answer to a handshake is.
fn assert_answered(answer: &Answer, status: u16, kind: Option<&str>, body: &str, name: &str) {
    let text = str::from_utf8(&answer.body).unwrap();
    assert_eq!((answer.status, text), (status, body), "{name} {}", answer.head);
    assert!(answer.head.contains("\r\nx-content-type-options: nosniff"), "{name}");
    assert!(answer.head.contains("\r\ncache-control: no-store"), "{name}");
    match kind {
        Some(kind) => {
            assert!(answer.head.contains(&format!("\r\ncontent-type: {kind}\r\n")), "{name}")
        }
        None => assert!(!answer.head.contains("\r\ncontent-type:"), "{name}"),
    }
}

const TEXT: Option<&str> = Some("text/plain");
const JSON: Option<&str> = Some("application/json");

fn hmac(key: &str, text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[tokio::test]
async fn a_get_with_a_challenge_is_answered() {
    let feed = "https://example.com/feed";
    let (meta, websub) = (Handshake::META, Handshake::WEBSUB);
    let (oura, fitbit) = (Handshake::OURA, Handshake::FITBIT);
    let meta_asks = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token";
    let websub_asks = "hub.mode=subscribe&hub.challenge=abc&hub.lease_seconds=864000&hub.topic";
    for (scheme, registration, query, (status, kind, body)) in [
        (
            Scheme::META,
            meta.verify_token("a&b"),
            format!("{meta_asks}=a%26b"),
            (200, TEXT, "1158201444"),
        ),
        (
            Scheme::META,
            meta.verify_token("new").verify_token("old"),
            format!("{meta_asks}=old"),
            (200, TEXT, "1158201444"),
        ),
        (
            PLAIN,
            websub.verify_token(feed),
            format!("{websub_asks}=https%3A%2F%2Fexample.com%2Ffeed"),
            (200, TEXT, "abc"),
        ),
        (
            Scheme::DROPBOX,
            Handshake::DROPBOX.into(),
            "challenge=%3Cscript%3E".into(),
            (200, TEXT, "<script>"),
        ),
        (
            PLAIN,
            Handshake::NYLAS.into(),
            "challenge=bc609b38-c81f".into(),
            (200, TEXT, "bc609b38-c81f"),
        ),
        (
            PLAIN,
            oura.verify_token("ours"),
            "verification_token=ours&challenge=a%22b%5Cc".into(),
            (200, JSON, r#"{"challenge":"a\"b\\c"}"#),
        ),
        (PLAIN, fitbit.verify_token("code"), "verify=code".into(), (204, None, "")),
    ] {
        let endpoint = Endpoint::new(scheme, registration).await;
        assert_answered(&endpoint.get(&query).await, status, kind, body, &query);
        assert_eq!(endpoint.handled.load(Ordering::Relaxed), 0);
        endpoint.is_no_weaker().await;
    }
    let endpoint = Endpoint::new(Scheme::DROPBOX, Handshake::DROPBOX).await;
    let long = "x".repeat(1024);
    assert_answered(&endpoint.get(&format!("challenge={long}")).await, 200, TEXT, &long, "long");
    assert_eq!(endpoint.get(&format!("challenge={long}x")).await.status, 403);
}

#[tokio::test]
async fn what_is_not_ours_or_not_plain_is_refused() {
    let (meta, websub) = (Handshake::META, Handshake::WEBSUB);
    let (oura, fitbit) = (Handshake::OURA, Handshake::FITBIT);
    let asks = "hub.mode=subscribe&hub.challenge=1";
    for (scheme, registration, query, status) in [
        (Scheme::META, meta.verify_token("token"), format!("{asks}&hub.verify_token=token2"), 403),
        (Scheme::META, meta.verify_token("token"), asks.into(), 403),
        (Scheme::META, meta.verify_token(""), format!("{asks}&hub.verify_token="), 403),
        (Scheme::META, meta.into(), format!("{asks}&hub.verify_token="), 403),
        (Scheme::META, meta.verify_token("t"), format!("un{asks}&hub.verify_token=t"), 401),
        (PLAIN, websub.verify_token("a"), format!("{asks}&hub.topic=b"), 404),
        (
            PLAIN,
            websub.verify_token("a"),
            "hub.mode=unsubscribe&hub.challenge=1&hub.topic=a".into(),
            401,
        ),
        (PLAIN, fitbit.verify_token("code"), "verify=other".into(), 404),
        (PLAIN, oura.verify_token("ours"), "verification_token=other&challenge=abc".into(), 403),
        (Scheme::DROPBOX, Handshake::DROPBOX.into(), "challenge=%0d%0aset-cookie:a".into(), 403),
        (Scheme::DROPBOX, Handshake::DROPBOX.into(), "challenge=a&challenge=b".into(), 403),
        (Scheme::DROPBOX, Handshake::DROPBOX.into(), "challeng=a".into(), 401),
    ] {
        let endpoint = Endpoint::new(scheme, registration).await;
        let answer = endpoint.get(&query).await;
        assert_eq!((answer.status, answer.body.len()), (status, 0), "{query}");
        endpoint.is_no_weaker().await;
    }
}

#[tokio::test]
async fn a_header_with_a_challenge_is_answered() {
    let none = Endpoint::new(PLAIN, Handshake::OKTA).await;
    let asked = headers(&[("X-Okta-Verification-Challenge", "a\"b")]);
    let answer = none.send("GET /hook", &asked, "").await;
    assert_answered(&answer, 200, JSON, r#"{"verification":"a\"b"}"#, "okta");
    none.is_no_weaker().await;

    let sheet = Endpoint::new(PLAIN, Handshake::SMARTSHEET).await;
    let asked = headers(&[("Smartsheet-Hook-Challenge", "d78dd1d3")]);
    let answer =
        sheet.send("POST /hook", &asked, r#"{"challenge":"d78dd1d3","webhookId":1}"#).await;
    assert_answered(&answer, 200, None, "", "smartsheet");
    assert!(answer.head.contains("\r\nsmartsheet-hook-response: d78dd1d3\r\n"));
    sheet.is_no_weaker().await;

    let events = Handshake::CLOUD_EVENTS.verify_token("eventgrid.azure.net");
    let events = Endpoint::new(PLAIN, events).await;
    for (origin, status) in [("eventgrid.azure.net", 200), ("example.com", 403)] {
        let asked = headers(&[("WebHook-Request-Origin", origin), ("WebHook-Request-Rate", "120")]);
        let answer = events.send("OPTIONS /hook", &asked, "").await;
        assert_eq!(answer.status, status);
        let allowed = "\r\nwebhook-allowed-origin: eventgrid.azure.net\r\n";
        assert_eq!(answer.head.contains(allowed), status == 200);
        assert_eq!(answer.head.contains("\r\nwebhook-allowed-rate: *\r\n"), status == 200);
    }
    events.is_no_weaker().await;
}

#[tokio::test]
async fn a_head_or_a_ping_gets_a_bare_200() {
    for (scheme, handshake) in [
        (Scheme::TRELLO, Handshake::TRELLO),
        (Scheme::INTERCOM, Handshake::INTERCOM),
        (PLAIN, Handshake::MANDRILL),
    ] {
        if !is_compiled_in(scheme) {
            continue;
        }
        let endpoint = Endpoint::new(scheme, handshake).await;
        let answer = endpoint.send("HEAD /hook", &HeaderMap::new(), "").await;
        assert_answered(&answer, 200, None, "", handshake.name());
        endpoint.is_no_weaker().await;
    }

    let shop = Endpoint::new(Scheme::WOOCOMMERCE, Handshake::WOOCOMMERCE).await;
    let form = headers(&[("content-type", "application/x-www-form-urlencoded")]);
    let answer = shop.send("POST /hook", &form, "webhook_id=17").await;
    assert_answered(&answer, 200, None, "", "woocommerce");
    for other in ["webhook_id=", "webhook_id=17&order=1", "webhook_id=x", "{}"] {
        assert_eq!(shop.send("POST /hook", &form, other).await.status, 401, "{other}");
    }
    assert_eq!(shop.handled.load(Ordering::Relaxed), 0);
    shop.is_no_weaker().await;
}

#[tokio::test]
async fn a_signed_event_is_verified_and_then_answered() {
    let token = "qgg8vlvZRS6UYooatFL8Aw";
    let zoom = format!(
        r#"{{"payload":{{"plainToken":"{token}"}},"event_ts":1,"event":"endpoint.url_validation"}}"#
    );
    let zoomed = format!(
        r#"{{"plainToken":"{token}","encryptedToken":"{}"}}"#,
        hex::encode(hmac(secret(Scheme::ZOOM), token)),
    );
    let smartcar = r#"{"version":"2.0","eventName":"verify","payload":{"challenge":"a1-b2"}}"#;
    let smartcar_v4 = r#"{"eventType":"VERIFY","data":{"challenge":"a1-b2"}}"#;
    let hashed = format!(r#"{{"challenge":"{}"}}"#, hex::encode(hmac(secret(PLAIN), "a1-b2")));
    let slack = r#"{"token":"x","challenge":"3eZb\/rw1","type":"url_verification"}"#;
    for (scheme, handshake, body, kind, answered) in [
        (Scheme::SLACK, Handshake::SLACK, slack, TEXT, "3eZb/rw1"),
        (Scheme::ZOOM, Handshake::ZOOM, &zoom, JSON, &zoomed),
        (Scheme::DISCORD, Handshake::DISCORD, r#"{"id":"1","type":1}"#, JSON, r#"{"type":1}"#),
        (PLAIN, Handshake::SMARTCAR, smartcar, JSON, &hashed),
        (PLAIN, Handshake::SMARTCAR_V4, smartcar_v4, JSON, &hashed),
    ] {
        if !is_compiled_in(scheme) {
            continue;
        }
        let endpoint = Endpoint::new(scheme, handshake).await;
        let name = handshake.name();
        assert_answered(&endpoint.deliver(body).await, 200, kind, answered, name);
        let forged = sign(scheme, b"other");
        assert_eq!(endpoint.send("POST /hook", &forged, body).await.status, 401, "{name}");
        let unsigned = endpoint.send("POST /hook", &HeaderMap::new(), body).await;
        match handshake.is_signed() {
            true => assert_eq!(unsigned.status, 401, "{name}"),
            false => assert_answered(&unsigned, 200, kind, answered, name),
        }
        assert_eq!(endpoint.handled.load(Ordering::Relaxed), 0);
        endpoint.is_no_weaker().await;
    }
}

#[tokio::test]
async fn twitch_says_in_a_header_what_its_message_is() {
    let endpoint = Endpoint::new(Scheme::TWITCH, Handshake::TWITCH).await;
    let body = r#"{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{}}"#;
    for (kind, handled) in [("webhook_callback_verification", 0), ("notification", 1)] {
        let mut headers = sign(Scheme::TWITCH, body.as_bytes());
        headers.insert("twitch-eventsub-message-type", kind.parse().unwrap());
        let answer = endpoint.send("POST /hook", &headers, body).await;
        match handled {
            0 => assert_answered(&answer, 200, TEXT, "pogchamp-kappa-360noscope-vohiyo", kind),
            _ => assert_eq!(answer.body, b"handled"),
        }
        assert_eq!(endpoint.handled.load(Ordering::Relaxed), handled);
    }
    endpoint.is_no_weaker().await;
}

#[tokio::test]
async fn the_answer_to_a_challenge_verifies_no_delivery() {
    let endpoint = Endpoint::new(X, Handshake::X).await;
    let sign_for = async |token: &str| {
        let answer = endpoint.get(&format!("crc_token={token}")).await;
        let text = String::from_utf8(answer.body).unwrap();
        let signed =
            text.strip_prefix(r#"{"response_token":""#).map(|it| it.trim_end_matches("\"}"));
        (answer.status, signed.map(str::to_owned))
    };
    let token = "9b4507b3-9040-4669-9ca3-6b94edb50553";
    let answer = endpoint.get(&format!("crc_token={token}&nonce=1")).await;
    let expected = STANDARD.encode(hmac(secret(X), token));
    let body = format!(r#"{{"response_token":"sha256={expected}"}}"#);
    assert_answered(&answer, 200, JSON, &body, "x");

    // What could be a delivery is not signed.
    let objects =
        ["%7B%7D", "%7B%22event%22%3A1%7D", "[]", "a.b", "1.5", "%22a%22", "a%20b", "a:b"];
    for object in objects {
        assert_eq!(sign_for(object).await, (403, None), "{object}");
    }
    // What is signed is no delivery, even where it is valid JSON.
    for token in [token, "123", "true", "null", "-1", "e30=", "a%2Fb"] {
        let (status, signature) = sign_for(token).await;
        assert_eq!(status, 200, "{token}");
        let headers = headers(&[("x-twitter-webhooks-signature", signature.unwrap())]);
        let body = token.replace("%2F", "/");
        assert!(verifier(X).verify(&headers, body.as_bytes()).is_ok(), "else this shows nothing");
        let forged = endpoint.send("POST /hook", &headers, &body).await;
        assert_eq!((forged.status, forged.body.len()), (401, 0), "{token}");
    }
    assert_eq!(endpoint.handled.load(Ordering::Relaxed), 0);
    // X also signs the query of its challenge.
    let signed = headers(&[("x-twitter-webhooks-signature", "sha256=AAAA")]);
    let answer = endpoint.send(&format!("GET /hook?crc_token={token}"), &signed, "").await;
    assert_answered(&answer, 200, JSON, &body, "signed");
    endpoint.is_no_weaker().await;
}

/// The same for the other one that signs a stranger's text, if it does not have to be signed.
#[tokio::test]
async fn smartcars_answer_verifies_no_delivery_either() {
    let endpoint = Endpoint::new(PLAIN, Handshake::SMARTCAR).await;
    for (challenge, status) in [("123", 200), ("{}", 403), (r#"{\"a\":1}"#, 403)] {
        let body = format!(r#"{{"eventName":"verify","payload":{{"challenge":"{challenge}"}}}}"#);
        let answer = endpoint.send("POST /hook", &HeaderMap::new(), &body).await;
        assert_eq!(answer.status, status, "{challenge}");
    }
    let signed = sign(PLAIN, b"123");
    assert_eq!(endpoint.send("POST /hook", &signed, "123").await.status, 401);
}

#[tokio::test]
async fn no_more_is_read_of_an_unsigned_body_than_a_handshake_has() {
    let endpoint = Endpoint::new(Scheme::WOOCOMMERCE, Handshake::WOOCOMMERCE).await;
    for (size, status) in [(8 << 10, 401), (8 << 20, 401)] {
        // Declared, and nothing of it sent.
        let declared = headers(&[("content-length", (size + 1).to_string())]);
        assert_eq!(endpoint.send("POST /hook", &declared, "").await.status, status, "{size}");
    }
    // Undeclared, and never ending.
    let head = "POST /hook HTTP/1.1\r\nhost: test\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("400\r\n{}\r\n", "x".repeat(1024));
    let answer = exchange(endpoint.address, (head.to_owned() + &chunk.repeat(9)).as_bytes()).await;
    assert_eq!((answer.status, answer.body.len()), (401, 0));
}

/// Without a word of `handshake` everything is as it was.
#[tokio::test]
async fn what_is_not_asked_for_is_not_answered() {
    let app =
        |layer: WebhookLayer| Router::new().route("/hook", post(async || ())).route_layer(layer);
    let receiver = Receiver::new(verifier(Scheme::DROPBOX)).handshake(Handshake::DROPBOX);
    for layer in [WebhookLayer::new(verifier(Scheme::DROPBOX)), receiver.into()] {
        let address = serve(app(layer)).await;
        let endpoint = Endpoint { scheme: Scheme::DROPBOX, address, handled: Arc::default() };
        assert_eq!(endpoint.get("challenge=a").await.status, 401);
    }
}

#[tokio::test]
async fn a_body_of_ones_own_can_be_made_of_the_answer() {
    use bytes::Bytes;
    use http::{Request, Response};
    use http_body_util::combinators::BoxBody;
    use http_body_util::{BodyExt as _, Full};
    use tower::{Layer as _, ServiceExt as _, service_fn};
    use tower_webhook::layer::VerifiedBody;
    use tower_webhook::receive::HandshakeAnswer;

    type Boxed = BoxBody<Bytes, std::convert::Infallible>;
    let layer = WebhookLayer::new(verifier(Scheme::DROPBOX))
        .handshake(Handshake::DROPBOX)
        .on_rejection(|refused: &Refused<'_>| {
            let mut response = Response::new(Boxed::default());
            *response.status_mut() = refused.status();
            response
        })
        .on_handshake(|answer: &HandshakeAnswer| {
            answer.to_response::<Full<Bytes>>().map(|body| body.boxed())
        });
    let handler = service_fn(async |_: Request<VerifiedBody>| {
        Ok::<_, std::convert::Infallible>(Response::new(Boxed::default()))
    });
    let service = layer.layer(handler);
    for (query, status, said) in [("challenge=abc", 200, "abc"), ("challenge=%00", 403, "")] {
        let request = Request::get(format!("/?{query}")).body(Full::<Bytes>::default()).unwrap();
        let response = service.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), said);
    }
}

/// Xero sends some events that are signed wrongly, and LINE, GitHub and others a signed one to be
/// handled: nothing is to be set for them.
#[tokio::test]
async fn some_need_nothing() {
    for scheme in [Scheme::XERO, Scheme::LINE, Scheme::GITHUB] {
        let app = Router::new().route("/hook", post(async || "handled"));
        let address = serve(app.route_layer(WebhookLayer::new(verifier(scheme)))).await;
        let endpoint = Endpoint { scheme, address, handled: Arc::default() };
        assert_eq!(endpoint.deliver(r#"{"events":[]}"#).await.status, 200);
        let wrong = endpoint.send("POST /hook", &sign(scheme, b"other"), r#"{"events":[]}"#).await;
        assert_eq!((wrong.status, wrong.body.len()), (401, 0));
    }
}
