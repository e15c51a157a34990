//! From headers to what there is to verify: bounded, owned, and nothing of it trusted yet.

use http::header::GetAll;
use http::{HeaderMap, HeaderValue};
use subtle::Choice;
use time::OffsetDateTime;

use super::claims::{DeliveryId, Timestamp};
use super::signatures::{Found, Signatures};
use super::{HeaderNames, Part, Scheme};
use crate::mac::{Mac, Tag};
use crate::{Field, Tolerance, VerifyError};

/// What the headers of one delivery claim.
pub(crate) struct Envelope {
    scheme: Scheme,
    id: Option<DeliveryId>,
    timestamp: Option<Timestamp>,
    signatures: Signatures,
}

impl Envelope {
    /// Reads the headers in the scheme's grammar. No cryptography happens here.
    pub(crate) fn read(scheme: Scheme, headers: &HeaderMap) -> Result<Self, VerifyError> {
        let (names, values) = family(&scheme, headers)?;
        let id = match names.id {
            Some(name) => Some(DeliveryId::read(&scheme, single(headers, name, Field::Id)?)?),
            None => None,
        };
        let timestamp = match names.timestamp {
            Some(name) => Some(single(headers, name, Field::Timestamp)?),
            None => None,
        };
        let found = Found::read(&scheme, &values)?;
        let timestamp = match timestamp.or(found.timestamp) {
            Some(text) => Some(Timestamp::read(&scheme, text)?),
            None if scheme.timestamp_format().is_none() => None,
            None => return Err(VerifyError::Missing(Field::Timestamp)),
        };
        let signatures = found.signatures()?;
        Ok(Self { scheme, id, timestamp, signatures })
    }

    /// What a delivery that is still to be signed claims.
    pub(crate) fn write(
        scheme: Scheme,
        id: Option<&str>,
        timestamp: OffsetDateTime,
    ) -> Result<Self, VerifyError> {
        let id = match id {
            _ if !scheme.signs_id() => None,
            Some(id) => Some(DeliveryId::read(&scheme, id.as_bytes())?),
            None => return Err(VerifyError::Missing(Field::Id)),
        };
        let timestamp = match scheme.timestamp_format() {
            Some(format) => Some(Timestamp::read(&scheme, format.print(timestamp)?.as_bytes())?),
            None => None,
        };
        let signatures = Signatures::none(scheme.algorithm.size());
        Ok(Self { scheme, id, timestamp, signatures })
    }

    pub(crate) fn check(
        &self,
        tolerance: Tolerance,
        now: OffsetDateTime,
    ) -> Result<(), VerifyError> {
        match &self.timestamp {
            Some(timestamp) => tolerance.check(self.scheme.timestamp_format, timestamp.at, now),
            None => Ok(()),
        }
    }

    /// Feeds the signed content that comes before the body.
    pub(crate) fn begin(&self, mac: &mut Mac) {
        let parts = self.scheme.signed.iter();
        self.feed(mac, parts.take_while(|part| **part != Part::Body));
    }

    /// Feeds the signed content that comes after the body, and computes the tag.
    pub(crate) fn finish(&self, mut mac: Mac) -> Tag {
        let parts = self.scheme.signed.iter();
        self.feed(&mut mac, parts.skip_while(|part| **part != Part::Body));
        mac.finish()
    }

    /// Compares the tag with every signature, whichever matches.
    pub(crate) fn contains(&self, tag: &Tag) -> Choice {
        let none = Choice::from(0);
        self.signatures.iter().fold(none, |any, signature| any | tag.matches(signature))
    }

    /// The signed texts of the id and of the timestamp.
    pub(crate) fn texts(&self) -> (Option<&[u8]>, Option<&[u8]>) {
        let id = self.id.as_ref().map(DeliveryId::as_bytes);
        (id, self.timestamp.as_ref().map(Timestamp::as_bytes))
    }

    pub(crate) fn into_claims(self) -> (Scheme, Option<DeliveryId>, Option<OffsetDateTime>) {
        (self.scheme, self.id, self.timestamp.map(|timestamp| timestamp.at))
    }

    fn feed<'a>(&self, mac: &mut Mac, parts: impl Iterator<Item = &'a Part>) {
        let (id, timestamp) = self.texts();
        for part in parts {
            mac.update(match part {
                Part::Id => id.unwrap_or_default(),
                Part::Timestamp => timestamp.unwrap_or_default(),
                Part::Literal(text) => text.as_bytes(),
                Part::Body => &[],
            });
        }
    }
}

/// Finds the first family whose signature header is in the request.
fn family<'h>(
    scheme: &Scheme,
    headers: &'h HeaderMap,
) -> Result<(&'static HeaderNames, GetAll<'h, HeaderValue>), VerifyError> {
    for names in scheme.headers {
        let all = headers.get_all(names.signature);
        let mut values = all.iter();
        match (values.next(), values.next()) {
            (None, _) => {}
            (Some(_), Some(_)) if !scheme.repeated_signature => {
                return Err(VerifyError::Repeated(Field::Signature));
            }
            (Some(_), _) => return Ok((names, all)),
        }
    }
    Err(VerifyError::Missing(Field::Signature))
}

fn single<'h>(headers: &'h HeaderMap, name: &str, field: Field) -> Result<&'h [u8], VerifyError> {
    let mut values = headers.get_all(name).into_iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value.as_bytes()),
        (Some(_), Some(_)) => Err(VerifyError::Repeated(field)),
        (None, _) => Err(VerifyError::Missing(field)),
    }
}
