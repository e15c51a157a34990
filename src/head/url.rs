//! The URL that senders call, for the schemes that sign it.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use http::Uri;

/// The signed URL as it is configured: what comes before the path and query of the request, without
/// a slash at its end, or all of it.
#[derive(Clone)]
pub(crate) struct PublicUrl {
    text: Arc<str>,
    exact: bool,
}

impl PublicUrl {
    pub(crate) fn new(url: &str) -> Result<Self, InvalidPublicUrl> {
        let uri: Uri = url.parse().map_err(|_| InvalidPublicUrl::BASE)?;
        let web = matches!(uri.scheme_str(), Some("https" | "http"));
        let host = uri.host().is_some_and(|host| !host.is_empty());
        if !web || !host || uri.query().is_some() || url.contains('#') {
            return Err(InvalidPublicUrl::BASE);
        }
        // The request's path begins with a slash.
        Ok(Self { text: url.trim_end_matches('/').into(), exact: false })
    }

    /// The whole URL, of which nothing is changed. What is not a URL is most likely a mistake.
    pub(crate) fn exact(url: &str) -> Result<Self, InvalidPublicUrl> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let host = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#']));
        if !host || url.contains(char::is_control) || url.trim_end() != url {
            return Err(InvalidPublicUrl::EXACT);
        }
        Ok(Self::whole(url))
    }

    /// A URL that is signed as it is.
    pub(crate) fn whole(url: impl Into<Arc<str>>) -> Self {
        Self { text: url.into(), exact: true }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether nothing of the request is added.
    pub(crate) fn is_exact(&self) -> bool {
        self.exact
    }
}

/// Shows no exact URL: its query may hold a password.
impl fmt::Debug for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: &dyn fmt::Debug = if self.exact { &format_args!("..") } else { &self.text };
        f.debug_tuple("PublicUrl").field(text).finish()
    }
}

/// A public URL that no sender could have called; see
/// [`Verifier::public_url`](crate::Verifier::public_url) and
/// [`Verifier::exact_url`](crate::Verifier::exact_url).
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
pub struct InvalidPublicUrl(&'static str);

impl InvalidPublicUrl {
    const BASE: Self = Self("expected `https://` or `http://`, a host, and at most a path");
    const EXACT: Self = Self(
        "expected `https://` or `http://` and a host, and neither control characters nor blanks at \
         the end",
    );
}

impl fmt::Display for InvalidPublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for InvalidPublicUrl {}
