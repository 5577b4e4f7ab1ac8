//! The checks that read and do not run.

use std::process::Command;

use anyhow::Result;

use super::count::Count;
use crate::repo::Repo;
use crate::setup::Toolchain;
use crate::{run, say};

/// The selection that every native call shares, so that cargo builds each dependency once.
pub(super) const NATIVE: [&str; 3] = ["--workspace", "--features", "server/demo"];

/// Formatting.
pub(super) fn fmt(repo: &Repo, toolchain: Toolchain) -> Result<Count> {
    run::run(run::cargo(repo, &toolchain).args(["fmt", "--all", "--check"]))?;
    Ok(Count::success())
}

/// Clippy for this machine: libraries, programs, tests, examples.
pub(super) fn clippy(repo: &Repo, toolchain: Toolchain) -> Result<Count> {
    let mut command = run::cargo(repo, &toolchain);
    command
        .arg("clippy")
        .args(NATIVE)
        .args(["--all-targets", "--", "-D", "warnings"]);
    run::run(&mut command)?;
    Ok(Count::success())
}

/// Clippy for the browser: the pages, the verifier with the instructions that it ships with, the policy editor, the
/// terminal.
pub(super) fn clippy_wasm(repo: &Repo, toolchain: Toolchain) -> Result<Count> {
    for (package, features, flags) in [
        ("app", "hydrate", ""),
        ("verifier-wasm", "", "-C target-feature=+simd128"),
        ("policy-editor", "", ""),
        ("terminal-wasm", "", ""),
    ] {
        let mut command = run::cargo(repo, &toolchain);
        command
            .args([
                "clippy",
                "--package",
                package,
                "--features",
                features,
                "--lib",
            ])
            .args(["--target", "wasm32-unknown-unknown", "--", "-D", "warnings"]);
        if !flags.is_empty() {
            command.env("RUSTFLAGS", flags);
        }
        run::run(&mut command)?;
    }
    Ok(Count::success())
}

/// Documentation, our own crates only.
pub(super) fn doc(repo: &Repo, toolchain: Toolchain) -> Result<Count> {
    let mut command = run::cargo(repo, &toolchain);
    command
        .arg("doc")
        .args(NATIVE)
        .args(["--no-deps", "--document-private-items"])
        .env("RUSTDOCFLAGS", "-D warnings");
    run::run(&mut command)?;
    Ok(Count::success())
}

/// What `deny.toml` says, where cargo-deny is installed; known weaknesses aside: their list would have to be
/// downloaded (`cargo deny check advisories` does).
pub(super) fn deny(repo: &Repo) -> Result<Count> {
    let installed = Command::new("cargo-deny")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !installed {
        say::line(
            "cargo-deny is not installed, so licences and bans are not checked (`cargo install cargo-deny`).",
        );
        return Ok(Count::default());
    }
    let mut command = Command::new("cargo-deny");
    run::without_leaks(&mut command);
    command.current_dir(&repo.root).args([
        "--workspace",
        "--locked",
        "check",
        "--hide-inclusion-graph",
    ]);
    command.args(["bans", "licenses", "sources"]);
    run::run(&mut command)?;
    Ok(Count::success())
}
