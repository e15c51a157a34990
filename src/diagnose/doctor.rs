//! The doctor: what is configured, and what a verifier makes of it.

use std::borrow::Cow;
use std::fmt;

use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::diagnose::diagnosis::Diagnosis;
use crate::diagnose::patient::Patient;
use crate::diagnose::secret;
use crate::diagnose::secret::{Key, Named};
use crate::diagnose::trial::{Budget, Keys};
use crate::diagnose::url::Url;
use crate::error::VerifyError;
use crate::head::Head;
use crate::head::envelope::{Envelope, SignedUrl, Terms};
use crate::head::list::Algorithms;
use crate::head::url::{InvalidPublicUrl, PublicUrl};
use crate::scheme::definition::Scheme;
use crate::scheme::timestamp::Tolerance;
use crate::secret::MAX_SECRETS;
use crate::verify::verified::Verified;
use crate::verify::verifier::Verifier;

/// As many bytes are hashed for one diagnosis, or take as long as that.
const BUDGET: usize = 64 << 20;

/// As many headers of a request are looked at.
const MAX_HEADERS: usize = 256;

/// Finds out why deliveries do not verify.
///
/// Its texts are wiped when it is dropped, and its `Debug` shows none of them.
///
/// # Examples
///
/// ```
/// use time::OffsetDateTime;
/// use tower_webhook::Scheme;
/// use tower_webhook::diagnose::Doctor;
///
/// let headers = Scheme::SLACK.signer("of the test app")?.sign(None, OffsetDateTime::now_utc(), b"{}")?;
/// let doctor = Doctor::new(Scheme::SLACK)
///     .secret("live", "of the live app")
///     .secret("test", "of the test app");
/// let diagnosis = doctor.diagnose(&headers, b"{}");
/// assert_eq!(diagnosis.findings()[0].code(), "other-secret");
/// assert!(diagnosis.findings()[0].found().contains("test"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "a doctor does nothing until it diagnoses"]
pub struct Doctor {
    pub(super) scheme: Scheme,
    /// The verifier and its keys, if there are no texts.
    verifier: Option<Verifier>,
    keyed: Vec<Key>,
    pub(super) texts: Vec<Named>,
    pub(super) tolerance: Tolerance,
    public_url: Option<PublicUrl>,
    pub(super) urls: Vec<String>,
    now: Option<OffsetDateTime>,
}

impl Doctor {
    /// Makes a doctor for deliveries that should be of `scheme`.
    pub fn new(scheme: Scheme) -> Self {
        Self {
            scheme,
            verifier: None,
            keyed: Vec::new(),
            texts: Vec::new(),
            tolerance: scheme.tolerance(),
            public_url: None,
            urls: Vec::new(),
            now: None,
        }
    }

    /// Adds the text of a secret, exactly as it is configured, and a name to call it by. The first is
    /// the one that deliveries are verified with; further ones are candidates for `other-secret`.
    ///
    /// The name appears in findings; the text never does. Of more than 16, the others are ignored.
    pub fn secret(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        let (name, text) = (name.into(), Zeroizing::new(text.into()));
        if self.texts.len() < MAX_SECRETS {
            self.texts.push(Named { name, text });
        }
        self
    }

    /// Sets how far from now a timestamp may be, default that of the scheme.
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets the time at which the delivery arrived, default the time of the diagnosis. Set it for a
    /// delivery that was saved.
    pub fn now(mut self, now: OffsetDateTime) -> Self {
        self.now = Some(now);
        self
    }

    /// Sets the [public URL](Verifier::public_url) that is configured.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidPublicUrl`] as [`Verifier::public_url`] does.
    pub fn public_url(mut self, url: &str) -> Result<Self, InvalidPublicUrl> {
        self.public_url = Some(PublicUrl::new(url)?);
        Ok(self)
    }

    /// Sets the [exact URL](Verifier::exact_url) that is configured.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidPublicUrl`] as [`Verifier::exact_url`] does.
    pub fn exact_url(mut self, url: &str) -> Result<Self, InvalidPublicUrl> {
        self.public_url = Some(PublicUrl::exact(url)?);
        Ok(self)
    }

    /// Adds a URL that the sender may have called, or a part of one: the one that is registered with
    /// the provider, or axum's `OriginalUri` behind a `nest`. Of more than 16, the others are ignored.
    pub fn candidate_url(mut self, url: impl Into<String>) -> Self {
        if self.urls.len() < 16 {
            self.urls.push(url.into());
        }
        self
    }

    /// Verifies a delivery, and if it does not verify, finds out why.
    pub fn diagnose<'h>(&self, head: impl Into<Head<'h>>, body: &[u8]) -> Diagnosis {
        let head = head.into();
        let now = self.time();
        let verdict = self.verdict(head, body, now);
        let mut budget = Budget::new(BUDGET);
        let findings = match &verdict {
            Ok(_) => Vec::new(),
            Err(error) => {
                let pairs: Vec<_> = head.pairs().take(MAX_HEADERS).collect();
                let url = Url::new(self.public_url.as_ref(), head.request());
                let patient =
                    Patient { doctor: self, pairs: &pairs, url: &url, body: Some(body), now };
                match patient.proofs(&mut budget) {
                    proofs if proofs.is_empty() => patient.observed(*error),
                    proofs => proofs,
                }
            }
        };
        Diagnosis { verdict, findings, complete: budget.is_complete() }
    }

    fn time(&self) -> OffsetDateTime {
        let configured = || self.verifier.as_ref().map(Verifier::time);
        self.now.or_else(configured).unwrap_or_else(OffsetDateTime::now_utc)
    }

    /// What the head alone says of a delivery that was refused for it, and whose body was not read.
    #[cfg(feature = "tower")]
    pub(crate) fn diagnose_head<'h>(
        &self,
        head: impl Into<Head<'h>>,
        error: VerifyError,
    ) -> Diagnosis {
        let head = head.into();
        let now = self.time();
        let pairs: Vec<_> = head.pairs().take(MAX_HEADERS).collect();
        let url = Url::new(self.public_url.as_ref(), head.request());
        let patient = Patient { doctor: self, pairs: &pairs, url: &url, body: None, now };
        Diagnosis { verdict: Err(error), findings: patient.observed(error), complete: true }
    }

    /// What a verifier with the first secret says. A text that is no secret matches nothing.
    fn verdict(
        &self,
        head: Head<'_>,
        body: &[u8],
        now: OffsetDateTime,
    ) -> Result<Verified, VerifyError> {
        let text = self.texts.first().map(|named| self.scheme.verifier(&named.text));
        let verifier = text.map_or(self.verifier.clone(), Result::ok);
        if let Some(verifier) = verifier {
            let verifier =
                verifier.tolerance(self.tolerance).with_public_url(self.public_url.clone());
            return verifier.verify_at(head, body, now);
        }
        let terms = Terms {
            scheme: self.scheme,
            algorithms: Algorithms::default().and(self.scheme.algorithm()),
            tolerance: self.tolerance,
            url: SignedUrl::Known(self.public_url.as_ref()),
        };
        Envelope::open(terms, head, || now.into())?;
        Err(VerifyError::Mismatch)
    }
}

/// A doctor without the text of a secret, for deliveries that a verifier rejects: it tries
/// everything but the hypotheses about the secret and those that need another key.
impl From<&Verifier> for Doctor {
    fn from(verifier: &Verifier) -> Self {
        Self {
            keyed: verifier.keys().iter().cloned().map(|key| Key::Keyed(Box::new(key))).collect(),
            tolerance: verifier.current_tolerance(),
            public_url: verifier.signed_url().cloned(),
            verifier: Some(verifier.clone()),
            ..Self::new(verifier.scheme())
        }
    }
}

impl Keys for Doctor {
    fn keys(&self, scheme: Scheme) -> Cow<'_, [Key]> {
        match self.texts.first() {
            Some(named) => Cow::Owned(secret::keys(self.scheme, scheme, &named.text)),
            None => Cow::Borrowed(&self.keyed),
        }
    }
}

impl fmt::Debug for Doctor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doctor")
            .field("scheme", &self.scheme)
            .field("secrets", &self.texts.len())
            .finish_non_exhaustive()
    }
}
