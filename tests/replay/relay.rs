//! What stands between a guard and its server.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a relay does with the answers of its server.
pub(crate) const WHOLE: u8 = 0;
/// It drops them.
pub(crate) const MUTE: u8 = 1;
/// It drops the next one, closes the connection, and is whole again.
pub(crate) const CUT: u8 = 2;

/// Passes bytes on to a server and back.
pub(crate) struct Relay {
    pub(crate) url: String,
    pub(crate) link: Arc<AtomicU8>,
    /// The server of the connections that are made from now on.
    pub(crate) server: Arc<AtomicU16>,
    /// An error that it gives instead of the server's next answer.
    pub(crate) error: Arc<Mutex<Option<&'static str>>>,
    accepted: Arc<AtomicUsize>,
    /// The connections before this one are silent: they swallow everything.
    silent: Arc<AtomicUsize>,
}

impl Relay {
    pub(crate) async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let relay = Self {
            url: format!("redis://{}/", listener.local_addr().unwrap()),
            link: Arc::new(AtomicU8::new(WHOLE)),
            server: Arc::new(AtomicU16::new(server)),
            error: Arc::default(),
            accepted: Arc::default(),
            silent: Arc::default(),
        };
        let (link, to) = (Arc::clone(&relay.link), Arc::clone(&relay.server));
        let (accepted, silent) = (Arc::clone(&relay.accepted), Arc::clone(&relay.silent));
        let error = Arc::clone(&relay.error);
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let number = accepted.fetch_add(1, Ordering::SeqCst);
                let to = ("127.0.0.1", to.load(Ordering::SeqCst));
                let server = TcpStream::connect(to).await.unwrap();
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                tokio::spawn(
                    async move { tokio::io::copy(&mut from_client, &mut to_server).await },
                );
                let (link, silent) = (Arc::clone(&link), Arc::clone(&silent));
                let error = Arc::clone(&error);
                tokio::spawn(async move {
                    let mut buffer = [0; 4096];
                    while let Ok(size @ 1..) = from_server.read(&mut buffer).await {
                        let error = error.lock().unwrap().take();
                        if let Some(error) = error {
                            to_client.write_all(format!("-{error}\r\n").as_bytes()).await.unwrap();
                            continue;
                        }
                        match link.load(Ordering::SeqCst) {
                            _ if number < silent.load(Ordering::SeqCst) => {}
                            MUTE => {}
                            CUT => return link.store(WHOLE, Ordering::SeqCst),
                            _ => to_client.write_all(&buffer[..size]).await.unwrap(),
                        }
                    }
                });
            }
        });
        relay
    }

    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// Silences all connections, but not those that are made from now on.
    pub(crate) fn silence(&self) {
        self.silent.store(self.accepted(), Ordering::SeqCst);
    }
}
