//! strace, by which the tests make a disk fail under the portal.

use std::process::Command;

use anyhow::Result;

use super::apt;
use crate::{run, say};

/// Look for it, bring it where that can be done. Without it those tests say that they tested nothing.
pub(crate) fn ensure() -> Result<()> {
    if !is_there() && apt::usable() {
        apt::install(&["strace"], "strace", "about 5 s")?;
    }
    if !is_there() {
        say::line(
            "strace is not installed, so no disk is made to fail in the tests (Debian: `apt-get install strace`).",
        );
    }
    Ok(())
}

fn is_there() -> bool {
    run::quietly(Command::new("strace").arg("-V")).is_ok()
}
