//! A policy's page, and what is proposed.

use serde::{Deserialize, Serialize};

use super::PersonView;
use crate::ids::PolicyName;
use crate::policy::{Policy, PolicyVersion};
use crate::refusal::Rule;
use crate::time::UnixMillis;

/// A policy with its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyPage {
    /// The version that is shown: the newest, unless another was asked for.
    pub shown: PolicyVersion,
    /// The number of the version in force; `None` where the policy was retired.
    pub in_force: Option<u32>,
    /// All versions, newest first, with what each changed, in words.
    pub history: Vec<(u32, Vec<String>)>,
    /// What is proposed for it.
    pub proposals: Vec<ProposalRow>,
    /// Whether the viewer writes policies.
    pub may_write: bool,
}

/// A proposal in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalRow {
    /// The entry that proposed it.
    pub seq: u64,
    /// For which policy.
    pub policy: PolicyName,
    /// Whether it would retire the policy.
    pub retires: bool,
    /// The version that it would follow; 0 for a new policy.
    pub replaces: u32,
    /// Whose word it is; `None` while it is the configuration's.
    pub by: Option<PersonView>,
    /// When it became theirs.
    pub at_ms: UnixMillis,
    /// Why the viewer may not put it in force; `None` where they may.
    pub refused: Option<Rule>,
    /// Whether the viewer may make it their own.
    pub may_endorse: bool,
    /// Whether the viewer may take it off the table.
    pub may_withdraw: bool,
}

/// A proposal's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalView {
    /// The same as in lists.
    pub row: ProposalRow,
    /// What would come into force; `None` where the policy would be retired.
    pub policy: Option<Policy>,
    /// The same as a file.
    pub file: String,
    /// What it changes, in words; whether it makes the policy looser, where that can be said.
    pub changes: Vec<(String, Option<bool>)>,
    /// What its author should know: stages that too few known people could fill.
    pub warnings: Vec<String>,
}
