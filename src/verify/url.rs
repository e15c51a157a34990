//! The URL that senders call, for the schemes that sign it.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use http::Uri;

/// The part of a URL before the path and query of the request, without a slash at its end.
#[derive(Clone, Debug)]
pub(crate) struct PublicUrl(Arc<str>);

impl PublicUrl {
    pub(crate) fn new(url: &str) -> Result<Self, InvalidPublicUrl> {
        let uri: Uri = url.parse().map_err(|_| InvalidPublicUrl)?;
        let web = matches!(uri.scheme_str(), Some("https" | "http"));
        let host = uri.host().is_some_and(|host| !host.is_empty());
        if !web || !host || uri.query().is_some() || url.contains('#') {
            return Err(InvalidPublicUrl);
        }
        // The request's path begins with a slash.
        Ok(Self(url.trim_end_matches('/').into()))
    }

    pub(crate) fn as_arc(&self) -> &Arc<str> {
        &self.0
    }
}

/// A public URL that no sender could have called; see
/// [`Verifier::public_url`](crate::Verifier::public_url).
///
/// # Examples
///
/// ```
/// use tower_webhook::Scheme;
/// use tower_webhook::verify::InvalidPublicUrl;
///
/// let verifier = Scheme::SQUARE.verifier("signature key")?;
/// let error: InvalidPublicUrl = verifier.public_url("hooks.example.com").unwrap_err();
/// assert!(error.to_string().starts_with("expected `https://`"));
/// # Ok::<(), tower_webhook::InvalidSecret>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidPublicUrl;

impl fmt::Display for InvalidPublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected `https://` or `http://`, a host, and at most a path")
    }
}

impl Error for InvalidPublicUrl {}
