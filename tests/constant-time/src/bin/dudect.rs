//! Times refused deliveries, and the loading of secrets, in two classes each, and tells by
//! Welch's t-test whether the classes can be told apart.
//!
//! An accepted delivery takes another way than a refused one, and may take another time: the
//! verdict is public. So all deliveries here are refused, and the classes are how near a
//! signature came.

use dudect_bencher::rand::{Rng as _, RngExt as _};
use dudect_bencher::{BenchRng, Class, CtRunner, ctbench_main};
use http::{HeaderMap, HeaderValue};
use time::OffsetDateTime;
use tower_webhook::scheme::{Algorithm, HeaderNames, Layout};
use tower_webhook::{Scheme, Secret, Signer, Verifier};

const NAME: &str = "x-signature";
const NAMES: &[HeaderNames] = &[HeaderNames::new(NAME)];
const LIST: Layout = Layout::list(' ', ',', "v1");
const SHA256: Scheme = Scheme::custom("sha256").headers(NAMES).layout(LIST).build();
const SHA512: Scheme =
    Scheme::custom("sha512").headers(NAMES).layout(LIST).algorithm(Algorithm::HmacSha512).build();

const BODY: &[u8] = b"{}";
const BATCH: usize = 1000;

ctbench_main!(
    early_or_late_mismatch_sha256,
    early_or_late_mismatch_sha512,
    right_or_wrong_key_sha256,
    right_or_wrong_key_sha512,
    one_secret_or_another
);

fn early_or_late_mismatch_sha256(runner: &mut CtRunner, rng: &mut BenchRng) {
    mismatch(runner, rng, SHA256);
}

fn early_or_late_mismatch_sha512(runner: &mut CtRunner, rng: &mut BenchRng) {
    mismatch(runner, rng, SHA512);
}

fn right_or_wrong_key_sha256(runner: &mut CtRunner, rng: &mut BenchRng) {
    wrong_key(runner, rng, SHA256);
}

fn right_or_wrong_key_sha512(runner: &mut CtRunner, rng: &mut BenchRng) {
    wrong_key(runner, rng, SHA512);
}

/// The signature is wrong in its first byte, or in its last. There are as many of that kind as are
/// looked at: if one comparison takes longer, 32 of them take so much longer.
fn mismatch(runner: &mut CtRunner, rng: &mut BenchRng, scheme: Scheme) {
    let good = sign(scheme, random_key(rng));
    refuse(runner, rng, scheme, good.0, |class, rng| {
        let mut text = good.1.clone();
        let digit = match class {
            Class::Left => "v1,".len(),
            Class::Right => text.len() - 1,
        };
        spoil(&mut text[digit], rng);
        [&*text; 32].join(&b' ')
    });
}

/// The signature was made with the right key and is wrong in its last digit, or was made with
/// another key.
fn wrong_key(runner: &mut CtRunner, rng: &mut BenchRng, scheme: Scheme) {
    let good = sign(scheme, random_key(rng));
    refuse(runner, rng, scheme, good.0, |class, rng| {
        let mut text = match class {
            Class::Left => good.1.clone(),
            Class::Right => sign(scheme, random_key(rng)).1,
        };
        spoil(text.last_mut().expect("digits"), rng);
        text
    });
}

/// Times the verification of signatures that are all wrong.
fn refuse(
    runner: &mut CtRunner,
    rng: &mut BenchRng,
    scheme: Scheme,
    key: [u8; 32],
    signature: impl Fn(Class, &mut BenchRng) -> Vec<u8>,
) {
    let verifier = Verifier::new(scheme, Secret::bytes(key).unwrap()).unwrap();
    batches(rng, signature, |class, signature| {
        let mut headers = HeaderMap::new();
        headers.insert(NAME, HeaderValue::from_bytes(signature).unwrap());
        runner.run_one(class, || verifier.verify(&headers, BODY).unwrap_err());
    });
}

/// The secret is always the same, or always another.
fn one_secret_or_another(runner: &mut CtRunner, rng: &mut BenchRng) {
    let fixed = text(rng);
    let texts = |class: Class, rng: &mut BenchRng| match class {
        Class::Left => fixed.clone(),
        Class::Right => text(rng),
    };
    batches(rng, texts, |class, text| {
        let text = std::str::from_utf8(text).unwrap();
        runner.run_one(class, || Secret::base64(text).unwrap());
    });
}

/// Makes the inputs of both classes in turns of chance, and only then uses them.
fn batches(
    rng: &mut BenchRng,
    input: impl Fn(Class, &mut BenchRng) -> Vec<u8>,
    mut run: impl FnMut(Class, &[u8]),
) {
    let samples = std::env::var("SAMPLES").map_or(1_000_000, |text| text.parse().unwrap());
    for _ in 0..samples / BATCH {
        let inputs: Vec<_> = (0..BATCH)
            .map(|_| {
                let class = if rng.random() { Class::Left } else { Class::Right };
                (class, input(class, rng))
            })
            .collect();
        // Where an input lies must not tell its class.
        let mut place = Vec::new();
        for (class, input) in inputs {
            place.clear();
            place.extend_from_slice(&input);
            run(class, &place);
        }
    }
}

/// The key, and the signature of the body.
fn sign(scheme: Scheme, key: [u8; 32]) -> ([u8; 32], Vec<u8>) {
    let signer = Signer::new(scheme, Secret::bytes(key).unwrap()).unwrap();
    let headers = signer.sign(None, OffsetDateTime::UNIX_EPOCH, BODY).unwrap();
    (key, headers[NAME].as_bytes().to_vec())
}

/// Replaces a hexadecimal digit by another.
fn spoil(digit: &mut u8, rng: &mut BenchRng) {
    let value = char::from(*digit).to_digit(16).unwrap();
    let other = (value + rng.random_range(1..16)) % 16;
    *digit = u8::try_from(char::from_digit(other, 16).unwrap()).unwrap();
}

fn random_key(rng: &mut BenchRng) -> [u8; 32] {
    let mut key = [0; 32];
    rng.fill_bytes(&mut key);
    key
}

/// The base64 of a random key of 48 bytes.
fn text(rng: &mut BenchRng) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    (0..64).map(|_| DIGITS[rng.random_range(0..64)]).collect()
}
