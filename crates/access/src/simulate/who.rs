//! Who could open something, and who could sign for them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::command::Seen;
use crate::event::Mode;
use crate::explain::{Asking, explain};
use crate::ids::{GroupName, PersonId, ResourceName};
use crate::policy::{Policy, PolicyVersion, Stage};
use crate::refusal::Rule;
use crate::state::State;
use crate::time::UnixMillis;
use crate::view::Evaluated;

/// One person whom the log knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhoRow {
    /// Who.
    pub person: PersonId,
    /// Their groups, as last seen.
    pub groups: Vec<GroupName>,
    /// Whether they could ask, and open it once everybody has signed.
    pub ordinary: Verdict,
    /// Whether they could break the glass.
    pub emergency: Verdict,
    /// Who could sign for them, stage by stage; empty for somebody who may not ask at all.
    pub stages: Vec<Signers>,
}

/// What the rules say of one person and one way of asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether they may ask now, if they say what the policy wants said, from where it wants it said.
    pub may_ask: bool,
    /// Whether it could be opened at this very moment as well, as far as the clock says.
    pub now: bool,
    /// Every rule that was asked.
    pub rules: Vec<Evaluated>,
}

/// Who could sign at one stage. A human being who has several identities is there once, and never the one
/// who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signers {
    /// How many it takes.
    pub n: u8,
    /// Who is asked at once.
    pub at_once: Vec<PersonId>,
    /// Who is asked besides when nobody answers.
    pub later: Vec<PersonId>,
    /// Whether that is as many as it takes, of this stage alone.
    pub enough: bool,
}

/// How many people of a group that may ask could, of those whom the log knows. Human beings: whoever has several
/// identities is there once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRow {
    /// Which.
    pub group: GroupName,
    /// How many were in it when they were last seen.
    pub known: usize,
    /// How many of them could ask and open it now.
    pub ordinary: usize,
    /// How many of them could break the glass now.
    pub emergency: usize,
}

/// The groups that may ask, by what [`who_could_open`] says of their people, in the policy's order.
pub fn groups_that_could(state: &State, policy: &Policy, rows: &[WhoRow]) -> Vec<GroupRow> {
    let count = |group: &GroupName, fits: fn(&WhoRow) -> bool| {
        let theirs = rows
            .iter()
            .filter(|row| row.groups.contains(group) && fits(row));
        let people: BTreeSet<_> = theirs.map(|row| state.canonical(row.person)).collect();
        people.len()
    };
    let row = |group: &GroupName| GroupRow {
        group: group.clone(),
        known: count(group, |_| true),
        ordinary: count(group, |row| row.ordinary.now),
        emergency: count(group, |row| row.emergency.now),
    };
    policy.eligible.iter().map(row).collect()
}

/// For everybody whom the log knows: whether they could open the resource under this version of a policy,
/// those who could in front.
pub fn who_could_open(
    state: &State,
    version: &PolicyVersion,
    resource: &ResourceName,
    now: UnixMillis,
) -> Vec<WhoRow> {
    let policy = &version.policy;
    let seen = as_wanted(policy);
    let stages: Vec<Candidates> = policy
        .approval
        .stages
        .iter()
        .map(|stage| Candidates::of(state, stage))
        .collect();
    let row = |person: PersonId| {
        let groups = state.groups(person);
        let verdict = |mode| {
            let asking = Asking {
                person,
                groups,
                mode,
                resource,
                facts: None,
                seen: &seen,
            };
            Verdict::of(explain(state, asking, version, now))
        };
        let (ordinary, emergency) = (verdict(Mode::Ordinary), verdict(Mode::Emergency));
        let asks = ordinary.may_ask || emergency.may_ask;
        let signers = stages
            .iter()
            .filter(|_| asks)
            .map(|stage| stage.without(state.canonical(person)));
        WhoRow {
            person,
            groups: groups.to_vec(),
            ordinary,
            emergency,
            stages: signers.collect(),
        }
    };
    let mut rows: Vec<WhoRow> = state.people().map(row).collect();
    rows.sort_by_key(|row| !(row.ordinary.may_ask || row.emergency.may_ask));
    rows
}

impl Verdict {
    fn of(rules: Vec<Evaluated>) -> Self {
        let now = rules.iter().all(|rule| rule.holds);
        let may_ask = rules
            .iter()
            .all(|rule| rule.holds || rule.rule == Rule::OutsideWindow);
        Self {
            may_ask,
            now,
            rules,
        }
    }
}

/// A sign-in as the policy's conditions want it: how somebody would be signed in is not known.
fn as_wanted(policy: &Policy) -> Seen {
    let conditions = &policy.conditions;
    let network = conditions.networks.first().map(ToString::to_string);
    let address = network
        .as_deref()
        .and_then(|network| network.split('/').next());
    Seen {
        address: address.and_then(|address| address.parse().ok()),
        acr: conditions.acr.first().cloned(),
        amr: conditions.amr.clone(),
    }
}

/// Those who could sign at a stage, each with the one under whom they count.
struct Candidates {
    n: u8,
    at_once: Vec<(PersonId, PersonId)>,
    later: Vec<(PersonId, PersonId)>,
}

impl Candidates {
    fn of(state: &State, stage: &Stage) -> Self {
        let mut counted = BTreeSet::new();
        let mut asked = |steps: usize| {
            let asks = |person: &PersonId| stage.asks(steps, *person, state.groups(*person));
            let people = state
                .people()
                .filter(asks)
                .map(|person| (person, state.canonical(person)));
            people.filter(|(_, one)| counted.insert(*one)).collect()
        };
        let at_once = asked(0);
        let later = asked(stage.ladder.len());
        Self {
            n: stage.n,
            at_once,
            later,
        }
    }

    /// Without any identity of the one who asks.
    fn without(&self, requester: PersonId) -> Signers {
        let others = |people: &[(PersonId, PersonId)]| -> Vec<PersonId> {
            let others = people.iter().filter(|(_, one)| *one != requester);
            others.map(|(person, _)| *person).collect()
        };
        let (at_once, later) = (others(&self.at_once), others(&self.later));
        let enough = at_once.len() + later.len() >= usize::from(self.n);
        Signers {
            n: self.n,
            at_once,
            later,
            enough,
        }
    }
}
