//! The webhook connector against the receiver that lies in `examples`, as a process of its own, and against servers that
//! behave worse.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail"
)]

mod addresses;
mod answers;
mod door;
mod forgeries;
mod receiver;
mod stage;
