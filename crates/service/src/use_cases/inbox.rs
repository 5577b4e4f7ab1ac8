//! What waits for one's word.

use std::collections::HashMap;

use access::event::{EndCause, Mode};
use access::ids::RequestId;
use access::view::{Action, GrantView, InboxView, RequestRow, RequestState, Viewer};
use access::{State, actions};

use super::end_grant::may_end;
use crate::error::Error;
use crate::portal::Portal;
use crate::store;

/// Requests looked at for an inbox: more than a team can have waiting.
const MOST_READ: i64 = 500;

/// Decided requests looked at for an inbox.
const MOST_DECIDED: i64 = 50;

/// For how long others' decisions are told, in seconds: a day.
const DECIDED_S: u32 = 86_400;

impl Portal {
    /// The inbox as this person sees it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the database does not answer.
    pub async fn inbox(&self, viewer: &Viewer) -> Result<InboxView, Error> {
        let pool = &self.inner.pool;
        let undecided = store::request::Filter {
            states: Some(&[RequestState::Submitted]),
            limit: MOST_READ,
            ..Default::default()
        };
        let mut waiting = rows(store::request::list(pool, &undecided).await?);
        let unreviewed = store::request::Filter {
            unreviewed: true,
            limit: MOST_READ,
            ..Default::default()
        };
        let reviews = rows(store::request::list(pool, &unreviewed).await?);
        let standing = store::grant::Filter {
            standing: true,
            ..Default::default()
        };
        let open = store::grant::list(pool, &standing).await?;
        for grant in open.iter().filter(|grant| grant.ratify_by_ms.is_some()) {
            waiting.push(self.found_request(grant.request).await?.row);
        }

        let ids: Vec<RequestId> = waiting
            .iter()
            .chain(&reviews)
            .map(|row| row.id)
            .chain(open.iter().map(|grant| grant.request))
            .collect();
        let may = self.may(viewer, ids).await?;
        let allowed = |id: &RequestId, action| may.get(id).is_some_and(|all| all.contains(&action));

        let asks = |grant: &&GrantView| allowed(&grant.request, Action::ApproveExtension);
        let extensions = open.iter().filter(asks).cloned().collect();
        let mut revocable = Vec::new();
        for grant in open {
            let may = if self.halted().is_none() {
                allowed(&grant.request, Action::Revoke)
            } else {
                let policy = self.request_policy(grant.request).await?.policy;
                may_end(viewer, &policy, &grant, EndCause::Revoked)
            };
            if may {
                revocable.push(grant);
            }
        }
        let mut waiting: Vec<RequestRow> = waiting
            .into_iter()
            .filter(|row| allowed(&row.id, Action::SignOff))
            .collect();
        waiting.sort_by_key(|row| {
            (
                row.mode != Mode::Emergency,
                row.urgency,
                row.submitted_at_ms,
            )
        });
        Ok(InboxView {
            waiting,
            open: revocable,
            reviews: reviews
                .into_iter()
                .filter(|row| allowed(&row.id, Action::Review))
                .collect(),
            erasures: self.erasures(viewer, None).await?,
            extensions,
            decided: self.decided(viewer).await?,
            proposals: self
                .proposals(viewer, None)
                .await?
                .into_iter()
                .map(|proposed| proposed.row)
                .filter(|row| row.refused.is_none() || row.may_endorse)
                .collect(),
        })
    }

    /// What others decided in the last day that the viewer was asked about.
    async fn decided(&self, viewer: &Viewer) -> Result<Vec<RequestRow>, Error> {
        let decided = store::request::Filter {
            states: Some(&[
                RequestState::Approved,
                RequestState::Granted,
                RequestState::Denied,
            ]),
            limit: MOST_DECIDED,
            ..Default::default()
        };
        let rows = rows(store::request::list(&self.inner.pool, &decided).await?);
        let ids: Vec<RequestId> = rows.iter().map(|row| row.id).collect();
        let (me, groups) = (viewer.person, viewer.groups.clone());
        let clock = self.inner.clock.clone();
        let told = move |state: &State| {
            let now = clock.now();
            let tells = |id: &RequestId| {
                state.request(*id).is_some_and(|request| {
                    let last = request.sign_offs.iter().rev().find(|given| given.stands());
                    request.policy.policy.approval.may_ask(me, &groups)
                        && !state.same(request.requester, me)
                        && last.is_some_and(|last| {
                            last.person != me && now <= last.at.plus_seconds(DECIDED_S)
                        })
                })
            };
            ids.into_iter().filter(tells).collect::<Vec<_>>()
        };
        let told = self.inner.sequencer.ask(told).await?;
        Ok(rows
            .into_iter()
            .filter(|row| told.contains(&row.id))
            .collect())
    }

    async fn may(
        &self,
        viewer: &Viewer,
        ids: Vec<RequestId>,
    ) -> Result<HashMap<RequestId, Vec<Action>>, Error> {
        let (person, groups) = (viewer.person, viewer.groups.clone());
        let clock = self.inner.clock.clone();
        self.inner
            .sequencer
            .ask(move |state| {
                let now = clock.now();
                ids.into_iter()
                    .map(|id| (id, actions(state, id, &person, &groups, now)))
                    .collect()
            })
            .await
    }
}

fn rows(found: Vec<store::request::Found>) -> Vec<RequestRow> {
    found.into_iter().map(|found| found.row).collect()
}
