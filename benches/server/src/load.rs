//! The client: as cheap as it can be, so that the server is what is measured.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tower_webhook::Scheme;

use crate::delivery::{body, sign};
use crate::process::Process;

const CONNECTIONS: usize = 16;

/// A whole request with a good delivery, as it goes over the wire.
pub(crate) fn request(size: usize) -> Vec<u8> {
    let body = body(size);
    let mut request = format!("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: {size}\r\n");
    for (name, value) in &sign(Scheme::STANDARD, &body) {
        request.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    request.push_str("\r\n");
    let mut request = request.into_bytes();
    request.extend(body);
    request
}

/// What one run has brought, in nanoseconds.
pub(crate) struct Run {
    /// From one answer to the next.
    pub(crate) each: f64,
    /// The server's processor time for one request.
    pub(crate) busy: f64,
}

/// Connections that are kept open from run to run.
pub(crate) struct Load(Vec<TcpStream>);

impl Load {
    pub(crate) fn connect(port: u16) -> Self {
        Self((0..CONNECTIONS).map(|_| connect(port)).collect())
    }

    pub(crate) fn run(&mut self, server: &mut Process, request: &[u8], time: Duration) -> Run {
        self.laps(request, time / 10);
        let busy = server.busy();
        let (requests, time) = self.laps(request, time);
        let busy = server.busy() - busy;
        Run { each: time.as_nanos() as f64 / requests as f64, busy: busy as f64 / requests as f64 }
    }

    /// Sends for this long, and tells how many requests were answered in what time.
    fn laps(&mut self, request: &[u8], time: Duration) -> (usize, Duration) {
        let start = Instant::now();
        self.0.iter_mut().for_each(|connection| connection.write_all(request).unwrap());
        let mut requests = 0;
        while start.elapsed() < time {
            for connection in &mut self.0 {
                answered(connection);
                connection.write_all(request).unwrap();
            }
            requests += self.0.len();
        }
        self.0.iter_mut().for_each(answered);
        (requests + self.0.len(), start.elapsed())
    }
}

pub(crate) fn connect(port: u16) -> TcpStream {
    let connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
    connection.set_nodelay(true).unwrap();
    connection
}

/// Waits for an answer, which is nothing but a head.
pub(crate) fn answered(connection: &mut TcpStream) {
    let mut answer = [0; 512];
    let mut size = 0;
    while !answer[..size].ends_with(b"\r\n\r\n") {
        let read = connection.read(&mut answer[size..]).unwrap();
        assert!(read > 0, "the server hung up");
        size += read;
    }
    let text = String::from_utf8_lossy(&answer[..size]);
    assert!(text.starts_with("HTTP/1.1 204 "), "{text}");
}
