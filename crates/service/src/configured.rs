//! What the configuration says, told to the log where that knows otherwise: roles, resources, policies.

use access::State;
use access::command::Command;
use access::policy::Policy;
use access::state::Change;

use crate::error::Error;
use crate::portal::Portal;

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
        let commands = move |state: &State| {
            let begins = state.people().next().is_none();
            wanted
                .into_iter()
                .filter(|policy| !is_there(state, policy))
                .map(|policy| match begins {
                    true => Command::ActivatePolicy { policy },
                    false => Command::ProposePolicy {
                        policy,
                        follows: None,
                    },
                })
                .collect::<Vec<_>>()
        };
        for command in self.inner.sequencer.ask(commands).await? {
            match self.system("seed", command).await {
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
}

/// Whether this very policy is in force, or on the table.
fn is_there(state: &State, policy: &Policy) -> bool {
    let in_force = state.policy(&policy.name);
    let proposed = |change: &Change| matches!(change, Change::Activate { policy: wanted, .. } if **wanted == *policy);
    in_force.is_some_and(|version| version.policy == *policy)
        || state.proposals().any(|proposal| proposed(&proposal.change))
}
