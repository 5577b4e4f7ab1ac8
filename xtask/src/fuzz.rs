//! `cargo xtask fuzz [TARGET …]`: any bytes whatsoever to every reader of the ledger, for as long as
//! somebody wants.
//!
//! The tests run the same targets with a few thousand mutations each; here libFuzzer looks for inputs that
//! run other code. It is compiled with the toolchain's own coverage, so an ordinary one will do, and with a
//! C++ compiler. Under `<target>/fuzz`: `corpus/` (kept for the next run), `faults/` (inputs that failed).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};

use crate::repo::Repo;
use crate::setup::{self, Toolchain};
use crate::{interrupt, run, say};

/// What `cargo xtask fuzz` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// These targets only; else all.
    targets: Vec<String>,
    /// How long each of them runs.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Counters at each edge of the program and what comparisons compare: what libFuzzer steers by.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
     -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// An input that takes longer is a fault: none of them is larger than a few kilobytes.
const SLOWEST_S: u32 = 10;

/// `cargo xtask fuzz`
pub(crate) fn run(repo: &Repo, arguments: &Arguments) -> Result<ExitCode> {
    let toolchain = setup::toolchain(repo)?;
    let folder = repo.target.join("fuzz");
    let program = build(repo, &toolchain, &folder)?;
    let all = run::quietly(&mut Command::new(&program))?;
    let all: Vec<&str> = all.lines().collect();
    if let Some(unknown) = arguments
        .targets
        .iter()
        .find(|name| !all.contains(&name.as_str()))
    {
        bail!("there is no target {unknown}; there are {}", all.join(", "));
    }
    let mut faults = 0;
    for target in all {
        if arguments.targets.is_empty() || arguments.targets.iter().any(|name| name == target) {
            interrupt::check()?;
            faults += usize::from(!fuzz(&program, &folder, target, arguments.seconds)?);
        }
    }
    Ok(if faults == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn build(repo: &Repo, toolchain: &Toolchain, folder: &Path) -> Result<PathBuf> {
    say::line("Building the fuzzer (a minute the first time) ...");
    let about = run::quietly(toolchain.rustc(repo).arg("-vV"))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not say for which machine it builds")?;
    let mut build = run::cargo(repo, toolchain);
    build
        .args(["build", "--release", "--manifest-path"])
        .arg(repo.root.join("crates/ledger/fuzz/Cargo.toml"))
        // With a target named, build scripts are built without these flags.
        .args(["--target", host])
        .env("CARGO_TARGET_DIR", folder)
        .env("RUSTFLAGS", COVERAGE);
    run::run(&mut build)?;
    Ok(folder.join(host).join("release/ledger-fuzz"))
}

/// Runs one target; says whether nothing was found.
fn fuzz(program: &Path, folder: &Path, target: &str, seconds: u32) -> Result<bool> {
    let [corpus, seeds] = ["corpus", "seeds"].map(|kind| folder.join(kind).join(target));
    let faults = folder.join("faults");
    for folder in [&corpus, &seeds, &faults] {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let mut command = Command::new(program);
    command
        .env("FUZZ_TARGET", target)
        .env("FUZZ_SEEDS", &seeds)
        .env("RUST_BACKTRACE", "0")
        .args([&corpus, &seeds])
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={SLOWEST_S}"))
        .arg(format!("-artifact_prefix={}/{target}-", faults.display()))
        .arg("-print_final_stats=1");
    let output = run::output(&mut command)?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        say::error(&format!("{target}: {}", fault(&said)));
        return Ok(false);
    }
    let count = |name: &str| {
        let mut lines = said.lines();
        let value = lines.find_map(|line| line.strip_prefix(&format!("stat::{name}:")));
        value.unwrap_or("?").trim().to_owned()
    };
    let (runs, memory) = (count("number_of_executed_units"), count("peak_rss_mb"));
    say::line(&format!(
        "{target}: {runs} executions in {seconds} s, {memory} MB at most, nothing found"
    ));
    Ok(true)
}

/// What the assertion or libFuzzer says, and where the input lies.
fn fault(said: &str) -> String {
    let panic = said
        .lines()
        .skip_while(|line| !line.contains("panicked at"));
    let other = said.lines().filter(|line| {
        let words = ["SUMMARY", "Test unit written"];
        words.iter().any(|word| line.contains(word))
    });
    panic.take(2).chain(other).collect::<Vec<_>>().join(" / ")
}
