//! The secrets of the demonstration, or those in the environment.

use std::env;

use tower_webhook::scheme::{Algorithm, KeyFormat};
use tower_webhook::{Scheme, Secret, Signer};

use crate::Fallible;

/// The demonstration pair of Svix, the public half in base64 and in hexadecimal digits.
const DEMO_PRIVATE_KEY: &str =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
const DEMO_PRIVATE_KEY_P256: &str =
    "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
const DEMO_PUBLIC_KEY_P256: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==";
const DEMO_PUBLIC_KEY: (&str, &str) = (
    "1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
    "d52880e28f61caa4c2a48a82e55f4751a92289a78009ea9f6532270c16ce8abe",
);

/// The secret from the environment, or one for the demonstration.
pub(crate) fn secret(scheme: &Scheme) -> String {
    env::var(variable(scheme)).unwrap_or_else(|_| demo_secret(scheme, "It's a Secret to Everybody"))
}

fn variable(scheme: &Scheme) -> String {
    format!("{}_SECRET", scheme.name().to_uppercase().replace('-', "_"))
}

/// A secret of the shape that the scheme's provider prints.
pub(crate) fn demo_secret(scheme: &Scheme, text: &str) -> String {
    let hex = || text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    match scheme.key_format() {
        KeyFormat::Utf8 => text.to_owned(),
        KeyFormat::PublicKeyBase64 => DEMO_PUBLIC_KEY.0.to_owned(),
        KeyFormat::PublicKeyHex => DEMO_PUBLIC_KEY.1.to_owned(),
        KeyFormat::PublicKeyDer => DEMO_PUBLIC_KEY_P256.to_owned(),
        KeyFormat::Whsec
        | KeyFormat::VersionedWhsec
        | KeyFormat::WhsecOrUtf8
        | KeyFormat::WhsecAndUtf8 => {
            format!("whsec_{}", hex())
        }
        // Hexadecimal digits are base64 too.
        _ => hex(),
    }
}

/// Signs as the provider does, unless only the provider can: its real public key is in the
/// environment.
pub(crate) fn signer(scheme: &Scheme, secret: &str) -> Fallible<Option<Signer>> {
    let key = match scheme.algorithm() {
        Algorithm::Ed25519 => Secret::whsk(DEMO_PRIVATE_KEY)?,
        Algorithm::EcdsaP256 => Secret::p256_private(&hex::decode(DEMO_PRIVATE_KEY_P256)?)?,
        _ => return Ok(Some(scheme.signer(secret)?)),
    };
    let demo = env::var_os(variable(scheme)).is_none();
    Ok(demo.then(|| Signer::new(*scheme, key)).transpose()?)
}
