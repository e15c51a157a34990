//! The vocabulary of schemes.

use std::fmt;

use http::HeaderName;

/// The headers that carry one delivery's signature, id and timestamp, in lower case.
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
    signature: &'static str,
    more_signatures: &'static [&'static str],
    id: Option<&'static str>,
    timestamp: Option<&'static str>,
}

impl HeaderNames {
    /// Names the header with the signature.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::HeaderNames;
    ///
    /// const NAMES: HeaderNames = HeaderNames::new("x-hub-signature-256");
    /// assert!(NAMES.signatures().eq(["x-hub-signature-256"]));
    /// ```
    #[must_use]
    pub const fn new(signature: &'static str) -> Self {
        Self { signature, more_signatures: &[], id: None, timestamp: None }
    }

    /// Names further headers with signatures, for a provider that sends one for each of its keys.
    /// Any of them may be missing, and any of them may match.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::HeaderNames;
    ///
    /// const NAMES: HeaderNames = HeaderNames::new("box-signature-primary")
    ///     .more_signatures(&["box-signature-secondary"]);
    /// assert_eq!(NAMES.signatures().count(), 2);
    /// ```
    #[must_use]
    pub const fn more_signatures(mut self, names: &'static [&'static str]) -> Self {
        self.more_signatures = names;
        self
    }

    /// Names the header with the signed id.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::HeaderNames;
    ///
    /// const NAMES: HeaderNames = HeaderNames::new("acme-signature").id("acme-id");
    /// assert_eq!(NAMES.id_name(), Some("acme-id"));
    /// ```
    #[must_use]
    pub const fn id(mut self, name: &'static str) -> Self {
        self.id = Some(name);
        self
    }

    /// Names the header with the signed timestamp.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::HeaderNames;
    ///
    /// const NAMES: HeaderNames = HeaderNames::new("acme-signature").timestamp("acme-time");
    /// assert_eq!(NAMES.timestamp_name(), Some("acme-time"));
    /// ```
    #[must_use]
    pub const fn timestamp(mut self, name: &'static str) -> Self {
        self.timestamp = Some(name);
        self
    }

    /// The headers with signatures; at least one.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// let names = Scheme::BOX.headers().first().unwrap();
    /// assert!(names.signatures().eq(["box-signature-primary", "box-signature-secondary"]));
    /// ```
    pub fn signatures(&self) -> impl Iterator<Item = &'static str> + use<> {
        [self.signature].into_iter().chain(self.more_signatures.iter().copied())
    }

    /// The header with the signed id.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// assert_eq!(Scheme::SVIX.headers().first().unwrap().id_name(), Some("svix-id"));
    /// assert_eq!(Scheme::GITHUB.headers().first().unwrap().id_name(), None);
    /// ```
    #[must_use]
    pub const fn id_name(&self) -> Option<&'static str> {
        self.id
    }

    /// The header with the signed timestamp.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Scheme;
    ///
    /// let names = Scheme::SLACK.headers().first().unwrap();
    /// assert_eq!(names.timestamp_name(), Some("x-slack-request-timestamp"));
    /// // Stripe's is in the list of signatures.
    /// assert_eq!(Scheme::STRIPE.headers().first().unwrap().timestamp_name(), None);
    /// ```
    #[must_use]
    pub const fn timestamp_name(&self) -> Option<&'static str> {
        self.timestamp
    }

    #[inline]
    pub(super) fn is_signature(&self, name: &str) -> bool {
        name == self.signature || self.more_signatures.contains(&name)
    }

    /// Panics for what is not a header name in lower case, or has two meanings.
    pub(super) const fn check(&self) {
        check(self.signature);
        let mut names = self.more_signatures;
        while let [name, rest @ ..] = names {
            check(name);
            self.check_other(name, rest);
            names = rest;
        }
        if let Some(name) = self.id {
            check(name);
            self.check_other(name, self.more_signatures);
        }
        if let Some(name) = self.timestamp {
            check(name);
            self.check_other(name, self.more_signatures);
            assert!(!matches!(self.id, Some(id) if same(id, name)), "headers must differ");
        }
    }

    const fn check_other(&self, name: &str, mut others: &[&str]) {
        assert!(!same(name, self.signature), "headers must differ");
        while let [other, rest @ ..] = others {
            assert!(!same(name, other), "headers must differ");
            others = rest;
        }
    }
}

const fn check(name: &'static str) {
    // A const function cannot drop what the check returns.
    core::mem::forget(HeaderName::from_static(name));
}

/// How the value of a signature header is laid out.
///
/// # Examples
///
/// ```
/// use tower_webhook::Scheme;
///
/// assert_eq!(Scheme::GITHUB.layout().to_string(), "sha256=…");
/// assert_eq!(Scheme::STRIPE.layout().to_string(), "t={time},v1=…");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout(pub(crate) LayoutKind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LayoutKind {
    Single { prefix: &'static str },
    List(List),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct List {
    pub(crate) separator: char,
    pub(crate) assign: char,
    pub(crate) version: &'static str,
    pub(crate) more_versions: &'static [(&'static str, Algorithm)],
    pub(crate) timestamp: Option<&'static str>,
}

impl Layout {
    /// One signature after a fixed prefix, which may be empty: `sha256=5f…`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Layout;
    ///
    /// assert_eq!(Layout::single("sha256=").to_string(), "sha256=…");
    /// ```
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
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Layout;
    ///
    /// assert_eq!(Layout::list(' ', ',', "v1").to_string(), "v1,…");
    /// ```
    #[must_use]
    pub const fn list(separator: char, assign: char, version: &'static str) -> Self {
        let list = List { separator, assign, version, more_versions: &[], timestamp: None };
        Self(LayoutKind::List(list))
    }

    /// Names the entry of the list that is the timestamp.
    ///
    /// # Panics
    ///
    /// When the layout is not a list; in a `const`, that is an error of the compiler.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Layout;
    ///
    /// assert_eq!(Layout::list(',', '=', "v1").timestamp_key("t").to_string(), "t={time},v1=…");
    /// ```
    #[must_use]
    pub const fn timestamp_key(mut self, key: &'static str) -> Self {
        self.list_mut().timestamp = Some(key);
        self
    }

    /// Names further versions of signatures, each with its own algorithm.
    ///
    /// Only the versions for which a verifier has a key are looked at.
    ///
    /// # Panics
    ///
    /// When the layout is not a list; in a `const`, that is an error of the compiler.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::{Algorithm, Layout};
    ///
    /// const LAYOUT: Layout =
    ///     Layout::list(',', '=', "v1").more_versions(&[("v2", Algorithm::HmacSha512)]);
    /// assert_eq!(LAYOUT.to_string(), "v1=…,v2=…");
    /// ```
    #[must_use]
    pub const fn more_versions(mut self, versions: &'static [(&'static str, Algorithm)]) -> Self {
        self.list_mut().more_versions = versions;
        self
    }

    /// Whether the timestamp is in the list.
    pub(super) const fn lists_timestamp(&self) -> bool {
        matches!(self.0, LayoutKind::List(List { timestamp: Some(_), .. }))
    }

    const fn list_mut(&mut self) -> &mut List {
        assert!(matches!(self.0, LayoutKind::List(_)), "only a list has keys");
        match &mut self.0 {
            LayoutKind::List(list) => list,
            LayoutKind::Single { .. } => unreachable!(),
        }
    }

    /// Panics for a list whose entries could not be told apart. Tells whether the timestamp is in
    /// the list.
    pub(super) const fn check(&self) -> bool {
        let LayoutKind::List(list) = self.0 else { return false };
        assert!(list.separator.is_ascii() && list.assign.is_ascii(), "separators must be ASCII");
        assert!(list.separator as u32 != list.assign as u32, "separators must differ");
        assert!(!list.version.is_empty(), "the version must not be empty");
        if let Some(key) = list.timestamp {
            assert!(!key.is_empty(), "the timestamp's key must not be empty");
            assert!(!same(key, list.version), "the keys of a list must differ");
        }
        let mut versions = list.more_versions;
        while let [(version, _), rest @ ..] = versions {
            assert!(!version.is_empty(), "the version must not be empty");
            assert!(!same(version, list.version), "the keys of a list must differ");
            if let Some(key) = list.timestamp {
                assert!(!same(key, version), "the keys of a list must differ");
            }
            versions = rest;
        }
        list.timestamp.is_some()
    }
}

impl fmt::Display for Layout {
    /// Writes `…` for a signature and `{time}` for a timestamp, as in `t={time},v1=…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = match self.0 {
            LayoutKind::Single { prefix } => return write!(f, "{prefix}…"),
            LayoutKind::List(list) => list,
        };
        if let Some(key) = list.timestamp {
            write!(f, "{key}{}{{time}}{}", list.assign, list.separator)?;
        }
        write!(f, "{}{}…", list.version, list.assign)?;
        let more = list.more_versions.iter();
        more.map(|(version, _)| version)
            .try_for_each(|version| write!(f, "{}{version}{}…", list.separator, list.assign))
    }
}

impl List {
    /// The algorithm of an entry with this key, if the entry is a signature.
    pub(super) fn algorithm(&self, key: &[u8], own: Algorithm) -> Option<Algorithm> {
        if key == self.version.as_bytes() {
            return Some(own);
        }
        let mut more = self.more_versions.iter();
        more.find(|(version, _)| version.as_bytes() == key).map(|(_, algorithm)| *algorithm)
    }

    /// What the signatures of an algorithm are called; the scheme's own if it is not among the
    /// further ones.
    #[cfg(feature = "ed25519")]
    pub(crate) fn version_of(&self, algorithm: Algorithm) -> &'static str {
        let mut more = self.more_versions.iter();
        more.find(|(_, more)| *more == algorithm).map_or(self.version, |(version, _)| version)
    }
}

/// One piece of the signed content.
///
/// # Examples
///
/// ```
/// use tower_webhook::{Part, Scheme};
///
/// let parts = [Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body];
/// assert_eq!(Scheme::SLACK.signed(), parts);
/// ```
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
    /// The request's method, in upper case.
    Method,
    /// The URL that the sender called: what
    /// [`Verifier::public_url`](crate::Verifier::public_url) says, followed by the request's path
    /// and query as received.
    Url,
    /// Fixed text.
    Literal(&'static str),
}

/// What computes a signature.
///
/// # Examples
///
/// ```
/// use tower_webhook::{Algorithm, Scheme};
///
/// assert_eq!(Scheme::GITHUB.algorithm(), Algorithm::HmacSha256);
/// assert_eq!(Scheme::PAYSTACK.algorithm(), Algorithm::HmacSha512);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104),
    /// [FIPS 180-4](https://doi.org/10.6028/NIST.FIPS.180-4)), 32 bytes.
    HmacSha256,
    /// HMAC with SHA-512, 64 bytes.
    HmacSha512,
    /// HMAC with SHA-1, 20 bytes, for providers that still use it.
    ///
    /// SHA-1 is broken for signatures over documents, but no attack on its HMAC is known
    /// ([RFC 6194, section 3.3](https://www.rfc-editor.org/rfc/rfc6194#section-3.3)). Where a
    /// provider offers anything newer, use that. Keys need the feature `sha1`.
    HmacSha1,
    /// Ed25519 ([RFC 8032](https://www.rfc-editor.org/rfc/rfc8032)), 64 bytes. The receiver has
    /// the public key only, so it cannot forge deliveries to itself. Keys need the feature
    /// `ed25519`.
    Ed25519,
}

impl Algorithm {
    /// The size of a signature, in bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::Algorithm;
    ///
    /// assert_eq!(Algorithm::HmacSha256.size(), 32);
    /// ```
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::HmacSha256 => 32,
            Self::HmacSha512 => 64,
            Self::HmacSha1 => 20,
            Self::Ed25519 => 64,
        }
    }
}

/// How a provider prints its secrets, and what they mean.
///
/// # Examples
///
/// ```
/// use tower_webhook::{KeyFormat, Scheme};
///
/// // Both print `whsec_…`. For Stripe, that is part of the key.
/// assert_eq!(Scheme::STANDARD.key_format(), KeyFormat::Whsec);
/// assert_eq!(Scheme::STRIPE.key_format(), KeyFormat::Utf8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFormat {
    /// `whsec_` and base64, which spells the key: [`Secret::whsec`](crate::Secret::whsec).
    ///
    /// For a scheme that knows Ed25519 signatures too, also `whpk_` and `whsk_`.
    Whsec,
    /// [`KeyFormat::Whsec`] if the text begins with `whsec_`, and [`KeyFormat::Utf8`] otherwise.
    WhsecOrUtf8,
    /// The text is the key: [`Secret::utf8`](crate::Secret::utf8).
    Utf8,
    /// Hexadecimal digits spell the key: [`Secret::hex`](crate::Secret::hex).
    Hex,
    /// Base64 spells the key: [`Secret::base64`](crate::Secret::base64).
    Base64,
    /// Hexadecimal digits, and the provider's documentation does not say whether they *are* the
    /// key or *spell* it. [`Scheme::verifier`](crate::Scheme::verifier) holds both readings, the
    /// text first.
    Utf8OrHex,
    /// The 32 bytes of an Ed25519 public key in hexadecimal digits.
    PublicKeyHex,
    /// The 32 bytes of an Ed25519 public key in base64.
    PublicKeyBase64,
}

/// What a preset rests on, the strongest first.
///
/// # Examples
///
/// ```
/// use tower_webhook::{Evidence, Scheme};
///
/// let weak = Scheme::ALL.iter().filter(|scheme| scheme.evidence() == Some(Evidence::ThirdParty));
/// assert!(weak.count() < Scheme::ALL.len() / 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Evidence {
    /// A vector that the provider or its library has published verifies under the scheme.
    Vector,
    /// The provider's own documentation.
    Documentation,
    /// The source of the provider's own library or server.
    Library,
    /// Third-party libraries, configurations or descriptions. Try a delivery of your own before
    /// you rely on it.
    ThirdParty,
}

pub(super) const fn same(left: &str, right: &str) -> bool {
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

    #[test]
    fn keys_of_a_list_are_compared_whole() {
        assert!(same("v1", "v1") && same("", ""));
        assert!(!same("v1", "v") && !same("v", "v1") && !same("v1", "v2"));
    }
}
