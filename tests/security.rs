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

/// What shows a claim: tests, each with its file, and scripts of the gate.
fn shown_by(claim: &'static str) -> (Vec<(&'static str, &'static str)>, Vec<&'static str>) {
    let cell = claim.trim_end_matches(" |").rsplit(" | ").next().unwrap();
    let (mut file, mut tests, mut scripts) = ("", Vec::new(), Vec::new());
    for name in cell.split('`').skip(1).step_by(2) {
        if name.ends_with(".rs") {
            file = name;
        } else if name.contains('/') {
            scripts.push(name);
        } else {
            tests.push((file, name));
        }
    }
    (tests, scripts)
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap_or_default()
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
fn every_claim_names_what_shows_it() {
    // The package has no gate.
    let gate = read(".ci/run");
    let mut count = 0;
    for claim in claims() {
        let (tests, scripts) = shown_by(claim);
        assert!(!tests.is_empty() || !scripts.is_empty(), "nothing shows: {claim}");
        for (file, name) in tests {
            // Nor has it the other one.
            let is_elsewhere = gate.is_empty() && file.starts_with("stores/");
            assert!(is_elsewhere || has_test(&read(file), name), "{file} has no test {name}");
            count += 1;
        }
        for script in scripts {
            assert!(gate.is_empty() || gate.contains(script), "the gate does not run {script}");
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
