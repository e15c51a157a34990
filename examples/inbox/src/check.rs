//! What may come, over real sockets, and what has to become of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tower_webhook::Scheme;

use crate::inbox::Inbox;
use crate::{Fallible, app, work};

/// The key that Standard Webhooks has in its documentation.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl";
const BODY: &[u8] = br#"{"event":"ping"}"#;

pub(crate) async fn run() -> Fallible<()> {
    let path = std::env::temp_dir().join(format!("inbox-{}.db", std::process::id()));
    let inbox = Arc::new(Inbox::open(&path)?);
    let verifier = Scheme::STANDARD.verifier(SECRET)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let app = app(Arc::clone(&inbox), verifier, Duration::from_secs(3), 1);
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    expect("a delivery", send(address, SECRET, "1").await?, "200")?;
    expect("its retry", send(address, SECRET, "1").await?, "200")?;
    expect("a forgery", send(address, OTHER, "2").await?, "401")?;

    let mut slow = TcpStream::connect(address).await?;
    slow.write_all(&head(SECRET, "3", "expect: 100-continue\r\n")?).await?;
    // The server has accepted its head, and waits for its body.
    expect("a slow body", status(&mut slow).await?, "100")?;
    expect("one too many", send(address, SECRET, "4").await?, "503")?;
    expect("the slow one", status(&mut slow).await?, "408")?;
    expect("the retry of the other", send(address, SECRET, "4").await?, "200")?;

    // The process ends, and another one does the work.
    server.abort();
    drop(inbox);
    let (done, mut worked_off) = mpsc::unbounded_channel();
    let worker = tokio::spawn(work(Arc::new(Inbox::open(&path)?), move |id, body| {
        let noted = done.send((id, body));
        async { Ok(noted?) }
    }));
    for id in ["1", "4"] {
        let (worked, body) = worked_off.recv().await.ok_or("the worker has ended")?;
        expect("worked off", worked, id)?;
        assert_eq!(body, BODY);
    }
    worker.abort();
    assert!(worked_off.try_recv().is_err(), "nothing else is there, and nothing twice");
    Ok(std::fs::remove_file(path)?)
}

fn expect(what: &str, got: String, wanted: &str) -> Fallible<()> {
    println!("{what:<24}{got}");
    if got == wanted { Ok(()) } else { Err(format!("expected {wanted}").into()) }
}

async fn send(address: SocketAddr, secret: &str, id: &str) -> Fallible<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(&[&head(secret, id, "")?, BODY].concat()).await?;
    status(&mut stream).await
}

fn head(secret: &str, id: &str, more: &str) -> Fallible<Vec<u8>> {
    let signed = Scheme::STANDARD.signer(secret)?.sign(id, OffsetDateTime::now_utc(), BODY)?;
    let mut head = format!("POST /webhooks HTTP/1.1\r\nhost: test\r\n{more}");
    for (name, value) in &signed {
        head += &format!("{name}: {}\r\n", value.to_str()?);
    }
    head += &format!("content-length: {}\r\n\r\n", BODY.len());
    Ok(head.into_bytes())
}

/// Reads an answer without a body, and returns its status.
async fn status(stream: &mut TcpStream) -> Fallible<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head)?;
    Ok(head.split(' ').nth(1).unwrap_or_default().to_owned())
}
