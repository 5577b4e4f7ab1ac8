//! Where things lie.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use cargo_metadata::MetadataCommand;

/// The repository and the folders that belong to it.
#[derive(Debug, Clone)]
pub(crate) struct Repo {
    /// Where the workspace's `Cargo.toml` is.
    pub(crate) root: PathBuf,
    /// Where cargo builds: `CARGO_TARGET_DIR`, the configuration's, or `target`.
    pub(crate) target: PathBuf,
    /// The demo's data folder: clusters, keys, configuration, logs.
    pub(crate) data: PathBuf,
}

impl Repo {
    pub(crate) fn find() -> Result<Repo> {
        // Cargo names the package it runs; the value of compile time serves whoever starts the program by hand.
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = package
            .parent()
            .context("xtask lies in no workspace")?
            .to_owned();
        let metadata = MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("cannot read the workspace's manifests")?;
        Ok(Repo {
            data: root.join(".breakglass"),
            target: metadata.target_directory.into_std_path_buf(),
            root,
        })
    }

    /// What xtask keeps for itself between runs; safe to delete.
    pub(crate) fn cache(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// The folder that the server serves files from.
    pub(crate) fn site(&self) -> PathBuf {
        self.target.join("site")
    }

    /// The journeys in a browser.
    pub(crate) fn end2end(&self) -> PathBuf {
        self.root.join("end2end")
    }

    /// The programs of others that check our logs.
    pub(crate) fn strangers(&self) -> PathBuf {
        self.root.join("strangers")
    }

    /// A path as people write it: from the repository's root where it lies in there.
    pub(crate) fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}
