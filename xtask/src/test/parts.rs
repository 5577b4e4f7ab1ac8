//! The scripts of the pages of recorded work, in a browser: the real pages and files, and streams that a test wrote.

use std::process::Command;

use anyhow::Result;

use super::count::Count;
use crate::dist;
use crate::repo::Repo;
use crate::setup::Toolchain;
use crate::{run, setup};

/// `npm run parts` in `end2end/`, which says what it needs in its README.
pub(super) fn run(repo: &Repo, toolchain: Toolchain) -> Result<Count> {
    setup::journeys(repo)?;
    let chromium = setup::chromium()?;
    let site = dist::build_recorded(repo, toolchain)?;
    let pages = dist::recorded_pages(repo, &toolchain)?;
    let mut command = Command::new("npm");
    run::without_leaks(&mut command);
    command
        .current_dir(repo.end2end())
        .args(["run", "parts"])
        .env("PARTS_SITE", site)
        .env("PAGES_BIN", pages)
        .env("CHROMIUM_PATH", chromium)
        .env("PLAYWRIGHT_HTML_OPEN", "never");
    let (status, lines) = run::tee(&mut command)?;
    Ok(Count::of(&lines).with_status(status.success()))
}
