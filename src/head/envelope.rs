//! From headers to what there is to verify: bounded, borrowed, and nothing of it trusted yet.

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Uri};

use crate::clock::Moment;
use crate::clock::Tolerance;
use crate::error::{Field, VerifyError};
use crate::head::fields::{Claims, KeptClaims, Target, read_id};
use crate::head::signatures::{Found, KeptSignatures, Listed, Signatures, Wanted};
use crate::scheme::Scheme;
use crate::scheme::parts::Part;

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
    ///
    /// The envelope goes to `then` and not to the caller: it is large, and so it never moves.
    #[inline]
    pub(crate) fn read<T>(
        scheme: &Scheme,
        public_url: Option<&Arc<str>>,
        head: Head<'_>,
        wanted: Wanted,
        then: impl FnOnce(&Envelope<'_>) -> Result<T, VerifyError>,
    ) -> Result<T, VerifyError> {
        let target = match head.request {
            _ if !scheme.signs_request() => None,
            None => return Err(VerifyError::NeedsRequest),
            Some((method, uri)) => {
                let base = public_url.ok_or(VerifyError::NeedsPublicUrl)?;
                Some(Target::of(method, base, uri))
            }
        };
        for names in scheme.0.headers {
            let found = Found::new(names, head.headers);
            let Some(lines) = found.lines(scheme)? else { continue };
            let id = found.id()?.map(|value| read_id(scheme, value.as_bytes())).transpose()?;
            let listed = Listed::read(scheme, lines, wanted)?;
            let timestamp = match found.timestamp()?.map(HeaderValue::as_bytes).or(listed.timestamp)
            {
                Some(text) => Some(read_timestamp(scheme, text)?),
                None if scheme.0.layout.lists_timestamp() => {
                    return Err(VerifyError::Missing(Field::Timestamp));
                }
                None => None,
            };
            let claims = Claims { id, timestamp, target };
            return then(&Envelope { scheme, claims, signatures: listed.signatures()? });
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
            Some(id) => Some(read_id(scheme, id.as_bytes())?),
            None => return Err(VerifyError::Missing(Field::Id)),
        };
        let timestamp =
            timestamp.map(|text| read_timestamp(scheme, text.as_bytes())).transpose()?;
        let claims = Claims { id, timestamp, target };
        Ok(Self { scheme, claims, signatures: Signatures::None })
    }

    pub(crate) fn check(&self, tolerance: Tolerance, now: Moment) -> Result<(), VerifyError> {
        match self.claims.timestamp {
            Some((at, _)) => tolerance.check(self.scheme.0.timestamp_format, at, now),
            None => Ok(()),
        }
    }

    pub(crate) fn scheme(&self) -> &'h Scheme {
        self.scheme
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

    /// Gives the signed content with this body to `sink`, piece by piece.
    #[inline]
    pub(crate) fn content<'a, 'b: 'a>(
        &'a self,
        body: impl Iterator<Item = &'b [u8]>,
        mut sink: impl FnMut(&'a [u8]),
    ) {
        self.before_body(&mut sink);
        for chunk in body {
            sink(chunk);
        }
        self.after_body(&mut sink);
    }

    /// Gives the signed content that comes before the body to `sink`, piece by piece.
    #[inline]
    pub(crate) fn before_body<'a>(&'a self, mut sink: impl FnMut(&'a [u8])) {
        let signed = self.scheme.0.signed;
        let before = signed.iter().take_while(|part| !matches!(part, Part::Body));
        before.for_each(|part| self.feed(part, &mut sink));
    }

    /// Gives the signed content that comes after the body to `sink`, piece by piece.
    #[inline]
    pub(crate) fn after_body<'a>(&'a self, mut sink: impl FnMut(&'a [u8])) {
        let signed = self.scheme.0.signed;
        let after = signed.iter().skip_while(|part| !matches!(part, Part::Body));
        after.for_each(|part| self.feed(part, &mut sink));
    }

    /// Gives what a part other than the body stands for to `sink`.
    #[inline]
    fn feed<'a>(&'a self, part: &Part, mut sink: impl FnMut(&'a [u8])) {
        let Claims { id, timestamp, target } = &self.claims;
        let piece = match (part, target) {
            (Part::Literal(text), _) => text.as_bytes(),
            (Part::Id, _) => id.unwrap_or_default(),
            (Part::Timestamp, _) => timestamp.map_or(&[][..], |(_, text)| text),
            (Part::Method, Some(target)) => target.method.as_str().as_bytes(),
            (Part::Url, Some(target)) => {
                sink(target.base.as_bytes());
                target.path_and_query.as_bytes()
            }
            (Part::Method | Part::Url, None) | (Part::Body, _) => return,
        };
        sink(piece);
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
    Ok((scheme.0.timestamp_format.parse(text)?, text))
}
