//! A log as tlog-tiles: `checkpoint`, `tile/…`, `tile/entries/…`, in a folder or anywhere else that
//! hands out files by name.

use std::io;
use std::path::PathBuf;

use ledger::{
    Hash, LogVerifier, Origin, SignedCheckpoint, TilePath, VerifiedCheckpoint, VerifierKey, bundle,
    root_of,
};

use super::keys::Keys;
use super::{Fault, Faults, FsckError, Report, first_entry};

/// The checkpoint's file.
const NAME: &str = "checkpoint";

/// Items in a full tile.
const WIDTH: u16 = 256;

/// The longest file that is read: a full bundle of the longest entries.
pub(super) const LONGEST_FILE: u64 = 256 * (2 + 65_535);

/// A place that hands out files by name.
pub trait Files {
    /// The file's bytes; `None` where there is none.
    fn get(&self, name: &str) -> impl Future<Output = Result<Option<Vec<u8>>, ReadError>> + Send;
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
}

/// Checks the log below `files`: the checkpoint's signature by `key`, every entry, the chain, the
/// root, and every hash tile.
///
/// # Errors
/// Where a file can neither be read nor is missing; everything else is a fault in the report.
pub async fn check_tiles(
    files: &impl Files,
    origin: &Origin,
    key: &VerifierKey,
) -> Result<Report, FsckError> {
    let mut faults = Faults::default();
    let Some(note) = files.get(NAME).await? else {
        return Ok(nothing(Fault::NoCheckpoint));
    };
    let signed = match SignedCheckpoint::parse(&note) {
        Ok(signed) => signed,
        Err(fault) => {
            let which = NAME.to_owned();
            return Ok(nothing(Fault::Checkpoint { which, fault }));
        }
    };
    let checkpoint = match believed(files, origin, key, signed.clone()).await? {
        Ok(checkpoint) => checkpoint,
        Err(fault) => return Ok(nothing(fault)),
    };
    let mut verifier = LogVerifier::new(origin.clone());
    let mut keys = Keys::from(key, origin);
    push_entries(
        files,
        checkpoint.size(),
        &mut verifier,
        &mut keys,
        &mut faults,
    )
    .await?;
    // It bears the trusted key's signature, or one that follows from it: now it is known which it needs.
    if let Err(fault) = keys.verify(NAME, signed) {
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
    Ok(faults.report(&verifier, root, checkpoint.size()))
}

fn nothing(fault: Fault) -> Report {
    Report {
        size: 0,
        root: ledger::empty_root(),
        signed: 0,
        faults: vec![fault],
        unlisted: 0,
    }
}

/// The checkpoint, by the trusted key or by one that follows from it. To follow, the entries are read
/// as far as there are any: nothing says yet how many there must be.
async fn believed(
    files: &impl Files,
    origin: &Origin,
    key: &VerifierKey,
    signed: SignedCheckpoint,
) -> Result<Result<VerifiedCheckpoint, Fault>, FsckError> {
    let mut keys = Keys::from(key, origin);
    if let Ok(checkpoint) = keys.signed_by_trusted(signed.clone()) {
        return Ok(Ok(checkpoint));
    }
    let (size, mut index, mut faults) = (signed.claimed().size(), 0, Faults::default());
    while let Some(path) = TilePath::entries_in(size, index) {
        index += 1;
        let Some(bytes) = get(files, &path, &mut Faults::default()).await? else {
            break;
        };
        for entry in bundle::split(&bytes).map_while(Result::ok) {
            keys.entry(entry, &mut faults);
        }
    }
    let followed = keys.verify(NAME, signed);
    // A key that may not follow is why the checkpoint is not believed.
    Ok(followed.map_err(|fault| faults.first().unwrap_or(fault)))
}

async fn push_entries(
    files: &impl Files,
    size: u64,
    verifier: &mut LogVerifier,
    keys: &mut Keys<'_>,
    faults: &mut Faults,
) -> Result<(), FsckError> {
    let mut index = 0;
    while let Some(path) = TilePath::entries_in(size, index) {
        index += 1;
        let Some(bytes) = get(files, &path, faults).await? else {
            continue;
        };
        let TilePath::Entries { width, .. } = path else {
            continue;
        };
        let mut entries = bundle::split(&bytes);
        let mut sound = true;
        for _ in 0..width {
            match entries.next() {
                Some(Ok(entry)) => {
                    keys.entry(entry, faults);
                    verifier.push(entry);
                }
                _ => sound = false,
            }
        }
        // A full bundle stands in for a partial one; a partial one is never longer than its name says.
        if !sound || (width == WIDTH && entries.next().is_some()) {
            faults.add(wrong(&path));
        }
    }
    Ok(())
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
