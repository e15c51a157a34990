//! The network between the receivers and their store, which fails in all the ways networks do.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinSet, block_in_place};

use crate::server::Server;

/// Passes bytes on to a server and back.
pub(crate) struct Link {
    port: u16,
    state: watch::Sender<State>,
    _tasks: JoinSet<()>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Whole,
    /// Nothing gets through, and later everything does.
    Frozen,
    /// Answers are dropped, and in the end the connections with them.
    Mute,
    /// There is no connection.
    Cut,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    Restart,
    Freeze,
    Mute,
    Cut,
}

impl Fault {
    pub(crate) const ALL: [Self; 4] = [Self::Restart, Self::Freeze, Self::Mute, Self::Cut];

    /// Lets the fault happen, and end.
    pub(crate) async fn happen(self, time: Duration, link: &Link, server: &mut Server) {
        let state = match self {
            Self::Restart => {
                block_in_place(|| server.kill());
                tokio::time::sleep(time).await;
                return block_in_place(|| server.restart());
            }
            Self::Freeze => State::Frozen,
            Self::Mute => State::Mute,
            Self::Cut => State::Cut,
        };
        link.state.send_replace(state);
        tokio::time::sleep(time).await;
        link.state.send_replace(State::Whole);
    }
}

impl Link {
    pub(crate) async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (state, watching) = watch::channel(State::Whole);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let watching = watching.clone();
                if *watching.borrow() != State::Cut {
                    connections.spawn(connection(client, server, watching));
                }
            }
        });
        Self { port, state, _tasks: tasks }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

async fn connection(client: TcpStream, server: u16, state: watch::Receiver<State>) {
    // The server may be down.
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Where one direction ends, the whole connection does.
    tokio::select! {
        () = pass(from_client, to_server, state.clone(), false) => {}
        () = pass(from_server, to_client, state, true) => {}
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut state: watch::Receiver<State>,
    answers: bool,
) {
    let mut buffer = [0; 4096];
    loop {
        let now = *state.borrow_and_update();
        if now == State::Cut {
            return;
        }
        tokio::select! {
            changed = state.changed() => {
                // A stream from which bytes are missing must not go on.
                if changed.is_err() || now == State::Mute {
                    return;
                }
            }
            read = from.read(&mut buffer), if now != State::Frozen => {
                let Ok(size @ 1..) = read else { return };
                let is_dropped = now == State::Mute && answers;
                if !is_dropped && to.write_all(&buffer[..size]).await.is_err() {
                    return;
                }
            }
        }
    }
}
