//! A Rust toolchain that builds for this machine and for `wasm32-unknown-unknown`.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::{apt, debian_rust};
use crate::repo::Repo;
use crate::{run, say};

/// The browser's target.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Which toolchain the cargo calls use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The one that runs this program.
    Active,
    /// Debian's, linked into rustup under [`debian_rust::LINK`].
    Debian,
}

impl Toolchain {
    /// Let the command (cargo or a rustup proxy) use this toolchain.
    pub(crate) fn choose(self, command: &mut Command) {
        if self == Toolchain::Debian {
            command.env("RUSTUP_TOOLCHAIN", debian_rust::LINK);
        }
    }

    /// `rustc 1.96.0 (…)`.
    pub(crate) fn version(self, repo: &Repo) -> Result<String> {
        Ok(run::quietly(self.rustc(repo).arg("--version"))?
            .trim()
            .to_owned())
    }

    /// The compiler, called where the repository's settings count.
    pub(crate) fn rustc(self, repo: &Repo) -> Command {
        let mut command = Command::new("rustc");
        command.current_dir(&repo.root);
        run::without_leaks(&mut command);
        self.choose(&mut command);
        command
    }

    /// Does it link a program for the browser? Tried, not guessed: a standard library of another
    /// version or a missing linker shows here and not after minutes of building.
    pub(crate) fn links_wasm(self, repo: &Repo) -> bool {
        let Ok(scratch) = tempfile::tempdir() else {
            return false;
        };
        let source = scratch.path().join("probe.rs");
        if std::fs::write(&source, "#[unsafe(no_mangle)] pub extern \"C\" fn probe() -> usize { Vec::<u8>::with_capacity(9).capacity() }").is_err() {
            return false;
        }
        self.rustc(repo)
            .args([
                "--target",
                WASM,
                "--edition",
                "2024",
                "--crate-type",
                "cdylib",
                "-o",
            ])
            .arg(scratch.path().join("probe.wasm"))
            .arg(&source)
            .stdin(Stdio::null())
            .output()
            .is_ok_and(|output| output.status.success())
    }
}

/// Find the toolchain, or make one.
pub(crate) fn ensure(repo: &Repo) -> Result<Toolchain> {
    if Toolchain::Active.links_wasm(repo) {
        return Ok(Toolchain::Active);
    }
    if debian_rust::linked()? && Toolchain::Debian.links_wasm(repo) {
        return Ok(Toolchain::Debian);
    }
    let by_hand =
        std::env::var_os("RUSTUP_TOOLCHAIN").is_some_and(|name| name == debian_rust::LINK);
    if !by_hand && has_rustup() && rustup_target(repo)? {
        return Ok(Toolchain::Active);
    }
    if apt::usable() {
        return debian_rust::ensure(repo);
    }
    bail!(
        "Rust cannot build for the browser here: run `rustup target add {WASM}` (rustup: https://rustup.rs)"
    )
}

fn has_rustup() -> bool {
    Command::new("rustup")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// The ordinary way. A refused download is no error yet.
fn rustup_target(repo: &Repo) -> Result<bool> {
    say::line(&format!(
        "Adding Rust's {WASM} target with rustup (20 MB, less than a minute) ..."
    ));
    let output = run::output(
        Command::new("rustup")
            .args(["target", "add", WASM])
            .env("RUST_BACKTRACE", "0")
            .current_dir(&repo.root),
    )
    .context("rustup does not start")?;
    if output.status.success() && Toolchain::Active.links_wasm(repo) {
        return Ok(true);
    }
    say::line(&format!(
        "rustup cannot bring it: {}",
        run::last_lines(&output, 1)
    ));
    Ok(false)
}
