//! The guards in databases: what all guards promise, what these add, and how a handler commits.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[macro_use]
#[path = "../../../../tests/replay/contract.rs"]
mod contract;
mod clients;
mod database;
mod handler;
mod postgres;
mod schedule;
#[path = "../support/postgres.rs"]
mod server;
mod sqlite;
