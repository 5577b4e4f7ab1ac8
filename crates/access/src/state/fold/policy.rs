//! How policies are proposed, come into force and go.

use std::sync::Arc;

use crate::event::Event;
use crate::policy::PolicyVersion;
use crate::record::RecordRef;
use crate::state::{Change, Proposal, State};

impl State {
    pub(super) fn fold_policy(&mut self, record: RecordRef<'_>) {
        let by = record.actor.as_person().map(|(person, _)| person);
        match record.event {
            Event::PolicyActivated {
                version,
                sha256,
                policy,
                proposal,
            } => {
                let version = PolicyVersion {
                    version: *version,
                    sha256: *sha256,
                    policy: policy.clone(),
                };
                self.retired.remove(&policy.name);
                if policy.drill.is_none() {
                    self.drills_from.remove(&policy.name);
                } else {
                    let from = self.drills_from.entry(policy.name.clone());
                    from.or_insert(record.time);
                }
                let versions = self.policies.entry(policy.name.clone()).or_default();
                versions.push(Arc::new(version));
                if let Some(proposal) = proposal {
                    self.proposals.remove(proposal);
                }
            }
            Event::PolicyRetired { policy, .. } => {
                self.retired.insert(policy.clone());
                self.drills_from.remove(policy);
                // With the proposal itself: what was proposed before was not said of one that is out of force.
                self.proposals.retain(|_, other| other.policy() != policy);
            }
            Event::PolicyProposed {
                replaces,
                sha256,
                policy,
            } => {
                let change = Change::Activate {
                    sha256: *sha256,
                    policy: Arc::new(policy.clone()),
                };
                self.put(record, *replaces, change);
            }
            Event::RetirementProposed { policy, version } => {
                self.put(record, *version, Change::Retire(policy.clone()));
            }
            Event::ProposalEndorsed { proposal } => {
                if let Some(proposal) = self.proposals.get_mut(proposal) {
                    (proposal.by, proposal.at) = (by, record.time);
                }
            }
            Event::ProposalWithdrawn { proposal } => {
                self.proposals.remove(proposal);
            }
            _ => {}
        }
    }

    fn put(&mut self, record: RecordRef<'_>, replaces: u32, change: Change) {
        let proposal = Proposal {
            seq: record.seq,
            by: record.actor.as_person().map(|(person, _)| person),
            at: record.time,
            replaces,
            change,
        };
        self.proposals.insert(record.seq, proposal);
    }
}
