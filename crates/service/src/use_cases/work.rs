//! Somebody begins to work on a target, and stops: what every recorded way in has in common.

use std::any::Any;
use std::sync::Arc;

use access::State;
use access::command::Command;
use access::event::{ActionOutcome, Actor, RecordingEnd, Way};
use access::ids::{GrantId, PersonId, RecordingId};
use access::time::UnixMillis;
use access::view::Viewer;
use targets::Ending;
use uuid::Uuid;

use crate::error::Error;
use crate::portal::Portal;
use crate::recording::{LogRecorder, Session, goes_on};
use crate::sequencer::Proposal;

/// Recorded sessions of one grant that may live here at a time; a target takes no more of one account.
const MOST_SESSIONS: usize = 10;

/// A recording whose access has been over for so long has nobody left who ends it.
const LEFT_MS: i64 = 15_000;

/// The end of access is nearly always in the log so soon after its sessions were cut, in tenths of a second.
const WRITTEN_WITHIN_TENTHS: u32 = 20;

/// A recording that has begun.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) recording: RecordingId,
    pub(crate) recorder: Arc<LogRecorder>,
    /// Ended where the session has to.
    pub(crate) ending: Ending,
}

impl Portal {
    /// Begins a recording for the holder of a grant. From here on it has to be ended, by [`Portal::end_work`].
    pub(crate) async fn begin_work(
        &self,
        holder: &Actor,
        proved_at_s: Option<i64>,
        grant: GrantId,
        way: Way,
    ) -> Result<Begun, Error> {
        self.is_not_ending(grant)?;
        let of_grant = |session: &(RecordingId, GrantId)| session.1 == grant;
        if self
            .inner
            .live
            .all()
            .iter()
            .filter(|session| of_grant(session))
            .count()
            >= MOST_SESSIONS
        {
            return Err(Error::BadInput {
                field: "session",
                message: format!(
                    "{MOST_SESSIONS} sessions of this access are open already. Nothing was opened; end one of them first."
                ),
            });
        }
        let recording = RecordingId::new(Uuid::new_v4());
        let proposal = Proposal {
            proved_at_s,
            ..Proposal::new(
                Command::StartRecording {
                    recording,
                    grant,
                    way,
                },
                holder.clone(),
            )
        };
        self.inner.sequencer.propose(proposal).await?;
        Ok(Begun {
            recording,
            recorder: Arc::new(LogRecorder::new(self.clone(), recording, holder.clone())),
            ending: Ending::new(),
        })
    }

    /// Access that was ended, and whose end the log has not taken yet, opens nothing more.
    pub(crate) fn is_not_ending(&self, grant: GrantId) -> Result<(), Error> {
        match self.inner.journal.find(grant) {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(Error::NotFound),
            Err(fault) => Err(Error::internal(&fault)),
        }
    }

    /// Makes a session that lives here known to whatever may have to cut it.
    pub(crate) fn keep_work(
        &self,
        begun: &Begun,
        grant: GrantId,
        holder: PersonId,
        driver: Option<Arc<dyn Any + Send + Sync>>,
    ) {
        let session = Session {
            grant,
            holder,
            ending: begun.ending.clone(),
            driver,
        };
        self.inner.live.add(begun.recording, session);
        // What ended it may have looked before it was there.
        let (portal, recording) = (self.clone(), begun.recording);
        tokio::spawn(async move { portal.cut_if_over(recording, grant).await });
    }

    /// Cuts a session whose access or recording is over.
    async fn cut_if_over(&self, recording: RecordingId, grant: GrantId) {
        let over = move |state: &State| !goes_on(state, (recording, grant));
        if !matches!(self.inner.sequencer.ask(over).await, Ok(false)) {
            self.inner.live.cut_one(
                recording,
                "Access has ended, or it is not known whether it has.",
            );
        }
    }

    /// Says that a recording is over, and forgets its session. Where the log does not take it, the reconciler says it
    /// later.
    pub(crate) async fn end_work(&self, recording: RecordingId, cause: RecordingEnd) {
        self.inner.live.forget(recording);
        if let Err(fault) = self.end_recording(recording, cause).await {
            tracing::warn!(%recording, %fault, "the end of a recording is not in the log yet");
        }
    }

    async fn end_recording(
        &self,
        recording: RecordingId,
        cause: RecordingEnd,
    ) -> Result<(), Error> {
        if cause == RecordingEnd::AccessEnded {
            self.until_over(recording).await?;
        }
        let standing = move |state: &State| {
            let found = state.recording(recording)?;
            let waiting: Vec<u32> = found.waiting().map(|(number, _)| number).collect();
            let over = !state
                .grant(found.grant)
                .is_some_and(|grant| grant.is_live());
            Some((waiting, found.stopped.is_some(), over))
        };
        let Some((waiting, stopped, over)) = self.inner.sequencer.ask(standing).await? else {
            return Ok(());
        };
        for number in waiting {
            let command = Command::FinishAction {
                recording,
                number,
                outcome: ActionOutcome::Unknown,
                rows: None,
                duration_ms: 0,
                result: None,
            };
            self.unless_said(command).await?;
        }
        if stopped {
            return Ok(());
        }
        let cause = match cause {
            RecordingEnd::Closed if over => RecordingEnd::AccessEnded,
            RecordingEnd::AccessEnded if !over => RecordingEnd::Closed,
            cause => cause,
        };
        self.unless_said(Command::EndRecording { recording, cause })
            .await
    }

    /// Waits for a moment until the log has it that access is over: sessions are cut before that is written.
    async fn until_over(&self, recording: RecordingId) -> Result<(), Error> {
        let going_on = move |state: &State| {
            let found = state.recording(recording);
            found.is_some_and(|found| goes_on(state, (recording, found.grant)))
        };
        for _ in 0..WRITTEN_WITHIN_TENTHS {
            if !self.inner.sequencer.ask(going_on).await? {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// The recorder says it, unless somebody else has said it meanwhile.
    async fn unless_said(&self, command: Command) -> Result<(), Error> {
        match self.system("recorder", command).await {
            Err(Error::Refused(refusal)) => {
                tracing::debug!(%refusal, "somebody else has said it");
                Ok(())
            }
            done => done,
        }
    }

    /// Ends recordings that a process left behind: their access is over, and nobody said that they are.
    pub(crate) async fn end_recordings_left(&self) -> Result<(), Error> {
        if self.halted().is_some() || self.inner.sequencer.goes_on().is_err() {
            return Ok(());
        }
        let then = UnixMillis::new(self.inner.clock.now().millis() - LEFT_MS);
        let left = move |state: &State| {
            let due = state.recordings_due(then);
            due.map(|recording| recording.id).collect::<Vec<_>>()
        };
        for recording in self.inner.sequencer.ask(left).await? {
            self.inner.live.cut_one(recording, "Access has ended.");
            if self.inner.live.find(recording).is_none() {
                self.end_recording(recording, RecordingEnd::Lost).await?;
            }
        }
        Ok(())
    }

    /// The session of a recording that lives here, for its holder.
    ///
    /// # Errors
    /// [`Error::NotFound`] for everybody else, and where it is over or lives on another server.
    pub(crate) fn driven<T: Send + Sync + 'static>(
        &self,
        viewer: &Viewer,
        recording: RecordingId,
    ) -> Result<Arc<T>, Error> {
        let (session, driver) = self
            .inner
            .live
            .driver::<T>(recording)
            .ok_or(Error::NotFound)?;
        if session.holder == viewer.person {
            Ok(driver)
        } else {
            Err(Error::NotFound)
        }
    }
}
