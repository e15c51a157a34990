//! Schemes that sign the URL: it is what the sender called, and nothing in the request says it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Method, Request};
use sha2::Sha256;
#[cfg(all(feature = "tower", feature = "fetch"))]
use tower_webhook::clock::ManualClock;
use tower_webhook::scheme::Part;
use tower_webhook::sign::SignError;
use tower_webhook::{Scheme, VerifyError};

use crate::support::{
    NOW, URL, at, headers, presets, request, secret, sign, signer, verifier, verify,
};

const BODY: &[u8] = br#"{"hello":"world"}"#;

fn url_bound() -> impl Iterator<Item = Scheme> {
    presets().filter(|scheme| scheme.signed().contains(&Part::Url))
}

// square-nodejs-sdk, tests/integration/webhooks.test.ts, at c58c6e0.
#[test]
fn the_published_vectors_of_square_verify() {
    for (key, signature, base, path, body) in [
        (
            "Ibxx_5AKakO-3qeNVR61Dw",
            "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4=",
            "https://webhook.site",
            "/679a4f3a-dcfa-49ee-bac5-9d0edad886b9",
            r#"{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}"#,
        ),
        (
            "signature-key",
            "Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U=",
            "https://webhook.site/",
            "/webhooks",
            r#"{"data":{"type":"webhooks","id":">id<"}}"#,
        ),
    ] {
        let verifier = Scheme::SQUARE.verifier(key).unwrap().public_url(base).unwrap();
        let (mut parts, ()) = Request::post(path).body(()).unwrap().into_parts();
        parts.headers = headers(&[("x-square-hmacsha256-signature", signature)]);
        assert!(verifier.verify(&parts, body.as_bytes()).is_ok());
        let mut stream = verifier.begin(&parts).unwrap();
        body.as_bytes().chunks(10).for_each(|chunk| stream.update(chunk));
        assert!(stream.finish().is_ok());
    }
}

// hubspot-api-python, tests/spec/utils/test_signature.py.
#[test]
fn the_published_vector_of_hubspot_verifies() {
    let verifier = Scheme::HUBSPOT_V3.verifier("yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy").unwrap();
    let verifier = verifier.public_url("https://www.example.com").unwrap();
    let (mut parts, ()) = Request::post("/webhook_uri").body(()).unwrap().into_parts();
    parts.headers = headers(&[
        ("x-hubspot-request-timestamp", "1693657560000"),
        ("x-hubspot-signature-v3", "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="),
    ]);
    let now = at(1_693_657_560);
    assert!(verifier.verify_at(&parts, b"{'example_field':'example_value'}", now).is_ok());
    let error = verifier.verify_at(&parts, b"{'example_field':'another'}", now).unwrap_err();
    assert_eq!(error, VerifyError::Mismatch);
}

#[test]
fn headers_alone_are_a_mistake_of_the_receiver_and_no_mismatch() {
    for scheme in url_bound() {
        let sent = sign(scheme, BODY);
        let verifier = verifier(scheme);
        let error = verifier.verify(&sent, BODY).unwrap_err();
        assert_eq!(error, VerifyError::NeedsRequest);
        assert!(error.is_setup());
        assert_eq!(verifier.begin(&sent).unwrap_err(), VerifyError::NeedsRequest);
        let key = scheme.secret(secret(scheme)).unwrap();
        let error = tower_webhook::verify(scheme, &key, &sent, BODY).unwrap_err();
        assert_eq!(error, VerifyError::NeedsRequest);
        let signer = scheme.signer(secret(scheme)).unwrap();
        assert_eq!(signer.sign(None, at(NOW), BODY).unwrap_err(), SignError::NeedsUrl);

        let unconfigured = scheme.verifier(secret(scheme)).unwrap();
        let error = unconfigured.verify(&request(&sent), BODY).unwrap_err();
        assert_eq!(error, VerifyError::NeedsPublicUrl);
        // As can be known before.
        assert_eq!(unconfigured.check(), Err(error));
        assert_eq!(verifier.check(), Ok(()));
        assert_eq!(unconfigured.exact_url("https://hooks.example.com").unwrap().check(), Ok(()));
        assert!(error.is_setup() && !VerifyError::Mismatch.is_setup());
    }
}

#[test]
fn nothing_else_needs_a_url() {
    for scheme in presets().filter(|scheme| !scheme.signs_request()) {
        assert_eq!(scheme.verifier(secret(scheme)).unwrap().check(), Ok(()), "{scheme:?}");
    }
}

#[test]
fn path_query_and_where_signed_method_count() {
    for scheme in url_bound() {
        let sent = sign(scheme, BODY);
        assert!(verify(scheme, &sent, BODY).is_ok());
        for uri in ["/hook", "/hook?shop=2", "/Hook?shop=1", "/hook/?shop=1", "/hook?shop=1&x", "/"]
        {
            let mut parts = request(&sent);
            parts.uri = uri.parse().unwrap();
            let error = verifier(scheme).verify(&parts, BODY).unwrap_err();
            assert_eq!(error, VerifyError::Mismatch, "{scheme:?} {uri}");
        }
        let mut parts = request(&sent);
        parts.method = Method::PUT;
        let verdict = verifier(scheme).verify(&parts, BODY);
        assert_eq!(verdict.is_err(), scheme == Scheme::HUBSPOT_V3, "{scheme:?}");
    }
}

#[test]
fn nothing_in_the_request_tells_the_host() {
    for scheme in url_bound() {
        let mut sent = sign(scheme, BODY);
        sent.insert("host", "evil.example".parse().unwrap());
        sent.insert("x-forwarded-host", "evil.example".parse().unwrap());
        sent.insert("x-forwarded-proto", "http".parse().unwrap());
        sent.insert("forwarded", "host=evil.example".parse().unwrap());
        assert!(verify(scheme, &sent, BODY).is_ok());
        // Nor does a URI in absolute form.
        let mut parts = request(&sent);
        parts.uri = "http://evil.example/hook?shop=1".parse().unwrap();
        assert!(verifier(scheme).verify(&parts, BODY).is_ok());
        let there = verifier(scheme).public_url("https://evil.example").unwrap();
        let error = there.verify(&request(&sent), BODY).unwrap_err();
        assert_eq!(error, VerifyError::Mismatch);
    }
}

#[test]
fn a_public_url_may_have_the_part_of_the_path_that_a_proxy_takes_away() {
    let signer = Scheme::SQUARE.signer("key").unwrap();
    let called = "https://hooks.example.com/api/hook?shop=1";
    let sent = signer.request(called, None, at(NOW), BODY).unwrap();
    for base in ["https://hooks.example.com/api", "https://hooks.example.com/api/"] {
        let verifier = Scheme::SQUARE.verifier("key").unwrap().public_url(base).unwrap();
        assert!(verifier.verify(&request(sent.headers()), BODY).is_ok(), "{base}");
    }
}

#[test]
fn the_slash_that_is_the_whole_path_may_be_missing_in_the_registered_url() {
    for scheme in url_bound() {
        let verdict = |base: &str, registered: &str, path: &str| {
            let sent = signer(scheme).request(registered, None, at(NOW), BODY).unwrap();
            let mut parts = request(sent.headers());
            parts.uri = path.parse().unwrap();
            let verifier = verifier(scheme).public_url(base).unwrap();
            let verdict = verifier.verify(&parts, BODY).map(drop);
            // The fields of a form are not streamed.
            if scheme.signed().contains(&Part::Body) {
                let mut stream = verifier.begin(&parts).unwrap();
                BODY.chunks(5).for_each(|chunk| stream.update(chunk));
                assert_eq!(stream.finish().map(drop), verdict);
            }
            verdict
        };
        for base in ["https://h.example", "https://h.example/hooks", "https://h.example/hooks/"] {
            let whole = base.trim_end_matches('/');
            for (end, path) in [("", "/"), ("/", "/"), ("?shop=1", "/?shop=1"), ("/?s", "/?s")] {
                let registered = format!("{whole}{end}");
                assert_eq!(verdict(base, &registered, path), Ok(()), "{scheme:?} {registered}");
            }
            for (end, path) in [("", "/x"), ("x", "/x"), ("", "//"), ("/", "//"), ("//", "/")] {
                let error = verdict(base, &format!("{whole}{end}"), path).unwrap_err();
                assert_eq!(error, VerifyError::Mismatch, "{scheme:?} {end} {path}");
            }
        }
    }
}

#[test]
fn an_exact_url_is_signed_as_it_was_registered() {
    for url in [
        "https://h.example",
        "https://h.example/",
        "https://h.example/hook#square",
        "https://h.example/h\u{e9}?\u{e9}",
        "https://h.example:443/%C3%A9?a=%3A",
    ] {
        for scheme in url_bound() {
            let exact = |url| verifier(scheme).exact_url(url).unwrap();
            let sent = signer(scheme).request(url, None, at(NOW), BODY).unwrap();
            // Nothing of the request's own URL counts.
            for path in ["/", "/elsewhere?a=1"] {
                let mut parts = request(sent.headers());
                parts.uri = path.parse().unwrap();
                assert!(exact(url).verify(&parts, BODY).is_ok(), "{scheme:?} {url}");
                let other = exact("https://h.example/other").verify(&parts, BODY);
                assert_eq!(other.unwrap_err(), VerifyError::Mismatch);
            }
            let headers = exact(url).verify(sent.headers(), BODY).map(drop);
            match scheme.signed().contains(&Part::Method) {
                true => assert_eq!(headers, Err(VerifyError::NeedsRequest)),
                false => assert_eq!(headers, Ok(())),
            }
        }
    }
    // Which no request could be made of.
    let url = "https://h.example/a b";
    let mac = Hmac::<Sha256>::new_from_slice(b"key").unwrap();
    let tag = mac.chain_update(url).chain_update(BODY).finalize().into_bytes();
    let sent = headers(&[("x-square-hmacsha256-signature", STANDARD.encode(tag))]);
    let verifier = Scheme::SQUARE.verifier("key").unwrap().exact_url(url).unwrap();
    assert!(verifier.verify(&sent, BODY).is_ok());
}

#[test]
fn no_byte_moves_between_an_exact_url_and_the_body() {
    let sent = Scheme::SQUARE.signer("key").unwrap();
    let sent = sent.request("https://h.example/hook", None, at(NOW), "1{}").unwrap();
    let mut parts = request(sent.headers());
    parts.uri = "/hook1".parse().unwrap();
    let verifier = Scheme::SQUARE.verifier("key").unwrap();
    let movable = verifier.clone().public_url("https://h.example").unwrap();
    assert!(movable.verify(&parts, b"{}").is_ok());
    let exact = verifier.exact_url("https://h.example/hook").unwrap();
    assert!(exact.verify(&parts, b"{}").is_err() && exact.verify(&parts, b"1{}").is_ok());
}

#[test]
fn an_exact_url_is_a_web_address() {
    let set = |url| Scheme::SQUARE.verifier("key").unwrap().exact_url(url).map(drop);
    for url in
        ["https://a.example", "http://a", "https://a.example/b c?d#e", "https://\u{e9}.example"]
    {
        assert_eq!(set(url), Ok(()), "{url}");
    }
    for url in [
        "",
        "a.example",
        "https://",
        "https:///a",
        "https://?a",
        "ftp://a.example",
        " https://a.example",
        "https://a.example ",
        "https://a.example\n",
        "https://a.example/\u{7f}b",
    ] {
        assert!(set(url).is_err(), "{url:?}");
    }
}

#[test]
fn a_public_url_is_a_web_address_without_a_query() {
    let set = |url| Scheme::SQUARE.verifier("key").unwrap().public_url(url).map(drop);
    for url in ["https://a.example", "http://127.0.0.1:3000", "https://a.example:8443/b/c"] {
        assert_eq!(set(url), Ok(()), "{url}");
    }
    for url in [
        "",
        "/",
        "a.example",
        "https://",
        "ftp://a.example",
        "https://a.example/?q=1",
        "https://a.example/#f",
        "https://a b.example",
        " https://a.example",
        "https://a.example\n",
    ] {
        assert!(set(url).is_err(), "{url:?}");
    }
}

#[test]
fn other_schemes_verify_a_request_by_its_headers() {
    for scheme in presets().filter(|scheme| !scheme.signs_request()) {
        let mut parts = request(&sign(scheme, BODY));
        parts.uri = "/elsewhere".parse().unwrap();
        assert!(verifier(scheme).verify(&parts, BODY).is_ok());
    }
}

#[test]
fn a_long_path_is_signed_whole() {
    let signer = Scheme::SQUARE.signer("key").unwrap();
    for size in [190, 191, 192, 193, 5_000] {
        let path = format!("/{}", "p".repeat(size - 1));
        let called = format!("https://hooks.example.com{path}");
        let sent = signer.request(&called, None, at(NOW), BODY).unwrap();
        let verifier = Scheme::SQUARE.verifier("key").unwrap();
        let verifier = verifier.public_url("https://hooks.example.com").unwrap();
        let mut parts = request(sent.headers());
        parts.uri = path.parse().unwrap();
        assert!(verifier.verify(&parts, BODY).is_ok(), "{size}");
        parts.uri = path[..size - 1].parse().unwrap();
        assert!(verifier.verify(&parts, BODY).is_err(), "{size}");
    }
    assert!(URL.starts_with("https://hooks.example.com"));
}

#[cfg(feature = "tower")]
#[tokio::test]
async fn the_layer_verifies_the_whole_request() {
    use bytes::Bytes;
    use http::{Response, StatusCode};
    use http_body_util::Full;
    use tower::{Layer as _, ServiceExt as _, service_fn};
    use tower_webhook::WebhookLayer;
    use tower_webhook::layer::VerifiedBody;
    use tower_webhook::receive::{Rejection, RejectionKind};

    let inner = service_fn(|_: Request<VerifiedBody>| async {
        Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::default()))
    });
    for scheme in url_bound() {
        let send = |verifier: tower_webhook::Verifier, uri: &str| {
            let mut request = Request::post(uri).body(Full::<Bytes>::from(BODY)).unwrap();
            *request.headers_mut() = sign(scheme, BODY);
            WebhookLayer::new(verifier).layer(inner).oneshot(request)
        };
        let Ok(response) = send(verifier(scheme), "/hook?shop=1").await;
        assert_eq!(response.status(), StatusCode::OK);
        let Ok(response) = send(verifier(scheme), "/other").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        let Ok(response) = send(scheme.verifier(secret(scheme)).unwrap(), "/hook?shop=1").await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let rejection = response.extensions().get::<Rejection>().map(Rejection::kind);
        assert_eq!(rejection, Some(RejectionKind::Unverified(VerifyError::NeedsPublicUrl)));
    }
}

#[cfg(all(feature = "tower", feature = "fetch"))]
#[tokio::test]
async fn fetched_secrets_verify_the_whole_request_too() {
    use bytes::Bytes;
    use http::{Response, StatusCode};
    use http_body_util::Full;
    use tower::{Layer as _, ServiceExt as _, service_fn};
    use tower_webhook::fetch::{EndpointId, SecretCache};
    use tower_webhook::layer::VerifiedBody;
    use tower_webhook::{Head, WebhookLayer};

    let inner = service_fn(|_: Request<VerifiedBody>| async {
        Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::default()))
    });
    for scheme in url_bound() {
        let fetch = move |_: EndpointId| {
            std::future::ready(Ok(vec![scheme.secret(secret(scheme)).unwrap()]))
        };
        let cache = || SecretCache::builder(scheme, fetch).clock(ManualClock::new(at(NOW)));
        let send = |cache, uri: &str| {
            let mut request = Request::post(uri).body(Full::<Bytes>::from(BODY)).unwrap();
            *request.headers_mut() = sign(scheme, BODY);
            let layer = WebhookLayer::from_cache(cache, |_: &Head<'_>| Some(EndpointId::from(7)));
            layer.layer(inner).oneshot(request)
        };
        let configured = || cache().public_url("https://hooks.example.com").unwrap().build();
        let Ok(response) = send(configured(), "/hook?shop=1").await;
        assert_eq!(response.status(), StatusCode::OK);
        let Ok(response) = send(configured(), "/other").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        let exact = || cache().exact_url(URL).unwrap().build();
        let Ok(response) = send(exact(), "/other").await;
        assert_eq!(response.status(), StatusCode::OK);
        let Ok(response) = send(cache().build(), "/hook?shop=1").await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(cache().public_url("hooks.example.com").is_err());

        // And without the layer.
        let (cache, endpoint) = (configured(), EndpointId::from(7));
        let verifier = cache.verifier(&endpoint).await.unwrap();
        assert!(verifier.verify(&request(&sign(scheme, BODY)), BODY).is_ok());
    }
}
