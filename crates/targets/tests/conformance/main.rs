//! What every connector has to stand: the same trials for each kind of target, on a real one.
//!
//! A kind of target brings a [`suite::Trial`]: how to make its connector, and how to look at the target without
//! it. `cargo nextest run -p targets --test conformance --no-capture` shows the table of trials and outcomes.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail"
)]

#[path = "../cluster/mod.rs"]
mod cluster;
#[allow(dead_code, reason = "the tests of SSH ask it for more")]
#[path = "../ssh/person.rs"]
mod person;
mod postgresql;
mod proxy;
#[path = "../webhook/receiver.rs"]
#[allow(dead_code, reason = "shared with the webhook's own tests")]
mod receiver;
mod ssh;
#[allow(dead_code, reason = "the tests of SSH ask it for more")]
#[path = "../ssh/sshd.rs"]
mod sshd;
mod suite;
mod trials;
mod webhook;
