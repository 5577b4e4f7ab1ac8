//! Node and npm, and the packages of the journeys in a browser.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::repo::Repo;
use crate::{run, say};

/// The oldest Node that the journeys run on.
const OLDEST: u32 = 20;

/// Look for Node and npm; returns Node's version. Nothing is installed: how Node comes to a machine
/// is its owner's choice.
pub(crate) fn ensure() -> Result<String> {
    let remedy = format!(
        "the tests in a browser need Node {OLDEST} or newer with npm: install it from https://nodejs.org or with your version manager"
    );
    let version = run::quietly(Command::new("node").arg("--version")).context(remedy.clone())?;
    run::quietly(Command::new("npm").arg("--version")).context(remedy.clone())?;
    let version = version.trim().to_owned();
    if major(&version).is_none_or(|major| major < OLDEST) {
        bail!("{remedy} (found {version})");
    }
    Ok(version)
}

/// `npm ci` in `end2end/`, when the lock file is another than the one installed.
pub(crate) fn packages(repo: &Repo) -> Result<()> {
    let folder = repo.end2end();
    let lock = fs::read(folder.join("package-lock.json"))
        .context("end2end/package-lock.json is missing")?;
    let wanted: String = Sha256::digest(&lock)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let stamp = folder.join("node_modules/.installed-lock");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    say::line("Installing the test packages with npm into end2end/node_modules (about 15 s) ...");
    run::quietly(
        Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            // The browser is the system's; none is downloaded.
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .current_dir(&folder),
    )?;
    fs::write(&stamp, wanted).context("cannot note what was installed")
}

/// 20 of `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn versions_are_read() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("nonsense"), None);
    }
}
