//! One step: everything up to one signed checkpoint, checked and then written, the checkpoint last.

use std::sync::Arc;

use access::time::UnixMillis;
use ledger::rotation::{KeyHistory, NotVouchedFor};
use ledger::{Entry, Hash, Origin, SignedCheckpoint, TilePath, bundle, leaf_hash};
use sqlx::PgPool;

use super::fault::ArchiveFault;
use super::layout::{self, WIDTH};
use super::spine::{self, Spine};
use super::{Shared, Store};
use crate::store::ledger as log;

/// Nodes read from the database at a time: 16,384 of them stand for 4 million entries.
const NODES: u64 = 16_384;

/// What one archive needs to go on.
#[derive(Debug)]
pub(super) struct Archiver {
    pub(super) pool: PgPool,
    pub(super) origin: Origin,
    /// The log's keys, and which signs what.
    pub(super) keys: KeyHistory,
    pub(super) store: Arc<Store>,
    pub(super) shared: Shared,
    /// Full blocks as they lead to a signed root.
    pub(super) spine: Spine,
    /// The first block that may not be in the archive as a full one.
    pub(super) next_block: u64,
    /// The newest checkpoint that this process knows to be in the archive; 0 before the first.
    pub(super) sealed: u64,
}

/// A checkpoint that this log's key has signed.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) size: u64,
    root: Hash,
    note: String,
}

impl Archiver {
    pub(super) fn new(
        pool: PgPool,
        origin: Origin,
        keys: KeyHistory,
        store: Arc<Store>,
        shared: Shared,
    ) -> Self {
        Self {
            pool,
            origin,
            keys,
            store,
            shared,
            spine: Spine::default(),
            next_block: 0,
            sealed: 0,
        }
    }

    /// The newest published checkpoint; `None` before the first.
    pub(super) async fn published(&self) -> Result<Option<Target>, ArchiveFault> {
        match log::newest_checkpoint(&self.pool).await? {
            None => Ok(None),
            Some((_, note)) => self
                .target(note)
                .map(Some)
                .map_err(ArchiveFault::Checkpoint),
        }
    }

    /// A checkpoint as something to reach, once its signature holds.
    pub(super) fn target(&self, note: String) -> Result<Target, NotVouchedFor> {
        let checkpoint = self
            .keys
            .verify(SignedCheckpoint::parse(note.as_bytes())?)?;
        Ok(Target {
            size: checkpoint.size(),
            root: checkpoint.root(),
            note,
        })
    }

    /// When an entry was written, as it says itself.
    pub(super) async fn time_of(&self, seq: u64) -> Result<Option<UnixMillis>, ArchiveFault> {
        let entries = log::entries(&self.pool, seq, seq + 1).await?;
        let parsed = entries
            .first()
            .and_then(|entry| Entry::parse(&entry.bytes).ok());
        Ok(parsed.map(|entry| UnixMillis::new(entry.time().unix_millis())))
    }

    /// Brings the archive up to a checkpoint.
    ///
    /// # Errors
    /// Where log and archive contradict each other or themselves, or one of them does not answer.
    /// What was written until then stands, and the next try goes on behind it.
    pub(super) async fn copy(&mut self, target: &Target) -> Result<(), ArchiveFault> {
        let tail = self.check(target).await?;
        let blocks = target.size / WIDTH;
        for block in self.next_block..blocks {
            self.full_block(block).await?;
            self.next_block = block + 1;
            self.shared.reached((block + 1) * WIDTH);
        }
        if !tail.is_empty() {
            self.partial_block(blocks, &tail).await?;
        }
        for tile in layout::unfinished(self.sealed, target.size) {
            self.upper_tile(&tile).await?;
        }
        let note = target.note.clone().into_bytes();
        let key = layout::checkpoint_key(target.size);
        self.store.put_new(&key, note).await?;
        self.store.announce(target.size, &target.note).await?;
        self.sealed = target.size;
        self.shared.sealed(target.size);
        Ok(())
    }

    /// Checks the stored hashes against the signed root before anything is written; afterwards the
    /// spine leads to it. Returns the leaf hashes behind the last full block.
    async fn check(&mut self, target: &Target) -> Result<Vec<Hash>, ArchiveFault> {
        let blocks = target.size / WIDTH;
        // Taken out: what turns out to be wrong is read anew the next time.
        let mut spine = std::mem::take(&mut self.spine);
        while spine.blocks() < blocks {
            let from = spine.blocks();
            let nodes = log::nodes(&self.pool, 1, from, blocks.min(from + NODES)).await?;
            if nodes.is_empty() {
                return Err(ArchiveFault::Missing(from * WIDTH));
            }
            nodes.into_iter().for_each(|node| spine.push(node));
        }
        let tail = log::leaf_hashes(&self.pool, blocks * WIDTH, target.size).await?;
        if spine.root_with(&tail) != Some(target.root) {
            return Err(ArchiveFault::OtherRoot { size: target.size });
        }
        self.spine = spine;
        Ok(tail)
    }

    async fn full_block(&self, block: u64) -> Result<(), ArchiveFault> {
        let from = block * WIDTH;
        let (bundle, leaves) = self.bundle(from, from + WIDTH).await?;
        if self.spine.block(block) != Some(spine::root_of(&leaves)) {
            return Err(ArchiveFault::OtherRoot { size: from + WIDTH });
        }
        self.put_block(from + WIDTH, block, bundle, &leaves).await?;
        for tile in layout::completed_by(block) {
            self.upper_tile(&tile).await?;
        }
        Ok(())
    }

    async fn partial_block(&self, block: u64, tail: &[Hash]) -> Result<(), ArchiveFault> {
        let from = block * WIDTH;
        let size = from + tail.len() as u64;
        let (bundle, leaves) = self.bundle(from, size).await?;
        if leaves != tail {
            return Err(ArchiveFault::OtherRoot { size });
        }
        self.put_block(size, block, bundle, &leaves).await
    }

    /// Entries `from..to` as a bundle, with the leaf hashes that their bytes have.
    async fn bundle(&self, from: u64, to: u64) -> Result<(Vec<u8>, Vec<Hash>), ArchiveFault> {
        let (mut bytes, mut leaves) = (Vec::new(), Vec::new());
        let entries = log::entries(&self.pool, from, to).await?;
        for (seq, entry) in (from..).zip(&entries) {
            let leaf = leaf_hash(&entry.bytes);
            if entry.seq != seq {
                return Err(ArchiveFault::Missing(seq));
            }
            let framed = bundle::push(&mut bytes, &entry.bytes);
            if leaf != entry.leaf_hash || framed.is_err() {
                return Err(ArchiveFault::Altered(seq));
            }
            leaves.push(leaf);
        }
        match from + entries.len() as u64 {
            end if end == to => Ok((bytes, leaves)),
            end => Err(ArchiveFault::Missing(end)),
        }
    }

    /// The bundle first: where the tile is, the bundle is.
    async fn put_block(
        &self,
        size: u64,
        block: u64,
        bundle: Vec<u8>,
        leaves: &[Hash],
    ) -> Result<(), ArchiveFault> {
        let bundle = (TilePath::entries_in(size, block), bundle);
        let tile = (TilePath::hashes_in(size, 0, block), spine::bytes_of(leaves));
        for (path, bytes) in [bundle, tile] {
            let path = path.ok_or(ArchiveFault::Missing(block * WIDTH))?;
            self.store.put_new(&path.to_string(), bytes).await?;
        }
        Ok(())
    }

    async fn upper_tile(&self, path: &TilePath) -> Result<(), ArchiveFault> {
        // The spine was checked up to a size that has this tile.
        let bytes = self.spine.tile(path).ok_or(ArchiveFault::Missing(0))?;
        self.store.put_new(&path.to_string(), bytes).await?;
        Ok(())
    }
}
