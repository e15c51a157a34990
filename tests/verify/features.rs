//! What the features `ed25519`, `p256` and `sha1` add, and what there is without them.

use tower_webhook::scheme::{Algorithm, HeaderNames, KeyFormat};
use tower_webhook::{InvalidSecret, Scheme, Secret, Signer, Verifier, VerifyError};

use crate::support::{NOW, WHPK, WHSEC, WHSK, at, headers, presets, secret};

const ED25519: Option<InvalidSecret> = match cfg!(feature = "ed25519") {
    true => None,
    false => Some(InvalidSecret::MissingFeature("ed25519")),
};
const P256: Option<InvalidSecret> = match cfg!(feature = "p256") {
    true => None,
    false => Some(InvalidSecret::MissingFeature("p256")),
};
const SHA1: Option<InvalidSecret> = match cfg!(feature = "sha1") {
    true => None,
    false => Some(InvalidSecret::MissingFeature("sha1")),
};

#[test]
fn no_feature_changes_the_value_of_a_preset() {
    assert_eq!(Scheme::STANDARD.layout().to_string(), "v1,… v1a,…");
    assert_eq!(Scheme::SVIX.layout(), Scheme::STANDARD.layout());
    assert_eq!(Scheme::GITHUB_SHA1.algorithm(), Algorithm::HmacSha1);
    assert_eq!(Scheme::DISCORD.key_format(), KeyFormat::PublicKeyHex);
    assert_eq!(Scheme::TELNYX.key_format(), KeyFormat::PublicKeyBase64);
    for scheme in [Scheme::DISCORD, Scheme::INTERCOM, Scheme::TELNYX, Scheme::TRELLO] {
        assert!(Scheme::ALL.contains(&scheme), "{scheme:?}");
    }
}

#[test]
fn a_key_of_an_algorithm_that_is_not_compiled_in_names_the_feature() {
    for &scheme in Scheme::ALL {
        let missing = match scheme.algorithm() {
            Algorithm::Ed25519 => ED25519,
            Algorithm::EcdsaP256 => P256,
            Algorithm::HmacSha1 => SHA1,
            _ => None,
        };
        assert_eq!(scheme.verifier(secret(scheme)).err(), missing, "{scheme:?}");
        // A public key verifies, and cannot sign.
        let public = matches!(scheme.algorithm(), Algorithm::Ed25519 | Algorithm::EcdsaP256);
        let missing = missing.or(public.then_some(InvalidSecret::PublicKey));
        assert_eq!(scheme.signer(secret(scheme)).err(), missing, "{scheme:?}");
    }
    let missing = |scheme: &&Scheme| match scheme.algorithm() {
        Algorithm::Ed25519 => ED25519.is_some(),
        Algorithm::EcdsaP256 => P256.is_some(),
        Algorithm::HmacSha1 => SHA1.is_some(),
        _ => false,
    };
    let missing = Scheme::ALL.iter().filter(missing).count();
    assert_eq!(presets().count() + missing, Scheme::ALL.len());

    for scheme in [Scheme::STANDARD, Scheme::SVIX] {
        assert_eq!(scheme.secret(WHSEC).err(), None);
        assert_eq!(scheme.secret(WHPK).err(), ED25519);
        assert_eq!(scheme.secret(WHSK).err(), ED25519);
    }
    // No feature makes these good.
    assert_eq!(Scheme::VELT.secret(WHPK).err(), Some(InvalidSecret::AsymmetricKey));

    let error = InvalidSecret::MissingFeature("sha1");
    assert_eq!(error.to_string(), "the secret needs the feature `sha1` of tower-webhook");
}

#[test]
fn a_shared_secret_is_no_key_of_what_is_not_compiled_in() {
    const NAMES: &[HeaderNames] = &[HeaderNames::new("x-signature")];
    const PUBLIC: Scheme =
        Scheme::custom("public").headers(NAMES).algorithm(Algorithm::Ed25519).build();
    const SHA_1: Scheme =
        Scheme::custom("sha1").headers(NAMES).algorithm(Algorithm::HmacSha1).build();
    let secret = || Secret::bytes([7; 32]).unwrap();
    const P_256: Scheme =
        Scheme::custom("p256").headers(NAMES).algorithm(Algorithm::EcdsaP256).build();
    let wrong = Some(InvalidSecret::NotPublicKey);
    for (scheme, expected) in [(PUBLIC, ED25519.or(wrong)), (P_256, P256.or(wrong)), (SHA_1, SHA1)]
    {
        assert_eq!(Verifier::new(scheme, secret()).err(), expected, "{scheme:?}");
        assert_eq!(Signer::new(scheme, secret()).err(), expected, "{scheme:?}");
    }
}

#[test]
fn a_shared_secret_passes_over_signatures_of_a_pair() {
    let verdict = |signatures: &str| {
        let sent = headers(&[
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", &NOW.to_string()),
            ("webhook-signature", signatures),
        ]);
        let verifier = Scheme::STANDARD.verifier(WHSEC).unwrap();
        verifier.verify_at(&sent, b"{}", at(NOW)).unwrap_err()
    };
    assert_eq!(verdict("v1a,AAAA"), VerifyError::UnsupportedVersion);
    let zeros = format!("v1a,AAAA v1,{}A=", "A".repeat(42));
    assert_eq!(verdict(&zeros), VerifyError::Mismatch);
}
