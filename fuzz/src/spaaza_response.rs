//! Spaaza's responses: the active keys that were asked for, the newest first, and no other.

use std::cmp::Reverse;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tower_webhook::fetch::FetchErrorKind;
use tower_webhook::fuzzing;

use crate::input::Input;
use crate::json::Node;
use crate::keys::{fingerprint, fingerprint_of};
use crate::velt_response::{by_status, check_error, is_random, status};

/// The key that is asked for, and its chain.
pub const KEY: u64 = 56;
pub const CHAIN: u64 = 1743;
/// What nobody is shown.
pub const CREDENTIALS: [&str; 1] = ["session-key-1"];

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let status = status(&mut input);
    let flags = input.byte();
    let chain = flags & 1 == 1;
    let wanted = if chain { CHAIN } else { KEY };
    let hex = [None, Some(true), Some(false)][usize::from(flags >> 1) % 3];
    let body = input.rest();

    let read = fuzzing::spaaza(status, body, wanted, chain, hex, &CREDENTIALS);
    let node = Node::read(body);
    // A value is refused if it was written with an escape that it could not have been without, and
    // this parser does not tell how a character beyond ASCII was written.
    let is_ascii = |escape: &[u8]| escape[2..4] == *b"00" && escape[4] < b'8';
    if body.windows(5).any(|it| it.starts_with(b"\\u") && !is_ascii(it)) {
        return;
    }
    let expected = node.as_ref().map(|node| expected(status, node, chain, wanted, hex));
    match (read, expected) {
        (Ok(secrets), Some(Ok(keys))) => {
            let secrets: Vec<_> = secrets.into_iter().map(fingerprint).collect();
            let keys: Vec<_> = keys.iter().map(|key| fingerprint_of(key)).collect();
            assert_eq!(secrets, keys);
        }
        (Err(error), Some(Err(kind))) => {
            assert_eq!(error.kind(), kind.unwrap_or(by_status(status)));
            check_error(&error, &CREDENTIALS);
            let words = crate::words(&error);
            for value in node.iter().flat_map(values).filter(|value| is_random(value)) {
                assert!(!words.contains(value), "{words}");
            }
        }
        // Too deep or too large for this parser, in a place where the other does not look.
        (Ok(_), None) => {
            assert!(serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok());
        }
        (Err(error), None) => check_error(&error, &CREDENTIALS),
        (read, expected) => panic!("{read:?}, but {expected:?}"),
    }
}

/// The bytes of the secrets, or the documented kind of the error if there is one.
fn expected(
    status: u16,
    answer: &Node,
    chain: bool,
    wanted: u64,
    hex: Option<bool>,
) -> Result<Vec<Vec<u8>>, Option<FetchErrorKind>> {
    for (name, index) in [("error", 0), ("errors", 1)] {
        if answer.all(name).len() > 1 {
            // Something is wrong, and it is not clear what.
            return Err(None);
        }
        if let Some(error) = answer.field(name, index).and_then(first) {
            return Err(kind(error));
        }
    }
    let malformed = Err(Some(FetchErrorKind::Malformed));
    let Some(results) = success(answer).filter(|_| (200..300).contains(&status)) else {
        return Err(None);
    };
    let Some(mut keys) = results.keys(chain) else { return malformed };
    if keys.iter().any(|key| wanted != if chain { key.chain } else { key.id }) {
        return malformed;
    }
    keys.retain(|key| key.active && !key.deleted);
    keys.sort_by_key(|key| Reverse((key.created, key.id)));
    let mut secrets = Vec::new();
    for key in keys {
        let text = key.value.unwrap_or_default();
        let utf8 = Some(text.as_bytes().to_vec()).filter(|_| text.trim() == text);
        let readings = match hex {
            None => vec![utf8, hex::decode(&text).ok()],
            Some(true) => vec![hex::decode(&text).ok()],
            Some(false) => vec![utf8],
        };
        for secret in readings {
            match secret.filter(|secret| !secret.is_empty()) {
                Some(secret) => secrets.push(secret),
                None => return malformed,
            }
        }
    }
    Ok(secrets)
}

/// An error, or the first of several. Nothing, an empty list and an empty object are none.
fn first(error: &Node) -> Option<&Node> {
    match error {
        Node::Null => None,
        Node::List(errors) => errors.first(),
        Node::Map(members) if members.iter().any(|(name, _)| name == "code" || name == "name") => {
            Some(error)
        }
        // Of several with one name, the last takes the place of the first.
        Node::Map(members) => {
            let (name, _) = members.iter().min_by_key(|(name, _)| name)?;
            members.iter().rev().find(|(other, _)| other == name).map(|(_, node)| node)
        }
        error => Some(error),
    }
}

/// The table of the documentation: by the code, or by the name where there is no code.
fn kind(error: &Node) -> Option<FetchErrorKind> {
    let last = |name| error.all(name).last().copied();
    let code = last("code").and_then(|code| code.natural().or_else(|| code.text()?.parse().ok()));
    match (code, last("name").and_then(Node::text).unwrap_or_default()) {
        (Some(528), _) | (None, "webhook_signature_not_found") => Some(FetchErrorKind::NotFound),
        (Some(6 | 68), _) | (None, "no_valid_session" | "permission_denied_or_non_existent") => {
            Some(FetchErrorKind::Denied)
        }
        (Some(3), _) | (None, "http_vars_missing") => Some(FetchErrorKind::Malformed),
        _ => None,
    }
}

struct Key {
    active: bool,
    deleted: bool,
    id: u64,
    chain: u64,
    created: Option<OffsetDateTime>,
    value: Option<String>,
}

struct Results {
    one: Option<Key>,
    many: Option<Vec<Key>>,
}

impl Results {
    fn keys(self, chain: bool) -> Option<Vec<Key>> {
        if chain { self.many } else { self.one.map(|key| vec![key]) }
    }
}

/// The results of an answer that can be read as a whole and calls itself a success.
fn success(answer: &Node) -> Option<Results> {
    let fields = is_struct(answer, &["result", "results"], 2)?;
    let status = is_struct(fields[0]?, &["status"], 1)?;
    if status[0]?.text()? != "ok" {
        return None;
    }
    let results = is_struct(fields[1]?, &["webhook_signature", "webhook_signatures"], 2)?;
    let some = |node: Option<&'_ Node>| node.cloned().filter(|node| *node != Node::Null);
    let one = some(results[0]).map(|node| key(&node).ok_or(()));
    let many = some(results[1]).map(|node| match node {
        Node::List(keys) => keys.iter().map(key).collect::<Option<Vec<_>>>().ok_or(()),
        _ => Err(()),
    });
    Some(Results { one: one.transpose().ok()?, many: many.transpose().ok()? })
}

fn key(node: &Node) -> Option<Key> {
    let names = ["active", "deleted", "id", "chain", "created_date", "value"];
    let fields = is_struct(node, &names, names.len())?;
    let text = |node: Option<&Node>| match node {
        None | Some(Node::Null) => Some(None),
        Some(node) => node.text().map(|text| Some(text.to_owned())),
    };
    Some(Key {
        active: fields[0]?.bool()?,
        deleted: fields[1]?.bool()?,
        id: fields[2]?.natural()?,
        chain: is_struct(fields[3]?, &["id"], 1)?[0]?.natural()?,
        created: text(fields[4])?.and_then(|text| OffsetDateTime::parse(&text, &Rfc3339).ok()),
        value: match text(fields[5])? {
            Some(value) if value.contains(|it: char| it < ' ' || matches!(it, '"' | '\\')) => {
                return None;
            }
            value => value,
        },
    })
}

/// The fields of an object, each there at most once, or of an array of exactly these.
fn is_struct<'n>(node: &'n Node, names: &[&str], size: usize) -> Option<Vec<Option<&'n Node>>> {
    match node {
        Node::Map(_) if names.iter().all(|name| node.all(name).len() <= 1) => {
            Some(names.iter().map(|name| node.only(name)).collect())
        }
        Node::List(fields) if fields.len() == size => Some(fields.iter().map(Some).collect()),
        _ => None,
    }
}

/// Every text that is called a value, wherever it is.
fn values(node: &Node) -> Vec<&str> {
    match node {
        Node::List(nodes) => nodes.iter().flat_map(values).collect(),
        Node::Map(members) => {
            let own = node.all("value").into_iter().filter_map(Node::text);
            own.chain(members.iter().flat_map(|(_, node)| values(node))).collect()
        }
        _ => Vec::new(),
    }
}
