//! What waits for somebody, and what is due.

use crate::event::Mode;
use crate::ids::{PersonId, PolicyName, RequestId};
use crate::policy::Debt;
use crate::rules::quorum;
use crate::state::{Grant, Request, State};
use crate::time::UnixMillis;
use crate::view::{GrantState, Ratification, RequestState};

impl State {
    /// Requests that wait for sign-off, those that lapse first in front.
    pub fn waiting(&self) -> impl Iterator<Item = &Request> {
        self.pending().filter(|request| {
            request.state == RequestState::Submitted && request.mode == Mode::Ordinary
        })
    }

    /// Requests that are submitted or approved, those that lapse first in front.
    pub fn pending(&self) -> impl Iterator<Item = &Request> {
        self.pending.iter().filter_map(|(_, id)| self.request(*id))
    }

    /// Requests that have to lapse now.
    pub fn due_to_lapse(&self, now: UnixMillis) -> impl Iterator<Item = &Request> {
        self.pending()
            .take_while(move |request| request.lapses_at <= now)
    }

    /// Requests that were denied or withdrawn, or lapsed, since a moment, the first in front.
    pub fn closed_since(&self, since: UnixMillis) -> impl Iterator<Item = &Request> {
        let least = RequestId::NIL;
        let ids = self.closed.range((since, least)..);
        ids.filter_map(|(_, id)| self.request(*id))
    }

    /// Whether a request waits for somebody's yes or no: one that is submitted, or an emergency that has to
    /// be ratified, open or ended early, until its time for that is over: no review comes before.
    pub fn waits_for_sign_off(&self, request: &Request, now: UnixMillis) -> bool {
        match request.mode {
            Mode::Ordinary => request.state == RequestState::Submitted && !request.denied(),
            Mode::Emergency => {
                let ratification = self.ratification(request, now);
                matches!(ratification, Some(Ratification::Waits { .. }))
            }
        }
    }

    /// What became of an emergency that has to be ratified; `None` of any other request, and of one whose
    /// access never stood.
    pub fn ratification(&self, request: &Request, now: UnixMillis) -> Option<Ratification> {
        let by_ms = request.ratify_by()?;
        let grant = self.grant(request.grant?)?;
        match grant.state {
            GrantState::Intended | GrantState::Active { .. } | GrantState::Ended { .. } => {}
            GrantState::Failed { .. } => return None,
        }
        Some(if let Some(no) = request.denial() {
            Ratification::Refused { at_ms: no.at }
        } else if let Some(at_ms) = request.ratified_at() {
            Ratification::Given { at_ms }
        } else if now < by_ms {
            Ratification::Waits { by_ms }
        } else {
            Ratification::Missed { at_ms: by_ms }
        })
    }

    /// Emergencies that wait to be ratified, open or ended early, the first whose time runs out in front.
    pub fn to_ratify(&self, now: UnixMillis) -> impl Iterator<Item = &Request> {
        self.ratify_between(now, UnixMillis::new(i64::MAX))
            .filter(move |request| self.waits_for_sign_off(request, now))
    }

    /// Emergencies that nobody ratified or refused and whose time for that ran out, since a moment.
    pub fn unratified_since(
        &self,
        since: UnixMillis,
        now: UnixMillis,
    ) -> impl Iterator<Item = &Request> {
        self.ratify_between(since, now).filter(move |request| {
            let became = self.ratification(request, now);
            matches!(became, Some(Ratification::Missed { .. }))
        })
    }

    fn ratify_between(&self, from: UnixMillis, to: UnixMillis) -> impl Iterator<Item = &Request> {
        let least = RequestId::NIL;
        let ids = self.ratify.range((from, least)..);
        ids.take_while(move |(by, _)| *by <= to)
            .filter_map(|(_, id)| self.request(*id))
    }

    /// For each stage of its policy, how many people count who said yes and are approvers still, by the
    /// groups last seen of them.
    pub fn counted(&self, request: &Request) -> Vec<usize> {
        quorum::count(self, request, None)
    }

    /// When nobody's answer lets the next step of its ladder be asked too.
    pub fn escalates_at(&self, request: &Request, now: UnixMillis) -> Option<UnixMillis> {
        let stage = request.policy.policy.approval.stages.get(request.stage)?;
        let taken = usize::from(*request.steps.get(request.stage)?);
        let step = stage.ladder.get(taken)?;
        let waits = self.waits_for_sign_off(request, now);
        waits.then(|| request.stage_since.plus_seconds(step.after_s))
    }

    /// Requests whose next step has to be asked now. Looks at all that wait.
    pub fn due_to_escalate(&self, now: UnixMillis) -> impl Iterator<Item = &Request> {
        let due =
            move |request: &&Request| self.escalates_at(request, now).is_some_and(|at| at <= now);
        self.waiting().chain(self.to_ratify(now)).filter(due)
    }

    /// Grants whose account stands or may stand, those that end first in front.
    pub fn live_grants(&self) -> impl Iterator<Item = &Grant> {
        self.live.iter().filter_map(|(_, id)| self.grant(*id))
    }

    /// Active grants that have to end now.
    pub fn due_to_expire(&self, now: UnixMillis) -> impl Iterator<Item = &Grant> {
        self.due(now).filter(move |grant| grant.expires_at <= now)
    }

    /// Emergencies that have to end now, since nobody ratified them in time or somebody said no.
    pub fn unratified(&self, now: UnixMillis) -> impl Iterator<Item = &Grant> {
        self.due(now)
            .filter(move |grant| grant.ratify_by.is_some_and(|by| by <= now))
    }

    fn due(&self, now: UnixMillis) -> impl Iterator<Item = &Grant> {
        self.live_grants()
            .take_while(move |grant| grant.ends_at() <= now)
            .filter(|grant| matches!(grant.state, GrantState::Active { .. }))
    }

    /// Grants that are live although the moment lies past their [`Grant::latest_end`].
    pub fn overdue(&self, at: UnixMillis) -> impl Iterator<Item = &Grant> {
        self.live_grants()
            .take_while(move |grant| grant.latest_end() < at)
    }

    /// Requests whose grant has ended and that wait for their review, the first due in front.
    pub fn unreviewed(&self) -> impl Iterator<Item = (UnixMillis, &Request)> {
        self.unreviewed
            .iter()
            .filter_map(|(due, id)| Some((*due, self.request(*id)?)))
    }

    /// When the review is due, once the grant has ended and while there is no review.
    pub fn review_due_at(&self, request: &Request) -> Option<UnixMillis> {
        let grant = self.grants.get(&request.grant?)?;
        match grant.state {
            GrantState::Ended { at_ms, .. } if request.review.is_none() => {
                Some(at_ms.plus_seconds(request.policy.policy.review.within_s))
            }
            _ => None,
        }
    }

    /// A person's own accesses whose review is overdue and lets them break no glass.
    pub fn debts(&self, person: PersonId, now: UnixMillis) -> impl Iterator<Item = &Request> {
        self.owed_by(person)
            .filter(move |(due, _)| *due < now)
            .map(|(_, request)| request)
            .filter(|request| request.policy.policy.review.debt == Debt::Block)
    }

    /// A person's own emergencies that somebody said no to, or that had to be ratified and were not in
    /// time, whether or not they have ended, as long as nobody has reviewed them: they let them break no glass
    /// either. One that was never opened is none.
    pub fn refused_emergencies(
        &self,
        person: PersonId,
        now: UnixMillis,
    ) -> impl Iterator<Item = &Request> {
        let over = self.owed_by(person).map(|(_, request)| request);
        let standing = self.identities(person).into_iter();
        let standing = standing.filter_map(|person| self.glass.get(&person));
        let standing = standing.flatten().filter_map(|id| self.request(*id));
        over.chain(standing)
            .filter(|request| request.mode == Mode::Emergency)
            .filter(move |request| request.refused_at().is_some_and(|at| at <= now))
    }

    /// Everybody whom the log knows this human being as.
    fn identities(&self, person: PersonId) -> Vec<PersonId> {
        let one = self.canonical(person);
        let others = self.links().filter(|(_, into)| *into == one);
        let others = others.map(|(other, _)| other);
        core::iter::once(one).chain(others).collect()
    }

    /// What a human being's accesses owe: the moment that each review is due.
    fn owed_by(&self, person: PersonId) -> impl Iterator<Item = (UnixMillis, &Request)> {
        self.identities(person)
            .into_iter()
            .filter_map(|person| self.owed.get(&person))
            .flatten()
            .filter_map(|(due, id)| Some((*due, self.request(*id)?)))
    }

    /// When each policy in force is to be exercised next, the first due in front.
    pub fn drills_due(&self) -> Vec<(UnixMillis, &PolicyName)> {
        let mut due: Vec<_> = self
            .policies()
            .filter_map(|version| {
                let every_s = u32::from(version.policy.drill.as_ref()?.every_days) * 86_400;
                let name = &version.policy.name;
                let asked = self.drills_from.get(name).copied()?;
                let since = self.drills.get(name).map_or(asked, |last| asked.max(*last));
                Some((since.plus_seconds(every_s), name))
            })
            .collect();
        due.sort_unstable();
        due
    }
}
