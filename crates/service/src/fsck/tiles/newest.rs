//! Which checkpoint says what the log must be.

use ledger::{Origin, SignedCheckpoint, TilePath, VerifiedCheckpoint, VerifierKey, bundle};

use super::{Files, get};
use crate::archive::checkpoint_key;
use crate::fsck::keys::Keys;
use crate::fsck::{Fault, Faults, FsckError};

/// The newest checkpoint's file, where it is not kept under its size.
const NAME: &str = "checkpoint";

/// So many of the newest kept checkpoints are tried before the log counts as unsigned.
const MOST_TRIED: usize = 16;

/// The checkpoint that says what the log must be.
pub(super) struct Newest {
    /// The name of its file.
    pub(super) which: String,
    pub(super) note: Vec<u8>,
    pub(super) signed: SignedCheckpoint,
    pub(super) checkpoint: VerifiedCheckpoint,
}

/// The newest checkpoint that the key, or one that follows from it, has signed. Newer ones that are
/// none are faults.
pub(super) async fn newest(
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
