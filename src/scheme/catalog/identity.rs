//! Accounts, sign-in and checks of who somebody is.

use std::time::Duration;

use crate::scheme::catalog::shapes::{SVIX, header, listed, presets, standard};
use crate::scheme::timestamp::{TimestampFormat, Tolerance};

presets! {
    /// # Identity
    ///
    /// Accounts, sign-in and checks of who somebody is.
    IDENTITY

    /// by way of Svix.
    CLERK("clerk", "Clerk", Library,
        "https://clerk.com/docs/webhooks/sync-data") =
        standard().headers(&[SVIX]);

    /// milliseconds, 3 minutes.
    WORKOS("workos", "WorkOS", Library,
        "https://workos.com/docs/events/data-syncing/webhooks") =
        listed(&[header("workos-signature")])
            .timestamp_format(TimestampFormat::Millis)
            .tolerance(Tolerance::symmetric(Duration::from_secs(180)));
}
