//! Whatever a body is made of, the handler sees all of it after the verdict, or nothing at all:
//! behind a layer, and called by hand of what a receiver gives.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use bytes::{Buf, Bytes};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use tower_layer::Layer as _;
use tower_service::Service;
use tower_webhook::layer::VerifiedBody;
use tower_webhook::receive::{Rejection, RejectionKind};
use tower_webhook::replay::{MemoryReplayGuard, Replay};
use tower_webhook::{Receiver, Verified, VerifyError, WebhookLayer};

use crate::delivery::{Delivery, told};
use crate::input::Input;
use crate::plain::Verdict;

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let plan = Plan::read(&mut input);
    let mut delivery = Delivery::read(&mut input);
    let script = plan.script(&delivery.body);
    for declared in &plan.declared {
        if let Ok(value) = HeaderValue::from_bytes(declared) {
            delivery.parts.headers.append("content-length", value);
        }
    }
    let limit = match plan.limit {
        (true, distance) => (delivery.body.len() + 4).saturating_sub(distance),
        (false, limit) => limit * 16,
    };
    let receiver = || {
        let receiver = Receiver::new(delivery.verifier()).body_limit(limit);
        match plan.guarded {
            true => {
                receiver.replay(Replay::with(MemoryReplayGuard::builder().build()).by_content())
            }
            false => receiver,
        }
    };
    let world = Arc::new(Mutex::new(World::default()));
    let handler = Handler { world: Arc::clone(&world), ready: false, answer: plan.answer };
    let mut service = WebhookLayer::from(receiver()).layer(handler.clone());
    let receiver = receiver();

    let first = expect(&delivery, &script, limit, plan.hint);
    // Once more: a delivery is handled again unless it was handled with success.
    let success = plan.answer == Answer::Success;
    let second = match first {
        Expected::Handled if plan.guarded && success && delivery.scheme.covers_body() => {
            Expected::Rejected(RejectionKind::Duplicate, true)
        }
        first => first,
    };
    for expected in [first, second] {
        let body = || {
            *handler.world() = World::default();
            Scripted {
                script: script.iter().cloned().collect(),
                world: Arc::clone(&world),
                hint: plan.hint,
            }
        };
        let answer = call(&mut service, Request::from_parts(delivery.parts.clone(), body()));
        check(&expected, answer, &handler.world(), &plan, &delivery);
        let answer = at_once(receive(&receiver, &delivery, body(), &handler));
        check(&expected, answer, &handler.world(), &plan, &delivery);
    }
}

/// What the layer does, by hand.
async fn receive(
    receiver: &Receiver,
    delivery: &Delivery,
    body: Scripted,
    handler: &Handler,
) -> Result<Response<String>, &'static str> {
    let delivery = match receiver.receive(&delivery.parts, body).await {
        Ok(delivery) => delivery,
        Err(rejection) => {
            let mut answer = Response::new(String::new());
            *answer.status_mut() = rejection.status();
            answer.extensions_mut().insert(rejection);
            return Ok(answer);
        }
    };
    let handled = delivery.handle(async |verified, body| {
        match handler.handle(body.to_vec(), Some(verified)) {
            Ok(answer) if !answer.status().is_success() => Err(Ok(answer)),
            answer => answer.map_err(Err),
        }
    });
    handled.await.or_else(|failed| failed)
}

/// How a request arrives, apart from what is in it.
struct Plan {
    steps: Vec<(u8, usize)>,
    limit: (bool, usize),
    hint: u64,
    declared: Vec<Vec<u8>>,
    guarded: bool,
    answer: Answer,
}

impl Plan {
    fn read(input: &mut Input<'_>) -> Self {
        let flags = input.byte();
        let limit = (flags & 1 == 0, input.below(256));
        let hint = match flags & 2 {
            0 => 0,
            _ => u64::from(input.short()),
        };
        let declared = match flags & 12 {
            0 => 0,
            4 => 1,
            _ => 2,
        };
        let declared = (0..declared).map(|_| input.line().to_vec()).collect();
        let answer = match flags >> 4 & 3 {
            0 | 1 => Answer::Success,
            2 => Answer::Status,
            _ => Answer::Error,
        };
        let steps = (0..input.below(64)).map(|_| (input.byte(), input.below(256))).collect();
        Self { steps, limit, hint, declared, guarded: flags & 64 != 0, answer }
    }

    /// Cuts the body into frames; what no step takes comes in one more.
    fn script(&self, mut body: &[u8]) -> Vec<Step> {
        let mut script = Vec::new();
        let mut ended = false;
        for (kind, size) in &self.steps {
            let (data, rest) = body.split_at((*size).min(body.len()));
            match kind % 8 {
                0 => script.push(Step::Wait),
                1 => script.push(Step::Trailers),
                2 if kind & 0x80 != 0 => {
                    script.push(Step::Fail);
                    ended = true;
                }
                3 => script.push(Step::Data(Bytes::new(), Bytes::new())),
                // One frame of two buffers.
                4 => {
                    let (one, other) = data.split_at(data.len() / 2);
                    script.push(Step::Data(one.to_vec().into(), other.to_vec().into()));
                    body = rest;
                }
                // Bytes one by one.
                5 => {
                    let bytes = data.iter().map(|byte| Step::data(&[*byte]));
                    script.extend(bytes);
                    body = rest;
                }
                _ => {
                    script.push(Step::data(data));
                    body = rest;
                }
            }
            if ended {
                break;
            }
        }
        if !body.is_empty() {
            script.push(Step::data(body));
        }
        script
    }
}

#[derive(Clone)]
enum Step {
    Wait,
    Data(Bytes, Bytes),
    Trailers,
    Fail,
}

impl Step {
    fn data(data: &[u8]) -> Self {
        Self::Data(data.to_vec().into(), Bytes::new())
    }
}

/// What has happened.
#[derive(Default)]
struct World {
    /// How often the body was asked for a frame.
    asked: usize,
    ended: bool,
    /// How often the handler was asked whether it is ready.
    polled: usize,
    /// What each run of the handler has seen.
    seen: Vec<(Vec<u8>, Option<Verified>)>,
}

struct Scripted {
    script: VecDeque<Step>,
    world: Arc<Mutex<World>>,
    hint: u64,
}

impl Body for Scripted {
    type Data = bytes::buf::Chain<Bytes, Bytes>;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let world = Arc::clone(&self.world);
        let mut world = world.lock().unwrap();
        assert!(!world.ended, "asked for more after the end");
        world.asked += 1;
        Poll::Ready(match self.script.pop_front() {
            Some(Step::Wait) => {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Some(Step::Data(one, other)) => Some(Ok(Frame::data(one.chain(other)))),
            Some(Step::Trailers) => Some(Ok(Frame::trailers(HeaderMap::new()))),
            Some(Step::Fail) => {
                world.ended = true;
                Some(Err("broken off"))
            }
            None => {
                world.ended = true;
                None
            }
        })
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.hint);
        hint
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Success,
    Status,
    Error,
}

/// Becomes ready by being asked, and is not when it is a clone.
struct Handler {
    world: Arc<Mutex<World>>,
    ready: bool,
    answer: Answer,
}

impl Handler {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    fn handle(
        &self,
        body: Vec<u8>,
        verified: Option<Verified>,
    ) -> Result<Response<String>, &'static str> {
        self.world().seen.push((body, verified));
        let mut response = Response::new("handled".to_owned());
        match self.answer {
            Answer::Success => *response.status_mut() = StatusCode::ACCEPTED,
            Answer::Status => *response.status_mut() = StatusCode::IM_A_TEAPOT,
            Answer::Error => return Err("failed"),
        }
        Ok(response)
    }
}

impl Clone for Handler {
    fn clone(&self) -> Self {
        Self { world: Arc::clone(&self.world), ready: false, answer: self.answer }
    }
}

impl Service<Request<VerifiedBody>> for Handler {
    type Response = Response<String>;
    type Error = &'static str;
    type Future = Pin<Box<dyn Future<Output = Result<Response<String>, &'static str>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        self.ready = true;
        let mut world = self.world();
        world.polled += 1;
        assert!(world.ended, "asked before the end of the body");
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<VerifiedBody>) -> Self::Future {
        assert!(std::mem::take(&mut self.ready), "called without being ready");
        let handler = self.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let exact = body.size_hint().exact();
            let mut body = pin!(body);
            let mut bytes = Vec::new();
            while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
                let Ok(frame) = frame;
                bytes.extend_from_slice(&frame.into_data().expect("data"));
            }
            assert!(body.is_end_stream());
            assert_eq!(exact, Some(bytes.len() as u64));
            handler.handle(bytes, parts.extensions.get::<Verified>().cloned())
        })
    }
}

#[derive(Clone, Copy)]
enum Expected {
    Handled,
    /// And whether the body was looked at.
    Rejected(RejectionKind, bool),
}

/// What the plain rules make of a request.
fn expect(delivery: &Delivery, script: &[Step], limit: usize, hint: u64) -> Expected {
    let verdict = match delivery.plain().judge() {
        Verdict::Accepted { .. } => Ok(()),
        // Which of several reasons is given is not this target's matter.
        Verdict::Refused(_) => {
            let verifier = delivery.verifier();
            Err(verifier.verify(&delivery.parts, &delivery.body).unwrap_err())
        }
    };
    if let Err(error) = verdict
        && error != VerifyError::Mismatch
    {
        return Expected::Rejected(RejectionKind::Unverified(error), false);
    }
    let length = delivery.parts.headers.get("content-length");
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if hint.max(length.unwrap_or(0)) > limit as u64 {
        return Expected::Rejected(RejectionKind::BodyTooLarge, false);
    }
    let mut size = 0;
    for step in script {
        match step {
            Step::Fail => return Expected::Rejected(RejectionKind::BodyFailed, true),
            Step::Data(one, other) => size += one.len() + other.len(),
            Step::Wait | Step::Trailers => {}
        }
        if size > limit {
            return Expected::Rejected(RejectionKind::BodyTooLarge, true);
        }
    }
    assert_eq!(size, delivery.body.len());
    match verdict {
        Ok(()) => Expected::Handled,
        Err(error) => Expected::Rejected(RejectionKind::Unverified(error), true),
    }
}

fn check(
    expected: &Expected,
    answer: Result<Response<String>, &'static str>,
    world: &World,
    plan: &Plan,
    delivery: &Delivery,
) {
    match expected {
        Expected::Handled => {
            let [(body, Some(verified))] = &world.seen[..] else {
                panic!("handled {} times: {answer:?}", world.seen.len());
            };
            assert_eq!(*body, delivery.body);
            let verdict = delivery.verifier().verify(&delivery.parts, &delivery.body);
            assert_eq!(told(verified), told(&verdict.unwrap()));
            match (plan.answer, answer) {
                (Answer::Success, Ok(answer)) => assert_eq!(answer.status(), 202),
                (Answer::Status, Ok(answer)) => assert_eq!(answer.status(), 418),
                (Answer::Error, Err(error)) => assert_eq!(error, "failed"),
                (plan, answer) => panic!("{plan:?}, but {answer:?}"),
            }
        }
        Expected::Rejected(kind, looked) => {
            assert!(world.seen.is_empty(), "handled before the verdict, or against it");
            assert_eq!(world.polled, 0, "asked whether it is ready for nothing");
            let answer = answer.unwrap();
            let rejection = answer.extensions().get::<Rejection>().unwrap();
            assert_eq!(rejection.kind(), *kind);
            assert_eq!(answer.status(), rejection.status());
            assert!(answer.body().is_empty());
            assert_eq!(world.asked > 0, *looked);
        }
    }
}

fn call<S, B>(service: &mut S, request: Request<B>) -> Result<S::Response, S::Error>
where
    S: Service<Request<B>>,
{
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(())) = service.poll_ready(&mut cx) else { panic!("not ready") };
    at_once(service.call(request))
}

/// Drives a request to its answer, by no more polls than it has reasons to wait.
fn at_once<F: Future>(future: F) -> F::Output {
    let mut cx = Context::from_waker(Waker::noop());
    let mut future = pin!(future);
    for _ in 0..100 {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut cx) {
            return answer;
        }
    }
    panic!("no answer");
}
