//! JavaScript for a compiled WASM file, by wasm-bindgen as a library: its version stands in the lock file
//! beside wasm-bindgen's own, so the two cannot drift apart.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::tree::{self, Tree};

/// Where the script finds its WASM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WasmPath {
    /// Who calls `init` says it (leptos does, with the hashed name).
    GivenByCaller,
    /// Under its usual name in the script's folder.
    BesideScript,
}

/// What the browser loads.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) script: String,
    pub(crate) wasm: Vec<u8>,
    /// JavaScript that Rust crates brought along, under `snippets/`.
    pub(crate) snippets: Tree,
}

/// Bind the file, or return what was bound from the same bytes before: kept in the folder `kept`.
pub(crate) fn bind(wasm: &Path, kept: &Path, name: &str, path: WasmPath) -> Result<Bound> {
    let input = fs::read(wasm).with_context(|| format!("{} was not built", wasm.display()))?;
    // The bytes name the version of wasm-bindgen that they were compiled with, and so does the binder.
    let stamp = format!("{} {path:?}", tree::name_hash(&input));
    let stamp_file = kept.join("stamp");
    if !fs::read_to_string(&stamp_file).is_ok_and(|found| found == stamp) {
        if kept.exists() {
            fs::remove_dir_all(kept).with_context(|| format!("cannot clear {}", kept.display()))?;
        }
        Bindgen::new()
            .input_path(wasm)
            .out_name(name)
            .web(true)?
            .typescript(false)
            .remove_name_section(true)
            .remove_producers_section(true)
            .omit_default_module_path(path == WasmPath::GivenByCaller)
            .generate(kept.join("out"))
            .with_context(|| format!("cannot bind {}", wasm.display()))?;
        fs::write(&stamp_file, stamp).context("cannot note what was bound")?;
    }
    let out = kept.join("out");
    let mut snippets = Tree::default();
    if out.join("snippets").is_dir() {
        snippets.add_folder_as(&out.join("snippets"), "snippets")?;
    }
    Ok(Bound {
        script: fs::read_to_string(out.join(format!("{name}.js")))
            .context("no script was bound")?,
        wasm: fs::read(out.join(format!("{name}_bg.wasm"))).context("no WASM was bound")?,
        snippets,
    })
}
