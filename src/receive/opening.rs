//! The secret that a handshake brings: when it may come, and what becomes of it.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use crate::fetch::endpoint::EndpointId;

/// What the operator opens for one handshake that brings a secret; made once and given to
/// [`Handshake::keep_secret`](crate::scheme::Handshake::keep_secret).
///
/// Such a handshake is not signed, so anyone could repeat it with a secret of their own. It is
/// closed from the beginning, and again as soon as one handshake has come through. Clones are the
/// same opening.
///
/// # Examples
///
/// ```
/// use tower_webhook::fetch::EndpointId;
/// use tower_webhook::receive::Opening;
///
/// let opening = Opening::new();
/// let endpoint = EndpointId::new("acme")?;
///
/// // Before the webhook of this endpoint is created …
/// opening.open_for(&endpoint);
/// // … and if that has failed.
/// opening.close();
/// # Ok::<(), tower_webhook::fetch::InvalidEndpointId>(())
/// ```
#[derive(Clone, Default)]
pub struct Opening(Arc<Mutex<Vec<Option<EndpointId>>>>);

impl Opening {
    /// Makes one that is closed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens it for one handshake, of a receiver with secrets that do not depend on an endpoint.
    pub fn open(&self) {
        self.add(None);
    }

    /// Opens it for one handshake of this endpoint, as the selector of
    /// `Receiver::from_cache` finds it.
    pub fn open_for(&self, endpoint: &EndpointId) {
        self.add(Some(endpoint.clone()));
    }

    /// Closes it, for whichever endpoint it was opened.
    pub fn close(&self) {
        self.lock().clear();
    }

    fn add(&self, endpoint: Option<EndpointId>) {
        let mut open = self.lock();
        if !open.contains(&endpoint) {
            open.push(endpoint);
        }
    }

    /// Closes it for this endpoint, and returns whether it was open.
    fn take(&self, endpoint: Option<&EndpointId>) -> bool {
        let mut open = self.lock();
        let at = open.iter().position(|open| open.as_ref() == endpoint);
        at.map(|at| open.swap_remove(at)).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Option<EndpointId>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").field("open", &self.lock().len()).finish()
    }
}

/// A secret that a handshake has brought, to be kept where the receiver's secrets come from.
///
/// # Examples
///
/// ```
/// use tower_webhook::receive::NewSecret;
///
/// async fn keep(secret: NewSecret) -> Result<(), std::io::Error> {
///     let endpoint = secret.endpoint().map_or("the only one", |endpoint| endpoint.as_str());
///     println!("{endpoint}: {} bytes", secret.text().len());
///     Ok(())
/// }
/// ```
pub struct NewSecret {
    pub(super) text: Zeroizing<String>,
    pub(super) endpoint: Option<EndpointId>,
}

impl NewSecret {
    /// The secret as the provider has sent it, for [`Scheme::secret`](crate::Scheme::secret) or
    /// [`Scheme::verifier`](crate::Scheme::verifier).
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The endpoint that it is for, if the secrets depend on it.
    #[must_use]
    pub fn endpoint(&self) -> Option<&EndpointId> {
        self.endpoint.as_ref()
    }
}

impl fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSecret").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

type Kept = Pin<Box<dyn Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send>>;

/// An opening, and what is called for the secret that comes through it.
#[derive(Clone)]
pub(super) struct Keeper {
    opening: Opening,
    keep: Arc<dyn Fn(NewSecret) -> Kept + Send + Sync>,
}

/// Why a secret was not kept.
pub(super) enum NotKept {
    Closed,
    Failed(Box<dyn Error + Send + Sync>),
}

impl Keeper {
    pub(super) fn new<K, F, E>(opening: Opening, keep: K) -> Self
    where
        K: Fn(NewSecret) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let boxed = move |secret| -> Kept {
            let kept = keep(secret);
            Box::pin(async { kept.await.map_err(Into::into) })
        };
        Self { opening, keep: Arc::new(boxed) }
    }

    /// Has a secret kept, if it may come. It is closed before anything is awaited, so two at a time
    /// cannot both come through. If the secret could not be kept it is open again, since the
    /// provider has to repeat its handshake then.
    pub(super) async fn keep(&self, secret: NewSecret) -> Result<(), NotKept> {
        let endpoint = secret.endpoint.clone();
        if !self.opening.take(endpoint.as_ref()) {
            return Err(NotKept::Closed);
        }
        (self.keep)(secret).await.map_err(|error| {
            self.opening.add(endpoint);
            NotKept::Failed(error)
        })
    }
}
