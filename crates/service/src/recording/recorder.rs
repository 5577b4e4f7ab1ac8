//! The recorder that writes into the log.

use std::sync::atomic::{AtomicBool, Ordering};

use access::command::Command;
use access::digest::Commitment;
use access::event::{Actor, Event, StatementClass};
use access::ids::RecordingId;
use async_trait::async_trait;
use ledger::Opening;
use targets::{ActionNumber, Finished, Recorder, RecorderLost};
use tokio::sync::Mutex;

use crate::error::Error;
use crate::portal::Portal;
use crate::seal;
use crate::sequencer::{Appended, Proposal};

/// Writes one recording. Steps go into the log one after another, as they were taken.
#[derive(Debug)]
pub(crate) struct LogRecorder {
    portal: Portal,
    recording: RecordingId,
    /// The holder, as they were when the session began.
    actor: Actor,
    /// Held while a step is being written: numbers follow the order of the calls.
    turn: Mutex<()>,
    /// Set once a step could not be written. From then on none is: a hole must not be followed by more.
    lost: AtomicBool,
}

impl LogRecorder {
    pub(crate) fn new(portal: Portal, recording: RecordingId, actor: Actor) -> Self {
        Self {
            portal,
            recording,
            actor,
            turn: Mutex::new(()),
            lost: AtomicBool::new(false),
        }
    }

    /// Whether a step could not be written.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::SeqCst)
    }

    async fn write(
        &self,
        command: Command,
        openings: Vec<(&'static str, Opening)>,
    ) -> Result<Appended, RecorderLost> {
        let _turn = self.turn.lock().await;
        if self.is_lost() {
            return Err(RecorderLost(
                "an earlier step could not be recorded, so this session is over".into(),
            ));
        }
        let proposal = Proposal {
            openings,
            ..Proposal::new(command, self.actor.clone())
        };
        let written = self.portal.inner.sequencer.propose(proposal).await;
        written.map_err(|fault| self.lose(&fault))
    }

    fn lose(&self, fault: &Error) -> RecorderLost {
        self.lost.store(true, Ordering::SeqCst);
        tracing::error!(recording = %self.recording, %fault, "a step could not be recorded");
        RecorderLost(match fault {
            // What the log refuses while somebody works is nearly always that their access is over.
            Error::Refused(refusal) => refusal.to_string(),
            _ => "the log does not take it".into(),
        })
    }

    fn seal(&self, text: &str) -> Result<(Commitment, Opening), RecorderLost> {
        seal::seal(text).map_err(|fault| self.lose(&Error::internal(&fault)))
    }
}

#[async_trait]
impl Recorder for LogRecorder {
    async fn intend(
        &self,
        statement: &str,
        classes: &[StatementClass],
    ) -> Result<ActionNumber, RecorderLost> {
        let (commitment, opening) = self.seal(statement)?;
        let command = Command::IntendAction {
            recording: self.recording,
            classes: classes.to_vec(),
            statement: commitment,
        };
        let written = self.write(command, vec![("statement", opening)]).await?;
        match written.entries.first() {
            Some((_, Event::ActionIntended { number, .. })) => Ok(*number),
            _ => unreachable!("an intended action becomes an entry that says so"),
        }
    }

    async fn refuse(&self, statement: &str, class: StatementClass) -> Result<(), RecorderLost> {
        let (commitment, opening) = self.seal(statement)?;
        let command = Command::RefuseAction {
            recording: self.recording,
            class,
            statement: commitment,
        };
        self.write(command, vec![("statement", opening)])
            .await
            .map(drop)
    }

    async fn finish(&self, action: ActionNumber, finished: Finished) -> Result<(), RecorderLost> {
        let sealed = finished.result.as_deref().map(|text| self.seal(text));
        let (result, opening) = sealed.transpose()?.unzip();
        let command = Command::FinishAction {
            recording: self.recording,
            number: action,
            outcome: finished.outcome,
            rows: finished.rows,
            duration_ms: finished.duration_ms,
            result,
        };
        let openings = opening.map(|opening| ("result", opening));
        self.write(command, openings.into_iter().collect())
            .await
            .map(drop)
    }

    async fn chunk(&self, lines: &str) -> Result<(), RecorderLost> {
        let (commitment, opening) = self.seal(lines)?;
        let command = Command::RecordChunk {
            recording: self.recording,
            content: commitment,
        };
        self.write(command, vec![("content", opening)])
            .await
            .map(drop)
    }
}
