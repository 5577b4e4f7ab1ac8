//! The use cases on a real PostgreSQL: one database a test, the service's own role, and a real
//! target that grants are made on.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail"
)]

mod another_hand;
mod append;
mod archive;
mod bucket;
mod clock;
mod cluster;
mod connectors;
mod cosign;
mod crash;
mod disk;
mod drafts;
mod erasing;
mod evidence;
mod faults;
mod forged;
mod fsck;
mod grants;
mod hostile;
mod inbox;
mod kept;
mod killed_database;
mod owner;
mod pages;
mod privileges;
mod process;
mod proxy;
mod put_off;
mod reading;
mod rebuild;
mod replicas;
mod restore;
mod rotation;
mod rules;
mod settings;
mod simulate;
mod stage;
mod stranger;
mod sweep;
mod tampering;
mod terminal;
mod timeline;
mod unlawful;
mod upgrade;
mod wire;
mod witnessed;
mod words;
mod work;

/// A real sshd, as the connector's own tests start it.
#[allow(
    dead_code,
    clippy::print_stdout,
    reason = "the tests of the connector ask it for more"
)]
#[path = "../../../targets/tests/ssh/sshd.rs"]
mod sshd;
