//! What checks our logs without a line of ours: Go with its transparency log code, a Python library,
//! OpenSSL, a witness.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use super::apt;
use crate::repo::Repo;
use crate::{run, say};

/// Where Debian puts the sources of Go's packages.
const DEBIAN_GOPATH: &str = "/usr/share/gocode";

/// Packages by the makers of Go, below a GOPATH; what the Go program is built from, below that.
const BY_GO: &str = "src/golang.org/x";
const TLOG: &str = "mod/sumdb/tlog";

/// Pythons that may be there, the person's own first.
const PYTHONS: [&str; 6] = [
    "python3",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "/usr/bin/python3",
];

/// What they and `venv` need of a Python.
const PYTHON_PROBE: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/// The programs that check.
#[derive(Debug)]
pub(crate) struct Strangers {
    gopath: PathBuf,
    /// A Python of our own with the library and the witness.
    pub(crate) python: PathBuf,
}

impl Strangers {
    /// `go` in a world without a network: packages come from a GOPATH, the cache is ours.
    pub(crate) fn go(&self, repo: &Repo) -> Command {
        let mut command = Command::new("go");
        command
            .current_dir(&repo.root)
            .env("GO111MODULE", "off")
            .env("GOPATH", &self.gopath)
            .env("GOCACHE", repo.cache().join("go-build"))
            .env("GOFLAGS", "")
            .env("GOPROXY", "off")
            .env("GOTOOLCHAIN", "local");
        command
    }
}

/// Look for all of them, bring what is missing.
pub(crate) fn ensure(repo: &Repo) -> Result<Strangers> {
    let missing: Vec<&str> = [
        (!has_go() || gopath(repo).is_err())
            .then_some(["golang-go", "golang-golang-x-mod-dev"].as_slice()),
        find_python()
            .is_none()
            .then_some(["python3", "python3-venv"].as_slice()),
        (!has_openssl()).then_some(["openssl"].as_slice()),
    ]
    .into_iter()
    .flatten()
    .flatten()
    .copied()
    .collect();
    if !missing.is_empty() && apt::usable() {
        apt::install(&missing, "Go, Python and OpenSSL", "about 60 s")?;
    }
    let found = (has_go(), find_python(), has_openssl());
    let (true, Some(python), true) = found else {
        bail!(
            "the step `strangers` needs Go (https://go.dev), Python 3.11 or newer with venv, and OpenSSL 3: install them (Debian: `apt-get install golang-go golang-golang-x-mod-dev python3-venv openssl`)"
        );
    };
    Ok(Strangers {
        gopath: gopath(repo)?,
        python: environment(repo, python)?,
    })
}

fn has_go() -> bool {
    run::quietly(Command::new("go").arg("version")).is_ok()
}

/// Checking an Ed25519 signature by `pkeyutl -rawin` came with version 3.
fn has_openssl() -> bool {
    run::quietly(Command::new("openssl").arg("version")).is_ok_and(|said| is_openssl_3(&said))
}

fn is_openssl_3(said: &str) -> bool {
    said.strip_prefix("OpenSSL ")
        .and_then(|rest| rest.split('.').next()?.parse().ok())
        .is_some_and(|major: u32| major >= 3)
}

fn find_python() -> Option<&'static str> {
    PYTHONS
        .into_iter()
        .find(|python| run::quietly(Command::new(python).args(["-c", PYTHON_PROBE])).is_ok())
}

/// Debian's package of golang.org/x/mod, else the copy that each Go brings for its own `go` command.
fn gopath(repo: &Repo) -> Result<PathBuf> {
    let debian = PathBuf::from(DEBIAN_GOPATH);
    if debian.join(BY_GO).join(TLOG).is_dir() {
        return Ok(debian);
    }
    let root = run::quietly(Command::new("go").args(["env", "GOROOT"]))?;
    let own = Path::new(root.trim()).join("src/cmd/vendor/golang.org/x");
    if !own.join(TLOG).is_dir() {
        bail!("this Go brings no golang.org/x/mod: install it from https://go.dev");
    }
    let gopath = repo.cache().join("gopath");
    let link = gopath.join(BY_GO);
    if fs::read_link(&link).ok().as_deref() != Some(&own) {
        fs::create_dir_all(link.parent().unwrap_or(&gopath))?;
        // Of an older Go, if there is one.
        fs::remove_file(&link).ok();
        symlink(&own, &link).with_context(|| format!("cannot make {}", link.display()))?;
    }
    Ok(gopath)
}

/// A virtual environment with exactly the packages of `requirements.txt`; returns its Python.
fn environment(repo: &Repo, python: &str) -> Result<PathBuf> {
    let requirements = repo.strangers().join("python/requirements.txt");
    let wanted = fs::read(&requirements).context("strangers/python/requirements.txt is missing")?;
    let version = run::quietly(Command::new(python).arg("--version"))?;
    let stamp_text = format!("{:x?} {version}", Sha256::digest(&wanted));
    let home = repo.cache().join("strangers-python");
    let (stamp, own) = (home.join("installed"), home.join("bin/python"));
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == stamp_text) {
        return Ok(own);
    }
    say::line(
        "Installing tlog-scales and aics-witness from PyPI into a folder of their own (6 MB, about 15 s) ...",
    );
    run::quietly(
        Command::new(python)
            .args(["-m", "venv", "--clear"])
            .arg(&home),
    )?;
    run::quietly(
        Command::new(&own)
            .args(["-m", "pip", "install", "--quiet", "--require-hashes"])
            .args(["--only-binary=:all:", "--disable-pip-version-check"])
            // aics-witness asks for 3.12 and needs no more than 3.11.
            .arg("--ignore-requires-python")
            .arg("--requirement")
            .arg(&requirements),
    )
    .context("the step `strangers` needs tlog-scales and aics-witness from PyPI")?;
    fs::write(&stamp, stamp_text).context("cannot note what was installed")?;
    Ok(own)
}

#[cfg(test)]
mod tests {
    use super::is_openssl_3;

    #[test]
    fn versions_are_read() {
        assert!(is_openssl_3("OpenSSL 3.0.19 27 Jan 2026 (Library: …)\n"));
        assert!(!is_openssl_3("OpenSSL 1.1.1w  11 Sep 2023\n"));
        assert!(!is_openssl_3("LibreSSL 3.3.6\n"));
    }
}
