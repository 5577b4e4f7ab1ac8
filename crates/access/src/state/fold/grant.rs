//! How grants come about and end.

use crate::event::{EndCause, Event, Failure};
use crate::ids::GrantId;
use crate::record::RecordRef;
use crate::state::{Grant, State};
use crate::time::UnixMillis;
use crate::view::{GrantState, RequestState};

impl State {
    pub(super) fn fold_intended(&mut self, record: RecordRef<'_>) {
        let Event::GrantIntended {
            grant,
            request,
            connector,
            role,
            expires_at_ms,
        } = record.event
        else {
            return;
        };
        let Some(asked) = self.requests.get_mut(request) else {
            return;
        };
        if self.grants.contains_key(grant) {
            return;
        }
        self.pending.remove(&(asked.lapses_at, *request));
        asked.state = RequestState::Granted;
        asked.grant.get_or_insert(*grant);
        let intended = Grant {
            id: *grant,
            request: *request,
            holder: asked.requester,
            resource: asked.resource.clone(),
            connector: *connector,
            role: role.clone(),
            intended_seq: record.seq,
            intended_at: record.time,
            opened_at: None,
            expires_at: *expires_at_ms,
            state: GrantState::Intended,
        };
        self.live.insert((intended.expires_at, intended.id));
        self.grants.insert(intended.id, Box::new(intended));
    }

    pub(super) fn fold_opened(&mut self, grant: GrantId, at: UnixMillis) {
        let Some(grant) = self.grants.get_mut(&grant) else {
            return;
        };
        // After a failure too: an account that the log says stands has to be able to end.
        if matches!(
            grant.state,
            GrantState::Intended | GrantState::Failed { .. }
        ) {
            grant.state = GrantState::Active {
                credential_shown: false,
            };
            grant.opened_at = Some(at);
            self.live.insert((grant.expires_at, grant.id));
        }
    }

    pub(super) fn fold_ended(
        &mut self,
        id: GrantId,
        cause: EndCause,
        at_ms: UnixMillis,
        sessions_cut: u32,
    ) {
        let Some(grant) = self.grants.get_mut(&id) else {
            return;
        };
        if matches!(grant.state, GrantState::Ended { .. }) {
            return;
        }
        grant.state = GrantState::Ended {
            cause,
            at_ms,
            sessions_cut,
        };
        self.live.remove(&(grant.expires_at, id));
        if let Some(request) = self.request_of(id)
            && let Some(due) = self.review_due_at(request)
        {
            self.unreviewed.insert((due, request.id));
        }
    }

    pub(super) fn fold_failed(&mut self, id: GrantId, failure: Failure) {
        if let Some(grant) = self.grants.get_mut(&id)
            && grant.state == GrantState::Intended
        {
            grant.state = GrantState::Failed { failure };
            self.live.remove(&(grant.expires_at, id));
        }
    }

    pub(super) fn fold_shown(&mut self, id: GrantId) {
        if let Some(grant) = self.grants.get_mut(&id)
            && let GrantState::Active { credential_shown } = &mut grant.state
        {
            *credential_shown = true;
        }
    }
}
