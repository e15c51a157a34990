//! The fields that a signature covers besides the body.

use std::borrow::Cow;
use std::slice;

use http::{Method, Uri};

use crate::clock::UnixTime;
use crate::error::{Field, VerifyError};
use crate::head::reading::{Reading, decode, with_other_port};
use crate::head::url::PublicUrl;
use crate::scheme::definition::Scheme;
use crate::scheme::part::{IdShape, MAX_ID, Part};
use crate::scheme::timestamp::MAX_TEXT;
use crate::text::Text;

/// An id, on the heap only if it outlives the head and is long.
pub(crate) type Id<'h> = Text<'h, 64>;

/// A time, with the text that it was read from: the text is what is signed.
pub(crate) type Timestamp<'h> = (UnixTime, Text<'h, MAX_TEXT>);

/// The signed fields of a delivery, as received.
#[derive(Clone)]
pub(crate) struct Fields<'h> {
    pub(super) scheme: Scheme,
    pub(super) id: Option<Id<'h>>,
    pub(super) timestamp: Option<Timestamp<'h>>,
    pub(super) target: Option<Target<'h>>,
}

/// The method and URL of a request, for a scheme that signs them.
#[derive(Clone)]
pub(crate) struct Target<'h> {
    /// `None` if only the headers are there.
    method: Option<Cow<'h, Method>>,
    /// The URL as it is configured, once it is known: a cache knows it with the secrets.
    url: Option<Cow<'h, PublicUrl>>,
    path_and_query: Text<'h, 46>,
}

impl<'h> Target<'h> {
    /// Reads what a request was sent to. Its path must not contain the byte that ends it in the signed
    /// content, for the reason that [`read_id`] has.
    pub(crate) fn new(
        scheme: Scheme,
        request: Option<(&'h Method, &'h Uri)>,
    ) -> Result<Self, VerifyError> {
        let path_and_query = request.and_then(|(_, uri)| uri.path_and_query());
        let target = Self {
            method: request.map(|(method, _)| Cow::Borrowed(method)),
            url: None,
            path_and_query: path_and_query.map_or("", |path| path.as_str()).into(),
        };
        match scheme.path_end() {
            Some(end) if target.path().contains(&end) => Err(VerifyError::Malformed(Field::Path)),
            _ => Ok(target),
        }
    }

    /// The same with a URL that is known as a whole, as when signing.
    pub(crate) fn whole(self, url: PublicUrl) -> Self {
        Self { url: Some(Cow::Owned(url)), ..self }
    }

    /// Sets the URL, to which the path and the query are added unless it is exact.
    pub(super) fn set_url(
        &mut self,
        scheme: Scheme,
        url: Option<Cow<'h, PublicUrl>>,
    ) -> Result<(), VerifyError> {
        let is_exact = url.as_ref().is_some_and(|url| url.is_exact());
        let beside_url = |part: &Part| matches!(part, Part::Method | Part::Path);
        if self.method.is_none() && (!is_exact || scheme.signed().iter().any(beside_url)) {
            return Err(VerifyError::NeedsRequest);
        }
        if scheme.signs_url() && url.is_none() {
            return Err(VerifyError::NeedsPublicUrl);
        }
        self.url = url;
        Ok(())
    }

    /// The path of the request, without its query. That of a URL which has none is a slash.
    fn path(&self) -> &[u8] {
        let path = self.path_and_query.as_bytes().split(|byte| *byte == b'?').next();
        path.filter(|path| !path.is_empty()).unwrap_or(b"/")
    }

    /// The two pieces of the signed URL.
    fn pieces(&self) -> [&[u8]; 2] {
        match &self.url {
            Some(url) if url.is_exact() => [url.as_str().as_bytes(), &[]],
            Some(url) => [url.as_str().as_bytes(), self.path_and_query.as_bytes()],
            None => [&[], &[]],
        }
    }

    /// The whole URL, in one of its readings.
    fn read_as(&self, reading: Reading, scheme: Scheme) -> String {
        let [base, path] = self.pieces();
        let path = if reading.has(Reading::NO_SLASH) { path.get(1..).unwrap_or(&[]) } else { path };
        let mut url = String::from_utf8_lossy(&[base, path].concat()).into_owned();
        if reading.has(Reading::OTHER_PORT) {
            url = with_other_port(&url);
        }
        if reading.has(Reading::DECODED) { decode(&url, scheme.decoded_url()) } else { url }
    }

    /// The ways in which the URL can be read otherwise than it was called.
    fn readings(&self, scheme: Scheme) -> Reading {
        if !scheme.signs_url() {
            return Reading::AS_RECEIVED;
        }
        let own = Reading::AS_RECEIVED.with(Reading::OTHER_PORT, scheme.optional_port());
        if self.url.as_ref().is_some_and(|url| url.is_exact()) {
            return own;
        }
        let path = self.path_and_query.as_bytes();
        let is_slash = path == b"/" || path.starts_with(b"/?");
        // Nothing is allocated for a URL that has nothing to decode.
        let may_decode = !scheme.decoded_url().is_empty()
            && self.pieces().into_iter().any(|piece| piece.contains(&b'%'));
        let url = || self.read_as(Reading::AS_RECEIVED, scheme);
        let decodes = may_decode && self.read_as(Reading::DECODED, scheme) != url();
        own.with(Reading::NO_SLASH, is_slash).with(Reading::DECODED, decodes)
    }
}

impl<'h> Fields<'h> {
    /// The fields of a delivery that is to be signed: exactly those that the scheme signs.
    pub(crate) fn new(
        scheme: Scheme,
        id: Option<Id<'h>>,
        timestamp: Option<Timestamp<'h>>,
        target: Option<Target<'h>>,
    ) -> Self {
        Self { scheme, id, timestamp, target }
    }

    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    pub(crate) fn id(&self) -> Option<&Id<'h>> {
        self.id.as_ref()
    }

    pub(crate) fn timestamp(&self) -> Option<&Timestamp<'h>> {
        self.timestamp.as_ref()
    }

    /// The ways in which the fields can be read otherwise than they were received.
    pub(crate) fn readings(&self) -> Reading {
        self.target.as_ref().map_or_else(Reading::default, |target| target.readings(self.scheme))
    }

    /// The fields in one of these readings.
    pub(crate) fn read_as(&self, reading: Reading) -> Cow<'_, Self> {
        match &self.target {
            Some(target) if reading.is_of_url() => {
                let url = PublicUrl::whole(target.read_as(reading, self.scheme));
                Cow::Owned(Self { target: Some(target.clone().whole(url)), ..self.clone() })
            }
            _ => Cow::Borrowed(self),
        }
    }

    /// The value of a parameter in the query of the signed URL, the first if there are several.
    pub(crate) fn in_query(&self, name: &str) -> Option<String> {
        let url = self.target.as_ref()?.read_as(Reading::AS_RECEIVED, self.scheme);
        let url = url.split('#').next().unwrap_or_default();
        let (_, query) = url.split_once('?')?;
        let mut values = query.split('&').filter_map(|it| it.strip_prefix(name)?.strip_prefix('='));
        values.next().map(str::to_owned)
    }

    /// The URL that is signed, if there is one.
    #[cfg(all(feature = "receive", feature = "replay"))]
    pub(crate) fn url(&self) -> Option<String> {
        let target = self.target.as_ref().filter(|_| self.scheme.signs_url())?;
        Some(target.read_as(Reading::AS_RECEIVED, self.scheme))
    }

    /// The whole signed content with this body, piece by piece.
    #[inline]
    pub(crate) fn content<'a>(
        &'a self,
        body: impl IntoIterator<Item = &'a [u8], IntoIter: Clone>,
    ) -> impl Iterator<Item = &'a [u8]> + Clone {
        self.before_body().chain(body).chain(self.after_body())
    }

    /// The signed content before the body.
    #[inline]
    pub(crate) fn before_body(&self) -> Pieces<'_> {
        Pieces { fields: self, parts: self.scheme.before_body().iter(), path: None }
    }

    /// The signed content after the body.
    #[inline]
    pub(crate) fn after_body(&self) -> Pieces<'_> {
        Pieces { fields: self, parts: self.scheme.after_body().iter(), path: None }
    }

    pub(crate) fn into_owned(self) -> Fields<'static> {
        Fields {
            scheme: self.scheme,
            id: self.id.map(Text::into_owned),
            timestamp: self.timestamp.map(|(at, text)| (at, text.into_owned())),
            target: self.target.map(|target| Target {
                method: target.method.map(|method| Cow::Owned(method.into_owned())),
                url: target.url.map(|url| Cow::Owned(url.into_owned())),
                path_and_query: target.path_and_query.into_owned(),
            }),
        }
    }
}

/// The bytes that some parts of the signed content stand for, piece by piece.
#[derive(Clone)]
pub(crate) struct Pieces<'f> {
    fields: &'f Fields<'f>,
    parts: slice::Iter<'static, Part>,
    /// The second piece of a URL, if that comes next: the one part that is two pieces.
    path: Option<&'f [u8]>,
}

impl<'f> Iterator for Pieces<'f> {
    type Item = &'f [u8];

    #[inline]
    fn next(&mut self) -> Option<&'f [u8]> {
        if let Some(path) = self.path.take() {
            return Some(path);
        }
        let Fields { id, timestamp, target, .. } = self.fields;
        Some(match (self.parts.next()?, target) {
            (Part::Literal(text), _) => text.as_bytes(),
            (Part::Id, _) => id.as_ref().map_or(&[], Text::as_bytes),
            (Part::Timestamp, _) => timestamp.as_ref().map_or(&[], |(_, text)| text.as_bytes()),
            (Part::Method, Some(target)) => {
                target.method.as_ref().map_or(&[], |method| method.as_str().as_bytes())
            }
            (Part::Url, Some(target)) => {
                let [base, path] = target.pieces();
                self.path = Some(path);
                base
            }
            (Part::Path, Some(target)) => target.path(),
            (Part::Method | Part::Url | Part::Path | Part::Body | Part::Form | Part::Digest, _) => {
                &[]
            }
        })
    }
}

/// Reads an id of the scheme's shape, bounded and not empty. It must not contain the byte that ends
/// it in the signed content either, or two different deliveries could have the same content and so
/// the same signature.
#[inline]
pub(crate) fn read_id(scheme: Scheme, id: &[u8]) -> Result<Id<'_>, VerifyError> {
    // First, so that a longer one costs no more than any other.
    if id.is_empty() || id.len() > MAX_ID {
        return Err(VerifyError::Malformed(Field::Id));
    }
    // A byte that is not visible is strange in any case.
    let end = scheme.id_end().unwrap_or_default();
    let visible = |byte| matches!(byte, b' '..=b'~');
    let strange = match scheme.id_shape() {
        IdShape::Visible => any(id, |byte| !visible(byte) | (byte == end)),
        IdShape::UrlSafe => {
            let safe = |byte: u8| byte.is_ascii_alphanumeric() | matches!(byte, b'-' | b'_' | b'=');
            any(id, |byte| !safe(byte) | (byte == end))
        }
        IdShape::Length(length) => id.len() != length || any(id, |byte| !visible(byte)),
    };
    match strange {
        true => Err(VerifyError::Malformed(Field::Id)),
        false => Ok(Id::ascii(id)),
    }
}

/// Tests every byte, without stopping at the first hit: so the compiler tests sixteen at a time.
#[inline]
fn any(bytes: &[u8], test: impl Fn(u8) -> bool) -> bool {
    let any = |bytes: &[u8]| bytes.iter().fold(false, |any, byte| any | test(*byte));
    let Some(last) = bytes.last_chunk::<16>() else { return any(bytes) };
    // The last chunk overlaps the one before it: a byte may be tested twice.
    bytes.as_chunks::<16>().0.iter().fold(any(last), |found, some| found | any(some))
}
