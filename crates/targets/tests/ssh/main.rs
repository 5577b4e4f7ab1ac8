//! SSH on a real sshd on loopback, with Debian's own `ssh` and `ssh-keygen` on the other side.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail"
)]

mod certificates;
mod ends;
mod keys;
mod notebook;
mod person;
mod revocation;
mod sshd;
mod take_over;
mod terminal;
mod unrecorded;
