//! A log as tlog-tiles: `checkpoint`, `tile/…`, `tile/entries/…`, in a folder or anywhere else that
//! hands out files by name.

mod newest;
mod reading;

use std::io;
use std::path::{Path, PathBuf};

use ledger::{Hash, LogVerifier, Origin, TilePath, VerifiedCheckpoint, VerifierKey, root_of};

use self::newest::{Newest, newest};
use self::reading::Reading;
use super::judge::Judge;
use super::keys::Keys;
use super::{Fault, Faults, FsckError, Report, first_entry};
use crate::archive::checkpoints_in;

/// Items in a full tile.
const WIDTH: u16 = 256;

/// The longest file that is read: a full bundle of the longest entries.
pub(super) const LONGEST_FILE: u64 = 256 * (2 + 65_535);

/// A place that hands out files by name.
pub trait Files {
    /// The file's bytes; `None` where there is none.
    fn get(&self, name: &str) -> impl Future<Output = Result<Option<Vec<u8>>, ReadError>> + Send;

    /// The sizes of the checkpoints that are kept beside the newest, each as `checkpoints/` and 20
    /// digits, in any order. Empty where none are, or where they cannot be listed.
    fn kept(&self) -> impl Future<Output = Result<Vec<u64>, ReadError>> + Send {
        async { Ok(Vec::new()) }
    }
}

/// A file could not be read: neither there nor absent.
#[derive(Debug, thiserror::Error)]
#[error("{name} cannot be read")]
pub struct ReadError {
    /// The file's name.
    pub name: String,
    /// Why.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// A folder with the files of one log.
#[derive(Debug, Clone)]
pub struct Folder(pub PathBuf);

impl Files for Folder {
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let path = self.0.join(name);
        let read = async {
            if tokio::fs::metadata(&path).await?.len() > LONGEST_FILE {
                return Err(io::Error::other("it is longer than any file of a log"));
            }
            tokio::fs::read(&path).await
        };
        match read.await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(ReadError {
                name: path.display().to_string(),
                source: fault.into(),
            }),
        }
    }

    async fn kept(&self) -> Result<Vec<u64>, ReadError> {
        let folder = self.0.clone();
        let listed = tokio::task::spawn_blocking(move || checkpoints_in(&folder)).await;
        listed
            .unwrap_or_else(|stopped| Err(stopped.into()))
            .map_err(|fault| ReadError {
                name: checkpoint_folder(&self.0),
                source: fault.into(),
            })
    }
}

fn checkpoint_folder(root: &Path) -> String {
    root.join("checkpoints").display().to_string()
}

/// Checks the log below `files`: the newest checkpoint's signature by `key`, every entry, the chain,
/// the root, every hash tile, and each older checkpoint that is kept.
///
/// # Errors
/// Where a file can neither be read nor is missing; everything else is a fault in the report.
pub async fn check_tiles(
    files: &impl Files,
    origin: &Origin,
    key: &VerifierKey,
) -> Result<Report, FsckError> {
    let mut faults = Faults::default();
    let mut kept = files.kept().await?;
    kept.sort_unstable();
    kept.dedup();
    let Some(Newest {
        which,
        note,
        signed,
        checkpoint,
    }) = newest(files, origin, key, &kept, &mut faults).await?
    else {
        return Ok(faults.alone());
    };
    let size = checkpoint.size();
    kept.retain(|kept| *kept < size);
    let mut reading = Reading {
        verifier: LogVerifier::new(origin.clone()),
        judge: Judge::new(Keys::from(key, origin)),
        kept: kept.into(),
        whole: true,
        faults,
    };
    reading.entries(files, size).await?;
    let Reading {
        mut verifier,
        mut judge,
        mut faults,
        ..
    } = reading;
    judge.end(&mut faults);
    // It bears the trusted key's signature, or one that follows from it: now it is known which it needs.
    if let Err(fault) = judge.keys.verify(&which, signed) {
        faults.add(fault);
    }
    verifier.finish(&checkpoint);
    let root = root_of(verifier.leaves());
    if verifier.findings().is_empty() {
        check_hashes(files, verifier.leaves(), &mut faults).await?;
    } else {
        let leaves = stored_leaves(files, &checkpoint, &mut faults).await?;
        verifier.localise(&leaves, &checkpoint);
    }
    let checkpoints = (
        judge.good + u64::from(root == checkpoint.root()),
        judge.rules,
    );
    Ok(Report {
        newest: Some(String::from_utf8_lossy(&note).into_owned()),
        ..faults.report(&verifier, root, size, checkpoints)
    })
}

/// Compares every hash tile with the tree over `leaves`.
async fn check_hashes(
    files: &impl Files,
    leaves: &[Hash],
    faults: &mut Faults,
) -> Result<(), FsckError> {
    let size = leaves.len() as u64;
    let mut level_hashes = leaves.to_vec();
    let mut level = 0;
    while !level_hashes.is_empty() {
        for (index, hashes) in (0..).zip(level_hashes.chunks(usize::from(WIDTH))) {
            let Some(path) = TilePath::hashes_in(size, level, index) else {
                continue;
            };
            let expected: Vec<u8> = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
            if let Some(bytes) = get(files, &path, faults).await?
                && bytes.get(..expected.len()) != Some(&expected[..])
            {
                faults.add(wrong(&path));
            }
        }
        level_hashes = level_hashes
            .chunks_exact(usize::from(WIDTH))
            .map(root_of)
            .collect();
        level += 1;
    }
    Ok(())
}

/// What the tiles of level 0 hold, as far as they are there.
async fn stored_leaves(
    files: &impl Files,
    checkpoint: &VerifiedCheckpoint,
    faults: &mut Faults,
) -> Result<Vec<Hash>, FsckError> {
    let mut leaves = Vec::new();
    let mut index = 0;
    while let Some(path) = TilePath::hashes_in(checkpoint.size(), 0, index) {
        index += 1;
        let TilePath::Hashes { width, .. } = path else {
            continue;
        };
        if let Some(bytes) = get(files, &path, faults).await? {
            let (hashes, _) = bytes.as_chunks::<32>();
            leaves.extend(
                hashes
                    .iter()
                    .take(usize::from(width))
                    .map(|hash| Hash::new(*hash)),
            );
        }
    }
    Ok(leaves)
}

/// The file, or the full one where only that is kept any more; a fault where neither is there.
async fn get(
    files: &impl Files,
    path: &TilePath,
    faults: &mut Faults,
) -> Result<Option<Vec<u8>>, FsckError> {
    if let Some(bytes) = files.get(&path.to_string()).await? {
        return Ok(Some(bytes));
    }
    let full = full(path);
    if full != *path
        && let Some(bytes) = files.get(&full.to_string()).await?
    {
        return Ok(Some(bytes));
    }
    faults.add(Fault::MissingFile {
        path: path.to_string(),
        seq: first_entry(path),
    });
    Ok(None)
}

fn full(path: &TilePath) -> TilePath {
    match *path {
        TilePath::Hashes { level, index, .. } => TilePath::Hashes {
            level,
            index,
            width: WIDTH,
        },
        TilePath::Entries { index, .. } => TilePath::Entries {
            index,
            width: WIDTH,
        },
    }
}

fn wrong(path: &TilePath) -> Fault {
    Fault::Tile {
        path: path.to_string(),
        seq: first_entry(path),
    }
}
