//! Whether a policy's stages can be filled by people whom the log knows.

use std::collections::BTreeSet;

use crate::ids::PersonId;
use crate::policy::{Policy, PolicyError, Stage};
use crate::rules::overlap;
use crate::state::State;

/// A stage that nobody but the one who asks could fill: the log knows exactly one person in its groups,
/// and that person is the only one it knows who may ask.
pub(crate) fn only_the_requester(state: &State, policy: &Policy) -> Option<PolicyError> {
    let stages = policy.approval.stages.iter().enumerate();
    let asking = known(
        state,
        |person| overlap(state.groups(person), &policy.eligible),
        2,
    );
    if asking.len() != 1 {
        return None;
    }
    for (number, stage) in stages {
        let signing = candidates(state, stage, 2);
        if signing == asking {
            return Some(PolicyError {
                at: format!("approval.stages[{number}].groups"),
                why: "can be filled by nobody but the one person who may ask, as far as the log knows: \
                      name another group, or let its members sign in once"
                    .to_owned(),
            });
        }
    }
    None
}

/// People whom the policy names, and whom nobody has ever seen. Asked once anybody is known.
pub(crate) fn nobody_known(state: &State, policy: &Policy) -> Option<PolicyError> {
    state.people().next()?;
    let stages = policy.approval.stages.iter().enumerate();
    let mut named = stages.flat_map(|(stage, asked)| {
        let people = asked.people.iter().enumerate();
        people.map(move |(at, person)| (stage, at, *person))
    });
    let (stage, at, _) = named.find(|(_, _, person)| !state.knows(*person))?;
    Some(PolicyError {
        at: format!("approval.stages[{stage}].people[{at}]"),
        why: "is nobody whom the log knows: take the id from the people page, or let them sign in once"
            .to_owned(),
    })
}

/// What a policy author should know about a draft: stages that too few known people could fill.
pub fn short_of_people(state: &State, policy: &Policy) -> Vec<String> {
    let stages = policy.approval.stages.iter().enumerate();
    let short = stages.filter_map(|(number, stage)| {
        let there = candidates(state, stage, usize::from(stage.n) + 1).len();
        let wanted = usize::from(stage.n);
        // One of them may be the requester.
        (there <= wanted).then(|| {
            format!(
                "Stage {} takes {wanted}; the log knows {there} who could sign there, and one of them may be the one who asks.",
                number + 1
            )
        })
    });
    short.collect()
}

/// Distinct people who could sign at a stage, its ladder included; as many as `most`.
fn candidates(state: &State, stage: &Stage, most: usize) -> BTreeSet<PersonId> {
    let steps = stage.ladder.len();
    known(
        state,
        |person| stage.asks(steps, person, state.groups(person)),
        most,
    )
}

fn known(state: &State, fits: impl Fn(PersonId) -> bool, most: usize) -> BTreeSet<PersonId> {
    let mut found = BTreeSet::new();
    for person in state.people().filter(|person| fits(*person)) {
        found.insert(state.canonical(person));
        if found.len() == most {
            break;
        }
    }
    found
}
