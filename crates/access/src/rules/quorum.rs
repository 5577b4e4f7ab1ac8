//! Who counts, and whether they are enough.

use std::collections::BTreeSet;

use super::ensure;
use crate::event::Decision;
use crate::ids::{GroupName, PersonId};
use crate::policy::Stage;
use crate::refusal::Rule;
use crate::state::{Request, State};
use crate::violation::{Broken, Checked};

/// A yes that is about to be given: at the stage that waits, by somebody who may.
#[derive(Clone, Copy)]
pub(crate) struct Coming<'a> {
    pub(crate) person: PersonId,
    pub(crate) principal: PersonId,
    pub(crate) groups: &'a [GroupName],
}

/// Enough distinct people have said yes who are approvers at this moment, at every stage.
pub(crate) fn quorum(state: &State, request: &Request) -> Checked {
    let stages = request.policy.policy.approval.stages.len();
    let counted = count(state, request, None);
    ensure(request.stage + 1 >= stages, || {
        let expected = format!("all {stages} stages");
        Broken::new(
            Rule::QuorumMissing,
            expected,
            format!("stage {}", request.stage + 1),
        )
    })?;
    let mut all = counted.iter().zip(&request.policy.policy.approval.stages);
    let missing = all.find(|(counted, stage)| **counted < usize::from(stage.n));
    ensure(missing.is_none(), || {
        let (counted, n) = missing.map_or((0, 0), |(counted, stage)| (*counted, stage.n));
        let expected = format!("{n} people who said yes and are approvers");
        Broken::new(Rule::QuorumMissing, expected, counted.to_string())
    })
}

/// Whether the stage that waits is complete.
pub(crate) fn complete(state: &State, request: &Request, coming: Option<Coming<'_>>) -> bool {
    let stage = request.policy.policy.approval.stages.get(request.stage);
    let counted = count(state, request, coming);
    let counted = counted.get(request.stage).copied().unwrap_or_default();
    stage.is_some_and(|stage| counted >= usize::from(stage.n))
}

/// Whether all stages are complete.
pub(crate) fn all_complete(state: &State, request: &Request, coming: Option<Coming<'_>>) -> bool {
    let stages = &request.policy.policy.approval.stages;
    let counted = count(state, request, coming);
    request.stage + 1 >= stages.len()
        && counted.len() == stages.len()
        && counted
            .iter()
            .zip(stages)
            .all(|(counted, stage)| *counted >= usize::from(stage.n))
}

/// For each stage, how many people count who said yes and are approvers still, by the groups last seen
/// of them. The requester never counts, and no human being twice.
pub(crate) fn count(state: &State, request: &Request, coming: Option<Coming<'_>>) -> Vec<usize> {
    let mut used = BTreeSet::from([state.canonical(request.requester)]);
    let stages = request.policy.policy.approval.stages.iter().enumerate();
    let counted = stages.map(|(number, stage)| {
        let steps = usize::from(request.steps.get(number).copied().unwrap_or_default());
        let mut people: Vec<(PersonId, &[GroupName])> = Vec::new();
        let given = request
            .sign_offs
            .iter()
            .filter(|given| given.stands() && given.decision == Decision::Approve)
            .filter(|given| given.stage == number)
            .map(|given| Coming {
                person: given.person,
                principal: given.principal(),
                groups: state.groups(given.principal()),
            });
        for yes in given.chain(coming.filter(|_| number == request.stage)) {
            let asked = stage.asks(steps, yes.principal, yes.groups);
            // Who signs for another has spoken: they count neither for themselves nor for a third.
            let spoke = [yes.person, yes.principal].map(|one| state.canonical(one));
            if asked && !spoke.iter().any(|one| used.contains(one)) {
                used.extend(spoke);
                people.push((yes.principal, yes.groups));
            }
        }
        if stage.distinct_groups {
            distinct(stage, steps, &people)
        } else {
            people.len()
        }
    });
    counted.collect()
}

/// How many of the people can each stand for a group of their own: the largest matching.
fn distinct(stage: &Stage, steps: usize, people: &[(PersonId, &[GroupName])]) -> usize {
    let mut groups: Vec<&GroupName> = Vec::new();
    for group in stage.asked(steps) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    let mut taken: Vec<Option<usize>> = vec![None; groups.len()];
    let placed = |person: &usize| {
        let mut seen = vec![false; groups.len()];
        place(*person, people, &groups, &mut taken, &mut seen)
    };
    (0..people.len()).filter(placed).count()
}

/// Finds a group for one more person, by moving others where that helps.
fn place(
    person: usize,
    people: &[(PersonId, &[GroupName])],
    groups: &[&GroupName],
    taken: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    for (at, group) in groups.iter().enumerate() {
        if seen[at] || !people[person].1.contains(group) {
            continue;
        }
        seen[at] = true;
        let free = match taken[at] {
            None => true,
            Some(other) => place(other, people, groups, taken, seen),
        };
        if free {
            taken[at] = Some(person);
            return true;
        }
    }
    false
}
