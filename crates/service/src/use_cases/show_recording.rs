//! What was done while access was open: to whom it is shown, from the log, each text held against its entry.

use access::disclosure::Case;
use access::event::{Event, Field, Mode, OpeningRef, RecordingEnd};
use access::ids::{GrantId, RecordingId, RequestId, ResourceName};
use access::time::UnixMillis;
use access::view::{
    ActionEnd, ActionView, GrantView, OpeningState, PersonView, Recorded, RecordedWhat,
    RecordingPage, RecordingView, Viewer,
};
use access::{Record, State, may_cut};
use base64ct::{Base64, Encoding as _};
use ledger::{Hash, SealedField};

use super::show_request::{named, record, signed};
use super::words::{disclosed, erased};
use crate::error::Error;
use crate::portal::{Portal, actor};
use crate::store;
use crate::store::opening::Kept;
use crate::store::recording::{Found, Which};

/// Entries of a recording that are handed over at a time.
const RECORDED_AT_A_TIME: u32 = 100;

/// Entries of a recording that its page lists at most.
const MOST_LISTED: usize = 10_000;

impl Portal {
    /// One recording as this person sees it.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none, or its request does not concern them.
    pub async fn recording(
        &self,
        viewer: &Viewer,
        id: RecordingId,
    ) -> Result<RecordingView, Error> {
        let found = self.found_recording(id).await?;
        self.visible_request(viewer, found.request).await?;
        let grant = self.grant_view(found.grant).await?;
        self.recording_view(viewer, found, &grant).await
    }

    /// The recordings of a request, the first begun first.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the request does not concern the viewer.
    pub async fn recordings(
        &self,
        viewer: &Viewer,
        request: RequestId,
    ) -> Result<Vec<RecordingView>, Error> {
        self.visible_request(viewer, request).await?;
        let found = store::recording::list(&self.inner.pool, Which::OfRequest(request)).await?;
        let Some(first) = found.first() else {
            return Ok(Vec::new());
        };
        // A request has one grant.
        let grant = self.grant_view(first.grant).await?;
        let mut views = Vec::with_capacity(found.len());
        for found in found {
            views.push(self.recording_view(viewer, found, &grant).await?);
        }
        Ok(views)
    }

    /// What a recording says from a place in the log on, at most a hundred entries in order.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none, or its request does not concern the viewer.
    pub async fn recorded(
        &self,
        viewer: &Viewer,
        id: RecordingId,
        from: u64,
    ) -> Result<Vec<Recorded>, Error> {
        let found = self.found_recording(id).await?;
        let shown = self.texts_of(viewer, &found).await?;
        let pool = &self.inner.pool;
        let entries = store::recording::entries(pool, id, from, RECORDED_AT_A_TIME).await?;
        let records: Vec<Record> = entries
            .iter()
            .filter_map(|(seq, bytes)| record(*seq, bytes))
            .collect();
        let kept = if shown == OpeningState::Shown {
            let seqs: Vec<i64> = entries
                .iter()
                .filter_map(|(seq, _)| i64::try_from(*seq).ok())
                .collect();
            store::opening::of_entries(pool, &seqs).await?
        } else {
            Vec::new()
        };
        Ok(records
            .into_iter()
            .filter_map(|record| recorded(record, &kept))
            .collect())
    }

    /// A recording's page: the session, and what was done in it, the first 10,000 entries of it.
    ///
    /// # Errors
    /// As [`Portal::recording`].
    pub async fn recording_page(
        &self,
        viewer: &Viewer,
        id: RecordingId,
    ) -> Result<RecordingPage, Error> {
        let recording = self.recording(viewer, id).await?;
        let texts = self
            .texts_of(viewer, &self.found_recording(id).await?)
            .await?;
        let mut entries = Vec::new();
        while entries.len() < MOST_LISTED {
            let from = entries.last().map_or(0, |entry: &Recorded| entry.seq + 1);
            let mut some = self.recorded(viewer, id, from).await?;
            if some.is_empty() {
                break;
            }
            for entry in &mut some {
                // The page asks for these by themselves.
                if let RecordedWhat::Chunk { lines, .. } = &mut entry.what {
                    *lines = None;
                }
            }
            entries.extend(some);
        }
        let gaps = entries.iter().filter_map(|entry| match entry.what {
            RecordedWhat::Gap { from, to } => Some((from, to)),
            _ => None,
        });
        Ok(RecordingPage {
            gaps: gaps.collect(),
            actions: actions(&entries, texts),
            recording,
        })
    }

    /// What a request opened, and whether its holder was shown a way in on which nothing is recorded.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the request does not concern the viewer.
    pub async fn directly_in(
        &self,
        viewer: &Viewer,
        request: RequestId,
    ) -> Result<(ResourceName, bool), Error> {
        let found = self.visible_request(viewer, request).await?;
        let story = store::request::story(&self.inner.pool, request).await?;
        let records = story.iter().filter_map(|(seq, bytes)| record(*seq, bytes));
        let shown = |event: &Event| {
            matches!(
                event,
                Event::CredentialShown { .. } | Event::CertificateIssued { .. }
            )
        };
        let direct = records.into_iter().any(|record| shown(&record.event));
        Ok((found.row.resource, direct))
    }

    /// Until when access stands, for whoever watches; `None` where it is over.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the request does not concern the viewer any more.
    pub async fn expiry(
        &self,
        viewer: &Viewer,
        request: RequestId,
        grant: GrantId,
    ) -> Result<Option<UnixMillis>, Error> {
        self.visible_request(viewer, request).await?;
        let expiry = move |state: &State| {
            let standing = state.grant(grant).filter(|grant| grant.is_live());
            standing.map(|grant| grant.expires_at)
        };
        self.inner.sequencer.ask(expiry).await
    }

    pub(super) async fn found_recording(&self, id: RecordingId) -> Result<Found, Error> {
        store::recording::list(&self.inner.pool, Which::One(id))
            .await?
            .pop()
            .ok_or(Error::NotFound)
    }

    /// What the viewer sees of what was typed and seen in a recording.
    async fn texts_of(&self, viewer: &Viewer, recording: &Found) -> Result<OpeningState, Error> {
        let request = self.visible_request(viewer, recording.request).await?;
        let policy = self
            .policy_at(request.row.policy.as_str(), request.policy_version)
            .await?;
        let story = store::request::story(&self.inner.pool, recording.request).await?;
        let story: Vec<Record> = story
            .iter()
            .filter_map(|(seq, bytes)| record(*seq, bytes))
            .collect();
        let case = Case {
            policy: &policy.policy,
            requester: request.row.requester.id,
            emergency: request.row.mode == Mode::Emergency,
            signed: signed(&story, viewer.person) || self.stands_in(viewer, &policy.policy).await?,
        };
        let whole = OpeningRef {
            seq: recording.started_seq,
            field: Field::Recording,
        };
        let at = disclosed(&story, whole, viewer.person);
        let now = self.inner.clock.now();
        Ok(if erased(&story, whole).is_some() {
            OpeningState::Erased
        } else if case.shows(Field::Recording, viewer, at, now) {
            OpeningState::Shown
        } else {
            OpeningState::Sealed
        })
    }

    async fn recording_view(
        &self,
        viewer: &Viewer,
        found: Found,
        grant: &GrantView,
    ) -> Result<RecordingView, Error> {
        let id = found.id;
        let (who, now) = (actor(viewer), self.inner.clock.now());
        let stands = move |state: &State| {
            let counts = state
                .recording(id)
                .map(|found| (found.actions, found.refused, found.chunks));
            (counts.unwrap_or_default(), may_cut(state, id, &who, now))
        };
        let ((actions, refused, chunks), may_cut) = self.inner.sequencer.ask(stands).await?;
        let ended = match found.ended {
            None => None,
            Some(ended) => {
                let by = match ended.cause {
                    RecordingEnd::Cut => self.who_said(ended.seq).await?,
                    _ => None,
                };
                Some((ended.at, ended.cause, by))
            }
        };
        Ok(RecordingView {
            id,
            grant: found.grant,
            request: found.request,
            resource: grant.resource.clone(),
            holder: grant.holder.clone(),
            way: found.way,
            started_at_ms: found.started_at,
            seq: found.started_seq,
            ended,
            actions,
            refused,
            chunks,
            may_cut,
        })
    }

    /// Who wrote an entry, if a person did.
    async fn who_said(&self, seq: u64) -> Result<Option<PersonView>, Error> {
        let entries = store::ledger::entries(&self.inner.pool, seq, seq + 1).await?;
        let records: Vec<Record> = entries
            .iter()
            .filter_map(|entry| record(entry.seq, &entry.bytes))
            .collect();
        let people = self.people(&records).await?;
        Ok(records
            .first()
            .and_then(|record| named(&people, &record.actor)))
    }
}

/// An entry of a recording in words; `None` for what tells nothing of what was done.
fn recorded(record: Record, kept: &[Kept]) -> Option<Recorded> {
    let seq = record.seq;
    let text = |field: Field, sealed: &access::digest::Commitment| {
        let kept = kept
            .iter()
            .find(|kept| kept.seq == seq && kept.field == field.word())?;
        let sealed = SealedField::new(Hash::new(*sealed.c.as_bytes()), sealed.n);
        let text = || String::from_utf8_lossy(kept.opening.bytes()).into_owned();
        kept.opening.matches(&sealed).then(|| (text(), kept))
    };
    let what = match record.event {
        Event::ActionIntended {
            number,
            classes,
            statement,
            ..
        } => RecordedWhat::Intended {
            number,
            classes,
            statement: text(Field::Statement, &statement).map(|(text, _)| text),
        },
        Event::ActionRefused {
            number,
            class,
            statement,
            ..
        } => RecordedWhat::Refused {
            number,
            class,
            statement: text(Field::Statement, &statement).map(|(text, _)| text),
        },
        Event::ActionFinished {
            number,
            outcome,
            rows,
            duration_ms,
            ..
        } => RecordedWhat::Finished {
            number,
            outcome,
            rows,
            duration_ms,
        },
        Event::RecordingChunk {
            number, content, ..
        } => {
            let found = text(Field::Content, &content);
            let salt = found
                .as_ref()
                .map(|(_, kept)| Base64::encode_string(kept.opening.salt()));
            RecordedWhat::Chunk {
                number,
                lines: found.map(|(text, _)| text),
                salt,
                commitment: content,
            }
        }
        Event::RecordingGap { from, to, .. } => RecordedWhat::Gap { from, to },
        Event::RecordingEnded { cause, chunks, .. } => RecordedWhat::Ended { cause, chunks },
        _ => return None,
    };
    Some(Recorded {
        seq,
        at_ms: record.time,
        what,
    })
}

/// The actions that entries of a recording tell, in the order of their numbers.
fn actions(entries: &[Recorded], texts: OpeningState) -> Vec<ActionView> {
    let mut actions: Vec<ActionView> = Vec::new();
    for Recorded { seq, at_ms, what } in entries {
        let (number, classes, text, end) = match what {
            RecordedWhat::Intended {
                number,
                classes,
                statement,
            } => (*number, classes.clone(), statement.clone(), None),
            RecordedWhat::Refused {
                number,
                class,
                statement,
            } => {
                let end = ActionEnd::Refused { class: *class };
                (*number, vec![*class], statement.clone(), Some(end))
            }
            RecordedWhat::Finished {
                number,
                outcome,
                rows,
                duration_ms,
            } => {
                // Of those that are still open it is nearly always the newest.
                let of_it = |action: &&mut ActionView| action.number == *number;
                if let Some(action) = actions.iter_mut().rev().find(of_it) {
                    action.end = Some(ActionEnd::Finished {
                        outcome: *outcome,
                        rows: *rows,
                        duration_ms: *duration_ms,
                    });
                }
                continue;
            }
            RecordedWhat::Chunk { .. } | RecordedWhat::Gap { .. } | RecordedWhat::Ended { .. } => {
                continue;
            }
        };
        let state = match (&text, texts) {
            // What is kept is not what the entry seals, or is not there.
            (None, OpeningState::Shown) => OpeningState::Altered,
            (_, texts) => texts,
        };
        actions.push(ActionView {
            number,
            seq: *seq,
            at_ms: *at_ms,
            state,
            text,
            classes,
            end,
        });
    }
    actions
}
