//! The log as it is stored, hashed again.

use std::collections::VecDeque;

use ledger::{Hash, Tree, empty_root, leaf_hash, rotation};

use crate::line::{Line, timely};
use crate::store::ledger as store;

/// Entries re-read at a time.
const CHUNK: u64 = 4096;

/// What was re-read.
#[derive(Debug)]
pub(super) struct Reread {
    tree: Tree,
    /// The size that was asked for last, and the roots at that and each size beyond it.
    asked: u64,
    roots: VecDeque<Hash>,
    /// Entries that announce a key, which nobody has taken yet.
    announcements: Vec<(u64, Vec<u8>)>,
}

/// Why what is stored is not what was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum RereadError {
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
    #[error("entry {0} is not there when it is read again")]
    Missing(u64),
    #[error(
        "entry {0} reads differently from what was stored: its bytes do not hash to its leaf hash"
    )]
    Altered(u64),
    #[error("at {size} entries the stored log has another root than the one that was {which}")]
    OtherRoot { size: u64, which: &'static str },
}

impl Reread {
    pub(super) fn new() -> Self {
        Self {
            tree: Tree::new(),
            asked: 0,
            roots: VecDeque::from([empty_root()]),
            announcements: Vec::new(),
        }
    }

    pub(super) fn size(&self) -> u64 {
        self.tree.size()
    }

    pub(super) fn root(&self) -> Hash {
        self.tree.root()
    }

    /// What was read that announces a key, each once.
    pub(super) fn take_announcements(&mut self) -> Vec<(u64, Vec<u8>)> {
        std::mem::take(&mut self.announcements)
    }

    /// The root at the size that was asked for last, or at one beyond it that was read.
    pub(super) fn root_at(&self, size: u64) -> Option<Hash> {
        let at = usize::try_from(size.checked_sub(self.asked)?).ok()?;
        self.roots.get(at).copied()
    }

    /// Reads on to this size, through what was signed before. What was read stays read, also where
    /// the database fails in between.
    pub(super) async fn grow_to(
        &mut self,
        size: u64,
        signed: Option<(u64, Hash)>,
        line: &mut Line,
    ) -> Result<(), RereadError> {
        self.grow(size, signed, line, Roots::Last).await?;
        self.roots.clear();
        self.roots.push_back(self.tree.root());
        self.asked = self.tree.size();
        Ok(())
    }

    /// The same, further than this process has written: it will ask for sizes in between.
    pub(super) async fn grow_beyond(
        &mut self,
        size: u64,
        signed: Option<(u64, Hash)>,
        line: &mut Line,
    ) -> Result<(), RereadError> {
        self.grow(size, signed, line, Roots::Each).await
    }

    async fn grow(
        &mut self,
        size: u64,
        signed: Option<(u64, Hash)>,
        line: &mut Line,
        keep: Roots,
    ) -> Result<(), RereadError> {
        while self.tree.size() < size {
            let from = self.tree.size();
            let connection = line.get().await?;
            let entries = timely(store::entries(connection, from, size.min(from + CHUNK))).await?;
            if entries.is_empty() {
                return Err(RereadError::Missing(from));
            }
            for entry in entries {
                self.push(&entry, signed)?;
                if keep == Roots::Each {
                    self.roots.push_back(self.tree.root());
                }
            }
        }
        Ok(())
    }

    fn push(
        &mut self,
        entry: &store::StoredEntry,
        signed: Option<(u64, Hash)>,
    ) -> Result<(), RereadError> {
        let seq = self.tree.size();
        if entry.seq != seq {
            return Err(RereadError::Missing(seq));
        }
        let leaf = leaf_hash(&entry.bytes);
        if leaf != entry.leaf_hash {
            return Err(RereadError::Altered(seq));
        }
        self.tree.push(leaf);
        if rotation::is_announced_in(&entry.bytes) {
            self.announcements.push((seq, entry.bytes.clone()));
        }
        match signed {
            Some((size, root)) if size == self.tree.size() && root != self.tree.root() => {
                Err(RereadError::OtherRoot {
                    size,
                    which: "signed",
                })
            }
            _ => Ok(()),
        }
    }
}

/// Which roots are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Roots {
    Last,
    Each,
}
