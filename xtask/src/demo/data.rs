//! The demo's data folder and the secrets in it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::cluster::socket_folder;
use crate::reach::{self, RunAs};
use crate::repo::Repo;

/// Bytes of randomness in a password: 192 bits.
const PASSWORD_BYTES: usize = 24;

/// The folder, and the place of the clusters (another one where PostgreSQL's user cannot get to it).
#[derive(Debug, Clone)]
pub(crate) struct Data {
    pub(crate) folder: PathBuf,
    clusters: PathBuf,
}

impl Data {
    pub(crate) fn of(repo: &Repo) -> Result<Data> {
        let run_as = RunAs::find(repo)?;
        Ok(Data {
            clusters: reach::reachable(&repo.data, &run_as),
            folder: repo.data.clone(),
        })
    }

    /// Make the folder. Others may pass through it (PostgreSQL's user must) and read nothing in it.
    pub(crate) fn create(&self) -> Result<()> {
        for folder in [
            &self.folder,
            &self.clusters,
            &self.run(),
            &self.clusters.join("run"),
        ] {
            fs::create_dir_all(folder)
                .and_then(|()| fs::set_permissions(folder, fs::Permissions::from_mode(0o711)))
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        for folder in [self.keys(), self.state()] {
            fs::create_dir_all(&folder)
                .and_then(|()| fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)))
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        Ok(())
    }

    /// Forget everything. Nothing of it may run any more.
    pub(crate) fn remove(&self, repo: &Repo) -> Result<()> {
        for folder in [&self.folder, &self.clusters] {
            if folder.exists() {
                fs::remove_dir_all(folder)
                    .with_context(|| format!("cannot remove {}", folder.display()))?;
                crate::say::line(&format!("Removed {}.", repo.shown(folder)));
            }
        }
        Ok(())
    }

    pub(crate) fn cluster(&self, name: &str) -> PathBuf {
        self.clusters.join(name)
    }

    pub(crate) fn socket(&self, name: &str) -> Result<PathBuf> {
        socket_folder(&self.clusters.join("run").join(name))
    }

    pub(crate) fn run(&self) -> PathBuf {
        self.folder.join("run")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.folder.join("keys")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    /// The secret of this name: made at first use, then always the same.
    pub(crate) fn secret(&self, name: &str) -> Result<String> {
        let file = self.secret_file(name);
        if let Ok(found) = fs::read_to_string(&file) {
            return Ok(found.trim().to_owned());
        }
        let mut bytes = [0; PASSWORD_BYTES];
        fs::File::open("/dev/urandom")
            .and_then(|mut source| source.read_exact(&mut bytes))
            .context("the system gives no random numbers")?;
        let secret: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        write_private(&file, &secret)?;
        Ok(secret)
    }

    /// Where the secret of this name stands.
    pub(crate) fn secret_file(&self, name: &str) -> PathBuf {
        self.keys().join(name)
    }
}

/// Write a file that only its owner reads, from its first byte on.
pub(crate) fn write_private(file: &Path, text: &str) -> Result<()> {
    let failed = || format!("cannot write {}", file.display());
    let fresh = file.with_extension("new");
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)
        .and_then(|mut open| open.write_all(text.as_bytes()))
        .with_context(failed)?;
    fs::rename(&fresh, file).with_context(failed)
}
