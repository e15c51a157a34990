//! Deliveries of this moment, and the floor under their verification.

#![allow(dead_code, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::cell::Cell;
use std::hint::black_box;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use sha2::block_api::compress256;
use time::OffsetDateTime;
use tower_webhook::scheme::Part;
use tower_webhook::{Scheme, Secret, Signer, Verifier};

/// The sizes of the bodies that are verified.
pub(crate) const SIZES: [usize; 7] = [64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 1 << 20];

pub(crate) const KEY: &[u8; 32] = b"sixteen bytes and sixteen bytes.";

/// As long as those that Svix sends.
pub(crate) const ID: &str = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";

/// One scheme for each way of writing a delivery down, by the name of its benchmark.
pub(crate) const FAMILIES: [(&str, Scheme); 9] = [
    ("standard", Scheme::STANDARD),
    ("svix", Scheme::SVIX),
    ("velt", Scheme::VELT),
    ("github", Scheme::GITHUB),
    ("stripe", Scheme::STRIPE),
    ("slack", Scheme::SLACK),
    ("shopify", Scheme::SHOPIFY),
    ("spaaza", Scheme::SPAAZA),
    ("gitea", Scheme::GITEA),
];

pub(crate) fn body(size: usize) -> Vec<u8> {
    vec![b'x'; size]
}

/// `KEY` as one who has not guessed it would have it.
pub(crate) fn other_key(number: usize) -> Secret {
    Secret::bytes(format!("another key, number {number}")).unwrap()
}

pub(crate) fn key() -> Secret {
    Secret::bytes(*KEY).unwrap()
}

pub(crate) fn verifier(scheme: Scheme) -> Verifier {
    Verifier::new(scheme, key()).unwrap()
}

/// The headers of a good delivery that was sent just now. They are good for five minutes, which is
/// longer than a group of benchmarks takes.
pub(crate) fn sign(scheme: Scheme, body: &[u8]) -> HeaderMap {
    sign_at(scheme, OffsetDateTime::now_utc(), body)
}

pub(crate) fn sign_at(scheme: Scheme, then: OffsetDateTime, body: &[u8]) -> HeaderMap {
    signer(scheme).sign(ID, then, body).unwrap()
}

pub(crate) fn signer(scheme: Scheme) -> Signer {
    Signer::new(scheme, key()).unwrap()
}

/// What no verification of a delivery can do without: the SHA-256 compressions of its HMAC, after
/// those of the key, which are done once.
pub(crate) struct Floor {
    /// The inner hash, then the outer one's last block.
    blocks: Vec<[u8; 64]>,
    /// Each run goes on from where the one before it ended. The processor could otherwise begin
    /// with the next before it is done with this one, and no delivery can use that.
    state: Cell<[u32; 8]>,
}

impl Floor {
    /// Counts the blocks of a delivery, and makes sure that they are those of its signature.
    pub(crate) fn of(scheme: Scheme, headers: &HeaderMap, body: &[u8]) -> Self {
        let content = signed_content(scheme, headers, body);
        let mut blocks = padded(&content);
        let inner = compressed(start(0x36), &blocks);
        let outer = padded(&inner);
        let tag = compressed(start(0x5c), &outer);
        let texts = [hex::encode(&tag), BASE64_STANDARD.encode(&tag)];
        let carries = |value: &str| texts.iter().any(|text| value.contains(text));
        assert!(headers.values().any(|value| carries(value.to_str().unwrap())), "{scheme:?}");
        blocks.extend(outer);
        Self { blocks, state: Cell::new(IV) }
    }

    pub(crate) fn run(&self) -> [u32; 8] {
        let mut state = self.state.get();
        compress256(&mut state, black_box(&self.blocks));
        self.state.set(state);
        state
    }
}

/// What the signature is made over.
fn signed_content(scheme: Scheme, headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let names = scheme.headers()[0];
    let text = |name: Option<&'static str>| name.map(|name| headers[name].as_bytes());
    let mut content = Vec::new();
    for part in scheme.signed() {
        content.extend_from_slice(match part {
            Part::Id => text(names.id_name()).unwrap(),
            Part::Timestamp => text(names.timestamp_name()).unwrap_or_else(|| {
                // It is in the list, where Stripe has it.
                let list = headers[names.signatures().next().unwrap()].to_str().unwrap();
                let entry = list.split(',').find_map(|entry| entry.strip_prefix("t="));
                entry.unwrap().as_bytes()
            }),
            Part::Literal(text) => text.as_bytes(),
            Part::Body => body,
            _ => panic!("{scheme:?} signs more"),
        });
    }
    content
}

/// FIPS 180-4, section 5.3.3.
const IV: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The state after the key, as HMAC begins with it.
fn start(pad: u8) -> [u32; 8] {
    let mut block = [pad; 64];
    block.iter_mut().zip(KEY).for_each(|(byte, key)| *byte ^= key);
    let mut state = IV;
    compress256(&mut state, &[block]);
    state
}

fn compressed(mut state: [u32; 8], blocks: &[[u8; 64]]) -> Vec<u8> {
    compress256(&mut state, blocks);
    state.into_iter().flat_map(u32::to_be_bytes).collect()
}

/// What is hashed after the block of the key: `text` with its padding.
fn padded(text: &[u8]) -> Vec<[u8; 64]> {
    let bits = (64 + text.len() as u64) * 8;
    let mut bytes = text.to_vec();
    bytes.push(0x80);
    bytes.resize((bytes.len() + 8).next_multiple_of(64) - 8, 0);
    bytes.extend(bits.to_be_bytes());
    bytes.as_chunks().0.to_vec()
}
