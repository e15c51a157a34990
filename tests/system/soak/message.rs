//! Deliveries, signed by hand and written as bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use miniz_oxide::deflate::compress_to_vec_zlib;
use sha2::Sha256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// Three headers, base64, and a guard.
    Standard,
    /// One header, hexadecimal, and no guard.
    GitHub,
}

#[derive(Clone, Copy)]
pub(crate) enum Key {
    Newer,
    Older,
    /// One that the receiver does not have.
    Other,
}

impl Key {
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Newer => b"the newer of the two secrets",
            Self::Older => b"the older of the two secrets",
            Self::Other => b"a secret of somebody else",
        }
    }
}

/// A request before it is written.
pub(crate) struct Message {
    pub(crate) route: Route,
    pub(crate) headers: Vec<(&'static str, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
    /// The body comes in chunks of this size.
    pub(crate) chunk: Option<usize>,
    /// What comes after the chunks.
    pub(crate) trailers: Vec<(&'static str, Vec<u8>)>,
    /// The length that is declared, if it is not the body's.
    pub(crate) declared: Option<usize>,
}

impl Message {
    /// A good delivery, whose body begins with its number and is longer than `size` only if that
    /// has no room for it.
    pub(crate) fn new(route: Route, index: u64, time: i64, key: Key, size: usize) -> Self {
        let mut body = format!("{index} ").into_bytes();
        body.extend((body.len()..size).map(|at| b"every byte counts "[at % 18]));
        let mut message = Self {
            route,
            headers: Vec::new(),
            body,
            chunk: None,
            trailers: Vec::new(),
            declared: None,
        };
        message.sign(&format!("msg_{index}"), time, key);
        message
    }

    /// Replaces the headers by those of this body.
    pub(crate) fn sign(&mut self, id: &str, time: i64, key: Key) {
        let time = time.to_string();
        self.headers = match self.route {
            Route::Standard => {
                let tag = tag(key, &[id.as_bytes(), b".", time.as_bytes(), b".", &self.body]);
                vec![
                    ("webhook-id", id.into()),
                    ("webhook-timestamp", time.into()),
                    ("webhook-signature", format!("v1,{}", STANDARD.encode(tag)).into()),
                ]
            }
            Route::GitHub => {
                let tag = hex::encode(tag(key, &[&self.body]));
                vec![("x-hub-signature-256", format!("sha256={tag}").into())]
            }
        };
    }

    pub(crate) fn compress(&mut self) {
        self.body = compress_to_vec_zlib(&self.body, 1);
        self.headers.push(("content-encoding", b"deflate".to_vec()));
    }

    pub(crate) fn compress_and_sign(&mut self, index: u64, time: i64, key: Key) {
        self.compress();
        self.sign(&format!("msg_{index}"), time, key);
        self.headers.push(("content-encoding", b"deflate".to_vec()));
    }

    pub(crate) fn header(&mut self, name: &str) -> &mut Vec<u8> {
        let found = self.headers.iter_mut().find(|(other, _)| *other == name);
        &mut found.unwrap().1
    }

    pub(crate) fn text(&mut self, name: &str) -> String {
        String::from_utf8(self.header(name).clone()).unwrap()
    }

    pub(crate) fn take(&mut self, name: &str) -> Vec<u8> {
        let at = self.headers.iter().position(|(other, _)| *other == name).unwrap();
        self.headers.remove(at).1
    }

    pub(crate) fn repeat(&mut self, name: &'static str) {
        let value = self.header(name).clone();
        self.headers.push((name, value));
    }

    /// The request as it is sent, and how much of that is its head.
    pub(crate) fn write(&self) -> (Vec<u8>, usize) {
        let path = match self.route {
            Route::Standard => "/standard",
            Route::GitHub => "/github",
        };
        let mut bytes = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\n").into_bytes();
        write_fields(&mut bytes, &self.headers);
        match self.chunk {
            Some(_) => bytes.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n"),
            None => {
                let length = self.declared.unwrap_or(self.body.len());
                bytes.extend(format!("content-length: {length}\r\n\r\n").into_bytes());
            }
        }
        let head = bytes.len();
        let Some(chunk) = self.chunk else {
            bytes.extend_from_slice(&self.body);
            return (bytes, head);
        };
        for chunk in self.body.chunks(chunk) {
            bytes.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n");
        write_fields(&mut bytes, &self.trailers);
        bytes.extend_from_slice(b"\r\n");
        (bytes, head)
    }
}

fn write_fields(bytes: &mut Vec<u8>, fields: &[(&str, Vec<u8>)]) {
    for (name, value) in fields {
        bytes.extend_from_slice(&[name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
}

/// By another implementation than the library's.
fn tag(key: Key, pieces: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).unwrap();
    pieces.iter().for_each(|piece| mac.update(piece));
    mac.finalize().into_bytes().to_vec()
}
