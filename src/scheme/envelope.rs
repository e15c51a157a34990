//! From headers to what there is to verify: bounded, owned, and nothing of it trusted yet.

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Uri};
use time::OffsetDateTime;

use super::claims::{DeliveryId, Target, Timestamp};
use super::signatures::{Found, Lines, Signatures};
use super::{Algorithm, Part, Scheme};
use crate::{Field, Tolerance, VerifyError};

/// The part of a request that comes before its body.
#[derive(Clone, Copy)]
pub(crate) struct Head<'h> {
    pub(crate) headers: &'h HeaderMap,
    pub(crate) request: Option<(&'h Method, &'h Uri)>,
}

impl<'h> From<&'h Parts> for Head<'h> {
    fn from(parts: &'h Parts) -> Self {
        Self { headers: &parts.headers, request: Some((&parts.method, &parts.uri)) }
    }
}

/// What the head of one delivery claims.
pub(crate) struct Envelope {
    scheme: Scheme,
    id: Option<DeliveryId>,
    timestamp: Option<Timestamp>,
    target: Option<Target>,
    signatures: Signatures,
}

impl Envelope {
    /// Reads the head in the scheme's grammar, and of the signatures those whose algorithm is
    /// `wanted`. No cryptography happens here.
    pub(crate) fn read(
        scheme: Scheme,
        public_url: Option<&Arc<str>>,
        head: Head<'_>,
        wanted: impl Fn(Algorithm) -> bool,
    ) -> Result<Self, VerifyError> {
        let target = match head.request {
            _ if !scheme.signs_request() => None,
            None => return Err(VerifyError::NeedsRequest),
            Some((method, uri)) => {
                let base = public_url.ok_or(VerifyError::NeedsPublicUrl)?;
                Some(Target::new(method, Arc::clone(base), Some(uri)))
            }
        };
        let (names, lines) = Lines::find(&scheme, head.headers)?;
        let id = match names.id_name() {
            Some(name) => Some(DeliveryId::read(&scheme, single(head.headers, name, Field::Id)?)?),
            None => None,
        };
        let timestamp = match names.timestamp_name() {
            Some(name) => Some(single(head.headers, name, Field::Timestamp)?),
            None => None,
        };
        let found = Found::read(&scheme, &lines, wanted)?;
        let timestamp = match timestamp.or(found.timestamp) {
            Some(text) => Some(Timestamp::read(&scheme, text)?),
            None if scheme.timestamp_format().is_none() => None,
            None => return Err(VerifyError::Missing(Field::Timestamp)),
        };
        let signatures = found.signatures()?;
        Ok(Self { scheme, id, timestamp, target, signatures })
    }

    /// What a delivery that is still to be signed claims. `target` is the method and the whole
    /// URL.
    pub(crate) fn write(
        scheme: Scheme,
        target: Option<(&Method, &str)>,
        id: Option<&str>,
        timestamp: OffsetDateTime,
    ) -> Result<Self, VerifyError> {
        let target = match target {
            _ if !scheme.signs_request() => None,
            None => return Err(VerifyError::NeedsRequest),
            Some((method, url)) => Some(Target::new(method, url.into(), None)),
        };
        let id = match id {
            _ if !scheme.signs_id() => None,
            Some(id) => Some(DeliveryId::read(&scheme, id.as_bytes())?),
            None => return Err(VerifyError::Missing(Field::Id)),
        };
        let timestamp = match scheme.timestamp_format() {
            Some(format) => Some(Timestamp::read(&scheme, format.print(timestamp)?.as_bytes())?),
            None => None,
        };
        Ok(Self { scheme, id, timestamp, target, signatures: Signatures::none() })
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

    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    pub(crate) fn id(&self) -> Option<&DeliveryId> {
        self.id.as_ref()
    }

    pub(crate) fn timestamp(&self) -> Option<OffsetDateTime> {
        self.timestamp.as_ref().map(|timestamp| timestamp.at)
    }

    pub(crate) fn signatures(&self) -> &Signatures {
        &self.signatures
    }

    /// The signed texts of the id and of the timestamp.
    pub(crate) fn texts(&self) -> (Option<&[u8]>, Option<&[u8]>) {
        let id = self.id.as_ref().map(DeliveryId::as_bytes);
        (id, self.timestamp.as_ref().map(Timestamp::as_bytes))
    }

    /// Gives the signed content that comes before the body to `sink`, piece by piece.
    pub(crate) fn before_body<'a>(&'a self, sink: impl FnMut(&'a [u8])) {
        let parts = self.scheme.signed.iter();
        self.content(parts.take_while(|part| **part != Part::Body), sink);
    }

    /// Gives the signed content that comes after the body to `sink`, piece by piece.
    pub(crate) fn after_body<'a>(&'a self, sink: impl FnMut(&'a [u8])) {
        let parts = self.scheme.signed.iter();
        self.content(parts.skip_while(|part| **part != Part::Body), sink);
    }

    fn content<'a>(
        &'a self,
        parts: impl Iterator<Item = &'a Part>,
        mut sink: impl FnMut(&'a [u8]),
    ) {
        let (id, timestamp) = self.texts();
        let target = self.target.as_ref();
        for part in parts {
            match part {
                Part::Id => id.into_iter().for_each(&mut sink),
                Part::Timestamp => timestamp.into_iter().for_each(&mut sink),
                Part::Method => target.map(Target::method).into_iter().for_each(&mut sink),
                Part::Url => target.map(Target::url).into_iter().flatten().for_each(&mut sink),
                Part::Literal(text) => sink(text.as_bytes()),
                Part::Body => {}
            }
        }
    }
}

fn single<'h>(headers: &'h HeaderMap, name: &str, field: Field) -> Result<&'h [u8], VerifyError> {
    let mut values = headers.get_all(name).into_iter().map(HeaderValue::as_bytes);
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value),
        (Some(_), Some(_)) => Err(VerifyError::Repeated(field)),
        (None, _) => Err(VerifyError::Missing(field)),
    }
}
