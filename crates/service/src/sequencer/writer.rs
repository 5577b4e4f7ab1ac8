//! Steps 1 to 5 of an append: collect, fence, decide, hash, insert, commit.

use access::event::Actor;
use access::{Refusal, decide, refusal_event};
use ledger::Origin;
use sqlx::{PgPool, Postgres, Transaction};
use tokio::sync::mpsc;

use super::{
    Act, Appended, Committed, FoldError, Image, Job, Outcome, Pending, Question, Queue, Unwritten,
    moment,
};
use crate::halt::Halt;
use crate::memory::Memory;
use crate::store::ledger::{self as store, Addition};
use crate::store::{opening, projection};

/// Entries in one transaction at most: one tile's worth.
const MOST_COMMANDS: usize = 256;

/// Owns the image of the log. There is one per process; between processes the head row is the fence.
#[derive(Debug)]
pub(crate) struct Writer {
    pool: PgPool,
    origin: Origin,
    memory: Memory,
    halt: Halt,
    /// `None` after a failure: the next use folds the log again.
    image: Option<Image>,
    publisher: mpsc::Sender<Committed>,
}

/// Why a batch is not in the log.
#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Fold(#[from] FoldError),
    #[error("an entry could not be encoded")]
    Encode(#[from] ledger::EncodeError),
    #[error("{0}")]
    Contradiction(String),
}

impl Writer {
    pub(crate) fn new(
        pool: PgPool,
        origin: Origin,
        memory: Memory,
        halt: Halt,
        image: Image,
        publisher: mpsc::Sender<Committed>,
    ) -> Self {
        Self {
            pool,
            origin,
            memory,
            halt,
            image: Some(image),
            publisher,
        }
    }

    /// Works until every [`super::Sequencer`] is gone.
    pub(crate) async fn run(mut self, mut queue: Queue) {
        let mut jobs = Vec::new();
        // While one batch commits, the next collects: no timer is needed to fill it.
        while queue.0.recv_many(&mut jobs, MOST_COMMANDS).await > 0 {
            let mut batch = Vec::new();
            let mut questions = Vec::new();
            for job in jobs.drain(..) {
                match job {
                    Job::Propose(pending) => batch.push(*pending),
                    Job::Ask(question) => questions.push(question),
                }
            }
            if !batch.is_empty() {
                self.write(batch).await;
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
        let mut image = self
            .image
            .take()
            .unwrap_or_else(|| Image::empty(&self.origin));
        let mut connection = self.pool.acquire().await?;
        if self.halt.reason().is_none() {
            let head = store::head(&mut *connection).await?;
            image.catch_up(&mut *connection, head.size).await?;
        }
        Ok(self.image.insert(image))
    }

    async fn write(&mut self, batch: Vec<Pending>) {
        if let Some(reason) = self.halt.reason() {
            for pending in batch {
                let _ = pending
                    .answer
                    .send(Err(Unwritten::Halted(reason.to_owned())));
            }
            return;
        }
        match self.commit(&batch).await {
            Ok((size, root, outcomes, requests)) => {
                let answers = batch
                    .into_iter()
                    .map(|pending| pending.answer)
                    .zip(outcomes);
                let committed = Committed {
                    size,
                    root,
                    answers: answers.collect(),
                    requests,
                };
                // The publisher is gone only while the process stops: then callers see that.
                let _ = self.publisher.send(committed).await;
            }
            Err(fault) => {
                self.image = None;
                let unwritten = match fault {
                    WriteError::Fold(FoldError::Database(_)) | WriteError::Database(_) => {
                        Unwritten::Database
                    }
                    WriteError::Encode(_) => Unwritten::Database,
                    WriteError::Fold(_) | WriteError::Contradiction(_) => {
                        self.halt.pull(fault.to_string());
                        Unwritten::Halted(fault.to_string())
                    }
                };
                tracing::error!(fault = %chain(&fault), "a batch was not written");
                for pending in batch {
                    let _ = pending.answer.send(Err(unwritten.clone()));
                }
            }
        }
    }

    async fn commit(
        &mut self,
        batch: &[Pending],
    ) -> Result<(u64, ledger::Hash, Vec<Outcome>, Vec<access::ids::RequestId>), WriteError> {
        let mut tx = self.pool.begin().await?;
        let head = store::lock_head(&mut tx).await?;
        let mut image = self
            .image
            .take()
            .unwrap_or_else(|| Image::empty(&self.origin));
        self.check_head(&head, &image)?;
        image.catch_up(&mut *tx, head.size).await?;
        if image.root() != head.root || image.frontier() != head.frontier {
            return Err(WriteError::Contradiction(
                "the database's entries do not make the root that its head names".into(),
            ));
        }

        let mut addition = Addition::default();
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut requests = Vec::new();
        let mut made_entries = Vec::new();
        for (place, pending) in batch.iter().enumerate() {
            let now = moment(&image);
            let (events, refusal) = decided(&image, pending, now);
            let mut entries = Vec::with_capacity(events.len());
            for (event, id) in events.into_iter().zip(pending.ids) {
                let made = image.make(id, now, &pending.proposal.actor, event, &mut addition)?;
                entries.push((made.seq, made.event.clone()));
                requests.extend(made.request);
                made_entries.push((place, now, made));
            }
            outcomes.push(match refusal {
                Some(refusal) => Err(refusal),
                None => Ok(Appended { entries }),
            });
        }
        if addition.ids.is_empty() {
            // Every command was refused to the portal itself: nothing to write down.
            let (size, root) = (image.size(), image.root());
            self.image = Some(image);
            return Ok((size, root, outcomes, requests));
        }
        store::append(&mut tx, &head, &image.root(), image.frontier(), &addition).await?;
        for (place, now, made) in &made_entries {
            let proposal = &batch[*place].proposal;
            projection::project(
                &mut tx,
                made.seq,
                now.millis(),
                &proposal.actor,
                &made.event,
                made.request,
            )
            .await?;
        }
        seal_openings(&mut tx, batch, &outcomes).await?;
        if let Err(fault) = tx.commit().await {
            // Unknown, not failed: look, on another connection, whether it is there.
            tracing::warn!(%fault, "the answer to a commit was lost; looking for its entries");
            // Behind the fence: a commit that is still under way holds it.
            let mut look = self.pool.begin().await?;
            store::lock_head(&mut look).await?;
            let found = store::places_of(&mut *look, &addition.ids).await?;
            look.rollback().await?;
            if found.len() != addition.ids.len() {
                return Err(fault.into());
            }
        }
        let (size, root) = (image.size(), image.root());
        self.image = Some(image);
        requests.sort_unstable();
        requests.dedup();
        Ok((size, root, outcomes, requests))
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

/// What an act becomes: its events, and the refusal if it was refused. A refusal of a person is an
/// event; the portal's own tasks ask for what another replica may just have done, and are silent.
fn decided(
    image: &Image,
    pending: &Pending,
    now: access::time::UnixMillis,
) -> (Vec<access::event::Event>, Option<Refusal>) {
    let proposal = &pending.proposal;
    let refusal = match &proposal.act {
        Act::Do(command) => match decide(image.state(), command.clone(), &proposal.actor, now) {
            Ok(events) => return (events, None),
            Err(refusal) => refusal,
        },
        Act::Refuse(refusal) => *refusal,
    };
    let events = match proposal.actor {
        Actor::Person { .. } => vec![refusal_event(&refusal)],
        Actor::System { .. } => Vec::new(),
    };
    (events, Some(refusal))
}

async fn seal_openings(
    tx: &mut Transaction<'_, Postgres>,
    batch: &[Pending],
    outcomes: &[Outcome],
) -> Result<(), sqlx::Error> {
    for (pending, outcome) in batch.iter().zip(outcomes) {
        let Ok(Appended { entries }) = outcome else {
            continue;
        };
        let Some((seq, _)) = entries.first() else {
            continue;
        };
        for (field, open) in &pending.proposal.openings {
            opening::insert(tx, *seq, field, open).await?;
        }
        if let Some(tied) = &pending.proposal.identity {
            projection::tie_identity(tx, &tied.issuer, &tied.subject, tied.person).await?;
        }
    }
    Ok(())
}

/// An error with all its causes, for one line in the server's log.
pub(crate) fn chain(fault: &dyn std::error::Error) -> String {
    let mut text = fault.to_string();
    let mut source = fault.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
