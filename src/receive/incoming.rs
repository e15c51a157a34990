//! A delivery whose head is accepted and whose body is arriving.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use http_body::Body;
#[cfg(feature = "replay")]
use sha2::{Digest as _, Sha256};

use crate::error::{Field, VerifyError};
#[cfg(any(feature = "tower", feature = "replay"))]
use crate::fetch::endpoint::EndpointId;
#[cfg(feature = "replay")]
use crate::head::Head;
use crate::head::envelope::Envelope;
use crate::head::form;
#[cfg(feature = "replay")]
use crate::head::kept::Kept;
#[cfg(feature = "replay")]
use crate::head::reading::{Escaper, Reading};
use crate::receive::delivery::Delivery;
use crate::receive::frames::Frames;
use crate::receive::pending::Pending;
use crate::receive::receiver::Settings;
use crate::receive::rejection::{Rejection, RejectionKind};
use crate::receive::source::Secrets;
#[cfg(feature = "replay")]
use crate::replay::claimed::{Claimed, Outcome};
#[cfg(feature = "replay")]
use crate::replay::key::{Apart, ContentKey, ReplayKey};
#[cfg(feature = "replay")]
use crate::replay::settings::Replay;
#[cfg(feature = "replay")]
use crate::scheme::definition::Scheme;
#[cfg(feature = "replay")]
use crate::text::Text;
use crate::verify::attempt::Attempt;
use crate::verify::verified::Verified;
use crate::verify::verifier::Verifier;

/// A delivery whose head is accepted and whose body is arriving; made by
/// [`Receiver::open`](crate::Receiver::open).
///
/// Frames are counted against the limit, authenticated as they arrive, and kept until the verdict.
///
/// # Examples
///
/// ```
/// use bytes::Bytes;
/// use time::OffsetDateTime;
/// use tower_webhook::{Receiver, Scheme};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let headers = Scheme::GITHUB.signer("secret")?.sign(None, OffsetDateTime::now_utc(), b"{}")?;
/// let receiver = Receiver::new(Scheme::GITHUB.verifier("secret")?);
///
/// let mut incoming = receiver.open(&headers)?;
/// incoming.secrets().await?;
/// for frame in ["{", "}"] {
///     incoming.push(Bytes::from(frame))?;
/// }
/// let delivery = incoming.finish().await?;
/// delivery.handled().await;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is verified until `finish` returns"]
pub struct Incoming {
    pub(super) settings: Arc<Settings>,
    /// `None` if this is a handshake without a signature, which is never verified.
    envelope: Option<Envelope<'static>>,
    pub(super) secrets: Secrets,
    /// What may be a handshake. Boxed, because most deliveries are none.
    pub(super) pending: Option<Box<Pending>>,
    /// What tells the delivery apart for a replay guard.
    #[cfg(feature = "replay")]
    unsigned: Option<Unsigned>,
    /// The first key, which has seen all frames so far. `None` until there are secrets, and also
    /// afterwards if frames came before them, or if no key has a signature to try.
    attempt: Option<Attempt>,
    pub(super) frames: Frames,
}

impl Incoming {
    pub(super) fn new(
        settings: Arc<Settings>,
        envelope: Envelope<'static>,
        secrets: Secrets,
        pending: Option<Pending>,
        #[cfg(feature = "replay")] unsigned: Option<Unsigned>,
    ) -> Self {
        Self {
            settings,
            envelope: Some(envelope),
            secrets,
            pending: pending.map(Box::new),
            #[cfg(feature = "replay")]
            unsigned,
            attempt: None,
            frames: Frames::default(),
        }
    }

    pub(super) fn of_handshake(
        settings: Arc<Settings>,
        secrets: Secrets,
        pending: Option<Pending>,
    ) -> Self {
        Self {
            settings,
            envelope: None,
            secrets,
            pending: pending.map(Box::new),
            #[cfg(feature = "replay")]
            unsigned: None,
            attempt: None,
            frames: Frames::default(),
        }
    }

    /// Waits for the secrets of the endpoint, or returns at once if they are cached. Read nothing
    /// of the body before, so that a stranger's request takes no memory while it waits.
    ///
    /// # Errors
    ///
    /// Returns [`RejectionKind::UnknownEndpoint`] if the provider does not know the endpoint, and
    /// [`RejectionKind::SecretsUnavailable`] if its secrets cannot be fetched.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the fetch goes on for others, and this can be called again.
    pub async fn secrets(&mut self) -> Result<(), Rejection> {
        // A handshake needs them only once it is known to be one.
        let Some(envelope) = &mut self.envelope else { return Ok(()) };
        let verifier = self.secrets.resolve().await?;
        #[cfg(feature = "fetch")]
        envelope.set_url(verifier.signed_url())?;
        // A key that starts now has not seen the frames that came before the secrets.
        if self.attempt.is_none() && self.frames.len() == 0 {
            self.attempt = verifier.attempt(envelope);
        }
        Ok(())
    }

    /// Adds the next frame of the body.
    ///
    /// # Errors
    ///
    /// Returns [`RejectionKind::BodyTooLarge`] if the body is longer than the limit.
    pub fn push(&mut self, frame: Bytes) -> Result<(), Rejection> {
        if frame.len() > self.room() {
            return Err(RejectionKind::BodyTooLarge.into());
        }
        if let Some(attempt) = &mut self.attempt {
            attempt.update(&frame);
        }
        self.frames.push(frame);
        match self.pending.as_deref() {
            Some(pending) => Ok(pending.check_len(self.frames.len())?),
            None => Ok(()),
        }
    }

    /// Ends the body, verifies the delivery, and claims it if there is a replay guard.
    ///
    /// After a mismatch the secrets may be fetched again. If that brings a new one, the body is
    /// verified once more, so that a rotation costs no delivery.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejection`] that answers the request if the delivery is not to be handled.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, a claim in flight goes on in the background and is then released.
    pub async fn finish(mut self) -> Result<Delivery, Rejection> {
        self.conclude().await
    }

    /// As [`Incoming::finish`], but by reference: an `Incoming` is large, and a future that it is
    /// moved into would hold it twice.
    pub(crate) async fn conclude(&mut self) -> Result<Delivery, Rejection> {
        if self.envelope.is_none() {
            // Boxed, for it is not the way of a delivery.
            return Err(Box::pin(self.answer_unsigned()).await);
        }
        let (verified, verifier) = self.verdict().await?;
        if self.settings.registration.is_some() {
            self.answer_signed(&verified, &verifier)?;
        }
        #[cfg(feature = "replay")]
        let claimed = self.claim(&verified).await?;
        Ok(Delivery {
            verified,
            frames: mem::take(&mut self.frames),
            #[cfg(feature = "replay")]
            claimed,
        })
    }

    /// Waits for the secrets, and then reads the whole body.
    pub(crate) async fn read<B>(&mut self, body: B) -> Result<(), Rejection>
    where
        B: Body<Error: Into<Box<dyn Error + Send + Sync>>>,
    {
        self.secrets().await?;
        if self.pending.as_ref().is_some_and(|pending| pending.ignores_body()) {
            return Ok(());
        }
        let mut body = pin!(body);
        while let Some(frame) = next_frame(body.as_mut(), self.room()).await? {
            self.push(frame)?;
        }
        Ok(())
    }

    /// Takes the frames that came, whatever the verdict is.
    #[cfg(feature = "tower")]
    pub(crate) fn take_unverified(&mut self) -> Frames {
        mem::take(&mut self.frames)
    }

    /// The endpoint that the delivery is for, if the secrets depend on it.
    #[cfg(any(feature = "tower", feature = "replay"))]
    pub(crate) fn endpoint(&self) -> Option<&EndpointId> {
        self.secrets.endpoint()
    }

    /// A copy of the body so far.
    #[cfg(all(feature = "diagnose", feature = "tower"))]
    pub(crate) fn copy_body(&self) -> Vec<u8> {
        self.frames.chunks().flatten().copied().collect()
    }

    /// The verifier that was asked last.
    #[cfg(all(feature = "diagnose", feature = "tower"))]
    pub(crate) fn verifier(&self) -> Option<Arc<Verifier>> {
        self.secrets.verifier()
    }

    /// How many bytes may still come.
    fn room(&self) -> usize {
        self.settings.body_limit.saturating_sub(self.frames.len())
    }

    async fn verdict(&mut self) -> Result<(Verified, Arc<Verifier>), Rejection> {
        self.secrets().await?;
        let verifier = self.secrets.resolve().await?;
        let Some(envelope) = &mut self.envelope else {
            return Err(VerifyError::Missing(Field::Signature).into());
        };
        let verdict = verifier.verdict(envelope, self.attempt.take(), self.frames.chunks());
        #[cfg(feature = "fetch")]
        if let Err(VerifyError::Mismatch) = verdict
            && let Some(newer) = self.secrets.newer(&verifier).await
        {
            envelope.set_url(newer.signed_url())?;
            return Ok((newer.verdict(envelope, None, self.frames.chunks())?, newer));
        }
        Ok((verdict?, verifier))
    }

    /// Whether all pieces of what is signed are so, in the way in which it has been verified.
    pub(super) fn signed_content_is(
        &self,
        verified: &Verified,
        is: impl Fn(&[u8]) -> bool,
    ) -> bool {
        let Some(envelope) = &self.envelope else { return false };
        let fields = envelope.fields().read_as(verified.reading());
        let (form, frames) = match verified.scheme().signs_form() {
            true => (form::signed(envelope.fields(), self.frames.chunks()).ok(), None),
            false => (None, Some(self.frames.chunks())),
        };
        let body = form.as_deref().into_iter().chain(frames.into_iter().flatten());
        fields.before_body().chain(body).chain(fields.after_body()).all(is)
    }

    #[cfg(feature = "replay")]
    async fn claim(&self, verified: &Verified) -> Result<Option<Claimed>, Rejection> {
        let Some(replay) = &self.settings.replay else { return Ok(None) };
        let Some(key) = self.replay_key(replay, verified) else { return Ok(None) };
        match replay.claim(key, self.settings.window(), verified.scheme()).await {
            Ok(Outcome::Fresh(claimed)) => Ok(Some(claimed)),
            Ok(Outcome::InFlight) => Err(RejectionKind::InFlight.into()),
            Ok(Outcome::Done) => Err(RejectionKind::Duplicate.into()),
            Err(error) => Err(Rejection::not_claimed(error)),
        }
    }

    /// The key of the delivery, or `None` if nothing tells it apart from another one.
    #[cfg(feature = "replay")]
    fn replay_key(&self, replay: &Replay, verified: &Verified) -> Option<ReplayKey> {
        let scheme = verified.scheme();
        let endpoint = self.endpoint().map(EndpointId::as_str);
        let unsigned = self.unsigned.as_ref();
        // A signed URL stands for the path, as it was signed: there may be several ways to call it.
        let fields = self.envelope.as_ref()?.fields().read_as(verified.reading());
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
        let form = match scheme.signs_form() {
            true => {
                let fields = self.envelope.as_ref()?.fields();
                form::signed(fields, self.frames.chunks()).ok()?
            }
            false => Vec::new(),
        };
        content.update(&form);
        let frames = Some(&self.frames).filter(|_| !scheme.signs_form());
        let mut escaper = verified.reading().has(Reading::ESCAPED).then(Escaper::default);
        frames.iter().flat_map(|it| it.chunks()).for_each(|chunk| match &mut escaper {
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

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.settings.source.scheme();
        f.debug_struct("Incoming").field("scheme", &scheme).finish_non_exhaustive()
    }
}

/// What the head says of a delivery without a signature.
#[cfg(feature = "replay")]
pub(super) struct Unsigned {
    path: Option<Text<'static, 46>>,
    /// A hash, because it may be of any length.
    delivery: Option<[u8; 32]>,
    /// For the user's own key, if there is one.
    kept: Option<Box<Kept>>,
}

#[cfg(feature = "replay")]
impl Unsigned {
    pub(super) fn of(head: &Head<'_>, scheme: Scheme, replay: &Replay) -> Self {
        let delivery = scheme.delivery_header().and_then(|name| head.get(name));
        Self {
            path: head.path().map(|path| Text::from(path).into_owned()),
            delivery: delivery.map(|id| Sha256::digest(id).into()),
            kept: replay.own_key().map(|_| Box::new(Kept::of(head))),
        }
    }

    fn path(&self) -> Option<&str> {
        self.path.as_ref().map(Text::as_str)
    }

    fn delivery(&self) -> Option<&[u8]> {
        self.delivery.as_ref().map(<[u8; 32]>::as_slice)
    }
}
