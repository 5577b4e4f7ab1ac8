//! What the other commands need, looked for first and brought only where it is missing.
//!
//! Each part says what it does before it does it. What it cannot bring becomes one line that names the
//! remedy. Nothing of the person's is replaced: an installation that would remove or exchange a package
//! is refused, and everything of our own lies under `target/`, `.breakglass/` or a name of our own.

mod apt;
mod browser;
mod debian_rust;
mod node;
mod postgres;
mod rust_wasm;
mod seaweedfs;
mod sshd;
mod strace;
mod strangers;
mod wheel;

use std::path::PathBuf;

use anyhow::Result;

pub(crate) use browser::{chromium, firefox};
pub(crate) use postgres::Postgres;
pub(crate) use rust_wasm::Toolchain;
pub(crate) use strangers::Strangers;

use crate::repo::Repo;
use crate::say;

/// `cargo xtask setup`: all of it.
pub(crate) fn everything(repo: &Repo) -> Result<()> {
    let toolchain = toolchain(repo)?;
    say::line(&format!(
        "Rust for both sides: {}",
        toolchain.version(repo)?
    ));
    let postgres = postgres(repo)?;
    say::line(&format!("PostgreSQL: {}", postgres.describe()));
    let node = node::ensure()?;
    say::line(&format!("Node: {node}"));
    let browser = chromium()?;
    let other = firefox()?;
    say::line(&format!(
        "Browsers: {}, {}",
        browser.display(),
        other.display()
    ));
    node::packages(repo)?;
    let s3 = seaweedfs(repo)?;
    say::line(&format!("S3 server of the tests: {}", repo.shown(&s3)));
    strace()?;
    sshd()?;
    strangers(repo)?;
    say::line("Strangers: Go, tlog-scales, OpenSSL");
    say::line("Everything is there. Next: `cargo xtask demo` or `cargo xtask test`.");
    Ok(())
}

/// The Rust toolchain that builds for this machine and for the browser.
pub(crate) fn toolchain(repo: &Repo) -> Result<Toolchain> {
    rust_wasm::ensure(repo)
}

/// PostgreSQL's programs.
pub(crate) fn postgres(repo: &Repo) -> Result<Postgres> {
    postgres::ensure(repo)
}

/// The S3 server that the archive is tested against.
pub(crate) fn seaweedfs(repo: &Repo) -> Result<PathBuf> {
    seaweedfs::ensure(repo)
}

/// What makes a disk fail in the tests.
pub(crate) fn strace() -> Result<()> {
    strace::ensure()
}

/// An SSH server that the tests let people into.
pub(crate) fn sshd() -> Result<()> {
    sshd::ensure()
}

/// Programs of others that check our logs.
pub(crate) fn strangers(repo: &Repo) -> Result<Strangers> {
    strangers::ensure(repo)
}

/// Node alone.
pub(crate) fn node() -> Result<()> {
    node::ensure().map(drop)
}

/// Node, npm and the packages of the journeys.
pub(crate) fn journeys(repo: &Repo) -> Result<()> {
    node::ensure()?;
    node::packages(repo)
}
