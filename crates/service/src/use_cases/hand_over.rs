//! What somebody who goes away has to hand over, and to whom.

use std::collections::BTreeSet;

use access::State;
use access::ids::PersonId;
use access::policy::Approval;
use access::view::{PersonView, Viewer};

use crate::error::Error;
use crate::portal::Portal;
use crate::store;

/// What the viewer has to hand over while they are away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandOver {
    /// Nothing: no policy in force asks them to sign off.
    NotAsked,
    /// Nothing: of the policies that ask them, none lets anybody sign in another's place.
    NotAllowed,
    /// Their sign-offs, to one of those whom a policy in force asks as well; by name.
    To(Vec<PersonView>),
}

impl Portal {
    /// What the viewer has to hand over, and who could take it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the database does not answer.
    pub async fn hand_over(&self, viewer: &Viewer) -> Result<HandOver, Error> {
        let who = viewer.clone();
        let asked = self.inner.sequencer.ask(move |state| others(state, &who));
        let ids: Vec<_> = match asked.await? {
            Ok(ids) => ids.into_iter().map(PersonId::uuid).collect(),
            Err(nothing) => return Ok(nothing),
        };
        let mut people = store::person::views(&self.inner.pool, &ids).await?;
        people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(HandOver::To(people))
    }
}

/// Everybody else whom a policy may ask, or why nobody is looked for.
fn others(state: &State, viewer: &Viewer) -> Result<BTreeSet<PersonId>, HandOver> {
    let approvals = || state.policies().map(|version| &version.policy.approval);
    let asks_me = |approval: &&Approval| approval.may_ask(viewer.person, &viewer.groups);
    if approvals().filter(asks_me).count() == 0 {
        return Err(HandOver::NotAsked);
    }
    if !approvals()
        .filter(asks_me)
        .any(|approval| approval.delegation)
    {
        return Err(HandOver::NotAllowed);
    }
    let asked =
        |id: &PersonId| approvals().any(|approval| approval.may_ask(*id, state.groups(*id)));
    let others = state.people().filter(asked).map(|id| state.canonical(id));
    Ok(others
        .filter(|id| !state.same(*id, viewer.person))
        .collect())
}
