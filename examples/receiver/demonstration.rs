//! The table of what came of each request, and commands to send some by hand.

use std::net::SocketAddr;

use axum::body::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use time::OffsetDateTime;
use tower_webhook::Scheme;

use crate::rows::{Outcome, rows, sign};
use crate::secrets::secret;
use crate::{Fallible, HANDLED};

const BODY: &str = r#"{"event":"hello"}"#;

/// Sends every row over HTTP and prints what came back: how many of each group were as expected, and
/// the others one by one, or all of them.
pub(crate) async fn demonstrate(address: SocketAddr, all: bool) -> Fallible<bool> {
    // A connection for each: one that the server is about to close would answer nothing.
    let client =
        Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http::<Full<Bytes>>();
    let mut groups: Vec<(&str, u32, u32)> = Vec::new();
    for row in rows(address)? {
        let uri = format!("http://{address}/{}{}", row.scheme.name(), row.query);
        let request = Request::builder().method(row.method).uri(uri);
        let mut request = request.body(Full::from(row.body))?;
        request.headers_mut().extend(row.headers);
        let response = client.request(request).await?;
        let got = Outcome(response.status(), response.headers().contains_key(HANDLED));
        let answer = response.into_body().collect().await?.to_bytes();
        let as_expected = got == row.expected && row.answer.is_none_or(|text| answer == text);
        if all || !as_expected {
            let (name, expected) = (row.scheme.name(), row.expected);
            println!("{} {name:<20} {:<16} {expected:<14} {got:<14}", mark(as_expected), row.what);
        }
        if groups.last().is_none_or(|(group, ..)| *group != row.group) {
            groups.push((row.group, 0, 0));
        }
        if let Some((_, sent, good)) = groups.last_mut() {
            (*sent, *good) = (*sent + 1, *good + u32::from(as_expected));
        }
    }
    println!("  {:<20} {:>8} {:>12}", "trade", "sent", "as expected");
    for (group, sent, good) in &groups {
        println!("{} {group:<20} {sent:>8} {good:>12}", mark(sent == good));
    }
    let as_expected = groups.iter().all(|(_, sent, good)| sent == good);
    println!("{}", if as_expected { "every row as expected" } else { "NOT every row as expected" });
    Ok(as_expected)
}

fn mark(as_expected: bool) -> char {
    if as_expected { '✓' } else { '✗' }
}

/// Prints a command for each preset, to be pasted within its tolerance.
pub(crate) fn print_commands(address: SocketAddr, schemes: &[Scheme]) -> Fallible<()> {
    let now = OffsetDateTime::now_utc();
    for scheme in schemes {
        let headers = sign(scheme, &secret(scheme), address, now, BODY.as_bytes())?;
        if headers.is_empty() {
            return Err(format!("only the provider can sign for {}", scheme.name()).into());
        }
        print!("curl -i http://{address}/{}", scheme.name());
        for (name, value) in &headers {
            print!(" \\\n  -H '{name}: {}'", value.to_str()?);
        }
        println!(" \\\n  --data-binary '{BODY}'\n");
    }
    Ok(())
}
