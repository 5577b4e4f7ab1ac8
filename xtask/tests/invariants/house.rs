//! The workspace as its manifests describe it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use cargo_metadata::{DependencyKind, MetadataCommand};

/// The crates that do no input or output.
pub(crate) const PURE: [&str; 2] = ["access", "ledger"];

/// The packages of the workspace, and where it lies.
#[derive(Debug, Clone, Default)]
pub(crate) struct House {
    pub(crate) root: PathBuf,
    pub(crate) packages: Vec<Package>,
}

/// One package.
#[derive(Debug, Clone, Default)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(crate) edges: Vec<Edge>,
}

/// One dependency as it stands in a manifest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edge {
    pub(crate) to: String,
    pub(crate) optional: bool,
    pub(crate) dev: bool,
    pub(crate) default_features: bool,
    pub(crate) features: Vec<String>,
}

impl House {
    /// Ask cargo.
    pub(crate) fn read(root: &Path) -> Result<House> {
        let metadata = MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("cargo metadata")?;
        let packages = metadata
            .packages
            .iter()
            .map(|package| Package {
                name: package.name.to_string(),
                folder: package
                    .manifest_path
                    .parent()
                    .map(|path| path.as_std_path().to_owned())
                    .unwrap_or_default(),
                features: package.features.clone(),
                edges: package
                    .dependencies
                    .iter()
                    .map(|dependency| Edge {
                        to: dependency.name.clone(),
                        optional: dependency.optional,
                        dev: dependency.kind == DependencyKind::Development,
                        default_features: dependency.uses_default_features,
                        features: dependency.features.clone(),
                    })
                    .collect(),
            })
            .collect();
        Ok(House {
            root: root.to_owned(),
            packages,
        })
    }

    pub(crate) fn package(&self, name: &str) -> &Package {
        self.packages
            .iter()
            .find(|package| package.name == name)
            .expect("the house has this crate")
    }

    /// The edges of a package to packages of the house.
    pub(crate) fn inner_edges<'a>(
        &'a self,
        package: &'a Package,
    ) -> impl Iterator<Item = &'a Edge> {
        package
            .edges
            .iter()
            .filter(|edge| self.packages.iter().any(|other| other.name == edge.to))
    }
}
