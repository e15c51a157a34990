//! What a description must obey.

use http::HeaderName;

use super::Scheme;
use super::header::HeaderNames;
use super::layout::{Layout, LayoutKind};
use super::part::Part;

/// Panics with the first rule that is broken.
pub(super) const fn check(scheme: &Scheme) {
    let signed = Tally::of(scheme.signed);
    assert!(signed.body == 1, "the body must be signed exactly once");
    assert!(signed.id <= 1 && signed.timestamp <= 1, "the id and the timestamp are signed once");
    assert!(signed.empty == 0, "a literal must not be empty");
    assert!(!scheme.headers.is_empty(), "a scheme needs a header family");
    check_layout(scheme.layout);
    let listed = scheme.layout.lists_timestamp();
    let mut rest = scheme.headers;
    while let [names, others @ ..] = rest {
        let id = names.id.is_some() as usize;
        assert!(id == signed.id, "an id is read if and only if it is signed");
        let sources = names.timestamp.is_some() as usize + listed as usize;
        assert!(sources == signed.timestamp, "a signed timestamp comes from exactly one place");
        check_names(names);
        rest = others;
    }
}

/// How often each part is in the signed content.
pub(super) struct Tally {
    pub(super) id: usize,
    pub(super) timestamp: usize,
    pub(super) request: usize,
    body: usize,
    empty: usize,
}

impl Tally {
    pub(super) const fn of(mut parts: &[Part]) -> Self {
        let mut tally = Self { id: 0, timestamp: 0, request: 0, body: 0, empty: 0 };
        while let [part, rest @ ..] = parts {
            match part {
                Part::Id => tally.id += 1,
                Part::Timestamp => tally.timestamp += 1,
                Part::Body => tally.body += 1,
                Part::Method | Part::Url => tally.request += 1,
                Part::Literal(text) => tally.empty += text.is_empty() as usize,
            }
            parts = rest;
        }
        tally
    }
}

/// Panics for what is not a header name in lower case, or has two meanings.
const fn check_names(family: &HeaderNames) {
    check_name(family.signature);
    let mut names = family.more_signatures;
    while let [name, rest @ ..] = names {
        check_name(name);
        check_other(family, name, rest);
        names = rest;
    }
    if let Some(name) = family.id {
        check_name(name);
        check_other(family, name, family.more_signatures);
    }
    if let Some(name) = family.timestamp {
        check_name(name);
        check_other(family, name, family.more_signatures);
        assert!(!matches!(family.id, Some(id) if same(id, name)), "headers must differ");
    }
}

const fn check_name(name: &'static str) {
    // A const function cannot drop what the check returns.
    core::mem::forget(HeaderName::from_static(name));
}

const fn check_other(family: &HeaderNames, name: &str, mut others: &[&str]) {
    assert!(!same(name, family.signature), "headers must differ");
    while let [other, rest @ ..] = others {
        assert!(!same(name, other), "headers must differ");
        others = rest;
    }
}

/// Panics for a list whose entries could not be told apart.
const fn check_layout(layout: Layout) {
    let LayoutKind::List(list) = layout.0 else { return };
    assert!(list.separator.is_ascii() && list.assign.is_ascii(), "separators must be ASCII");
    assert!(list.separator as u32 != list.assign as u32, "separators must differ");
    assert!(!list.version.is_empty(), "the version must not be empty");
    if let Some(key) = list.timestamp {
        assert!(!key.is_empty(), "the timestamp's key must not be empty");
        assert!(!same(key, list.version), "the keys of a list must differ");
    }
    let mut versions = list.more_versions;
    while let [(version, _), rest @ ..] = versions {
        assert!(!version.is_empty(), "the version must not be empty");
        assert!(!same(version, list.version), "the keys of a list must differ");
        if let Some(key) = list.timestamp {
            assert!(!same(key, version), "the keys of a list must differ");
        }
        versions = rest;
    }
}

const fn same(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    while let ([a, rest_left @ ..], [b, rest_right @ ..]) = (left, right) {
        if *a != *b {
            return false;
        }
        (left, right) = (rest_left, rest_right);
    }
    left.is_empty() && right.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_list_are_compared_whole() {
        assert!(same("v1", "v1") && same("", ""));
        assert!(!same("v1", "v") && !same("v", "v1") && !same("v1", "v2"));
    }
}
