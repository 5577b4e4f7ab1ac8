//! The journeys in a browser: a portal of their own over two clusters of their own.

use std::process::Command;

use anyhow::Result;

use super::count::Count;
use crate::cluster::Scratch;
use crate::demo;
use crate::dist::{self, Profile};
use crate::repo::Repo;
use crate::setup::Toolchain;
use crate::{run, setup};

/// `npm test` in `end2end/`, which says what it needs in its README.
pub(super) fn run(repo: &Repo, toolchain: Toolchain) -> Result<Count> {
    setup::journeys(repo)?;
    let (chromium, firefox) = (setup::chromium()?, setup::firefox()?);
    let postgres = setup::postgres(repo)?;
    let built = dist::build(repo, toolchain, Profile::Demo)?;
    let forger = super::vectors::forger(repo, toolchain)?;
    let portal = Scratch::for_tests(repo, &postgres)?;
    let target = Scratch::for_tests(repo, &postgres)?;
    demo::prepare_orders(&target.sql("postgres"), &target.sql(demo::ORDERS))?;

    let mut command = Command::new("npm");
    run::without_leaks(&mut command);
    command
        .current_dir(repo.end2end())
        .arg("test")
        .env("BREAKGLASS_BIN", &built.program)
        .env("SITE_DIR", &built.site)
        .env("FORGER_BIN", forger)
        .env("PG_ADMIN_URL", portal.address("postgres").url())
        .env("TARGET_ADMIN_URL", target.address(demo::ORDERS).url())
        .env("PG_BIN_DIR", postgres.folder())
        .env("CHROMIUM_PATH", chromium)
        .env("FIREFOX_PATH", firefox)
        .env("PLAYWRIGHT_HTML_OPEN", "never")
        .env_remove("DATABASE_URL");
    let (status, lines) = run::tee(&mut command)?;
    Ok(Count::of(&lines).with_status(status.success()))
}
