//! The client: as cheap as it can be, so that the server is what is measured.
//!
//! A server that is to be saturated has a client that never sleeps: to wake it on another core would
//! take longer than the whole layer, and only the slower server would have to.

use std::hint::spin_loop;
use std::io::{ErrorKind, Read as _, Result, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use tower_webhook::Scheme;

use crate::delivery::{body, sign};
use crate::http2::Http2;
use crate::process::Process;
use crate::{Protocol, Setting};

const CONNECTIONS: usize = 16;
/// Beside a server on several threads, so many connections share a thread.
const SHARING: usize = 4;

/// A whole request with a good delivery, as it goes over the wire in HTTP/1.
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
pub(crate) struct Load {
    connections: Vec<Connection>,
    sharing: usize,
}

impl Load {
    /// Connects, to send deliveries of this size.
    pub(crate) fn connect(port: u16, setting: Setting, protocol: Protocol, size: usize) -> Self {
        let connect = |_| Connection::open(port, protocol, size);
        let connections: Vec<_> = (0..CONNECTIONS).map(connect).collect();
        let saturated = setting == Setting::Saturated;
        for connection in &connections {
            match connection {
                Connection::Http1(connection, _) => connection.set_nonblocking(saturated).unwrap(),
                Connection::Http2(connection) => connection.set_nonblocking(saturated),
            }
        }
        Self { connections, sharing: if saturated { CONNECTIONS } else { SHARING } }
    }

    pub(crate) fn run(&mut self, server: &mut Process, time: Duration) -> Run {
        self.laps(time / 10);
        let busy = server.busy();
        let (requests, time) = self.laps(time);
        let busy = server.busy() - busy;
        Run { each: time.as_nanos() as f64 / requests as f64, busy: busy as f64 / requests as f64 }
    }

    /// Sends for this long, and tells how many requests were answered in what time.
    fn laps(&mut self, time: Duration) -> (usize, Duration) {
        let start = Instant::now();
        let requests = thread::scope(|scope| {
            let shares = self.connections.chunks_mut(self.sharing);
            let clients: Vec<_> =
                shares.map(|share| scope.spawn(move || client(share, time))).collect();
            clients.into_iter().map(|client| client.join().unwrap()).sum()
        });
        (requests, start.elapsed())
    }
}

fn client(connections: &mut [Connection], time: Duration) -> usize {
    let start = Instant::now();
    connections.iter_mut().for_each(Connection::send);
    let mut requests = 0;
    while start.elapsed() < time {
        for connection in &mut *connections {
            connection.answered();
            connection.send();
        }
        requests += connections.len();
    }
    connections.iter_mut().for_each(Connection::answered);
    requests + connections.len()
}

/// A connection, and the request that it sends.
enum Connection {
    Http1(TcpStream, Vec<u8>),
    Http2(Http2),
}

impl Connection {
    fn open(port: u16, protocol: Protocol, size: usize) -> Self {
        let body = body(size);
        match protocol {
            Protocol::Http1 => Self::Http1(connect(port), request(size)),
            Protocol::Http2 => {
                let headers = sign(Scheme::STANDARD, &body);
                Self::Http2(Http2::connect(connect(port), &headers, &body))
            }
        }
    }

    fn send(&mut self) {
        match self {
            Self::Http1(connection, request) => send(connection, request),
            Self::Http2(connection) => connection.send(),
        }
    }

    fn answered(&mut self) {
        match self {
            Self::Http1(connection, _) => answered(connection),
            Self::Http2(connection) => connection.answered(),
        }
    }
}

pub(crate) fn connect(port: u16) -> TcpStream {
    let connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
    connection.set_nodelay(true).unwrap();
    connection
}

pub(crate) fn send(connection: &mut TcpStream, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let sent = insist(|| connection.write(bytes));
        bytes = &bytes[sent..];
    }
}

pub(crate) fn insist<T>(mut attempt: impl FnMut() -> Result<T>) -> T {
    loop {
        match attempt() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => spin_loop(),
            result => return result.unwrap(),
        }
    }
}

/// Waits for an answer, which is nothing but a head.
pub(crate) fn answered(connection: &mut TcpStream) {
    let mut answer = [0; 512];
    let mut size = 0;
    while !answer[..size].ends_with(b"\r\n\r\n") {
        let read = insist(|| connection.read(&mut answer[size..]));
        assert!(read > 0, "the server hung up");
        size += read;
    }
    let text = String::from_utf8_lossy(&answer[..size]);
    assert!(text.starts_with("HTTP/1.1 204 "), "{text}");
}
