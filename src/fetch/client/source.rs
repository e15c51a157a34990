//! Credentials that expire: where they come from, and when others are asked for.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::{Instant, timeout};

use crate::fetch::client::credential::Credential;
use crate::fetch::error::{FetchError, FetchErrorKind};

/// How long a source may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a source is left alone after it has failed, or has replaced a refused credential.
const REST: Duration = Duration::from_secs(30);

/// Where a credential comes from that expires: the auth token of `Velt` (feature `velt`), the
/// session key of `Spaaza` (feature `spaaza`).
///
/// It is asked at the first fetch, and what it returns is kept. When the provider refuses that, the
/// source is asked once more, and the fetch repeated, however many fetches are refused at the same
/// time. What it returns then is used as long as it is not refused. For 30 seconds after that, or
/// after a failure, the source is not asked again.
///
/// The credential is wiped when it is replaced or the fetcher is dropped, and appears in no output.
///
/// Closures without arguments are sources too.
///
/// # Examples
///
/// A secret store that others keep current:
///
/// ```
/// use tower_webhook::fetch::{FetchError, FetchErrorKind, Velt};
///
/// let velt = Velt::with_source("api key", || async {
///     let token = std::fs::read_to_string("/run/secrets/velt-auth-token");
///     let unavailable = |error| FetchError::new(FetchErrorKind::Unavailable).with_source(error);
///     Ok(token.map_err(unavailable)?.trim_end().to_owned())
/// })?;
/// # Ok::<(), tower_webhook::fetch::InvalidClient>(())
/// ```
///
/// The chapter `credentials` of the manual has a login.
pub trait CredentialSource: Send + Sync + 'static {
    /// Obtains a credential that is valid now.
    ///
    /// # Errors
    ///
    /// Returns why there is none, which becomes the error of the fetch. Nothing that is cached is
    /// forgotten for it: [`FetchErrorKind::NotFound`] counts as [`FetchErrorKind::Denied`].
    ///
    /// # Cancel safety
    ///
    /// The future runs in a task of its own. It is dropped after 30 seconds, and otherwise only if
    /// the runtime shuts down.
    fn credential(&self) -> impl Future<Output = Result<String, FetchError>> + Send;
}

impl<F, Fut> CredentialSource for F
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<String, FetchError>> + Send,
{
    async fn credential(&self) -> Result<String, FetchError> {
        self().await
    }
}

/// Why a request with a credential failed.
pub(crate) struct Failed {
    pub(crate) error: FetchError,
    /// Whether another credential may be what it takes.
    pub(crate) expired: bool,
}

impl From<FetchError> for Failed {
    fn from(error: FetchError) -> Self {
        Self { error, expired: false }
    }
}

/// One credential forever, or the one that is valid now.
#[derive(Clone)]
pub(crate) enum Credentials {
    Fixed(Credential),
    Source(Source),
}

#[derive(Clone)]
pub(crate) struct Source {
    ask: Arc<dyn Fn() -> Asked + Send + Sync>,
    kept: Arc<Mutex<Kept>>,
}

type Asked = Pin<Box<dyn Future<Output = Result<String, FetchError>> + Send>>;

/// What is known of a source.
#[derive(Default)]
enum Kept {
    #[default]
    Nothing,
    Credential {
        credential: Credential,
        /// Until when it is kept although it is refused.
        even_if_refused_until: Option<Instant>,
    },
    Failure {
        error: FetchError,
        until: Instant,
    },
}

impl Credentials {
    pub(crate) fn of(source: impl CredentialSource) -> Self {
        let source = Arc::new(source);
        let ask = move || -> Asked {
            let source = Arc::clone(&source);
            Box::pin(async move { source.credential().await })
        };
        Self::Source(Source { ask: Arc::new(ask), kept: Arc::default() })
    }

    /// Sends a request with the credential, and once more with a newer one if it has expired.
    pub(crate) async fn send<T, Fut>(
        &self,
        request: impl Fn(Credential) -> Fut,
    ) -> Result<T, FetchError>
    where
        Fut: Future<Output = Result<T, Failed>>,
    {
        let credential = match self {
            Self::Fixed(credential) => credential.clone(),
            Self::Source(source) => source.get(None).await?,
        };
        let answer = match (request(credential.clone()).await, self) {
            (Err(failed), Self::Source(source)) if failed.expired => {
                let newer = source.get(Some(&credential)).await?;
                if newer.is(&credential) { Err(failed) } else { request(newer).await }
            }
            (answer, _) => answer,
        };
        answer.map_err(|failed| failed.error)
    }
}

impl Source {
    /// The credential that is valid as far as is known, or the refused one if there is no other.
    async fn get(&self, refused: Option<&Credential>) -> Result<Credential, FetchError> {
        let kept = Arc::clone(&self.kept).lock_owned().await;
        let now = Instant::now();
        match &*kept {
            Kept::Credential { credential, even_if_refused_until } => {
                let is_refused = refused.is_some_and(|refused| credential.is(refused));
                if !is_refused || even_if_refused_until.is_some_and(|until| now < until) {
                    return Ok(credential.clone());
                }
            }
            Kept::Failure { error, until } if now < *until => return Err(error.clone()),
            Kept::Nothing | Kept::Failure { .. } => {}
        }
        // The task has the lock, and goes on without the fetch that has started it. Otherwise the
        // next fetch would ask again.
        let asked = tokio::spawn(renew(kept, (self.ask)(), refused.is_some()));
        asked.await.unwrap_or_else(|_| Err(no_credential(FetchErrorKind::Unavailable.into())))
    }
}

/// Asks the source, and keeps what it returns.
async fn renew(
    mut kept: OwnedMutexGuard<Kept>,
    asked: Asked,
    replaces: bool,
) -> Result<Credential, FetchError> {
    let failure = |error| Kept::Failure { error, until: Instant::now() + REST };
    // What remains if the source panics.
    *kept = failure(no_credential(FetchErrorKind::Unavailable.into()));
    let answer = timeout(TIMEOUT, asked).await.unwrap_or(Err(FetchErrorKind::Timeout.into()));
    let malformed = |error| FetchError::new(FetchErrorKind::Malformed).with_source(error);
    let answer = answer.and_then(|text| Credential::new(text).map_err(malformed));
    let answer = answer.map_err(no_credential);
    *kept = match answer.clone() {
        Ok(credential) => {
            let even_if_refused_until = replaces.then(|| Instant::now() + REST);
            Kept::Credential { credential, even_if_refused_until }
        }
        Err(error) => failure(error),
    };
    answer
}

/// The error of a fetch that had nothing to send.
fn no_credential(error: FetchError) -> FetchError {
    let kind = match error.kind() {
        // Only the provider can say that there is no such endpoint.
        FetchErrorKind::NotFound => FetchErrorKind::Denied,
        kind => kind,
    };
    let wait = error.retry_after();
    let error = FetchError::new(kind).with_source(NoCredential(error));
    wait.into_iter().fold(error, FetchError::with_retry_after)
}

#[derive(Debug)]
struct NoCredential(FetchError);

impl fmt::Display for NoCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the source of credentials failed")
    }
}

impl Error for NoCredential {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}
