//! The claim on a delivery, from the verdict to the handler's answer.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::runtime::Handle;

use crate::layer::body::Frames;
use crate::layer::rejection::Rejection;
use crate::layer::source::{BoxFuture, Endpoint, Source};
use crate::replay::error::ReplayError;
use crate::replay::key::ContentKey;
use crate::replay::key::ReplayKey;
use crate::replay::{Claim, Lease, ReplayGuard};
use crate::scheme::Scheme;
use crate::verify::verification::Receipt;
use crate::verify::verified::Verified;

/// The default of `WebhookLayer::replay_keep`. Svix goes on retrying for almost 28 hours.
const KEEP: Duration = Duration::from_secs(72 * 60 * 60);

/// The default of `WebhookLayer::replay_lease`.
const LEASE: Duration = Duration::from_secs(60);

/// How a layer remembers deliveries, if it does.
#[derive(Clone)]
pub(super) struct Replay {
    pub(super) guard: Option<Arc<dyn Guard>>,
    pub(super) keep: Duration,
    pub(super) lease: Duration,
    pub(super) scope: Option<Arc<str>>,
}

impl Default for Replay {
    fn default() -> Self {
        Self { guard: None, keep: KEEP, lease: LEASE, scope: None }
    }
}

impl Replay {
    pub(super) fn is_on(&self) -> bool {
        self.guard.is_some()
    }

    /// Claims a verified delivery. If the client hangs up meanwhile, the claim goes on in the
    /// background, where its end releases it.
    pub(super) async fn claim(
        &self,
        source: &dyn Source,
        endpoint: &Endpoint,
        verified: &Verified,
        receipt: &Receipt,
        frames: &Frames,
    ) -> Result<Held, Rejection> {
        let Some(guard) = &self.guard else { return Ok(Held::default()) };
        let key = self.key(endpoint, verified, receipt, frames);
        let (guard, scheme) = (Arc::clone(guard), verified.scheme());
        let (keep, lease) = (self.keep.max(window(source)), self.lease);
        let claim = async move {
            match Arc::clone(&guard).claim(key, lease).await {
                Ok(Claim::Fresh(lease)) => {
                    Ok(Held(Some(Owned { guard, key, lease, keep, scheme })))
                }
                Ok(Claim::InFlight) => Err(Rejection::InFlight),
                Ok(Claim::Done) => Err(Rejection::Duplicate),
                Err(error) => {
                    record("replay claim failed", scheme, &error);
                    Err(Rejection::ReplayUnavailable(error.kind()))
                }
            }
        };
        Lasting(Some(Box::pin(claim))).await
    }

    fn key(
        &self,
        endpoint: &Endpoint,
        verified: &Verified,
        receipt: &Receipt,
        frames: &Frames,
    ) -> ReplayKey {
        let endpoint = self.scope.as_deref().or(endpoint.as_ref().map(AsRef::as_ref));
        ReplayKey::of(verified, endpoint).unwrap_or_else(|| {
            let mut content = ContentKey::begin(verified.scheme().name(), endpoint);
            receipt.content(frames.chunks(), |piece| content.update(piece));
            content.finish()
        })
    }
}

/// For how long a delivery can be sent again before its timestamp is refused.
fn window(source: &dyn Source) -> Duration {
    match source.scheme().timestamp_format() {
        Some(_) => source.tolerance().past().saturating_add(source.tolerance().future()),
        None => Duration::ZERO,
    }
}

/// A claim that is neither committed nor released yet. Dropping it releases it in the background:
/// the handler panicked, or the client is gone.
#[derive(Default)]
pub(super) struct Held(Option<Owned>);

struct Owned {
    guard: Arc<dyn Guard>,
    key: ReplayKey,
    lease: Lease,
    keep: Duration,
    scheme: Scheme,
}

impl Held {
    /// Commits after a success and releases otherwise. `None` if there is nothing to do.
    pub(super) fn settle(&mut self, success: bool) -> Option<Settling> {
        self.0.take().map(|owned| Lasting(Some(owned.settle(success))))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.settle(false));
    }
}

impl Owned {
    fn settle(self, success: bool) -> BoxFuture<()> {
        let Self { guard, key, lease, keep, scheme } = self;
        Box::pin(async move {
            if success {
                if let Err(error) = guard.commit(key, lease, keep).await {
                    record("replay commit failed", scheme, &error);
                }
            } else if let Err(error) = guard.release(key, lease).await {
                record("replay release failed", scheme, &error);
            }
        })
    }
}

/// A commit or release on its way.
pub(super) type Settling = Lasting<()>;

/// A call of the guard on its way. It does not stop when it is dropped, but goes on in the
/// background where there is a runtime.
pub(super) struct Lasting<T: Send + 'static>(Option<BoxFuture<T>>);

impl<T: Send + 'static> Future for Lasting<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // After the end nothing more comes. One that panics is not tried again.
        let Some(mut future) = self.0.take() else { return Poll::Pending };
        let done = future.as_mut().poll(cx);
        if done.is_pending() {
            self.0 = Some(future);
        }
        done
    }
}

impl<T: Send + 'static> Drop for Lasting<T> {
    fn drop(&mut self) {
        if let Some((future, runtime)) = self.0.take().zip(Handle::try_current().ok()) {
            runtime.spawn(async move { drop(future.await) });
        }
    }
}

/// A [`ReplayGuard`], whichever it is.
pub(super) trait Guard: Send + Sync {
    fn claim(
        self: Arc<Self>,
        key: ReplayKey,
        lease: Duration,
    ) -> BoxFuture<Result<Claim, ReplayError>>;
    fn commit(
        self: Arc<Self>,
        key: ReplayKey,
        lease: Lease,
        keep: Duration,
    ) -> BoxFuture<Result<(), ReplayError>>;
    fn release(self: Arc<Self>, key: ReplayKey, lease: Lease)
    -> BoxFuture<Result<(), ReplayError>>;
}

impl<G> Guard for G
where
    G: ReplayGuard,
{
    fn claim(
        self: Arc<Self>,
        key: ReplayKey,
        lease: Duration,
    ) -> BoxFuture<Result<Claim, ReplayError>> {
        Box::pin(async move { ReplayGuard::claim(&*self, &key, lease).await })
    }

    fn commit(
        self: Arc<Self>,
        key: ReplayKey,
        lease: Lease,
        keep: Duration,
    ) -> BoxFuture<Result<(), ReplayError>> {
        Box::pin(async move { ReplayGuard::commit(&*self, &key, &lease, keep).await })
    }

    fn release(
        self: Arc<Self>,
        key: ReplayKey,
        lease: Lease,
    ) -> BoxFuture<Result<(), ReplayError>> {
        Box::pin(async move { ReplayGuard::release(&*self, &key, &lease).await })
    }
}

#[cfg(feature = "tracing")]
fn record(what: &'static str, scheme: Scheme, error: &ReplayError) {
    let scheme = scheme.name();
    tracing::error!(target: "tower_webhook", scheme, reason = %error, "{what}");
}

#[cfg(not(feature = "tracing"))]
fn record(_: &'static str, _: Scheme, _: &ReplayError) {}
