//! The tests that the security policy names, so that its claims do not outlive them.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::fs;
use std::path::Path;

const POLICY: &str = include_str!("../SECURITY.md");

/// The claims of the policy: the rows of the tables whose last column is `test`.
fn claims() -> impl Iterator<Item = &'static str> {
    let tables = POLICY.split("\n\n").filter(|block| block.starts_with("| "));
    let tables = tables.filter(|table| table.lines().next().unwrap().ends_with("| test |"));
    tables.flat_map(|table| table.lines().skip(2))
}

/// The tests behind a claim, each with its file.
fn tests(claim: &'static str) -> Vec<(&'static str, &'static str)> {
    let cell = claim.trim_end_matches(" |").rsplit(" | ").next().unwrap();
    let mut file = "";
    let mut tests = Vec::new();
    for name in cell.split('`').skip(1).step_by(2) {
        if name.ends_with(".rs") {
            file = name;
        } else {
            tests.push((file, name));
        }
    }
    tests
}

/// Whether a source has a test of this name, by its own attribute or by that of a macro which
/// lists it.
fn has_test(source: &str, name: &str) -> bool {
    let lines: Vec<_> = source.lines().map(str::trim).collect();
    let start = format!("fn {name}(");
    let found = lines.iter().position(|line| line.contains(&start));
    found.is_some_and(|line| {
        let attributes = lines[..line].iter().rev().take_while(|line| line.starts_with("#["));
        let listed = || lines.contains(&format!("{name},").as_str());
        attributes.into_iter().any(|line| line.contains("test")) || listed()
    })
}

#[test]
fn every_claim_names_tests_that_exist() {
    let mut count = 0;
    for claim in claims() {
        let tests = tests(claim);
        assert!(!tests.is_empty(), "no test shows: {claim}");
        for (file, name) in tests {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            let source = fs::read_to_string(path).unwrap_or_default();
            assert!(has_test(&source, name), "{file} has no test {name}");
            count += 1;
        }
    }
    assert!(count > 60, "the tables were not found");
}

#[test]
fn a_function_that_is_no_test_is_none() {
    let source =
        "#[test]\nfn first() {}\n\nfn second() {}\n\nfn third() {}\nlist!(\n    third,\n);";
    assert!(has_test(source, "first") && has_test(source, "third"));
    assert!(!has_test(source, "second") && !has_test(source, "firs"));
}
