//! How a provider signs, as data.

mod catalog;
mod claims;
mod encoding;
mod envelope;
mod signatures;

use std::fmt;

use http::HeaderName;

pub(crate) use self::claims::DeliveryId;
pub use self::encoding::Encoding;
pub(crate) use self::envelope::Envelope;
use crate::{InvalidSecret, Secret, Signer, TimestampFormat, Tolerance, Verifier};

/// How one provider signs its webhooks: which headers it sends, what it signs, and how it prints
/// its secrets.
///
/// A scheme is plain `'static` data. Presets are associated constants such as
/// [`Scheme::STANDARD`] and [`Scheme::GITHUB`]; [`Scheme::custom`] builds any other one from the
/// same parts.
///
/// # Examples
///
/// ```
/// use tower_webhook::Scheme;
///
/// let verifier = Scheme::GITHUB.verifier("It's a Secret to Everybody")?;
/// assert_eq!(verifier.scheme().name(), "github");
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Scheme {
    name: &'static str,
    headers: &'static [HeaderNames],
    layout: Layout,
    encoding: Encoding,
    algorithm: Algorithm,
    signed: &'static [Part],
    timestamp_format: TimestampFormat,
    tolerance: Tolerance,
    key_format: KeyFormat,
    repeated_signature: bool,
}

impl Scheme {
    /// Starts the description of a scheme that is not among the presets.
    ///
    /// Unless told otherwise, the scheme is one hexadecimal HMAC-SHA-256 of the body, and the
    /// secret is text. Put the result into a `const` so that a contradiction, such as a signed id
    /// without a header to read it from, is an error of the compiler.
    ///
    /// # Examples
    ///
    /// A plain header:
    ///
    /// ```
    /// use tower_webhook::{HeaderNames, Layout, Scheme};
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("x-acme-signature")])
    ///     .layout(Layout::single("sha256="))
    ///     .build();
    /// ```
    ///
    /// One header with `t=…,v1=…`:
    ///
    /// ```
    /// use tower_webhook::{HeaderNames, Layout, Part, Scheme};
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("acme-signature")])
    ///     .layout(Layout::list(',', '=', "v1").timestamp_key("t"))
    ///     .signed(&[Part::Timestamp, Part::Literal("."), Part::Body])
    ///     .build();
    /// ```
    ///
    /// Three headers:
    ///
    /// ```
    /// use tower_webhook::{Encoding, HeaderNames, KeyFormat, Layout, Part, Scheme};
    ///
    /// const ACME: Scheme = Scheme::custom("acme")
    ///     .headers(&[HeaderNames::new("acme-signature").id("acme-id").timestamp("acme-timestamp")])
    ///     .layout(Layout::list(' ', ',', "v1"))
    ///     .encoding(Encoding::Base64)
    ///     .signed(&[
    ///         Part::Id,
    ///         Part::Literal("."),
    ///         Part::Timestamp,
    ///         Part::Literal("."),
    ///         Part::Body,
    ///     ])
    ///     .key_format(KeyFormat::Whsec)
    ///     .build();
    /// ```
    pub const fn custom(name: &'static str) -> SchemeBuilder {
        SchemeBuilder(Self {
            name,
            headers: &[],
            layout: Layout::single(""),
            encoding: Encoding::Hex,
            algorithm: Algorithm::HmacSha256,
            signed: &[Part::Body],
            timestamp_format: TimestampFormat::Seconds,
            tolerance: Tolerance::default_const(),
            key_format: KeyFormat::Utf8,
            repeated_signature: false,
        })
    }

    /// The scheme's name, as it appears in logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The header families that the scheme knows, the preferred one first.
    #[must_use]
    pub const fn headers(&self) -> &'static [HeaderNames] {
        self.headers
    }

    /// How the value of the signature header is laid out.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// How the bytes of a signature are written.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What computes the signature.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The signed content, in order.
    #[must_use]
    pub const fn signed(&self) -> &'static [Part] {
        self.signed
    }

    /// How the timestamp is written, for a scheme that signs one.
    #[must_use]
    pub const fn timestamp_format(&self) -> Option<TimestampFormat> {
        if Tally::of(self.signed).timestamp > 0 { Some(self.timestamp_format) } else { None }
    }

    /// Whether an id is part of the signed content, so that a retry can be told from a new
    /// delivery.
    #[must_use]
    pub const fn signs_id(&self) -> bool {
        Tally::of(self.signed).id > 0
    }

    /// How far from now a timestamp may be unless the verifier is told otherwise.
    #[must_use]
    pub const fn tolerance(&self) -> Tolerance {
        self.tolerance
    }

    /// How the provider prints a secret.
    #[must_use]
    pub const fn key_format(&self) -> KeyFormat {
        self.key_format
    }

    /// Whether several signature headers in one request are read as one list.
    #[must_use]
    pub const fn repeated_signature(&self) -> bool {
        self.repeated_signature
    }

    /// Reads a secret the way this provider prints it.
    ///
    /// Where the provider's documentation leaves two readings ([`KeyFormat::Utf8OrHex`]), this is
    /// the first of them.
    ///
    /// # Errors
    ///
    /// When `text` does not have the shape of [`Scheme::key_format`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{InvalidSecret, Scheme};
    ///
    /// assert!(Scheme::GITHUB.secret("It's a Secret to Everybody").is_ok());
    /// let error = Scheme::STANDARD.secret("It's a Secret to Everybody").unwrap_err();
    /// assert_eq!(error, InvalidSecret::MissingPrefix);
    /// ```
    pub fn secret(&self, text: &str) -> Result<Secret, InvalidSecret> {
        match self.key_format {
            KeyFormat::Whsec => Secret::whsec(text),
            KeyFormat::Utf8 | KeyFormat::Utf8OrHex => Secret::utf8(text),
            KeyFormat::Hex => Secret::hex(text),
            KeyFormat::Base64 => Secret::base64(text),
        }
    }

    /// Makes a verifier from a secret as this provider prints it.
    ///
    /// Where the provider's documentation leaves two readings ([`KeyFormat::Utf8OrHex`]), the
    /// verifier holds both, and [`Verified::secret_index`](crate::Verified::secret_index) tells
    /// which one matched.
    ///
    /// # Errors
    ///
    /// When `text` does not have the shape of [`Scheme::key_format`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// let verifier = Scheme::STANDARD.verifier("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    /// # Ok::<(), tower_webhook::InvalidSecret>(())
    /// ```
    pub fn verifier(&self, text: &str) -> Result<Verifier, InvalidSecret> {
        let verifier = Verifier::new(*self, self.secret(text)?)?;
        match self.key_format {
            KeyFormat::Utf8OrHex => verifier.older_secret(Secret::hex(text)?),
            _ => Ok(verifier),
        }
    }

    /// Makes a signer from a secret as this provider prints it, to send what
    /// [`Scheme::verifier`] accepts.
    ///
    /// # Errors
    ///
    /// When `text` does not have the shape of [`Scheme::key_format`].
    ///
    /// # Examples
    ///
    /// ```
    /// use time::OffsetDateTime;
    /// use tower_webhook::Scheme;
    ///
    /// let signer = Scheme::STANDARD.signer("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    /// let headers = signer.sign("msg_1", OffsetDateTime::now_utc(), b"{}")?;
    /// assert!(headers.contains_key("webhook-signature"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn signer(&self, text: &str) -> Result<Signer, InvalidSecret> {
        Signer::new(*self, self.secret(text)?)
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scheme").field(&self.name).finish()
    }
}

/// Describes a [`Scheme`]; made by [`Scheme::custom`].
#[derive(Clone, Copy, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct SchemeBuilder(Scheme);

impl SchemeBuilder {
    /// Sets the header families, the preferred one first. The first whose signature header is in
    /// the request is used whole; families never mix.
    pub const fn headers(mut self, headers: &'static [HeaderNames]) -> Self {
        self.0.headers = headers;
        self
    }

    /// Sets how the value of the signature header is laid out.
    pub const fn layout(mut self, layout: Layout) -> Self {
        self.0.layout = layout;
        self
    }

    /// Sets how the bytes of a signature are written.
    pub const fn encoding(mut self, encoding: Encoding) -> Self {
        self.0.encoding = encoding;
        self
    }

    /// Sets what computes the signature.
    pub const fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.0.algorithm = algorithm;
        self
    }

    /// Sets the signed content, in order.
    pub const fn signed(mut self, parts: &'static [Part]) -> Self {
        self.0.signed = parts;
        self
    }

    /// Sets how the timestamp is written.
    pub const fn timestamp_format(mut self, format: TimestampFormat) -> Self {
        self.0.timestamp_format = format;
        self
    }

    /// Sets how far from now a timestamp may be.
    pub const fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.0.tolerance = tolerance;
        self
    }

    /// Sets how the provider prints a secret.
    pub const fn key_format(mut self, format: KeyFormat) -> Self {
        self.0.key_format = format;
        self
    }

    /// Reads several signature headers in one request as one list. Without this, a repeated
    /// signature header is an error.
    pub const fn repeated_signature(mut self) -> Self {
        self.0.repeated_signature = true;
        self
    }

    /// Checks the description and makes the scheme.
    ///
    /// # Panics
    ///
    /// In a `const`, these are errors of the compiler:
    ///
    /// - a literal of the signed content is empty;
    /// - there is no header family, or a header name is not valid in lower case;
    /// - the signed content does not contain the body exactly once, or contains the id or the
    ///   timestamp more than once;
    /// - an id is signed but not every family names its header, or the other way round;
    /// - a timestamp is signed but does not come from exactly one place, the header or the list;
    /// - a separator of a list is not ASCII, or an entry could not be told from another.
    #[must_use]
    pub const fn build(self) -> Scheme {
        let scheme = self.0;
        let signed = Tally::of(scheme.signed);
        assert!(signed.body == 1, "the body must be signed exactly once");
        assert!(
            signed.id <= 1 && signed.timestamp <= 1,
            "the id and the timestamp are signed once"
        );
        assert!(signed.empty == 0, "a literal must not be empty");
        assert!(!scheme.headers.is_empty(), "a scheme needs a header family");
        let listed = scheme.layout.check();
        let mut rest = scheme.headers;
        while let [names, others @ ..] = rest {
            assert!(
                names.id.is_some() as usize == signed.id,
                "an id is read if and only if it is signed"
            );
            let sources = names.timestamp.is_some() as usize + listed as usize;
            assert!(sources == signed.timestamp, "a signed timestamp comes from exactly one place");
            names.check();
            rest = others;
        }
        scheme
    }
}

/// The headers that carry one delivery's signature, id and timestamp.
///
/// # Examples
///
/// ```
/// use tower_webhook::HeaderNames;
///
/// const NAMES: HeaderNames = HeaderNames::new("webhook-signature")
///     .id("webhook-id")
///     .timestamp("webhook-timestamp");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderNames {
    pub(crate) signature: &'static str,
    pub(crate) id: Option<&'static str>,
    pub(crate) timestamp: Option<&'static str>,
}

impl HeaderNames {
    /// Names the header with the signature, in lower case.
    #[must_use]
    pub const fn new(signature: &'static str) -> Self {
        Self { signature, id: None, timestamp: None }
    }

    /// Names the header with the signed id, in lower case.
    #[must_use]
    pub const fn id(mut self, name: &'static str) -> Self {
        self.id = Some(name);
        self
    }

    /// Names the header with the signed timestamp, in lower case.
    #[must_use]
    pub const fn timestamp(mut self, name: &'static str) -> Self {
        self.timestamp = Some(name);
        self
    }

    /// `HeaderName::from_static` is the check: it panics for what is not a name in lower case.
    const fn check(&self) {
        core::mem::forget(HeaderName::from_static(self.signature));
        if let Some(name) = self.id {
            core::mem::forget(HeaderName::from_static(name));
        }
        if let Some(name) = self.timestamp {
            core::mem::forget(HeaderName::from_static(name));
        }
    }
}

/// How the value of a signature header is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout(pub(crate) LayoutKind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LayoutKind {
    Single { prefix: &'static str },
    List { separator: char, assign: char, version: &'static str, timestamp: Option<&'static str> },
}

impl Layout {
    /// One signature after a fixed prefix, which may be empty: `sha256=5f…`.
    #[must_use]
    pub const fn single(prefix: &'static str) -> Self {
        Self(LayoutKind::Single { prefix })
    }

    /// A list of versioned signatures: `v1,g0hM…= v1,bm9l…=` is `list(' ', ',', "v1")` and
    /// `t=1,v1=5f…,v1=6e…` is `list(',', '=', "v1").timestamp_key("t")`.
    ///
    /// Entries of another version or without a version are skipped. Spaces after a separator are
    /// skipped too, as [RFC 9110, section 5.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1)
    /// allows them in lists.
    #[must_use]
    pub const fn list(separator: char, assign: char, version: &'static str) -> Self {
        Self(LayoutKind::List { separator, assign, version, timestamp: None })
    }

    /// Names the entry of the list that is the timestamp.
    ///
    /// # Panics
    ///
    /// When the layout is not a list; in a `const`, that is an error of the compiler.
    #[must_use]
    pub const fn timestamp_key(mut self, key: &'static str) -> Self {
        assert!(matches!(self.0, LayoutKind::List { .. }), "only a list has keys");
        if let LayoutKind::List { timestamp, .. } = &mut self.0 {
            *timestamp = Some(key);
        }
        self
    }

    /// Tells whether the timestamp is in the list.
    const fn check(&self) -> bool {
        match self.0 {
            LayoutKind::Single { .. } => false,
            LayoutKind::List { separator, assign, version, timestamp } => {
                assert!(separator.is_ascii() && assign.is_ascii(), "separators must be ASCII");
                assert!(separator as u32 != assign as u32, "separators must differ");
                assert!(!version.is_empty(), "the version must not be empty");
                if let Some(key) = timestamp {
                    assert!(!key.is_empty(), "the timestamp's key must not be empty");
                    assert!(!same(key, version), "the keys of a list must differ");
                }
                timestamp.is_some()
            }
        }
    }
}

/// One piece of the signed content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The delivery's id, as received. It must not contain the literal that follows it, so that
    /// no two deliveries have the same signed content.
    Id,
    /// The timestamp, as received.
    Timestamp,
    /// The raw body.
    Body,
    /// Fixed text.
    Literal(&'static str),
}

/// What computes a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104),
    /// [FIPS 180-4](https://doi.org/10.6028/NIST.FIPS.180-4)), 32 bytes.
    HmacSha256,
    /// HMAC with SHA-512, 64 bytes.
    HmacSha512,
}

impl Algorithm {
    /// The size of a signature, in bytes.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::HmacSha256 => 32,
            Self::HmacSha512 => 64,
        }
    }
}

/// How a provider prints its secrets, and what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFormat {
    /// `whsec_` and base64, which spells the key: [`Secret::whsec`].
    Whsec,
    /// The text is the key: [`Secret::utf8`].
    Utf8,
    /// Hexadecimal digits spell the key: [`Secret::hex`].
    Hex,
    /// Base64 spells the key: [`Secret::base64`].
    Base64,
    /// Hexadecimal digits, and the provider's documentation does not say whether they *are* the
    /// key or *spell* it. [`Scheme::verifier`] holds both readings, the text first.
    Utf8OrHex,
}

/// How often each part is in the signed content.
struct Tally {
    id: usize,
    timestamp: usize,
    body: usize,
    empty: usize,
}

impl Tally {
    const fn of(mut parts: &[Part]) -> Self {
        let mut tally = Self { id: 0, timestamp: 0, body: 0, empty: 0 };
        while let [part, rest @ ..] = parts {
            match part {
                Part::Id => tally.id += 1,
                Part::Timestamp => tally.timestamp += 1,
                Part::Body => tally.body += 1,
                Part::Literal(text) => tally.empty += text.is_empty() as usize,
            }
            parts = rest;
        }
        tally
    }
}

const fn same(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    while let ([a, rest_left @ ..], [b, rest_right @ ..]) = (left, right) {
        if *a != *b {
            return false;
        }
        (left, right) = (rest_left, rest_right);
    }
    left.is_empty() && right.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(builder: SchemeBuilder) -> String {
        let panic = std::panic::catch_unwind(|| builder.build()).unwrap_err();
        panic.downcast_ref::<&str>().map_or_else(
            || panic.downcast_ref::<String>().cloned().unwrap_or_default(),
            |text| (*text).to_owned(),
        )
    }

    const PLAIN: &[HeaderNames] = &[HeaderNames::new("x-signature")];
    const STAMPED: &[HeaderNames] = &[HeaderNames::new("x-signature").timestamp("x-timestamp")];

    const NAMED: &[HeaderNames] = &[HeaderNames::new("x-signature").id("x-id")];

    #[test]
    fn contradictions_do_not_build() {
        let scheme = || Scheme::custom("test").headers(PLAIN);
        assert_eq!(refused(Scheme::custom("test")), "a scheme needs a header family");
        assert_eq!(refused(scheme().signed(&[])), "the body must be signed exactly once");
        assert_eq!(
            refused(scheme().signed(&[Part::Body, Part::Body])),
            "the body must be signed exactly once"
        );
        assert_eq!(
            refused(scheme().signed(&[Part::Literal(""), Part::Body])),
            "a literal must not be empty"
        );
        assert_eq!(
            refused(scheme().signed(&[Part::Id, Part::Body])),
            "an id is read if and only if it is signed"
        );
        assert_eq!(refused(scheme().headers(NAMED)), "an id is read if and only if it is signed");
        assert_eq!(
            refused(scheme().signed(&[Part::Timestamp, Part::Body])),
            "a signed timestamp comes from exactly one place"
        );
        assert_eq!(
            refused(scheme().headers(STAMPED)),
            "a signed timestamp comes from exactly one place"
        );
        let twice = scheme()
            .headers(STAMPED)
            .layout(Layout::list(',', '=', "v1").timestamp_key("t"))
            .signed(&[Part::Timestamp, Part::Body]);
        assert_eq!(refused(twice), "a signed timestamp comes from exactly one place");
        let list = |layout| refused(scheme().layout(layout));
        assert_eq!(list(Layout::list(',', ',', "v1")), "separators must differ");
        assert_eq!(list(Layout::list('–', '=', "v1")), "separators must be ASCII");
        assert_eq!(list(Layout::list(',', '=', "")), "the version must not be empty");
        assert_eq!(
            list(Layout::list(',', '=', "t").timestamp_key("t")),
            "the keys of a list must differ"
        );
        for name in ["X-Signature", "", "x signature", "x-signatür"] {
            let names: &'static _ = Box::leak(Box::new([HeaderNames::new(name)]));
            let built = std::panic::catch_unwind(|| scheme().headers(names).build());
            assert!(built.is_err(), "{name}");
        }
    }

    #[test]
    fn keys_of_a_list_are_compared_whole() {
        assert!(same("v1", "v1") && same("", ""));
        assert!(!same("v1", "v") && !same("v", "v1") && !same("v1", "v2"));
    }
}
