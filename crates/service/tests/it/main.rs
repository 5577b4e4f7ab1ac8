//! The use cases on a real PostgreSQL: one database a test, the service's own role, and a real
//! target that grants are made on.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail"
)]

mod append;
mod archive;
mod bucket;
mod cosign;
mod faults;
mod fsck;
mod grants;
mod owner;
mod pages;
mod privileges;
mod replicas;
mod restore;
mod rotation;
mod stage;
mod tampering;
mod witnessed;
