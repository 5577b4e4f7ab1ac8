//! Writes logs that are signed as they should be and unlawful all the same, each to a folder of its name:
//! `forge_logs <folder> [<data folder> <origin>]`.
//!
//! With a portal's data folder and its log's origin, in that log's name and by its key: what whoever stole the
//! key could write. Beside the files of a static log lies `vkey`, the key as auditors hold it.
#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a log that cannot be written is a failed test"
)]

#[path = "../tests/it/forged.rs"]
mod forged;

use std::error::Error;
use std::fs;
use std::path::Path;

use ledger::{Origin, SigningKey};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, origin, key) = match arguments.as_slice() {
        [folder] => {
            let origin: Origin = "forged.test/log".parse()?;
            let key = SigningKey::from_seed(origin.as_str(), [5; 32])?;
            (folder, origin, key)
        }
        [folder, data, origin] => {
            let origin: Origin = origin.parse()?;
            let key = service::key::load(Path::new(data), &origin)?;
            (folder, origin, key)
        }
        _ => return Err("say where: forge_logs <folder> [<data folder> <origin>]".into()),
    };
    for log in forged::logs() {
        let name = log["name"].as_str().ok_or("a log without a name")?;
        let folder = Path::new(folder).join(name);
        let vkey = key.verifier_key().to_string().into_bytes();
        for (path, bytes) in forged::signed(&log, &origin, &key)
            .into_iter()
            .chain([("vkey".to_owned(), vkey)])
        {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().ok_or("a file in no folder")?)?;
            fs::write(path, bytes)?;
        }
    }
    Ok(())
}
