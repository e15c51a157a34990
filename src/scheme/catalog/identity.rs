//! Accounts, sign-in and identity checks.

use std::time::Duration;

use crate::scheme::catalog::shapes::{SVIX, header, listed, presets, standard};
use crate::scheme::layout::Layout;
use crate::scheme::retries::Retries;
use crate::scheme::timestamp::{TimestampFormat, Tolerance};

presets! {
    /// # Identity
    ///
    /// Accounts, sign-in and identity checks.
    IDENTITY

    /// sent through Svix.
    CLERK("clerk", "Clerk", Library,
        "https://clerk.com/docs/webhooks/sync-data") =
        standard().headers(&[SVIX]).retries(Retries::Fresh);

    /// a timestamp in milliseconds, and a tolerance of 3 minutes. A signer writes a space after the
    /// comma, without which WorkOS's own libraries reject the header.
    WORKOS("workos", "WorkOS", Library,
        "https://workos.com/docs/events/data-syncing/webhooks") =
        listed(&[header("workos-signature")])
            .layout(Layout::list(',', '=', "v1").timestamp_key("t").spaced())
            .timestamp_format(TimestampFormat::Millis)
            .tolerance(Tolerance::symmetric(Duration::from_secs(180)));
}
