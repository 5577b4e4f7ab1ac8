//! A policy (an "entitlement"): who may open what, when, for how long, and who has a say.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::event::StatementClass;
use crate::ids::{GroupName, PersonId, PolicyName};
use crate::rules::overlap;

mod check;
mod conditions;
mod network;
mod selector;
mod ticket;
mod window;

pub use check::PolicyError;
pub use conditions::Conditions;
pub use network::{BadNetwork, Network};
pub(crate) use selector::is_label;
pub use selector::{BadSelector, Labels, Selector};
pub use ticket::{BadTicketPattern, TicketPattern};
pub use window::{BadTime, Day, TimeOfDay, Window};

/// One version of one policy, as it stands in the entry that activated it.
///
/// Its digest is SHA-256 over its compact JSON with every member, in the order of these fields; members that
/// came later are left out where they say nothing, so that no older policy has another digest since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The name that requests refer to.
    pub name: PolicyName,
    /// What it is for, in a sentence or two, for the person who chooses it.
    pub description: String,
    /// What it opens.
    pub resources: Vec<Selector>,
    /// Members of any of these groups may ask.
    pub eligible: Vec<GroupName>,
    /// What has to be true of whoever asks, and of what they say.
    #[serde(default)]
    pub conditions: Conditions,
    /// For how long.
    pub duration: Durations,
    /// Who signs off.
    pub approval: Approval,
    /// Access before sign-off; `None` where the policy has none.
    pub emergency: Option<Emergency>,
    /// What is owed afterwards.
    pub review: Review,
    /// How often breaking the glass is to be exercised; `None` for never.
    pub drill: Option<Drill>,
    /// What is given.
    pub grant: GrantTemplate,
}

/// How long access lasts, counted from the moment it is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Durations {
    /// What a request gets unless it says otherwise, in seconds.
    pub default_s: u32,
    /// The longest grant, in seconds, before any extension.
    pub max_s: u32,
    /// How an open grant may be made longer; `None` for not at all. An emergency never is.
    pub extend: Option<Extend>,
}

/// Making an open grant longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extend {
    /// How often at most.
    pub times: u8,
    /// By how much each time, in seconds.
    pub by_s: u32,
    /// Whether an approver has to say yes to it.
    #[serde(default)]
    pub approval: bool,
}

/// Sign-off: stage after stage, each by people out of its own groups. The requester never counts, nobody
/// counts twice, and one no ends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// A request without its sign-offs lapses after this many seconds; an approved one that nobody
    /// opened lapses as long after its approval, or after the start that it asked for.
    pub within_s: u32,
    /// Whether an approver who is away may let somebody else sign in their place.
    #[serde(default)]
    pub delegation: bool,
    /// In order; the next is asked when the one before is complete.
    pub stages: Vec<Stage>,
}

/// One stage of sign-off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// How many distinct people it takes; at least 1.
    pub n: u8,
    /// Members of any of these groups may sign off.
    #[serde(default)]
    pub groups: Vec<GroupName>,
    /// These people may too.
    #[serde(default)]
    pub people: Vec<PersonId>,
    /// Whether each of the `n` has to stand for a different group.
    #[serde(default)]
    pub distinct_groups: bool,
    /// Who is asked as well when nobody answers, step after step.
    #[serde(default)]
    pub ladder: Vec<Step>,
}

/// One step of an escalation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When, in seconds after the stage began to wait.
    pub after_s: u32,
    /// Members of any of these groups may sign off from then on.
    pub groups: Vec<GroupName>,
}

/// Breaking the glass: access at once, everybody told, and answered for afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emergency {
    /// The longest emergency grant, in seconds.
    pub max_duration_s: u32,
    /// Members of any of these groups are alarmed, besides those who sign off.
    #[serde(default)]
    pub alarm: Vec<GroupName>,
    /// Without the sign-offs of `approval` the access is taken back after so many seconds; `None` where
    /// nobody has to ratify it.
    pub ratify_within_s: Option<u32>,
}

/// The review that every grant owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Members of any of these groups may review; never the requester or one who said yes or no to it.
    pub groups: Vec<GroupName>,
    /// The review is due this many seconds after the grant ended.
    pub within_s: u32,
    /// What an overdue review means for whoever owes it.
    #[serde(default)]
    pub debt: Debt,
}

/// What follows from a review that is overdue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Debt {
    /// Nothing but that it is shown.
    Allow,
    /// Whose access it was breaks no glass, under any policy, until it is reviewed.
    #[default]
    Block,
}

/// An exercise that keeps the way in known and working.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drill {
    /// An emergency that a reviewer called a drill is due every so many days.
    pub every_days: u16,
}

/// What the connector is asked to give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantTemplate {
    /// Which kind of connector.
    pub connector: Connector,
    /// The role on the target whose rights the grant's account gets; on a machine, whom they log in as; of a
    /// webhook, what is to be given, in the target's words.
    pub role: String,
    /// Whether there is also a way in on which nothing is recorded.
    #[serde(default, skip_serializing_if = "Recording::is_optional")]
    pub recording: Recording,
    /// Statements that a recorded way in refuses; all others are recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refuse: Vec<StatementClass>,
}

/// Which ways in a policy offers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recording {
    /// Recorded ones, and a direct one, on which nothing is recorded.
    #[default]
    Optional,
    /// Recorded ones only.
    Required,
}

impl Recording {
    /// Whether it says no more than leaving it out.
    fn is_optional(&self) -> bool {
        *self == Self::Optional
    }
}

/// The kinds of connector there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connector {
    /// A PostgreSQL server: a login role that is a member of the target role.
    Postgresql,
    /// A machine that takes certificates of the portal: a login under the name of the role.
    Ssh,
    /// Anything else that is called to open and to end access.
    Webhook,
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

impl Approval {
    /// How many people it takes in all.
    pub fn needed(&self) -> u32 {
        self.stages.iter().map(|stage| u32::from(stage.n)).sum()
    }

    /// Every group that any stage may ask, in the order in which they would be.
    pub fn groups(&self) -> Vec<&GroupName> {
        let mut all: Vec<&GroupName> = Vec::new();
        for group in self.stages.iter().flat_map(Stage::all_groups) {
            if !all.contains(&group) {
                all.push(group);
            }
        }
        all
    }

    /// Whether such a person may be asked by any stage, now or later.
    pub fn may_ask(&self, person: PersonId, groups: &[GroupName]) -> bool {
        let steps = |stage: &Stage| stage.ladder.len();
        self.stages
            .iter()
            .any(|stage| stage.asks(steps(stage), person, groups))
    }
}

impl Stage {
    /// The groups that are asked once so many steps of the ladder were taken.
    pub fn asked(&self, steps: usize) -> impl Iterator<Item = &GroupName> {
        let ladder = self.ladder.iter().take(steps);
        self.groups
            .iter()
            .chain(ladder.flat_map(|step| &step.groups))
    }

    fn all_groups(&self) -> impl Iterator<Item = &GroupName> {
        self.asked(self.ladder.len())
    }

    /// Whether such a person is asked once so many steps of the ladder were taken.
    pub fn asks(&self, steps: usize, person: PersonId, groups: &[GroupName]) -> bool {
        self.people.contains(&person) || self.asked(steps).any(|group| groups.contains(group))
    }
}

impl Policy {
    /// Whether somebody may have to do with requests under it: who may be asked to sign off or to review.
    pub fn involves(&self, person: PersonId, groups: &[GroupName]) -> bool {
        self.approval.may_ask(person, groups) || overlap(groups, &self.review.groups)
    }

    /// Whether somebody is told at once when the glass is broken.
    pub fn alarms(&self, person: PersonId, groups: &[GroupName]) -> bool {
        let told = |emergency: &Emergency| overlap(groups, &emergency.alarm);
        self.emergency.as_ref().is_some_and(told) || self.approval.may_ask(person, groups)
    }
}
