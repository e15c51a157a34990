//! A head that has been read: its claims, and the signatures that are to prove them.

use crate::clock::UnixTime;
use crate::error::{Field, VerifyError};
use crate::head::fields::{Fields, Target, check_id};
use crate::head::list::{Algorithms, Entries};
use crate::head::signatures::Signatures;
use crate::head::url::PublicUrl;
use crate::head::{Head, Values};
use crate::scheme::definition::Scheme;
use crate::scheme::timestamp::{Outside, Tolerance};

/// The terms by which a head is read.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'t> {
    pub(crate) scheme: Scheme,
    pub(crate) algorithms: Algorithms,
    pub(crate) tolerance: Tolerance,
    pub(crate) url: SignedUrl<'t>,
}

/// The URL as it is configured, for a scheme that signs the URL.
#[derive(Clone, Copy)]
pub(crate) enum SignedUrl<'t> {
    Known(Option<&'t PublicUrl>),
    /// It depends on the endpoint: [`Envelope::set_url`] sets it before anything is verified.
    #[cfg(all(feature = "fetch", feature = "receive"))]
    Later,
}

/// The claims of one delivery, bounded, and its signatures. Nothing is copied but one signature.
#[derive(Clone)]
pub(crate) struct Envelope<'h> {
    pub(super) fields: Fields<'h>,
    pub(super) signatures: Signatures<'h>,
}

impl<'h> Envelope<'h> {
    /// Reads a head by the grammar of the scheme, and then compares its time with `now`, which is
    /// called only if a time is signed.
    #[inline]
    pub(crate) fn open(
        terms: Terms<'_>,
        head: Head<'h>,
        now: impl FnOnce() -> UnixTime,
    ) -> Result<Self, Unread> {
        let scheme = terms.scheme;
        let target = match terms.url {
            _ if !scheme.signs_request() => None,
            SignedUrl::Known(url) => {
                let mut target = Target::new(scheme, head.request())?;
                target.set_url(scheme, url)?;
                Some(target)
            }
            #[cfg(all(feature = "fetch", feature = "receive"))]
            SignedUrl::Later => Some(Target::new(scheme, head.request())?),
        };
        for names in scheme.headers() {
            let found = head.headers.find(names);
            // The first family whose signature header is present is used whole, so no `continue`
            // below: a missing id is an error and not a reason to try another family.
            let Values { first: Some(first), count } = found.signature else { continue };
            if count > 1 && !scheme.repeated_signature() {
                // Several names are not a repetition: `count` is over all names of the family.
                let repeats = |name: &str| {
                    head.headers.all(|other| other.eq_ignore_ascii_case(name)).nth(1).is_some()
                };
                if names.signatures().any(repeats) {
                    return Err(VerifyError::Repeated(Field::Signature).into());
                }
            }
            let id = match names.id_name() {
                Some(_) => {
                    let id = found.id.single(Field::Id)?;
                    check_id(scheme, id)?;
                    Some(id)
                }
                None => None,
            };
            let entries =
                Entries::new(scheme, terms.algorithms, head.headers, names, first, count)?;
            let mut signatures = Signatures::none(scheme);
            let listed = signatures.read(scheme, entries)?;
            let text = match names.timestamp_name() {
                Some(_) => Some(found.timestamp.single(Field::Timestamp)?),
                None => listed.timestamp,
            };
            let timestamp = match (scheme.timestamp_format(), text) {
                (Some(format), Some(text)) => {
                    let at = format.read(text).ok_or(VerifyError::Malformed(Field::Timestamp))?;
                    Some((at, text))
                }
                (Some(_), None) => return Err(VerifyError::Missing(Field::Timestamp).into()),
                (None, _) => None,
            };
            listed.signed?;
            // After the grammar, so that junk does not cost a reading of the clock.
            if let (Some(format), Some((at, _))) = (scheme.timestamp_format(), timestamp)
                && let Some(outside) = terms.tolerance.outside(format, at, now())
            {
                return Err(outside.into());
            }
            let fields = Fields { scheme, id, timestamp, target };
            return Ok(Self { fields, signatures });
        }
        Err(VerifyError::Missing(Field::Signature).into())
    }

    pub(crate) fn fields(&self) -> &Fields<'h> {
        &self.fields
    }

    pub(crate) fn signatures(&self) -> &Signatures<'h> {
        &self.signatures
    }

    /// Sets the URL that is configured.
    #[cfg(feature = "receive")]
    pub(crate) fn set_url(&mut self, url: Option<&PublicUrl>) -> Result<(), VerifyError> {
        match &mut self.fields.target {
            Some(target) => target.set_url(self.fields.scheme, url),
            None => Ok(()),
        }
    }
}

/// Why a head is rejected, and how far its time is off if that is the reason: for the operator, and
/// not in the error itself, whose variants users match.
#[derive(Clone, Copy)]
pub(crate) struct Unread {
    pub(crate) error: VerifyError,
    #[cfg_attr(not(feature = "receive"), expect(dead_code))]
    pub(crate) seconds_off: Option<u64>,
}

impl From<VerifyError> for Unread {
    fn from(error: VerifyError) -> Self {
        Self { error, seconds_off: None }
    }
}

impl From<Outside> for Unread {
    fn from(outside: Outside) -> Self {
        let (error, seconds) = match outside {
            Outside::Past(seconds) => (VerifyError::TimestampTooOld, seconds),
            Outside::Future(seconds) => (VerifyError::TimestampTooNew, seconds),
        };
        Self { error, seconds_off: Some(seconds) }
    }
}

impl From<Unread> for VerifyError {
    fn from(unread: Unread) -> Self {
        unread.error
    }
}

impl<'h> Values<'h> {
    #[inline]
    fn single(self, field: Field) -> Result<&'h [u8], VerifyError> {
        match self.first {
            Some(value) if self.count == 1 => Ok(value),
            Some(_) => Err(VerifyError::Repeated(field)),
            None => Err(VerifyError::Missing(field)),
        }
    }
}
