//! One log: its entries, and the files that readers fetch.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use ledger::{
    Checkpoint, Hash, SignedCheckpoint, SigningKey, TilePath, bundle, leaf_hash, root_of,
};

use crate::published::{WIDTH, bundles, tiles};

/// The seed of the sample logs' key, which is no secret.
const SAMPLE_SEED: [u8; 32] = [7; 32];

/// A log in memory.
#[derive(Debug)]
pub(crate) struct Log {
    /// The folder's name, which is its size.
    pub(crate) name: String,
    pub(crate) checkpoint: String,
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) leaves: Vec<Hash>,
    /// Bundles and tiles, by their paths below the log's prefix.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// Where an entry stands: which bundle, from which byte on.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) path: String,
    pub(crate) at: usize,
}

impl Log {
    /// Reads checkpoint and stream, writes bundles and tiles into the same folder.
    pub(crate) fn publish(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let name = folder.file_name().ok_or("a folder has a name")?;
        let stream = fs::read(folder.join("stream"))?;
        let entries = bundle::split(&stream).map(|entry| Ok(entry?.to_vec()));
        let entries = entries.collect::<Result<Vec<_>, Box<dyn Error>>>()?;
        let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let mut files = bundles(&entries)?;
        files.extend(tiles(&leaves)?);
        for (path, bytes) in &files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(path, bytes)?;
        }
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            checkpoint: fs::read_to_string(folder.join("checkpoint"))?,
            entries,
            leaves,
            files,
        })
    }

    /// Signs a checkpoint over other leaves, as a portal would whose database was altered.
    pub(crate) fn sign(&self, leaves: &[Hash]) -> Result<String, Box<dyn Error>> {
        let origin = SignedCheckpoint::parse(self.checkpoint.as_bytes())?
            .claimed()
            .origin()
            .clone();
        let key = SigningKey::from_seed(origin.as_str(), SAMPLE_SEED)?;
        Ok(Checkpoint::new(origin, leaves.len() as u64, root_of(leaves))?.sign(&key))
    }

    /// Where each entry's bytes begin, behind its length.
    pub(crate) fn places(&self) -> Vec<Place> {
        let size = self.entries.len() as u64;
        let mut places = Vec::new();
        for (index, bundle) in (0..).zip(self.entries.chunks(WIDTH)) {
            let Some(path) = TilePath::entries_in(size, index) else {
                break;
            };
            let mut at = 0;
            for entry in bundle {
                at += 2;
                let path = path.to_string();
                places.push(Place { path, at });
                at += entry.len();
            }
        }
        places
    }
}
