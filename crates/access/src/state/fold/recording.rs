//! How recordings come about, go on and end.

use crate::event::{Event, Field, OpeningRef};
use crate::ids::{GrantId, RecordingId};
use crate::record::RecordRef;
use crate::state::{Recording, State, Stopped};

impl State {
    /// What is recorded counts whether or not it was lawful: what follows is then held against it.
    pub(super) fn fold_recording(&mut self, record: RecordRef<'_>) {
        let seq = record.seq;
        match record.event {
            Event::RecordingStarted { .. } => self.fold_started(record),
            Event::ActionIntended {
                recording, number, ..
            } => {
                if let Some(recording) = self.recordings.get_mut(recording) {
                    recording.use_numbers_to(number.saturating_add(1));
                    recording.waiting.insert(*number, seq);
                }
            }
            Event::ActionRefused {
                recording, number, ..
            } => {
                if let Some(recording) = self.recordings.get_mut(recording) {
                    recording.use_numbers_to(number.saturating_add(1));
                    recording.refused = recording.refused.saturating_add(1);
                }
            }
            Event::ActionFinished {
                recording, number, ..
            } => {
                if let Some(found) = self.recordings.get_mut(recording) {
                    found.waiting.remove(number);
                    if found.stopped.is_some() {
                        self.settle_recording(*recording);
                    }
                }
            }
            Event::RecordingChunk {
                recording, number, ..
            } => {
                if let Some(recording) = self.recordings.get_mut(recording) {
                    recording.chunks = recording.chunks.max(number.saturating_add(1));
                }
            }
            Event::RecordingGap {
                recording,
                from,
                to,
            } => {
                if let Some(recording) = self.recordings.get_mut(recording) {
                    recording.use_numbers_to(*to);
                    let missing = to.saturating_sub(*from);
                    recording.missing = recording.missing.saturating_add(missing);
                }
            }
            Event::RecordingEnded {
                recording, cause, ..
            } => {
                if let Some(found) = self.recordings.get_mut(recording) {
                    let stopped = Stopped {
                        seq,
                        at: record.time,
                        cause: *cause,
                    };
                    found.stopped.get_or_insert(stopped);
                    self.settle_recording(*recording);
                }
            }
            _ => {}
        }
    }

    fn fold_started(&mut self, record: RecordRef<'_>) {
        let Event::RecordingStarted {
            recording: id,
            grant,
            way,
        } = *record.event
        else {
            return;
        };
        let Some(request) = self.grants.get(&grant).map(|grant| grant.request) else {
            return;
        };
        if self.recordings.contains_key(&id) {
            return;
        }
        let Some(asked) = self.requests.get_mut(&request) else {
            return;
        };
        let started = Recording {
            id,
            grant,
            request,
            way,
            started_seq: record.seq,
            started_at: record.time,
            actions: 0,
            refused: 0,
            missing: 0,
            chunks: 0,
            waiting: Default::default(),
            stopped: None,
        };
        asked.recordings.push(id);
        asked.recording = asked.recording.saturating_add(1);
        asked.texts.push(started.opening());
        self.recording.insert(id);
        self.recordings.insert(id, Box::new(started));
    }

    /// Nothing more may be expected of it.
    fn settle_recording(&mut self, id: RecordingId) {
        let Some(recording) = self.recordings.get(&id).filter(|found| found.is_over()) else {
            return;
        };
        if self.recording.remove(&id)
            && let Some(request) = self.requests.get_mut(&recording.request)
        {
            request.recording = request.recording.saturating_sub(1);
        }
    }

    /// What a target answered is a text of the request.
    pub(super) fn fold_answered(&mut self, grant: GrantId, seq: u64) {
        let request = self.grants.get(&grant).map(|grant| grant.request);
        if let Some(request) = request.and_then(|request| self.requests.get_mut(&request)) {
            let field = Field::Answer;
            request.texts.push(OpeningRef { seq, field });
        }
    }
}

impl Recording {
    fn use_numbers_to(&mut self, next: u32) {
        self.actions = self.actions.max(next);
    }
}
