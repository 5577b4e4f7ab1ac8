//! Builds what a portal is made of: the program, the pages' WASM, the verifier, the styles.
//!
//! ```text
//! <target>/<profile>/breakglass   the program
//! <target>/<profile>/hash.txt     which hashed files are current (leptos reads it beside the program), and the
//!                                 SHA-256 of the single file, which the program prints with its version
//! <target>/site/pkg/              app.<hash>.js, app.<hash>.wasm, app.<hash>.css, each with .br and .gz
//! <target>/site/verify/           the verifier's page: works from this folder alone; and breakglass-verify.html with
//!                                 its SHA-256: the verifier as one file
//! <target>/site/policy-editor/    what checks a policy while it is typed
//! <target>/site/recorded/         the console, the terminal and the player of recorded work
//! ```

mod bind;
mod build;
mod compress;
mod join;
mod recorded;
mod single;
mod styles;
mod tree;
mod verifier;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

pub(crate) use build::{Profile, recorded_pages};
pub(crate) use recorded::build_alone as build_recorded;
pub(crate) use verifier::build_single;

use crate::repo::Repo;
use crate::say;
use crate::setup::{self, Toolchain};
use tree::Tree;

/// The name that leptos gives the pages' files (`output-name` in the workspace's manifest).
const OUTPUT: &str = "app";

/// What `cargo xtask dist` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Build the program for production: optimised, without the demo's identity provider.
    #[arg(long)]
    release: bool,
}

/// What was built.
#[derive(Debug)]
pub(crate) struct Built {
    /// The program `breakglass`.
    pub(crate) program: PathBuf,
    /// The folder that it serves.
    pub(crate) site: PathBuf,
    /// The SHA-256 of the verifier as one file.
    pub(crate) verifier: String,
}

/// `cargo xtask dist`
pub(crate) fn run(repo: &Repo, arguments: &Arguments) -> Result<()> {
    let profile = if arguments.release {
        Profile::Release
    } else {
        Profile::Demo
    };
    let toolchain = setup::toolchain(repo)?;
    let built = build(repo, toolchain, profile)?;
    say::line(&format!("Program: {}", repo.shown(&built.program)));
    say::line(&format!("Site:    {}", repo.shown(&built.site)));
    say::line(&format!("Verifier: {}  {}", built.verifier, single::NAME));
    for (name, sizes) in compress::report(&built.site)? {
        say::line(&format!("  {name:34} {sizes}"));
    }
    Ok(())
}

/// Build all of it; what is up to date costs a look.
pub(crate) fn build(repo: &Repo, toolchain: Toolchain, profile: Profile) -> Result<Built> {
    let begun = Instant::now();
    say::line(
        "Building the portal, its pages and the verifier (minutes the first time, seconds later) ...",
    );
    let program = build::server(repo, &toolchain, profile)?;
    let app = build::app(repo, &toolchain)?;
    let verifier = build::verifier(repo, &toolchain)?;
    let editor = build::editor(repo, &toolchain)?;
    let terminal = build::terminal(repo, &toolchain)?;

    let styles = styles::bundle(&repo.root.join("style"))?;
    let mut hashes = pages(repo, &app, &styles)?;
    let verifier = verifier::write(repo, &verifier, &styles)?;
    hashes.push_str(&format!("verifier: {verifier}\n"));
    policy_editor(repo, &editor)?;
    recorded::write(repo, &terminal)?;
    let beside = program
        .parent()
        .context("the program lies in no folder")?
        .join("hash.txt");
    tree::write_if_changed(&beside, hashes.as_bytes())?;
    say::line(&format!("Built in {}.", say::duration(begun.elapsed())));
    Ok(Built {
        program,
        site: repo.site(),
        verifier,
    })
}

/// Build the example `vectors` as the verifier is built, and the verifier itself, and bind both into the folder
/// for Node.
pub(crate) fn vectors(repo: &Repo, toolchain: Toolchain, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    // What Node imports has to say by its name that it is a module.
    for (wasm, name) in [
        (build::vectors(repo, &toolchain)?, "vectors"),
        (build::verifier(repo, &toolchain)?, "verifier"),
    ] {
        let kept = repo.cache().join(name);
        let bound = bind::bind(&wasm, &kept, name, bind::WasmPath::BesideScript)?;
        fs::write(folder.join(format!("{name}.mjs")), bound.script)?;
        fs::write(folder.join(format!("{name}_bg.wasm")), bound.wasm)?;
    }
    Ok(())
}

/// What an earlier call built.
pub(crate) fn built_before(repo: &Repo, profile: Profile) -> Result<Built> {
    let (program, site) = (build::program(repo, profile), repo.site());
    let single = site.join("verify").join(single::NAME);
    let (true, Ok(bytes)) = (program.exists(), fs::read(single)) else {
        bail!("nothing is built yet: leave --no-build out");
    };
    Ok(Built {
        program,
        site,
        verifier: single::sha256(&bytes),
    })
}

/// `site/pkg`: the pages' script, WASM and styles under hashed names. Returns `hash.txt`.
fn pages(repo: &Repo, wasm: &Path, styles: &str) -> Result<String> {
    let kept = repo.cache().join("app");
    let bound = bind::bind(wasm, &kept, OUTPUT, bind::WasmPath::GivenByCaller)?;
    let mut tree = Tree::default();
    let mut hashes = String::new();
    for (key, extension, bytes) in [
        ("js", "js", bound.script.into_bytes()),
        ("wasm", "wasm", bound.wasm),
        ("css", "css", styles.as_bytes().to_vec()),
    ] {
        let hash = tree::name_hash(&bytes);
        hashes.push_str(&format!("{key}: {hash}\n"));
        tree.insert(format!("{OUTPUT}.{hash}.{extension}"), bytes);
    }
    tree.extend(bound.snippets);
    tree.write(&repo.site().join("pkg"))?;
    Ok(hashes)
}

/// `site/policy-editor`: the scripts as written, with the bound WASM beside them.
fn policy_editor(repo: &Repo, wasm: &Path) -> Result<()> {
    let kept = repo.cache().join("policy-editor");
    let bound = bind::bind(wasm, &kept, "policy_editor", bind::WasmPath::BesideScript)?;
    let mut tree = Tree::default();
    tree.add_folder(&repo.root.join("crates/policy-editor/web"))?;
    tree.insert("policy_editor.js".to_owned(), bound.script.into_bytes());
    tree.insert("policy_editor_bg.wasm".to_owned(), bound.wasm);
    tree.extend(bound.snippets);
    tree.write(&repo.site().join("policy-editor"))
}
