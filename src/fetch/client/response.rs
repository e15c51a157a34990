//! A provider's response, of which little is trusted.

use std::time::Duration;

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use zeroize::Zeroizing;

use crate::fetch::client::unescape::unescape;
use crate::fetch::error::{FetchError, FetchErrorKind};

/// A status and a body. The body is wiped, because it may contain a secret. Its strings have no
/// escapes that a secret could have, so that secrets can be borrowed from it.
pub(crate) struct Response {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Zeroizing<Vec<u8>>,
}

impl Response {
    #[cfg(any(test, fuzzing, tower_webhook_fuzzing))]
    pub(crate) fn new(status: StatusCode, body: &[u8]) -> Self {
        Self { status, retry_after: None, body: unescape(body) }
    }

    /// Reads a response whose body has at most `limit` bytes. Where the status says that the request
    /// failed, it says enough, whatever the body is.
    pub(super) async fn read(
        mut response: reqwest::Response,
        limit: usize,
    ) -> Result<Self, FetchError> {
        let status = response.status();
        let retry_after = retry_after(response.headers());
        // All the capacity at once: a buffer that grows leaves copies behind that nobody wipes.
        let mut body = Zeroizing::new(Vec::with_capacity(limit));
        let error = loop {
            match response.chunk().await {
                Ok(Some(chunk)) if chunk.len() <= limit.saturating_sub(body.len()) => {
                    body.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => {
                    break FetchError::new(FetchErrorKind::Malformed)
                        .with_message("the response is longer than the limit");
                }
                Ok(None) => return Ok(Self { status, retry_after, body: unescape(&body) }),
                Err(error) => break failed(error),
            }
        };
        match status.is_success() {
            true => Err(error),
            false => Ok(Self { status, retry_after, body: Zeroizing::default() }),
        }
    }

    pub(crate) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// Whether the status says that the provider does not know who asks.
    #[cfg(feature = "spaaza")]
    pub(crate) fn is_unauthorized(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    pub(crate) fn json<'a, T>(&'a self) -> Option<T>
    where
        T: Deserialize<'a>,
    {
        serde_json::from_slice(&self.body).ok()
    }

    /// An error of the documented kind, or of the one that the status stands for if the provider
    /// did not send a documented error.
    pub(crate) fn error(&self, documented: Option<FetchErrorKind>) -> FetchError {
        let kind = documented.unwrap_or(match self.status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => FetchErrorKind::Denied,
            StatusCode::TOO_MANY_REQUESTS => FetchErrorKind::Unavailable,
            StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => FetchErrorKind::Timeout,
            status if status.is_server_error() => FetchErrorKind::Unavailable,
            // A 404 too: it proves nothing about the endpoint unless the provider itself says so.
            _ => FetchErrorKind::Malformed,
        });
        match self.retry_after {
            Some(wait) => FetchError::new(kind).with_retry_after(wait),
            None => FetchError::new(kind),
        }
    }
}

/// The error of a request without a response, or of a response that was cut short.
pub(super) fn failed(error: reqwest::Error) -> FetchError {
    let kind = if error.is_timeout() {
        FetchErrorKind::Timeout
    } else if error.is_builder() || error.is_decode() {
        FetchErrorKind::Malformed
    } else {
        FetchErrorKind::Unavailable
    };
    FetchError::new(kind).with_source(error.without_url())
}

/// The value of `Retry-After`
/// ([RFC 9110, section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)). A date is
/// compared with the response's own `Date`, so that only the provider's clock is needed, or with
/// ours if there is none.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text| OffsetDateTime::parse(text, &Rfc2822).ok();
    let sent = headers.get(DATE).and_then(|sent| date(sent.to_str().ok()?));
    (date(text)? - sent.unwrap_or_else(OffsetDateTime::now_utc)).try_into().ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (name.parse().unwrap(), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        let later = ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT");
        let seconds = |pairs: &[_]| retry_after(&headers(pairs)).map(|wait| wait.as_secs());
        assert_eq!(seconds(&[("retry-after", "30")]), Some(30));
        assert_eq!(seconds(&[date, later]), Some(30));
        assert_eq!(seconds(&[later]), None, "it is past");
        let far = ("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT");
        assert!(seconds(&[far]).is_some_and(|wait| wait > 7_000 * 365 * 24 * 60 * 60));
        assert_eq!(seconds(&[("date", later.1), ("retry-after", date.1)]), None);
        assert_eq!(seconds(&[("retry-after", "-1")]), None);
        assert_eq!(seconds(&[("retry-after", "soon"), date]), None);
    }
}
