//! Where to go on: asked of the archive itself, by its keys. Blocks are written in order, so the
//! first one that is missing is found by halving; the newest checkpoint lies in that block, or before
//! it where a step broke off.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use ledger::TilePath;

use super::copy::{Archiver, Target};
use super::fault::ArchiveFault;
use super::layout::{self, WIDTH};
use super::{Store, StoreFault};

/// Questions under way at a time.
const QUESTIONS: usize = 16;

/// So many blocks before the last one are searched for the newest checkpoint: a step that is larger
/// and broke off is gone on with all the same, its blocks compared as they are put again.
const LOOK_BACK: u64 = 16;

impl Archiver {
    /// Finds what is there and compares the newest of it with the log: its last block, its tiles and
    /// its newest checkpoint are put again, which does nothing where they are the same.
    ///
    /// # Errors
    /// Where the archive holds something else than the log, or more.
    pub(super) async fn resume(&mut self) -> Result<(), ArchiveFault> {
        let Some(before) = self.published().await? else {
            return Ok(());
        };
        let full = full_blocks(&self.store, before.size / WIDTH + 1).await?;
        let newest = newest_checkpoint(&self.store, full, full.saturating_sub(LOOK_BACK)).await?;
        let newest = newest
            .map(|(size, note)| self.own(size, &note))
            .transpose()?;
        // Asked again: another server may have published and archived meanwhile.
        let held = self.published().await?.map_or(0, |target| target.size);
        let signed = newest.as_ref().map_or(0, |target| target.size);
        if signed > held {
            return Err(ArchiveFault::SetBack { signed, held });
        }
        let archived = signed.max(full * WIDTH);
        if archived > held {
            return Err(ArchiveFault::Ahead { archived, held });
        }
        self.next_block = full.saturating_sub(1);
        self.sealed = 0;
        if let Some(target) = newest {
            self.copy(&target).await?;
        }
        self.shared.reached(full * WIDTH);
        tracing::info!(archived, held, "the archive goes on");
        Ok(())
    }
}

impl Archiver {
    /// A checkpoint that is archived under this size, if it is one of ours.
    fn own(&self, size: u64, note: &[u8]) -> Result<Target, ArchiveFault> {
        let key = layout::checkpoint_key(size);
        let note = String::from_utf8_lossy(note).into_owned();
        match self.target(note) {
            Ok(target) if target.size == size => Ok(target),
            Ok(_) => Err(StoreFault::Contradiction { key }.into()),
            Err(fault) => Err(ArchiveFault::ForeignCheckpoint { key, fault }),
        }
    }
}

/// How many full blocks are there, `limit` at most.
pub(super) async fn full_blocks(store: &Store, limit: u64) -> Result<u64, StoreFault> {
    let (mut there, mut missing) = (0, limit);
    while there < missing {
        let middle = there + (missing - there) / 2;
        let tile = TilePath::Hashes {
            level: 0,
            index: middle,
            width: 256,
        };
        if store.get(&tile.to_string()).await?.is_some() {
            there = middle + 1;
        } else {
            missing = middle;
        }
    }
    Ok(there)
}

/// The newest checkpoint before block `full` is full, and not before block `first` begins.
pub(super) async fn newest_checkpoint(
    store: &Store,
    full: u64,
    first: u64,
) -> Result<Option<(u64, Vec<u8>)>, StoreFault> {
    let sizes = (first * WIDTH..(full + 1) * WIDTH)
        .rev()
        .filter(|size| *size > 0);
    let found = stream::iter(sizes)
        .map(|size| async move {
            let found = store.get(&layout::checkpoint_key(size)).await;
            found.map(|note| note.map(|note| (size, note)))
        })
        .buffered(QUESTIONS)
        .try_filter_map(|found| async { Ok(found) });
    let mut found = std::pin::pin!(found);
    found.try_next().await
}
