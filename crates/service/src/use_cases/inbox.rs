//! What waits for one's word.

use std::collections::BTreeMap;

use access::event::{EndCause, Mode};
use access::ids::{GrantId, PersonId, RequestId};
use access::state::Request;
use access::time::UnixMillis;
use access::view::{GrantView, InboxView, Ratification, RequestRow, RequestState, Viewer};
use access::{State, was_asked};

use super::end_grant::may_end;
use crate::error::Error;
use crate::portal::{Portal, actor};
use crate::store;

/// For how long decisions are told, in seconds: a day.
const DECIDED_S: u32 = 86_400;

/// The moment from which on decisions are told.
pub(super) fn lately(now: UnixMillis) -> UnixMillis {
    UnixMillis::new(now.millis() - i64::from(DECIDED_S) * 1_000)
}

/// Whether it was decided lately, and not by this person's word. An emergency that nobody has to ratify is not decided
/// upon; the first page tells of it.
fn decided_without(state: &State, request: &Request, me: PersonId, now: UnixMillis) -> bool {
    let last = request.sign_offs.iter().rev().find(|given| given.stands());
    let by_others = last.filter(|last| last.person != me);
    match request.mode {
        Mode::Ordinary => match request.state {
            RequestState::Approved | RequestState::Granted | RequestState::Denied => {
                by_others.is_some_and(|last| last.at >= lately(now))
            }
            RequestState::Withdrawn | RequestState::Lapsed => {
                request.closed_at.is_some_and(|at| at >= lately(now))
            }
            RequestState::Submitted => false,
        },
        Mode::Emergency => match state.ratification(request, now) {
            Some(Ratification::Given { at_ms } | Ratification::Refused { at_ms }) => {
                by_others.is_some() && at_ms >= lately(now)
            }
            Some(Ratification::Missed { at_ms }) => at_ms >= lately(now),
            Some(Ratification::Waits { .. }) | None => false,
        },
    }
}

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

    /// What was decided in the last day that the viewer was asked about: by others, or by silence. What was withdrawn
    /// or lapsed is told too: else it would only be gone from what waits.
    async fn decided(&self, viewer: &Viewer) -> Result<Vec<RequestRow>, Error> {
        let now = self.inner.clock.now();
        let since = lately(now);
        let mut candidates = store::request::signed_since(&self.inner.pool, since.millis()).await?;
        let who = actor(viewer);
        let me = viewer.person;
        let told = move |state: &State| {
            let unratified = state.unratified_since(since, now);
            let closed = state.closed_since(since);
            candidates.extend(unratified.chain(closed).map(|request| request.id));
            candidates.sort_unstable();
            candidates.dedup();
            let tells = |id: &RequestId| {
                state.request(*id).is_some_and(|request| {
                    was_asked(state, request, &who, now) && decided_without(state, request, me, now)
                })
            };
            candidates.into_iter().filter(tells).collect::<Vec<_>>()
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
        let mut rows: Vec<RequestRow> = found.into_iter().map(|found| found.row).collect();
        self.ratifications(&mut rows).await?;
        Ok(rows)
    }

    /// What became of those among them that have to be ratified: the rules say it, not the tables.
    async fn ratifications(&self, rows: &mut [RequestRow]) -> Result<(), Error> {
        let emergencies = rows.iter().filter(|row| row.mode == Mode::Emergency);
        let ids: Vec<RequestId> = emergencies.map(|row| row.id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let clock = self.inner.clock.clone();
        let tell = move |state: &State| {
            let now = clock.now();
            let became = |id| state.ratification(state.request(id)?, now);
            ids.into_iter()
                .map(|id| (id, became(id)))
                .collect::<BTreeMap<_, _>>()
        };
        let told = self.inner.sequencer.ask(tell).await?;
        for row in rows {
            row.ratification = told.get(&row.id).copied().flatten();
        }
        Ok(())
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
