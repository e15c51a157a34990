//! An axum service with and without the layer, called in the process: no socket, no runtime. What
//! the layer adds to the plain service is to be compared with the floor.

#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::routing::post;
use bytes::Bytes;
use common::{Floor, body, criterion, sign, verifier};
use criterion::{BatchSize, Criterion, Throughput};
use http::HeaderMap;
use http_body::{Frame, SizeHint};
use tower::Service as _;
use tower_webhook::{Scheme, WebhookLayer};

fn main() {
    let mut criterion = criterion();
    let cases = [
        (64, 1),
        (1 << 10, 1),
        (64 << 10, 1),
        (64 << 10, 8),
        (1 << 20, 1),
        (1 << 20, 16),
        (1 << 20, 64),
    ];
    cases.into_iter().for_each(|(size, frames)| one_body(&mut criterion, size, frames));
    criterion.final_summary();
}

fn one_body(criterion: &mut Criterion, size: usize, frames: usize) {
    let body = Bytes::from(body(size));
    let headers = sign(Scheme::STANDARD, &body);
    let floor = Floor::of(Scheme::STANDARD, &headers, &body);
    let plain = Router::new().route("/", post(handle));
    let layer = plain.clone().route_layer(WebhookLayer::new(verifier(Scheme::STANDARD)));
    let request = || request(&headers, &body, frames);
    assert_eq!(status(&mut plain.clone(), request()), StatusCode::NO_CONTENT);
    assert_eq!(status(&mut layer.clone(), request()), StatusCode::NO_CONTENT);
    let mut forged = request();
    forged.headers_mut().remove("webhook-id");
    assert_eq!(status(&mut layer.clone(), forged), StatusCode::UNAUTHORIZED);

    let mut group = criterion.benchmark_group(format!("layer/{size}-in-{frames}"));
    group.throughput(Throughput::Bytes(size as u64));
    group.bench_function("floor", |b| b.iter(|| floor.run()));
    for (name, mut service) in [("plain", plain), ("layer", layer)] {
        group.bench_function(name, |b| {
            b.iter_batched(request, |request| status(&mut service, request), BatchSize::SmallInput);
        });
    }
    group.finish();
}

async fn handle(body: Bytes) -> StatusCode {
    std::hint::black_box(body);
    StatusCode::NO_CONTENT
}

fn request(headers: &HeaderMap, body: &Bytes, frames: usize) -> Request {
    let piece = body.len() / frames;
    let pieces = (0..frames).map(|index| body.slice(index * piece..(index + 1) * piece));
    let mut request = Request::post("/").body(Body::new(Pieces(pieces.collect()))).unwrap();
    *request.headers_mut() = headers.clone();
    request
}

/// Everything is here, so the answer is there at once.
fn status(service: &mut Router, request: Request) -> StatusCode {
    let answer = pin!(service.call(request));
    match answer.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(response)) => response.status(),
        Poll::Pending => panic!("not at once"),
    }
}

/// A body in frames, of a declared length.
struct Pieces(VecDeque<Bytes>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.iter().map(|piece| piece.len() as u64).sum())
    }
}
