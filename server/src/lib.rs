//! The server of the portal: configuration, router, sessions, OpenID Connect, background tasks, subcommands.
//!
//! Invariant: no business rule stands here. A handler extracts, calls one use case, maps its answer.

#![forbid(unsafe_code)]

mod clock;
pub mod command;
pub mod config;
pub mod next;
pub mod oidc;
pub mod reported;
pub mod serving;
pub mod session;
pub mod web;
