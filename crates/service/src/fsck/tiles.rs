//! A log as tlog-tiles: `checkpoint`, `tile/…`, `tile/entries/…`, in a folder or anywhere else that
//! hands out files by name.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};

use ledger::{
    Hash, LogVerifier, Origin, SignedCheckpoint, TilePath, VerifiedCheckpoint, VerifierKey, bundle,
    root_of,
};

use super::judge::Judge;
use super::keys::Keys;
use super::{Fault, Faults, FsckError, Report, first_entry};
use crate::archive::{checkpoint_key, checkpoints_in};

/// The checkpoint's file.
const NAME: &str = "checkpoint";

/// So many of the newest kept checkpoints are tried before the log counts as unsigned.
const MOST_TRIED: usize = 16;

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
    let checkpoints = judge.good + u64::from(root == checkpoint.root());
    Ok(Report {
        newest: Some(String::from_utf8_lossy(&note).into_owned()),
        ..faults.report(&verifier, root, size, checkpoints)
    })
}

/// The checkpoint that says what the log must be.
struct Newest {
    /// The name of its file.
    which: String,
    note: Vec<u8>,
    signed: SignedCheckpoint,
    checkpoint: VerifiedCheckpoint,
}

/// The newest checkpoint that the key, or one that follows from it, has signed. Newer ones that are
/// none are faults.
async fn newest(
    files: &impl Files,
    origin: &Origin,
    key: &VerifierKey,
    kept: &[u64],
    faults: &mut Faults,
) -> Result<Option<Newest>, FsckError> {
    let mut names: Vec<_> = kept
        .iter()
        .map(|size| (*size, checkpoint_key(*size), Some(*size)))
        .collect();
    match files
        .get(NAME)
        .await?
        .map(|note| SignedCheckpoint::parse(&note))
    {
        Some(Ok(found)) => names.push((found.claimed().size(), NAME.to_owned(), None)),
        Some(Err(fault)) => faults.add(Fault::Checkpoint {
            which: NAME.to_owned(),
            fault,
        }),
        None if names.is_empty() => faults.add(Fault::NoCheckpoint),
        None => {}
    }
    names.sort_by(|a, b| b.cmp(a));
    for (_, which, stored) in names.into_iter().take(MOST_TRIED) {
        let Some(note) = files.get(&which).await? else {
            continue;
        };
        let signed = match SignedCheckpoint::parse(&note) {
            Ok(signed) => signed,
            Err(fault) => {
                faults.add(Fault::Checkpoint { which, fault });
                continue;
            }
        };
        let size = signed.claimed().size();
        if let Some(stored) = stored.filter(|stored| *stored != size) {
            faults.add(Fault::Misplaced { stored, size });
            continue;
        }
        match believed(files, origin, key, &which, signed.clone()).await? {
            Ok(checkpoint) => {
                return Ok(Some(Newest {
                    which,
                    note,
                    signed,
                    checkpoint,
                }));
            }
            Err(fault) => faults.add(fault),
        }
    }
    Ok(None)
}

/// The checkpoint, by the trusted key or by one that follows from it. To follow, the entries are read
/// as far as there are any: nothing says yet how many there must be.
async fn believed(
    files: &impl Files,
    origin: &Origin,
    key: &VerifierKey,
    which: &str,
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
    let followed = keys.verify(which, signed);
    // A key that may not follow is why the checkpoint is not believed.
    Ok(followed.map_err(|fault| faults.first().unwrap_or(fault)))
}

/// The entries, bundle after bundle, and the older checkpoints where each has its turn.
struct Reading<'a> {
    verifier: LogVerifier,
    judge: Judge<'a>,
    /// The sizes of those that are still to come, the smallest first.
    kept: VecDeque<u64>,
    /// Nothing has been missing so far: the tree is that of the entries read.
    whole: bool,
    faults: Faults,
}

impl Reading<'_> {
    async fn entries(&mut self, files: &impl Files, size: u64) -> Result<(), FsckError> {
        let mut index = 0;
        while let Some(path) = TilePath::entries_in(size, index) {
            index += 1;
            let Some(bytes) = get(files, &path, &mut self.faults).await? else {
                self.whole = false;
                continue;
            };
            self.bundle(files, &path, &bytes).await?;
        }
        Ok(())
    }

    async fn bundle(
        &mut self,
        files: &impl Files,
        path: &TilePath,
        bytes: &[u8],
    ) -> Result<(), FsckError> {
        let TilePath::Entries { width, .. } = *path else {
            return Ok(());
        };
        let mut entries = bundle::split(bytes);
        let mut sound = true;
        for _ in 0..width {
            match entries.next() {
                Some(Ok(entry)) => {
                    let leaf = self.verifier.push(entry).leaf;
                    self.judge.entry(entry, leaf, &mut self.faults);
                    self.kept_so_far(files).await?;
                }
                _ => sound = false,
            }
        }
        // A full bundle stands in for a partial one; a partial one is never longer than its name says.
        if !sound || (width == WIDTH && entries.next().is_some()) {
            self.faults.add(wrong(path));
        }
        self.whole &= sound;
        Ok(())
    }

    /// The older checkpoints over what is read by now. Behind a gap none can be compared any more.
    async fn kept_so_far(&mut self, files: &impl Files) -> Result<(), FsckError> {
        let size = self.judge.tree.size();
        while self.whole
            && let Some(kept) = self.kept.pop_front_if(|kept| *kept <= size)
            && let Some(note) = files.get(&checkpoint_key(kept)).await?
        {
            self.judge.checkpoint(kept, &note, &mut self.faults);
        }
        Ok(())
    }
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
