//! Writes a lawful log to a folder, for measurements: `generate_log <folder> <entries>`.
//!
//! - `checkpoint`: the signed note
//! - `stream`: all entries, framed as bundles
//! - `vkey`: the key as auditors hold it

#[path = "../src/sample.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod sample;

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(size)) = (arguments.next(), arguments.next()) else {
        return Err("say where and how many: generate_log <folder> <entries>".into());
    };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    let sample = sample::Sample::lawful(size.parse()?);
    let mut stream = Vec::new();
    for entry in &sample.entries {
        ledger::bundle::push(&mut stream, entry)?;
    }
    fs::write(folder.join("checkpoint"), sample.checkpoint())?;
    fs::write(folder.join("stream"), stream)?;
    fs::write(folder.join("vkey"), sample.vkey())?;
    Ok(())
}
