//! Under valgrind's memcheck, with every secret marked as undefined: a branch or an address that
//! depends on one, or on anything computed from one, is an error.
//!
//! What becomes public is marked as defined where this program gets it: a signature that is sent,
//! and the one bit of a verdict. Where the library itself looks at such a thing, `memcheck.supp`
//! has an entry.

use std::ffi::c_void;
use std::fmt::Display;
use std::hint::black_box;
use std::process::ExitCode;

use crabgrind::memcheck::{MemState, mark_mem, vbits};
use http::Request;
use http::request::Parts;
use time::OffsetDateTime;
use tower_webhook::receive::{Refusal, Registration, RejectionKind};
use tower_webhook::scheme::{Algorithm, Handshake, Part};
use tower_webhook::{InvalidSecret, Receiver, Scheme, Secret, Signer, Verifier, VerifyError};

const BODY: &[u8] = &[b'x'; 200];
const ID: &str = "msg_2vK9mPzGqLxYwBnRtCdHsJfAeUo0";
const HOST: &str = "https://hooks.example.com";
const PATH: &str = "/hook?shop=1";

fn main() -> ExitCode {
    let mut checks = Checks::default();
    load(&mut checks);
    verify_token(&mut checks);
    // Public keys are no secrets, and their algorithm is not compiled in.
    // A token is verified whatever the body is, and the body here is no form.
    let shared = |scheme: &&Scheme| {
        let is_public = matches!(scheme.algorithm(), Algorithm::Ed25519 | Algorithm::EcdsaP256);
        !is_public && scheme.covers_body() && !scheme.signed().contains(&Part::Form)
    };
    for &scheme in Scheme::ALL.iter().filter(shared) {
        // The longer one is hashed before it is a key, for each of the hashes.
        for size in [32, 200] {
            sign_and_verify(&mut checks, scheme, size);
        }
    }
    println!("{} checks, {} failed", checks.count, checks.failed);
    if checks.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Default)]
struct Checks {
    count: usize,
    failed: usize,
}

impl Checks {
    fn run<T>(&mut self, name: impl Display, run: impl FnOnce() -> T) -> T {
        let before = crabgrind::count_errors();
        let result = public(run());
        self.count += 1;
        if crabgrind::count_errors() > before {
            self.failed += 1;
            println!("FAILED: {name}");
        }
        result
    }
}

fn load(checks: &mut Checks) {
    const KEY_24: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const KEY_25: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMQ";
    const KEY_32: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo";
    type Read = fn(&str) -> Result<Secret, InvalidSecret>;

    // How long a key is and how it is padded are public, and so is a prefix.
    for (read, prefix, key, padding) in [
        (Secret::base64 as Read, "", KEY_24, ""),
        (Secret::base64, "", KEY_25, ""),
        (Secret::base64, "", KEY_25, "=="),
        (Secret::base64, "", KEY_32, ""),
        (Secret::base64, "", KEY_32, "="),
        (Secret::whsec, "whsec_", KEY_24, ""),
        (Secret::whsec, "whsec_", KEY_25, "=="),
        (Secret::whsec, "whsec_", KEY_32, "="),
        (Secret::hex, "", "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6", ""),
        (Secret::hex, "", "A1B2C3D4E5F6A7B8C9D0E1F2A3B4C5D6", ""),
        (Secret::utf8, "", "It's a Secret to Everybody", ""),
        (Secret::utf8, "", "ключ", ""),
    ] {
        let text = [prefix, key, padding].concat();
        undefine(&text.as_bytes()[prefix.len()..][..key.len()]);
        let secret = checks.run(format_args!("loading {prefix}{key}{padding}"), || read(&text));
        assert!(secret.is_ok(), "{key}");
    }
    // That a text is wrong is told, but not where. The end is looked at for padding.
    for (read, wrong, error) in [
        (Secret::base64 as Read, "-fKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", InvalidSecret::NotBase64),
        (Secret::base64, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaL-Sw", InvalidSecret::NotBase64),
        (Secret::base64, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMR", InvalidSecret::NotBase64),
        (Secret::hex, "g1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6", InvalidSecret::NotHex),
        (Secret::hex, "a1b2c3d4e5f6a7b8c9d0e1f2a3b4cgd6", InvalidSecret::NotHex),
        (Secret::utf8, "\tIt's a Secret", InvalidSecret::SurroundingWhitespace),
    ] {
        let text = wrong.to_owned();
        undefine(&text.as_bytes()[..text.len() - 2]);
        let refused = checks.run(format_args!("refusing {wrong}"), || read(&text).map(|_| ()));
        assert_eq!(refused, Err(error), "{wrong}");
    }
}

/// How long a token is, and whether one of them is right, are public.
fn verify_token(checks: &mut Checks) {
    const TOKENS: [&str; 2] = ["chosen_by_us_17", "chosen_by_us_18"];
    let registration = TOKENS.iter().fold(Registration::from(Handshake::META), |all, token| {
        let token = (*token).to_owned();
        undefine(token.as_bytes());
        all.verify_token(token)
    });
    let key = Scheme::META.verifier("app secret").unwrap();
    let receiver = Receiver::new(key).handshake(registration);
    for (token, expected) in [
        (TOKENS[0], RejectionKind::HandshakeAnswered),
        (TOKENS[1], RejectionKind::HandshakeAnswered),
        ("chosen_by_us_19", RejectionKind::HandshakeRefused(Refusal::Token)),
        ("Chosen_by_us_17", RejectionKind::HandshakeRefused(Refusal::Token)),
    ] {
        let url = format!("/?hub.mode=subscribe&hub.challenge=1&hub.verify_token={token}");
        let request = Request::get(url).body(()).unwrap();
        let kind = checks.run(format_args!("the token {token}"), || {
            receiver.open(&request).map(|_| ()).unwrap_err().kind()
        });
        assert_eq!(kind, expected, "{token}");
    }
}

fn sign_and_verify(checks: &mut Checks, scheme: Scheme, size: usize) {
    let name = |what: &str| format!("{what}, {}, a key of {size} bytes", scheme.name());
    let now = OffsetDateTime::now_utc();
    let url = [HOST, PATH].concat();
    let signer = checks.run(name("a signer"), || Signer::new(scheme, key(1, size)).unwrap());
    let request = checks.run(name("signing"), || signer.request(&url, ID, now, BODY).unwrap());
    let (parts, _) = request.into_parts();
    // The tag depends on the key, or else nothing here would find anything.
    let tainted = parts.headers.values().filter(|value| is_undefined(value.as_bytes())).count();
    assert_eq!(tainted, 1, "{}", scheme.name());
    parts.headers.values().for_each(|value| define(value.as_bytes()));

    for (what, keys, expected) in [
        ("the key", &[1][..], Ok(0)),
        ("an older key", &[2, 1], Ok(1)),
        ("other keys", &[2, 3], Err(VerifyError::Mismatch)),
    ] {
        let verifier = checks.run(name("a verifier"), || {
            let first = Verifier::new(scheme, key(keys[0], size)).unwrap();
            let add = |verifier: Verifier, seed: &u8| verifier.add_secret(key(*seed, size));
            let all = keys[1..].iter().try_fold(first, add).unwrap();
            all.public_url(HOST).unwrap()
        });
        for (how, verify) in [("at once", at_once as Verify), ("in pieces", in_pieces)] {
            let what = format!("{what} {how}");
            let verdict = checks.run(name(&what), || verify(&verifier, &parts, BODY));
            assert_eq!(verdict, expected, "{what}, {}", scheme.name());
            let what = format!("{what}, changed");
            let verdict = checks.run(name(&what), || verify(&verifier, &parts, &BODY[1..]));
            assert_eq!(verdict, Err(VerifyError::Mismatch), "{what}, {}", scheme.name());
        }
    }
}

type Verify = fn(&Verifier, &Parts, &[u8]) -> Result<usize, VerifyError>;

fn at_once(verifier: &Verifier, parts: &Parts, body: &[u8]) -> Result<usize, VerifyError> {
    verifier.verify(parts, body).map(|verified| verified.secret_index())
}

fn in_pieces(verifier: &Verifier, parts: &Parts, body: &[u8]) -> Result<usize, VerifyError> {
    let mut verification = verifier.begin(parts)?;
    body.chunks(70).for_each(|piece| verification.update(piece));
    verification.finish().map(|verified| verified.secret_index())
}

/// An undefined key.
fn key(seed: u8, size: usize) -> Secret {
    let bytes = vec![seed; size];
    undefine(&bytes);
    Secret::bytes(bytes).unwrap()
}

fn undefine(bytes: &[u8]) {
    mark(bytes, MemState::Undefined);
    assert!(is_undefined(bytes));
}

fn define(bytes: &[u8]) {
    mark(bytes, MemState::Defined);
    assert!(!is_undefined(bytes));
}

/// Declares `value` public, though not what it points at.
fn public<T>(value: T) -> T {
    let at: *const T = &value;
    let _ = mark_mem(at.cast_mut().cast(), size_of::<T>(), MemState::Defined);
    black_box(value)
}

fn mark(bytes: &[u8], state: MemState) {
    // Whether this did what it should, `is_undefined` tells.
    let _ = mark_mem(address(bytes), bytes.len(), state);
    black_box(bytes);
}

/// Whether any bit is.
fn is_undefined(bytes: &[u8]) -> bool {
    let bits = vec![0; bytes.len()];
    vbits(address(bytes), bits.as_ptr(), bits.len()).expect("valgrind");
    black_box(&bits).iter().any(|bits| *bits != 0)
}

fn address(bytes: &[u8]) -> *mut c_void {
    bytes.as_ptr().cast_mut().cast()
}
