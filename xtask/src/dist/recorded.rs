//! `site/recorded`: what the pages of recorded work load beside their markup.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::tree::Tree;
use super::{bind, build, styles};
use crate::repo::Repo;
use crate::setup::Toolchain;

/// The colours of a terminal: too many for pages that have none.
const PALETTE: &str = "palette.css";

/// The scripts as written, with the bound WASM and the palette beside them.
pub(super) fn write(repo: &Repo, wasm: &Path) -> Result<()> {
    let kept = repo.cache().join("terminal");
    let bound = bind::bind(wasm, &kept, "terminal_wasm", bind::WasmPath::BesideScript)?;
    let palette = repo.root.join("style").join(PALETTE);
    let palette =
        fs::read(&palette).with_context(|| format!("{} is missing", palette.display()))?;
    let mut tree = Tree::default();
    tree.add_folder(&repo.root.join("crates/terminal-wasm/web"))?;
    tree.insert("terminal_wasm.js".to_owned(), bound.script.into_bytes());
    tree.insert("terminal_wasm_bg.wasm".to_owned(), bound.wasm);
    tree.insert(PALETTE.to_owned(), palette);
    tree.extend(bound.snippets);
    tree.write(&repo.site().join("recorded"))
}

/// Build it and the stylesheet, and nothing else, into a folder with nothing else; returns the folder.
pub(crate) fn build_alone(repo: &Repo, toolchain: Toolchain) -> Result<PathBuf> {
    let terminal = build::terminal(repo, &toolchain)?;
    fs::create_dir_all(repo.site())?;
    write(repo, &terminal)?;
    let styles = styles::bundle(&repo.root.join("style"))?;
    let alone = repo.cache().join("recorded-alone");
    let mut tree = Tree::default();
    tree.add_folder_as(&repo.site().join("recorded"), "recorded")?;
    tree.insert("app.css".to_owned(), styles.into_bytes());
    tree.write(&alone)?;
    Ok(alone)
}
