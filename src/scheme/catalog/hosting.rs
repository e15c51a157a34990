//! Builds, deployments and hosting.

use crate::crypto::Algorithm;
use crate::scheme::catalog::shapes::{custom, header, hex_of_body, presets};
use crate::scheme::layout::Layout;

presets! {
    /// # Hosting
    ///
    /// Builds, deployments and hosting.
    HOSTING

    /// a list that may hold further versions in the future; today only `v1` exists.
    CIRCLECI("circleci", "CircleCI", Vector,
        "https://circleci.com/docs/guides/integration/outbound-webhooks/") =
        custom(&[header("circleci-signature")]).layout(Layout::list(',', '=', "v1"));

    /// HMAC-SHA-1.
    VERCEL("vercel", "Vercel", ThirdParty,
        "https://vercel.com/docs/webhooks/webhooks-api") =
        hex_of_body(&[header("x-vercel-signature")], "").algorithm(Algorithm::HmacSha1);
}
