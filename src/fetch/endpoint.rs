//! The endpoint that a delivery is for: its id, and what a fetch returns for it.

use std::borrow::Borrow;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use crate::head::url::{InvalidPublicUrl, PublicUrl};
use crate::secret::Secret;
use crate::text::Text;

/// The longest id, in bytes.
const MAX: usize = 256;
/// The longest id that is kept inline, in bytes. Velt's have 30, and a UUID has 36.
const INLINE: usize = 46;

/// The name under which a provider knows the endpoint that a delivery is for.
///
/// It has 1 to 256 bytes and no control characters. Clones are cheap, and an id of up to 46 bytes
/// needs no heap allocation.
///
/// # Examples
///
/// ```
/// use tower_webhook::fetch::EndpointId;
///
/// let id = EndpointId::new("ep_2vK9mPzGqLxYwBnRtCdHsJfAeUo")?;
/// assert_eq!(id.as_str(), "ep_2vK9mPzGqLxYwBnRtCdHsJfAeUo");
/// assert_eq!(EndpointId::from(56).as_str(), "56");
/// assert!(EndpointId::new("").is_err());
/// # Ok::<(), tower_webhook::fetch::InvalidEndpointId>(())
/// ```
#[derive(Clone)]
pub struct EndpointId(Text<INLINE>);

impl EndpointId {
    /// Checks and copies an id.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidEndpointId`] if the text is empty, longer than 256 bytes, or contains a
    /// control character.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_webhook::fetch::EndpointId;
    ///
    /// assert!(EndpointId::new("orders").is_ok());
    /// assert!(EndpointId::new("two\nlines").is_err());
    /// ```
    pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidEndpointId> {
        let text = text.as_ref();
        if text.is_empty() || text.len() > MAX || text.contains(char::is_control) {
            return Err(InvalidEndpointId);
        }
        Ok(Self(Text::from(text)))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl PartialEq for EndpointId {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes() == other.0.as_bytes()
    }
}

impl Eq for EndpointId {}

impl Hash for EndpointId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EndpointId").field(&self.as_str()).finish()
    }
}

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl AsRef<str> for EndpointId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for EndpointId {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl TryFrom<&str> for EndpointId {
    type Error = InvalidEndpointId;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl TryFrom<String> for EndpointId {
    type Error = InvalidEndpointId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl FromStr for EndpointId {
    type Err = InvalidEndpointId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl From<u64> for EndpointId {
    /// Writes the number in decimal, as providers with numeric ids do.
    fn from(number: u64) -> Self {
        Self(Text::from(&*number.to_string()))
    }
}

/// A text that cannot be an [`EndpointId`].
///
/// # Examples
///
/// ```
/// use tower_webhook::fetch::{EndpointId, InvalidEndpointId};
///
/// let error: InvalidEndpointId = EndpointId::new("").unwrap_err();
/// assert!(error.to_string().starts_with("expected an endpoint id"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidEndpointId;

impl fmt::Display for InvalidEndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected an endpoint id of 1 to 256 bytes without control characters")
    }
}

impl Error for InvalidEndpointId {}

/// The result of a fetch: the secrets that are valid for an endpoint now, and optionally its
/// canonical id and its public URL.
///
/// Secrets alone are enough for most providers: `Secret` and `Vec<Secret>` convert into an
/// `Endpoint`.
///
/// # Examples
///
/// A tenant with a public URL of its own, known to the provider by a number:
///
/// ```
/// use tower_webhook::Secret;
/// use tower_webhook::fetch::{Endpoint, EndpointId};
///
/// let endpoint = Endpoint::new([Secret::utf8("new secret")?, Secret::utf8("old secret")?])
///     .canonical_id(EndpointId::from(56))
///     .public_url("https://hooks.example.com")?;
/// assert_eq!(endpoint.secrets().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Endpoint {
    pub(super) secrets: Vec<Secret>,
    pub(super) canonical_id: Option<EndpointId>,
    pub(super) public_url: Option<PublicUrl>,
}

impl Endpoint {
    /// Makes an endpoint from the secrets that are valid now, the newest first and at most 16.
    ///
    /// Without any, its deliveries are rejected, as with
    /// [`FetchErrorKind::NotFound`](crate::fetch::FetchErrorKind::NotFound).
    #[must_use]
    pub fn new(secrets: impl Into<Vec<Secret>>) -> Self {
        Self { secrets: secrets.into(), canonical_id: None, public_url: None }
    }

    /// Sets the id under which deliveries are remembered, default the one that was requested.
    ///
    /// Set it if several ids name the same endpoint, such as an alias or another spelling: a
    /// delivery that is sent again to another of these ids is then the same delivery.
    #[must_use]
    pub fn canonical_id(mut self, id: EndpointId) -> Self {
        self.canonical_id = Some(id);
        self
    }

    /// Sets the part of the URL before the path and query, for a scheme that signs the URL, default
    /// that of the cache; see [`Verifier::public_url`](crate::Verifier::public_url).
    ///
    /// # Errors
    ///
    /// Returns [`InvalidPublicUrl`] if it is not `http://` or `https://` with a host and at most a
    /// path.
    pub fn public_url(mut self, url: &str) -> Result<Self, InvalidPublicUrl> {
        self.public_url = Some(PublicUrl::new(url)?);
        Ok(self)
    }

    /// Sets the whole URL as it was registered, instead of [`Endpoint::public_url`]; see
    /// [`Verifier::exact_url`](crate::Verifier::exact_url).
    ///
    /// # Errors
    ///
    /// Returns [`InvalidPublicUrl`] as [`Verifier::exact_url`](crate::Verifier::exact_url) does.
    pub fn exact_url(mut self, url: &str) -> Result<Self, InvalidPublicUrl> {
        self.public_url = Some(PublicUrl::exact(url)?);
        Ok(self)
    }

    /// The secrets, the newest first.
    #[must_use]
    pub fn secrets(&self) -> &[Secret] {
        &self.secrets
    }
}

impl From<Secret> for Endpoint {
    fn from(secret: Secret) -> Self {
        Self::new([secret])
    }
}

impl From<Vec<Secret>> for Endpoint {
    fn from(secrets: Vec<Secret>) -> Self {
        Self::new(secrets)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("secrets", &self.secrets.len())
            .field("canonical_id", &self.canonical_id)
            .field("public_url", &self.public_url)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_allowed_size_comes_back_as_it_was() {
        let step = if cfg!(miri) { 15 } else { 1 };
        for size in (1..=MAX).step_by(step) {
            let text = "é".repeat(size / 2) + &"x".repeat(size % 2);
            let id = EndpointId::new(&text).unwrap();
            assert_eq!(id.as_str(), text);
            assert_eq!(matches!(id.0, Text::Inline { .. }), size <= INLINE, "{size}");
            assert_eq!(HashSet::from([id.clone()]).get(text.as_str()), Some(&id));
        }
    }

    #[test]
    fn empty_long_and_control_are_rejected() {
        for text in ["", "a\nb", "\0", "\u{85}", &"x".repeat(MAX + 1)] {
            assert_eq!(EndpointId::new(text), Err(InvalidEndpointId), "{text:?}");
        }
    }

    #[test]
    fn numbers_are_decimal() {
        for number in [0, 7, 10, 1743, u64::MAX] {
            let id = EndpointId::from(number);
            assert_eq!(id, EndpointId::new(number.to_string()).unwrap());
        }
    }

    #[test]
    fn an_endpoint_shows_no_secret() {
        let endpoint = Endpoint::from(Secret::utf8("hunter2").unwrap());
        let endpoint = endpoint.canonical_id(EndpointId::from(7)).public_url("https://x").unwrap();
        assert_eq!(
            format!("{endpoint:?}"),
            "Endpoint { secrets: 1, canonical_id: Some(EndpointId(\"7\")), \
             public_url: Some(PublicUrl(\"https://x\")) }"
        );
        let endpoint = endpoint.exact_url("https://x/?password=hunter2").unwrap();
        assert!(format!("{endpoint:?}").ends_with("public_url: Some(PublicUrl(..)) }"));
    }
}
