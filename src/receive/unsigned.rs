//! What tells a delivery apart that its signature does not cover.

use sha2::{Digest as _, Sha256};

use crate::head::Head;
use crate::head::kept::Kept;
use crate::replay::settings::Replay;
use crate::scheme::definition::Scheme;
use crate::text::Text;

/// What the head says of a delivery without a signature.
pub(super) struct Unsigned {
    path: Option<Text<46>>,
    /// A hash, because it may be of any length.
    delivery: Option<[u8; 32]>,
    /// For the user's own key, if there is one.
    pub(super) kept: Option<Box<Kept>>,
}

impl Unsigned {
    pub(super) fn of(head: &Head<'_>, scheme: Scheme, replay: &Replay) -> Self {
        let delivery = scheme.delivery_header().and_then(|name| head.get(name));
        Self {
            path: head.path().map(Text::from),
            delivery: delivery.map(|id| Sha256::digest(id).into()),
            kept: replay.own_key().map(|_| Box::new(Kept::of(head))),
        }
    }

    pub(super) fn path(&self) -> Option<&str> {
        self.path.as_ref().map(Text::as_str)
    }

    pub(super) fn delivery(&self) -> Option<&[u8]> {
        self.delivery.as_ref().map(<[u8; 32]>::as_slice)
    }
}
