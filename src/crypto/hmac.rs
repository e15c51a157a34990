//! HMAC-SHA-256 on the block function of the hash.
//!
//! A webhook is often shorter than a kilobyte, and then what surrounds the compressions counts:
//! here it is one copy into a block, and a key takes 64 bytes.

use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

/// [FIPS 180-4](https://doi.org/10.6028/NIST.FIPS.180-4), section 5.3.3.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// [RFC 2104](https://www.rfc-editor.org/rfc/rfc2104): a hash that begins with one form of the
/// key, and is hashed again after another form of it.
#[derive(Clone)]
pub(crate) struct HmacSha256 {
    inner: [u32; 8],
    outer: [u32; 8],
    block: [u8; 64],
    /// How much of the block has come.
    filled: usize,
    /// What has come at all, with the block of the key.
    size: u64,
}

impl HmacSha256 {
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; 64]);
        match block.get_mut(..key.len()) {
            Some(start) => start.copy_from_slice(key),
            None => block.iter_mut().zip(Sha256::digest(key)).for_each(|(to, from)| *to = from),
        }
        let keyed = |pad| {
            let mut state = INITIAL;
            let padded = Zeroizing::new(block.map(|byte| byte ^ pad));
            compress256(&mut state, std::slice::from_ref(&*padded));
            state
        };
        Self { inner: keyed(0x36), outer: keyed(0x5c), block: [0; 64], filled: 0, size: 64 }
    }

    #[inline]
    pub(crate) fn update(&mut self, mut content: &[u8]) {
        self.size += content.len() as u64;
        let free = self.block.get_mut(self.filled..).unwrap_or_default();
        // A block that is full waits for what comes after it.
        if let Some(place) = free.get_mut(..content.len()) {
            place.copy_from_slice(content);
            self.filled += content.len();
            return;
        }
        if self.filled > 0 {
            let Some((now, later)) = content.split_at_checked(free.len()) else { return };
            free.copy_from_slice(now);
            compress256(&mut self.inner, std::slice::from_ref(&self.block));
            content = later;
        }
        let (blocks, rest) = content.as_chunks();
        compress256(&mut self.inner, blocks);
        if let Some(place) = self.block.get_mut(..rest.len()) {
            place.copy_from_slice(rest);
        }
        self.filled = rest.len();
    }

    /// What there is afterwards is of no use.
    #[inline]
    pub(crate) fn finish(&mut self) -> [u8; 32] {
        let hash = end(&mut self.inner, &mut self.block, self.filled, self.size);
        if let Some(start) = self.block.first_chunk_mut() {
            *start = hash;
        }
        end(&mut self.outer, &mut self.block, hash.len(), 64 + 32)
    }
}

/// Ends a hash over `size` bytes, of which the last are in the block.
#[inline]
fn end(state: &mut [u32; 8], block: &mut [u8; 64], filled: usize, size: u64) -> [u8; 32] {
    let mut compress = |block: &_| compress256(state, std::slice::from_ref(block));
    let free = match block.get_mut(filled..) {
        Some([]) | None => {
            compress(block);
            &mut block[..]
        }
        Some(free) => free,
    };
    if let [mark, zeros @ ..] = free {
        *mark = 0x80;
        zeros.fill(0);
        if zeros.len() < 8 {
            compress(block);
            block.fill(0);
        }
    }
    if let Some(end) = block.last_chunk_mut() {
        *end = (size * 8).to_be_bytes();
    }
    compress(block);
    let mut hash = [0; 32];
    for (to, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *to = word.to_be_bytes();
    }
    hash
}

/// With the two states, anyone could sign.
impl Drop for HmacSha256 {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use ::hmac::{Hmac, KeyInit as _, Mac as _};
    use proptest::prelude::*;

    use super::*;

    fn reference(key: &[u8], content: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(content);
        mac.finalize().into_bytes().into()
    }

    #[test]
    fn every_size_ends_well() {
        // Miri takes a hundred thousand times as long.
        let content = if cfg!(miri) { &[0xa5; 130][..] } else { &[0xa5; 260] };
        for key in [&[7; 20][..], &[7; 64], &[7; 65]] {
            for size in (0..content.len()).step_by(if cfg!(miri) { 9 } else { 1 }) {
                let content = &content[..size];
                let mut mac = HmacSha256::new(key);
                mac.update(content);
                assert_eq!(mac.finish(), reference(key, content), "{size} bytes");
            }
        }
    }

    proptest! {
        #[test]
        fn it_is_hmac_wherever_the_content_is_cut(
            key in proptest::collection::vec(any::<u8>(), 1..200),
            chunks in proptest::collection::vec(
                proptest::collection::vec(any::<u8>(), 0..150), 0..8),
        ) {
            let mut mac = HmacSha256::new(&key);
            chunks.iter().for_each(|chunk| mac.update(chunk));
            prop_assert_eq!(mac.finish(), reference(&key, &chunks.concat()));
        }
    }
}
