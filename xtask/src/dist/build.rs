//! The three cargo calls. Each keeps the same flags from run to run, so that cargo builds only changes.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::repo::Repo;
use crate::run;
use crate::setup::Toolchain;

/// How the program is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Fast to build, with the demo's identity provider.
    Demo,
    /// For production.
    Release,
}

impl Profile {
    /// Cargo's name for its folder.
    fn folder(self) -> &'static str {
        match self {
            Profile::Demo => "debug",
            Profile::Release => "release",
        }
    }
}

/// The browser's target.
const WASM: &str = "wasm32-unknown-unknown";

/// The program `breakglass`.
pub(crate) fn server(repo: &Repo, toolchain: &Toolchain, profile: Profile) -> Result<PathBuf> {
    let mut command = run::cargo(repo, toolchain);
    command.args(["build", "--package", "server"]);
    match profile {
        Profile::Demo => command.args(["--features", "demo"]),
        Profile::Release => command.arg("--release"),
    };
    run::run(&mut command)?;
    Ok(program(repo, profile))
}

/// Where cargo puts it.
pub(super) fn program(repo: &Repo, profile: Profile) -> PathBuf {
    repo.target.join(profile.folder()).join("breakglass")
}

/// The pages' WASM. The crate is a plain library for the server; here it is asked for as what a browser
/// loads (a crate with both types silently loses link-time optimisation).
pub(crate) fn app(repo: &Repo, toolchain: &Toolchain) -> Result<PathBuf> {
    let mut command = for_browser(repo, toolchain, "app", &["--lib"], "wasm-release");
    command.args(["--features", "hydrate", "--crate-type", "cdylib"]);
    run::run(&mut command)?;
    Ok(repo.target.join(WASM).join("wasm-release/app.wasm"))
}

/// The verifier's WASM.
pub(crate) fn verifier(repo: &Repo, toolchain: &Toolchain) -> Result<PathBuf> {
    as_verifier(repo, toolchain, &["--lib"], "verifier_wasm.wasm")
}

/// The policy editor's WASM.
pub(crate) fn editor(repo: &Repo, toolchain: &Toolchain) -> Result<PathBuf> {
    let mut command = for_browser(repo, toolchain, "policy-editor", &["--lib"], "wasm-release");
    run::run(&mut command)?;
    Ok(repo
        .target
        .join(WASM)
        .join("wasm-release/policy_editor.wasm"))
}

/// The terminal's WASM.
pub(crate) fn terminal(repo: &Repo, toolchain: &Toolchain) -> Result<PathBuf> {
    let mut command = for_browser(repo, toolchain, "terminal-wasm", &["--lib"], "wasm-release");
    run::run(&mut command)?;
    Ok(repo
        .target
        .join(WASM)
        .join("wasm-release/terminal_wasm.wasm"))
}

/// The program that writes the pages of recorded work for the tests of their scripts.
pub(crate) fn recorded_pages(repo: &Repo, toolchain: &Toolchain) -> Result<PathBuf> {
    let mut command = run::cargo(repo, toolchain);
    command.args(["build", "--package", "app", "--features", "ssr"]);
    command.args(["--example", "recorded_pages"]);
    run::run(&mut command)?;
    Ok(repo.target.join("debug/examples/recorded_pages"))
}

/// The readers of the ledger, compiled as the verifier is, for whoever compares what they say.
pub(crate) fn vectors(repo: &Repo, toolchain: &Toolchain) -> Result<PathBuf> {
    let what = ["--example", "vectors"];
    as_verifier(repo, toolchain, &what, "examples/vectors.wasm")
}

/// Four hashes at a time in SIMD lanes: every browser since 2023 has them. Where source lies on this machine does not
/// come into the bytes, so that who builds it anew can compare.
fn as_verifier(repo: &Repo, toolchain: &Toolchain, what: &[&str], file: &str) -> Result<PathBuf> {
    let mut command = for_browser(repo, toolchain, "verifier-wasm", what, "verifier-release");
    command.env_remove("RUSTFLAGS").env(
        "CARGO_ENCODED_RUSTFLAGS",
        verifier_flags(repo).join("\u{1f}"),
    );
    run::run(&mut command)?;
    Ok(repo.target.join(WASM).join("verifier-release").join(file))
}

/// The last of the renamed folders that holds a file gives its name, so the innermost stands last.
fn verifier_flags(repo: &Repo) -> Vec<String> {
    let mut flags = vec!["-Ctarget-feature=+simd128".to_owned()];
    let cargo_home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let renamed = [
        (cargo_home, "/cargo"),
        (Some(repo.root.clone()), "/breakglass"),
        (Some(repo.target.clone()), "/breakglass/target"),
    ];
    for (folder, name) in renamed {
        if let Some(folder) = folder {
            flags.push(format!("--remap-path-prefix={}={name}", folder.display()));
        }
    }
    flags
}

fn for_browser(
    repo: &Repo,
    toolchain: &Toolchain,
    package: &str,
    what: &[&str],
    profile: &str,
) -> Command {
    let mut command = run::cargo(repo, toolchain);
    command
        .args(["rustc", "--package", package])
        .args(what)
        .args(["--target", WASM, "--profile", profile]);
    command
}
