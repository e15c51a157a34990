//! How a rejected request is answered.

use std::fmt;

use http::header::RETRY_AFTER;
use http::request::Parts;
use http::{Response, StatusCode};

use crate::receive::rejection::Rejection;

/// A rejected request: the reason, and its head.
///
/// # Examples
///
/// An answer from which strangers do not learn that the endpoint exists:
///
/// ```
/// use http::{Response, StatusCode};
/// use tower_webhook::layer::Refused;
/// use tower_webhook::{Scheme, WebhookLayer};
///
/// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?)
///     .on_rejection(|refused: &Refused| {
///         let mut answer = Response::new(String::new());
///         *answer.status_mut() = match refused.status() {
///             StatusCode::UNAUTHORIZED => StatusCode::NOT_FOUND,
///             status => status,
///         };
///         answer
///     });
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[derive(Clone, Copy)]
pub struct Refused<'r> {
    rejection: &'r Rejection,
    parts: &'r Parts,
}

impl<'r> Refused<'r> {
    /// Puts together a rejected request, to test an answer of your own.
    #[must_use]
    pub fn new(rejection: &'r Rejection, parts: &'r Parts) -> Self {
        Self { rejection, parts }
    }

    /// The reason why the request is rejected.
    #[must_use]
    pub fn rejection(&self) -> &'r Rejection {
        self.rejection
    }

    /// The status that answers the request by default.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.rejection.status()
    }

    /// The head of the request. It is not verified.
    #[must_use]
    pub fn parts(&self) -> &'r Parts {
        self.parts
    }
}

/// Shows nothing of the head: it is a stranger's, and may hold a valid signature.
impl fmt::Debug for Refused<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused").field("rejection", self.rejection).finish_non_exhaustive()
    }
}

/// Answers a rejected request.
///
/// Implemented for closures from `&Refused` to a response, and by [`BareStatus`].
///
/// # Examples
///
/// The default answer, and a counter for metrics:
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use http::Response;
/// use tower_webhook::layer::{BareStatus, OnRejection, Refused};
/// use tower_webhook::{Scheme, WebhookLayer};
///
/// #[derive(Clone, Default)]
/// struct Counting(Arc<AtomicU64>);
///
/// impl<B: Default> OnRejection<B> for Counting {
///     fn respond(&self, refused: &Refused<'_>) -> Response<B> {
///         self.0.fetch_add(1, Ordering::Relaxed);
///         BareStatus.respond(refused)
///     }
/// }
///
/// let layer = WebhookLayer::new(Scheme::GITHUB.verifier("secret")?).on_rejection(Counting::default());
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
pub trait OnRejection<B> {
    /// Makes the answer. The layer then adds the rejection to its extensions.
    fn respond(&self, refused: &Refused<'_>) -> Response<B>;
}

impl<F, B> OnRejection<B> for F
where
    F: Fn(&Refused<'_>) -> Response<B>,
{
    fn respond(&self, refused: &Refused<'_>) -> Response<B> {
        self(refused)
    }
}

/// The default answer: the status, `Retry-After` if the condition is temporary, and an empty body.
///
/// # Examples
///
/// ```
/// use http::{Request, Response, StatusCode};
/// use tower_webhook::layer::{BareStatus, OnRejection as _, Refused};
/// use tower_webhook::receive::{Rejection, RejectionKind};
///
/// let (parts, ()) = Request::new(()).into_parts();
/// let rejection = Rejection::from(RejectionKind::InFlight);
/// let answer: Response<String> = BareStatus.respond(&Refused::new(&rejection, &parts));
/// assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
/// assert_eq!(answer.headers()["retry-after"], "5");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct BareStatus;

impl<B> OnRejection<B> for BareStatus
where
    B: Default,
{
    fn respond(&self, refused: &Refused<'_>) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() = refused.status();
        if let Some(wait) = refused.rejection().retry_after() {
            response.headers_mut().insert(RETRY_AFTER, wait.as_secs().into());
        }
        response
    }
}

/// Answers with anything that axum can turn into a response; made by
/// [`WebhookLayer::on_rejection_into`](crate::WebhookLayer::on_rejection_into).
///
/// # Examples
///
/// ```
/// use http::StatusCode;
/// use tower_webhook::layer::{IntoAnswer, Refused};
/// use tower_webhook::{Scheme, WebhookLayer};
///
/// /// Named, to be kept in a struct.
/// type Layer = WebhookLayer<IntoAnswer<fn(&Refused<'_>) -> StatusCode>>;
///
/// let verifier = Scheme::GITHUB.verifier("secret")?;
/// let layer: Layer = WebhookLayer::new(verifier).on_rejection_into(|refused| refused.status());
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[cfg(feature = "axum")]
#[derive(Clone, Copy, Debug)]
pub struct IntoAnswer<F>(pub(super) F);

#[cfg(feature = "axum")]
impl<F, A> OnRejection<axum_core::body::Body> for IntoAnswer<F>
where
    F: Fn(&Refused<'_>) -> A,
    A: axum_core::response::IntoResponse,
{
    fn respond(&self, refused: &Refused<'_>) -> Response<axum_core::body::Body> {
        (self.0)(refused).into_response()
    }
}
