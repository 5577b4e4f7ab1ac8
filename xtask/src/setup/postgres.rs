//! PostgreSQL's programs: found where systems put them, else brought.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::{apt, wheel};
use crate::repo::Repo;
use crate::run;

/// The oldest version that this is tested with.
const OLDEST: u32 = 14;

/// What has to be in the folder.
const PROGRAMS: [&str; 4] = ["initdb", "postgres", "pg_ctl", "psql"];

/// Where package managers put versions side by side: before and after the version.
const VERSIONED: [(&str, &str); 4] = [
    ("/usr/lib/postgresql/", "bin"),
    ("/usr/pgsql-", "bin"),
    ("/opt/homebrew/opt/postgresql@", "bin"),
    ("/usr/local/opt/postgresql@", "bin"),
];

/// A folder with PostgreSQL's programs.
#[derive(Debug, Clone)]
pub(crate) struct Postgres {
    bin: PathBuf,
    major: u32,
}

impl Postgres {
    /// One of the programs.
    pub(crate) fn program(&self, name: &str) -> Command {
        Command::new(self.bin.join(name))
    }

    /// The folder itself.
    pub(crate) fn folder(&self) -> &Path {
        &self.bin
    }

    /// `15, in /usr/lib/postgresql/15/bin`.
    pub(crate) fn describe(&self) -> String {
        format!("{}, in {}", self.major, self.bin.display())
    }

    /// The programs of this folder, if all of them are there and new enough.
    fn at(bin: PathBuf) -> Option<Postgres> {
        if !PROGRAMS.iter().all(|program| bin.join(program).exists()) {
            return None;
        }
        let said = run::quietly(Command::new(bin.join("postgres")).arg("--version")).ok()?;
        let major = major_version(&said)?;
        (major >= OLDEST).then_some(Postgres { bin, major })
    }
}

/// Find the programs, or bring them.
pub(crate) fn ensure(repo: &Repo) -> Result<Postgres> {
    if let Some(found) = find(repo) {
        return Ok(found);
    }
    if apt::usable() {
        apt::install(&["postgresql"], "PostgreSQL", "about 20 s")?;
    } else {
        wheel::install(repo)?;
    }
    match find(repo) {
        Some(found) => Ok(found),
        None => bail!(
            "no PostgreSQL {OLDEST} or newer was found: install your system's PostgreSQL server package and run this again"
        ),
    }
}

fn find(repo: &Repo) -> Option<Postgres> {
    let configured = run::quietly(Command::new("pg_config").arg("--bindir"))
        .ok()
        .map(|said| PathBuf::from(said.trim()));
    configured
        .into_iter()
        .chain(versioned())
        .chain(on_path())
        .chain([wheel::folder(repo)])
        .find_map(Postgres::at)
}

/// The versioned folders, newest first.
fn versioned() -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = VERSIONED
        .iter()
        .flat_map(|(before, after)| {
            (OLDEST..OLDEST + 20).map(move |version| {
                (
                    version,
                    Path::new(&format!("{before}{version}")).join(after),
                )
            })
        })
        .filter(|(_, folder)| folder.is_dir())
        .collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn on_path() -> Vec<PathBuf> {
    std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default()
}

/// 15 of `postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)`.
fn major_version(said: &str) -> Option<u32> {
    let version = said.split(' ').nth(2)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major_version;

    #[test]
    fn versions_are_read() {
        assert_eq!(
            major_version("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_version("command not found"), None);
    }
}
