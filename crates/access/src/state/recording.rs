//! What was recorded of somebody's work, as the entries leave it: how much there is, and what is still expected.
//!
//! Invariant: nothing here grows with what was done and is over. A recording of 100,000 actions is as small as one of
//! three; the actions themselves stand in the log.

use std::collections::BTreeMap;

use crate::event::{Field, OpeningRef, RecordingEnd, Way};
use crate::ids::{GrantId, RecordingId, RequestId};
use crate::state::{END_TOLERANCE_S, State};
use crate::time::UnixMillis;
use crate::view::GrantState;

/// One session of somebody's work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Which.
    pub id: RecordingId,
    /// By which access; its holder is the one who works.
    pub grant: GrantId,
    /// For which request.
    pub request: RequestId,
    /// How they work.
    pub way: Way,
    /// The entry that started it.
    pub started_seq: u64,
    /// When.
    pub started_at: UnixMillis,
    /// How many numbers of actions were used, which is the next one's number: those of actions that were sent,
    /// refused, or never reported.
    pub actions: u32,
    /// How many of them the policy refused.
    pub refused: u32,
    /// How many of them were to be reported and never were.
    pub missing: u32,
    /// How many pieces of a terminal it has, which is the next one's number.
    pub chunks: u32,
    /// Actions that were sent and of which nothing says yet what became of them, each with its entry.
    pub(crate) waiting: BTreeMap<u32, u64>,
    /// How it ended, once it has.
    pub stopped: Option<Stopped>,
}

/// How a recording ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// The entry.
    pub seq: u64,
    /// When.
    pub at: UnixMillis,
    /// Why.
    pub cause: RecordingEnd,
}

impl Recording {
    /// All that is sealed in it, by one name: it is disclosed and erased as a whole.
    pub fn opening(&self) -> OpeningRef {
        OpeningRef {
            seq: self.started_seq,
            field: Field::Recording,
        }
    }

    /// Actions that were sent and of which nothing says yet what became of them, by number, each with its entry.
    pub fn waiting(&self) -> impl Iterator<Item = (u32, u64)> {
        self.waiting.iter().map(|(number, seq)| (*number, *seq))
    }

    /// Whether nothing more is expected of it.
    pub(crate) fn is_over(&self) -> bool {
        self.stopped.is_some() && self.waiting.is_empty()
    }
}

impl State {
    /// One recording.
    pub fn recording(&self, id: RecordingId) -> Option<&Recording> {
        self.recordings.get(&id).map(Box::as_ref)
    }

    /// All recordings, by id.
    pub fn recordings(&self) -> impl Iterator<Item = &Recording> {
        self.recordings.values().map(Box::as_ref)
    }

    /// A request's recordings, oldest first.
    pub fn recordings_of(&self, request: RequestId) -> impl DoubleEndedIterator<Item = &Recording> {
        let ids = self
            .request(request)
            .map_or(&[][..], |request| &request.recordings);
        ids.iter().filter_map(|id| self.recording(*id))
    }

    /// Recordings that have not ended, or of which an action waits for its outcome.
    pub fn open_recordings(&self) -> impl Iterator<Item = &Recording> {
        self.recording.iter().filter_map(|id| self.recording(*id))
    }

    /// Recordings that go on although their access is over: they have to end now.
    pub fn recordings_due(&self, now: UnixMillis) -> impl Iterator<Item = &Recording> {
        self.open_recordings().filter(move |recording| {
            let over = self.access_over_at(recording).is_none_or(|at| at <= now);
            recording.stopped.is_none() && over
        })
    }

    /// When the access of a recording was over or is, as it stands.
    pub(crate) fn access_over_at(&self, recording: &Recording) -> Option<UnixMillis> {
        let grant = self.grant(recording.grant)?;
        Some(match grant.state {
            GrantState::Ended { at_ms, .. } => at_ms.min(grant.ends_at()),
            _ => grant.ends_at(),
        })
    }

    /// The last moment at which the end of a recording is not late yet.
    pub(crate) fn latest_stop(&self, recording: &Recording) -> Option<UnixMillis> {
        let over_at = self.access_over_at(recording)?;
        Some(over_at.plus_seconds(END_TOLERANCE_S))
    }
}
