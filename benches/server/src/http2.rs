//! A connection over HTTP/2 ([RFC 9113](https://www.rfc-editor.org/rfc/rfc9113)) with one request at a
//! time, which costs no more than one over HTTP/1.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use http::HeaderMap;

use crate::load::{insist, send};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// The largest frame that any peer accepts.
const MAX_FRAME: usize = 16 << 10;
const HEAD: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const WINDOW_UPDATE: u8 = 8;

/// Flags, of which some have the same bit.
const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

pub(crate) struct Http2 {
    connection: TcpStream,
    /// The frames of a request, whose stream is set each time.
    request: Vec<u8>,
    /// Where in these the numbers of the stream are.
    places: Vec<usize>,
    stream: u32,
    /// What was read and is not a whole frame.
    read: Vec<u8>,
}

impl Http2 {
    /// Waits until the server accepts more than the first 64 KiB.
    pub(crate) fn connect(mut connection: TcpStream, headers: &HeaderMap, body: &[u8]) -> Self {
        send(&mut connection, PREFACE);
        send(&mut connection, &frame(SETTINGS, 0, &[]));
        let (mut request, mut places) = (Vec::new(), Vec::new());
        let mut add = |frame: Vec<u8>| {
            places.push(request.len() + HEAD - 4);
            request.extend(frame);
        };
        add(frame(HEADERS, END_HEADERS, &block(headers, body.len())));
        let mut chunks = body.chunks(MAX_FRAME).peekable();
        while let Some(chunk) = chunks.next() {
            let end = if chunks.peek().is_none() { END_STREAM } else { 0 };
            add(frame(DATA, end, chunk));
        }
        // Streams of clients have odd numbers.
        let mut this = Self { connection, request, places, stream: 1, read: Vec::new() };
        let (mut settings, mut window) = (false, false);
        while !(settings && window) {
            match this.frame() {
                (SETTINGS, ..) => settings = true,
                (WINDOW_UPDATE, ..) => window = true,
                _ => {}
            }
        }
        this
    }

    pub(crate) fn set_nonblocking(&self, nonblocking: bool) {
        self.connection.set_nonblocking(nonblocking).unwrap();
    }

    pub(crate) fn send(&mut self) {
        for place in &self.places {
            self.request[*place..*place + 4].copy_from_slice(&self.stream.to_be_bytes());
        }
        send(&mut self.connection, &self.request);
        self.stream += 2;
    }

    /// Waits for an answer, which is nothing but a head.
    pub(crate) fn answered(&mut self) {
        loop {
            if let (HEADERS, flags, payload) = self.frame() {
                // `:status: 204` by its index ([RFC 7541, appendix
                // A](https://www.rfc-editor.org/rfc/rfc7541#appendix-A)).
                assert!(flags & END_STREAM != 0 && payload.first() == Some(&0x89), "{payload:?}");
                return;
            }
        }
    }

    /// Reads a frame, and answers it if it is one of settings.
    fn frame(&mut self) -> (u8, u8, Vec<u8>) {
        loop {
            if let [a, b, c, kind, flags, _, _, _, _, rest @ ..] = &*self.read {
                let size = u32::from_be_bytes([0, *a, *b, *c]) as usize;
                if let Some(payload) = rest.get(..size) {
                    let frame_read = (*kind, *flags, payload.to_vec());
                    self.read.drain(..HEAD + size);
                    if let (SETTINGS, 0, _) = frame_read {
                        insist(|| self.connection.write(&frame(SETTINGS, ACK, &[])));
                    }
                    return frame_read;
                }
            }
            let mut bytes = [0; 512];
            let size = insist(|| self.connection.read(&mut bytes));
            assert!(size > 0, "the server hung up");
            self.read.extend_from_slice(&bytes[..size]);
        }
    }
}

/// A frame of stream 0.
fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let [_, size @ ..] = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&size, &[kind, flags, 0, 0, 0, 0][..], payload].concat()
}

/// The header block of a POST to `/`, without compression.
fn block(headers: &HeaderMap, size: usize) -> Vec<u8> {
    // By their indices: POST, http, `/`, and the name of the authority.
    let mut block = vec![0x83, 0x86, 0x84, 0x01];
    text(&mut block, b"localhost");
    let size = size.to_string();
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    for (name, value) in headers.chain([("content-length", size.as_bytes())]) {
        // In full, and not to be remembered.
        block.push(0);
        text(&mut block, name.as_bytes());
        text(&mut block, value);
    }
    block
}

fn text(block: &mut Vec<u8>, text: &[u8]) {
    let size = u8::try_from(text.len()).unwrap();
    assert!(size < 127, "a longer size takes more than a byte");
    block.push(size);
    block.extend_from_slice(text);
}
