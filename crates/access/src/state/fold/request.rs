//! How requests come about and move on.

use std::sync::Arc;

use crate::event::{Decision, Event, Mode, Verdict};
use crate::ids::{PersonId, RequestId};
use crate::policy::PolicyVersion;
use crate::record::RecordRef;
use crate::state::{Request, Reviewed, SignOff, State};
use crate::time::UnixMillis;
use crate::view::RequestState;

impl State {
    pub(super) fn fold_submitted(&mut self, record: RecordRef<'_>, lawful: bool) {
        let Some((requester, _)) = record.actor.as_person() else {
            return;
        };
        let Some(mut request) = self.submitted(record.event, requester, (record.seq, record.time))
        else {
            return;
        };
        request.statement_stands = lawful;
        if self.requests.contains_key(&request.id) {
            return;
        }
        request.note_texts(record);
        self.pending.insert((request.lapses_at, request.id));
        self.by_requester
            .entry(requester)
            .or_default()
            .push(request.id);
        self.requests.insert(request.id, Box::new(request));
    }

    /// The request that a `request.submitted` makes; `None` where its policy is unknown.
    pub(crate) fn submitted(
        &self,
        event: &Event,
        requester: PersonId,
        at: (u64, UnixMillis),
    ) -> Option<Request> {
        let Event::RequestSubmitted {
            policy,
            policy_version,
            ..
        } = event
        else {
            return None;
        };
        let version = self
            .policy_version(policy, *policy_version)
            .or_else(|| self.policy(policy))
            .map(Arc::clone)?;
        request_from(event, version, requester, at)
    }

    pub(super) fn fold_sign_off(&mut self, record: RecordRef<'_>, lawful: bool) {
        let Event::SignOffGiven {
            request: id,
            on_behalf_of,
            decision,
            note,
            ..
        } = record.event
        else {
            return;
        };
        if lawful {
            self.see_groups(record.actor);
        }
        let (Some((person, _)), Some(request)) =
            (record.actor.as_person(), self.requests.get_mut(id))
        else {
            return;
        };
        request.sign_offs.push(SignOff {
            seq: record.seq,
            person,
            on_behalf_of: *on_behalf_of,
            stage: request.stage,
            decision: *decision,
            at: record.time,
            note: *note,
            lawful,
            void: false,
        });
        if lawful && *decision == Decision::Deny && request.mode == Mode::Emergency {
            self.fold_refused_emergency(*id, record.time);
        }
    }

    /// What it says is another thing now: who said yes or no said it to something else.
    pub(super) fn fold_edited(&mut self, record: RecordRef<'_>, lawful: bool) {
        let Event::RequestEdited { request: id, .. } = record.event else {
            return;
        };
        let at = (record.seq, record.time);
        let Some(asked) = self.requests.get(id) else {
            return;
        };
        let (edited_from, lapsed_at) = (asked.state, asked.lapses_at);
        let Some(edited) = self.edited(asked, record.event, at) else {
            return;
        };
        if !matches!(
            edited_from,
            RequestState::Submitted | RequestState::Approved
        ) {
            return;
        }
        self.pending.remove(&(lapsed_at, *id));
        self.pending.insert((edited.lapses_at, *id));
        let mut edited = Request {
            statement_stands: lawful,
            ..edited
        };
        edited.note_texts(record);
        self.requests.insert(*id, Box::new(edited));
    }

    /// The request that a `request.edited` makes of one.
    pub(crate) fn edited(
        &self,
        asked: &Request,
        event: &Event,
        (_, at): (u64, UnixMillis),
    ) -> Option<Request> {
        let Event::RequestEdited {
            policy_version,
            duration_s,
            urgency,
            reason,
            ticket,
            incident,
            start_at_ms,
            statement,
            lapses_at_ms,
            ..
        } = event
        else {
            return None;
        };
        let name = &asked.policy.policy.name;
        let version = self
            .policy_version(name, *policy_version)
            .or_else(|| self.policy(name))
            .map(Arc::clone)?;
        let mut edited = Request {
            steps: vec![0; version.policy.approval.stages.len()],
            policy: version,
            duration_s: *duration_s,
            urgency: *urgency,
            reason: *reason,
            ticket: *ticket,
            incident: *incident,
            start_at: *start_at_ms,
            statement_sha256: *statement,
            statement_stands: false,
            said_at: at,
            stage: 0,
            stage_since: at,
            lapses_at: *lapses_at_ms,
            state: RequestState::Submitted,
            viewed: Vec::new(),
            ..asked.clone()
        };
        for given in &mut edited.sign_offs {
            given.void = true;
        }
        Some(edited)
    }

    pub(super) fn move_request(
        &mut self,
        id: RequestId,
        (to, at): (RequestState, UnixMillis),
        lapses_at: Option<UnixMillis>,
    ) {
        let Some(request) = self.requests.get_mut(&id) else {
            return;
        };
        if !matches!(
            request.state,
            RequestState::Submitted | RequestState::Approved
        ) {
            return;
        }
        self.pending.remove(&(request.lapses_at, id));
        request.state = to;
        request.lapses_at = lapses_at.unwrap_or(request.lapses_at);
        if to == RequestState::Approved {
            self.pending.insert((request.lapses_at, id));
        } else {
            request.closed_at = Some(at);
            self.closed.insert((at, id));
        }
    }

    pub(super) fn fold_reviewed(&mut self, id: RequestId, review: Reviewed) {
        let Some(request) = self.requests.get(&id) else {
            return;
        };
        if let Some(due) = self.review_due_at(request) {
            self.unreviewed.remove(&(due, id));
            if let Some(owed) = self.owed.get_mut(&request.requester) {
                owed.remove(&(due, id));
            }
        }
        if review.verdict == Verdict::Drill && request.mode == Mode::Emergency {
            let exercised = request.submitted_at;
            let policy = request.policy.policy.name.clone();
            let last = self.drills.entry(policy).or_insert(exercised);
            *last = exercised.max(*last);
        }
        if let Some(request) = self.requests.get_mut(&id) {
            request.review.get_or_insert(review);
        }
    }
}

fn request_from(
    event: &Event,
    version: Arc<PolicyVersion>,
    requester: PersonId,
    (submitted_seq, submitted_at): (u64, UnixMillis),
) -> Option<Request> {
    let Event::RequestSubmitted {
        request,
        mode,
        resource,
        duration_s,
        urgency,
        reason,
        ticket,
        incident,
        start_at_ms,
        statement,
        lapses_at_ms,
        ..
    } = event
    else {
        return None;
    };
    Some(Request {
        id: *request,
        requester,
        mode: *mode,
        resource: resource.clone(),
        steps: vec![0; version.policy.approval.stages.len()],
        policy: version,
        duration_s: *duration_s,
        urgency: *urgency,
        reason: *reason,
        ticket: *ticket,
        incident: *incident,
        start_at: *start_at_ms,
        statement_sha256: *statement,
        statement_stands: false,
        submitted_seq,
        submitted_at,
        said_at: submitted_at,
        lapses_at: *lapses_at_ms,
        stage: 0,
        stage_since: submitted_at,
        viewed: Vec::new(),
        ratified: None,
        recordings: Vec::new(),
        recording: 0,
        texts: Vec::new(),
        extended: Vec::new(),
        refused_more: Vec::new(),
        state: RequestState::Submitted,
        closed_at: None,
        sign_offs: Vec::new(),
        grant: None,
        review: None,
        disclosures: Vec::new(),
        erased: Vec::new(),
    })
}
