//! A delivery on its way from its head to its verdict.

use std::error::Error;
use std::future::poll_fn;
#[cfg(feature = "tower")]
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
#[cfg(feature = "metrics")]
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use http_body::{Body, SizeHint};

use crate::error::{Field, VerifyError};
#[cfg(all(feature = "tower", feature = "tracing"))]
use crate::event::accepted;
use crate::fetch::endpoint::EndpointId;
use crate::head::Head;
use crate::head::derived;
use crate::head::derived::Derived;
use crate::head::envelope::{Envelope, Unread};
#[cfg(feature = "replay")]
use crate::head::reading::{Escaper, Reading};
#[cfg(feature = "metrics")]
use crate::metering::judged;
use crate::receive::delivery::End;
use crate::receive::frames::Frames;
use crate::receive::pending::Pending;
use crate::receive::receiver::Receiver;
use crate::receive::rejection::{Rejection, RejectionKind};
use crate::receive::source::Secrets;
#[cfg(feature = "replay")]
use crate::receive::unsigned::Unsigned;
#[cfg(feature = "metrics")]
use crate::receive::verdict::labels;
#[cfg(feature = "replay")]
use crate::replay::claimed::{Outcome, Whose};
#[cfg(feature = "replay")]
use crate::replay::key::{Apart, ContentKey, ReplayKey};
#[cfg(feature = "replay")]
use crate::replay::settings::Replay;
use crate::verify::attempt::Attempt;
use crate::verify::verified::Verified;
use crate::verify::verifier::Verifier;

/// What is known of a delivery while it arrives, but for its envelope. That is passed in, because it
/// may be borrowed from the request, and is too large to be moved for each of them.
pub(crate) struct Arriving {
    pub(super) receiver: Receiver,
    /// `None` until the head is admitted.
    pub(super) secrets: Option<Secrets>,
    /// What may be a handshake. Boxed, because most deliveries are none.
    pub(super) pending: Option<Box<Pending>>,
    /// What tells the delivery apart for a replay guard. Boxed, because there may be none.
    #[cfg(feature = "replay")]
    unsigned: Option<Box<Unsigned>>,
    /// The first key, which has seen all frames so far. `None` if no frame has come that another one
    /// follows, if frames came before the secrets, or if no key has a signature to try.
    attempt: Option<Box<Attempt>>,
    pub(super) frames: Frames,
    is_read: bool,
    /// When the head came. `None` once it is counted.
    #[cfg(feature = "metrics")]
    started: Option<Duration>,
}

impl Arriving {
    pub(crate) fn new(receiver: Receiver) -> Self {
        Self {
            #[cfg(feature = "metrics")]
            started: Some(receiver.settings().source.elapsed()),
            receiver,
            secrets: None,
            pending: None,
            #[cfg(feature = "replay")]
            unsigned: None,
            attempt: None,
            frames: Frames::default(),
            is_read: false,
        }
    }

    /// Receives a whole delivery but for its frames, which stay here.
    pub(crate) async fn receive<B>(
        &mut self,
        head: &Head<'_>,
        mut body: Pin<&mut B>,
    ) -> Result<(Verified, End), Rejection>
    where
        B: Body<Error: Into<Box<dyn Error + Send + Sync>>>,
    {
        // Never moved from here, and so never copied.
        let mut opened = self.receiver.settings().source.open(*head);
        self.admit(head, opened.as_ref().err(), &body.size_hint())?;
        if let Ok(envelope) = &mut opened {
            envelope.set_url(self.resolve().await?.signed_url())?;
        }
        let ignored = self.pending.as_ref().is_some_and(|pending| pending.ignores_body());
        let mut ended = ignored;
        while !ended && let Some(frame) = next_frame(body.as_mut(), self.room()).await? {
            ended = body.is_end_stream();
            self.push(opened.as_ref().ok(), frame, ended)?;
        }
        self.is_read = !ignored;
        self.conclude(opened.as_mut().ok()).await
    }

    /// Checks what is left to be checked of a head, which could not be opened if there is an error. Only
    /// a handshake is admitted then.
    #[inline]
    pub(super) fn admit(
        &mut self,
        head: &Head<'_>,
        error: Option<&Unread>,
        size: &SizeHint,
    ) -> Result<(), Rejection> {
        let settings = self.receiver.settings();
        let declared = || size.lower().max(head.content_length());
        let len = || size.exact().unwrap_or_else(declared);
        if let Some(registration) = &settings.registration {
            let pending = Pending::of(registration, head, error.map(|it| it.error), len())?;
            self.pending = pending.map(Box::new);
            if self.pending.as_ref().is_some_and(|pending| pending.is_unsigned()) {
                self.secrets = Some(settings.source.select(head)?);
                return Ok(());
            }
        }
        if let Some(unread) = error {
            return Err((*unread).into());
        }
        if len() > settings.body_limit as u64 {
            return Err(RejectionKind::BodyTooLarge.into());
        }
        self.secrets = Some(settings.source.look_up(head)?);
        #[cfg(feature = "replay")]
        if let Some(replay) = &settings.replay {
            self.unsigned = Some(Box::new(Unsigned::of(head, settings.source.scheme(), replay)));
        }
        Ok(())
    }

    /// Waits for the secrets. A handshake needs them only once it is known to be one.
    pub(super) async fn resolve(&mut self) -> Result<&Arc<Verifier>, Rejection> {
        if let Some(secrets) = &mut self.secrets {
            secrets.resolve(&self.receiver.settings().source).await?;
        }
        // There is nothing to be verified before a head is admitted.
        Ok(self.verifier().ok_or(VerifyError::Missing(Field::Signature))?)
    }

    /// Adds the next frame of the body. The only one is hashed with everything else, at the end; if
    /// more is to come, the time until then is used.
    pub(super) fn push(
        &mut self,
        envelope: Option<&Envelope<'_>>,
        frame: Bytes,
        is_last: bool,
    ) -> Result<(), Rejection> {
        if frame.len() > self.room() {
            return Err(RejectionKind::BodyTooLarge.into());
        }
        if self.frames.len() == 0
            && !is_last
            && let (Some(verifier), Some(envelope)) = (self.verifier(), envelope)
        {
            self.attempt = verifier.attempt(envelope).map(Box::new);
        }
        if let Some(attempt) = &mut self.attempt {
            attempt.update(&frame);
        }
        self.frames.push(frame);
        match &self.pending {
            Some(pending) => Ok(pending.check_len(self.frames.len())?),
            None => Ok(()),
        }
    }

    /// Takes the body of a delivery.
    #[cfg(feature = "tower")]
    pub(crate) fn take_frames(&mut self) -> Frames {
        mem::take(&mut self.frames)
    }

    /// Whether the whole body has been read.
    #[cfg(all(feature = "diagnose", feature = "tower"))]
    pub(crate) fn is_read(&self) -> bool {
        self.is_read
    }

    /// Takes the frames that came, and reads the others if there are any, whatever the verdict is: for a
    /// layer that only reports.
    #[cfg(feature = "tower")]
    pub(crate) async fn read_unverified<B>(
        &mut self,
        mut body: Pin<&mut B>,
    ) -> Result<Frames, Rejection>
    where
        B: Body<Error: Into<Box<dyn Error + Send + Sync>>>,
    {
        while !self.is_read {
            match next_frame(body.as_mut(), self.room()).await? {
                Some(frame) => self.frames.push(frame),
                None => self.is_read = true,
            }
        }
        Ok(mem::take(&mut self.frames))
    }

    /// Ends the body, verifies the delivery, and claims it if there is a replay guard. The secrets are here.
    pub(super) async fn conclude(
        &mut self,
        envelope: Option<&mut Envelope<'_>>,
    ) -> Result<(Verified, End), Rejection> {
        let Some(envelope) = envelope else {
            // Boxed, for it is not the way of a delivery.
            return Err(Box::pin(self.answer_unsigned()).await);
        };
        let verified = self.verified(envelope).await?;
        #[cfg(feature = "replay")]
        if let Some(replay) = &self.receiver.settings().replay {
            // Boxed, because there may be no guard.
            return Box::pin(self.claim(replay, envelope, verified)).await;
        }
        Ok((verified, End::default()))
    }

    async fn verified(&mut self, envelope: &mut Envelope<'_>) -> Result<Verified, Rejection> {
        // The verdict is not kept where something is awaited, or each future would have a place for it.
        if let Some(verified) = self.verdict(envelope)? {
            return Ok(verified);
        }
        // Boxed, for it is not the usual way.
        Box::pin(self.verdict_of_newer(envelope)).await
    }

    /// Counts the verdict, the first of each delivery.
    #[inline]
    #[cfg_attr(not(feature = "metrics"), expect(clippy::unused_self, unused_variables))]
    pub(crate) fn judged(&mut self, verdict: Result<(), &Rejection>) {
        #[cfg(feature = "metrics")]
        if let Some(started) = self.started.take() {
            let source = &self.receiver.settings().source;
            let ((verdict, reason), now) = (labels(verdict), source.elapsed());
            judged(source.scheme().name(), verdict, reason, now.saturating_sub(started));
        }
    }

    /// Where the delivery is received.
    #[cfg(all(feature = "diagnose", feature = "tower"))]
    pub(crate) fn receiver(&self) -> &Receiver {
        &self.receiver
    }

    /// Whose delivery it is, as far as is known.
    #[cfg(feature = "tower")]
    pub(crate) fn whose(&self) -> (Option<&Receiver>, Option<&EndpointId>) {
        (Some(&self.receiver), self.endpoint())
    }

    /// Tells the operator of a delivery that is verified.
    #[cfg(all(feature = "tower", feature = "tracing"))]
    pub(crate) fn accepted(&self, verified: &Verified) {
        let endpoint = self.endpoint().map(EndpointId::as_str);
        accepted(self.receiver.scheme().name(), endpoint, verified.secret_index());
    }

    /// The endpoint that the delivery is for, if the secrets depend on it.
    pub(crate) fn endpoint(&self) -> Option<&EndpointId> {
        self.secrets.as_ref()?.endpoint()
    }

    /// A copy of the body so far.
    #[cfg(all(feature = "diagnose", feature = "tower"))]
    pub(crate) fn copy_body(&self) -> Vec<u8> {
        self.frames.chunks().flatten().copied().collect()
    }

    /// The verifier, if it is here.
    pub(crate) fn verifier(&self) -> Option<&Arc<Verifier>> {
        self.secrets.as_ref()?.verifier(&self.receiver.settings().source)
    }

    /// How many bytes may still come.
    fn room(&self) -> usize {
        self.receiver.settings().body_limit.saturating_sub(self.frames.len())
    }

    /// The verdict of the secrets that are here, or `None` after a mismatch if there may be others.
    fn verdict(&mut self, envelope: &Envelope<'_>) -> Result<Option<Verified>, Rejection> {
        let attempt = self.attempt.take();
        let verifier = self.verifier().ok_or(VerifyError::Missing(Field::Signature))?;
        match verifier.verdict(envelope, attempt, &&self.frames) {
            Ok(verified) => {
                self.answer_signed(envelope, &verified)?;
                Ok(Some(verified))
            }
            Err(VerifyError::Mismatch) if self.endpoint().is_some() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// After a mismatch: the verdict of secrets that were not known before, if there are any.
    #[cfg_attr(not(feature = "fetch"), expect(clippy::unused_async, unused_variables))]
    async fn verdict_of_newer(
        &mut self,
        envelope: &mut Envelope<'_>,
    ) -> Result<Verified, Rejection> {
        #[cfg(feature = "fetch")]
        if let Some(secrets) = &mut self.secrets
            && let Some(newer) = secrets.renew(&self.receiver.settings().source).await
        {
            envelope.set_url(newer.signed_url())?;
            let verified = newer.verdict(envelope, None, &&self.frames)?;
            self.answer_signed(envelope, &verified)?;
            return Ok(verified);
        }
        Err(VerifyError::Mismatch.into())
    }

    /// Whether all pieces of what is signed are so, in the way in which it has been verified.
    pub(super) fn signed_content_is(
        &self,
        envelope: &Envelope<'_>,
        verified: &Verified,
        is: impl Fn(&[u8]) -> bool,
    ) -> bool {
        let fields = envelope.fields().read_as(verified.reading());
        let Ok(derived) = self.derived(envelope) else { return true };
        let body = self.signed_body(derived.as_deref());
        fields.before_body().chain(body).chain(fields.after_body()).all(is)
    }

    /// What follows from the body and is signed, under a scheme that signs a form or a digest.
    fn derived(&self, envelope: &Envelope<'_>) -> Result<Option<Derived>, VerifyError> {
        let fields = envelope.fields();
        let derives = fields.scheme().derives_body();
        derives.then(|| derived::signed(fields, &&self.frames)).transpose()
    }

    /// The body as it is signed: what follows from it, or all frames.
    fn signed_body<'a>(&'a self, derived: Option<&'a [u8]>) -> impl Iterator<Item = &'a [u8]> {
        let frames = derived.is_none().then(|| self.frames.chunks());
        derived.into_iter().chain(frames.into_iter().flatten())
    }

    #[cfg(feature = "replay")]
    async fn claim(
        &self,
        replay: &Replay,
        envelope: &Envelope<'_>,
        verified: Verified,
    ) -> Result<(Verified, End), Rejection> {
        let Some(key) = self.replay_key(replay, envelope, &verified) else {
            return Ok((verified, End::default()));
        };
        let whose = Whose::new(verified.scheme(), self.endpoint().map(EndpointId::as_str));
        match replay.claim(key, self.receiver.settings().window(), whose).await {
            Ok(Outcome::Fresh(claimed)) => Ok((verified, End(Some(claimed)))),
            Ok(Outcome::InFlight) => Err(RejectionKind::InFlight.into()),
            Ok(Outcome::Done) => Err(RejectionKind::Duplicate.into()),
            Err(error) => Err(Rejection::not_claimed(error)),
        }
    }

    /// The key of the delivery, or `None` if nothing tells it apart from another one.
    #[cfg(feature = "replay")]
    fn replay_key(
        &self,
        replay: &Replay,
        envelope: &Envelope<'_>,
        verified: &Verified,
    ) -> Option<ReplayKey> {
        let scheme = verified.scheme();
        let endpoint = self.endpoint().map(EndpointId::as_str);
        let unsigned = self.unsigned.as_deref();
        // A signed URL stands for the path, as it was signed: there may be several ways to call it.
        let fields = envelope.fields().read_as(verified.reading());
        let url = fields.url();
        let path = url.as_deref().or_else(|| unsigned.and_then(Unsigned::path));
        let mut apart = Apart {
            scope: replay.scope_name(),
            endpoint,
            // The endpoint's own id says more: how it is spelled in a path may differ.
            path: path.filter(|_| endpoint.is_none()),
            delivery: None,
        };
        let own = unsigned.and_then(|it| it.kept.as_ref()).zip(replay.own_key());
        if let Some((kept, own_key)) = own {
            return kept.ask(|head| own_key(head, verified, apart));
        }
        if let Some(id) = verified.id() {
            return Some(ReplayKey::of_id(scheme.name(), apart, id));
        }
        if !scheme.covers_body() {
            // Nothing is signed by which it could be remembered.
            return None;
        }
        if url.is_some() {
            // It is in the content, where bytes of it may have moved to or from the body.
            apart.path = None;
        }
        if scheme.timestamp_format().is_none() {
            apart.delivery = unsigned.and_then(Unsigned::delivery);
            if apart.delivery.is_none() && !replay.remembers_content() {
                // Two events may have the same body: neither may be taken for the other.
                return None;
            }
        }
        // What was signed, in the reading that has verified: so one signature has one key.
        let mut content = ContentKey::begin(scheme.name(), apart);
        fields.before_body().for_each(|piece| content.update(piece));
        let derived = self.derived(envelope).ok()?;
        let mut escaper = verified.reading().has(Reading::ESCAPED).then(Escaper::default);
        self.signed_body(derived.as_deref()).for_each(|chunk| match &mut escaper {
            Some(escaper) => escaper.escape(chunk, |piece| content.update(piece)),
            None => content.update(chunk),
        });
        fields.after_body().for_each(|piece| content.update(piece));
        Some(content.finish())
    }
}

/// Waits for the next frame with data of a body, which may have as many bytes as there is `room`.
pub(super) async fn next_frame<B>(
    mut body: Pin<&mut B>,
    room: usize,
) -> Result<Option<Bytes>, Rejection>
where
    B: Body<Error: Into<Box<dyn Error + Send + Sync>>>,
{
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let frame = frame.map_err(Rejection::not_read)?;
        // Trailers are not signed, so they are dropped.
        let Ok(mut data) = frame.into_data() else { continue };
        let len = data.remaining();
        // Before the copy, which would allocate the whole frame.
        if len > room {
            return Err(RejectionKind::BodyTooLarge.into());
        }
        return Ok(Some(data.copy_to_bytes(len)));
    }
    Ok(None)
}
