//! What builds, deploys and hosts.

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{custom, header, hex_of_body, presets};
use crate::scheme::layout::Layout;

presets! {
    /// # Hosting
    ///
    /// What builds, deploys and hosts.
    HOSTING

    /// a list that may come to hold other versions; only `v1` exists.
    CIRCLECI("circleci", "CircleCI", Vector,
        "https://circleci.com/docs/guides/integration/outbound-webhooks/") =
        custom(&[header("circleci-signature")]).layout(Layout::list(',', '=', "v1"));

    /// HMAC-SHA-1.
    VERCEL("vercel", "Vercel", ThirdParty,
        "https://vercel.com/docs/webhooks/webhooks-api") =
        hex_of_body(&[header("x-vercel-signature")], "").algorithm(Algorithm::HmacSha1);
}
