//! What was done while access was open: to whom it is shown, from the log, each text held against its entry.

use access::Record;
use access::disclosure::Case;
use access::event::{Event, Field, Mode, OpeningRef, RecordingEnd};
use access::ids::{RecordingId, RequestId};
use access::view::{PersonView, Recorded, RecordedWhat, RecordingView, Viewer};
use base64ct::{Base64, Encoding as _};
use ledger::{Hash, SealedField};

use super::show_request::{named, record, signed};
use super::words::{disclosed, erased};
use crate::error::Error;
use crate::portal::Portal;
use crate::store;
use crate::store::opening::Kept;
use crate::store::recording::{Found, Which};

/// Entries of a recording that are handed over at a time.
pub const RECORDED_AT_A_TIME: u32 = 500;

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
        self.recording_view(viewer, found).await
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
        let mut views = Vec::with_capacity(found.len());
        for found in found {
            views.push(self.recording_view(viewer, found).await?);
        }
        Ok(views)
    }

    /// What a recording says from a place in the log on, at most [`RECORDED_AT_A_TIME`] entries in order.
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
        let kept = if shown {
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

    pub(super) async fn found_recording(&self, id: RecordingId) -> Result<Found, Error> {
        store::recording::list(&self.inner.pool, Which::One(id))
            .await?
            .pop()
            .ok_or(Error::NotFound)
    }

    /// Whether the viewer is shown what was typed and seen in a recording.
    async fn texts_of(&self, viewer: &Viewer, recording: &Found) -> Result<bool, Error> {
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
        Ok(erased(&story, whole).is_none() && case.shows(Field::Recording, viewer, at, now))
    }

    async fn recording_view(&self, viewer: &Viewer, found: Found) -> Result<RecordingView, Error> {
        let grant = self.grant_view(found.grant).await?;
        let id = found.id;
        let counts = move |state: &access::State| {
            state
                .recording(id)
                .map(|found| (found.actions, found.refused, found.chunks))
        };
        let counts = self.inner.sequencer.ask(counts).await?;
        let (actions, refused, chunks) = counts.unwrap_or_default();
        let may_cut = found.ended.is_none() && self.may_cut(viewer, id).await?;
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
            resource: grant.resource,
            holder: grant.holder,
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
        Event::RecordingEnded { cause, .. } => RecordedWhat::Ended { cause },
        _ => return None,
    };
    Some(Recorded {
        seq,
        at_ms: record.time,
        what,
    })
}
