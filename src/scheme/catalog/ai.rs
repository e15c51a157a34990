//! Models and agents.

use std::time::Duration;

use crate::scheme::catalog::shapes::{custom, header, hex_of_body, listed, presets, standard};
use crate::scheme::key_format::KeyFormat;
use crate::scheme::layout::Layout;
use crate::scheme::part::Part;
use crate::scheme::retries::Retries;
use crate::scheme::timestamp::{TimestampFormat, Tolerance};

presets! {
    /// # AI
    ///
    /// Models and agents.
    AI

    ANTHROPIC("anthropic", "Anthropic", Library,
        "https://platform.claude.com/docs/en/managed-agents/webhooks") =
        standard();

    DATASAUR("datasaur", "Datasaur", Vector,
        "https://docs.datasaur.ai/integrations/webhook-notifications/webhook-signature") =
        hex_of_body(&[header("x-datasaur-signature")], "");

    /// the tolerance is 30 minutes in the past, as in its own libraries. In the future they have none;
    /// here it is 5 minutes.
    ELEVENLABS("elevenlabs", "ElevenLabs", Library,
        "https://elevenlabs.io/docs/product-guides/administration/webhooks") =
        listed(&[header("elevenlabs-signature")])
            .layout(Layout::list(',', '=', "v0").timestamp_key("t"))
            .tolerance(Tolerance::new(Duration::from_secs(1800), Duration::from_secs(300)));

    /// no tolerance is stated.
    EXA("exa", "Exa Websets", Documentation,
        "https://docs.exa.ai/websets/api/webhooks/verifying-signatures") =
        listed(&[header("exa-signature")]);

    /// the key is the secret of the account.
    FIRECRAWL("firecrawl", "Firecrawl", Documentation,
        "https://docs.firecrawl.dev/webhooks/security") =
        hex_of_body(&[header("x-firecrawl-signature")], "sha256=");

    /// a secret without `whsec_` is the key as it stands.
    OPENAI("openai", "OpenAI", Vector,
        "https://github.com/openai/openai-python/blob/main/src/openai/lib/_webhooks.py") =
        standard().key_format(KeyFormat::WhsecOrUtf8);

    /// Standard Webhooks. Its own library checks no time; the specification's have 5 minutes.
    REPLICATE("replicate", "Replicate", Vector,
        "https://replicate.com/docs/topics/webhooks/verify-webhook") =
        standard().retries(Retries::Fresh);

    /// the key is the API key.
    RETELL("retell", "Retell AI", Vector,
        "https://docs.retellai.com/features/webhook-overview") =
        custom(&[header("x-retell-signature")])
            .layout(Layout::list(',', '=', "d").timestamp_key("v"))
            .signed(&[Part::Body, Part::Timestamp])
            .timestamp_format(TimestampFormat::Millis);
}
