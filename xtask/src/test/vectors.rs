//! The ledger's vectors, and single-bit mutants of them, natively and in WebAssembly built as the
//! verifier is: each must get the same verdict. And logs that are signed and unlawful, checked by the verifier
//! that browsers get: it must name the entry and the rule.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::checks::NATIVE;
use super::count::Count;
use crate::repo::Repo;
use crate::setup::Toolchain;
use crate::{dist, run, setup};

/// The native side, which also chooses the bits.
const NATIVELY: &str = "judge_vectors";

/// What writes the unlawful logs.
const FORGER: &str = "forge_logs";

/// Fewer than this show that no mutants were made.
const FEWEST: usize = 1500;

/// The step.
pub(super) fn run(repo: &Repo, toolchain: Toolchain) -> Result<Count> {
    setup::node()?;
    let folder = repo.target.join("vectors");
    dist::vectors(repo, toolchain, &folder)?;
    let mut build = run::cargo(repo, &toolchain);
    build.arg("build").args(NATIVE);
    run::run(build.args(["--example", NATIVELY]))?;

    let vectors = repo.root.join("crates/ledger/vectors");
    let verdicts = folder.join("native.verdicts");
    let mut judge = Command::new(repo.target.join("debug/examples").join(NATIVELY));
    run::run(judge.arg(&vectors).stdout(File::create(&verdicts)?))?;
    let text = std::fs::read_to_string(&verdicts).context("no verdicts were written")?;
    let count = text.lines().count();
    ensure!(
        count >= FEWEST,
        "only {count} vectors and mutants were judged"
    );

    let mut node = Command::new("node");
    run::without_leaks(&mut node);
    let script = repo.root.join("verifier-wasm/vectors.mjs");
    run::run(node.arg(script).args([&folder, &vectors, &verdicts]))?;
    unlawful(repo, toolchain, &folder)?;
    Ok(Count::success())
}

/// The unlawful logs under the verifier in `folder`.
fn unlawful(repo: &Repo, toolchain: Toolchain, folder: &Path) -> Result<()> {
    let logs = folder.join("unlawful");
    run::run(Command::new(forger(repo, toolchain)?).arg(&logs))?;
    let vectors = repo.root.join("crates/access/vectors/unlawful.json");
    let mut node = Command::new("node");
    run::without_leaks(&mut node);
    let script = repo.root.join("verifier-wasm/unlawful.mjs");
    run::run(node.arg(script).args([folder, &vectors, &logs]))
}

/// The program that writes those logs, built.
pub(super) fn forger(repo: &Repo, toolchain: Toolchain) -> Result<PathBuf> {
    let mut build = run::cargo(repo, &toolchain);
    build.args(["build", "--package", "service"]);
    run::run(build.args(["--example", FORGER]))?;
    Ok(repo.target.join("debug/examples").join(FORGER))
}
