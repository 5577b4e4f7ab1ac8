//! The key that signs the demo's log: made once, its public half kept for the person who verifies.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::data::Data;
use crate::run;

/// The log's name, as in `server.toml`.
const ORIGIN: &str = "breakglass.demo/log";

/// The public half, made at first use. It comes from the program that made the key and not from the
/// server that is checked with it.
pub(crate) fn public(data: &Data, program: &Path) -> Result<String> {
    let file = data.folder.join("log.vkey");
    if !data.keys().join("log.seed").exists() {
        let mut keygen = Command::new(program);
        keygen
            .args(["keygen", "--origin", ORIGIN, "--data-dir"])
            .arg(&data.folder);
        let said = run::quietly(&mut keygen).context("the log's key cannot be made")?;
        fs::write(&file, said.trim()).context("cannot write the log's public key")?;
    }
    fs::read_to_string(&file)
        .context("the log's public key is lost: start anew with `cargo xtask demo --reset`")
}
