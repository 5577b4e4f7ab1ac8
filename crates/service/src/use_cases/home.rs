//! The first page: what one holds, what waits, what one may open.

use access::event::Mode;
use access::ids::{GrantId, PolicyName, RequestId};
use access::state::Grant;
use access::view::{
    DelegateView, DrillView, GrantView, HomeView, PersonView, RequestRow, Role, Viewer,
};

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
    alarms: Vec<GrantView>,
    debts: Vec<RequestRow>,
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
                let policy = |grant: GrantId| Some(&state.request_of(grant)?.policy.policy);
                let told = |grant: &&Grant| {
                    let emergency = state.request(grant.request).map(|request| request.mode);
                    emergency == Some(Mode::Emergency)
                        && policy(grant.id).is_some_and(|policy| policy.alarms(me, &groups))
                };
                let alarms: Vec<GrantId> = state
                    .live_grants()
                    .filter(told)
                    .map(|grant| grant.id)
                    .collect();
                let debts: Vec<RequestId> =
                    state.debts(me, now).map(|request| request.id).collect();
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
        for grant in alarms {
            standing.alarms.push(self.grant_view(grant).await?);
        }
        for request in debts {
            standing.debts.push(self.found_request(request).await?.row);
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
