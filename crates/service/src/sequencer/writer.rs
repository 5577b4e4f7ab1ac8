//! Steps 1 to 5 of an append: collect, fence, decide, hash, insert, commit.

use ledger::Origin;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::answers::{Answer, gives};
use super::batch::{Batch, BatchError};
use super::fence::{Fence, Unfinished};
use super::rows::{project, seal_openings, tie_identities};
use super::{
    Committed, FoldError, Image, Job, Outcome, Pending, QUEUE, Question, Queue, Unwritten,
};
use crate::clock::Clock;
use crate::error::chain;
use crate::halt::Halt;
use crate::line::{Lines, timely};
use crate::memory::Memory;
use crate::store::ledger as store;

/// Entries in one transaction at most: one tile's worth.
const MOST_COMMANDS: usize = 256;

/// Owns the image of the log. There is one per process; between processes the head row is the fence.
#[derive(Debug)]
pub(crate) struct Writer {
    lines: Lines,
    fence: Fence,
    origin: Origin,
    memory: Memory,
    halt: Halt,
    clock: Clock,
    /// `None` after a failure: the next use folds the log again.
    image: Option<Image>,
    publisher: mpsc::Sender<Committed>,
}

/// A batch that is committed: the log with it, what each command became, which requests changed.
struct Written {
    size: u64,
    root: ledger::Hash,
    outcomes: Vec<Outcome>,
    requests: Vec<access::ids::RequestId>,
}

/// Why a batch is not in the log.
#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Fold(#[from] FoldError),
    #[error(transparent)]
    Batch(#[from] BatchError),
    #[error("{0}")]
    Contradiction(String),
    #[error("whether the newest entries were written cannot be found out")]
    Unknown(#[source] sqlx::Error),
}

impl From<Unfinished> for WriteError {
    fn from(fault: Unfinished) -> Self {
        match fault {
            Unfinished::NotStored(fault) => Self::Database(fault),
            Unfinished::Unknown(fault) => Self::Unknown(fault),
        }
    }
}

impl Writer {
    pub(crate) fn new(
        lines: Lines,
        origin: Origin,
        memory: Memory,
        halt: Halt,
        clock: Clock,
        image: Image,
        publisher: mpsc::Sender<Committed>,
    ) -> Self {
        Self {
            fence: Fence::new(lines.line()),
            lines,
            origin,
            memory,
            halt,
            clock,
            image: Some(image),
            publisher,
        }
    }

    /// Works until every [`super::Sequencer`] is gone.
    pub(crate) async fn run(mut self, mut queue: Queue) {
        let mut jobs = Vec::new();
        // While one batch commits, the next collects: no timer is needed to fill it.
        while !queue.held.is_empty() || queue.jobs.recv_many(&mut jobs, MOST_COMMANDS).await > 0 {
            let mut questions = Vec::new();
            for job in jobs.drain(..) {
                match job {
                    Job::Propose(pending) => queue.held.push_back(*pending),
                    Job::Ask(question) => questions.push(question),
                }
            }
            let count = queue.held.len().min(MOST_COMMANDS);
            let batch: Vec<Pending> = queue.held.drain(..count).collect();
            if batch.is_empty() {
                self.fence.release().await;
            } else {
                self.write(batch, &mut queue).await;
            }
            if !questions.is_empty() {
                self.answer(questions).await;
            }
        }
    }

    async fn answer(&mut self, questions: Vec<Question>) {
        match self.fresh_image().await {
            Ok(image) => {
                for question in questions {
                    question(image.state());
                }
            }
            // The questions are dropped, and who asked is told that nobody answers.
            Err(fault) => tracing::error!(%fault, "the state of the log cannot be read"),
        }
    }

    /// The image, caught up with what other replicas have written.
    async fn fresh_image(&mut self) -> Result<&Image, WriteError> {
        let mut connection = self.lines.pool.acquire().await?;
        let mut image = self
            .image
            .take()
            .unwrap_or_else(|| Image::empty(&self.origin));
        if self.halt.reason().is_none() {
            let head = store::head(&mut *connection).await?;
            image.catch_up(&mut connection, head.size).await?;
        }
        Ok(self.image.insert(image))
    }

    /// Puts a batch into the log. Where more is waiting, the fence is kept for it.
    async fn write(&mut self, batch: Vec<Pending>, queue: &mut Queue) {
        if let Some(reason) = self.halt.reason().map(str::to_owned) {
            self.fence.release().await;
            for pending in batch {
                let _ = pending.answer.send(Err(Unwritten::Halted(reason.clone())));
            }
            return;
        }
        let more = !queue.held.is_empty() || !queue.jobs.is_empty();
        match self.commit(&batch, more).await {
            Ok(written) => {
                let answers = batch
                    .into_iter()
                    .zip(written.outcomes)
                    .map(|(pending, outcome)| Answer {
                        gives: gives(&pending.proposal.act, &outcome),
                        to: pending.answer,
                        outcome,
                    });
                let committed = Committed {
                    size: written.size,
                    root: written.root,
                    answers: answers.collect(),
                    requests: written.requests,
                };
                self.hand_over(committed, queue).await;
            }
            Err(fault) => {
                // The image is gone where it was touched; one that was not is as good as before.
                self.fence.drop_all();
                tracing::error!(fault = %chain(&fault), "a batch was not written");
                let Some(unwritten) = self.unwritten(&fault) else {
                    // Dropped without an answer: that says "unknown".
                    return;
                };
                for pending in batch {
                    let _ = pending.answer.send(Err(unwritten.clone()));
                }
            }
        }
    }

    /// What callers are told; `None` where nobody can say whether it was written. Pulls the brake where
    /// the log cannot go on.
    fn unwritten(&self, fault: &WriteError) -> Option<Unwritten> {
        match fault {
            WriteError::Fold(FoldError::Database(_))
            | WriteError::Database(_)
            | WriteError::Batch(_) => Some(Unwritten::Database),
            WriteError::Fold(_) | WriteError::Contradiction(_) => {
                self.halt.pull(fault.to_string());
                Some(Unwritten::Halted(fault.to_string()))
            }
            WriteError::Unknown(_) => {
                self.halt.pull(fault.to_string());
                None
            }
        }
    }

    /// Gives a batch to the publisher. Where that is behind, nobody else waits for it at the fence; and who
    /// only asks is answered, however long the log's signer is silent.
    async fn hand_over(&mut self, committed: Committed, queue: &mut Queue) {
        let Err(TrySendError::Full(committed)) = self.publisher.try_send(committed) else {
            // The publisher is gone only while the process stops: then callers see that.
            return;
        };
        self.fence.release().await;
        let publisher = self.publisher.clone();
        loop {
            tokio::select! {
                place = publisher.reserve() => {
                    if let Ok(place) = place {
                        place.send(committed);
                    }
                    return;
                }
                Some(job) = queue.jobs.recv(), if queue.held.len() < QUEUE => match job {
                    Job::Propose(pending) => queue.held.push_back(*pending),
                    Job::Ask(question) => self.answer(vec![question]).await,
                },
            }
        }
    }

    async fn commit(&mut self, batch: &[Pending], more: bool) -> Result<Written, WriteError> {
        let head = self.fence.begin().await?;
        let mut image = self
            .image
            .take()
            .unwrap_or_else(|| Image::empty(&self.origin));
        self.check_head(&head, &image)?;
        let connection = self.fence.connection().await?;
        image.catch_up(connection, head.size).await?;
        if image.root() != head.root || image.frontier() != head.frontier {
            return Err(WriteError::Contradiction(
                "the database's entries do not make the root that its head names".into(),
            ));
        }

        let Batch {
            addition,
            outcomes,
            made,
        } = Batch::decide(&mut image, batch, &self.clock)?;
        if addition.ids.is_empty() {
            // Every command was refused to the portal itself, or only asked about: nothing to write down.
            self.fence.keep(head);
            self.fence.release().await;
        } else {
            let root = image.root();
            let frontier = image.frontier();
            timely(store::append(connection, &head, &root, frontier, &addition)).await?;
            // What is erased in the same batch is there first.
            timely(seal_openings(connection, batch, &outcomes)).await?;
            timely(project(connection, batch, &made)).await?;
            timely(tie_identities(connection, batch, &outcomes)).await?;
            self.fence.finish(&addition.ids, more).await?;
        }
        let mut requests: Vec<_> = made
            .iter()
            .filter_map(|entry| entry.made.of.request)
            .collect();
        requests.sort_unstable();
        requests.dedup();
        let written = Written {
            size: image.size(),
            root: image.root(),
            outcomes,
            requests,
        };
        self.image = Some(image);
        Ok(written)
    }

    /// Step 3: a head that is behind what was seen, or another log's, stops everything.
    fn check_head(&self, head: &store::Head, image: &Image) -> Result<(), WriteError> {
        if head.origin != self.origin.as_str() {
            return Err(WriteError::Contradiction(format!(
                "the database holds the log {:?}, this server is configured for {:?}",
                head.origin,
                self.origin.as_str()
            )));
        }
        if head.size < image.size() {
            return Err(WriteError::Contradiction(format!(
                "the database holds {} entries, this server has seen {}",
                head.size,
                image.size()
            )));
        }
        match self.memory.load() {
            Ok(Some((size, _))) if head.size < size => Err(WriteError::Contradiction(format!(
                "the database holds {} entries, this server has signed {size}",
                head.size
            ))),
            Ok(_) => Ok(()),
            Err(fault) => Err(WriteError::Contradiction(chain(&fault))),
        }
    }
}
