//! A policy (an "entitlement"): who may open what, for how long, and who has a say.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::ids::{GroupName, PolicyName, ResourceName};

mod check;

pub use check::PolicyError;

/// One version of one policy, as it stands in the entry that activated it.
///
/// Its digest is SHA-256 over its compact JSON with the members in the order of these fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The name that requests refer to.
    pub name: PolicyName,
    /// What it is for, in a sentence or two, for the person who chooses it.
    pub description: String,
    /// What it opens.
    pub resources: Vec<ResourceName>,
    /// Members of any of these groups may ask.
    pub eligible: Vec<GroupName>,
    /// What a request gets unless it says otherwise, in seconds.
    pub default_duration_s: u32,
    /// The longest grant, in seconds.
    pub max_duration_s: u32,
    /// The shortest acceptable reason, in characters.
    pub min_reason_chars: u32,
    /// Who signs off.
    pub approval: Approval,
    /// Access before sign-off; `None` where the policy has none.
    pub emergency: Option<Emergency>,
    /// What is owed afterwards.
    pub review: Review,
    /// What is given.
    pub grant: GrantTemplate,
}

/// Sign-off: `n` distinct people out of the groups. The requester never counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Members of any of these groups may sign off.
    pub groups: Vec<GroupName>,
    /// How many of them it takes; at least 1.
    pub n: u8,
    /// A request without its sign-offs lapses after this many seconds; an approved one that
    /// nobody opened lapses as long after its approval.
    pub within_s: u32,
}

/// Breaking the glass: access at once, sign-off by nobody, everybody told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emergency {
    /// The longest emergency grant, in seconds.
    pub max_duration_s: u32,
}

/// The review that every grant owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Members of any of these groups may review; never the requester or one who signed off.
    pub groups: Vec<GroupName>,
    /// The review is due this many seconds after the grant ended.
    pub within_s: u32,
}

/// What the connector is asked to give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantTemplate {
    /// Which kind of connector.
    pub connector: Connector,
    /// The role on the target whose rights the grant's account gets.
    pub role: String,
}

/// The kinds of connector there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connector {
    /// A PostgreSQL server: a login role that is a member of the target role.
    Postgresql,
}

/// A policy with its place in history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// 1 for the first version, rising by 1.
    pub version: u32,
    /// The digest that requests and decisions under it carry.
    pub sha256: Digest,
    /// The policy itself.
    pub policy: Policy,
}
