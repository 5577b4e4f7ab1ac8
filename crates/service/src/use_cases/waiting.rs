//! What waits for somebody's word, by the rules alone: the inbox shows it, the navigation counts it.

use access::event::Actor;
use access::ids::{GrantId, RequestId};
use access::state::{Grant, Request};
use access::time::UnixMillis;
use access::view::{Action, RequestState, Role, Viewer};
use access::{State, may, may_confirm, sign_for};

use super::write_policies::waits;
use crate::error::Error;
use crate::portal::{Portal, actor};

/// Everything that waits for one person. Nothing is left out, however much there is.
#[derive(Debug)]
pub(super) struct Waiting {
    /// Requests to say yes or no to, those that lapse first in front, then emergencies to ratify, open or ended
    /// early.
    pub(super) sign_offs: Vec<RequestId>,
    /// Requests to review, the first due in front.
    pub(super) reviews: Vec<RequestId>,
    /// Grants whose holder asks for more time.
    pub(super) extensions: Vec<GrantId>,
    /// Proposals to endorse or to put in force.
    pub(super) proposals: Vec<u64>,
    /// Orders to erase, to be confirmed.
    pub(super) erasures: Vec<u64>,
}

impl Portal {
    /// How much waits for this person: as many as the inbox has.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the log's state cannot be asked.
    pub async fn waiting_count(&self, viewer: &Viewer) -> Result<u32, Error> {
        Ok(count(self.waiting(viewer).await?.count()))
    }

    pub(super) async fn waiting(&self, viewer: &Viewer) -> Result<Waiting, Error> {
        let who = actor(viewer);
        let confirms = viewer.roles.contains(&Role::Custodian);
        let clock = self.inner.clock.clone();
        self.inner
            .sequencer
            .ask(move |state| Waiting::of(state, &who, confirms, clock.now()))
            .await
    }

    /// Grants that this person may revoke; these wait for nobody.
    pub(super) async fn revocable(&self, viewer: &Viewer) -> Result<Vec<GrantId>, Error> {
        let who = actor(viewer);
        let clock = self.inner.clock.clone();
        self.inner
            .sequencer
            .ask(move |state| live(state, &who, Action::Revoke, clock.now()))
            .await
    }
}

impl Waiting {
    fn of(state: &State, who: &Actor, confirms: bool, now: UnixMillis) -> Self {
        let allowed = |id: RequestId, action| may(state, id, action, who, now).is_ok();
        let signs = |request: &&Request| {
            allowed(request.id, Action::SignOff)
                || !sign_for(state, request.id, who, now).is_empty()
        };
        let submitted = |request: &&Request| request.state == RequestState::Submitted;
        let waiting = state.pending().filter(submitted);
        let waiting = waiting.chain(state.to_ratify(now));
        Self {
            sign_offs: waiting.filter(signs).map(|request| request.id).collect(),
            reviews: state
                .unreviewed()
                .map(|(_, request)| request.id)
                .filter(|id| allowed(*id, Action::Review))
                .collect(),
            extensions: live(state, who, Action::ApproveExtension, now),
            proposals: state
                .proposals()
                .filter(|proposal| waits(state, proposal, who, now))
                .map(|proposal| proposal.seq)
                .collect(),
            erasures: state
                .open_erasures(now)
                .map(|erasure| erasure.order)
                .filter(|order| confirms && may_confirm(state, *order, who, now))
                .collect(),
        }
    }

    fn count(&self) -> usize {
        self.sign_offs.len()
            + self.reviews.len()
            + self.extensions.len()
            + self.proposals.len()
            + self.erasures.len()
    }
}

/// Grants that stand, or may, to which this person may do that.
fn live(state: &State, who: &Actor, action: Action, now: UnixMillis) -> Vec<GrantId> {
    let allowed = |grant: &&Grant| may(state, grant.request, action, who, now).is_ok();
    let grants = state.live_grants().filter(allowed);
    grants.map(|grant| grant.id).collect()
}

/// As pages count.
pub(super) fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}
