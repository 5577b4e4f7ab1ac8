//! The portal from outside: against a real identity provider (the demo's) and one that lies in every way a token can;
//! and whole, over a database, as browsers meet it.
//!
//! The tests over a database make one of their own each, on the server that `DATABASE_URL` names.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop right there"
)]

mod archive;
mod back_channel;
mod command;
mod demo;
mod evidence;
mod flow;
#[path = "../../../crates/service/tests/it/forged.rs"]
#[allow(unreachable_pub, reason = "shared with the tests of another crate")]
mod forged;
mod fsck;
mod id_token;
mod keys;
mod logout_token;
mod office_pages;
mod oversight;
mod policy_files;
mod proved;
mod provider;
mod rebuild;
mod roles;
mod rotate_key;
mod run;
mod serving;
mod session;
mod sign_off;
mod signer;
mod stage;
mod unlawful;
mod verify;
mod witness;
