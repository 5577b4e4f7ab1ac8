//! Writes a lawful log to a folder, for measurements: `generate_log <folder> <entries>`.
//!
//! - `checkpoint`: the signed note
//! - `checkpoint-before`: the same of when there were 1,000 entries fewer, where there are more than that
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
    if let Some(before) = sample.entries.len().checked_sub(1000) {
        let leaves = sample.entries[..before].iter();
        let leaves: Vec<_> = leaves.map(|entry| ledger::leaf_hash(entry)).collect();
        let root = ledger::root_of(&leaves);
        let checkpoint = ledger::Checkpoint::new(sample.origin.clone(), before as u64, root)?;
        fs::write(
            folder.join("checkpoint-before"),
            checkpoint.sign(&sample.key),
        )?;
    }
    let mut stream = Vec::new();
    for entry in &sample.entries {
        ledger::bundle::push(&mut stream, entry)?;
    }
    fs::write(folder.join("checkpoint"), sample.checkpoint())?;
    fs::write(folder.join("stream"), stream)?;
    fs::write(folder.join("vkey"), sample.vkey())?;
    Ok(())
}
