//! Velt's responses: a secret is taken from a documented success for the right endpoint, and from
//! nothing else.

use tower_webhook::fetch::{EndpointId, FetchErrorKind};
use tower_webhook::{Secret, fuzzing};

use crate::input::Input;
use crate::json::Node;
use crate::keys::fingerprint;

/// Whose secret is asked for.
pub const ENDPOINT: &str = "ep_2vK9mPzGqLxYwBnRtCdHsJfAeUo";
/// What nobody is shown.
pub const CREDENTIALS: [&str; 2] = ["api-key-1", "hunter2 hunter2"];

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let status = status(&mut input);
    let body = input.rest();
    let endpoint = EndpointId::new(ENDPOINT).unwrap();
    let read = fuzzing::velt(status, body, &endpoint, &CREDENTIALS);
    let node = Node::read(body);
    let expected = node.as_ref().map(|node| expected(status, node));
    match (read, expected) {
        (Ok(secret), Some(Ok(text))) => {
            let expected = Secret::whsec(&text).unwrap();
            assert_eq!(fingerprint(secret), fingerprint(expected));
        }
        (Err(error), Some(Err(kind))) => {
            assert_eq!(Some(error.kind()), kind.or(Some(by_status(status))));
            check_error(&error, &CREDENTIALS);
            if let Some(secret) = node.as_ref().and_then(secret).filter(|text| is_random(text)) {
                let words = crate::words(&error);
                assert!(!words.contains(&secret), "{words}");
            }
        }
        // Too deep or too large for this parser, in a place where the other does not look.
        (Ok(_), None) => assert!(serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()),
        (Err(error), None) => check_error(&error, &CREDENTIALS),
        (read, expected) => panic!("{read:?}, but {expected:?}"),
    }
}

/// The secret, or the documented kind of the error if there is one.
fn expected(status: u16, answer: &Node) -> Result<String, Option<FetchErrorKind>> {
    let once = |name| answer.all(name).len() <= 1;
    let (result, error) = (answer.field("result", 0), answer.field("error", 1));
    let long = matches!(answer, Node::List(fields) if fields.len() != 2);
    let absent = |node: &&Node| **node != Node::Null;
    let (result, error) = (result.filter(absent), error.filter(absent));
    // What cannot be read as a whole says nothing.
    let readable = once("result")
        && once("error")
        && !long
        && matches!(answer, Node::Map(_) | Node::List(_))
        && result.is_none_or(|result| success(result).is_some())
        && error.is_none_or(|error| failure(error).is_some());
    if !readable {
        return Err(None);
    }
    if let Some(status) = error.and_then(failure) {
        return Err(kind(&status));
    }
    let Some((status_text, endpoint, secret)) = result.and_then(success) else {
        return Err(None);
    };
    if !(200..300).contains(&status) {
        return Err(None);
    }
    let good = status_text == "success" && endpoint == ENDPOINT && Secret::whsec(&secret).is_ok();
    good.then_some(secret).ok_or(Some(FetchErrorKind::Malformed))
}

fn success(result: &Node) -> Option<(String, String, String)> {
    let text = |node: Option<&Node>| Some(node?.text()?.to_owned());
    let data = result.field("data", 1)?;
    let whole = matches!((result, data), (Node::List(a), _) if a.len() != 2)
        || matches!(data, Node::List(b) if b.len() != 2);
    let (status, id) = (text(result.field("status", 0))?, text(data.field("endpointId", 0))?);
    (!whole).then_some((status, id, text(data.field("secret", 1))?))
}

fn failure(error: &Node) -> Option<String> {
    let status = error.field("status", 0)?.text()?.to_owned();
    // The message may be missing, but not anything else than text, nor there twice.
    let message = match error {
        Node::List(fields) => {
            fields.len() <= 2 && fields.get(1).is_none_or(|node| node.text().is_some())
        }
        error => match error.all("message")[..] {
            [] => true,
            [message] => message.text().is_some(),
            _ => false,
        },
    };
    message.then_some(status)
}

/// The table of the documentation.
fn kind(status: &str) -> Option<FetchErrorKind> {
    Some(match status {
        "NOT_FOUND" => FetchErrorKind::NotFound,
        "FAILED_PRECONDITION" => FetchErrorKind::Precondition,
        "PERMISSION_DENIED" | "UNAUTHENTICATED" => FetchErrorKind::Denied,
        "RESOURCE_EXHAUSTED" | "UNAVAILABLE" | "INTERNAL" | "ABORTED" | "UNKNOWN" => {
            FetchErrorKind::Unavailable
        }
        "DEADLINE_EXCEEDED" => FetchErrorKind::Timeout,
        "INVALID_ARGUMENT" => FetchErrorKind::Malformed,
        _ => return None,
    })
}

/// What a status says where the provider says nothing that it documents.
pub fn by_status(status: u16) -> FetchErrorKind {
    match status {
        401 | 403 => FetchErrorKind::Denied,
        429 => FetchErrorKind::Unavailable,
        408 | 504 => FetchErrorKind::Timeout,
        500..=599 => FetchErrorKind::Unavailable,
        _ => FetchErrorKind::Malformed,
    }
}

/// Mostly those that matter.
pub fn status(input: &mut Input<'_>) -> u16 {
    match input.byte() {
        byte if byte < 128 => 200,
        byte => match byte % 16 {
            15 => 100 + input.short() % 900,
            index => {
                let statuses =
                    [204, 299, 301, 400, 401, 403, 404, 408, 429, 499, 500, 503, 504, 599, 600];
                statuses[usize::from(index)]
            }
        },
    }
}

/// An error is one line of bounded size, and shows none of the credentials.
pub fn check_error(error: &tower_webhook::fetch::FetchError, credentials: &[&str]) {
    let words = crate::words(error);
    for credential in credentials {
        assert!(!words.contains(credential), "{words}");
    }
    if let Some(message) = error.message() {
        assert!(message.chars().count() <= 256);
        assert!(!message.contains(char::is_control) && !message.trim().is_empty());
    }
}

/// What looks like a secret: long, and with a digit and letters of both cases.
pub fn is_random(text: &str) -> bool {
    let text = text.strip_prefix("whsec_").unwrap_or(text).trim_end_matches('=');
    text.len() >= 24
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
        && text.contains(|char: char| char.is_ascii_digit())
        && text.contains(|char: char| char.is_ascii_uppercase())
        && text.contains(|char: char| char.is_ascii_lowercase())
}

fn secret(answer: &Node) -> Option<String> {
    let (_, _, secret) = success(answer.field("result", 0)?)?;
    Some(secret)
}
