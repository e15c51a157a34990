//! The verifier: the secrets of one endpoint, and the order in which they are tried.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
#[cfg(all(feature = "metrics", feature = "receive"))]
use std::time::Duration;

use time::OffsetDateTime;

#[cfg(all(feature = "metrics", feature = "receive"))]
use crate::clock::SystemClock;
use crate::clock::{Clock, UnixTime};
use crate::crypto::content::Content;
use crate::crypto::key::VerifyingKey;
use crate::error::VerifyError;
use crate::head::Head;
use crate::head::derived;
use crate::head::envelope::{Envelope, SignedUrl, Terms, Unread};
use crate::head::list::Algorithms;
use crate::head::reading::Reading;
use crate::head::url::{InvalidPublicUrl, PublicUrl};
use crate::scheme::definition::Scheme;
use crate::scheme::timestamp::Tolerance;
use crate::secret::{InvalidSecret, MAX_SECRETS, Secret};
use crate::verify::attempt::{Attempt, Found};
use crate::verify::verification::Verification;
use crate::verify::verified::{Verified, verdict};

/// Verifies one delivery with one secret, the scheme's own tolerance and the system's clock.
///
/// For more than one delivery, make a [`Verifier`], which computes the key schedule only once.
///
/// # Errors
///
/// Returns an error if the delivery is malformed, outside the tolerance, or not signed with
/// `secret`. A secret that [`Verifier::new`] rejects never matches.
///
/// # Examples
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::{Scheme, Secret};
///
/// let secret = Secret::utf8("It's a Secret to Everybody")?;
/// let mut headers = HeaderMap::new();
/// headers.insert(
///     "x-hub-signature-256",
///     "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17".parse()?,
/// );
/// tower_webhook::verify(Scheme::GITHUB, &secret, &headers, b"Hello, World!")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify<'h>(
    scheme: Scheme,
    secret: &Secret,
    head: impl Into<Head<'h>>,
    body: &[u8],
) -> Result<Verified, VerifyError> {
    verify_once(scheme, secret, head.into(), body, UnixTime::now)
}

/// Verifies one delivery as if it had arrived at `now`: as [`verify()`](crate::verify()), where
/// there is no clock to read.
///
/// # Errors
///
/// Returns an error as [`verify()`](crate::verify()) does.
///
/// # Examples
///
/// ```
/// use time::OffsetDateTime;
/// use tower_webhook::verify::verify_at;
/// use tower_webhook::{Scheme, Secret};
///
/// let then = OffsetDateTime::from_unix_timestamp(1_700_000_000)?;
/// let headers = Scheme::SLACK.signer("secret")?.sign(None, then, b"{}")?;
/// verify_at(Scheme::SLACK, &Secret::utf8("secret")?, &headers, b"{}", then)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify_at<'h>(
    scheme: Scheme,
    secret: &Secret,
    head: impl Into<Head<'h>>,
    body: &[u8],
    now: OffsetDateTime,
) -> Result<Verified, VerifyError> {
    verify_once(scheme, secret, head.into(), body, || now.into())
}

fn verify_once(
    scheme: Scheme,
    secret: &Secret,
    head: Head<'_>,
    body: &[u8],
    now: impl FnOnce() -> UnixTime,
) -> Result<Verified, VerifyError> {
    // An error of setup, for which `VerifyError` has no variant: such a secret matches nothing.
    let key = secret.verifying_key(scheme).map_err(|_| VerifyError::Mismatch)?;
    let terms = Terms {
        scheme,
        algorithms: Algorithms::default().and(key.algorithm()),
        tolerance: scheme.tolerance(),
        url: SignedUrl::Known(None),
    };
    let envelope = Envelope::open(terms, head, now)?;
    let found = match scheme.derives_body() {
        false => find(0, &key, &envelope, &body, false),
        true => find(0, &key, &envelope, &&*derived::signed(envelope.fields(), &body)?, false),
    };
    verdict(&envelope, found)
}

/// Verifies the deliveries of one endpoint.
///
/// The key schedule of each secret is computed once, when the secret is added. Share a verifier
/// between threads in an [`Arc`].
///
/// # Examples
///
/// The example in [Velt's documentation](https://velt.dev/docs/webhooks/advanced):
///
/// ```
/// use http::HeaderMap;
/// use time::OffsetDateTime;
/// use tower_webhook::Scheme;
///
/// let verifier = Scheme::VELT.verifier("whsec_plJ3nmyCDGBKInavdOK15jsl")?;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("webhook-id", "msg_loFOjxBNrRLzqYUf".parse()?);
/// headers.insert("webhook-timestamp", "1731705121".parse()?);
/// headers.insert(
///     "webhook-signature",
///     "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=".parse()?,
/// );
/// let body = br#"{"event_type":"ping","data":{"success":true}}"#;
///
/// let then = OffsetDateTime::from_unix_timestamp(1_731_705_121)?;
/// let verified = verifier.verify_at(&headers, body, then)?;
/// assert_eq!(verified.id(), Some("msg_loFOjxBNrRLzqYUf"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    scheme: Scheme,
    /// Never empty, in the order in which they are tried.
    keys: Vec<VerifyingKey>,
    algorithms: Algorithms,
    /// The key that matched last, to be tried first. Clones share it.
    last: Arc<AtomicUsize>,
    tolerance: Tolerance,
    /// `None` is the system's, which is read without a detour through the calendar.
    clock: Option<Arc<dyn Clock>>,
    public_url: Option<PublicUrl>,
}

impl Verifier {
    /// Makes a verifier with one secret, the scheme's own tolerance and the system's clock.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if the secret cannot be a key of the scheme's algorithm, or if the
    /// feature that the algorithm needs is not compiled in.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{Scheme, Secret, Verifier};
    ///
    /// let verifier = Verifier::new(Scheme::GITHUB, Secret::bytes(*b"\x17 raw bytes")?)?;
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn new(scheme: Scheme, secret: Secret) -> Result<Self, InvalidSecret> {
        let key = secret.verifying_key(scheme)?;
        Ok(Self {
            scheme,
            algorithms: Algorithms::default().and(key.algorithm()),
            keys: vec![key],
            last: Arc::default(),
            tolerance: scheme.tolerance(),
            clock: None,
            public_url: None,
        })
    }

    /// Adds another valid secret: the one that is being replaced, or that of a second endpoint with
    /// the same URL.
    ///
    /// Secrets are tried in the order in which they were added, but that which matched last comes
    /// first: while a sender changes from one to the other, only the first delivery of each costs more
    /// time. [`Verified::secret_index`] does not depend on it.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if the secret cannot be a key of the scheme's algorithm, or is the
    /// 17th.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{Scheme, Secret};
    ///
    /// let verifier = Scheme::GITHUB.verifier("new secret")?.add_secret(Secret::utf8("old secret")?)?;
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn add_secret(mut self, secret: Secret) -> Result<Self, InvalidSecret> {
        if self.keys.len() >= MAX_SECRETS {
            return Err(InvalidSecret::TooManySecrets);
        }
        let key = secret.verifying_key(self.scheme)?;
        self.algorithms = self.algorithms.and(key.algorithm());
        self.keys.push(key);
        Ok(self)
    }

    /// Sets how far from now a timestamp may be, default [`Scheme::tolerance`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::{Scheme, Tolerance};
    ///
    /// let verifier = Scheme::SLACK
    ///     .verifier("secret")?
    ///     .tolerance(Tolerance::symmetric(Duration::from_secs(30)));
    /// # let old = time::OffsetDateTime::now_utc() - Duration::from_secs(60);
    /// # let headers = Scheme::SLACK.signer("secret")?.sign(None, old, b"{}")?;
    /// # assert!(verifier.verify(&headers, b"{}").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets the clock that [`Verifier::verify`] and [`Verifier::begin`] read, default
    /// [`SystemClock`](crate::clock::SystemClock). It is read only for schemes that sign a time.
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::Scheme;
    /// use tower_webhook::clock::ManualClock;
    ///
    /// let then = OffsetDateTime::from_unix_timestamp(1_700_000_000)?;
    /// let headers = Scheme::SLACK.signer("secret")?.sign(None, then, b"{}")?;
    /// let verifier = Scheme::SLACK.verifier("secret")?.clock(ManualClock::new(then));
    /// assert!(verifier.verify(&headers, b"{}").is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Sets the part of the URL before the request's path and query, as the sender calls it, for a
    /// scheme that signs the URL; default none. It is `https://hooks.example.com`, or more if a
    /// proxy removes a part of the path.
    ///
    /// It is configured because nothing in a request says it reliably: `Host` and `X-Forwarded-*`
    /// come from whoever sends the request.
    ///
    /// Where the path that is left is `/`, the URL may have been registered with that slash or without
    /// it, and either is accepted. A URL that is called otherwise than it was registered, because of a
    /// fragment, a space or a letter such as `é`, is for [`Verifier::exact_url`].
    ///
    /// # Errors
    ///
    /// Returns [`InvalidPublicUrl`] if it is not `http://` or `https://` with a host and at most a
    /// path.
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::Scheme;
    ///
    /// let url = "https://hooks.example.com/square?shop=1";
    /// let signer = Scheme::SQUARE.signer("signature key")?;
    /// let request = signer.request(url, None, OffsetDateTime::now_utc(), "{}")?;
    ///
    /// let verifier = Scheme::SQUARE.verifier("signature key")?.public_url("https://hooks.example.com")?;
    /// assert!(verifier.verify(&request, b"{}").is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn public_url(mut self, url: &str) -> Result<Self, InvalidPublicUrl> {
        self.public_url = Some(PublicUrl::new(url)?);
        Ok(self)
    }

    /// Sets the whole URL as it was registered with the provider, for a scheme that signs the URL,
    /// instead of [`Verifier::public_url`]. It is signed as it is, and the URL of the request is not
    /// used at all. If the scheme does not sign the method either, headers are enough to verify.
    ///
    /// # Security
    ///
    /// No byte of a delivery can then move between the URL and the body. But neither the path nor the
    /// query of the request is covered by the signature: whoever has captured a delivery can send it
    /// again with others. So let the verifier see the requests to one route only, and take nothing
    /// from their query.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidPublicUrl`] if it does not begin with `http://` or `https://` and a host, or
    /// has control characters or blanks at its end.
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::Scheme;
    ///
    /// let url = "https://hooks.example.com#square";
    /// let signer = Scheme::SQUARE.signer("signature key")?;
    /// let request = signer.request(url, None, OffsetDateTime::now_utc(), "{}")?;
    ///
    /// let verifier = Scheme::SQUARE.verifier("signature key")?.exact_url(url)?;
    /// assert!(verifier.verify(request.headers(), b"{}").is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn exact_url(mut self, url: &str) -> Result<Self, InvalidPublicUrl> {
        self.public_url = Some(PublicUrl::exact(url)?);
        Ok(self)
    }

    /// Checks that what the scheme needs is set: for one that signs the URL, [`Verifier::public_url`] or
    /// [`Verifier::exact_url`]. Call it when the server starts, instead of finding out from the first
    /// delivery.
    ///
    /// A receiver and a layer check it too when they are made. They cannot fail, so
    /// with the feature `tracing` it is an event at `error`, and every request is answered with 500.
    ///
    /// # Errors
    ///
    /// Returns [`VerifyError::NeedsPublicUrl`] if the scheme signs the URL and none is set.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{Scheme, VerifyError};
    ///
    /// let verifier = Scheme::SQUARE.verifier("signature key")?;
    /// assert_eq!(verifier.check(), Err(VerifyError::NeedsPublicUrl));
    ///
    /// let verifier = verifier.public_url("https://hooks.example.com")?;
    /// assert_eq!(verifier.check(), Ok(()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(&self) -> Result<(), VerifyError> {
        match self.scheme.signs_url() && self.public_url.is_none() {
            true => Err(VerifyError::NeedsPublicUrl),
            false => Ok(()),
        }
    }

    /// The scheme whose deliveries are verified.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Verifies a delivery that has just arrived.
    ///
    /// `body` must be the bytes as received, neither decoded nor parsed and serialized again.
    ///
    /// # Errors
    ///
    /// Returns [`VerifyError`] if the delivery is malformed, outside the tolerance, or signed with
    /// none of the secrets. [`VerifyError::NeedsRequest`] and [`VerifyError::NeedsPublicUrl`] mean
    /// that the receiver is misconfigured for a scheme that signs the URL.
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::{Scheme, VerifyError};
    ///
    /// let headers = Scheme::SLACK.signer("secret")?.sign(None, OffsetDateTime::now_utc(), b"{}")?;
    ///
    /// let verifier = Scheme::SLACK.verifier("secret")?;
    /// assert!(verifier.verify(&headers, b"{}").is_ok());
    /// assert_eq!(verifier.verify(&headers, b"{ }").unwrap_err(), VerifyError::Mismatch);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify<'h>(
        &self,
        head: impl Into<Head<'h>>,
        body: &[u8],
    ) -> Result<Verified, VerifyError> {
        self.verify_head(head.into(), body, None)
    }

    /// Verifies a delivery as if it had arrived at `now`.
    ///
    /// # Errors
    ///
    /// Returns [`VerifyError`] as [`Verifier::verify`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// use time::{Duration, OffsetDateTime};
    /// use tower_webhook::{Scheme, VerifyError};
    ///
    /// let then = OffsetDateTime::from_unix_timestamp(1_700_000_000)?;
    /// let headers = Scheme::SLACK.signer("secret")?.sign(None, then, b"{}")?;
    ///
    /// let verifier = Scheme::SLACK.verifier("secret")?;
    /// assert!(verifier.verify_at(&headers, b"{}", then + Duration::minutes(5)).is_ok());
    /// let error = verifier.verify_at(&headers, b"{}", then + Duration::hours(1)).unwrap_err();
    /// assert_eq!(error, VerifyError::TimestampTooOld);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_at<'h>(
        &self,
        head: impl Into<Head<'h>>,
        body: &[u8],
        now: OffsetDateTime,
    ) -> Result<Verified, VerifyError> {
        self.verify_head(head.into(), body, Some(now))
    }

    /// Begins to verify a delivery whose body arrives in pieces.
    ///
    /// # Errors
    ///
    /// Returns [`VerifyError`] if the head alone is reason enough to reject the delivery, and
    /// [`VerifyError::NeedsWholeBody`] for a scheme that signs
    /// [the fields of a form](crate::scheme::Part::Form).
    ///
    /// # Examples
    ///
    /// ```
    /// # use time::OffsetDateTime;
    /// # use tower_webhook::Scheme;
    /// # let verifier = Scheme::SLACK.verifier("secret")?;
    /// # let headers = Scheme::SLACK.signer("secret")?.sign(None, OffsetDateTime::now_utc(), b"{}")?;
    /// let mut verification = verifier.begin(&headers)?;
    /// for chunk in [b"{", b"}"] {
    ///     verification.update(chunk);
    /// }
    /// let verified = verification.finish()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn begin<'h>(&self, head: impl Into<Head<'h>>) -> Result<Verification, VerifyError> {
        self.begin_head(head.into(), None)
    }

    /// Begins to verify a delivery as if it had arrived at `now`.
    ///
    /// # Errors
    ///
    /// Returns [`VerifyError`] as [`Verifier::begin`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::Scheme;
    ///
    /// let then = OffsetDateTime::from_unix_timestamp(1_700_000_000)?;
    /// let headers = Scheme::SLACK.signer("secret")?.sign(None, then, b"{}")?;
    ///
    /// let verifier = Scheme::SLACK.verifier("secret")?;
    /// let mut verification = verifier.begin_at(&headers, then)?;
    /// verification.update(b"{}");
    /// assert!(verification.finish().is_ok());
    /// // By now it is too old, which the head alone shows.
    /// assert!(verifier.begin(&headers).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn begin_at<'h>(
        &self,
        head: impl Into<Head<'h>>,
        now: OffsetDateTime,
    ) -> Result<Verification, VerifyError> {
        self.begin_head(head.into(), Some(now))
    }

    /// Reads a head and checks its time.
    #[inline]
    pub(crate) fn open<'h>(
        &self,
        head: Head<'h>,
        now: Option<OffsetDateTime>,
    ) -> Result<Envelope<'h>, Unread> {
        let terms = Terms {
            scheme: self.scheme,
            algorithms: self.algorithms,
            tolerance: self.tolerance,
            url: SignedUrl::Known(self.signed_url()),
        };
        Envelope::open(terms, head, || match (now, &self.clock) {
            (Some(now), _) => now.into(),
            (None, Some(clock)) => clock.now().into(),
            (None, None) => UnixTime::now(),
        })
    }

    /// Begins with the first secret that can be tried, for a body that is kept until the verdict:
    /// the others are tried only if that one does not match.
    #[cfg(feature = "receive")]
    pub(crate) fn attempt(&self, envelope: &Envelope<'_>) -> Option<Attempt> {
        if self.scheme.signs_form() {
            return None;
        }
        self.in_turn(envelope).find_map(|(index, key)| {
            let mut first = None;
            Attempt::begin(Found::as_received(index), key, envelope, 1, |it| first = Some(it));
            first
        })
    }

    /// The keys in the order in which they are tried.
    #[cfg(feature = "receive")]
    fn in_turn(&self, envelope: &Envelope<'_>) -> impl Iterator<Item = (usize, &VerifyingKey)> {
        let first = self.first_tried(envelope);
        let keys = self.keys.iter().enumerate();
        keys.clone().skip(first).take(1).chain(keys.filter(move |(index, _)| *index != first))
    }

    /// The key that is tried first: that which matched last, because it probably will again. With several
    /// signatures more than one key may match, and which one is found must not depend on other
    /// deliveries; there the order is that in which they were added.
    fn first_tried(&self, envelope: &Envelope<'_>) -> usize {
        match self.keys.len() {
            1 => 0,
            _ if envelope.signatures().are_several() => 0,
            _ => self.last.load(Relaxed),
        }
    }

    /// Returns the verdict on a complete body. `tried` has already seen all of it.
    #[inline]
    pub(crate) fn verdict<'b>(
        &self,
        envelope: &'b Envelope<'_>,
        tried: Option<Box<Attempt>>,
        body: &'b impl Content<'b>,
    ) -> Result<Verified, VerifyError> {
        // What has been tried is tried again only if one signature was, of several.
        let settled = tried.as_ref().filter(|it| it.is_only()).map(|it| it.found.secret_index);
        if let Some(mut attempt) = tried
            && attempt.finish(envelope)
        {
            return verdict(envelope, Some(attempt.found));
        }
        if self.scheme.derives_body() {
            return self.verdict_on_derived(envelope, settled, body);
        }
        self.judge(envelope, settled, body)
    }

    #[cold]
    fn verdict_on_derived<'b>(
        &self,
        envelope: &Envelope<'_>,
        settled: Option<usize>,
        body: &impl Content<'b>,
    ) -> Result<Verified, VerifyError> {
        self.judge(envelope, settled, &&*derived::signed(envelope.fields(), body)?)
    }

    /// Returns the verdict on what is signed of a body. The key whose index is `settled` does not match it
    /// as it was received.
    #[inline]
    fn judge<'b>(
        &self,
        envelope: &'b Envelope<'_>,
        settled: Option<usize>,
        body: &'b impl Content<'b>,
    ) -> Result<Verified, VerifyError> {
        let find = |(index, key)| find(index, key, envelope, body, settled == Some(index));
        // Not a loop, because there is most often one key.
        let first = self.first_tried(envelope);
        let mut found = self.keys.get(first).and_then(|key| find((first, key)));
        if found.is_none() && self.keys.len() > 1 {
            found =
                self.keys.iter().enumerate().filter(|(index, _)| *index != first).find_map(find);
        }
        // Written only when it changes, because all threads read it.
        if let Some(Found { secret_index, .. }) = found
            && self.last.load(Relaxed) != secret_index
        {
            self.last.store(secret_index, Relaxed);
        }
        verdict(envelope, found)
    }

    /// The HMAC of a challenge with the secret of this index, unless that is a public key. Whose
    /// challenge it is, and that it is none of a delivery, is for the caller to know.
    #[cfg(feature = "receive")]
    pub(crate) fn answer(&self, index: usize, challenge: &str) -> Option<Vec<u8>> {
        self.keys.get(index)?.answer(challenge.as_bytes())
    }

    fn verify_head(
        &self,
        head: Head<'_>,
        body: &[u8],
        now: Option<OffsetDateTime>,
    ) -> Result<Verified, VerifyError> {
        // By reference, because an envelope is large: `?` would move it.
        match &self.open(head, now) {
            Ok(envelope) => self.verdict(envelope, None, &body),
            Err(unread) => Err(unread.error),
        }
    }

    fn begin_head(
        &self,
        head: Head<'_>,
        now: Option<OffsetDateTime>,
    ) -> Result<Verification, VerifyError> {
        match &self.open(head, now) {
            Ok(_) if self.scheme.signs_form() => Err(VerifyError::NeedsWholeBody),
            Ok(envelope) => {
                let mut verification = Verification::new(envelope);
                verification.begin(&self.keys, envelope);
                Ok(verification)
            }
            Err(unread) => Err(unread.error),
        }
    }

    /// The time of the verifier's clock.
    #[cfg(feature = "diagnose")]
    pub(crate) fn time(&self) -> OffsetDateTime {
        self.clock.as_ref().map_or_else(OffsetDateTime::now_utc, |clock| clock.now())
    }

    /// The keys, in the order in which they are tried.
    #[cfg(feature = "diagnose")]
    pub(crate) fn keys(&self) -> &[VerifyingKey] {
        &self.keys
    }

    #[cfg(any(feature = "diagnose", feature = "fetch"))]
    pub(crate) fn with_public_url(self, public_url: Option<PublicUrl>) -> Self {
        Self { public_url, ..self }
    }

    /// The time on the clock that measures durations.
    #[cfg(all(feature = "metrics", feature = "receive"))]
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.as_ref().map_or_else(|| SystemClock.elapsed(), |clock| clock.elapsed())
    }

    /// The URL as it is configured.
    pub(crate) fn signed_url(&self) -> Option<&PublicUrl> {
        self.public_url.as_ref()
    }

    #[cfg(any(feature = "diagnose", all(feature = "receive", feature = "replay")))]
    pub(crate) fn current_tolerance(&self) -> Tolerance {
        self.tolerance
    }

    /// Returns whether one of the keys is that of this secret.
    #[cfg(feature = "fetch")]
    pub(crate) fn holds(&self, secret: &Secret) -> bool {
        let key = secret.verifying_key(self.scheme);
        key.is_ok_and(|key| self.keys.iter().any(|other| other.is_same(&key)))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Verifier");
        debug.field("scheme", &self.scheme);
        debug.field("secrets", &self.keys.len());
        debug.field("tolerance", &self.tolerance);
        if let Some(url) = &self.public_url {
            debug.field("public_url", url);
        }
        debug.finish_non_exhaustive()
    }
}

impl Scheme {
    /// Makes a verifier from a secret as this provider prints it.
    ///
    /// If the text has two readings ([`Utf8OrHex`](crate::scheme::KeyFormat::Utf8OrHex),
    /// [`WhsecAndUtf8`](crate::scheme::KeyFormat::WhsecAndUtf8)), the verifier holds both, and
    /// [`Verified::secret_index`] says which one matched.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSecret`] if `text` is not in the format of [`Scheme::key_format`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// let verifier = Scheme::STANDARD.verifier("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn verifier(&self, text: &str) -> Result<Verifier, InvalidSecret> {
        let (first, second) = self.readings(text)?;
        let verifier = Verifier::new(*self, first)?;
        match second {
            Some(second) => verifier.add_secret(second),
            None => Ok(verifier),
        }
    }
}

/// Tries a key on a complete body: as it was received, unless that is `settled` already, and then in
/// the other ways in which the delivery can be read.
#[inline]
fn find<'b>(
    index: usize,
    key: &VerifyingKey,
    envelope: &'b Envelope<'_>,
    body: &'b impl Content<'b>,
    settled: bool,
) -> Option<Found> {
    let verifies = || {
        let content = envelope.fields().with_body(body);
        key.verifies(&content, envelope.signatures())
    };
    if !settled && verifies() {
        Some(Found::as_received(index))
    } else if envelope.fields().scheme().has_readings() {
        otherwise(index, key, envelope, body)
    } else {
        None
    }
}

#[cold]
fn otherwise<'b>(
    secret_index: usize,
    key: &VerifyingKey,
    envelope: &Envelope<'_>,
    body: &impl Content<'b>,
) -> Option<Found> {
    let fields = envelope.fields();
    let mut is_ascii = true;
    body.each(|chunk| is_ascii &= chunk.is_ascii());
    let escapes = fields.scheme().escaped_body() && !is_ascii;
    let readings = fields.readings().with(Reading::ESCAPED, escapes);
    readings.each().map(|reading| Found { secret_index, reading }).find(|found| {
        let mut matches = false;
        Attempt::begin(*found, key, envelope, usize::MAX, |attempt| {
            if !matches {
                let mut attempt = attempt.of_digest();
                body.each(|chunk| attempt.update(chunk));
                matches = attempt.finish(envelope);
            }
        });
        matches
    })
}
