//! A sender on bare TCP.

use std::collections::VecDeque;
use std::mem;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::plan::{ACCEPTED, Act, DUPLICATE, Draw, Item, item};
use crate::server::Records;

/// How many requests are sent before the first answer is read, at most.
const PIPELINE: usize = 8;

pub(crate) struct Client {
    address: SocketAddr,
    records: Arc<Records>,
    seed: u64,
    draw: Draw,
    connection: Connection,
    pipeline: Vec<Sent>,
    slow: Option<Slow>,
    answers: Vec<u16>,
}

/// A request, and the answer that it must get.
struct Sent {
    index: u64,
    act: Act,
    bytes: Vec<u8>,
    status: u16,
}

impl Client {
    pub(crate) async fn new(
        address: SocketAddr,
        records: Arc<Records>,
        seed: u64,
        number: u64,
    ) -> Self {
        Self {
            address,
            records,
            seed,
            draw: Draw::new(seed, u64::MAX - number),
            connection: Connection::open(address).await,
            pipeline: Vec::new(),
            slow: None,
            answers: Vec::new(),
        }
    }

    /// Sends these requests, and gives the answers to them.
    pub(crate) async fn send(mut self, indices: impl Iterator<Item = u64>) -> Vec<u16> {
        for index in indices {
            let Item { message, act } = item(self.seed, index, self.records.time());
            let (bytes, head) = message.write();
            // Somewhere in the body, if there is one.
            let middle = head + self.draw.below((bytes.len() - head).max(1));
            let sent = |status| Sent { index, act, bytes: bytes.clone(), status };
            let mut all = act.answers().into_iter().map(sent);
            match act {
                Act::Plain | Act::OlderSecret | Act::Twice | Act::FailsFirst | Act::Forged(_) => {
                    self.pipeline.extend(all);
                }
                Act::Slow | Act::ForgedSlow(_) => self.begin(all.next().unwrap()).await,
                Act::HalfClosed => {
                    let mut connection = Connection::open(self.address).await;
                    connection.write(&bytes).await;
                    connection.stream.shutdown().await.unwrap();
                    self.note(index, act, connection.answer().await, ACCEPTED);
                }
                Act::CutOff => {
                    let mut connection = Connection::open(self.address).await;
                    connection.write(&bytes[..middle]).await;
                    connection.stream.shutdown().await.unwrap();
                    let answer = connection.answer().await;
                    assert!(matches!(answer, Some(400) | None), "{index}: {answer:?}");
                }
                Act::Reset => {
                    let mut connection = Connection::open(self.address).await;
                    connection.write(&bytes[..middle]).await;
                    connection.reset();
                }
                Act::HungUp => {
                    let mut connection = Connection::open(self.address).await;
                    connection.write(&bytes).await;
                    connection.reset();
                    self.send_until_done(index, &bytes).await;
                }
            }
            if self.pipeline.len() > self.draw.below(PIPELINE) {
                self.flush().await;
                if self.draw.below(50) == 0 {
                    self.connection = Connection::open(self.address).await;
                }
            }
            if let Some(slow) = &mut self.slow {
                slow.go_on(&self.records).await;
            }
        }
        self.flush().await;
        self.finish_slow().await;
        self.answers
    }

    /// Sends all that is in the pipeline, and reads the answers.
    async fn flush(&mut self) {
        let mut left = VecDeque::from(mem::take(&mut self.pipeline));
        while !left.is_empty() {
            let bytes: Vec<_> = left.iter().map(|sent| &*sent.bytes).collect();
            self.connection.write(&bytes.concat()).await;
            while let Some(Sent { index, act, status, .. }) = left.front() {
                let Some(answer) = self.connection.answer().await else {
                    // The rest of a refused body is not read, and then what comes after it cannot
                    // be found either.
                    let may = self.connection.refused;
                    assert!(may, "{index}, {act:?}: closed instead of {status}");
                    self.connection = Connection::open(self.address).await;
                    break;
                };
                self.note(*index, *act, Some(answer), *status);
                left.pop_front();
            }
        }
    }

    async fn begin(&mut self, sent: Sent) {
        self.finish_slow().await;
        let connection = Connection::open(self.address).await;
        let step = 1 + sent.bytes.len() / (10 + self.draw.below(50));
        self.slow = Some(Slow { connection, step, done: 0, sent });
    }

    async fn finish_slow(&mut self) {
        let Some(mut slow) = self.slow.take() else { return };
        while slow.done < slow.sent.bytes.len() {
            slow.go_on(&self.records).await;
        }
        let Sent { index, act, status, .. } = slow.sent;
        self.note(index, act, slow.connection.answer().await, status);
    }

    /// Sends a delivery of which it is not known whether it was handled, like any sender.
    async fn send_until_done(&mut self, index: u64, bytes: &[u8]) {
        loop {
            let mut connection = Connection::open(self.address).await;
            connection.write(bytes).await;
            match connection.answer().await {
                // The first is being handled.
                Some(503) => tokio::task::yield_now().await,
                Some(ACCEPTED | DUPLICATE) => break,
                answer => panic!("{index}: {answer:?} after a hang-up"),
            }
        }
    }

    fn note(&mut self, index: u64, act: Act, answer: Option<u16>, status: u16) {
        assert_eq!(answer, Some(status), "request {index}, {act:?}");
        self.answers.push(status);
    }
}

/// A request that is sent a few bytes at a time, whenever another has been answered.
struct Slow {
    connection: Connection,
    step: usize,
    done: usize,
    sent: Sent,
}

impl Slow {
    async fn go_on(&mut self, records: &Records) {
        let Sent { index, bytes, .. } = &self.sent;
        let end = bytes.len().min(self.done + self.step);
        if end == bytes.len() && self.done < end {
            assert_eq!(records.runs(*index), 0, "{index}: handled before its end");
        }
        self.connection.write(&bytes[self.done..end]).await;
        self.done = end;
    }
}

struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    /// Whether the last answer was one after which the server may close.
    refused: bool,
}

impl Connection {
    async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, received: Vec::new(), refused: false }
    }

    /// Writes as far as the server lets it; what comes of that, the answers tell.
    async fn write(&mut self, bytes: &[u8]) {
        drop(self.stream.write_all(bytes).await);
    }

    /// The status of the next answer, none of which has a body. `None` if the server has closed.
    async fn answer(&mut self) -> Option<u16> {
        let end = loop {
            if let Some(at) = self.received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at + 4;
            }
            let read = self.stream.read_buf(&mut self.received).await;
            if !read.is_ok_and(|count| count > 0) {
                assert!(self.received.is_empty(), "half an answer");
                return None;
            }
        };
        let head = String::from_utf8(self.received.drain(..end).collect()).unwrap();
        let status = head.strip_prefix("HTTP/1.1 ").unwrap()[..3].parse().unwrap();
        let lengths = head.lines().filter_map(|line| line.strip_prefix("content-length: "));
        assert!(lengths.eq((status != ACCEPTED).then_some("0")), "{head}");
        self.refused = matches!(status, 400 | 401 | 413);
        Some(status)
    }

    fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }
}
