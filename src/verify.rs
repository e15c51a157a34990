//! The verdict: in one call, as a stream, or over the frames that a server kept.

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use time::OffsetDateTime;

use crate::mac::Mac;
use crate::scheme::{DeliveryId, Envelope};
use crate::{Clock, InvalidSecret, Scheme, Secret, SystemClock, Tolerance, VerifyError};

/// The most secrets that a verifier or a signer holds.
pub(crate) const MAX_SECRETS: usize = 16;

/// Verifies one delivery with one secret, the scheme's own tolerance and the system's clock.
///
/// For more than one delivery make a [`Verifier`], which computes the key schedule only once.
///
/// # Errors
///
/// When the delivery is not one that the holder of `secret` signed just now; see [`VerifyError`].
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
pub fn verify(
    scheme: Scheme,
    secret: &Secret,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Verified, VerifyError> {
    let envelope = Envelope::read(scheme, headers)?;
    envelope.check(scheme.tolerance(), SystemClock.now())?;
    let key = Mac::new(scheme.algorithm(), secret).map_err(|_| VerifyError::Mismatch)?;
    let mut keys = [key].into_iter();
    judge(envelope, |envelope| keys.next().map(|key| absorb(&key, envelope, [body])))
}

/// Verifies the deliveries of one endpoint.
///
/// The key schedule of each secret is computed once, when the secret is added. Share a verifier
/// between threads in an [`Arc`].
///
/// # Examples
///
/// The example of [Velt's documentation](https://velt.dev/docs/webhooks/advanced):
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
    /// Never empty; the newest first.
    keys: Vec<Mac>,
    tolerance: Tolerance,
    clock: Arc<dyn Clock>,
}

impl Verifier {
    /// Makes a verifier with one secret, the scheme's own tolerance and the system's clock.
    ///
    /// # Errors
    ///
    /// When the secret cannot be a key of the scheme's algorithm.
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
        Ok(Self {
            scheme,
            keys: vec![Mac::new(scheme.algorithm(), &secret)?],
            tolerance: scheme.tolerance(),
            clock: Arc::new(SystemClock),
        })
    }

    /// Adds a secret that is older than those before it, so that deliveries signed with it go on
    /// being accepted while it is being replaced.
    ///
    /// Secrets are tried in this order, and only deliveries that no newer secret matches cost the
    /// time for an older one.
    ///
    /// # Errors
    ///
    /// When the secret cannot be a key of the scheme's algorithm, or is the 17th.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{Scheme, Secret};
    ///
    /// let verifier = Scheme::GITHUB.verifier("new secret")?.older_secret(Secret::utf8("old secret")?)?;
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn older_secret(mut self, secret: Secret) -> Result<Self, InvalidSecret> {
        if self.keys.len() >= MAX_SECRETS {
            return Err(InvalidSecret::TooManySecrets);
        }
        self.keys.push(Mac::new(self.scheme.algorithm(), &secret)?);
        Ok(self)
    }

    /// Replaces the scheme's own tolerance.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Replaces the system's clock, which [`Verifier::verify`] and [`Verifier::begin`] read.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The scheme whose deliveries are verified.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Verifies a delivery that has just arrived.
    ///
    /// `body` must be the bytes as received, neither decoded nor parsed and printed again.
    ///
    /// # Errors
    ///
    /// When the delivery is not one that a holder of a secret signed within the tolerance; see
    /// [`VerifyError`].
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
    pub fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<Verified, VerifyError> {
        self.verify_at(headers, body, self.clock.now())
    }

    /// Verifies a delivery as if it had arrived at `now`.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify`].
    pub fn verify_at(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: OffsetDateTime,
    ) -> Result<Verified, VerifyError> {
        let envelope = self.open(headers, now)?;
        let mut keys = self.keys.iter();
        judge(envelope, |envelope| keys.next().map(|key| absorb(key, envelope, [body])))
    }

    /// Begins to verify a delivery whose body arrives in pieces.
    ///
    /// # Errors
    ///
    /// When the headers alone are reason enough to refuse the delivery; see [`VerifyError`].
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
    pub fn begin(&self, headers: &HeaderMap) -> Result<Verification, VerifyError> {
        self.begin_at(headers, self.clock.now())
    }

    /// Begins to verify a delivery as if it had arrived at `now`.
    ///
    /// # Errors
    ///
    /// As [`Verifier::begin`].
    pub fn begin_at(
        &self,
        headers: &HeaderMap,
        now: OffsetDateTime,
    ) -> Result<Verification, VerifyError> {
        let envelope = self.open(headers, now)?;
        let mut macs = [const { None }; MAX_SECRETS];
        for (mac, key) in macs.iter_mut().zip(&self.keys) {
            *mac = Some(absorb(key, &envelope, []));
        }
        Ok(Verification { envelope, macs })
    }

    fn open(&self, headers: &HeaderMap, now: OffsetDateTime) -> Result<Envelope, VerifyError> {
        let envelope = Envelope::read(self.scheme, headers)?;
        envelope.check(self.tolerance, now)?;
        Ok(envelope)
    }

    /// Tells whether one of the keys is this secret's, by what they make of the same nothing.
    #[cfg(feature = "fetch")]
    pub(crate) fn holds(&self, secret: &Secret) -> bool {
        let tag = Mac::new(self.scheme.algorithm(), secret).map(Mac::finish);
        let same = |key: &Mac, tag: &[u8]| key.clone().finish().matches(tag).into();
        tag.is_ok_and(|tag| self.keys.iter().any(|key| same(key, tag.as_bytes())))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("scheme", &self.scheme)
            .field("secrets", &self.keys.len())
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

/// A delivery whose body is still arriving; made by [`Verifier::begin`].
///
/// Nothing of the body is kept, so one MAC per secret runs along.
#[must_use = "nothing is verified until `finish` returns"]
pub struct Verification {
    envelope: Envelope,
    macs: [Option<Mac>; MAX_SECRETS],
}

impl Verification {
    /// Takes the next piece of the body. Where the body is cut makes no difference.
    pub fn update(&mut self, chunk: &[u8]) {
        self.macs.iter_mut().flatten().for_each(|mac| mac.update(chunk));
    }

    /// Ends the body and gives the verdict.
    ///
    /// # Errors
    ///
    /// [`VerifyError::Mismatch`] when no signature matches any of the secrets.
    pub fn finish(self) -> Result<Verified, VerifyError> {
        let mut macs = self.macs.into_iter().flatten();
        judge(self.envelope, |_| macs.next())
    }
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification").finish_non_exhaustive()
    }
}

/// A delivery whose frames are kept until the verdict, so that only the newest secret runs along
/// and the older ones are tried when it does not match.
#[cfg(feature = "tower")]
pub(crate) struct Receipt {
    verifier: Arc<Verifier>,
    envelope: Envelope,
    newest: Option<Mac>,
}

#[cfg(feature = "tower")]
impl Receipt {
    pub(crate) fn begin(
        verifier: &Arc<Verifier>,
        headers: &HeaderMap,
    ) -> Result<Self, VerifyError> {
        let envelope = verifier.open(headers, verifier.clock.now())?;
        let newest = verifier.keys.first().map(|key| absorb(key, &envelope, []));
        Ok(Self { verifier: Arc::clone(verifier), envelope, newest })
    }

    pub(crate) fn update(&mut self, chunk: &[u8]) {
        self.newest.iter_mut().for_each(|mac| mac.update(chunk));
    }

    /// `frames` are all the chunks that `update` has seen.
    pub(crate) fn finish<'a>(
        mut self,
        frames: impl Iterator<Item = &'a [u8]> + Clone,
    ) -> Result<Verified, VerifyError> {
        let mut older = self.verifier.keys.iter().skip(1);
        judge(self.envelope, |envelope| {
            let next = || Some(absorb(older.next()?, envelope, frames.clone()));
            self.newest.take().or_else(next)
        })
    }
}

/// Proof that a delivery was signed by a holder of a secret within the tolerance.
///
/// Only a successful verification makes one. What it tells is covered by the signature; anything
/// else in the request's headers is not.
///
/// # Examples
///
/// ```
/// use time::OffsetDateTime;
/// use tower_webhook::Scheme;
///
/// let scheme = Scheme::STANDARD;
/// let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// let now = OffsetDateTime::now_utc();
/// let headers = scheme.signer(secret)?.sign("msg_1", now, b"{}")?;
///
/// let verified = scheme.verifier(secret)?.verify(&headers, b"{}")?;
/// assert_eq!(verified.scheme(), scheme);
/// assert_eq!(verified.id(), Some("msg_1"));
/// assert_eq!(verified.timestamp(), Some(now.truncate_to_second()));
/// assert_eq!(verified.secret_index(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Verified {
    scheme: Scheme,
    id: Option<DeliveryId>,
    timestamp: Option<OffsetDateTime>,
    secret_index: usize,
}

impl Verified {
    /// The scheme under which the delivery was verified.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The delivery's id, if the scheme signs one. A sender repeats it when it tries again, so it
    /// is what to deduplicate by.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_ref().and_then(DeliveryId::as_str)
    }

    /// When the delivery was signed, if the scheme signs that.
    #[must_use]
    pub fn timestamp(&self) -> Option<OffsetDateTime> {
        self.timestamp
    }

    /// Which secret matched: 0 is the newest. When all deliveries of an endpoint match 0, the
    /// older secrets can go.
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.secret_index
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("scheme", &self.scheme)
            .field("id", &self.id())
            .field("timestamp", &self.timestamp)
            .field("secret_index", &self.secret_index)
            .finish()
    }
}

/// The only place where a verdict is made. `next` gives the state of each secret's MAC after the
/// body, the newest secret first.
fn judge(
    envelope: Envelope,
    mut next: impl FnMut(&Envelope) -> Option<Mac>,
) -> Result<Verified, VerifyError> {
    let mut secret_index = 0;
    while let Some(mac) = next(&envelope) {
        let tag = envelope.finish(mac);
        if envelope.contains(&tag).into() {
            let (scheme, id, timestamp) = envelope.into_claims();
            return Ok(Verified { scheme, id, timestamp, secret_index });
        }
        secret_index += 1;
    }
    Err(VerifyError::Mismatch)
}

/// Starts from a secret's keyed state and feeds what comes before the body, and the body.
pub(crate) fn absorb<'a>(
    key: &Mac,
    envelope: &Envelope,
    body: impl IntoIterator<Item = &'a [u8]>,
) -> Mac {
    let mut mac = key.clone();
    envelope.begin(&mut mac);
    body.into_iter().for_each(|chunk| mac.update(chunk));
    mac
}
