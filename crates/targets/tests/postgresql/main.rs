//! PostgreSQL as a target, and the recorded ways into it, on a real server.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail"
)]

#[path = "../cluster/mod.rs"]
mod cluster;
mod console;
mod gateway;
mod notebook;
mod reading;
mod stage;
mod target;
