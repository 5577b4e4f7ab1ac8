//! What would be under a policy, and what would have been: for those who write, run and check it.

use access::State;
use access::ids::{PersonId, PolicyName, ResourceName};
use access::policy::{Policy, PolicyVersion};
use access::simulate::{
    GroupRow, Replayed, WhoRow, groups_that_could, replay_under, who_could_open,
};
use access::time::UnixMillis;
use access::view::{PersonView, Role, Viewer};

use crate::error::Error;
use crate::portal::Portal;
use crate::store;

/// Who may look: it names everybody with their groups.
const LOOKERS: [Role; 3] = [Role::Author, Role::Auditor, Role::Operator];

/// What would be, and what would have been.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// The policy that was held against everybody: the version in force, or the one proposed.
    pub policy: Policy,
    /// Everything of this portal that it covers.
    pub resources: Vec<ResourceName>,
    /// What was held against it; `None` where it covers nothing.
    pub resource: Option<ResourceName>,
    /// Everybody, those who could open it in front.
    pub who: Vec<WhoRow>,
    /// The groups that may ask, with how many of theirs could.
    pub groups: Vec<GroupRow>,
    /// What it would have made of earlier requests.
    pub replayed: Replayed,
    /// The names of everybody in it.
    pub people: Vec<PersonView>,
}

impl Portal {
    /// Whether the viewer may hold everybody against a policy.
    pub fn may_simulate(&self, viewer: &Viewer) -> bool {
        LOOKERS.iter().any(|role| viewer.roles.contains(role))
    }

    /// Holds everybody, and the requests of the last `days`, against a policy: the version in force, or
    /// what `proposal` would put in its place. Authors, auditors and operators may.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for others, [`Error::NotFound`] where there is no such policy or proposal, or it
    /// does not cover `resource`.
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
        let (held, of, clock) = (version.clone(), resource.clone(), self.inner.clock.clone());
        let (who, groups, replayed) = self
            .inner
            .sequencer
            .ask(move |state: &State| {
                let now = clock.now();
                let back = i64::from(days) * 86_400_000;
                let since = UnixMillis::new(now.millis().saturating_sub(back));
                let who = of.map_or_else(Vec::new, |of| who_could_open(state, &held, &of, now));
                let groups = groups_that_could(state, &held.policy, &who);
                (who, groups, replay_under(state, &held.policy, since, now))
            })
            .await?;
        let signers = who.iter().flat_map(|row| &row.stages);
        let signers = signers.flat_map(|stage| stage.at_once.iter().chain(&stage.later));
        let ids: Vec<_> = (who.iter().map(|row| &row.person))
            .chain(signers)
            .chain(replayed.rows.iter().map(|row| &row.requester))
            .copied()
            .map(PersonId::uuid)
            .collect();
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
