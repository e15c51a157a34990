//! What stands for the replay guard without the feature `replay`: nothing is claimed.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::layer::body::Frames;
use crate::layer::rejection::Rejection;
use crate::layer::source::{Endpoint, Source};
use crate::verify::verification::Receipt;
use crate::verify::verified::Verified;

#[derive(Clone, Default)]
pub(super) struct Replay(());

#[derive(Default)]
pub(super) struct Held(());

pub(super) struct Settling(Infallible);

impl Replay {
    pub(super) fn is_on(&self) -> bool {
        false
    }

    pub(super) async fn claim(
        &self,
        _: &dyn Source,
        _: &Endpoint,
        _: &Verified,
        _: &Receipt,
        _: &Frames,
    ) -> Result<Held, Rejection> {
        Ok(Held(()))
    }
}

impl Held {
    pub(super) fn settle(&mut self, _: bool) -> Option<Settling> {
        None
    }
}

impl Future for Settling {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.0 {}
    }
}
