//! The fields that a signature covers besides the body.

use std::borrow::Cow;
use std::slice;

use http::{Method, Uri};

use crate::clock::UnixTime;
use crate::crypto::content::Content;
use crate::error::{Field, VerifyError};
use crate::head::reading::{Reading, decode, with_other_port};
use crate::head::url::PublicUrl;
use crate::scheme::definition::Scheme;
use crate::scheme::part::{IdShape, MAX_ID, Part};

/// The signed fields of a delivery, as received.
#[derive(Clone)]
pub(crate) struct Fields<'h> {
    pub(super) scheme: Scheme,
    /// Bounded and visible ASCII: see [`check_id`].
    pub(super) id: Option<&'h [u8]>,
    /// A time, with the text that it was read from: the text is what is signed.
    pub(super) timestamp: Option<(UnixTime, &'h [u8])>,
    pub(super) target: Option<Target<'h>>,
}

/// The method and URL of a request, for a scheme that signs them.
#[derive(Clone)]
pub(crate) struct Target<'h> {
    /// `None` if only the headers are there.
    pub(super) method: Option<&'h Method>,
    /// The URL as it is configured, once it is known: a cache knows it with the secrets.
    pub(super) url: Option<PublicUrl>,
    pub(super) path_and_query: &'h str,
}

impl<'h> Target<'h> {
    /// Reads what a request was sent to. Its path must not contain the byte that ends it in the signed
    /// content, for the reason that [`check_id`] has.
    pub(crate) fn new(
        scheme: Scheme,
        request: Option<(&'h Method, &'h Uri)>,
    ) -> Result<Self, VerifyError> {
        let path_and_query = request.and_then(|(_, uri)| uri.path_and_query());
        let target = Self {
            method: request.map(|(method, _)| method),
            url: None,
            path_and_query: path_and_query.map_or("", |path| path.as_str()),
        };
        match scheme.path_end() {
            Some(end) if target.path().contains(&end) => Err(VerifyError::Malformed(Field::Path)),
            _ => Ok(target),
        }
    }

    /// The same with a URL that is known as a whole, as when signing.
    pub(crate) fn whole(self, url: PublicUrl) -> Self {
        Self { url: Some(url), ..self }
    }

    /// Sets the URL, to which the path and the query are added unless it is exact.
    pub(super) fn set_url(
        &mut self,
        scheme: Scheme,
        url: Option<&PublicUrl>,
    ) -> Result<(), VerifyError> {
        check_url(scheme, self.method.is_some(), url)?;
        self.url = url.cloned();
        Ok(())
    }

    /// The path of the request, without its query. That of a URL which has none is a slash.
    fn path(&self) -> &[u8] {
        let path = self.path_and_query.split('?').next();
        path.filter(|path| !path.is_empty()).unwrap_or("/").as_bytes()
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

/// Checks that there is what the scheme signs of a request.
pub(super) fn check_url(
    scheme: Scheme,
    has_request: bool,
    url: Option<&PublicUrl>,
) -> Result<(), VerifyError> {
    let is_exact = url.is_some_and(PublicUrl::is_exact);
    let beside_url = |part: &Part| matches!(part, Part::Method | Part::Path);
    if !has_request && (!is_exact || scheme.signed().iter().any(beside_url)) {
        return Err(VerifyError::NeedsRequest);
    }
    if scheme.signs_url() && url.is_none() {
        return Err(VerifyError::NeedsPublicUrl);
    }
    Ok(())
}

impl<'h> Fields<'h> {
    /// The fields of a delivery that is to be signed: exactly those that the scheme signs.
    pub(crate) fn new(
        scheme: Scheme,
        id: Option<&'h [u8]>,
        timestamp: Option<(UnixTime, &'h [u8])>,
        target: Option<Target<'h>>,
    ) -> Self {
        Self { scheme, id, timestamp, target }
    }

    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    pub(crate) fn id(&self) -> Option<&'h [u8]> {
        self.id
    }

    pub(crate) fn timestamp(&self) -> Option<UnixTime> {
        self.timestamp.map(|(at, _)| at)
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

    /// The whole signed content with this body.
    #[inline]
    pub(crate) fn with_body<'a, B: ?Sized>(&'a self, body: &'a B) -> Signed<'a, B> {
        Signed { fields: self, body }
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
}

/// The signed content of a delivery.
pub(crate) struct Signed<'a, B: ?Sized> {
    fields: &'a Fields<'a>,
    body: &'a B,
}

impl<'a, B> Content<'a> for Signed<'a, B>
where
    B: Content<'a> + ?Sized,
{
    #[inline]
    fn each(&self, mut to: impl FnMut(&'a [u8])) {
        self.fields.before_body().for_each(&mut to);
        self.body.each(&mut to);
        self.fields.after_body().for_each(to);
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
            (Part::Id, _) => id.unwrap_or_default(),
            (Part::Timestamp, _) => timestamp.map_or(&[], |(_, text)| text),
            (Part::Method, Some(target)) => {
                target.method.map_or(&[], |method| method.as_str().as_bytes())
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

/// Checks an id of the scheme's shape, bounded and not empty. It must not contain the byte that ends
/// it in the signed content either, or two different deliveries could have the same content and so
/// the same signature.
#[inline]
pub(crate) fn check_id(scheme: Scheme, id: &[u8]) -> Result<(), VerifyError> {
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
        false => Ok(()),
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
