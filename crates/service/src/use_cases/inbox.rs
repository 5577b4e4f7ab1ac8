//! What waits for one's word.

use access::State;
use access::event::{EndCause, Mode};
use access::ids::{GrantId, RequestId};
use access::view::{GrantView, InboxView, RequestRow, RequestState, Viewer};

use super::end_grant::may_end;
use crate::error::Error;
use crate::portal::Portal;
use crate::store;

/// For how long others' decisions are told, in seconds: a day.
const DECIDED_S: u32 = 86_400;

impl Portal {
    /// The inbox as this person sees it: everything that waits for them.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the database or the log's state does not answer.
    pub async fn inbox(&self, viewer: &Viewer) -> Result<InboxView, Error> {
        let waits = self.waiting(viewer).await?;
        let mut waiting = self.rows(&waits.sign_offs).await?;
        waiting.sort_by_key(|row| {
            (
                row.mode != Mode::Emergency,
                row.urgency,
                row.submitted_at_ms,
            )
        });
        let open = if self.halted().is_none() {
            self.grants(&self.revocable(viewer).await?).await?
        } else {
            self.revocable_unrecorded(viewer).await?
        };
        let proposals = self.proposals(viewer, None).await?.into_iter();
        Ok(InboxView {
            waiting,
            open,
            reviews: self.rows(&waits.reviews).await?,
            erasures: self.erasures(viewer, None).await?,
            extensions: self.grants(&waits.extensions).await?,
            decided: self.decided(viewer).await?,
            proposals: proposals
                .map(|proposed| proposed.row)
                .filter(|row| waits.proposals.contains(&row.seq))
                .collect(),
        })
    }

    /// While the log is halted the tables say what may be revoked.
    async fn revocable_unrecorded(&self, viewer: &Viewer) -> Result<Vec<GrantView>, Error> {
        let standing = store::grant::Filter {
            standing: true,
            ..Default::default()
        };
        let mut revocable = Vec::new();
        for grant in store::grant::list(&self.inner.pool, &standing).await? {
            let policy = self.request_policy(grant.request).await?.policy;
            if may_end(viewer, &policy, &grant, EndCause::Revoked) {
                revocable.push(grant);
            }
        }
        Ok(revocable)
    }

    /// What others decided in the last day that the viewer was asked about.
    async fn decided(&self, viewer: &Viewer) -> Result<Vec<RequestRow>, Error> {
        let since = self.inner.clock.now().millis() - i64::from(DECIDED_S) * 1_000;
        let signed = store::request::signed_since(&self.inner.pool, since).await?;
        let (me, groups) = (viewer.person, viewer.groups.clone());
        let told = move |state: &State| {
            let tells = |id: &RequestId| {
                state.request(*id).is_some_and(|request| {
                    let last = request.sign_offs.iter().rev().find(|given| given.stands());
                    let decided = matches!(
                        request.state,
                        RequestState::Approved | RequestState::Granted | RequestState::Denied
                    );
                    decided
                        && request.policy.policy.approval.may_ask(me, &groups)
                        && !state.same(request.requester, me)
                        && last.is_some_and(|last| last.person != me)
                })
            };
            signed.into_iter().filter(tells).collect::<Vec<_>>()
        };
        let told = self.inner.sequencer.ask(told).await?;
        self.rows(&told).await
    }

    /// Requests as lists show them, newest first.
    async fn rows(&self, ids: &[RequestId]) -> Result<Vec<RequestRow>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let filter = store::request::Filter {
            ids: Some(ids),
            ..Default::default()
        };
        self.listed(&filter).await
    }

    pub(super) async fn listed(
        &self,
        filter: &store::request::Filter<'_>,
    ) -> Result<Vec<RequestRow>, Error> {
        let found = store::request::list(&self.inner.pool, filter).await?;
        Ok(found.into_iter().map(|found| found.row).collect())
    }

    /// Grants as lists show them, newest first.
    async fn grants(&self, ids: &[GrantId]) -> Result<Vec<GrantView>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let filter = store::grant::Filter {
            ids: Some(ids),
            ..Default::default()
        };
        Ok(store::grant::list(&self.inner.pool, &filter).await?)
    }
}
