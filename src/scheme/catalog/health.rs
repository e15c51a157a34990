//! Wearables and fitness.

use crate::scheme::catalog::shapes::{header, listed, presets};

presets! {
    /// # Health
    ///
    /// Wearables and fitness.
    HEALTH

    TERRA("terra", "Terra", Library,
        "https://docs.tryterra.co/health-and-fitness-api/event-types/webhook-security") =
        listed(&[header("terra-signature")]);
}
