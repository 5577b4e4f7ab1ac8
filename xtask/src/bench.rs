//! `cargo xtask bench [NAME]`: what is built and started for a measurement, then the measurement.
//!
//! A figure is one line: `{"bench":…,"metric":…,"value":…,"unit":…,"peer":…,"ratio":…}`, the median of at
//! least five runs, the peer measured in the same run. Other lines are for the person who waits.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

use crate::cluster::Scratch;
use crate::dist::{self, Profile};
use crate::repo::Repo;
use crate::{run, say, setup};

/// The example that makes the log for the browser.
const GENERATOR: &str = "generate_log";

/// How many entries a replay in WebAssembly reads.
const REPLAYED: &str = "1000000";

/// What `cargo xtask bench` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// One of them; else all.
    #[arg(value_enum)]
    name: Option<Bench>,
    /// How long a log `append-curve` grows, in entries: 10000000 takes a quarter of an hour and more.
    #[arg(long, default_value_t = 1_000_000)]
    largest: u64,
    /// How many entries are verified by `verify-browser` and `verify-native`.
    #[arg(long, default_value_t = 1_000_000)]
    entries: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Bench {
    /// Durable, batched, signed appends beside a plain INSERT of the same rows in the same batches, and beside one row
    /// a transaction with a trigger that chains hashes.
    Append,
    /// An inclusion proof of one entry out of 10,000,000 from tiles beside the crate `tlog_tiles`.
    Proof,
    /// A receipt of one entry out of 1,000,000, made and checked, beside the crates `tlog_tiles` and `signed_note`.
    Receipt,
    /// The signatures of 100,000 checkpoints of one log, together, beside one by one.
    Signatures,
    /// What an append costs, and what the server holds in memory, as a log grows.
    AppendCurve,
    /// What a decision costs among 1,000 policies and 100,000 requests, and how fast a log is replayed.
    Rules,
    /// What a draft would have made of 100,000 requests of 90 days.
    Simulate,
    /// A log of 1,000,000 entries verified in Chromium beside JSON.parse with @noble/hashes.
    VerifyBrowser,
    /// The same log verified by this machine, beside `openssl dgst -sha256` over the same bytes.
    VerifyNative,
}

/// `cargo xtask bench`
pub(crate) fn run(repo: &Repo, arguments: &Arguments) -> Result<()> {
    for bench in Bench::value_variants() {
        if arguments.name.is_none_or(|name| name == *bench) {
            match bench {
                Bench::Append => append(repo, None)?,
                Bench::AppendCurve => append(repo, Some(arguments.largest))?,
                Bench::Proof => proof(repo, "bench_proof", "330 MB")?,
                Bench::Receipt => proof(repo, "bench_receipt", "33 MB")?,
                Bench::Signatures => signatures(repo)?,
                Bench::Rules => {
                    rules(repo, "bench_rules")?;
                    replay_in_wasm(repo)?;
                }
                Bench::Simulate => rules(repo, "bench_simulate")?,
                Bench::VerifyBrowser => verify_browser(repo, arguments)?,
                Bench::VerifyNative => verify_native(repo, arguments)?,
            }
        }
    }
    Ok(())
}

/// Against a cluster that syncs to the disk: durability is what is measured. A log that grows, where it is said how long.
fn append(repo: &Repo, largest: Option<u64>) -> Result<()> {
    let toolchain = setup::toolchain(repo)?;
    let postgres = setup::postgres(repo)?;
    say::line("Building the append benchmark (minutes the first time) ...");
    let mut build = run::cargo(repo, &toolchain);
    run::run(build.args([
        "build",
        "--release",
        "--package",
        "service",
        "--example",
        "bench_append",
    ]))?;
    let cluster = Scratch::for_bench(repo, &postgres)?;
    let mut bench = Command::new(repo.target.join("release/examples/bench_append"));
    run::run(
        bench
            .current_dir(&repo.root)
            .args(largest.map(|entries| entries.to_string()))
            .env("DATABASE_URL", cluster.address("postgres").url()),
    )
}

/// From files on a disk: that is where a log's tiles lie.
fn proof(repo: &Repo, example: &str, tiles: &str) -> Result<()> {
    let toolchain = setup::toolchain(repo)?;
    say::line(&format!(
        "Building the benchmark of proofs, and a log's tiles of {tiles} (a minute) ..."
    ));
    let mut build = run::cargo(repo, &toolchain);
    build.args(["build", "--release", "--package", "ledger"]);
    run::run(build.args(["--example", example]))?;
    // Removed by the program, and by the next run where that was stopped.
    let tiles = repo.cache().join(example);
    if tiles.exists() {
        fs::remove_dir_all(&tiles).context("cannot remove the last run's tiles")?;
    }
    let mut bench = Command::new(repo.target.join("release/examples").join(example));
    run::run(bench.arg(tiles))
}

/// A program of the ledger alone.
fn signatures(repo: &Repo) -> Result<()> {
    let toolchain = setup::toolchain(repo)?;
    say::line("Building the benchmark of signatures (a minute the first time) ...");
    let mut build = run::cargo(repo, &toolchain);
    build.args(["build", "--release", "--package", "ledger"]);
    run::run(build.args(["--example", "bench_signatures"]))?;
    let mut bench = Command::new(repo.target.join("release/examples/bench_signatures"));
    run::run(&mut bench)
}

/// A program of the rules alone: no database, no files.
fn rules(repo: &Repo, example: &str) -> Result<()> {
    let toolchain = setup::toolchain(repo)?;
    say::line("Building the benchmark of the rules (a minute the first time) ...");
    let mut build = run::cargo(repo, &toolchain);
    build.args([
        "build",
        "--release",
        "--package",
        "access",
        "--features",
        "file",
    ]);
    run::run(build.args(["--example", example]))?;
    let mut bench = Command::new(repo.target.join("release/examples").join(example));
    run::run(&mut bench)
}

/// The same replay as browsers do it, under Node: the engine is Chromium's.
fn replay_in_wasm(repo: &Repo) -> Result<()> {
    setup::node()?;
    let toolchain = setup::toolchain(repo)?;
    let folder = repo.target.join("vectors");
    dist::vectors(repo, toolchain, &folder)?;
    let log = folder.join("replayed");
    let mut generate = Command::new(generator(repo, toolchain)?);
    run::run(generate.arg(&log).arg(REPLAYED))?;
    let mut bench = Command::new("node");
    run::without_leaks(&mut bench);
    let script = repo.root.join("verifier-wasm/replay.mjs");
    run::run(bench.arg(script).args([&folder, &log]))
}

/// The program that writes a log for a verifier, built.
fn generator(repo: &Repo, toolchain: setup::Toolchain) -> Result<PathBuf> {
    let mut build = run::cargo(repo, &toolchain);
    build.args(["build", "--package", "verify"]);
    run::run(build.args(["--example", GENERATOR]))?;
    Ok(repo.target.join("debug/examples").join(GENERATOR))
}

/// What `breakglass verify` does, without a command line around it.
fn verify_native(repo: &Repo, arguments: &Arguments) -> Result<()> {
    let toolchain = setup::toolchain(repo)?;
    say::line("Building the benchmark of the verifier, and a log (a minute) ...");
    let mut build = run::cargo(repo, &toolchain);
    build.args(["build", "--release", "--package", "verify"]);
    run::run(build.args(["--example", GENERATOR, "--example", "bench_native"]))?;
    let examples = repo.target.join("release/examples");
    let log = repo.cache().join("bench-native");
    let mut generate = Command::new(examples.join(GENERATOR));
    run::run(generate.arg(&log).arg(arguments.entries.to_string()))?;
    let outcome = run::run(Command::new(examples.join("bench_native")).arg(&log));
    fs::remove_dir_all(&log).context("cannot remove the log")?;
    outcome
}

fn verify_browser(repo: &Repo, arguments: &Arguments) -> Result<()> {
    let script = repo.end2end().join("bench/verify-browser.mjs");
    if !script.exists() {
        bail!("{} is missing", repo.shown(&script));
    }
    setup::journeys(repo)?;
    let browser = setup::chromium()?;
    let toolchain = setup::toolchain(repo)?;
    let built = dist::build(repo, toolchain, Profile::Demo)?;
    let generator = generator(repo, toolchain)?;
    let mut bench = Command::new("node");
    run::without_leaks(&mut bench);
    run::run(
        bench
            .current_dir(repo.end2end())
            .arg(&script)
            .args(["--entries", &arguments.entries.to_string()])
            .env("BREAKGLASS_BIN", &built.program)
            .env("SITE_DIR", &built.site)
            .env("LOG_GENERATOR", generator)
            .env("CHROMIUM_PATH", browser),
    )
}
