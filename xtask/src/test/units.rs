//! All tests of all crates, with a PostgreSQL of their own.

use std::process::Command;

use anyhow::Result;

use super::checks::NATIVE;
use super::count::Count;
use crate::cluster::Scratch;
use crate::repo::Repo;
use crate::setup::Toolchain;
use crate::{run, setup};

/// Tests by nextest where it is installed, else by cargo; the examples in documentation by cargo.
pub(super) fn run(repo: &Repo, toolchain: Toolchain) -> Result<Count> {
    let postgres = setup::postgres(repo)?;
    setup::strace()?;
    setup::sshd()?;
    let scratch = Scratch::for_tests(repo, &postgres)?;
    let mut total = Count::default();
    let nextest = Command::new("cargo-nextest")
        .args(["nextest", "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    let runs: &[&[&str]] = if nextest {
        &[&["nextest", "run", "--no-fail-fast"], &["test", "--doc"]]
    } else {
        &[&["test", "--no-fail-fast"]]
    };
    for arguments in runs {
        let mut command = run::cargo(repo, &toolchain);
        command
            .args(*arguments)
            .args(NATIVE)
            // The tests make databases of their own in this cluster; SQL is still checked offline.
            .env("DATABASE_URL", scratch.address("postgres").url())
            .env("PG_BIN_DIR", postgres.folder());
        let (status, lines) = run::tee(&mut command)?;
        total += Count::of(&lines).with_status(status.success());
    }
    Ok(total)
}
