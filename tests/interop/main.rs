//! The official libraries of the providers, over HTTP: what they sign is accepted here, what is
//! signed here they accept, and README.md beside this file says where the verdicts differ.
//!
//! `tests/interop/install.sh` installs the libraries.

#![cfg(feature = "full")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod cases;
mod libraries;
mod presets;
mod receiver;
#[path = "../support/mod.rs"]
mod support;
mod table;

use http::{HeaderMap, StatusCode};
use libraries::Libraries;
use receiver::{Receiver, post};
use support::{ID, NOW, at, signer};

use crate::cases::{Family, shopify_headers};

/// Whatever a library takes as text.
fn bodies() -> Vec<String> {
    let json = r#"{"object":"event","hello":"wörld"}"#;
    vec![
        json.to_owned(),
        r#"{"object":"event"}"#.to_owned(),
        format!("{{\r\n\t\"object\" : \"event\", \"escaped\": \"\\u00fc\\/\"}}\n"),
        json.replace("wörld", &"€\u{1f600} ".repeat(20_000)),
    ]
}

#[tokio::test]
async fn what_they_sign_is_accepted() {
    let Some(libraries) = Libraries::start().await else { return };
    let receiver = Receiver::start().await;
    let mut sent = 0;
    for (library, base) in libraries.all().filter(|(library, _)| library.signs) {
        for scheme in library.family.schemes() {
            let send = async |signed: &str, sent: &str| {
                let order = serde_json::json!({
                    "to": receiver.url(*scheme),
                    "id": ID,
                    "at": NOW,
                    "signed": signed,
                    "sent": sent,
                });
                let order = serde_json::to_vec(&order).unwrap();
                post(&format!("{base}/{}/send", library.name), HeaderMap::new(), order).await
            };
            for body in bodies() {
                let (status, answer) = send(&body, &body).await;
                assert_eq!(status, StatusCode::OK, "{library:?} {answer}");
                assert_eq!(answer, "204", "{library:?} {scheme:?}");
                let (_, answer) = send(&body, &body.replace("event", "Event")).await;
                assert_eq!(answer, "401", "{library:?} {scheme:?}");
                sent += 2;
            }
        }
    }
    // Twice four bodies, of nine libraries, four of which sign for two schemes each.
    assert_eq!(sent, 8 * (9 + 4));
}

#[tokio::test]
async fn what_is_signed_here_they_accept() {
    let Some(libraries) = Libraries::start().await else { return };
    let mut sent = 0;
    for (library, base) in libraries.all() {
        for &scheme in library.family.schemes() {
            for body in bodies() {
                let signed = signer(scheme).sign(ID, at(NOW), body.as_bytes()).unwrap();
                let mut headers = shopify_headers(library.family);
                headers.extend(signed);
                let url = format!("{base}/{}", library.name);
                let (status, why) = post(&url, headers.clone(), body.clone()).await;
                assert_eq!(status, StatusCode::NO_CONTENT, "{library:?} {scheme:?} {why}");
                let changed = body.replace("event", "Event");
                let (status, _) = post(&url, headers, changed).await;
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{library:?} {scheme:?}");
                sent += 2;
            }
        }
    }
    assert_eq!(sent, 8 * (10 + 4));
}

/// After a change, `UPDATE_TABLE=1 cargo test --all-features --test interop` writes the tables
/// anew.
#[tokio::test]
async fn the_readme_tells_where_the_verdicts_differ() {
    let Some(libraries) = Libraries::start().await else { return };
    let receiver = Receiver::start().await;
    let mut tables = String::new();
    for family in Family::ALL {
        tables += &table::of(family, &libraries, &receiver).await;
    }
    tables += &presets::table();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/README.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once("<!-- tables -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- /tables -->").unwrap();
    let fresh = format!("{before}<!-- tables -->\n{tables}\n<!-- /tables -->{after}");
    if std::env::var_os("UPDATE_TABLE").is_some() {
        std::fs::write(path, &fresh).unwrap();
    }
    assert!(page == fresh, "tests/interop/README.md is not what was observed:\n{tables}");
}
