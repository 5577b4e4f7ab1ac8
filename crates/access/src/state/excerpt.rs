//! The part of the state that simulations look at, as a copy: quickly made, and asked for as long as it takes.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::ids::{GrantId, PolicyName, RequestId};
use crate::state::{Grant, Request, State};
use crate::time::UnixMillis;

/// A copy for [`crate::simulate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// Policies, resources, people, the reviews they owe, and the requests under one policy with their grants. Nothing
    /// else is in it: no other request, and no list of what waits or is due.
    pub state: State,
    /// How many older requests under the policy were left out.
    pub left_out: usize,
}

impl State {
    /// What simulations look at: the newest requests that were asked since a moment under the policy of this name, at
    /// most `most`. Looks at no request that is older or of another person's past.
    pub fn excerpt(&self, policy: &PolicyName, since: UnixMillis, most: usize) -> Excerpt {
        let recent = |ids: &Vec<RequestId>| {
            let newest = ids.iter().rev().filter_map(|id| self.request(*id));
            newest
                .take_while(|request| request.submitted_at >= since)
                .filter(|request| request.policy.policy.name == *policy)
                .map(|request| (request.submitted_at, request.id))
                .collect::<Vec<_>>()
        };
        let mut wanted: Vec<_> = self.by_requester.values().flat_map(recent).collect();
        let mut older = Vec::new();
        if wanted.len() > most {
            wanted.sort_unstable_by_key(|newest| Reverse(*newest));
            older = wanted.split_off(most);
        }
        let newest = wanted.iter().map(|(_, id)| id);
        let requests = self.requests_by(newest.chain(self.answered_for()));
        let left_out = older
            .iter()
            .filter(|(_, id)| !requests.contains_key(id))
            .count();
        let state = self.copied(requests);
        Excerpt { state, left_out }
    }

    /// What is asked about people alone, whatever was requested: who could open something now.
    pub fn excerpt_of_people(&self) -> State {
        self.copied(self.requests_by(self.answered_for()))
    }

    /// Requests that somebody has to answer for yet: they may keep them from breaking the glass.
    fn answered_for(&self) -> impl Iterator<Item = &RequestId> {
        let unreviewed = self.unreviewed.iter().map(|(_, id)| id);
        unreviewed.chain(self.glass.values().flatten())
    }

    fn requests_by<'a>(
        &self,
        ids: impl Iterator<Item = &'a RequestId>,
    ) -> BTreeMap<RequestId, Box<Request>> {
        ids.filter_map(|id| Some((*id, self.requests.get(id)?.clone())))
            .collect()
    }

    fn copied(&self, requests: BTreeMap<RequestId, Box<Request>>) -> State {
        let grants = self.grants_of(&requests);
        Self {
            next_seq: self.next_seq,
            last_time: self.last_time,
            policies: self.policies.clone(),
            drills_from: self.drills_from.clone(),
            retired: self.retired.clone(),
            resources: self.resources.clone(),
            roles: self.roles.clone(),
            people: self.people.clone(),
            links: self.links.clone(),
            delegations: self.delegations.clone(),
            owed: self.owed.clone(),
            glass: self.glass.clone(),
            requests,
            grants,
            ..Self::default()
        }
    }

    fn grants_of(
        &self,
        requests: &BTreeMap<RequestId, Box<Request>>,
    ) -> BTreeMap<GrantId, Box<Grant>> {
        let ids = requests.values().filter_map(|request| request.grant);
        ids.filter_map(|id| Some((id, self.grants.get(&id)?.clone())))
            .collect()
    }
}
