//! What would be under a policy, and what would have been: for those who write, run and check it.

use std::collections::BTreeSet;

use access::State;
use access::ids::{PersonId, PolicyName, ResourceName};
use access::policy::{Policy, PolicyVersion};
use access::simulate::{
    GroupRow, Replayed, WhoRow, groups_that_could, replay_under, who_could_open,
};
use access::time::UnixMillis;
use access::view::{PersonView, Role, Viewer};
use uuid::Uuid;

use crate::error::Error;
use crate::portal::Portal;
use crate::store;
use crate::turns::TURN_WITHIN;

/// Who may look: it names everybody with their groups.
const LOOKERS: [Role; 3] = [Role::Author, Role::Auditor, Role::Operator];

/// How far back requests are looked at, in days: a year.
const MOST_DAYS: u16 = 366;

/// The most requests that are held against a policy, the newest ones: a few seconds' work.
const MOST_REPLAYED: usize = 20_000;

/// The most requests that are told one by one.
const MOST_ROWS: usize = 50;

/// The most people that are told one by one.
const MOST_PEOPLE: usize = 500;

/// Everybody, the groups that may ask, and the requests of late, held against a policy; and who is in it.
type Held = (Vec<WhoRow>, Vec<GroupRow>, Replayed, Vec<Uuid>);

/// What would be, and what would have been.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// The policy that was held against everybody: the version in force, or the one proposed.
    pub policy: Policy,
    /// Everything of this portal that it covers.
    pub resources: Vec<ResourceName>,
    /// What was held against it; `None` where it covers nothing.
    pub resource: Option<ResourceName>,
    /// Everybody, those who could open it in front; the first 500.
    pub who: Vec<WhoRow>,
    /// The groups that may ask, with how many of theirs could.
    pub groups: Vec<GroupRow>,
    /// What it would have made of earlier requests, of which the first 50 are told one by one. Where something was
    /// left out, a sentence says so.
    pub replayed: Replayed,
    /// The names of everybody in it.
    pub people: Vec<PersonView>,
}

impl Portal {
    /// Whether the viewer may hold everybody against a policy.
    pub fn may_simulate(&self, viewer: &Viewer) -> bool {
        LOOKERS.iter().any(|role| viewer.roles.contains(role))
    }

    /// Holds everybody, and the requests of the last `days`, at most 366, against a policy: the version in force, or
    /// what `proposal` would put in its place. Authors, auditors and operators may. Keeps nobody else waiting.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for others, [`Error::NotFound`] where there is no such policy or proposal, or it
    /// does not cover `resource`; [`Error::BadInput`] for more days; [`Error::Unavailable`] where others
    /// simulate and it does not become this one's turn.
    pub async fn simulate(
        &self,
        viewer: &Viewer,
        name: &PolicyName,
        proposal: Option<u64>,
        resource: Option<ResourceName>,
        days: u16,
    ) -> Result<Simulated, Error> {
        if !self.may_simulate(viewer) {
            return Err(Error::Forbidden);
        }
        if days > MOST_DAYS {
            return Err(Error::BadInput {
                field: "days",
                message: format!(
                    "A simulation looks back {MOST_DAYS} days at most. Ask for fewer."
                ),
            });
        }
        let version = self.simulated_version(viewer, name, proposal).await?;
        let covered = |resource: &&crate::settings::Resource| {
            let labels = Some(&resource.labels);
            let selectors = &version.policy.resources;
            selectors
                .iter()
                .any(|selector| selector.covers(&resource.name, labels))
        };
        let resources: Vec<ResourceName> = self
            .inner
            .settings
            .resources
            .iter()
            .filter(covered)
            .map(|resource| resource.name.clone())
            .collect();
        if resource
            .as_ref()
            .is_some_and(|one| !resources.contains(one))
        {
            return Err(Error::NotFound);
        }
        let resource = resource.or_else(|| resources.first().cloned());
        let (who, groups, replayed, ids) = self
            .held_against(version.clone(), resource.clone(), days)
            .await?;
        let people = store::person::views(&self.inner.pool, &ids).await?;
        Ok(Simulated {
            policy: version.policy,
            resources,
            resource,
            who,
            groups,
            replayed,
            people,
        })
    }

    /// The log's writer only copies what is looked at, and goes on; the rest is done beside it.
    async fn held_against(
        &self,
        version: PolicyVersion,
        resource: Option<ResourceName>,
        days: u16,
    ) -> Result<Held, Error> {
        let turn = self.inner.turns.take(TURN_WITHIN).await?;
        let now = self.inner.clock.now();
        let back = i64::from(days) * 86_400_000;
        let since = UnixMillis::new(now.millis().saturating_sub(back));
        let name = version.policy.name.clone();
        let excerpt = move |state: &State| state.excerpt(&name, since, MOST_REPLAYED);
        let excerpt = self.inner.sequencer.ask(excerpt).await?;
        let simulated = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let state = &excerpt.state;
            let who = |of| who_could_open(state, &version, &of, now);
            let who = resource.map_or_else(Vec::new, who);
            let groups = groups_that_could(state, &version.policy, &who);
            let replayed = replay_under(state, &version.policy, since, now);
            let (who, replayed) = shortened(who, replayed, excerpt.left_out);
            let ids = everybody(&who, &replayed);
            (who, groups, replayed, ids)
        });
        simulated.await.map_err(|fault| Error::internal(&fault))
    }

    async fn simulated_version(
        &self,
        viewer: &Viewer,
        name: &PolicyName,
        proposal: Option<u64>,
    ) -> Result<PolicyVersion, Error> {
        let Some(seq) = proposal else {
            return self.policy(name).await;
        };
        let proposed = self.proposal(viewer, seq).await?;
        let policy = proposed.policy.filter(|policy| policy.name == *name);
        let policy = policy.ok_or(Error::NotFound)?;
        Ok(PolicyVersion {
            version: proposed.row.replaces + 1,
            sha256: policy.digest(),
            policy,
        })
    }
}

/// Everybody who is in it, once: who signs for many is there many times.
fn everybody(who: &[WhoRow], replayed: &Replayed) -> Vec<Uuid> {
    let signers = who.iter().flat_map(|row| &row.stages);
    let signers = signers.flat_map(|stage| stage.at_once.iter().chain(&stage.later));
    let people: BTreeSet<PersonId> = (who.iter().map(|row| &row.person))
        .chain(signers)
        .chain(replayed.rows.iter().map(|row| &row.requester))
        .copied()
        .collect();
    people.into_iter().map(PersonId::uuid).collect()
}

/// As much as a page takes, with a sentence for what was left out.
fn shortened(
    mut who: Vec<WhoRow>,
    mut replayed: Replayed,
    older: usize,
) -> (Vec<WhoRow>, Replayed) {
    let (people, requests) = (who.len(), replayed.rows.len());
    let mut told = Vec::new();
    if older > 0 {
        told.push(format!(
            "There were {older} more requests in these days. The newest {requests} are compared, and all counts are of them."
        ));
    }
    if requests > MOST_ROWS {
        told.push(format!(
            "The first {MOST_ROWS} of {requests} requests are listed, those that change in front; the counts are of all."
        ));
    }
    if people > MOST_PEOPLE {
        told.push(format!(
            "The first {MOST_PEOPLE} of {people} people are listed, those who could open it in front."
        ));
    }
    who.truncate(MOST_PEOPLE);
    replayed.rows.truncate(MOST_ROWS);
    replayed.untold.splice(0..0, told);
    (who, replayed)
}
