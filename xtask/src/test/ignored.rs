//! Tests that are ignored elsewhere for want of something that this tool brings.

use std::ffi::OsStr;

use anyhow::{Result, bail};

use super::checks::NATIVE;
use super::count::Count;
use crate::cluster::Scratch;
use crate::repo::Repo;
use crate::setup::Toolchain;
use crate::{run, setup};

/// Runs the ignored tests of one module, on a PostgreSQL of their own, with the variables that say where
/// what they need is. None at all is a failure.
pub(super) fn run(
    repo: &Repo,
    toolchain: &Toolchain,
    module: &str,
    variables: &[(&str, &OsStr)],
) -> Result<Count> {
    let scratch = Scratch::for_tests(repo, &setup::postgres(repo)?)?;
    let mut command = run::cargo(repo, toolchain);
    command
        .arg("test")
        .args(NATIVE)
        .args(["--test", "it", "--", "--ignored", module])
        .env("DATABASE_URL", scratch.address("postgres").url())
        .envs(variables.iter().copied());
    let (status, lines) = run::tee(&mut command)?;
    let count = Count::of(&lines).with_status(status.success());
    if count == Count::default() {
        bail!("no test of {module} was found");
    }
    Ok(count)
}
