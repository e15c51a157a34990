//! A guard of unknown type, so that the types that hold one need no type parameter.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::replay::error::ReplayError;
use crate::replay::guard::{Claim, ReplayGuard};
use crate::replay::key::ReplayKey;
use crate::replay::lease::Lease;

pub(super) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// [`ReplayGuard`] with boxed futures, because a trait with `async fn` cannot be a trait object.
pub(super) trait Guard: Send + Sync {
    fn claim<'a>(
        &'a self,
        key: &'a ReplayKey,
        lease: Duration,
    ) -> BoxFuture<'a, Result<Claim, ReplayError>>;

    fn commit<'a>(
        &'a self,
        key: &'a ReplayKey,
        lease: &'a Lease,
        keep: Duration,
    ) -> BoxFuture<'a, Result<(), ReplayError>>;

    fn release<'a>(
        &'a self,
        key: &'a ReplayKey,
        lease: &'a Lease,
    ) -> BoxFuture<'a, Result<(), ReplayError>>;

    fn extend<'a>(
        &'a self,
        key: &'a ReplayKey,
        lease: &'a Lease,
        by: Duration,
    ) -> BoxFuture<'a, Result<(), ReplayError>>;
}

impl<G> Guard for G
where
    G: ReplayGuard,
{
    fn claim<'a>(
        &'a self,
        key: &'a ReplayKey,
        lease: Duration,
    ) -> BoxFuture<'a, Result<Claim, ReplayError>> {
        Box::pin(ReplayGuard::claim(self, key, lease))
    }

    fn commit<'a>(
        &'a self,
        key: &'a ReplayKey,
        lease: &'a Lease,
        keep: Duration,
    ) -> BoxFuture<'a, Result<(), ReplayError>> {
        Box::pin(ReplayGuard::commit(self, key, lease, keep))
    }

    fn release<'a>(
        &'a self,
        key: &'a ReplayKey,
        lease: &'a Lease,
    ) -> BoxFuture<'a, Result<(), ReplayError>> {
        Box::pin(ReplayGuard::release(self, key, lease))
    }

    fn extend<'a>(
        &'a self,
        key: &'a ReplayKey,
        lease: &'a Lease,
        by: Duration,
    ) -> BoxFuture<'a, Result<(), ReplayError>> {
        Box::pin(ReplayGuard::extend(self, key, lease, by))
    }
}
