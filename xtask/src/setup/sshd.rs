//! OpenSSH's server and client, between which the tests let people in and cut them off.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::apt;
use crate::{reach, run, say};

/// Set to 1 where it is known that no sshd can be run. The tests know it too.
const WITHOUT: &str = "BREAKGLASS_TEST_WITHOUT_SSHD";

/// Look for both, bring them where that can be done. Debian starts the server where it installs it; the tests use
/// their own, with their own keys, and on loopback alone.
///
/// # Errors
/// Where one is missing or may not be used, and nobody has said that this is known.
pub(crate) fn ensure() -> Result<()> {
    if !is_there() && apt::usable() {
        // The host's script fetches revocation lists with curl.
        let packages = ["curl", "openssh-client", "openssh-server"];
        apt::install(&packages, "OpenSSH", "about 10 s")?;
    }
    let known = std::env::var_os(WITHOUT).is_some_and(|set| set == "1");
    verdict(is_there(), reach::is_root(), known)
}

fn verdict(is_there: bool, is_root: bool, known: bool) -> Result<()> {
    let why = match (is_there, is_root) {
        (true, true) => return Ok(()),
        (true, false) => "sshd lets other accounts in only where root runs it",
        (false, _) => {
            "OpenSSH or curl is not installed (Debian: `apt-get install openssh-server openssh-client curl`)"
        }
    };
    if known {
        say::line(&format!("{why}: nobody is let into an SSH host."));
        return Ok(());
    }
    bail!("{why}; {WITHOUT}=1 leaves out the tests that need it")
}

fn is_there() -> bool {
    Path::new("/usr/sbin/sshd").exists()
        && run::quietly(Command::new("ssh").arg("-V")).is_ok()
        && run::quietly(Command::new("curl").arg("--version")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_that_cannot_run_are_left_out_only_where_somebody_says_so() {
        for (is_there, is_root, known, goes_on) in [
            (true, true, false, true),
            (true, false, false, false),
            (false, true, false, false),
            (true, false, true, true),
            (false, false, true, true),
        ] {
            let verdict = verdict(is_there, is_root, known);
            assert_eq!(verdict.is_ok(), goes_on, "{is_there} {is_root} {known}");
            if let Err(fault) = verdict {
                assert!(fault.to_string().contains(WITHOUT));
            }
        }
    }
}
