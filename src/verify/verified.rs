//! The verdict, and the proof that it was in a delivery's favor.

use std::fmt;

use time::OffsetDateTime;

use crate::clock::UnixTime;
use crate::error::VerifyError;
use crate::head::envelope::Envelope;
use crate::head::owned::Id;
use crate::head::reading::Reading;
use crate::scheme::definition::Scheme;
use crate::text::Text;
use crate::verify::attempt::Found;

/// Proof that a delivery was signed by a holder of a secret within the tolerance.
///
/// Only a successful verification makes one. Everything it says is covered by the signature;
/// anything else in the request's headers is not. Of a scheme that signs nothing it says no more than
/// that the sender has the secret: see [`Verified::covers_body`].
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
    id: Option<Id>,
    timestamp: Option<UnixTime>,
    secret_index: usize,
    #[cfg_attr(
        not(feature = "receive"),
        expect(dead_code, reason = "only a receiver asks for it")
    )]
    reading: Reading,
}

impl Verified {
    /// The scheme under which the delivery was verified.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The delivery's id, if the scheme signs one. A sender repeats it when it retries, so
    /// deduplicate by it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use time::OffsetDateTime;
    /// # use tower_webhook::Scheme;
    /// # let mut headers = Scheme::GITHUB.signer("secret")?.sign(None, OffsetDateTime::now_utc(), b"{}")?;
    /// headers.insert("x-github-delivery", "anything at all".parse()?);
    /// let verified = Scheme::GITHUB.verifier("secret")?.verify(&headers, b"{}")?;
    /// // That header is not signed.
    /// assert_eq!(verified.id(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_ref().map(Text::as_str)
    }

    /// The time at which the delivery was signed, if the scheme signs it.
    #[must_use]
    pub fn timestamp(&self) -> Option<OffsetDateTime> {
        self.timestamp.and_then(UnixTime::to_offset_date_time)
    }

    /// Returns `false` if the scheme [signs nothing](Scheme::covers_body), so that the body may be a
    /// stranger's who has seen another delivery.
    #[must_use]
    pub fn covers_body(&self) -> bool {
        self.scheme.covers_body()
    }

    /// The index of the secret that matched, in the order in which they were added. While a secret is
    /// replaced by one that was added before it, deliveries that match 0 show that it can be removed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use time::OffsetDateTime;
    /// # use tower_webhook::{Scheme, Secret};
    /// # let now = OffsetDateTime::now_utc();
    /// let verifier = Scheme::GITHUB.verifier("new")?.add_secret(Secret::utf8("old")?)?;
    /// let headers = Scheme::GITHUB.signer("old")?.sign(None, now, b"{}")?;
    /// assert_eq!(verifier.verify(&headers, b"{}")?.secret_index(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.secret_index
    }

    /// How the delivery has to be read for the signature to be its.
    #[cfg(feature = "receive")]
    pub(crate) fn reading(&self) -> Reading {
        self.reading
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("scheme", &self.scheme)
            .field("id", &self.id())
            .field("timestamp", &self.timestamp())
            .field("secret_index", &self.secret_index)
            .finish()
    }
}

/// The only place where a verdict is made. `found` is the secret that matched.
pub(super) fn verdict(
    envelope: &Envelope<'_>,
    found: Option<Found>,
) -> Result<Verified, VerifyError> {
    let fields = envelope.fields();
    let Found { secret_index, reading } = found.ok_or(VerifyError::Mismatch)?;
    Ok(Verified {
        secret_index,
        reading,
        scheme: fields.scheme(),
        id: fields.id().map(Text::ascii),
        timestamp: fields.timestamp(),
    })
}
