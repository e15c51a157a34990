//! From headers to what there is to verify: bounded, borrowed, and nothing of it trusted yet.

use std::borrow::Borrow;
use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use super::claims::{Claims, KeptClaims, Target, check_id};
use super::signatures::{Entries, Family, KeptSignatures, Lines, Signatures, Wanted};
use super::{Part, Scheme};
use crate::timestamp::Moment;
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

/// What the head of one delivery claims, and the signatures that are to show it.
pub(crate) struct Envelope<'h> {
    scheme: &'h Scheme,
    claims: Claims<'h>,
    signatures: Signatures<'h>,
}

impl<'h> Envelope<'h> {
    /// Reads the head in the scheme's grammar, and of the signatures those that are `wanted`. No
    /// cryptography happens here.
    #[inline]
    pub(crate) fn read(
        scheme: &'h Scheme,
        families: impl IntoIterator<Item = impl Borrow<Family>>,
        public_url: Option<&'h Arc<str>>,
        head: Head<'h>,
        wanted: Wanted,
    ) -> Result<Self, VerifyError> {
        let target = match head.request {
            _ if !scheme.signs_request() => None,
            None => return Err(VerifyError::NeedsRequest),
            Some((method, uri)) => {
                let base = public_url.ok_or(VerifyError::NeedsPublicUrl)?;
                Some(Target::of(method, base, uri))
            }
        };
        for family in families {
            let family: &Family = family.borrow();
            if let Some(lines) = Lines::find(scheme, family, head.headers)? {
                return Self::read_family(scheme, family, lines, target, head.headers, wanted);
            }
        }
        Err(VerifyError::Missing(Field::Signature))
    }

    /// What a delivery that is still to be signed claims. `target` is the method and the whole
    /// URL, `timestamp` its time in the scheme's format.
    pub(crate) fn write(
        scheme: &'h Scheme,
        target: Option<(&'h Method, &'h Arc<str>)>,
        id: Option<&'h str>,
        timestamp: Option<&'h str>,
    ) -> Result<Self, VerifyError> {
        let target = match target {
            _ if !scheme.signs_request() => None,
            None => return Err(VerifyError::NeedsRequest),
            Some((method, base)) => Some(Target { method, base, path_and_query: "" }),
        };
        let id = match id {
            _ if !scheme.signs_id() => None,
            Some(id) => Some(check_id(scheme, id)?),
            None => return Err(VerifyError::Missing(Field::Id)),
        };
        let timestamp =
            timestamp.map(|text| read_timestamp(scheme, text.as_bytes())).transpose()?;
        let claims = Claims { id, timestamp, target };
        Ok(Self { scheme, claims, signatures: Signatures::None })
    }

    pub(crate) fn check(&self, tolerance: Tolerance, now: Moment) -> Result<(), VerifyError> {
        match self.claims.timestamp {
            Some((at, _)) => tolerance.check(self.scheme.timestamp_format, at, now),
            None => Ok(()),
        }
    }

    pub(crate) fn scheme(&self) -> Scheme {
        *self.scheme
    }

    pub(crate) fn claims(&self) -> &Claims<'h> {
        &self.claims
    }

    pub(crate) fn signatures(&self) -> &Signatures<'h> {
        &self.signatures
    }

    /// Copies what is needed after the head is gone.
    pub(crate) fn keep(&self) -> KeptEnvelope {
        KeptEnvelope {
            scheme: *self.scheme,
            claims: KeptClaims::new(&self.claims),
            signatures: self.signatures.keep(),
        }
    }

    /// Gives the signed content that comes before the body to `sink`, piece by piece.
    pub(crate) fn before_body<'a>(&'a self, sink: impl FnMut(&'a [u8])) {
        let parts = self.scheme.signed.iter();
        self.content(parts.take_while(|part| !matches!(part, Part::Body)), sink);
    }

    /// Gives the signed content that comes after the body to `sink`, piece by piece.
    pub(crate) fn after_body<'a>(&'a self, sink: impl FnMut(&'a [u8])) {
        let parts = self.scheme.signed.iter();
        self.content(parts.skip_while(|part| !matches!(part, Part::Body)), sink);
    }

    #[inline]
    fn read_family(
        scheme: &'h Scheme,
        family: &Family,
        lines: Lines<'h>,
        target: Option<Target<'h>>,
        headers: &'h HeaderMap,
        wanted: Wanted,
    ) -> Result<Self, VerifyError> {
        let id = match &family.id {
            Some(name) => {
                let value = single(headers, name, Field::Id)?.to_str();
                Some(check_id(scheme, value.map_err(|_| VerifyError::Malformed(Field::Id))?)?)
            }
            None => None,
        };
        let (entries, listed) = Entries::read(scheme, lines, wanted)?;
        let timestamp = match &family.timestamp {
            Some(name) => Some(single(headers, name, Field::Timestamp)?.as_bytes()),
            None => listed,
        };
        let timestamp = match timestamp {
            Some(text) => Some(read_timestamp(scheme, text)?),
            None if scheme.timestamp_format().is_none() => None,
            None => return Err(VerifyError::Missing(Field::Timestamp)),
        };
        let signatures = Signatures::read(entries)?;
        Ok(Self { scheme, claims: Claims { id, timestamp, target }, signatures })
    }

    #[inline]
    fn content<'a>(
        &'a self,
        parts: impl Iterator<Item = &'a Part>,
        mut sink: impl FnMut(&'a [u8]),
    ) {
        let Claims { id, timestamp, target } = &self.claims;
        for part in parts {
            match part {
                Part::Id => id.iter().for_each(|id| sink(id.as_bytes())),
                Part::Timestamp => timestamp.iter().for_each(|(_, text)| sink(text)),
                Part::Method => {
                    target.iter().for_each(|target| sink(target.method.as_str().as_bytes()));
                }
                Part::Url => target.iter().for_each(|target| {
                    sink(target.base.as_bytes());
                    sink(target.path_and_query.as_bytes());
                }),
                Part::Literal(text) => sink(text.as_bytes()),
                Part::Body => {}
            }
        }
    }
}

/// An [`Envelope`] that outlives the head.
pub(crate) struct KeptEnvelope {
    scheme: Scheme,
    claims: KeptClaims,
    signatures: KeptSignatures,
}

impl KeptEnvelope {
    pub(crate) fn envelope(&self) -> Envelope<'_> {
        Envelope {
            scheme: &self.scheme,
            claims: self.claims.claims(),
            signatures: Signatures::Kept(&self.signatures),
        }
    }
}

fn read_timestamp<'h>(scheme: &Scheme, text: &'h [u8]) -> Result<(Moment, &'h [u8]), VerifyError> {
    Ok((scheme.timestamp_format.parse(text)?, text))
}

fn single<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
    field: Field,
) -> Result<&'h HeaderValue, VerifyError> {
    let mut values = headers.get_all(name).into_iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value),
        (Some(_), Some(_)) => Err(VerifyError::Repeated(field)),
        (None, _) => Err(VerifyError::Missing(field)),
    }
}
