//! A folder of files to serve: written where it differs, old files taken away.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use super::compress;

/// Paths below the folder, with `/`, and what is in the files.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    pub(crate) fn insert(&mut self, path: String, bytes: Vec<u8>) {
        self.files.insert(path, bytes);
    }

    pub(crate) fn extend(&mut self, other: Tree) {
        self.files.extend(other.files);
    }

    /// All files below a folder.
    pub(crate) fn add_folder(&mut self, folder: &Path) -> Result<()> {
        self.add(folder, "")
    }

    /// All files below a folder, under a name of their own.
    pub(crate) fn add_folder_as(&mut self, folder: &Path, name: &str) -> Result<()> {
        self.add(folder, &format!("{name}/"))
    }

    fn add(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        for file in
            fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
        {
            let file = file?;
            let name = file.file_name();
            let name = format!("{prefix}{}", name.to_string_lossy());
            if file.file_type()?.is_dir() {
                self.add(&file.path(), &format!("{name}/"))?;
            } else {
                self.insert(name, fs::read(file.path())?);
            }
        }
        Ok(())
    }

    /// Make the folder hold these files with their compressed twins, and no others.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let mut wanted = BTreeSet::new();
        for (path, bytes) in &self.files {
            let file = folder.join(path);
            wanted.insert(path.clone());
            let changed = write_if_changed(&file, bytes)?;
            for twin in compress::twins(&file, bytes, changed)? {
                wanted.insert(format!("{path}.{twin}"));
            }
        }
        let mut present = Tree::default();
        present.add_names(folder, "")?;
        for path in present.files.keys().filter(|path| !wanted.contains(*path)) {
            fs::remove_file(folder.join(path))
                .with_context(|| format!("cannot remove the old {path}"))?;
        }
        Ok(())
    }

    fn add_names(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        for file in fs::read_dir(folder)? {
            let file = file?;
            let name = format!("{prefix}{}", file.file_name().to_string_lossy());
            if file.file_type()?.is_dir() {
                self.add_names(&file.path(), &format!("{name}/"))?;
            } else {
                self.insert(name, Vec::new());
            }
        }
        Ok(())
    }
}

/// Write the file, unless it holds these bytes; says whether it was written. A reader sees the old file
/// or the new one, never half of it.
pub(crate) fn write_if_changed(file: &Path, bytes: &[u8]) -> Result<bool> {
    if fs::read(file).is_ok_and(|found| found == bytes) {
        return Ok(false);
    }
    let failed = || format!("cannot write {}", file.display());
    let folder = file.parent().context("a file lies in no folder")?;
    fs::create_dir_all(folder).with_context(failed)?;
    let fresh = folder.join(format!(".new-{}", std::process::id()));
    fs::write(&fresh, bytes).with_context(failed)?;
    fs::rename(&fresh, file).with_context(failed)?;
    Ok(true)
}

/// Sixteen hexadecimal digits of the content, for a name that changes with it.
pub(crate) fn name_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_the_files_and_no_older_ones() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let names = || {
            let mut tree = Tree::default();
            tree.add_names(dir.path(), "").expect("our own folder");
            tree.files.into_keys().collect::<Vec<_>>()
        };
        let mut tree = Tree::default();
        tree.insert("app.1.js".to_owned(), b"let a = 1;\n".repeat(200));
        tree.write(dir.path()).expect("written");
        assert_eq!(names(), ["app.1.js", "app.1.js.br", "app.1.js.gz"]);

        let mut tree = Tree::default();
        tree.insert("app.2.js".to_owned(), b"let a = 2;\n".repeat(200));
        tree.insert("deep/tiny.txt".to_owned(), b"x".to_vec());
        tree.write(dir.path()).expect("written");
        assert_eq!(
            names(),
            ["app.2.js", "app.2.js.br", "app.2.js.gz", "deep/tiny.txt"]
        );
    }
}
