//! Accounts, sign-in and identity checks.

use crate::crypto::Algorithm;
use crate::scheme::key_format::KeyFormat;
use std::time::Duration;

use crate::scheme::catalog::shapes::{SVIX, base64_of_body, header, listed, presets, standard};
use crate::scheme::handshake::Handshake;
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

    /// HMAC-SHA-1. The key is the client secret with `&` behind it, which is added here.
    FITBIT("fitbit", "Fitbit", ThirdParty,
        "https://dev.fitbit.com/build/reference/web-api/developer-guide/using-subscriptions/") =
        base64_of_body(&[header("x-fitbit-signature")], "")
            .algorithm(Algorithm::HmacSha1)
            .key_format(KeyFormat::Utf8With("&"))
            .handshake(&Handshake::FITBIT);
}
