//! The verifier as one file is the same bytes wherever it is built: two folders that share nothing but the compiler
//! and the downloaded sources.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::count::Count;
use crate::repo::Repo;
use crate::setup::Toolchain;
use crate::{dist, run, say};

/// Two names of different lengths: a path that came into the bytes would move everything behind it.
const FOLDERS: [&str; 2] = ["here", "a-longer/way/to-the-same-source"];

/// The step.
pub(super) fn run(repo: &Repo, toolchain: Toolchain) -> Result<Count> {
    let scratch = tempfile::tempdir().context("no temporary folder can be made")?;
    let files = tracked(repo)?;
    // Both before anything is built: somebody may be writing in the meantime.
    for folder in FOLDERS {
        copy(&repo.root, &scratch.path().join(folder), &files)?;
    }
    let mut hashes = Vec::new();
    for folder in FOLDERS {
        let root = scratch.path().join(folder);
        let fresh = Repo {
            target: root.join("target"),
            data: root.join(".breakglass"),
            root,
        };
        let hash = dist::build_single(&fresh, toolchain)?;
        say::line(&format!("{hash}  built in {folder}"));
        hashes.push(hash);
    }
    if hashes[0] != hashes[1] {
        say::error(
            "The verifier differs from folder to folder: something of the machine has come into its bytes. Look for a \
             path in verifier_bg.wasm (`strings`), and for an order that is not the same each time in the page.",
        );
        return Ok(Count::failure());
    }
    Ok(Count::success())
}

/// What belongs to the source: what git knows, and what it would know with the next commit.
fn tracked(repo: &Repo) -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(&repo.root).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let listed = run::quietly(&mut git)?;
    let names = listed.split('\0').filter(|name| !name.is_empty());
    Ok(names.map(str::to_owned).collect())
}

fn copy(from: &Path, to: &Path, files: &[String]) -> Result<()> {
    for file in files {
        let (from, to) = (from.join(file), to.join(file));
        // A file that was taken away and not yet committed is none.
        if !from.is_file() {
            continue;
        }
        fs::create_dir_all(to.parent().context("a file lies in no folder")?)?;
        fs::copy(&from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    Ok(())
}
