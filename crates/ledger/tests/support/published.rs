//! The files of a log as readers fetch them, by their paths below the log's prefix: made the plain way,
//! all of them out of all entries.

use std::collections::BTreeMap;
use std::error::Error;

use ledger::{Hash, TilePath, bundle, root_of};

/// How many hashes a tile has, and how many entries a bundle (tlog-tiles).
pub(crate) const WIDTH: usize = 256;

/// Files by their paths.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// The entries, in bundles.
#[allow(dead_code, reason = "some tests look at hashes only")]
pub(crate) fn bundles(entries: &[Vec<u8>]) -> Result<Files, Box<dyn Error>> {
    let mut files = Files::new();
    for (index, chunk) in (0..).zip(entries.chunks(WIDTH)) {
        let path = TilePath::entries_in(entries.len() as u64, index).ok_or("a bundle too many")?;
        let mut bytes = Vec::new();
        for entry in chunk {
            bundle::push(&mut bytes, entry)?;
        }
        files.insert(path.to_string(), bytes);
    }
    Ok(files)
}

/// The tiles of all levels over these leaves.
pub(crate) fn tiles(leaves: &[Hash]) -> Result<Files, Box<dyn Error>> {
    let mut files = Files::new();
    let mut hashes = leaves.to_vec();
    for level in 0.. {
        if hashes.is_empty() {
            break;
        }
        for (index, chunk) in (0..).zip(hashes.chunks(WIDTH)) {
            let path = TilePath::hashes_in(leaves.len() as u64, level, index);
            let bytes = chunk.iter().flat_map(|hash| *hash.as_bytes()).collect();
            files.insert(path.ok_or("a tile too many")?.to_string(), bytes);
        }
        // A partial tile is never hashed into the level above.
        hashes = hashes.chunks_exact(WIDTH).map(root_of).collect();
    }
    Ok(files)
}
