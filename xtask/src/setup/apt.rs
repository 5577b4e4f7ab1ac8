//! Debian's packages, for root on Debian (a container, a CI machine). Never exchanges what is there.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::{reach, run, say};

/// Can packages be installed here at all?
pub(crate) fn usable() -> bool {
    Path::new("/etc/debian_version").exists()
        && Path::new("/usr/bin/apt-get").exists()
        && reach::is_root()
}

/// Install the packages, unless that would remove or exchange something that is installed.
pub(crate) fn install(packages: &[&str], what: &str, time: &str) -> Result<()> {
    say::line(&format!(
        "Installing {what} from Debian ({}), {time} ...",
        packages.join(" ")
    ));
    run::quietly(apt().args(["update", "-qq"]))?;
    let plan = run::quietly(
        apt()
            .args(["install", "--simulate", "--no-install-recommends"])
            .args(packages),
    )?;
    let touched = exchanged(&plan);
    if !touched.is_empty() {
        bail!(
            "installing {what} would remove or exchange {}; if that is fine, run `apt-get install --no-install-recommends {}` yourself and try again",
            touched.join(", "),
            packages.join(" ")
        );
    }
    run::quietly(
        apt()
            .args([
                "install",
                "--yes",
                "-qq",
                "--no-remove",
                "--no-install-recommends",
            ])
            .args(packages),
    )?;
    Ok(())
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// The packages that a simulated run would remove. An update of a library within the release that a
/// new package asks for is apt's ordinary work and stays out of this.
fn exchanged(plan: &str) -> Vec<&str> {
    plan.lines()
        .filter_map(|line| line.strip_prefix("Remv ")?.split(' ').next())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::exchanged;

    #[test]
    fn a_removal_is_seen() {
        let plan =
            "Remv rustup [1.25]\nInst rustc-web (1.96 Debian:12 [amd64])\nConf rustc-web (1.96)\n";
        assert_eq!(exchanged(plan), ["rustup"]);
        assert!(exchanged("Inst libpq5 [15.18] (15.20 Debian:12 [amd64])\n").is_empty());
    }
}
