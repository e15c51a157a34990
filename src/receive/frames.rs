//! The frames of a body, bounded, while they are authenticated.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

/// Frames in the order they came.
///
/// Each frame costs a handle and keeps its buffer alive, which a sender who dribbles single bytes
/// could turn into many times the body's size. So after the first frames, small ones are copied
/// together; larger ones are always kept as they are.
#[derive(Default)]
pub(crate) struct Frames {
    frames: VecDeque<Bytes>,
    small: BytesMut,
    len: usize,
}

impl Frames {
    const KEPT_ANYWAY: usize = 64;
    const SMALL: usize = 512;
    const PACKED: usize = 4096;

    pub(crate) fn push(&mut self, frame: Bytes) {
        if frame.is_empty() {
            return;
        }
        self.len += frame.len();
        if frame.len() < Self::SMALL && self.frames.len() >= Self::KEPT_ANYWAY {
            if self.small.len() + frame.len() > Self::PACKED {
                self.flush();
            }
            self.small.extend_from_slice(&frame);
        } else {
            self.flush();
            self.frames.push_back(frame);
        }
    }

    /// The size of all frames together, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn chunks(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.frames.iter().map(|frame| &**frame).chain([&*self.small])
    }

    #[cfg(any(feature = "tower", test))]
    pub(crate) fn pop(&mut self) -> Option<Bytes> {
        if self.frames.is_empty() {
            self.flush();
        }
        let frame = self.frames.pop_front()?;
        self.len -= frame.len();
        Some(frame)
    }

    /// The whole body in one piece, copied only if it came in several.
    pub(crate) fn into_bytes(mut self) -> Bytes {
        self.flush();
        match self.frames.len() {
            0 | 1 => self.frames.pop_front().unwrap_or_default(),
            _ => {
                let mut whole = BytesMut::with_capacity(self.len);
                self.frames.iter().for_each(|frame| whole.extend_from_slice(frame));
                whole.freeze()
            }
        }
    }

    fn flush(&mut self) {
        if !self.small.is_empty() {
            self.frames.push_back(self.small.split().freeze());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(mut frames: Frames) -> Vec<Bytes> {
        std::iter::from_fn(|| frames.pop()).collect()
    }

    #[test]
    fn frames_come_back_as_they_were() {
        let sent: Vec<_> = (1..=64).map(|size| Bytes::from(vec![7; size])).collect();
        let mut frames = Frames::default();
        for frame in &sent {
            frames.push(frame.clone());
            frames.push(Bytes::new());
        }
        assert_eq!(frames.len(), (1..=64).sum::<usize>());
        let received = drain(frames);
        assert_eq!(received, sent);
        for (sent, received) in sent.iter().zip(&received) {
            assert_eq!(sent.as_ptr(), received.as_ptr(), "copied");
        }
    }

    #[test]
    fn a_body_in_one_piece_is_copied_only_if_it_came_in_several() {
        assert_eq!(Frames::default().into_bytes(), Bytes::new());
        let whole = Bytes::from(vec![7; 1000]);
        let mut frames = Frames::default();
        frames.push(whole.clone());
        assert_eq!(frames.into_bytes().as_ptr(), whole.as_ptr());
        let mut frames = Frames::default();
        (0..=200_u8).for_each(|byte| frames.push(Bytes::copy_from_slice(&[byte])));
        assert_eq!(frames.into_bytes(), (0..=200).collect::<Vec<u8>>());
    }

    #[test]
    fn dribbled_bytes_are_packed_together() {
        let mut frames = Frames::default();
        let body: Vec<u8> = (0..100_000_u32).map(|index| index.to_le_bytes()[0]).collect();
        for byte in body.chunks(1) {
            frames.push(Bytes::copy_from_slice(byte));
        }
        assert_eq!(frames.chunks().collect::<Vec<_>>().concat(), body);
        let received = drain(frames);
        assert!(received.len() <= 64 + body.len() / Frames::PACKED + 1, "{}", received.len());
        assert_eq!(received.concat(), body);
    }

    #[test]
    fn what_is_packed_together_has_the_size_of_a_pack() {
        for (size, packed) in [(1, 4096), (3, 4095), (500, 4000), (511, 4088)] {
            let mut frames = Frames::default();
            for _ in 0..20_000 {
                frames.push(Bytes::from(vec![7; size]));
            }
            let received = drain(frames);
            let (_, [packs @ .., last]) = received.split_at(Frames::KEPT_ANYWAY) else {
                panic!("nothing is packed");
            };
            assert!(packs.len() > 3 && packs.iter().all(|pack| pack.len() == packed), "{size}");
            assert!(last.len() <= packed);
        }
    }

    #[test]
    fn large_frames_between_small_ones_stay_whole_and_in_order() {
        let mut frames = Frames::default();
        let mut body = Vec::new();
        let large = Bytes::from(vec![9; Frames::SMALL]);
        for index in 0..200_u8 {
            let frame = if index % 5 == 4 { large.clone() } else { Bytes::from(vec![index; 3]) };
            body.extend_from_slice(&frame);
            frames.push(frame);
        }
        let received = drain(frames);
        assert_eq!(received.concat(), body);
        let whole = received.iter().filter(|frame| frame.as_ptr() == large.as_ptr()).count();
        assert_eq!(whole, 40);
    }
}
