//! A request that may be a handshake, until it is known and answered.

use zeroize::Zeroizing;

use crate::error::{Field, VerifyError};
use crate::head::Head;
use crate::head::envelope::Envelope;
use crate::receive::arriving::Arriving;
use crate::receive::challenge::MAX_BODY;
use crate::receive::handshake::{Asked, HandshakeAnswer, Registration, is_challenge};
use crate::receive::opening::{NewSecret, NotKept};
use crate::receive::rejection::{Refusal, Rejection};
use crate::scheme::handshake::Handshake;
use crate::verify::verified::Verified;

/// A request that may be a handshake.
pub(super) enum Pending {
    /// It is verified, and then its body may say so.
    Signed(Asked),
    /// It is not signed, and its body may say so; if it does not, this is what is wrong with it.
    Unsigned(Asked, VerifyError),
    /// It is one, without a signature, and its challenge waits for a secret.
    Known(Zeroizing<String>),
}

impl Pending {
    /// Looks at the head of a request, which is no delivery because of `error` if there is one. What
    /// the head alone decides is answered at once.
    pub(super) fn of(
        registration: &Registration,
        head: &Head<'_>,
        error: Option<VerifyError>,
        len: u64,
    ) -> Result<Option<Self>, Rejection> {
        let handshake = &registration.handshake;
        let Some(asked) = registration.ask(head, error.map_or(Ok(()), Err)) else {
            return Ok(None);
        };
        if asked.verified {
            return Ok(Some(Self::Signed(asked)));
        }
        if handshake.needs_body() {
            let error = error.unwrap_or(VerifyError::Missing(Field::Signature));
            let fits = usize::try_from(len).is_ok_and(|len| len <= MAX_BODY);
            return if fits { Ok(Some(Self::Unsigned(asked, error))) } else { Err(error.into()) };
        }
        match asked.challenge(handshake, || None) {
            None => Ok(None),
            Some(Ok(text)) if handshake.has_mac() || handshake.brings_secret => {
                Ok(Some(Self::Known(text)))
            }
            Some(text) => Err(answer(handshake, text, |_| None)),
        }
    }

    pub(super) fn is_unsigned(&self) -> bool {
        !matches!(self, Self::Signed(_))
    }

    pub(super) fn ignores_body(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// A body without a signature is no handshake once it is longer than one can be.
    pub(super) fn check_len(&self, len: usize) -> Result<(), VerifyError> {
        match self {
            Self::Unsigned(_, error) if len > MAX_BODY => Err(*error),
            _ => Ok(()),
        }
    }
}

impl Arriving {
    /// The answer to a request without a signature, which is never a delivery.
    pub(super) async fn answer_unsigned(&mut self) -> Rejection {
        let missing = VerifyError::Missing(Field::Signature);
        let (Some(registration), Some(pending)) =
            (self.receiver.settings().registration.clone(), self.pending.take())
        else {
            return missing.into();
        };
        let handshake = &registration.handshake;
        let (challenge, error) = match *pending {
            Pending::Known(text) => (Some(Ok(text)), missing),
            Pending::Unsigned(asked, error) => {
                (asked.challenge(handshake, || self.body_of_handshake()), error)
            }
            Pending::Signed(_) => (None, missing),
        };
        match challenge {
            None => error.into(),
            Some(Ok(text)) if handshake.brings_secret => {
                self.keep_secret(&registration, text).await
            }
            Some(Ok(text)) if handshake.has_mac() => match self.resolve().await {
                Ok(verifier) => answer(handshake, Ok(text), |text| verifier.answer(0, text)),
                Err(rejection) => rejection,
            },
            Some(text) => answer(handshake, text, |_| None),
        }
    }

    async fn keep_secret(&self, registration: &Registration, text: Zeroizing<String>) -> Rejection {
        let handshake = &registration.handshake;
        let refused = |refusal| answer(handshake, Err(refusal), |_| None);
        let Some(keeper) = &registration.keeper else { return refused(Refusal::NotConfigured) };
        if self.receiver.scheme().verifier(&text).is_err() {
            return refused(Refusal::Challenge);
        }
        let secret = NewSecret { text: text.clone(), endpoint: self.endpoint().cloned() };
        match keeper.keep(secret).await {
            Ok(()) => {
                let source = &self.receiver.settings().source;
                self.secrets.iter().for_each(|secrets| secrets.forget(source));
                answer(handshake, Ok(text), |_| None)
            }
            Err(NotKept::Closed) => refused(Refusal::Closed),
            Err(NotKept::Failed(error)) => refused(Refusal::NotKept).caused_by(error),
        }
    }

    /// Answers a verified delivery that is a handshake, with an HMAC by the secret that it was signed
    /// with.
    ///
    /// What is signed may also be a challenge that was answered, to a stranger even: then it proves
    /// nothing.
    pub(super) fn answer_signed(
        &mut self,
        envelope: &Envelope<'_>,
        verified: &Verified,
    ) -> Result<(), Rejection> {
        let Some(registration) = &self.receiver.settings().registration else { return Ok(()) };
        let handshake = registration.handshake;
        if handshake.has_mac() && self.signed_content_is(envelope, verified, is_challenge) {
            return Err(VerifyError::Mismatch.into());
        }
        let pending = self.pending.take().map(|pending| *pending);
        let Some(Pending::Signed(asked)) = pending else { return Ok(()) };
        match asked.challenge(&handshake, || self.body_of_handshake()) {
            None => Ok(()),
            Some(text) => {
                let mac = |text: &str| self.verifier()?.answer(verified.secret_index(), text);
                Err(answer(&handshake, text, mac))
            }
        }
    }

    /// The body, unless it is longer than that of a handshake.
    fn body_of_handshake(&self) -> Option<Vec<u8>> {
        let is_short = self.frames.len() <= MAX_BODY;
        is_short.then(|| self.frames.chunks().collect::<Vec<_>>().concat())
    }
}

fn answer(
    handshake: &Handshake,
    challenge: Result<Zeroizing<String>, Refusal>,
    mac: impl Fn(&str) -> Option<Vec<u8>>,
) -> Rejection {
    let answer = challenge.and_then(|text| HandshakeAnswer::new(handshake, &text, || mac(&text)));
    Rejection::of_handshake(handshake, answer)
}
