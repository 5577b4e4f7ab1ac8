//! `site/verify`: the verifier's page with what it loads beside it, and the same verifier as one file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::single::{self, fill, sha256};
use super::tree::Tree;
use super::{bind, build, join, styles};
use crate::repo::Repo;
use crate::setup::Toolchain;

/// What wasm-bindgen wrote: it lies in no folder of the source.
const GLUE: &str = "verifier.js";

/// The modules of the single file, each behind those that it imports. Those of `file/` are its own.
const MODULES: [&str; 7] = [
    GLUE,
    "web/rehearsal.js",
    "web/memory-file.js",
    "web/ribbon.js",
    "web/result.js",
    "file/log-file.js",
    "file/page.js",
];

/// Pieces that both pages share, by the name of their place.
const SHARED: [&str; 3] = ["policy", "run", "result"];

/// The sample log that the verifier tries itself on.
const SAMPLE: [&str; 3] = ["vkey", "checkpoint", "stream"];

/// What both pages are made of.
struct Source {
    folder: PathBuf,
    bound: bind::Bound,
    styles: String,
}

/// Write the folder; returns the SHA-256 of the single file.
pub(crate) fn write(repo: &Repo, wasm: &Path, styles: &str) -> Result<String> {
    let source = Source::bind(repo, wasm, styles)?;
    let single = source.single()?;
    let hash = sha256(single.as_bytes());
    let mut tree = Tree::default();
    tree.add_folder(&source.folder.join("web"))?;
    let index = source.page("web/index.html")?;
    let index = fill(&index, &[("single-sha256", &hash)])?;
    tree.insert("index.html".to_owned(), index.into_bytes());
    tree.insert(
        format!("{}.sha256", single::NAME),
        format!("{hash}  {}\n", single::NAME).into_bytes(),
    );
    tree.insert(single::NAME.to_owned(), single.into_bytes());
    let Source { bound, styles, .. } = source;
    tree.insert("verifier.js".to_owned(), bound.script.into_bytes());
    tree.insert("verifier_bg.wasm".to_owned(), bound.wasm);
    tree.insert("style.css".to_owned(), styles.into_bytes());
    tree.extend(bound.snippets);
    fs::create_dir_all(repo.site())?;
    tree.write(&repo.site().join("verify"))?;
    Ok(hash)
}

/// Build the single file and nothing else; returns its SHA-256.
pub(crate) fn build_single(repo: &Repo, toolchain: Toolchain) -> Result<String> {
    let wasm = build::verifier(repo, &toolchain)?;
    let styles = styles::bundle(&repo.root.join("style"))?;
    let single = Source::bind(repo, &wasm, &styles)?.single()?;
    Ok(sha256(single.as_bytes()))
}

impl Source {
    fn bind(repo: &Repo, wasm: &Path, styles: &str) -> Result<Source> {
        let kept = repo.cache().join("verifier");
        Ok(Source {
            folder: repo.root.join("verifier-wasm"),
            bound: bind::bind(wasm, &kept, "verifier", bind::WasmPath::BesideScript)?,
            styles: styles.to_owned(),
        })
    }

    fn read(&self, path: &str) -> Result<String> {
        let file = self.folder.join(path);
        fs::read_to_string(&file).with_context(|| format!("{} is missing", file.display()))
    }

    /// A page with the pieces that both share, and which verifier it holds.
    fn page(&self, path: &str) -> Result<String> {
        let shared = SHARED
            .iter()
            .map(|name| Ok((*name, self.read(&format!("parts/{name}.html"))?)))
            .collect::<Result<Vec<_>>>()?;
        let shared: Vec<(&str, &str)> = shared
            .iter()
            .map(|(name, piece)| (*name, piece.trim_end()))
            .collect();
        let page = fill(&self.read(path)?, &shared)?;
        let verifier = sha256(&self.bound.wasm);
        // xtask and the verifier have the workspace's version.
        let version = env!("CARGO_PKG_VERSION");
        fill(&page, &[("version", version), ("verifier", &verifier)])
    }

    fn single(&self) -> Result<String> {
        let texts = MODULES
            .iter()
            .map(|path| match *path {
                GLUE => Ok(self.bound.script.clone()),
                _ => self.read(path),
            })
            .collect::<Result<Vec<_>>>()?;
        let names = MODULES.iter().map(|path| {
            let name = path.rsplit('/').next().unwrap_or_default();
            name.trim_end_matches(".js")
        });
        let modules: Vec<(&str, &str)> = names.zip(texts.iter().map(String::as_str)).collect();
        let samples = SAMPLE
            .iter()
            .map(|name| {
                let path = format!("web/sample/{name}");
                let bytes =
                    fs::read(self.folder.join(&path)).context("the sample log is missing")?;
                Ok((*name, bytes))
            })
            .collect::<Result<Vec<_>>>()?;
        let mut data: Vec<(&str, &[u8])> = vec![("verifier_bg.wasm", &self.bound.wasm)];
        data.extend(
            samples
                .iter()
                .map(|(name, bytes)| (*name, bytes.as_slice())),
        );
        single::page(&single::Parts {
            page: &self.page("file/page.html")?,
            style: &format!("{}{}", self.styles, self.read("web/verify.css")?),
            script: &join::join(&modules)?,
            data: &data,
        })
    }
}
