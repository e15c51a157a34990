//! What a verification takes from the heap: nothing.
//!
//! One test, because the counter counts all threads of the process.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{ID, NOW, request, sign, verifier};
use http::{HeaderMap, HeaderValue};
use tower_webhook::{Scheme, Verifier, VerifyError};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const BODY: &[u8] = &[b'x'; 2048];

/// What `run` returns, and how many blocks it took from the heap meanwhile.
fn counted<T>(run: impl FnOnce() -> T) -> (T, u64) {
    let before = dhat::HeapStats::get().total_blocks;
    let result = run();
    (result, dhat::HeapStats::get().total_blocks - before)
}

#[test]
fn verifying_takes_nothing_from_the_heap() {
    let _profiler = dhat::Profiler::builder().testing().build();
    // The counter works.
    assert_eq!(counted(|| Box::new(7)).1, 1);

    for &scheme in Scheme::ALL {
        let verifier = verifier(scheme);
        let good = sign(scheme, BODY);
        check(&verifier, &good, Ok(()), "good");
        let mut names: Vec<_> = good.keys().cloned().collect();
        names.dedup();
        for name in names {
            let mut missing = good.clone();
            missing.remove(&name);
            check_refused(&verifier, &missing, "missing");
            let mut malformed = good.clone();
            malformed.insert(&name, HeaderValue::from_static("!"));
            check_refused(&verifier, &malformed, "malformed");
            let mut repeated = good.clone();
            repeated.append(&name, good[&name].clone());
            if !scheme.repeated_signature() {
                check_refused(&verifier, &repeated, "repeated");
            }
        }
        let other = sign(scheme, b"another body");
        check(&verifier, &other, Err(VerifyError::Mismatch), "mismatch");
    }

    // An id of 64 bytes, and many signatures.
    let verifier = verifier(Scheme::STANDARD);
    let signer = common::signer(Scheme::STANDARD);
    let long = signer.sign("i".repeat(64).as_str(), common::at(NOW), BODY).unwrap();
    check(&verifier, &long, Ok(()), "long id");
    let mut many = sign(Scheme::STANDARD, BODY);
    let wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ".repeat(31);
    let list = wrong + many["webhook-signature"].to_str().unwrap();
    many.insert("webhook-signature", list.parse().unwrap());
    let whole = counted(|| verifier.verify(&many, BODY).is_ok());
    assert_eq!(whole, (true, 0), "many signatures");
    let again = format!("{list} {list}");
    many.insert("webhook-signature", again.parse().unwrap());
    check(&verifier, &many, Err(VerifyError::TooManySignatures), "too many signatures");

    // Four secrets run along a stream without the heap.
    let mut rotating = Scheme::GITHUB.verifier("newest").unwrap();
    for text in ["newer", "older", "It's a Secret to Everybody"] {
        rotating = rotating.older_secret(Scheme::GITHUB.secret(text).unwrap()).unwrap();
    }
    check(&rotating, &sign(Scheme::GITHUB, BODY), Ok(()), "four secrets");
    assert_eq!(ID.len(), 9);
}

fn check_refused(verifier: &Verifier, headers: &HeaderMap, what: &str) {
    let parts = request(headers);
    let (error, blocks) = counted(|| verifier.verify_request(&parts, BODY).err());
    assert!(error.is_some(), "{verifier:?} {what}");
    assert_eq!(blocks, 0, "{verifier:?} {what}");
    let (_, blocks) = counted(|| verifier.begin_request(&parts).is_err());
    assert_eq!(blocks, 0, "{verifier:?} {what}");
}

fn check(verifier: &Verifier, headers: &HeaderMap, expected: Result<(), VerifyError>, what: &str) {
    let parts = request(headers);
    let (verdict, blocks) = counted(|| verifier.verify_request(&parts, BODY));
    assert_eq!(verdict.map(|_| ()), expected, "{verifier:?} {what}");
    assert_eq!(blocks, 0, "{verifier:?} {what}: verify");
    let (verdict, blocks) = counted(|| {
        let mut verification = verifier.begin_request(&parts)?;
        BODY.chunks(100).for_each(|chunk| verification.update(chunk));
        verification.finish()
    });
    assert_eq!(verdict.map(|_| ()), expected, "{verifier:?} {what}");
    assert_eq!(blocks, 0, "{verifier:?} {what}: stream");
}
