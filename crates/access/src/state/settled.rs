//! Requests that nothing is expected of any more.

use crate::ids::RequestId;
use crate::state::{Grant, Recording, Request, State};
use crate::view::{GrantState, RequestState};

/// A request with all that belongs to it.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) request: Box<Request>,
    pub(crate) grant: Option<Box<Grant>>,
    /// In the order of the request's own list.
    pub(crate) recordings: Vec<Recording>,
}

impl State {
    /// Whether nobody decides about the request, holds access by it, or owes a look at it any more: only an entry
    /// that names it, or its grant, can ask about it.
    fn is_settled(&self, request: &Request) -> bool {
        let over = match request.state {
            RequestState::Submitted | RequestState::Approved => false,
            RequestState::Denied | RequestState::Withdrawn | RequestState::Lapsed => {
                request.grant.is_none()
            }
            RequestState::Granted => {
                let grant = request.grant.and_then(|grant| self.grant(grant));
                grant.is_some_and(|grant| match grant.state {
                    GrantState::Intended | GrantState::Active { .. } => false,
                    GrantState::Failed { .. } => true,
                    GrantState::Ended { .. } => request.review.is_some(),
                })
            }
        };
        // Whatever a log says about a second grant: as long as one stands, its holder answers for it.
        let broken = self.glass.get(&request.requester);
        over && request.recording == 0
            && !broken.is_some_and(|standing| standing.contains(&request.id))
    }

    /// Takes a settled request out, with its grant and its recordings, where it is of the wanted kind.
    pub(crate) fn take_settled(
        &mut self,
        id: RequestId,
        wanted: impl FnOnce(&Request) -> bool,
    ) -> Option<Case> {
        let asked = self.requests.get(&id)?;
        if !(self.is_settled(asked) && wanted(asked)) {
            return None;
        }
        let request = self.requests.remove(&id)?;
        let grant = request.grant.and_then(|grant| self.grants.remove(&grant));
        let recordings = request.recordings.iter();
        let recordings = recordings.filter_map(|id| self.recordings.remove(id));
        let recordings = recordings.map(|recording| *recording).collect();
        if let Some(at) = request.closed_at {
            self.closed.remove(&(at, id));
        }
        if let Some(by) = request.ratify_by() {
            self.ratify.remove(&(by, id));
        }
        if let Some(own) = self.by_requester.get_mut(&request.requester) {
            own.retain(|one| *one != id);
        }
        Some(Case {
            request,
            grant,
            recordings,
        })
    }

    /// Puts one back that was taken out.
    pub(crate) fn put_back(&mut self, case: Case) {
        let Case {
            request,
            grant,
            recordings,
        } = case;
        let id = request.id;
        if let Some(at) = request.closed_at {
            self.closed.insert((at, id));
        }
        if let (Some(by), Some(_)) = (request.ratify_by(), &grant) {
            self.ratify.insert((by, id));
        }
        let own = self.by_requester.entry(request.requester).or_default();
        let seq = |id: &RequestId| self.requests.get(id).map(|request| request.submitted_seq);
        let place = own.partition_point(|one| seq(one) < Some(request.submitted_seq));
        own.insert(place, id);
        if let Some(grant) = grant {
            self.grants.insert(grant.id, grant);
        }
        for recording in recordings {
            self.recordings.insert(recording.id, Box::new(recording));
        }
        self.requests.insert(id, request);
    }
}
