//! `.sqlx`: what the compiler knows of each SQL statement without a database. Committed, so it can be
//! stale; here it is made anew from the migrations and compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};

use super::checks::NATIVE;
use super::count::Count;
use crate::cluster::Scratch;
use crate::repo::Repo;
use crate::setup::Toolchain;
use crate::{run, say, setup};

/// The folder's name, in the repository's root.
const FOLDER: &str = ".sqlx";

/// The database that statements are described by.
const DATABASE: &str = "described";

/// Files by name.
type Descriptions = BTreeMap<String, Vec<u8>>;

/// The step: fails when the committed folder differs from a fresh one.
pub(super) fn check(repo: &Repo, toolchain: Toolchain) -> Result<Count> {
    let fresh = describe(repo, toolchain)?;
    let committed = read(&repo.root.join(FOLDER))?;
    let stale: Vec<&str> = fresh
        .keys()
        .chain(committed.keys())
        .filter(|name| fresh.get(*name) != committed.get(*name))
        .map(String::as_str)
        .collect();
    if !stale.is_empty() {
        bail!(
            "{FOLDER} is not up to date ({} files differ): run `cargo xtask sqlx-prepare` and commit it",
            stale.len()
        );
    }
    say::line(&format!(
        "{} statements are described as the database has them.",
        fresh.len()
    ));
    Ok(Count::success())
}

/// `cargo xtask sqlx-prepare`
pub(crate) fn prepare(repo: &Repo) -> Result<()> {
    let toolchain = setup::toolchain(repo)?;
    let fresh = describe(repo, toolchain)?;
    let folder = repo.root.join(FOLDER);
    fs::create_dir_all(&folder).context("cannot make .sqlx")?;
    for name in read(&folder)?
        .keys()
        .filter(|name| !fresh.contains_key(*name))
    {
        fs::remove_file(folder.join(name)).with_context(|| format!("cannot remove {name}"))?;
    }
    for (name, text) in &fresh {
        fs::write(folder.join(name), text).with_context(|| format!("cannot write {name}"))?;
    }
    say::line(&format!("{FOLDER} describes {} statements.", fresh.len()));
    Ok(())
}

/// Compile the one crate with SQL against a database that the migrations made.
fn describe(repo: &Repo, toolchain: Toolchain) -> Result<Descriptions> {
    let scratch = Scratch::for_tests(repo, &setup::postgres(repo)?)?;
    scratch
        .sql("postgres")
        .each(&format!("create database {DATABASE};"))?;
    for migration in migrations(repo)? {
        let text = fs::read_to_string(&migration)
            .with_context(|| format!("cannot read {}", migration.display()))?;
        scratch
            .sql(DATABASE)
            .run(&text)
            .with_context(|| format!("the migration {} fails", repo.shown(&migration)))?;
    }
    let out = tempfile::tempdir().context("cannot make a temporary folder")?;
    let touched = Touched::now(&repo.root.join("crates/service/src/lib.rs"))?;
    let mut command = run::cargo(repo, &toolchain);
    command
        .arg("check")
        .args(NATIVE)
        .arg("--lib")
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", out.path())
        .env("DATABASE_URL", scratch.address(DATABASE).url());
    run::run(&mut command)?;
    drop(touched);
    read(out.path())
}

/// A source file that looks edited, so that cargo compiles its crate again, until this is dropped.
struct Touched {
    file: fs::File,
    before: SystemTime,
}

impl Touched {
    fn now(path: &Path) -> Result<Touched> {
        let failed = || format!("cannot touch {}", path.display());
        let file = fs::File::options()
            .append(true)
            .open(path)
            .with_context(failed)?;
        let before = file
            .metadata()
            .and_then(|found| found.modified())
            .with_context(failed)?;
        file.set_modified(SystemTime::now()).with_context(failed)?;
        Ok(Touched { file, before })
    }
}

impl Drop for Touched {
    fn drop(&mut self) {
        // At worst cargo compiles the crate once more.
        drop(self.file.set_modified(self.before));
    }
}

fn migrations(repo: &Repo) -> Result<Vec<std::path::PathBuf>> {
    let mut files: Vec<_> = fs::read_dir(repo.root.join("migrations"))
        .context("the folder migrations/ is missing")?
        .filter_map(|file| file.ok().map(|file| file.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort();
    Ok(files)
}

fn read(folder: &Path) -> Result<Descriptions> {
    let Ok(files) = fs::read_dir(folder) else {
        return Ok(Descriptions::new());
    };
    files
        .map(|file| {
            let file = file?;
            Ok((
                file.file_name().to_string_lossy().into_owned(),
                fs::read(file.path())?,
            ))
        })
        .collect()
}
