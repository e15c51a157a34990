//! Models and agents.

use crate::scheme::catalog::shapes::{presets, standard};
use crate::scheme::key_format::KeyFormat;

presets! {
    /// # AI
    ///
    /// Models and agents.
    AI

    /// a secret without `whsec_` is the key as it stands.
    OPENAI("openai", "OpenAI", Vector,
        "https://github.com/openai/openai-python/blob/main/src/openai/lib/_webhooks.py") =
        standard().key_format(KeyFormat::WhsecOrUtf8);
}
