//! The guards in databases: what all guards promise, what these add, and how a handler commits.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[macro_use]
#[path = "../../../../tests/replay/contract.rs"]
mod contract;
mod clients;
mod database;
mod failover;
mod handler;
mod postgres;
mod schedule;
#[path = "../support/postgres.rs"]
mod server;
mod sqlite;

/// The core cannot run it, because it has no database.
#[test]
fn the_program_in_the_manual_is_the_one_that_is_run() {
    let manual = include_str!("../../../../src/manual/replay.md");
    let program = include_str!("../../examples/ledger/app.rs");
    assert!(manual.contains(&format!("```ignore\n{program}```\n")));
}
