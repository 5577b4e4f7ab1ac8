//! `cargo xtask test`: what CI runs, one step after another, with everything that the steps need.

mod archive;
mod checks;
mod count;
mod ignored;
mod journeys;
mod parts;
mod reproducible;
pub(crate) mod sqlx;
mod strangers;
mod units;
mod vectors;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::ValueEnum;

use crate::repo::Repo;
use crate::setup::Toolchain;
use crate::{dist, interrupt, say, setup};
use count::Count;

/// What `cargo xtask test` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Run these steps only, parted by commas.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Step>,
}

/// The steps, in their order: what fails fast comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Formatting.
    Fmt,
    /// Licences, banned crates and known weaknesses, where cargo-deny is installed.
    Deny,
    /// Clippy for this machine.
    Clippy,
    /// Clippy for the browser.
    ClippyWasm,
    /// Documentation builds without a warning.
    Doc,
    /// `.sqlx` says what the database says.
    Sqlx,
    /// All tests of all crates, with a PostgreSQL of their own; the house's invariants among them.
    Unit,
    /// The archive in a bucket, on an S3 server that enforces Object Lock.
    Archive,
    /// Programs of others check our logs, and thousands of altered ones, and agree with ours.
    Strangers,
    /// The ledger's vectors, thousands of altered ones, and logs that are signed and unlawful, in WebAssembly.
    Vectors,
    /// The verifier as one file is the same bytes in any folder.
    Reproducible,
    /// The scripts of the pages of recorded work, in a browser without a portal.
    Parts,
    /// The portal, its pages and the verifier are built.
    Dist,
    /// The journeys in a browser.
    Journeys,
}

/// `cargo xtask test`
pub(crate) fn run(repo: &Repo, arguments: &Arguments) -> Result<ExitCode> {
    let begun = Instant::now();
    let toolchain = setup::toolchain(repo)?;
    let steps: Vec<Step> = Step::value_variants()
        .iter()
        .copied()
        .filter(|step| arguments.only.is_empty() || arguments.only.contains(step))
        .collect();
    let mut total = Count::default();
    let mut failed = Vec::new();
    for step in steps {
        let name = step.name();
        say::line(&format!("── {name}"));
        let start = Instant::now();
        let count = perform(repo, toolchain, step).or_else(|error| {
            interrupt::check()?;
            say::error(&format!("{error:#}"));
            Ok::<Count, anyhow::Error>(Count::failure())
        })?;
        let verdict = if count.failed == 0 { "ok" } else { "FAILED" };
        say::line(&format!(
            "── {name}: {verdict} in {}",
            say::duration(start.elapsed())
        ));
        if count.failed > 0 {
            failed.push(name);
        }
        total += count;
    }
    say::line(&format!(
        "All of it took {}.",
        say::duration(begun.elapsed())
    ));
    if !failed.is_empty() {
        say::line(&format!("Failed: {}", failed.join(", ")));
    }
    say::line(&format!("{} passed, {} failed", total.passed, total.failed));
    Ok(if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }
}

fn perform(repo: &Repo, toolchain: Toolchain, step: Step) -> Result<Count> {
    match step {
        Step::Fmt => checks::fmt(repo, toolchain),
        Step::Deny => checks::deny(repo),
        Step::Clippy => checks::clippy(repo, toolchain),
        Step::ClippyWasm => checks::clippy_wasm(repo, toolchain),
        Step::Doc => checks::doc(repo, toolchain),
        Step::Sqlx => sqlx::check(repo, toolchain),
        Step::Unit => units::run(repo, toolchain),
        Step::Archive => archive::run(repo, toolchain),
        Step::Strangers => strangers::run(repo, toolchain),
        Step::Vectors => vectors::run(repo, toolchain),
        Step::Reproducible => reproducible::run(repo, toolchain),
        Step::Parts => parts::run(repo, toolchain),
        Step::Dist => dist::build(repo, toolchain, dist::Profile::Demo).map(|_| Count::success()),
        Step::Journeys => journeys::run(repo, toolchain),
    }
}
