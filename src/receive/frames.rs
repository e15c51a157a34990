//! The frames of a body, bounded, while they are authenticated.

use std::collections::VecDeque;
use std::mem;

use bytes::{Bytes, BytesMut};

use crate::crypto::content::Content;

/// Frames in the order they came, in little more memory than their size.
///
/// A frame keeps the whole buffer alive that the server has read it into: over HTTP/1 with writes
/// of 512 bytes, sixteen times its size. So a frame is copied if it is small, or if it fills less
/// than four fifths of its buffer. The last one is not, until another one follows: a body that comes
/// in one frame is never copied, and by then the server has let go of the buffer, which shows its
/// size.
#[derive(Default)]
pub(crate) struct Frames {
    /// The frames before the last. Boxed, because most bodies come in one frame.
    earlier: Option<Box<Earlier>>,
    last: Bytes,
    len: usize,
}

#[derive(Default)]
struct Earlier {
    kept: VecDeque<Bytes>,
    /// What is copied together, behind the frames that are kept.
    pack: BytesMut,
}

impl Frames {
    /// Up to this size a frame is always copied: that costs no more than a handle of its own.
    const SMALL: usize = 512;
    /// The sizes of packs, which grow with the body, so that little of the last one is unused.
    const PACK: (usize, usize) = (4 << 10, 64 << 10);

    pub(crate) fn push(&mut self, frame: Bytes) {
        if frame.is_empty() {
            return;
        }
        self.len += frame.len();
        let before = mem::replace(&mut self.last, frame);
        if !before.is_empty() {
            self.earlier.get_or_insert_default().keep(before, self.len);
        }
    }

    /// The size of all frames together, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn chunks(&self) -> impl Iterator<Item = &[u8]> + Clone {
        let earlier = self.earlier.iter().flat_map(|earlier| earlier.chunks());
        earlier.chain([&*self.last])
    }

    #[cfg(any(feature = "tower", test))]
    pub(crate) fn pop(&mut self) -> Option<Bytes> {
        let earlier = self.earlier.as_mut().and_then(|earlier| earlier.pop());
        let frame = earlier.unwrap_or_else(|| mem::take(&mut self.last));
        self.len -= frame.len();
        (!frame.is_empty()).then_some(frame)
    }

    /// The whole body in one piece, copied only if it came in several.
    pub(crate) fn into_bytes(self) -> Bytes {
        if self.last.len() == self.len {
            return self.last;
        }
        let mut whole = BytesMut::with_capacity(self.len);
        self.chunks().for_each(|chunk| whole.extend_from_slice(chunk));
        whole.freeze()
    }
}

impl<'f> Content<'f> for &'f Frames {
    #[inline]
    fn each(&self, mut to: impl FnMut(&'f [u8])) {
        if let Some(earlier) = &self.earlier {
            earlier.chunks().for_each(&mut to);
        }
        to(&self.last);
    }
}

impl Earlier {
    fn chunks(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.kept.iter().map(|frame| &**frame).chain([&*self.pack])
    }

    #[cfg(any(feature = "tower", test))]
    fn pop(&mut self) -> Option<Bytes> {
        self.flush();
        self.kept.pop_front()
    }

    /// Adds a frame of a body that is `len` bytes long so far.
    fn keep(&mut self, frame: Bytes, len: usize) {
        match tight(frame) {
            Ok(frame) => {
                self.flush();
                self.kept.push_back(frame);
            }
            Err(frame) => self.copy(&frame, len),
        }
    }

    fn copy(&mut self, frame: &[u8], len: usize) {
        let room = self.pack.capacity() - self.pack.len();
        let (now, later) = frame.split_at(room.min(frame.len()));
        self.pack.extend_from_slice(now);
        if !later.is_empty() {
            self.flush();
            let (least, most) = Frames::PACK;
            let size = (len / 8).clamp(least, most).max(later.len());
            self.pack = BytesMut::with_capacity(size);
            self.pack.extend_from_slice(later);
        }
    }

    /// Puts the pack among the frames. What is left of its buffer takes what comes next.
    fn flush(&mut self) {
        if !self.pack.is_empty() {
            self.kept.push_back(self.pack.split().freeze());
        }
    }
}

/// Returns the frame as an error if it is better copied than kept.
fn tight(frame: Bytes) -> Result<Bytes, Bytes> {
    let len = frame.len();
    if len <= Frames::SMALL {
        return Err(frame);
    }
    match frame.try_into_mut() {
        Ok(buffer) if buffer.capacity() <= len + len / 4 => Ok(buffer.freeze()),
        Ok(buffer) => Err(buffer.freeze()),
        // Others share the buffer: its size does not show, but then it is theirs too.
        Err(frame) => Ok(frame),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(mut frames: Frames) -> Vec<Bytes> {
        std::iter::from_fn(|| frames.pop()).collect()
    }

    /// A frame in a buffer as a server has it.
    fn read(frame: &[u8], capacity: usize) -> Bytes {
        let mut buffer = BytesMut::with_capacity(capacity);
        buffer.extend_from_slice(frame);
        buffer.split().freeze()
    }

    #[test]
    fn a_body_in_one_frame_is_never_copied() {
        for (size, capacity) in [(1, 8192), (512, 8192), (8192, 8192), (100, 100)] {
            let frame = read(&vec![7; size], capacity);
            let at = frame.as_ptr();
            let mut frames = Frames::default();
            frames.push(Bytes::new());
            frames.push(frame);
            frames.push(Bytes::new());
            assert_eq!(frames.len(), size);
            assert_eq!(frames.chunks().flatten().count(), size);
            assert_eq!(drain(frames)[0].as_ptr(), at, "{size}");
        }
        assert!(drain(Frames::default()).is_empty());
    }

    #[test]
    fn frames_that_fill_their_buffers_are_kept_and_others_are_copied() {
        for (size, capacity, kept) in [
            (450, 450, false),
            (513, 513, true),
            (4000, 8192, false),
            (6553, 8192, false),
            (6554, 8192, true),
            (8192, 8192, true),
            (20 << 10, 32 << 10, false),
            (30 << 10, 32 << 10, true),
        ] {
            let mut frames = Frames::default();
            (0..10).for_each(|byte| frames.push(read(&vec![byte; size], capacity)));
            let body = frames.chunks().collect::<Vec<_>>().concat();
            let received = drain(frames);
            assert_eq!(received.concat(), body);
            let is_kept =
                |frame: Bytes| frame.try_into_mut().is_ok_and(|it| it.capacity() == capacity);
            let whole = received.into_iter().map(is_kept).filter(|kept| *kept).count();
            assert_eq!(whole, if kept { 10 } else { 1 }, "{size} of {capacity}");
        }
    }

    #[test]
    fn a_shared_buffer_is_kept() {
        let buffer = Bytes::from(vec![7; 8192]);
        let mut frames = Frames::default();
        for at in (0..8192).step_by(1024) {
            frames.push(buffer.slice(at..at + 1024));
        }
        let received = drain(frames);
        assert!(
            received.iter().zip(0..).all(|(it, at)| it.as_ptr() == buffer[at * 1024..].as_ptr())
        );
    }

    #[test]
    fn what_is_copied_takes_little_more_than_its_size() {
        for size in [1, 3, 500, 511] {
            let mut frames = Frames::default();
            let mut body = Vec::new();
            for byte in (0..=255).cycle().take(200_000 / size) {
                let frame = vec![byte; size];
                body.extend_from_slice(&frame);
                frames.push(read(&frame, 8192));
            }
            assert_eq!(frames.chunks().collect::<Vec<_>>().concat(), body);
            let received = drain(frames);
            assert_eq!(received.concat(), body);
            assert!(received.len() < 40, "{size}: {}", received.len());
        }
    }

    #[test]
    fn large_frames_between_small_ones_stay_whole_and_in_order() {
        let mut frames = Frames::default();
        let mut body = Vec::new();
        let large = Bytes::from(vec![9; 5000]);
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
}
