//! Diagnoses of what a layer refuses.

use std::convert::Infallible;
use std::sync::mpsc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::Full;
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_webhook::clock::ManualClock;
use tower_webhook::diagnose::Diagnosis;
use tower_webhook::layer::VerifiedBody;
use tower_webhook::{Scheme, WebhookLayer};

use crate::support::{BODY, SECRET, WHSEC, now, sign, text};

/// Far longer than a diagnosis takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn layer(scheme: Scheme, report: impl Fn(&Diagnosis) + Send + Sync + 'static) -> WebhookLayer {
    let verifier = scheme.verifier(text(scheme)).unwrap().clock(ManualClock::new(now()));
    WebhookLayer::new(verifier).diagnose(report)
}

/// What is reported, without what it was reported for.
fn channel() -> (Sender<Diagnosis>, Receiver<Diagnosis>) {
    mpsc::channel()
}

async fn send(layer: &WebhookLayer, headers: HeaderMap, body: &[u8]) -> Response<String> {
    let handler = service_fn(|_: Request<VerifiedBody>| async {
        Ok::<_, Infallible>(Response::new("handled".to_owned()))
    });
    let mut request = Request::post("/hook").body(Full::new(Bytes::copy_from_slice(body))).unwrap();
    *request.headers_mut() = headers;
    layer.layer(handler).oneshot(request).await.unwrap()
}

#[tokio::test]
async fn what_is_refused_is_diagnosed_and_the_sender_learns_nothing() {
    let (sender, reports) = channel();
    let layer = layer(Scheme::STANDARD, move |diagnosis| sender.send(diagnosis.clone()).unwrap());
    let good = send(&layer, sign(Scheme::STANDARD, BODY), BODY).await;
    assert_eq!(good.into_body(), "handled");

    let answer = send(&layer, sign(Scheme::STANDARD, BODY), &[BODY, b"\n"].concat()).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert!(answer.headers().is_empty() && answer.body().is_empty());
    let diagnosis = reports.recv_timeout(PATIENCE).unwrap();
    let finding = &diagnosis.findings()[0];
    assert!(finding.code() == "body-newline" && finding.is_proved(), "{diagnosis}");
    assert!(!format!("{diagnosis} {diagnosis:?}").contains(&WHSEC[6..]));
}

#[tokio::test]
async fn a_head_is_diagnosed_without_its_body() {
    let (sender, reports) = channel();
    let layer = layer(Scheme::GITHUB, move |diagnosis| sender.send(diagnosis.clone()).unwrap());
    let mut headers = HeaderMap::new();
    headers.insert("content-length", "2".parse().unwrap());
    assert_eq!(send(&layer, headers, b"{}").await.status(), StatusCode::UNAUTHORIZED);
    let diagnosis = reports.recv_timeout(PATIENCE).unwrap();
    let codes: Vec<_> = diagnosis.findings().iter().map(|finding| finding.code()).collect();
    assert_eq!(codes, ["header-missing"]);
}

#[tokio::test]
async fn a_flood_causes_three_diagnoses_and_one_at_a_time() {
    let (sender, reports) = channel();
    let layer = layer(Scheme::GITHUB, move |diagnosis| {
        sender.send(diagnosis.clone()).unwrap();
        // It gives its permit back nevertheless.
        panic!("a report that panics");
    });
    let flood = async || {
        for _ in 0..20 {
            let answer = send(&layer, sign(Scheme::GITHUB, BODY), b"forged").await;
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        }
    };
    for _ in 0..3 {
        flood().await;
        // A permit that is not given back would prevent the next one.
        let mut tries = 0..600;
        while let Err(RecvTimeoutError::Timeout) = reports.recv_timeout(Duration::from_millis(100))
        {
            tries.next().unwrap();
            flood().await;
        }
    }
    flood().await;
    assert!(reports.recv_timeout(Duration::from_millis(100)).is_err());
    assert_ne!(SECRET, WHSEC);
}
