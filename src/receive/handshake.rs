//! What is configured for a handshake, and how its answer is made.

use std::error::Error;
use std::fmt;

use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use subtle::Choice;
use zeroize::Zeroizing;

use crate::crypto::token::{Token, hash};
use crate::error::{Field, VerifyError};
use crate::head::Head;
use crate::receive::challenge::{Found, in_body, in_head};
use crate::receive::opening::{Keeper, NewSecret, Opening};
use crate::receive::rejection::Refusal;
use crate::scheme::handshake::{Handshake, Reply, Say};

/// A handshake with what is configured for it, for
/// [`Receiver::handshake`](crate::Receiver::handshake) and `WebhookLayer::handshake`.
///
/// A [`Handshake`] that needs nothing converts into one. One that needs something and does not have
/// it is always refused.
///
/// # Examples
///
/// ```
/// use tower_webhook::receive::Registration;
/// use tower_webhook::scheme::Handshake;
///
/// let meta: Registration = Handshake::META.verify_token("chosen by us");
/// let dropbox: Registration = Handshake::DROPBOX.into();
/// ```
#[derive(Clone)]
#[must_use]
pub struct Registration {
    pub(super) handshake: Handshake,
    tokens: Vec<Token>,
    pub(super) keeper: Option<Keeper>,
}

impl Handshake {
    /// Sets the text that a request must have to be answered: the verify token of Meta or Oura, the
    /// code of Fitbit, the topic of WebSub, the origin of CloudEvents. It is compared in constant
    /// time. An empty one is never equal to anything.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::scheme::Handshake;
    ///
    /// // While a token is replaced, both are good.
    /// let registration = Handshake::META.verify_token("new").verify_token("old");
    /// ```
    pub fn verify_token(self, token: impl Into<String>) -> Registration {
        Registration::from(self).verify_token(token)
    }

    /// Sets what is to be done with the secret that the handshake brings, once it has been opened.
    ///
    /// If `keep` returns an error, the handshake is refused with 503 and stays open. Otherwise it
    /// is answered, and closed. The secrets of the endpoint are then fetched anew if they come from
    /// a cache, so `keep` has to store the secret where its fetcher finds it.
    ///
    /// # Security
    ///
    /// Until a handshake has come through, whoever knows the URL can be the one to bring the secret.
    /// So open it right before the webhook is created, and close it if that fails. If the webhook is
    /// created and no secret has come, or the provider reports a failed handshake, someone was
    /// faster: delete both.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped while `keep` is at work, it stays closed.
    pub fn keep_secret<K, F, E>(self, opening: &Opening, keep: K) -> Registration
    where
        K: Fn(NewSecret) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let keeper = Some(Keeper::new(opening.clone(), keep));
        Registration { keeper, ..Registration::from(self) }
    }
}

impl From<Handshake> for Registration {
    fn from(handshake: Handshake) -> Self {
        Self { handshake, tokens: Vec::new(), keeper: None }
    }
}

impl Registration {
    /// Sets one more text that is ours, as [`Handshake::verify_token`].
    pub fn verify_token(mut self, token: impl Into<String>) -> Self {
        self.tokens.push(Token::new(Zeroizing::new(token.into()).as_bytes()));
        self
    }

    /// Whether a request may be the handshake, as far as its head says. `opened` is what came of
    /// reading it as a delivery.
    ///
    /// Not inlined: the check of constant time knows by this name where a verdict on a token is used.
    #[inline(never)]
    pub(super) fn ask(&self, head: &Head<'_>, opened: Result<(), VerifyError>) -> Option<Asked> {
        let it = &self.handshake;
        let method = head.request().map(|(method, _)| method.as_str());
        let verified = match (it.method == "POST", opened) {
            // Deliveries are POSTs. X signs the query of its handshake, in the same header.
            (false, _) => false,
            // Without a request there is no method either, but a head that can be verified.
            (true, Ok(())) if !it.brings_secret => true,
            (true, Err(VerifyError::Missing(Field::Signature))) if !it.signed => false,
            (true, _) => return None,
        };
        if method.map_or(!verified, |method| method != it.method) {
            return None;
        }
        let mut conditions = it.conditions.iter().filter(|(place, _)| !place.is_in_body());
        if !conditions.all(|(place, is)| in_head(head, *place).is_some_and(|found| found.is(*is))) {
            return None;
        }
        let challenge = match it.challenge {
            Some(place) if !place.is_in_body() => Some(in_head(head, place)?),
            _ => None,
        };
        let mut refused = None;
        if let Some(place) = it.token {
            let token = in_head(head, place);
            if token.is_none() && it.challenge.is_none() {
                return None;
            }
            if !self.knows(&token.and_then(Found::text).unwrap_or_default()) {
                refused = Some(match self.tokens.is_empty() {
                    true => Refusal::NotConfigured,
                    false => Refusal::Token,
                });
            }
        }
        Some(Asked { verified, challenge, refused })
    }

    /// Whether a text is one of ours. All are compared, whichever is equal.
    fn knows(&self, text: &str) -> bool {
        let hash = hash(text.as_bytes());
        let any = self.tokens.iter().fold(Choice::from(0), |any, token| any | token.has(&hash));
        !text.is_empty() && bool::from(any)
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("handshake", &self.handshake.name)
            .field("tokens", &self.tokens.len())
            .finish_non_exhaustive()
    }
}

/// A request that may be a handshake.
pub(super) struct Asked {
    /// Whether it is verified, like any delivery, before it is answered.
    pub(super) verified: bool,
    /// What stands in the place of the challenge, if that is in the head.
    challenge: Option<Found>,
    refused: Option<Refusal>,
}

impl Asked {
    /// The text that is to be answered, which is empty if there is none, or why there is no answer.
    /// `None` if the request is not the handshake after all. `body` is read only if it is needed.
    pub(super) fn challenge(
        self,
        handshake: &Handshake,
        body: impl FnOnce() -> Option<Vec<u8>>,
    ) -> Option<Result<Zeroizing<String>, Refusal>> {
        let mut challenge = self.challenge;
        if handshake.needs_body() {
            let body = body()?;
            let mut conditions = handshake.conditions.iter().filter(|it| it.0.is_in_body());
            if !conditions.all(|it| in_body(&body, it.0).is_some_and(|found| found.is(it.1))) {
                return None;
            }
            if let Some(place) = handshake.challenge.filter(|place| place.is_in_body()) {
                challenge = Some(in_body(&body, place)?);
            }
        }
        if let Some(refused) = self.refused {
            return Some(Err(refused));
        }
        Some(match challenge.map(Found::text) {
            None => Ok(Zeroizing::default()),
            Some(Some(text)) if !handshake.has_mac() || is_challenge(text.as_bytes()) => {
                Ok(Zeroizing::new(text))
            }
            Some(_) => Err(Refusal::Challenge),
        })
    }
}

/// Whether a text, or a piece of one, has the shape of a challenge that is answered with its HMAC.
/// Where it is, a delivery with such a content is not accepted, so that an answer is no signature.
pub(super) fn is_challenge(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte))
}

/// The answer to a handshake.
///
/// # Examples
///
/// ```
/// use http::{Method, StatusCode, Uri};
/// use tower_webhook::scheme::Handshake;
/// use tower_webhook::{Head, Receiver, Scheme};
///
/// let receiver = Receiver::new(Scheme::DROPBOX.verifier("app secret")?).handshake(Handshake::DROPBOX);
///
/// let uri = Uri::from_static("/dropbox?challenge=b4d82e");
/// let head = Head::from_pairs(&[]).with_request(&Method::GET, &uri);
/// let rejection = receiver.open(head).unwrap_err();
/// let answer = rejection.handshake_answer().unwrap();
/// assert_eq!(answer.status(), StatusCode::OK);
/// assert_eq!(answer.headers()["content-type"], "text/plain");
/// assert_eq!(answer.body(), "b4d82e");
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
pub struct HandshakeAnswer {
    status: StatusCode,
    headers: HeaderMap,
    body: Zeroizing<String>,
}

impl HandshakeAnswer {
    /// Makes the answer. `mac` is the HMAC of the challenge, if the secret has one.
    pub(super) fn new(
        handshake: &Handshake,
        challenge: &str,
        mac: impl Fn() -> Option<Vec<u8>>,
    ) -> Result<Self, Refusal> {
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let mut body = Zeroizing::new(String::new());
        let say = |say: Say| match say {
            Say::Challenge => Ok(challenge.to_owned()),
            Say::Mac { prefix, encoding } => {
                let mac = Zeroizing::new(mac().ok_or(Refusal::NotConfigured)?);
                Ok(prefix.to_owned() + &encoding.encode(&mac))
            }
            Say::Text(text) => Ok(text.to_owned()),
            Say::Number(number) => Ok(number.to_string()),
        };
        match handshake.reply {
            Reply::Bare => {}
            Reply::Text => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
                *body = challenge.to_owned();
            }
            Reply::Json(members) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                let members = members.iter().map(|(name, what)| {
                    // All of it is visible ASCII.
                    let text = say(*what)?.replace('\\', "\\\\").replace('"', "\\\"");
                    Ok(match what {
                        Say::Number(_) => format!("\"{name}\":{text}"),
                        _ => format!("\"{name}\":\"{text}\""),
                    })
                });
                *body = format!("{{{}}}", members.collect::<Result<Vec<_>, _>>()?.join(","));
            }
            Reply::Headers(all) => {
                for (name, what) in all {
                    let value = HeaderValue::try_from(say(*what)?);
                    let (Ok(name), Ok(mut value)) = (HeaderName::try_from(*name), value) else {
                        return Err(Refusal::NotConfigured);
                    };
                    value.set_sensitive(true);
                    headers.insert(name, value);
                }
            }
        }
        let status = StatusCode::from_u16(handshake.status).unwrap_or(StatusCode::OK);
        Ok(Self { status, headers, body })
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers, among them those that keep a browser from running or keeping the answer.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body: visible ASCII, or empty.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Makes a response of it.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Response;
    /// use tower_webhook::receive::Rejection;
    ///
    /// fn respond(rejection: &Rejection) -> Response<String> {
    ///     if let Some(answer) = rejection.handshake_answer() {
    ///         return answer.to_response();
    ///     }
    ///     let mut response = Response::new(String::new());
    ///     *response.status_mut() = rejection.status();
    ///     response
    /// }
    /// # use tower_webhook::receive::RejectionKind;
    /// # assert_eq!(respond(&RejectionKind::BodyTooLarge.into()).status(), 413);
    /// ```
    #[must_use]
    pub fn to_response<B: From<String>>(&self) -> Response<B> {
        let mut response = Response::new(B::from(String::clone(&self.body)));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        response
    }
}

/// Shows nothing of what is answered: it may be a secret.
impl fmt::Debug for HandshakeAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandshakeAnswer").field("status", &self.status).finish_non_exhaustive()
    }
}
