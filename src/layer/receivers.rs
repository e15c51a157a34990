//! The receivers of a layer: one, or one for each of several schemes.

use std::slice;
use std::sync::Arc;

use http::request::Parts;

use crate::head::Head;
use crate::receive::receiver::Receiver;
use crate::scheme::definition::Scheme;

#[derive(Clone)]
pub(super) enum Receivers {
    One(Receiver),
    Several(Arc<Several>),
}

/// Finds the scheme of a request.
type Selector = dyn Fn(&Head<'_>) -> Option<Scheme> + Send + Sync;

pub(super) struct Several {
    receivers: Vec<Receiver>,
    selector: Arc<Selector>,
}

impl Receivers {
    pub(super) fn several(
        receivers: impl IntoIterator<Item = Receiver>,
        selector: impl Fn(&Head<'_>) -> Option<Scheme> + Send + Sync + 'static,
    ) -> Self {
        let receivers = receivers.into_iter().collect();
        Self::Several(Arc::new(Several { receivers, selector: Arc::new(selector) }))
    }

    /// The receiver of a request, by nothing but its head.
    #[inline]
    pub(super) fn of(&self, parts: &Parts) -> Option<&Receiver> {
        match self {
            Self::One(receiver) => Some(receiver),
            Self::Several(several) => several.of(&Head::from(parts)),
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Receiver] {
        match self {
            Self::One(receiver) => slice::from_ref(receiver),
            Self::Several(several) => &several.receivers,
        }
    }

    /// Changes the settings of each.
    pub(super) fn each(self, set: impl Fn(Receiver) -> Receiver) -> Self {
        match self {
            Self::One(receiver) => Self::One(set(receiver)),
            Self::Several(several) => Self::Several(Arc::new(Several {
                receivers: several.receivers.iter().cloned().map(set).collect(),
                selector: Arc::clone(&several.selector),
            })),
        }
    }
}

impl Several {
    fn of(&self, head: &Head<'_>) -> Option<&Receiver> {
        let scheme = (self.selector)(head)?;
        self.receivers.iter().find(|receiver| receiver.scheme() == scheme)
    }
}
