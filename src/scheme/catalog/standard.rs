//! Standard Webhooks, and services that send webhooks for others.

use crate::scheme::catalog::shapes::{
    SVIX, V1_AND_V1A, WEBHOOK, base64_of_body, header, presets, standard,
};
use crate::scheme::retries::Retries;

presets! {
    /// # Standard Webhooks
    ///
    /// The specification, and the services that send webhooks for others.
    STANDARD

    /// the `webhook-*` headers, or the `svix-*` ones of senders that are older than the
    /// specification. The specification states no tolerance; its libraries have 5 minutes.
    ///
    /// The asymmetric `v1a` signatures are verified with `whpk_` keys, which need the feature
    /// `ed25519`. Of those in one request, the first 11 are tried.
    STANDARD("standard-webhooks", "Standard Webhooks", Vector,
        "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md") =
        standard().headers(&[WEBHOOK, SVIX]).layout(V1_AND_V1A).retries(Retries::Fresh);

    /// the `svix-*` headers, or the `webhook-*` ones of a white-labeled sender; `v1a` as in
    /// [`Scheme::STANDARD`].
    SVIX("svix", "Svix", Vector,
        "https://docs.svix.com/receiving/verifying-payloads/how/") =
        standard().headers(&[SVIX, WEBHOOK]).layout(V1_AND_V1A).retries(Retries::Fresh);

    /// while a secret is being replaced, a second header has the signature of the other one.
    HOOKDECK("hookdeck", "Hookdeck", Library,
        "https://hookdeck.com/docs/authentication") =
        base64_of_body(&[header("x-hookdeck-signature").more_signatures(&["x-hookdeck-signature-2"])], "");
}
