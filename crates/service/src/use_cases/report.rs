//! A tool reports what is done elsewhere by a grant. It numbers its steps; the log has each once, in order.

use std::net::IpAddr;

use access::State;
use access::command::Command;
use access::event::{ActionOutcome, RecordingEnd, Way};
use access::ids::{GrantId, RecordingId};
use access::time::UnixMillis;
use ledger::Opening;
use secrecy::SecretString;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::let_in::LetIn;
use crate::error::Error;
use crate::portal::Portal;
use crate::seal;
use crate::sequencer::Proposal;

/// One step that is reported.
#[derive(Debug, Clone)]
pub enum Reported {
    /// Something is about to be done.
    Intended {
        /// Of the actions.
        number: u32,
        /// When, by the clock of who reports.
        at_ms: UnixMillis,
        /// What.
        statement: String,
    },
    /// It is over.
    Finished {
        /// Of the action.
        number: u32,
        /// What became of it.
        outcome: ActionOutcome,
        /// Rows that it returned or changed.
        rows: Option<u64>,
        /// How long it took, in milliseconds.
        duration_ms: u32,
    },
    /// A piece of what was typed and shown, lines of asciicast v2.
    Chunk {
        /// Of the pieces.
        number: u32,
        /// The lines.
        lines: String,
    },
}

/// What came of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportTaken {
    /// All of it is in the log; these numbers are next, of the actions and of the pieces.
    All(u32, u32),
    /// Numbers are missing before it. Nothing was taken.
    Behind(u32, u32),
    /// The grant's last report is still being written. Nothing was taken.
    Busy,
}

/// How a recording stands in the log.
#[derive(Debug, Clone, Copy)]
struct Stands {
    grant: GrantId,
    way: Way,
    actions: u32,
    chunks: u32,
    /// How many actions have no outcome yet.
    waiting: usize,
    over: bool,
}

impl Portal {
    /// Takes a report for a grant, if the token is the grant's. What is in the log already is passed over, so a report
    /// whose answer was lost may be sent again. `ended` says how much there is in all: what never came is a gap, and is
    /// said to be one.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the token lets nobody in; [`Error::Refused`] by the rules; [`Error::Unavailable`] where
    /// the log cannot be written.
    pub async fn report(
        &self,
        (grant, token, from): (GrantId, &SecretString, IpAddr),
        recording: RecordingId,
        items: Vec<Reported>,
        ended: Option<(u32, u32)>,
    ) -> Result<ReportTaken, Error> {
        let holder = self.let_in_by_token(grant, token, from).await?;
        let holder = holder.ok_or(Error::NotFound)?;
        let Some(_turn) = self.inner.reports.begin(grant) else {
            return Ok(ReportTaken::Busy);
        };
        let stands = match self.reported_so_far(recording).await? {
            // What a console or a terminal records is for its own session to tell.
            Some(stands) if stands.grant != grant || stands.way != Way::Reported => {
                return Err(Error::NotFound);
            }
            Some(stands) => stands,
            None => {
                self.begin_report(&holder, grant, recording).await?;
                Stands {
                    grant,
                    way: Way::Reported,
                    actions: 0,
                    chunks: 0,
                    waiting: 0,
                    over: false,
                }
            }
        };
        if let Some(behind) = behind(&stands, &items) {
            return Ok(behind);
        }
        within_bounds(&stands, &items)?;
        let (mut actions, mut chunks) = (stands.actions, stands.chunks);
        for item in items {
            self.take(&holder, recording, item, (&mut actions, &mut chunks))
                .await?;
        }
        if let Some((all, pieces)) = ended
            && !stands.over
        {
            let cause = if pieces > chunks {
                RecordingEnd::Lost
            } else {
                RecordingEnd::Closed
            };
            if all > actions {
                let gap = Command::NoteGap { recording, to: all };
                self.system("recorder", gap).await?;
                actions = all;
            }
            self.end_work(recording, cause).await;
        }
        Ok(ReportTaken::All(actions, chunks))
    }

    async fn reported_so_far(&self, recording: RecordingId) -> Result<Option<Stands>, Error> {
        let stands = move |state: &State| {
            let found = state.recording(recording)?;
            Some(Stands {
                grant: found.grant,
                way: found.way,
                actions: found.actions,
                waiting: found.waiting().count(),
                chunks: found.chunks,
                over: found.stopped.is_some(),
            })
        };
        self.inner.sequencer.ask(stands).await
    }

    async fn begin_report(
        &self,
        holder: &LetIn,
        grant: GrantId,
        recording: RecordingId,
    ) -> Result<(), Error> {
        let command = Command::StartRecording {
            recording,
            grant,
            way: Way::Reported,
        };
        let proposal = Proposal::new(command, holder.actor.clone());
        self.inner.sequencer.propose(proposal).await.map(drop)
    }

    /// Writes a step down, unless it is there.
    async fn take(
        &self,
        holder: &LetIn,
        recording: RecordingId,
        item: Reported,
        (actions, chunks): (&mut u32, &mut u32),
    ) -> Result<(), Error> {
        let sealed = |text: &str| seal::seal(text).map_err(|fault| Error::internal(&fault));
        let (command, openings): (Command, Vec<(&'static str, Opening)>) = match item {
            Reported::Intended { number, .. } if number < *actions => return Ok(()),
            Reported::Intended {
                at_ms, statement, ..
            } => {
                let (statement, opening) = sealed(&format!("{} {statement}", moment(at_ms)))?;
                *actions += 1;
                let command = Command::IntendAction {
                    recording,
                    classes: Vec::new(),
                    statement,
                };
                (command, vec![("statement", opening)])
            }
            Reported::Finished {
                number,
                outcome,
                rows,
                duration_ms,
            } => {
                if !self.waits(recording, number).await? {
                    return Ok(());
                }
                let command = Command::FinishAction {
                    recording,
                    number,
                    outcome,
                    rows,
                    duration_ms,
                    result: None,
                };
                (command, Vec::new())
            }
            Reported::Chunk { number, .. } if number < *chunks => return Ok(()),
            Reported::Chunk { lines, .. } => {
                let (content, opening) = sealed(&lines)?;
                *chunks += 1;
                (
                    Command::RecordChunk { recording, content },
                    vec![("content", opening)],
                )
            }
        };
        let proposal = Proposal {
            openings,
            ..Proposal::new(command, holder.actor.clone())
        };
        self.inner.sequencer.propose(proposal).await.map(drop)
    }

    /// Whether it is still to be said what became of an action.
    async fn waits(&self, recording: RecordingId, number: u32) -> Result<bool, Error> {
        let waits = move |state: &State| {
            let found = state.recording(recording);
            found.is_some_and(|found| found.waiting().any(|(waiting, _)| waiting == number))
        };
        self.inner.sequencer.ask(waits).await
    }
}

/// The longest text of one step, in bytes.
const LONGEST_TEXT: usize = 64 * 1024;

/// Actions of one recording that may be without an outcome at a time.
const MOST_WAITING: usize = 256;

/// Whether nothing of a report is too long, or leaves too much open.
fn within_bounds(stands: &Stands, items: &[Reported]) -> Result<(), Error> {
    let length = |item: &Reported| match item {
        Reported::Intended { statement, .. } => statement.len(),
        Reported::Chunk { lines, .. } => lines.len(),
        Reported::Finished { .. } => 0,
    };
    let intended = |item: &&Reported| matches!(item, Reported::Intended { .. });
    let waiting = stands.waiting + items.iter().filter(intended).count();
    let message = if items.iter().any(|item| length(item) > LONGEST_TEXT) {
        format!(
            "One step has at most {LONGEST_TEXT} bytes of text. Nothing was taken; send it in parts."
        )
    } else if waiting > MOST_WAITING {
        format!(
            "At most {MOST_WAITING} actions may be without an outcome. Nothing was taken; report outcomes first."
        )
    } else {
        return Ok(());
    };
    Err(Error::BadInput {
        field: "items",
        message,
    })
}

/// What is missing before these items, if anything is.
fn behind(stands: &Stands, items: &[Reported]) -> Option<ReportTaken> {
    let (mut actions, mut chunks) = (stands.actions, stands.chunks);
    for item in items {
        let fits = match item {
            Reported::Intended { number, .. } => {
                let fits = *number <= actions;
                actions = actions.max(number.saturating_add(1));
                fits
            }
            Reported::Finished { number, .. } => *number < actions,
            Reported::Chunk { number, .. } => {
                let fits = *number <= chunks;
                chunks = chunks.max(number.saturating_add(1));
                fits
            }
        };
        if !fits {
            return Some(ReportTaken::Behind(stands.actions, stands.chunks));
        }
    }
    None
}

/// A moment as it stands before what was done then.
fn moment(at: UnixMillis) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.millis()) * 1_000_000)
        .ok()
        .and_then(|moment| moment.format(&Rfc3339).ok())
        .unwrap_or_else(|| at.millis().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(number: u32) -> Reported {
        Reported::Chunk {
            number,
            lines: String::new(),
        }
    }

    #[test]
    fn a_hole_before_or_within_a_report_is_seen() {
        let stands = Stands {
            grant: GrantId::new(uuid::Uuid::nil()),
            way: Way::Reported,
            actions: 0,
            chunks: 2,
            waiting: 0,
            over: false,
        };
        assert_eq!(
            behind(&stands, &[chunk(0), chunk(1), chunk(2), chunk(3)]),
            None
        );
        let missing = Some(ReportTaken::Behind(0, 2));
        assert_eq!(behind(&stands, &[chunk(3)]), missing);
        assert_eq!(behind(&stands, &[chunk(2), chunk(4)]), missing);
        let finished = Reported::Finished {
            number: 0,
            outcome: ActionOutcome::Done,
            rows: None,
            duration_ms: 1,
        };
        assert_eq!(behind(&stands, &[finished]), missing);
    }
}
