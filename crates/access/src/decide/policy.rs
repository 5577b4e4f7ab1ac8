//! Policies: the first ones, proposals, and what a second author makes of them.

use crate::command::Command;
use crate::event::Event;
use crate::policy::Policy;
use crate::refusal::Rule;
use crate::rules::Act;
use crate::state::Change;
use crate::violation::{Broken, Checked};

impl Act<'_> {
    pub(super) fn policy(self, command: Command) -> Checked<Vec<Event>> {
        match command {
            Command::ActivatePolicy { policy } => self.one(self.activation(policy, None)),
            Command::ProposePolicy { policy, follows } => self.one(Event::PolicyProposed {
                replaces: follows.unwrap_or_else(|| self.state.newest_version(&policy.name)),
                sha256: policy.digest(),
                policy,
            }),
            Command::ProposeRetirement { policy } => {
                let unknown =
                    || Broken::new(Rule::UnknownPolicy, "a policy in force", policy.to_string());
                let version = self.state.policy(&policy).ok_or_else(unknown)?.version;
                self.one(Event::RetirementProposed { policy, version })
            }
            Command::EndorseProposal { proposal } => self.one(Event::ProposalEndorsed { proposal }),
            Command::WithdrawProposal { proposal } => {
                self.one(Event::ProposalWithdrawn { proposal })
            }
            Command::ActivateProposal { proposal } => {
                let wanted = Act::proposal(self, proposal)?;
                let event = match &wanted.change {
                    Change::Activate { policy, .. } => {
                        self.activation(Policy::clone(policy), Some(proposal))
                    }
                    Change::Retire(policy) => Event::PolicyRetired {
                        policy: policy.clone(),
                        version: wanted.replaces,
                        proposal,
                    },
                };
                self.one(event)
            }
            _ => Ok(Vec::new()),
        }
    }

    fn activation(self, policy: Policy, proposal: Option<u64>) -> Event {
        Event::PolicyActivated {
            version: self.state.newest_version(&policy.name).saturating_add(1),
            sha256: policy.digest(),
            policy,
            proposal,
        }
    }
}
