//! Accounts, sign-in and identity checks.

use std::time::Duration;

use crate::scheme::catalog::shapes::{SVIX, header, listed, presets, standard};
use crate::scheme::timestamp::{TimestampFormat, Tolerance};

presets! {
    /// # Identity
    ///
    /// Accounts, sign-in and identity checks.
    IDENTITY

    /// sent through Svix.
    CLERK("clerk", "Clerk", Library,
        "https://clerk.com/docs/webhooks/sync-data") =
        standard().headers(&[SVIX]);

    /// a timestamp in milliseconds, and a tolerance of 3 minutes.
    WORKOS("workos", "WorkOS", Library,
        "https://workos.com/docs/events/data-syncing/webhooks") =
        listed(&[header("workos-signature")])
            .timestamp_format(TimestampFormat::Millis)
            .tolerance(Tolerance::symmetric(Duration::from_secs(180)));
}
