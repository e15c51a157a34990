//! The verdict: in one call, as a stream, or over the frames that a server kept.

pub(crate) mod verification;
pub(crate) mod verified;

use std::fmt;
use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, Uri};
use time::OffsetDateTime;

#[cfg(feature = "tower")]
pub(crate) use self::verification::Receipt;
pub use self::verification::Verification;
pub use self::verified::Verified;
use crate::clock::Moment;
use crate::clock::{Clock, Tolerance};
use crate::crypto::key::Key;
use crate::error::{InvalidPublicUrl, InvalidSecret, VerifyError};
use crate::head::envelope::{Envelope, Head};
use crate::head::signatures::Wanted;
use crate::scheme::Scheme;
use crate::secret::Secret;
use crate::verify::verified::verdict;

/// The most secrets that a verifier or a signer holds.
pub(crate) const MAX_SECRETS: usize = 16;

/// Verifies one delivery with one secret, the scheme's own tolerance and the system's clock.
///
/// For more than one delivery make a [`Verifier`], which computes the key schedule only once.
///
/// # Errors
///
/// When the delivery is not one that the holder of `secret` signed just now; see [`VerifyError`].
/// A secret that is none for this scheme ([`Verifier::new`] tells) matches nothing.
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
    let key = Key::new(scheme, secret).map_err(|_| VerifyError::Mismatch)?;
    let head = Head { headers, request: None };
    let wanted = Wanted::default().and(key.algorithm());
    Envelope::read(&scheme, None, head, wanted, |envelope| {
        envelope.check(scheme.tolerance(), Moment::now())?;
        verdict(envelope, key.verifies(envelope, [body].into_iter()).then_some(0))
    })
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
    keys: Vec<Key>,
    wanted: Wanted,
    tolerance: Tolerance,
    /// The system's, unless there is another.
    clock: Option<Arc<dyn Clock>>,
    public_url: Option<Arc<str>>,
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
        let key = Key::new(scheme, &secret)?;
        Ok(Self {
            scheme,
            wanted: Wanted::default().and(key.algorithm()),
            keys: vec![key],
            tolerance: scheme.tolerance(),
            clock: None,
            public_url: None,
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
        let key = Key::new(self.scheme, &secret)?;
        self.wanted = self.wanted.and(key.algorithm());
        self.keys.push(key);
        Ok(self)
    }

    /// Replaces the scheme's own tolerance.
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

    /// Replaces the system's clock, which [`Verifier::verify`] and [`Verifier::begin`] read.
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::Scheme;
    ///
    /// let headers = Scheme::SLACK.signer("secret")?.sign(None, OffsetDateTime::UNIX_EPOCH, b"{}")?;
    /// let verifier = Scheme::SLACK.verifier("secret")?.clock(|| OffsetDateTime::UNIX_EPOCH);
    /// assert!(verifier.verify(&headers, b"{}").is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Sets what the sender calls before the request's path and query, for a scheme that signs
    /// its URL: `https://hooks.example.com`, or with the part of the path that a proxy takes away.
    ///
    /// It is configured because nothing in a request tells it reliably: `Host` and
    /// `X-Forwarded-*` come from whoever sends them.
    ///
    /// # Errors
    ///
    /// When it is not `http://` or `https://` with a host and at most a path.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// let verifier = Scheme::SQUARE.verifier("signature key")?.public_url("https://hooks.example.com")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn public_url(mut self, url: &str) -> Result<Self, InvalidPublicUrl> {
        self.public_url = Some(read_public_url(url)?);
        Ok(self)
    }

    /// The scheme whose deliveries are verified.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// assert_eq!(Scheme::GITHUB.verifier("secret")?.scheme().name(), "github");
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
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
        self.verify_head(Head { headers, request: None }, body, self.now())
    }

    /// Verifies a delivery as if it had arrived at `now`.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify`].
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
    pub fn verify_at(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: OffsetDateTime,
    ) -> Result<Verified, VerifyError> {
        self.verify_head(Head { headers, request: None }, body, now.into())
    }

    /// Verifies a delivery that has just arrived with its method and URL, for the schemes that
    /// sign them; for the others it is the same as [`Verifier::verify`].
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify`], and [`VerifyError::NeedsPublicUrl`] if the scheme signs the URL
    /// and [`Verifier::public_url`] was not called.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Request;
    /// use time::OffsetDateTime;
    /// use tower_webhook::Scheme;
    ///
    /// let (mut parts, ()) = Request::post("/square?shop=1").body(())?.into_parts();
    /// let called = "https://hooks.example.com/square?shop=1";
    /// let now = OffsetDateTime::now_utc();
    /// parts.headers = Scheme::SQUARE
    ///     .signer("signature key")?
    ///     .sign_request(&parts.method, called, None, now, b"{}")?;
    ///
    /// let verifier = Scheme::SQUARE.verifier("signature key")?.public_url("https://hooks.example.com")?;
    /// assert!(verifier.verify_request(&parts, b"{}").is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_request(&self, parts: &Parts, body: &[u8]) -> Result<Verified, VerifyError> {
        self.verify_head(Head::from(parts), body, self.now())
    }

    /// Verifies a delivery with its method and URL as if it had arrived at `now`.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify_request`].
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Request;
    /// use time::{Duration, OffsetDateTime};
    /// use tower_webhook::Scheme;
    ///
    /// let then = OffsetDateTime::from_unix_timestamp(1_700_000_000)?;
    /// let (mut parts, ()) = Request::post("/hubspot").body(())?.into_parts();
    /// parts.headers = Scheme::HUBSPOT_V3.signer("secret")?.sign_request(
    ///     &parts.method,
    ///     "https://hooks.example.com/hubspot",
    ///     None,
    ///     then,
    ///     b"[]",
    /// )?;
    ///
    /// let verifier = Scheme::HUBSPOT_V3.verifier("secret")?.public_url("https://hooks.example.com")?;
    /// assert!(verifier.verify_request_at(&parts, b"[]", then).is_ok());
    /// assert!(verifier.verify_request_at(&parts, b"[]", then + Duration::hours(1)).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_request_at(
        &self,
        parts: &Parts,
        body: &[u8],
        now: OffsetDateTime,
    ) -> Result<Verified, VerifyError> {
        self.verify_head(Head::from(parts), body, now.into())
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
        self.begin_head(Head { headers, request: None }, self.now())
    }

    /// Begins to verify a delivery as if it had arrived at `now`.
    ///
    /// # Errors
    ///
    /// As [`Verifier::begin`].
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
    /// // The head is enough to tell that it is too old by now.
    /// assert!(verifier.begin(&headers).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn begin_at(
        &self,
        headers: &HeaderMap,
        now: OffsetDateTime,
    ) -> Result<Verification, VerifyError> {
        self.begin_head(Head { headers, request: None }, now.into())
    }

    /// Begins to verify a delivery with its method and URL.
    ///
    /// # Errors
    ///
    /// As [`Verifier::begin`], and [`VerifyError::NeedsPublicUrl`] if the scheme signs the URL and
    /// [`Verifier::public_url`] was not called.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Request;
    /// use time::OffsetDateTime;
    /// use tower_webhook::Scheme;
    ///
    /// let (mut parts, ()) = Request::post("/square").body(())?.into_parts();
    /// let (called, now) = ("https://hooks.example.com/square", OffsetDateTime::now_utc());
    /// let signer = Scheme::SQUARE.signer("signature key")?;
    /// parts.headers = signer.sign_request(&parts.method, called, None, now, b"{}")?;
    ///
    /// let verifier = Scheme::SQUARE.verifier("signature key")?.public_url("https://hooks.example.com")?;
    /// let mut verification = verifier.begin_request(&parts)?;
    /// verification.update(b"{}");
    /// assert!(verification.finish().is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn begin_request(&self, parts: &Parts) -> Result<Verification, VerifyError> {
        self.begin_head(Head::from(parts), self.now())
    }

    #[cfg(feature = "fetch")]
    pub(crate) fn with_public_url(self, public_url: Option<Arc<str>>) -> Self {
        Self { public_url, ..self }
    }

    #[cfg(feature = "tower")]
    pub(crate) fn receipt(&self, head: Head<'_>) -> Result<Box<Receipt>, VerifyError> {
        self.open(head, self.now(), |envelope| Ok(Receipt::new(envelope)))
    }

    #[cfg(all(feature = "tower", feature = "replay"))]
    pub(crate) fn current_tolerance(&self) -> Tolerance {
        self.tolerance
    }

    fn verify_head(
        &self,
        head: Head<'_>,
        body: &[u8],
        now: Moment,
    ) -> Result<Verified, VerifyError> {
        self.open(head, now, |envelope| {
            let mut keys = self.keys.iter();
            verdict(envelope, keys.position(|key| key.verifies(envelope, [body].into_iter())))
        })
    }

    fn begin_head(&self, head: Head<'_>, now: Moment) -> Result<Verification, VerifyError> {
        self.open(head, now, |envelope| Ok(Verification::new(self, envelope)))
    }

    #[inline]
    fn open<T>(
        &self,
        head: Head<'_>,
        now: Moment,
        then: impl FnOnce(&Envelope<'_>) -> Result<T, VerifyError>,
    ) -> Result<T, VerifyError> {
        let public_url = self.public_url.as_ref();
        Envelope::read(&self.scheme, public_url, head, self.wanted, |envelope| {
            envelope.check(self.tolerance, now)?;
            then(envelope)
        })
    }

    fn now(&self) -> Moment {
        self.clock.as_ref().map_or_else(Moment::now, |clock| clock.now().into())
    }

    /// Tells whether one of the keys is this secret's.
    #[cfg(feature = "fetch")]
    pub(crate) fn holds(&self, secret: &Secret) -> bool {
        let key = Key::new(self.scheme, secret);
        key.is_ok_and(|key| self.keys.iter().any(|other| other.is_same(&key)))
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

pub(crate) fn read_public_url(url: &str) -> Result<Arc<str>, InvalidPublicUrl> {
    let uri: Uri = url.parse().map_err(|_| InvalidPublicUrl)?;
    let web = matches!(uri.scheme_str(), Some("https" | "http"));
    let host = uri.host().is_some_and(|host| !host.is_empty());
    if !web || !host || uri.query().is_some() || url.contains('#') {
        return Err(InvalidPublicUrl);
    }
    // The request's path begins with the slash.
    Ok(url.trim_end_matches('/').into())
}
