//! What a person types: set-up, demo, test, fuzz, dist, tamper, bench.
//!
//! Every command brings what it needs first ([`setup`]) and says what it does in plain lines. Nothing
//! here is part of the product: a production build is `cargo build -p server --release` and the folder
//! that `cargo xtask dist --release` fills.

mod bench;
mod cluster;
mod demo;
mod dist;
mod fuzz;
mod interrupt;
mod reach;
mod repo;
mod run;
mod say;
mod setup;
mod tamper;
mod test;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::repo::Repo;

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Set up, try, test and build Breakglass."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring everything that the other commands need; they call this themselves.
    Setup,
    /// Build the portal and the site: pages, verifier, styles, hashed and compressed.
    Dist(dist::Arguments),
    /// Start the whole portal on this machine, with people, a database to open and an identity provider.
    Demo(demo::Arguments),
    /// Alter one entry of the demo's log behind the portal's back, as a database superuser could.
    Tamper(tamper::Arguments),
    /// Run every check that CI runs.
    Test(test::Arguments),
    /// Write `.sqlx` anew: what the compiler needs to check SQL without a database.
    SqlxPrepare,
    /// Feed any bytes whatsoever to every reader of the ledger.
    Fuzz(fuzz::Arguments),
    /// Measure; prints one JSON line a figure.
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match perform(&arguments.command) {
        Ok(code) => code,
        Err(error) if error.is::<interrupt::Interrupted>() => ExitCode::from(130),
        Err(error) => {
            say::error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn perform(command: &Command) -> Result<ExitCode> {
    interrupt::watch()?;
    let repo = Repo::find()?;
    match command {
        Command::Setup => setup::everything(&repo)?,
        Command::Dist(arguments) => dist::run(&repo, arguments)?,
        Command::Demo(arguments) => demo::run(&repo, arguments)?,
        Command::Tamper(arguments) => tamper::run(&repo, arguments)?,
        Command::Test(arguments) => return test::run(&repo, arguments),
        Command::SqlxPrepare => test::sqlx::prepare(&repo)?,
        Command::Fuzz(arguments) => return fuzz::run(&repo, arguments),
        Command::Bench(arguments) => bench::run(&repo, arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}
