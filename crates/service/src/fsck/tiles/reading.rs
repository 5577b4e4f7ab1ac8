//! Reading the entries once, from the first to the last.

use std::collections::VecDeque;

use ledger::{LogVerifier, TilePath, bundle};

use super::{Files, WIDTH, get, wrong};
use crate::archive::checkpoint_key;
use crate::fsck::judge::Judge;
use crate::fsck::{Faults, FsckError};

/// The entries, bundle after bundle, and the older checkpoints where each has its turn.
pub(super) struct Reading<'a> {
    pub(super) verifier: LogVerifier,
    pub(super) judge: Judge<'a>,
    /// The sizes of those that are still to come, the smallest first.
    pub(super) kept: VecDeque<u64>,
    /// Nothing has been missing so far: the tree is that of the entries read.
    pub(super) whole: bool,
    pub(super) faults: Faults,
}

impl Reading<'_> {
    pub(super) async fn entries(&mut self, files: &impl Files, size: u64) -> Result<(), FsckError> {
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
