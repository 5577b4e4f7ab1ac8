//! Policies that somebody wants in force, or no longer in force.

use std::sync::Arc;

use crate::digest::Digest;
use crate::ids::{PersonId, PolicyName};
use crate::policy::{Policy, PolicyVersion};
use crate::state::State;
use crate::time::UnixMillis;

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The entry that proposed it.
    pub seq: u64,
    /// Whose word it is; `None` while it is the configuration's, and no policy author's yet.
    pub by: Option<PersonId>,
    /// When it became theirs.
    pub at: UnixMillis,
    /// The version that it would follow; 0 for a new policy.
    pub replaces: u32,
    /// What it would do.
    pub change: Change,
}

/// What a proposal would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Put this in force.
    Activate {
        /// SHA-256 of the policy's compact JSON.
        sha256: Digest,
        /// The whole policy.
        policy: Arc<Policy>,
    },
    /// Put this policy out of force.
    Retire(PolicyName),
}

impl Proposal {
    /// Which policy it is about.
    pub fn policy(&self) -> &PolicyName {
        match &self.change {
            Change::Activate { policy, .. } => &policy.name,
            Change::Retire(policy) => policy,
        }
    }
}

impl State {
    /// One proposal that is on the table.
    pub fn proposal(&self, seq: u64) -> Option<&Proposal> {
        self.proposals.get(&seq)
    }

    /// Every proposal that is on the table, oldest first.
    pub fn proposals(&self) -> impl Iterator<Item = &Proposal> {
        self.proposals.values()
    }

    /// All versions that a policy ever had, oldest first.
    pub fn policy_history(&self, name: &PolicyName) -> &[Arc<PolicyVersion>] {
        self.policies.get(name).map_or(&[], Vec::as_slice)
    }

    /// The number of a policy's newest version, in force or not; 0 where there was none.
    pub fn newest_version(&self, name: &PolicyName) -> u32 {
        self.policy_history(name)
            .last()
            .map_or(0, |newest| newest.version)
    }

    /// Policies that were put out of force, by name, with their last version.
    pub fn retired(&self) -> impl Iterator<Item = &Arc<PolicyVersion>> {
        let last = |name| self.policy_history(name).last();
        self.retired.iter().filter_map(last)
    }
}
