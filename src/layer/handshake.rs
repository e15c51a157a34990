//! How a layer answers a handshake: with a body, which not every inner service's can be made from.

use http::Response;

use crate::receive::handshake::HandshakeAnswer;

/// Makes a response of the answer to a handshake, with the body of the inner service.
///
/// Implemented for closures from `&HandshakeAnswer` to a response, by [`AnswersHandshake`] and by
/// [`NoHandshake`].
///
/// # Examples
///
/// A body that is not made from a `String`:
///
/// ```
/// use bytes::Bytes;
/// use http::Response;
/// use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
/// use tower_webhook::receive::HandshakeAnswer;
/// use tower_webhook::scheme::Handshake;
/// use tower_webhook::{Scheme, WebhookLayer};
///
/// type Body = BoxBody<Bytes, std::convert::Infallible>;
///
/// let layer = WebhookLayer::new(Scheme::SLACK.verifier("secret")?)
///     .handshake(Handshake::SLACK)
///     .on_handshake(|answer: &HandshakeAnswer| -> Response<Body> {
///         answer.to_response::<Full<Bytes>>().map(|body| body.boxed())
///     });
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
pub trait OnHandshake<B> {
    /// Makes the response, or `None` if handshakes are not answered.
    fn respond(&self, answer: &HandshakeAnswer) -> Option<Response<B>>;
}

impl<F, B> OnHandshake<B> for F
where
    F: Fn(&HandshakeAnswer) -> Response<B>,
{
    fn respond(&self, answer: &HandshakeAnswer) -> Option<Response<B>> {
        Some(self(answer))
    }
}

/// The layer answers no handshake, so nothing is asked of the body.
///
/// # Examples
///
/// ```
/// use tower_webhook::layer::{BareStatus, NoHandshake, VerifiedBody};
/// use tower_webhook::{Scheme, WebhookLayer};
///
/// let layer: WebhookLayer<BareStatus, VerifiedBody, NoHandshake> =
///     WebhookLayer::new(Scheme::GITHUB.verifier("secret")?);
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHandshake;

impl<B> OnHandshake<B> for NoHandshake {
    fn respond(&self, _: &HandshakeAnswer) -> Option<Response<B>> {
        None
    }
}

/// The layer answers a handshake, so the body must be one that is made from a `String`: axum's,
/// `Full<Bytes>` or `String` itself.
///
/// # Examples
///
/// ```
/// use tower_webhook::layer::{AnswersHandshake, BareStatus, VerifiedBody};
/// use tower_webhook::scheme::Handshake;
/// use tower_webhook::{Scheme, WebhookLayer};
///
/// let layer: WebhookLayer<BareStatus, VerifiedBody, AnswersHandshake> =
///     WebhookLayer::new(Scheme::SLACK.verifier("secret")?).handshake(Handshake::SLACK);
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct AnswersHandshake;

impl<B: From<String>> OnHandshake<B> for AnswersHandshake {
    fn respond(&self, answer: &HandshakeAnswer) -> Option<Response<B>> {
        Some(answer.to_response())
    }
}
