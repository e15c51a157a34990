//! What holds for all presets, and what only some of them have.

use tower_webhook::scheme::{Algorithm, Evidence, Handshake, Retries, TimestampFormat};
use tower_webhook::{InvalidSecret, Scheme, Tolerance};

use crate::support::{self, ID, NOW, headers, is_compiled_in, presets, sign, verify};

#[test]
fn there_are_enough_presets_and_each_has_a_name_and_a_source() {
    assert!(Scheme::ALL.len() >= 200, "{}", Scheme::ALL.len());
    let told = format!("There are {} of them", Scheme::ALL.len());
    let plain = Scheme::ALL.iter().filter(|scheme| {
        let algorithm = scheme.algorithm();
        !matches!(algorithm, Algorithm::HmacSha1 | Algorithm::Ed25519 | Algorithm::EcdsaP256)
    });
    let plain = plain.count();
    if !cfg!(any(feature = "sha1", feature = "ed25519", feature = "p256")) {
        assert_eq!(presets().count(), plain);
    }
    for told in [told, format!("{plain} with the default features")] {
        assert!(include_str!("../../README.md").contains(&told), "the README does not say: {told}");
    }
    let mut names: Vec<_> = Scheme::ALL.iter().map(Scheme::name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Scheme::ALL.len());
    for scheme in Scheme::ALL {
        assert!(scheme.documentation().unwrap().starts_with("https://"), "{scheme:?}");
        assert!(scheme.evidence().is_some());
    }
}

// A wrong preset is worse than none.
#[test]
fn most_presets_rest_on_what_their_providers_say() {
    let rest_on =
        |evidence| Scheme::ALL.iter().filter(|scheme| scheme.evidence() == Some(evidence)).count();
    let others = rest_on(Evidence::ThirdParty);
    assert!(others <= 20, "{others} rest on third parties");
    assert!(Scheme::ALL.len() - others >= 150);
}

#[test]
fn no_preset_uses_anything_private() {
    for scheme in Scheme::ALL {
        let tolerance = scheme.tolerance();
        let mut builder = Scheme::custom(scheme.name())
            .headers(scheme.headers())
            .layout(scheme.layout())
            .encoding(scheme.encoding())
            .algorithm(scheme.algorithm())
            .signed(scheme.signed())
            .timestamp_format(scheme.timestamp_format().unwrap_or(TimestampFormat::Seconds))
            .tolerance(Tolerance::new(tolerance.past(), tolerance.future()))
            .retries(scheme.retries())
            .key_format(scheme.key_format())
            .id_shape(scheme.id_shape())
            .documentation(scheme.documentation().unwrap(), scheme.evidence().unwrap());
        if scheme.repeated_signature() {
            builder = builder.repeated_signature();
        }
        if scheme.movable_url() {
            builder = builder.dangerous_movable_url();
        }
        if scheme.escaped_body() {
            builder = builder.escaped_body();
        }
        if !scheme.covers_body() {
            builder = builder.dangerous_shared_token();
        }
        if scheme.optional_port() {
            builder = builder.optional_port();
        }
        if let Some(name) = scheme.digest_in_query() {
            builder = builder.digest_in_query(name);
        }
        builder = builder.decoded_url(scheme.decoded_url());
        if let Some(header) = scheme.delivery_header() {
            builder = builder.delivery_header(header);
        }
        if let Some(handshake) = scheme.handshake() {
            let handshake = Handshake::ALL.iter().find(|it| **it == handshake).unwrap();
            builder = builder.handshake(handshake);
        }
        if let Some(limit) = scheme.body_limit() {
            builder = builder.body_limit(limit);
        }
        assert_eq!(builder.try_build().unwrap(), *scheme);
    }
}

#[test]
fn presets_carry_their_providers_tolerance_and_limit() {
    let of = |scheme: Scheme| {
        let tolerance = scheme.tolerance();
        (tolerance.past().as_secs(), tolerance.future().as_secs())
    };
    assert_eq!(of(Scheme::STANDARD), (300, 300));
    assert_eq!(of(Scheme::TWITCH), (600, 600));
    assert_eq!(of(Scheme::BOX), (600, 300));
    assert_eq!(of(Scheme::PADDLE), (300, 300));
    assert_eq!(of(Scheme::WORKOS), (180, 180));
    assert_eq!(of(Scheme::CALENDLY), (180, 180));
    let large: Vec<_> = Scheme::ALL.iter().filter(|scheme| scheme.body_limit().is_some()).collect();
    assert!(large.iter().all(|scheme| scheme.body_limit() == Some(25 << 20)));
    assert_eq!(
        large.iter().map(|scheme| scheme.name()).collect::<Vec<_>>(),
        ["jira", "bitbucket", "gitea", "github", "github-sha1", "gitlab", "gogs", "gitlab-token"]
    );
}

// Two clocks are never the same, and nobody can move a time that is signed.
#[test]
fn no_preset_has_less_than_a_minute_in_either_direction() {
    for scheme in Scheme::ALL {
        let tolerance = scheme.tolerance();
        let shorter = tolerance.past().min(tolerance.future());
        assert!(shorter.as_secs() >= 60, "{scheme:?} {tolerance:?}");
    }
}

#[test]
fn what_senders_do_with_a_retry_is_said_only_where_they_say_it() {
    let with = |retries| {
        let schemes = Scheme::ALL.iter().filter(move |scheme| scheme.retries() == retries);
        schemes.map(Scheme::name).collect::<Vec<_>>()
    };
    let fresh = [
        "agentmail",
        "buildkite",
        "clerk",
        "emailit",
        "flexprice",
        "incident-io",
        "polar",
        "replicate",
        "resend",
        "standard-webhooks",
        "stripe",
        "svix",
        "velt",
    ];
    let mut found = with(Retries::Fresh);
    found.sort_unstable();
    assert_eq!(found, fresh);
    assert_eq!(with(Retries::First), ["ghost"]);
    // Where no time is signed, a retry is signed like the first attempt, whatever the sender does.
    let stated = Scheme::ALL.iter().filter(|scheme| scheme.retries() != Retries::NotStated);
    assert!(stated.into_iter().all(|scheme| scheme.timestamp_format().is_some()));
}

#[test]
fn a_secret_of_the_wrong_shape_names_the_right_one_and_not_the_text() {
    let shapes = [
        (Scheme::STANDARD, InvalidSecret::MissingPrefix),
        (Scheme::ADYEN, InvalidSecret::NotHex),
        (Scheme::DISCORD, InvalidSecret::NotHex),
        (Scheme::TELNYX, InvalidSecret::NotBase64),
    ];
    for (scheme, expected) in shapes.into_iter().filter(|(scheme, _)| is_compiled_in(*scheme)) {
        let error = scheme.verifier("hunter2!").unwrap_err();
        assert_eq!(error, expected, "{scheme:?}");
        assert!(!format!("{error} {error:?}").contains("hunter"));
    }
    // Both are hexadecimal digits, and neither is the size of a key.
    #[cfg(feature = "ed25519")]
    for text in ["00", &"00".repeat(33)] {
        assert_eq!(Scheme::DISCORD.verifier(text).unwrap_err(), InvalidSecret::NotPublicKey);
    }
    for &scheme in Scheme::ALL {
        for text in ["", " secret", "secret\n"] {
            let error = scheme.verifier(text).unwrap_err();
            assert!(!error.to_string().is_empty(), "{scheme:?} {text:?}");
        }
    }
}

#[test]
fn openai_and_polar_read_their_secrets_in_their_own_way() {
    let whsec = Scheme::OPENAI.secret(support::WHSEC).unwrap();
    let plain = Scheme::OPENAI.secret("plain text").unwrap();
    for (key, secret) in [(support::WHSEC, whsec), ("plain text", plain)] {
        let sent = tower_webhook::Signer::new(Scheme::OPENAI, secret).unwrap();
        let sent = sent.sign(ID, support::at(NOW), b"{}").unwrap();
        let verifier = Scheme::OPENAI.verifier(key).unwrap();
        assert!(verifier.verify_at(&sent, b"{}", support::at(NOW)).is_ok());
        // Polar's secrets were texts before they were base64.
        let polar = Scheme::POLAR.verifier(key).unwrap();
        let same = polar.verify_at(&sent, b"{}", support::at(NOW)).unwrap();
        assert_eq!(same.secret_index(), 0);
        let text = tower_webhook::Secret::utf8(key).unwrap();
        let older = tower_webhook::Signer::new(Scheme::POLAR, text).unwrap();
        let older = older.sign(ID, support::at(NOW), b"{}").unwrap();
        let older = polar.verify_at(&older, b"{}", support::at(NOW)).unwrap();
        assert_eq!(older.secret_index(), usize::from(key == support::WHSEC));
    }
    assert_eq!(Scheme::OPENAI.verifier("whsec_!").unwrap_err(), InvalidSecret::NotBase64);
}

// The list of malformed headers that Stripe's own libraries test.
#[test]
fn stripes_bad_headers_are_refused() {
    let good = sign(Scheme::STRIPE, b"{}")["stripe-signature"].to_str().unwrap().to_owned();
    let signature = good.rsplit_once('=').unwrap().1;
    for value in [
        format!("t=,v1={signature},v0={signature}"),
        "t,v1=,v0=".to_owned(),
        "t,v1=,v0".to_owned(),
        "t,v1=,".to_owned(),
        "t,,".to_owned(),
        ",,".to_owned(),
        "t".to_owned(),
        String::new(),
        format!("t={NOW}"),
        format!("v1={signature}"),
    ] {
        let sent = headers(&[("stripe-signature", &value)]);
        assert!(verify(Scheme::STRIPE, &sent, b"{}").is_err(), "{value}");
    }
}

#[test]
fn every_handshake_has_a_name_of_its_own_and_rests_on_something() {
    let names: Vec<_> = Handshake::ALL.iter().map(Handshake::name).collect();
    assert!(names.is_sorted_by(|left, right| left < right), "{names:?}");
    for handshake in Handshake::ALL {
        assert!(handshake.documentation().unwrap().starts_with("https://"));
        assert!(handshake.evidence().is_some());
    }
    for scheme in Scheme::ALL {
        let name = if *scheme == Scheme::TWITTER { "x" } else { scheme.name() };
        let listed = Handshake::ALL.iter().find(|it| it.name() == name).copied();
        assert_eq!(scheme.handshake(), listed, "{scheme:?}");
    }
}
