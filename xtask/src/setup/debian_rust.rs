//! Debian's Rust with a standard library for the browser built from Debian's own source: for a machine
//! that reaches Debian's packages and not rustup's downloads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::apt;
use super::rust_wasm::{Toolchain, WASM};
use crate::repo::Repo;
use crate::{run, say};

/// The name under which rustup knows Debian's toolchain.
pub(crate) const LINK: &str = "distro";

/// Where Debian's packages put it.
const PREFIX: &str = "/usr";

/// Where its programs are.
const BIN: &str = "/usr/bin";

/// Compiler, cargo, the standard library's source, the LLVM parts, clippy and rustfmt.
const PACKAGES: [&str; 6] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "rust-web-clippy",
    "rustfmt-web",
];

/// Is Debian's toolchain linked under our name? A toolchain of that name that is somebody else's is left alone.
pub(crate) fn linked() -> Result<bool> {
    let Some(home) = rustup_home() else {
        return Ok(false);
    };
    let link = home.join("toolchains").join(LINK);
    match fs::read_link(&link) {
        Ok(to) => Ok(to == Path::new(PREFIX)),
        Err(_) if link.exists() => {
            bail!(
                "rustup has a toolchain `{LINK}` that is not Debian's: run `rustup target add {WASM}`, or rename that toolchain"
            )
        }
        Err(_) => Ok(false),
    }
}

/// Bring what is missing of it; a minute when all of it is.
pub(crate) fn ensure(repo: &Repo) -> Result<Toolchain> {
    if PACKAGES.iter().any(|package| !installed(package)) {
        apt::install(&PACKAGES, "Debian's Rust compiler", "about 30 s")?;
    }
    ensure_linker()?;
    let toolchain = link()?;
    if !toolchain.links_wasm(repo) {
        build_standard_library(repo)?;
    }
    if !toolchain.links_wasm(repo) {
        bail!(
            "Debian's Rust does not build for the browser: run `rustup target add {WASM}` on a machine where rustup can download"
        );
    }
    Ok(toolchain)
}

/// `rust-lld` is a link to the linker of one LLVM version, whose package is only suggested.
fn ensure_linker() -> Result<()> {
    let link = Path::new(BIN).join("rust-lld");
    if link.exists() {
        return Ok(());
    }
    let target = fs::read_link(&link).unwrap_or_else(|_| PathBuf::from("lld"));
    let package = target
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("lld")
        .to_owned();
    apt::install(&[&package], "the linker for the browser", "about 5 s")
}

/// Make it known to rustup; without rustup the active toolchain is Debian's already.
fn link() -> Result<Toolchain> {
    if rustup_home().is_none() {
        return Ok(Toolchain::Active);
    }
    if !linked()? {
        say::line(&format!(
            "Making Debian's Rust known to rustup as `{LINK}` (undo: `rustup toolchain uninstall {LINK}`)."
        ));
        run::quietly(Command::new("rustup").args(["toolchain", "link", LINK, PREFIX]))?;
    }
    Ok(Toolchain::Debian)
}

/// Compile std for the browser once and put it where the compiler looks. Done again when the
/// compiler's version changes, which the caller notices because linking fails.
fn build_standard_library(repo: &Repo) -> Result<()> {
    say::line("Building Rust's standard library for the browser, once (about 30 s) ...");
    let scratch = repo.cache().join("wasm-std");
    fs::create_dir_all(scratch.join("src"))?;
    fs::write(
        scratch.join("Cargo.toml"),
        "[package]\nname = \"nothing\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n",
    )?;
    fs::write(scratch.join("src/lib.rs"), "#![no_std]\n")?;

    let mut build = Command::new(Path::new(BIN).join("cargo"));
    run::without_leaks(&mut build);
    build
        .current_dir(&scratch)
        .args(["build", "--quiet", "--release", "--target", WASM])
        .arg("-Zbuild-std=std,panic_abort,panic_unwind,proc_macro")
        .env("RUSTC", Path::new(BIN).join("rustc"))
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode in it, link-time optimisation of what uses it fails.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", scratch.join("target"))
        .env_remove("RUSTUP_TOOLCHAIN");
    run::quietly(&mut build)?;
    let built = scratch.join("target").join(WASM).join("release/deps");
    install_libraries(&built, &Path::new(PREFIX).join("lib/rustlib").join(WASM))?;
    fs::remove_dir_all(&scratch).context("cannot clean up after building the standard library")
}

/// Put the libraries in place in one step: a half-filled folder is worse than none.
fn install_libraries(built: &Path, place: &Path) -> Result<()> {
    let failed = || format!("cannot write to {}", place.display());
    let fresh = place.with_extension("new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).with_context(failed)?;
    }
    fs::create_dir_all(fresh.join("lib")).with_context(failed)?;
    for file in fs::read_dir(built).context("the standard library was not built")? {
        let file = file?;
        let name = file.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".rlib") && !name.starts_with("libnothing-") {
            fs::copy(file.path(), fresh.join("lib").join(name.as_ref())).with_context(failed)?;
        }
    }
    if place.exists() {
        fs::remove_dir_all(place).with_context(failed)?;
    }
    fs::rename(&fresh, place).with_context(failed)
}

fn installed(package: &str) -> bool {
    Command::new("dpkg-query")
        .args(["--show", "--showformat=${Status}", package])
        .output()
        .is_ok_and(|output| output.stdout.ends_with(b"ok installed"))
}

/// Where rustup keeps its toolchains, if there is a rustup.
fn rustup_home() -> Option<PathBuf> {
    let home = std::env::var_os("RUSTUP_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".rustup")))?;
    home.join("toolchains").is_dir().then_some(home)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_replace_what_was_there_and_nothing_else_comes_along() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let (built, place) = (dir.path().join("deps"), dir.path().join(WASM));
        fs::create_dir_all(&built).expect("a folder");
        fs::create_dir_all(place.join("lib")).expect("a folder");
        for name in ["libstd-1.rlib", "libnothing-2.rlib", "libstd-1.rmeta"] {
            fs::write(built.join(name), name).expect("a file");
        }
        fs::write(place.join("lib/libold-3.rlib"), "old").expect("a file");
        install_libraries(&built, &place).expect("both folders are ours");
        let names: Vec<_> = fs::read_dir(place.join("lib"))
            .expect("it was made")
            .map(|file| file.expect("readable").file_name())
            .collect();
        assert_eq!(names, ["libstd-1.rlib"]);
    }
}
