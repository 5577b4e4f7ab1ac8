//! How requests come about and move on.

use std::sync::Arc;

use crate::event::Event;
use crate::ids::{PersonId, RequestId};
use crate::policy::PolicyVersion;
use crate::record::RecordRef;
use crate::state::{Request, Reviewed, State};
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

    pub(super) fn move_request(
        &mut self,
        id: RequestId,
        to: RequestState,
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
        }
    }

    pub(super) fn fold_reviewed(&mut self, id: RequestId, review: Reviewed) {
        let Some(request) = self.requests.get(&id) else {
            return;
        };
        if let Some(due) = self.review_due_at(request) {
            self.unreviewed.remove(&(due, id));
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
        policy: version,
        duration_s: *duration_s,
        urgency: *urgency,
        reason: *reason,
        ticket: *ticket,
        statement_sha256: *statement,
        statement_stands: false,
        submitted_seq,
        submitted_at,
        lapses_at: *lapses_at_ms,
        state: RequestState::Submitted,
        sign_offs: Vec::new(),
        grant: None,
        review: None,
        disclosures: Vec::new(),
        erased: Vec::new(),
    })
}
