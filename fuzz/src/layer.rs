//! Whatever a body is made of, the handler sees all of it after the verdict, or nothing at all.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::{Buf, Bytes};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use tower_layer::Layer as _;
use tower_service::Service;
use tower_webhook::{Verified, VerifyError, WebhookLayer};
use tower_webhook::layer::VerifiedBody;
use tower_webhook::receive::Rejection;
use tower_webhook::replay::MemoryReplayGuard;

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

    let world = Rc::new(RefCell::new(World::default()));
    let handler = Handler { world: Rc::clone(&world), ready: false, answer: plan.answer };
    let layer = WebhookLayer::new(delivery.verifier()).body_limit(limit);
    let layer = match plan.guarded {
        true => layer.replay_guard(MemoryReplayGuard::builder().build()),
        false => layer,
    };
    let mut service = layer.layer(handler);

    let expected = expect(&delivery, &script, limit, plan.hint);
    let send = |service: &mut _| {
        *world.borrow_mut() = World::default();
        let body = Scripted {
            script: script.iter().cloned().collect(),
            world: Rc::clone(&world),
            hint: plan.hint,
        };
        call(service, Request::from_parts(delivery.parts.clone(), body))
    };
    let answer = send(&mut service);
    check(&expected, answer, &world.borrow(), &plan, &delivery);

    // Once more: a delivery is handled again unless it was handled with success.
    let success = plan.answer == Answer::Success;
    let again = match expected {
        Expected::Handled if plan.guarded && success => {
            Expected::Rejected(Rejection::Duplicate, true)
        }
        expected => expected,
    };
    let answer = send(&mut service);
    check(&again, answer, &world.borrow(), &plan, &delivery);
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
    /// What each run of the handler has seen.
    seen: Vec<(Vec<u8>, Option<Verified>)>,
}

struct Scripted {
    script: VecDeque<Step>,
    world: Rc<RefCell<World>>,
    hint: u64,
}

impl Body for Scripted {
    type Data = bytes::buf::Chain<Bytes, Bytes>;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let world = Rc::clone(&self.world);
        let mut world = world.borrow_mut();
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
    world: Rc<RefCell<World>>,
    ready: bool,
    answer: Answer,
}

impl Clone for Handler {
    fn clone(&self) -> Self {
        Self { world: Rc::clone(&self.world), ready: false, answer: self.answer }
    }
}

impl Service<Request<VerifiedBody>> for Handler {
    type Response = Response<String>;
    type Error = &'static str;
    type Future = Pin<Box<dyn Future<Output = Result<Response<String>, &'static str>>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<VerifiedBody>) -> Self::Future {
        assert!(std::mem::take(&mut self.ready), "called without being ready");
        let (world, answer) = (Rc::clone(&self.world), self.answer);
        assert!(world.borrow().ended, "called before the end of the body");
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
            let verified = parts.extensions.get::<Verified>().cloned();
            world.borrow_mut().seen.push((bytes, verified));
            let mut response = Response::new("handled".to_owned());
            match answer {
                Answer::Success => *response.status_mut() = StatusCode::ACCEPTED,
                Answer::Status => *response.status_mut() = StatusCode::IM_A_TEAPOT,
                Answer::Error => return Err("failed"),
            }
            Ok(response)
        })
    }
}

enum Expected {
    Handled,
    /// And whether the body was looked at.
    Rejected(Rejection, bool),
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
        return Expected::Rejected(Rejection::Refused(error), false);
    }
    let length = delivery.parts.headers.get("content-length");
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if hint.max(length.unwrap_or(0)) > limit as u64 {
        return Expected::Rejected(Rejection::BodyTooLarge, false);
    }
    let mut size = 0;
    for step in script {
        match step {
            Step::Fail => return Expected::Rejected(Rejection::BodyFailed, true),
            Step::Data(one, other) => size += one.len() + other.len(),
            Step::Wait | Step::Trailers => {}
        }
        if size > limit {
            return Expected::Rejected(Rejection::BodyTooLarge, true);
        }
    }
    assert_eq!(size, delivery.body.len());
    match verdict {
        Ok(()) => Expected::Handled,
        Err(error) => Expected::Rejected(Rejection::Refused(error), true),
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
        Expected::Rejected(rejection, looked) => {
            assert!(world.seen.is_empty(), "handled before the verdict, or against it");
            let answer = answer.unwrap();
            assert_eq!(answer.extensions().get::<Rejection>(), Some(rejection));
            assert_eq!(answer.status(), rejection.status());
            assert!(answer.body().is_empty());
            assert_eq!(world.asked > 0, *looked);
        }
    }
}

/// Drives a request to its answer, by no more polls than it has reasons to wait.
fn call<S, B>(service: &mut S, request: Request<B>) -> Result<S::Response, S::Error>
where
    S: Service<Request<B>>,
{
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(())) = service.poll_ready(&mut cx) else { panic!("not ready") };
    let mut future = pin!(service.call(request));
    for _ in 0..100 {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut cx) {
            return answer;
        }
    }
    panic!("no answer");
}
