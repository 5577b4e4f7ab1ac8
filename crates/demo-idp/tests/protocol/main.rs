//! The provider as a browser and a relying party meet it.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails; the line says where"
)]

mod authorize;
mod browser;
mod logout;
mod reachable;
mod relying_party;
mod token;
