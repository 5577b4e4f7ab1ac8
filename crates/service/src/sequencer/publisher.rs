//! Step 6 of an append: re-read what was stored on another connection, hash it again, compare the
//! root, remember it, sign it. Only then is anybody answered. After a crash the same code brings the
//! checkpoint up to the stored log.

use ledger::{Checkpoint, Hash, Origin, SigningKey, Tree, leaf_hash};
use tokio::sync::mpsc;

use super::{Committed, Unwritten};
use crate::error::chain;
use crate::halt::Halt;
use crate::line::{Backoff, Line, passes, timely};
use crate::memory::{Memory, MemoryError};
use crate::notify::Changed;
use crate::store::ledger as store;

/// Entries re-read at a time.
const CHUNK: u64 = 4096;

/// Owns the signing key.
pub(crate) struct Publisher {
    line: Line,
    origin: Origin,
    key: SigningKey,
    memory: Memory,
    halt: Halt,
    /// The tree over what was re-read.
    tree: Tree,
    /// The newest size and root that were signed, as the memory file has them.
    remembered: Option<(u64, Hash)>,
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
enum PublishError {
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
    #[error("this server's memory of the log cannot be used")]
    Memory(#[from] MemoryError),
    #[error("no checkpoint can be made of the log")]
    Checkpoint(#[from] ledger::CheckpointError),
    #[error("entry {0} is not there when it is read again")]
    Missing(u64),
    #[error(
        "entry {0} reads differently from what was stored: its bytes do not hash to its leaf hash"
    )]
    Altered(u64),
    #[error("at {size} entries the stored log has another root than the one that was {which}")]
    OtherRoot { size: u64, which: &'static str },
    #[error("the database holds {held} entries, this server has signed {signed}")]
    Behind { held: u64, signed: u64 },
}

impl Publisher {
    pub(crate) fn new(
        line: Line,
        origin: Origin,
        key: SigningKey,
        memory: Memory,
        halt: Halt,
    ) -> Self {
        Self {
            line,
            origin,
            key,
            memory,
            halt,
            tree: Tree::new(),
            remembered: None,
        }
    }

    /// Checks the whole stored log against its head and against what was remembered, and signs it.
    /// A log that fails is halted, not refused: people must be able to look at it.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub(crate) async fn recover(&mut self) -> Result<(), sqlx::Error> {
        let head = timely(store::head(self.line.get().await?)).await?;
        let checked = match self.memory.load() {
            Ok(remembered) => {
                self.remembered = remembered;
                self.publish(head.size, head.root).await
            }
            Err(fault) => Err(fault.into()),
        };
        match checked {
            Ok(()) => Ok(()),
            Err(PublishError::Database(fault)) => Err(fault),
            Err(fault) => {
                self.stop(&fault);
                Ok(())
            }
        }
    }

    /// Publishes what is committed. A database that does not answer is waited for: nothing that was
    /// re-read is lost, and who asked is answered when it is back. Only a log that contradicts what
    /// was written or remembered, a memory that cannot be kept, and a database that refuses for good
    /// stop everything.
    async fn publish_at_last(&mut self, size: u64, root: Hash) -> Result<(), Unwritten> {
        let mut backoff = Backoff::default();
        loop {
            if let Some(reason) = self.halt.reason() {
                return Err(Unwritten::Halted(reason.to_owned()));
            }
            match self.publish(size, root).await {
                Ok(()) => return Ok(()),
                Err(PublishError::Database(fault)) if passes(&fault) => {
                    self.line.cut();
                    tracing::warn!(%fault, "the log cannot be re-read; trying again");
                    backoff.wait().await;
                }
                Err(fault) => {
                    self.stop(&fault);
                    return Err(Unwritten::Halted(fault.to_string()));
                }
            }
        }
    }

    fn stop(&self, fault: &PublishError) {
        tracing::error!(fault = %chain(fault), "the log failed its check");
        self.halt.pull(fault.to_string());
    }

    /// Works until the writer is gone.
    pub(crate) async fn run(
        mut self,
        mut committed: mpsc::Receiver<Committed>,
        changed: mpsc::UnboundedSender<Changed>,
    ) {
        let mut batches = Vec::new();
        while committed.recv_many(&mut batches, 16).await > 0 {
            let Some((size, root)) = batches.last().map(|batch| (batch.size, batch.root)) else {
                continue;
            };
            let published = self.publish_at_last(size, root).await;
            let mut requests = Vec::new();
            for batch in batches.drain(..) {
                requests.extend(batch.requests);
                for (answer, outcome) in batch.answers {
                    // Who asked may have gone away; the entry stands all the same.
                    let _ = answer.send(published.clone().map(|()| outcome));
                }
            }
            // Whoever tells is gone only while the process stops.
            let _ = changed.send(Changed { requests, size });
        }
    }

    /// Syncs to the disk on a thread that may wait for it.
    async fn remember(&self, checkpoint: &Checkpoint) -> Result<(), MemoryError> {
        let (memory, newer) = (self.memory.clone(), checkpoint.clone());
        match tokio::task::spawn_blocking(move || memory.store(&newer)).await {
            Ok(stored) => stored,
            Err(stopped) => Err(self.memory.failed(stopped.into())),
        }
    }

    async fn publish(&mut self, size: u64, root: Hash) -> Result<(), PublishError> {
        let remembered = self.remembered;
        if let Some((signed, _)) = remembered
            && size < signed
        {
            return Err(PublishError::Behind { held: size, signed });
        }
        while self.tree.size() < size {
            let from = self.tree.size();
            let connection = self.line.get().await?;
            let entries = timely(store::entries(connection, from, size.min(from + CHUNK))).await?;
            if entries.is_empty() {
                return Err(PublishError::Missing(from));
            }
            for entry in entries {
                let seq = self.tree.size();
                if entry.seq != seq {
                    return Err(PublishError::Missing(seq));
                }
                let leaf = leaf_hash(&entry.bytes);
                if leaf != entry.leaf_hash {
                    return Err(PublishError::Altered(seq));
                }
                self.tree.push(leaf);
                if let Some((signed, signed_root)) = remembered
                    && signed == self.tree.size()
                    && signed_root != self.tree.root()
                {
                    return Err(PublishError::OtherRoot {
                        size: signed,
                        which: "signed",
                    });
                }
            }
        }
        if self.tree.root() != root {
            return Err(PublishError::OtherRoot {
                size,
                which: "written",
            });
        }
        if size == 0 {
            return Ok(());
        }
        // Remembered before it is signed: a signature that anybody holds is never forgotten.
        let checkpoint = Checkpoint::new(self.origin.clone(), size, root)?;
        if remembered != Some((size, root)) {
            self.remember(&checkpoint).await?;
            self.remembered = Some((size, root));
        }
        let note = checkpoint.sign(&self.key);
        timely(store::publish(self.line.get().await?, size, &note)).await?;
        Ok(())
    }
}
