//! What may come, over real sockets, and what has to become of it.

use std::net::SocketAddr;
use std::sync::Arc;

use time::OffsetDateTime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower_webhook::Scheme;

use crate::secrets::Database;
use crate::{Fallible, app};

const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl";

pub(crate) async fn run() -> Fallible<()> {
    let database = Arc::new(Database::open(":memory:")?);
    database.add(Scheme::STANDARD, "acme", WHSEC)?;
    database.add(Scheme::GITHUB, "acme", "of acme")?;
    database.add(Scheme::GITHUB, "globex", "of globex")?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let app = app(&database);
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    // The body is the id too, where one is signed.
    let send = async |path: &str, scheme: Scheme, secret: &str, body: &str| {
        let now = OffsetDateTime::now_utc();
        let headers = scheme.signer(secret)?.sign(body, now, body.as_bytes())?;
        let headers = headers.iter().map(|(name, value)| Ok((name.as_str(), value.to_str()?)));
        send(address, path, &headers.collect::<Fallible<Vec<_>>>()?, body).await
    };
    let (standard, github) = (Scheme::STANDARD, Scheme::GITHUB);
    let path = "/hooks/standard-webhooks/acme";
    expect("acme", send(path, standard, WHSEC, "1").await?, "204")?;
    expect("its retry", send(path, standard, WHSEC, "1").await?, "200")?;
    expect("a forgery", send(path, standard, OTHER, "2").await?, "401")?;
    let path = "/hooks/github/acme";
    expect("acme at GitHub", send(path, github, "of acme", "3").await?, "204")?;
    expect("globex as acme", send(path, github, "of globex", "4").await?, "401")?;
    expect("a tenant nobody has", send("/hooks/github/nobody", github, "x", "5").await?, "404")?;
    expect("a provider nobody has", send("/hooks/nowhere/acme", github, "x", "6").await?, "404")?;

    let queries = database.queries();
    let path = "/hooks/stripe/acme";
    expect("signed for another", send(path, github, "of acme", "7").await?, "401")?;
    let path = "/hooks/github/%61cme";
    expect("an escaped name", send(path, github, "of acme", "7").await?, "404")?;
    assert_eq!(database.queries(), queries, "what is no delivery by its head causes no query");

    database.add(github, "globex", "newer of globex")?;
    let path = "/hooks/github/globex";
    expect("the older secret", send(path, github, "of globex", "8").await?, "204")?;
    expect("the newer secret", send(path, github, "newer of globex", "9").await?, "204")?;
    server.abort();
    Ok(())
}

fn expect(what: &str, got: String, wanted: &str) -> Fallible<()> {
    println!("{what:<24}{got}");
    if got == wanted { Ok(()) } else { Err(format!("expected {wanted}").into()) }
}

/// Sends a delivery, and returns the status of the answer.
async fn send(
    address: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Fallible<String> {
    let mut head = format!("POST {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\n\r\n", body.len());
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all((head + body).as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8(answer)?;
    Ok(answer.split(' ').nth(1).unwrap_or_default().to_owned())
}
