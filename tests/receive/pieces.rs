//! A delivery at once and in pieces, whatever the pieces are.

use std::convert::Infallible;
use std::error::Error as _;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::buf::Chain;
use bytes::{Buf as _, Bytes};
use http::{HeaderMap, StatusCode};
use http_body_util::{Full, StreamBody};
use hyper::body::{Body, Frame};
use tower_webhook::receive::{Delivery, Rejection, RejectionKind};
use tower_webhook::{Receiver, Scheme, Secret, VerifyError};

use crate::support::{ID, NOW, at, sign, verifier};

const BODY: &[u8] = br#"{"hello":"world"}"#;

fn receiver() -> Receiver {
    Receiver::new(verifier(Scheme::STANDARD))
}

fn frames<E>(
    frames: impl IntoIterator<Item = Result<Frame<Bytes>, E>>,
) -> impl Body<Data = Bytes, Error = E> {
    StreamBody::new(tokio_stream::iter(frames))
}

fn mismatch(delivery: Result<Delivery, Rejection>) {
    let rejection = delivery.unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::Unverified(VerifyError::Mismatch));
    assert_eq!(rejection.status(), StatusCode::UNAUTHORIZED);
    let source = rejection.source().and_then(|source| source.downcast_ref());
    assert_eq!(source, Some(&VerifyError::Mismatch));
}

#[tokio::test]
async fn a_delivery_is_received_with_its_proof_and_its_body() {
    let headers = sign(Scheme::STANDARD, BODY);
    let chunks = BODY.chunks(4).map(|chunk| Ok::<_, Infallible>(Frame::data(chunk.into())));
    let trailers = [Ok(Frame::trailers(sign(Scheme::GITHUB, BODY)))];
    let several = frames(chunks.chain(trailers).collect::<Vec<_>>());
    for mut delivery in [
        receiver().receive(&headers, Full::new(Bytes::from_static(BODY))).await.unwrap(),
        receiver().receive(&headers, several).await.unwrap(),
        receiver().receive_bytes(&headers, BODY).await.unwrap(),
        receiver().receive_bytes(&headers, BODY.to_vec()).await.unwrap(),
    ] {
        let verified = delivery.verified();
        assert_eq!((verified.id(), verified.timestamp()), (Some(ID), Some(at(NOW))));
        assert_eq!(delivery.take_body(), BODY);
        assert_eq!(delivery.take_body(), "", "taken twice");
        delivery.handled().await;
    }
    mismatch(receiver().receive_bytes(&headers, "{}").await);
    mismatch(receiver().receive(&headers, Full::new(Bytes::from_static(b"{}"))).await);
}

#[tokio::test]
async fn a_body_in_one_piece_is_not_copied() {
    let body = Bytes::from(BODY.to_vec());
    let headers = sign(Scheme::STANDARD, BODY);
    let at_once = receiver().receive_bytes(&headers, body.clone()).await;
    let in_a_frame = receiver().receive(&headers, Full::new(body.clone())).await;
    for delivery in [at_once, in_a_frame] {
        assert_eq!(delivery.unwrap().take_body().as_ptr(), body.as_ptr());
    }
}

#[tokio::test]
async fn the_handler_gets_both_and_its_result_is_passed_on() {
    let headers = sign(Scheme::STANDARD, BODY);
    let delivery = receiver().receive_bytes(&headers, BODY).await.unwrap();
    let seen = delivery.handle(async |verified, body| {
        Ok::<_, Infallible>((verified.id().map(str::to_owned), body))
    });
    assert_eq!(seen.await, Ok((Some(ID.to_owned()), Bytes::from_static(BODY))));
    let delivery = receiver().receive_bytes(&headers, BODY).await.unwrap();
    let failed = delivery.handle(async |_, _| Err::<(), _>("broken")).await;
    assert_eq!(failed, Err("broken"));
}

#[tokio::test]
async fn a_body_cut_anywhere_is_the_same_body() {
    for cut in 0..=BODY.len() {
        let (left, right) = BODY.split_at(cut);
        for (last, accepted) in [(right, true), (&right[..right.len().saturating_sub(1)], false)] {
            let mut incoming = receiver().open(&sign(Scheme::STANDARD, BODY)).unwrap();
            incoming.secrets().await.unwrap();
            incoming.push(Bytes::from_static(left)).unwrap();
            incoming.push(Bytes::copy_from_slice(last)).unwrap();
            let delivery = incoming.finish().await;
            let accepted = accepted || right.is_empty();
            assert_eq!(delivery.is_ok(), accepted, "{cut}");
            match delivery {
                Ok(mut delivery) => assert_eq!(delivery.take_body(), BODY),
                refused => mismatch(refused),
            }
        }
    }
}

#[tokio::test]
async fn frames_that_come_before_the_secrets_are_verified_too() {
    let rotating = || {
        let verifier = Scheme::GITHUB.verifier("new").unwrap();
        Receiver::new(verifier.add_secret(Secret::utf8("old").unwrap()).unwrap())
    };
    for (index, text) in ["new", "old", "neither"].into_iter().enumerate() {
        let headers = Scheme::GITHUB.signer(text).unwrap().sign(None, at(NOW), BODY).unwrap();
        // `None` means that nobody ever asks for them.
        for asked in [None, Some(0), Some(1), Some(5), Some(BODY.len() - 1)] {
            let mut incoming = rotating().open(&headers).unwrap();
            incoming.push(Bytes::new()).unwrap();
            for (position, byte) in BODY.chunks(1).enumerate() {
                if asked == Some(position) {
                    // The second time changes nothing.
                    incoming.secrets().await.unwrap();
                    incoming.secrets().await.unwrap();
                }
                incoming.push(Bytes::from_static(byte)).unwrap();
            }
            match (incoming.finish().await, index) {
                (Ok(mut delivery), 0 | 1) => {
                    assert_eq!(delivery.verified().secret_index(), index);
                    assert_eq!(delivery.take_body(), BODY);
                }
                (refused, 2) => mismatch(refused),
                (other, _) => panic!("{text}, asked {asked:?}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_fails_is_a_bad_request() {
    for count in 0..3 {
        let chunks = BODY.chunks(4).take(count).map(|chunk| Ok(Frame::data(chunk.into())));
        let broken: Vec<_> = chunks.chain([Err("connection reset")]).collect();
        let rejection = receiver().receive(&sign(Scheme::STANDARD, BODY), frames(broken)).await;
        let rejection = rejection.unwrap_err();
        assert_eq!(rejection.kind(), RejectionKind::BodyFailed);
        assert_eq!(rejection.status(), StatusCode::BAD_REQUEST);
        assert!(!format!("{rejection:?} {rejection}").contains("reset"));
    }
}

#[tokio::test]
async fn a_body_need_not_be_send_or_made_of_bytes() {
    let body = Chained(Rc::new(()), Some(BODY));
    let mut delivery = receiver().receive(&sign(Scheme::STANDARD, BODY), body).await.unwrap();
    assert_eq!(delivery.take_body(), BODY);
}

#[tokio::test]
async fn debug_output_shows_no_body_and_no_signature() {
    let headers = sign(Scheme::STANDARD, BODY);
    let mut incoming = receiver().open(&headers).unwrap();
    incoming.push(Bytes::from_static(BODY)).unwrap();
    let mut shown = format!("{:?} {incoming:?}", receiver());
    shown += &format!(" {:?}", incoming.finish().await.unwrap());
    let rejection = receiver().open(&HeaderMap::new()).unwrap_err();
    shown += &format!(" {rejection:?} {rejection}");
    let signature = headers["webhook-signature"].to_str().unwrap().trim_start_matches("v1,");
    for hidden in ["hello", "104, 101", signature] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
}

/// Neither `Send` nor made of `Bytes`: each frame is two pieces.
struct Chained(#[expect(dead_code)] Rc<()>, Option<&'static [u8]>);

impl Body for Chained {
    type Data = Chain<&'static [u8], &'static [u8]>;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Infallible>>> {
        let halves = self.1.take().map(|body| body.split_at(body.len() / 2));
        Poll::Ready(halves.map(|(left, right)| Ok(Frame::data(left.chain(right)))))
    }
}
