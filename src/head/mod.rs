//! What a request claims. None of it is trusted yet, and no cryptography happens here.

pub(crate) mod derived;
pub(crate) mod envelope;
pub(crate) mod fields;
pub(crate) mod form;
#[cfg(all(feature = "receive", feature = "replay"))]
pub(crate) mod kept;
pub(crate) mod list;
pub(crate) mod owned;
pub(crate) mod reading;
pub(crate) mod signatures;
pub(crate) mod url;

use std::fmt;

#[cfg(feature = "receive")]
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{Extensions, HeaderMap, Method, Request, Uri};

use crate::scheme::header::HeaderNames;

/// The part of a request that comes before its body, borrowed.
///
/// `verify` and `begin` accept anything that converts into one:
///
/// | from | for |
/// |---|---|
/// | `&HeaderMap` | schemes that do not sign the URL, which are most |
/// | `&Parts`, `&mut Parts`, `&Request<B>` | every scheme |
/// | [`Head::from_pairs`], [`Head::with_request`] | the maps of other frameworks |
///
/// # Examples
///
/// ```
/// use http::Request;
/// use tower_webhook::Head;
///
/// let request = Request::post("/hooks/acme").header("x-region", "eu").body(())?;
/// let head = Head::from(&request);
/// assert_eq!(head.get("X-Region"), Some(&b"eu"[..]));
/// assert_eq!(head.path(), Some("/hooks/acme"));
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Head<'h> {
    headers: Headers<'h>,
    request: Option<(&'h Method, &'h Uri)>,
    extensions: Option<&'h Extensions>,
}

#[derive(Clone, Copy)]
enum Headers<'h> {
    Map(&'h HeaderMap),
    Pairs(&'h [(&'h str, &'h [u8])]),
}

impl<'h> Head<'h> {
    /// Makes a head from names and values, for header maps other than those of the crate `http`.
    /// Nothing is copied, and names match in any case.
    ///
    /// Pass a repeated header as often as the request has it: rejecting such requests is part of
    /// the verification.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{Head, Scheme};
    ///
    /// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    /// let pairs = [("X-Hub-Signature-256", signature.as_bytes())];
    ///
    /// let verifier = Scheme::GITHUB.verifier("It's a Secret to Everybody")?;
    /// assert!(verifier.verify(Head::from_pairs(&pairs), b"Hello, World!").is_ok());
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    #[must_use]
    pub fn from_pairs(pairs: &'h [(&'h str, &'h [u8])]) -> Self {
        Self { headers: Headers::Pairs(pairs), request: None, extensions: None }
    }

    /// Adds the method and the URL, for schemes that sign them.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{Method, Uri};
    /// use tower_webhook::Head;
    ///
    /// let uri = Uri::from_static("/square?shop=1");
    /// let head = Head::from_pairs(&[]).with_request(&Method::POST, &uri);
    /// assert_eq!(head.path(), Some("/square"));
    /// ```
    #[must_use]
    pub fn with_request(self, method: &'h Method, uri: &'h Uri) -> Self {
        Self { request: Some((method, uri)), ..self }
    }

    /// The value of a header, the first if there are several. The name matches in any case.
    ///
    /// Blanks and tabs around it are not part of a value ([RFC 9110, section
    /// 5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5)).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'h [u8]> {
        let value = match self.headers {
            Headers::Map(map) => map.get(name).map(|value| value.as_bytes()),
            Headers::Pairs(pairs) => {
                let mut pairs = pairs.iter();
                pairs.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
            }
        };
        value.map(trimmed)
    }

    /// The path of the request's URL, if the head has one.
    #[must_use]
    pub fn path(&self) -> Option<&'h str> {
        self.request.map(|(_, uri)| uri.path())
    }

    /// A value that a middleware has added to the request's extensions, such as a tenant or the
    /// parameters of the route.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Request;
    /// use tower_webhook::Head;
    ///
    /// #[derive(Clone)]
    /// struct Tenant(u64);
    ///
    /// let request = Request::post("/").extension(Tenant(7)).body(())?;
    /// assert!(Head::from(&request).extension::<Tenant>().is_some_and(|tenant| tenant.0 == 7));
    /// # Ok::<(), http::Error>(())
    /// ```
    #[must_use]
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<&'h T> {
        self.extensions?.get()
    }

    /// All headers, in order.
    #[cfg(feature = "diagnose")]
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&'h str, &'h [u8])> + use<'h> {
        self.headers.pairs().map(|(name, value)| (name, trimmed(value)))
    }

    /// The length of the body that is declared. One that cannot be read is ignored here: the frames are
    /// counted in any case.
    #[cfg(feature = "receive")]
    pub(crate) fn content_length(&self) -> u64 {
        let declared = match self.headers {
            // Without the search for the constant that its name is.
            Headers::Map(map) => map.get(CONTENT_LENGTH).map(|value| value.as_bytes()),
            Headers::Pairs(_) => self.get(CONTENT_LENGTH.as_str()),
        };
        let declared = declared.and_then(|text| str::from_utf8(text).ok());
        declared.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }

    /// The values of all headers of this name, in order.
    #[cfg(feature = "receive")]
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &'h [u8]> {
        self.headers.all(move |other| other.eq_ignore_ascii_case(name))
    }

    pub(crate) fn request(&self) -> Option<(&'h Method, &'h Uri)> {
        self.request
    }
}

impl<'h> Headers<'h> {
    /// Finds the headers of one family in one pass over those of the request. With as many as a
    /// request usually has, this takes less than half the time of hashing each name.
    #[inline]
    fn find(self, names: &HeaderNames) -> Found<'h> {
        match self {
            Headers::Map(map) => {
                let pairs = map.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
                Found::among(pairs, names, |name, other| name == other)
            }
            Headers::Pairs(pairs) => {
                Found::among(pairs.iter().copied(), names, str::eq_ignore_ascii_case)
            }
        }
    }

    /// The values of all headers whose name `is_one` accepts, in order.
    fn all(self, is_one: impl Fn(&str) -> bool) -> impl Iterator<Item = &'h [u8]> {
        self.pairs().filter(move |(name, _)| is_one(name)).map(|(_, value)| trimmed(value))
    }

    fn pairs(self) -> impl Iterator<Item = (&'h str, &'h [u8])> + use<'h> {
        let (map, pairs) = match self {
            Headers::Map(map) => (Some(map), None),
            Headers::Pairs(pairs) => (None, Some(pairs)),
        };
        let map = map.into_iter().flatten().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let pairs = pairs.into_iter().flatten().copied();
        map.chain(pairs)
    }
}

impl<'h> From<&'h HeaderMap> for Head<'h> {
    fn from(headers: &'h HeaderMap) -> Self {
        Self { headers: Headers::Map(headers), request: None, extensions: None }
    }
}

impl<'h> From<&'h Parts> for Head<'h> {
    fn from(parts: &'h Parts) -> Self {
        Self {
            headers: Headers::Map(&parts.headers),
            request: Some((&parts.method, &parts.uri)),
            extensions: Some(&parts.extensions),
        }
    }
}

impl<'h> From<&'h mut Parts> for Head<'h> {
    fn from(parts: &'h mut Parts) -> Self {
        Self::from(&*parts)
    }
}

impl<'h, B> From<&'h Request<B>> for Head<'h> {
    fn from(request: &'h Request<B>) -> Self {
        Self {
            headers: Headers::Map(request.headers()),
            request: Some((request.method(), request.uri())),
            extensions: Some(request.extensions()),
        }
    }
}

/// Shows no header: among the values is a signature that may be the valid one.
impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head").field("request", &self.request).finish_non_exhaustive()
    }
}

/// The headers of one family.
struct Found<'h> {
    signature: Values<'h>,
    id: Values<'h>,
    timestamp: Values<'h>,
}

/// The first value of a header, and how many there are.
#[derive(Clone, Copy, Default)]
struct Values<'h> {
    first: Option<&'h [u8]>,
    count: usize,
}

impl<'h> Found<'h> {
    #[inline]
    fn among(
        pairs: impl Iterator<Item = (&'h str, &'h [u8])>,
        names: &HeaderNames,
        is_same: impl Fn(&str, &str) -> bool,
    ) -> Self {
        let [mut signature, mut id, mut timestamp] = [Values::default(); 3];
        pairs.for_each(|(name, value)| {
            let is = |other: &str| is_same(name, other);
            if names.is_signature(is) {
                signature.add(value);
            } else if names.id_name().is_some_and(is) {
                id.add(value);
            } else if names.timestamp_name().is_some_and(is) {
                timestamp.add(value);
            }
        });
        Self { signature, id, timestamp }
    }
}

impl<'h> Values<'h> {
    #[inline]
    fn add(&mut self, value: &'h [u8]) {
        self.first = self.first.or(Some(trimmed(value)));
        self.count += 1;
    }
}

/// Removes the blanks and tabs around a value. Over HTTP/1 hyper has already done so; over HTTP/2 it
/// leaves them.
#[inline]
pub(crate) fn trimmed(value: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    match value {
        [first, .., last] if !is_blank(first) && !is_blank(last) => value,
        _ => {
            let start = value.iter().take_while(|byte| is_blank(byte)).count();
            let end = value.iter().rposition(|byte| !is_blank(byte)).map_or(start, |last| last + 1);
            value.get(start..end).unwrap_or_default()
        }
    }
}
