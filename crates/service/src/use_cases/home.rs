//! The first page: what one holds, what waits, what one may open.

use access::State;
use access::event::Mode;
use access::ids::{GrantId, GroupName, PersonId, PolicyName, RequestId};
use access::refusal::Rule;
use access::state::{Grant, Request};
use access::time::UnixMillis;
use access::view::{
    AlarmView, DebtView, DelegateView, DrillView, GrantState, HomeView, PersonView, Ratification,
    RequestRow, Role, Viewer,
};

use super::inbox::lately;
use super::waiting::count;
use crate::error::Error;
use crate::portal::Portal;
use crate::store::{self, request::Which};

/// Past requests on the first page.
const MOST_PAST: i64 = 10;

/// How long before it is due a drill is reminded of, in seconds: a week.
const DRILL_AHEAD_S: u32 = 7 * 86_400;

#[derive(Default)]
struct Standing {
    alarms: Vec<AlarmView>,
    debts: Vec<DebtView>,
    drills: Vec<DrillView>,
    delegate: Option<DelegateView>,
}

impl Portal {
    /// The first page as this person sees it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the database does not answer.
    pub async fn home(&self, viewer: &Viewer) -> Result<HomeView, Error> {
        let pool = &self.inner.pool;
        let own = store::grant::Filter {
            holder: Some(viewer.person),
            standing: true,
            ..Default::default()
        };
        let waiting = self.waiting(viewer).await?;
        let standing = self.standing(viewer).await?;
        Ok(HomeView {
            grants: store::grant::list(pool, &own).await?,
            requests: self.own(viewer, Which::GoingOn, None).await?,
            past: self.own(viewer, Which::Over, Some(MOST_PAST)).await?,
            inbox: count(waiting.sign_offs.len()),
            reviews: count(waiting.reviews.len()),
            erasures: count(waiting.erasures.len()),
            openable: self.openable(viewer).await?,
            alarms: standing.alarms,
            debts: standing.debts,
            drills: standing.drills,
            delegate: standing.delegate,
        })
    }

    /// The viewer's own requests, newest first.
    async fn own(
        &self,
        viewer: &Viewer,
        which: Which,
        limit: Option<i64>,
    ) -> Result<Vec<RequestRow>, Error> {
        let filter = store::request::Filter {
            requester: Some(viewer.person),
            which,
            limit,
            ..Default::default()
        };
        self.listed(&filter).await
    }

    /// What concerns the viewer beside what they ask and sign.
    async fn standing(&self, viewer: &Viewer) -> Result<Standing, Error> {
        let (me, groups) = (viewer.person, viewer.groups.clone());
        let author = viewer.roles.contains(&Role::Author);
        let clock = self.inner.clock.clone();
        let (alarms, debts, drills, delegation) = self
            .inner
            .sequencer
            .ask(move |state| {
                let now = clock.now();
                let alarms = alarms(state, me, &groups, now);
                let debts = debts(state, me, now);
                let concerns = |name: &PolicyName| {
                    let policy = state.policy(name).map(|version| &version.policy);
                    author
                        || policy.is_some_and(|policy| {
                            policy.involves(me, &groups)
                                || policy.eligible.iter().any(|group| groups.contains(group))
                        })
                };
                let drills: Vec<DrillView> = state
                    .drills_due()
                    .into_iter()
                    .filter(|(due, name)| *due <= now.plus_seconds(DRILL_AHEAD_S) && concerns(name))
                    .map(|(due_at_ms, name)| DrillView {
                        policy: name.clone(),
                        due_at_ms,
                    })
                    .collect();
                (alarms, debts, drills, state.delegation(me, now))
            })
            .await?;
        let mut standing = Standing {
            drills,
            ..Standing::default()
        };
        for (grant, ratification) in alarms {
            let grant = self.grant_view(grant).await?;
            standing.alarms.push(AlarmView {
                grant,
                ratification,
            });
        }
        for debt in debts {
            let mut row = self.found_request(debt.request).await?.row;
            row.ratification = debt.ratification;
            standing.debts.push(DebtView {
                open: debt.open,
                row,
                why: debt.why,
                reviewers: debt.reviewers,
            });
        }
        if let Some(delegation) = delegation {
            let mut to = PersonView {
                id: delegation.to,
                name: None,
            };
            self.name(&mut [&mut to]).await?;
            let until_ms = delegation.until;
            standing.delegate = Some(DelegateView { to, until_ms });
        }
        Ok(standing)
    }
}

/// The emergencies that somebody is told of: all that are open, those that wait to be ratified however they ended,
/// and those that ended or were decided lately and nobody has reviewed.
fn alarms(
    state: &State,
    me: PersonId,
    groups: &[GroupName],
    now: UnixMillis,
) -> Vec<(GrantId, Option<Ratification>)> {
    let told = |request: &&Request| {
        request.mode == Mode::Emergency && request.policy.policy.alarms(me, groups)
    };
    let open = state
        .live_grants()
        .filter_map(|grant| state.request(grant.request))
        .filter(told)
        .map(|request| (request, state.ratification(request, now)));
    let over = state
        .unreviewed()
        .map(|(_, request)| request)
        .filter(told)
        .map(|request| (request, state.ratification(request, now)))
        .filter(|(request, ratification)| {
            ended_lately(state, request, now)
                || ratification
                    .is_some_and(|became| became.decided_at().is_none_or(|at| at >= lately(now)))
        });
    open.chain(over)
        .filter_map(|(request, ratification)| Some((request.grant?, ratification)))
        .collect()
}

/// Whether its access ended lately, whatever was or will be decided.
fn ended_lately(state: &State, request: &Request, now: UnixMillis) -> bool {
    let grant = request.grant.and_then(|grant| state.grant(grant));
    grant.is_some_and(|grant| match grant.state {
        GrantState::Ended { at_ms, .. } => at_ms >= lately(now),
        GrantState::Intended | GrantState::Active { .. } | GrantState::Failed { .. } => false,
    })
}

/// An access of somebody's that keeps them from breaking the glass.
struct Owed {
    request: RequestId,
    open: bool,
    why: Rule,
    ratification: Option<Ratification>,
    reviewers: Vec<GroupName>,
}

/// Emergencies of theirs that were refused, then accesses whose review is overdue; each once.
fn debts(state: &State, me: PersonId, now: UnixMillis) -> Vec<Owed> {
    let owed = |request: &Request, why| {
        let policy = &request.policy.policy;
        let grant = request.grant.and_then(|grant| state.grant(grant));
        let in_force = state.policy(&policy.name);
        let in_force = in_force.map_or(policy, |version| &version.policy);
        Owed {
            request: request.id,
            open: grant.is_some_and(Grant::is_live),
            why,
            ratification: state.ratification(request, now),
            reviewers: in_force.review.groups.clone(),
        }
    };
    let refused = state.refused_emergencies(me, now);
    let mut all: Vec<_> = refused
        .map(|request| owed(request, Rule::EmergencyRefused))
        .collect();
    for request in state.debts(me, now) {
        if !all.iter().any(|one| one.request == request.id) {
            all.push(owed(request, Rule::ReviewOwed));
        }
    }
    all
}
