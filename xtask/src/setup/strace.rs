//! strace, by which the tests make a disk fail under the portal.

use std::process::Command;

use anyhow::{Result, bail};

use super::apt;
use crate::{run, say};

/// Set to 1 where it is known that no disk can be made to fail. The tests know it too.
const WITHOUT: &str = "BREAKGLASS_TEST_WITHOUT_STRACE";

/// Look for it, bring it where that can be done.
///
/// # Errors
/// Where it is missing or may not trace, and nobody has said that this is known.
pub(crate) fn ensure() -> Result<()> {
    if !is_there() && apt::usable() {
        apt::install(&["strace"], "strace", "about 5 s")?;
    }
    let known = std::env::var_os(WITHOUT).is_some_and(|set| set == "1");
    verdict(is_there(), works(), known)
}

fn verdict(is_there: bool, works: bool, known: bool) -> Result<()> {
    let why = match (is_there, works) {
        (_, true) => return Ok(()),
        (true, false) => "strace may not trace here (in a container: `--cap-add SYS_PTRACE`)",
        (false, false) => "strace is not installed (Debian: `apt-get install strace`)",
    };
    if known {
        say::line(&format!("{why}: no disk is made to fail."));
        return Ok(());
    }
    bail!("{why}; {WITHOUT}=1 leaves out the tests that make a disk fail")
}

fn is_there() -> bool {
    run::quietly(Command::new("strace").arg("-V")).is_ok()
}

fn works() -> bool {
    run::quietly(Command::new("strace").args(["-qq", "-o", "/dev/null", "true"])).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_that_cannot_run_are_left_out_only_where_somebody_says_so() {
        for (is_there, works, known, goes_on) in [
            (true, true, false, true),
            (true, false, false, false),
            (false, false, false, false),
            (true, false, true, true),
            (false, false, true, true),
        ] {
            let verdict = verdict(is_there, works, known);
            assert_eq!(verdict.is_ok(), goes_on, "{is_there} {works} {known}");
            if let Err(fault) = verdict {
                assert!(fault.to_string().contains(WITHOUT));
            }
        }
    }
}
