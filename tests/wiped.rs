//! After a refused forgery, the tag that it should have carried is nowhere in the thread's stack.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::fs::{self, File};
use std::hint::black_box;
use std::os::unix::fs::FileExt as _;

use http::{HeaderMap, HeaderName};
use tower_webhook::{Scheme, Verifier, VerifyError};

/// The expected tag of the body below, with every bit turned, so that the test itself does not hold
/// what it searches for
/// (<https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries>).
const TURNED: [u8; 32] = [
    0x8a, 0x8e, 0xf8, 0x15, 0xf1, 0x4d, 0xaf, 0x60, 0x3d, 0xee, 0xdd, 0xe3, 0x31, 0x67, 0xb4, 0x75,
    0xc8, 0xa8, 0xf4, 0x92, 0x8a, 0x79, 0x3d, 0xd3, 0xb9, 0x0b, 0xc8, 0x63, 0x74, 0xfb, 0xc1, 0xe8,
];

#[test]
fn the_expected_tag_is_not_left_on_the_stack() {
    let verifier = Scheme::GITHUB.verifier("It's a Secret to Everybody").unwrap();
    let name = HeaderName::from_static("x-hub-signature-256");
    let forged = format!("sha256={}", "0".repeat(64)).parse().unwrap();
    let forged = HeaderMap::from_iter([(name, forged)]);
    forge(&verifier, &forged);
    assert!(!stack_holds_the_tag());
    // And the search finds what is there.
    let planted = TURNED.map(|byte| !byte);
    black_box(&planted);
    assert!(stack_holds_the_tag());
    black_box(&planted);
}

#[inline(never)]
fn forge(verifier: &Verifier, forged: &HeaderMap) {
    assert_eq!(verifier.verify(forged, b"Hello, World!").unwrap_err(), VerifyError::Mismatch);
    let mut verification = verifier.begin(forged).unwrap();
    verification.update(b"Hello, World!");
    assert_eq!(verification.finish().unwrap_err(), VerifyError::Mismatch);
}

/// Searches all that this thread's stack has ever held, also below its present end.
#[inline(never)]
fn stack_holds_the_tag() -> bool {
    let here = 0_u8;
    let here = std::ptr::from_ref(black_box(&here)).addr();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let ranges = maps.lines().map(|line| {
        let (start, rest) = line.split_once('-').unwrap();
        let address = |text| usize::from_str_radix(text, 16).unwrap();
        address(start)..address(rest.split_once(' ').unwrap().0)
    });
    let range = ranges.into_iter().find(|range| range.contains(&here)).unwrap();
    let mut stack = vec![0; range.len()];
    File::open("/proc/self/mem").unwrap().read_exact_at(&mut stack, range.start as u64).unwrap();
    let is_tag = |mut bytes: [u8; 32]| {
        let as_bytes = bytes.iter().zip(&TURNED).all(|(byte, turned)| *byte == !turned);
        bytes.as_chunks_mut::<4>().0.iter_mut().for_each(|word| word.reverse());
        // As the words of the hash. Without optimization the compiler leaves copies of those in
        // frames of the hash function, which nothing can wipe from outside.
        let as_words = bytes.iter().zip(&TURNED).all(|(byte, turned)| *byte == !turned);
        as_bytes || as_words && cfg!(not(debug_assertions))
    };
    stack.windows(32).any(|window| is_tag(window.try_into().unwrap()))
}
