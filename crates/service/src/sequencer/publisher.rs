//! Step 6 of an append: re-read what was stored on another connection, hash it again, compare the
//! root, have it signed. Only then is anybody answered. After a crash the same code brings the
//! checkpoint up to the stored log.

use ledger::{Checkpoint, Hash, Origin, SignedCheckpoint};
use tokio::sync::{mpsc, watch};

use super::publish_error::PublishError;
use super::reread::{Reread, RereadError};
use super::{Answers, Committed, Unwritten};
use crate::error::chain;
use crate::halt::Halt;
use crate::line::{Backoff, Line, timely};
use crate::notify::Changed;
use crate::signer::{Head, Signed, Signer, ToSign};
use crate::store::ledger as store;

/// Has the log signed.
pub(crate) struct Publisher {
    line: Line,
    origin: Origin,
    signer: Signer,
    halt: Halt,
    reread: Reread,
    /// The size of the checkpoint that this process kept last.
    published: u64,
    /// The size of the newest one in the database.
    kept: u64,
    /// What that one says, where the log's key signed it: a memory that was lost or never was here is
    /// no reason to sign something else.
    found: Option<Head>,
    /// Where that size is told.
    signed: watch::Sender<u64>,
    answers: Answers,
    /// What was stored at the start and could not be signed then.
    unsigned: Option<(u64, Hash)>,
}

impl Publisher {
    pub(crate) fn new(
        line: Line,
        origin: Origin,
        signer: Signer,
        halt: Halt,
        answers: Answers,
    ) -> Self {
        Self {
            signed: watch::Sender::new(0),
            answers,
            line,
            origin,
            signer,
            halt,
            reread: Reread::new(),
            published: 0,
            kept: 0,
            found: None,
            unsigned: None,
        }
    }

    /// Who signs.
    pub(crate) fn signer(&mut self) -> &mut Signer {
        &mut self.signer
    }

    /// The size of the newest checkpoint that this process has had signed.
    pub(crate) fn signed(&self) -> watch::Receiver<u64> {
        self.signed.subscribe()
    }

    /// Checks the whole stored log against its head and against what was signed, and has it signed.
    /// A log that fails is halted, not refused: people must be able to look at it. A signer that does
    /// not answer is waited for later.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub(crate) async fn recover(&mut self) -> Result<(), sqlx::Error> {
        let connection = self.line.get().await?;
        // In this order: other replicas write and sign meanwhile, and a head that was read before a checkpoint
        // would be behind it.
        let newest = timely(store::newest_checkpoint(&mut *connection)).await?;
        let head = timely(store::head(connection)).await?;
        self.kept = newest.as_ref().map_or(0, |(size, _)| *size);
        self.found = newest.and_then(|(_, note)| self.by_our_key(&note));
        match self.publish(head.size, head.root).await {
            Ok(()) => Ok(()),
            Err(PublishError::Database(fault)) => Err(fault),
            Err(fault) if fault.passes() => {
                tracing::warn!(fault = %chain(&fault), "the stored log is not signed yet");
                self.unsigned = Some((head.size, head.root));
                Ok(())
            }
            Err(fault) => {
                self.stop(&fault);
                Ok(())
            }
        }
    }

    /// What a stored note says, if one of the log's keys has signed it.
    fn by_our_key(&self, note: &str) -> Option<Head> {
        let signed = SignedCheckpoint::parse(note.as_bytes()).ok()?;
        let claimed = signed.claimed();
        let ours = *claimed.origin() == self.origin && self.signer.has_signed(&signed);
        ours.then(|| (claimed.size(), claimed.root()))
    }

    /// The newest that is known to be signed: here, or by a replica that left it in the database.
    fn known(&self) -> Result<Option<Head>, PublishError> {
        let remembered = self.signer.signed()?;
        match (remembered, self.found) {
            (Some((size, root)), Some((at, other))) if at == size && other != root => {
                Err(PublishError::TwoRoots(size))
            }
            (remembered, found) => Ok([remembered, found]
                .into_iter()
                .flatten()
                .max_by_key(|(size, _)| *size)),
        }
    }

    /// Publishes what is committed. A database or a signer that does not answer is waited for:
    /// nothing that was re-read is lost, and who asked is answered when it is back. Only a log that
    /// contradicts what was written or signed, a memory that cannot be kept, and a database that
    /// refuses for good stop everything.
    async fn publish_at_last(&mut self, size: u64, root: Hash) -> Result<(), Unwritten> {
        let mut backoff = Backoff::default();
        loop {
            if let Some(reason) = self.halt.reason() {
                return Err(Unwritten::Halted(reason.to_owned()));
            }
            match self.publish(size, root).await {
                Ok(()) => return Ok(()),
                Err(fault) if fault.passes() => {
                    self.line.cut();
                    tracing::warn!(fault = %chain(&fault), "the log is not signed yet; trying again");
                    backoff.wait().await;
                }
                Err(fault) => {
                    self.stop(&fault);
                    return Err(Unwritten::Halted(chain(&fault)));
                }
            }
        }
    }

    fn stop(&self, fault: &PublishError) {
        tracing::error!(fault = %chain(fault), "the log failed its check");
        self.halt.pull(chain(fault));
    }

    /// Works until the writer is gone.
    pub(crate) async fn run(
        mut self,
        mut committed: mpsc::Receiver<Committed>,
        changed: mpsc::UnboundedSender<Changed>,
    ) {
        if let Some((size, root)) = self.unsigned.take() {
            // What it ends with is heard by whoever asks next.
            let _ = self.publish_at_last(size, root).await;
        }
        let mut batches = Vec::new();
        while committed.recv_many(&mut batches, 16).await > 0 {
            let Some((size, root)) = batches.last().map(|batch| (batch.size, batch.root)) else {
                continue;
            };
            let published = self.publish_at_last(size, root).await;
            // The witnesses are asked while pages are told.
            self.signed.send_replace(self.published);
            let mut requests = Vec::new();
            for batch in batches.drain(..) {
                requests.extend(batch.requests);
                for answer in batch.answers {
                    match &published {
                        Ok(()) => self.answers.signed(batch.size, answer),
                        Err(why) => answer.give(Err(why.clone())),
                    }
                }
            }
            // Whoever tells is gone only while the process stops.
            let _ = changed.send(Changed { requests, size });
        }
    }

    async fn publish(&mut self, size: u64, root: Hash) -> Result<(), PublishError> {
        let signed = self.known()?;
        let newest = self.reread.size().max(size);
        if let Some((signed, _)) = signed
            && newest < signed
        {
            let (held, by) = (newest, "the log's key");
            return Err(PublishError::Behind { held, by, signed });
        }
        let found = match self.reread.root_at(size) {
            Some(found) => found,
            None => {
                self.reread.grow_to(size, signed, &mut self.line).await?;
                self.reread.root()
            }
        };
        same_root(size, found, root)?;
        // Nothing is signed twice, and not what went along with other replicas' entries.
        while self.published < size {
            if let Signed::StandsAt(theirs) = self.sign().await? {
                self.catch_up_with(theirs).await?;
            }
        }
        Ok(())
    }

    /// Has everything signed that was re-read, and keeps the checkpoint.
    async fn sign(&mut self) -> Result<Signed, PublishError> {
        for (seq, entry) in self.reread.take_announcements() {
            self.signer.announced(seq, &entry)?;
        }
        let extends = self.signer.signed()?;
        let (size, root) = (self.reread.size(), self.reread.root());
        let checkpoint = Checkpoint::new(self.origin.clone(), size, root)?;
        let to_sign = ToSign {
            checkpoint,
            extends,
            after: self.kept,
        };
        let connection = self.line.get().await?;
        let signed = self.signer.sign(to_sign, &mut *connection).await?;
        if let Signed::Note(note) = &signed {
            timely(store::publish(connection, size, note)).await?;
            self.published = size;
            self.kept = size;
        }
        Ok(signed)
    }

    /// Reads what other replicas have had signed, and everything since.
    async fn catch_up_with(&mut self, theirs: u64) -> Result<(), PublishError> {
        let head = timely(store::head(self.line.get().await?)).await?;
        if head.size < theirs {
            return Err(PublishError::Behind {
                held: head.size,
                by: "the log's signer",
                signed: theirs,
            });
        }
        let signed = self.known()?;
        let line = &mut self.line;
        self.reread.grow_beyond(head.size, signed, line).await?;
        same_root(head.size, self.reread.root(), head.root)
    }
}

fn same_root(size: u64, found: Hash, written: Hash) -> Result<(), PublishError> {
    if found == written {
        return Ok(());
    }
    Err(PublishError::Stored(RereadError::OtherRoot {
        size,
        which: "written",
    }))
}
