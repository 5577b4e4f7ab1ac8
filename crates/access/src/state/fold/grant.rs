//! How grants come about and end.

use crate::event::{Actor, EndCause, Event, Failure, Mode};
use crate::ids::{GrantId, RequestId};
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
            ratify_by: asked.ratify_by(),
            extensions: 0,
            extension_asked: None,
            extension_denied: false,
            state: GrantState::Intended,
        };
        let id = intended.id;
        self.live.insert((intended.ends_at(), id));
        if let Some(by) = intended.ratify_by {
            self.ratify.insert((by, intended.request));
        }
        self.grants.insert(id, Box::new(intended));
        self.keep_glass(id);
    }

    /// Keeps an emergency among those that stand while its account does or may.
    fn keep_glass(&mut self, id: GrantId) {
        let Some(grant) = self.grants.get(&id) else {
            return;
        };
        let request = self.requests.get(&grant.request);
        if request.is_none_or(|request| request.mode != Mode::Emergency) {
            return;
        }
        let theirs = self.glass.entry(grant.holder).or_default();
        if grant.is_live() {
            theirs.insert(grant.request);
        } else {
            theirs.remove(&grant.request);
        }
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
            let id = grant.id;
            self.live.insert((grant.ends_at(), id));
            self.keep_glass(id);
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
        self.live.remove(&(grant.ends_at(), id));
        self.keep_glass(id);
        if let Some(request) = self.request_of(id)
            && let Some(due) = self.review_due_at(request)
        {
            let (id, requester) = (request.id, request.requester);
            self.unreviewed.insert((due, id));
            self.owed.entry(requester).or_default().insert((due, id));
        }
    }

    pub(super) fn fold_extended(&mut self, record: RecordRef<'_>) {
        let Event::GrantExtended {
            grant: id,
            expires_at_ms,
            proof,
            ..
        } = record.event
        else {
            return;
        };
        let request = self.grants.get(id).map(|grant| grant.request);
        self.change_end(*id, |grant| {
            grant.expires_at = *expires_at_ms;
            grant.extensions = grant.extensions.saturating_add(1);
            grant.extension_asked = None;
        });
        if let Some(request) = request.and_then(|request| self.requests.get_mut(&request))
            && let (Some(_), Some((by, _))) = (proof, record.actor.as_person())
        {
            request.extended.push((record.seq, by));
        }
    }

    pub(super) fn fold_extension_denied(&mut self, id: GrantId, by: &Actor) {
        let Some(grant) = self.grants.get_mut(&id) else {
            return;
        };
        grant.extension_asked = None;
        grant.extension_denied = true;
        if let (Some(request), Some((by, _))) =
            (self.requests.get_mut(&grant.request), by.as_person())
        {
            request.refused_more.push(by);
        }
    }

    pub(super) fn fold_ratified(&mut self, id: RequestId, seq: u64) {
        let Some(request) = self.requests.get_mut(&id) else {
            return;
        };
        request.ratified.get_or_insert(seq);
        if let Some(grant) = request.grant {
            self.change_end(grant, |grant| grant.ratify_by = None);
        }
    }

    /// A no to an emergency: it has to end now.
    pub(super) fn fold_refused_emergency(&mut self, id: RequestId, at: UnixMillis) {
        if let Some(grant) = self.requests.get(&id).and_then(|request| request.grant) {
            self.change_end(grant, |grant| {
                grant.ratify_by = grant.ratify_by.map(|by| by.min(at));
            });
        }
    }

    /// Changes what decides when a grant ends, and keeps its place among the others.
    fn change_end(&mut self, id: GrantId, change: impl FnOnce(&mut Grant)) {
        if let Some(grant) = self.grants.get_mut(&id) {
            let was_live = self.live.remove(&(grant.ends_at(), id));
            change(grant);
            if was_live {
                self.live.insert((grant.ends_at(), id));
            }
        }
    }

    pub(super) fn fold_failed(&mut self, id: GrantId, failure: Failure) {
        if let Some(grant) = self.grants.get_mut(&id)
            && grant.state == GrantState::Intended
        {
            grant.state = GrantState::Failed { failure };
            self.live.remove(&(grant.ends_at(), id));
            self.keep_glass(id);
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
