//! The only way into the log. Commands queue here; one writer decides them in order against the
//! newest state, stores their entries, and a publisher re-reads, remembers and signs them before
//! anybody is answered.
//!
//! ```text
//! caller ──▶ queue ──▶ writer: fence, decide, hash, insert, commit ──▶ publisher: re-read, hash
//!    ▲                 (the next batch is written meanwhile)             again, remember, sign
//!    └───────────────────────────── answer ◀───────────────────────────────────────┘
//! ```

mod answers;
mod batch;
mod fence;
mod image;
mod publish_error;
mod publisher;
mod reread;
mod rows;
mod writer;

use std::collections::VecDeque;
use std::time::Duration;

use access::command::Command;
use access::event::{Actor, Event};
use access::ids::PersonId;
use access::view::Viewer;
use access::{Refusal, State};
use ledger::Opening;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::error::Error;
use crate::halt::Halt;
use crate::portal::actor;
use crate::signer::Waiting;

use answers::Answer;
pub(crate) use answers::{Answers, when_witnessed};
pub(crate) use image::{FoldError, Image};
pub(crate) use publisher::Publisher;
pub(crate) use writer::Writer;

/// Commands waiting at most; the next caller waits for room.
const QUEUE: usize = 4096;

/// An answer is waited for so long; then the caller is told that it is not known yet. Longer than the
/// database may take to find out what became of a commit.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The longest actor, in bytes: what a person's groups take. An entry has 65,535 bytes for
/// everything, and one that does not fit would keep its whole batch out of the log.
const LONGEST_ACTOR: usize = 24_576;

/// The most entries that one command becomes.
const MOST_EVENTS: usize = 3;

/// What is asked of the log.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "nearly all are commands, and few wait at a time"
)]
pub(crate) enum Act {
    /// Decide this and write down what follows, or the refusal.
    Do(Command),
    /// Write down a refusal that was decided before something outside was touched.
    Refuse(Refusal),
    /// Decide this behind everything that is being written now, by other replicas too, and write nothing.
    Would(Command),
}

/// One act with all that its entries need.
#[derive(Debug)]
pub(crate) struct Proposal {
    pub(crate) act: Act,
    pub(crate) actor: Actor,
    /// When the session that asks for it was proven, in seconds since 1970.
    pub(crate) proved_at_s: Option<i64>,
    /// Openings of the sealed fields of the first entry, by field name.
    pub(crate) openings: Vec<(&'static str, Opening)>,
    /// The provider's identity to tie to a person who is registered by this.
    pub(crate) identity: Option<TiedIdentity>,
}

/// (issuer, subject) and who that is from now on.
#[derive(Debug, Clone)]
pub(crate) struct TiedIdentity {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) person: PersonId,
}

impl Proposal {
    pub(crate) fn new(command: Command, actor: Actor) -> Self {
        Self {
            act: Act::Do(command),
            actor,
            proved_at_s: None,
            openings: Vec::new(),
            identity: None,
        }
    }

    /// One command of the viewer's, without anything sealed.
    pub(crate) fn of(viewer: &Viewer, command: Command) -> Self {
        Self {
            proved_at_s: viewer.proved_at_s,
            ..Self::new(command, actor(viewer))
        }
    }
}

/// What stands in the log now, durable and signed.
#[derive(Debug)]
pub(crate) struct Appended {
    /// What each entry says, with its place, in order.
    pub(crate) entries: Vec<(u64, Event)>,
}

/// How an act ended that is in the log.
pub(crate) type Outcome = Result<Appended, Refusal>;

/// A proposal on its way, with the ids of its entries: made before the first try.
#[derive(Debug)]
struct Pending {
    proposal: Proposal,
    ids: [Uuid; MOST_EVENTS],
    answer: oneshot::Sender<Result<Outcome, Unwritten>>,
}

/// Why nothing was written, or why nothing may rest on what was.
#[derive(Debug, Clone)]
pub(crate) enum Unwritten {
    /// The brake is on.
    Halted(String),
    /// The database did not take it.
    Database,
    /// It is in the log, and the witnesses have not signed in time.
    NotWitnessed,
}

type Question = Box<dyn FnOnce(&State) + Send>;

enum Job {
    Propose(Box<Pending>),
    Ask(Question),
}

/// The caller's end.
#[derive(Debug, Clone)]
pub(crate) struct Sequencer {
    queue: mpsc::Sender<Job>,
    halt: Halt,
    signer: Waiting,
}

/// The writer's end.
pub(crate) struct Queue {
    jobs: mpsc::Receiver<Job>,
    /// Taken out of the queue and not written yet: questions behind them were answered.
    held: VecDeque<Pending>,
}

impl Sequencer {
    pub(crate) fn new(halt: Halt, signer: Waiting) -> (Self, Queue) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (
            Self {
                queue: sender,
                halt,
                signer,
            },
            Queue {
                jobs: receiver,
                held: VecDeque::new(),
            },
        )
    }

    /// Puts an act to the rules and the outcome into the log. Returns when that is durable and
    /// signed. A refusal is an entry too.
    pub(crate) async fn propose(&self, proposal: Proposal) -> Result<Appended, Error> {
        self.propose_as(Uuid::new_v4(), proposal).await
    }

    /// The same, where the caller has made the first entry's id, and so finds out later whether an act
    /// whose answer was lost is in the log.
    pub(crate) async fn propose_as(&self, id: Uuid, proposal: Proposal) -> Result<Appended, Error> {
        if let Some(reason) = self.halt.reason() {
            return Err(halted(reason));
        }
        self.goes_on()?;
        if proposal.actor.json().len() > LONGEST_ACTOR {
            return Err(Error::BadInput {
                field: "groups",
                message: "Your identity provider names more groups than the log can hold. Ask whoever runs it to send this portal only the groups that it needs.".into(),
            });
        }
        let (answer, answered) = oneshot::channel();
        let mut ids = [(); MOST_EVENTS].map(|()| Uuid::new_v4());
        ids[0] = id;
        let job = Job::Propose(Box::new(Pending {
            proposal,
            ids,
            answer,
        }));
        let answered = async {
            self.queue.send(job).await.map_err(|_| stopping())?;
            Ok::<_, Error>(answered.await)
        };
        let answered = tokio::time::timeout(ANSWER_WITHIN, answered).await;
        match answered.map_err(|_| late())?? {
            Ok(Ok(Ok(appended))) => Ok(appended),
            Ok(Ok(Err(refusal))) => Err(Error::Refused(refusal)),
            Ok(Err(Unwritten::Halted(reason))) => Err(halted(&reason)),
            Ok(Err(Unwritten::Database)) => Err(Error::Unavailable {
                message: "The log could not be written, so nothing was changed. What you typed is kept; try again in a minute.".into(),
            }),
            Ok(Err(Unwritten::NotWitnessed)) => Err(not_witnessed()),
            Err(_) => Err(unknown()),
        }
    }

    /// Asks the newest state, signed or not: pages are read while the signer is silent. Where something is
    /// done on the answer, [`Sequencer::goes_on`] is asked before.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&State) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        let job = Job::Ask(Box::new(move |state| {
            // Who asked may have gone away: then nobody misses the answer.
            let _ = answer.send(question(state));
        }));
        let answered = async {
            self.queue.send(job).await.map_err(|_| stopping())?;
            answered.await.map_err(|_| stopping())
        };
        let answered = tokio::time::timeout(ANSWER_WITHIN, answered).await;
        answered.map_err(|_| silent())?
    }

    /// Whether the newest state is as good as signed, and what is asked now will be answered soon.
    pub(crate) fn goes_on(&self) -> Result<(), Error> {
        if self.signer.now().stalled {
            return Err(unsigned());
        }
        Ok(())
    }
}

fn unsigned() -> Error {
    Error::Unavailable {
        message: "The log's signer does not answer, so nothing was changed, and nothing can be opened until it does; what is open can still be ended. What you typed is kept; try again in a minute.".into(),
    }
}

/// Nothing was to be changed, so nothing is lost.
fn silent() -> Error {
    Error::Unavailable {
        message: "The log does not say in time where things stand, so this page cannot be shown. Nothing was changed; try again in a minute.".into(),
    }
}

/// It was taken and signed, and nobody outside has confirmed it.
fn not_witnessed() -> Error {
    Error::Unavailable {
        message: "This is in the log now, but the log's witnesses have not confirmed it in time, so nothing was opened on it. Look at the page again before you repeat it; ask whoever runs the portal whether the witnesses answer.".into(),
    }
}

/// There is no answer yet; it may wait for room still, or be in the log.
fn late() -> Error {
    Error::Unavailable {
        message: "The log has not answered in time, so it is not known yet whether it takes this, and nothing was opened on it. Look at the page again before you repeat it; what you typed is kept.".into(),
    }
}

fn halted(reason: &str) -> Error {
    Error::Unavailable {
        message: format!(
            "The log is halted ({reason}). Nothing can be opened until an operator has looked; what is open can still be ended."
        ),
    }
}

/// It was taken, and nobody is left who could say what became of it.
fn unknown() -> Error {
    Error::Unavailable {
        message: "The portal cannot say whether it did this: it is stopping, or its database refuses to answer. Look at the page again before you repeat it; what you typed is kept.".into(),
    }
}

fn stopping() -> Error {
    Error::Unavailable {
        message: "The portal is stopping. Nothing was changed; what you typed is kept. Try again in a minute.".into(),
    }
}

/// Written and committed, waiting to be published and answered.
pub(crate) struct Committed {
    /// The log's size and root once these entries are in it.
    size: u64,
    root: ledger::Hash,
    answers: Vec<Answer>,
    requests: Vec<access::ids::RequestId>,
}
