//! What the configuration says, told to the log where that knows otherwise: roles, resources, policies.

use access::State;
use access::command::Command;
use access::digest::Digest;
use access::event::Actor;
use access::policy::Policy;
use access::state::Change;
use uuid::Uuid;

use crate::error::Error;
use crate::portal::Portal;
use crate::sequencer::Proposal;
use crate::store::ledger;

impl Portal {
    /// Says in the log who holds which role, where that is not what it says already.
    pub(crate) async fn configure_roles(&self) -> Result<(), Error> {
        let roles = self.inner.settings.roles.clone();
        let known = self.inner.sequencer.ask(|state| state.roles().cloned());
        if known.await?.as_ref() == Some(&roles) {
            return Ok(());
        }
        self.system("portal", Command::ConfigureRoles { roles })
            .await
    }

    /// Says in the log what can be opened, where that is not what it says already.
    pub(crate) async fn configure_resources(&self) -> Result<(), Error> {
        let wanted: Vec<_> = self
            .inner
            .settings
            .resources
            .iter()
            .map(|resource| (resource.name.clone(), resource.labels.clone()))
            .collect();
        let commands = move |state: &State| {
            let added = wanted
                .iter()
                .filter(|(name, labels)| state.labels(name) != Some(labels))
                .map(|(resource, labels)| Command::ConfigureResource {
                    resource: resource.clone(),
                    labels: labels.clone(),
                });
            let gone = state
                .resources()
                .filter(|(known, _)| !wanted.iter().any(|(name, _)| name == *known))
                .map(|(resource, _)| Command::RemoveResource {
                    resource: resource.clone(),
                });
            added.chain(gone).collect::<Vec<_>>()
        };
        for command in self.inner.sequencer.ask(commands).await? {
            self.system("portal", command).await?;
        }
        Ok(())
    }

    /// The configuration's policies: a log that nobody has signed in to begins with them; later they are
    /// proposals, for one policy author to endorse and another to put in force.
    pub(crate) async fn bring_policies(&self) -> Result<(), Error> {
        let wanted = self.inner.settings.seed_policies.clone();
        let missing = move |state: &State| {
            let begins = state.people().next().is_none();
            wanted
                .into_iter()
                .filter(|policy| !is_there(state, policy))
                .map(|policy| (begins, after(state, &policy), policy))
                .collect::<Vec<_>>()
        };
        for (begins, after, policy) in self.inner.sequencer.ask(missing).await? {
            let brought = match begins {
                true => {
                    self.system("seed", Command::ActivatePolicy { policy })
                        .await
                }
                false => self.propose_once(policy, after).await,
            };
            match brought {
                Ok(()) => {}
                // Another replica was first, or somebody signed in just now: the next start proposes it.
                Err(Error::Refused(refusal)) => {
                    tracing::warn!(%refusal, "a policy of the configuration was not brought in");
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// Proposes a policy after a version, unless the configuration has done so before: then somebody has withdrawn
    /// it, and an answer stands until the policy changes. The entry's id says so, to other replicas too.
    async fn propose_once(&self, policy: Policy, after: After) -> Result<(), Error> {
        let name = policy.name.clone();
        let id = self.proposal_id(&policy, after).await?;
        if let Some(seq) = self.entry(id).await? {
            tracing::info!(%name, seq, "the configuration has proposed this policy before, and does not again; `breakglass policy apply` does");
            return Ok(());
        }
        let follows = Some(after.version);
        let command = Command::ProposePolicy { policy, follows };
        let proposal = Proposal::new(command, Actor::system("seed"));
        match self.inner.sequencer.propose_as(id, proposal).await {
            Ok(_) => Ok(()),
            // Another replica was first.
            Err(_) if self.entry(id).await?.is_some() => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    /// The id of the entry in which the configuration proposes this very policy after that version: always the same.
    /// The log's first entry, with its own id, lets nobody guess it who cannot read the log.
    async fn proposal_id(&self, policy: &Policy, after: After) -> Result<Uuid, Error> {
        let mut connection = self.inner.pool.acquire().await?;
        let first = ledger::entries(&mut *connection, 0, 1).await?;
        let said = match after.in_force {
            true => "configured after",
            false => "configured anew after",
        };
        let said = format!("{said} {}: {}\n", after.version, policy.digest());
        let mut said = said.into_bytes();
        said.extend(first.into_iter().flat_map(|entry| entry.bytes));
        let mut id = [0; 16];
        id.copy_from_slice(&Digest::of(&said).as_bytes()[..16]);
        Ok(uuid::Builder::from_random_bytes(id).into_uuid())
    }

    /// The place of the entry with this id, if it is in the log: an act whose answer was lost, or another replica's.
    pub(crate) async fn entry(&self, id: Uuid) -> Result<Option<u64>, Error> {
        let mut connection = self.inner.pool.acquire().await?;
        Ok(ledger::seq_of(&mut connection, id).await?)
    }
}

/// What a policy of the configuration comes after.
#[derive(Debug, Clone, Copy)]
struct After {
    /// The newest version, 0 where there was none.
    version: u32,
    /// Whether it is in force; a retirement takes what was proposed before off the table.
    in_force: bool,
}

fn after(state: &State, policy: &Policy) -> After {
    After {
        version: state.newest_version(&policy.name),
        in_force: state.policy(&policy.name).is_some(),
    }
}

/// Whether this very policy is in force, or on the table as what would follow.
fn is_there(state: &State, policy: &Policy) -> bool {
    let in_force = state.policy(&policy.name);
    let newest = state.newest_version(&policy.name);
    let proposed = |change: &Change| matches!(change, Change::Activate { policy: wanted, .. } if **wanted == *policy);
    let mut open = state.proposals().filter(|one| one.replaces == newest);
    in_force.is_some_and(|version| version.policy == *policy)
        || open.any(|proposal| proposed(&proposal.change))
}
