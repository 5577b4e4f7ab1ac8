//! What stands beside requests and grants: resources, keys, people, orphans, refusals.

use super::{Act, ensure};
use crate::command::Command;
use crate::ids::{GrantId, PersonId, RequestId, ResourceName};
use crate::policy::{Labels, is_label};
use crate::refusal::Rule;
use crate::violation::{Broken, Checked};

/// The most labels of one resource.
const MOST_LABELS: usize = 50;

/// What a policy can select by is written as labels are.
pub(super) fn configured(labels: &Labels) -> Checked {
    let fit = labels
        .iter()
        .all(|(label, value)| is_label(label) && is_label(value));
    ensure(fit && labels.len() <= MOST_LABELS, || {
        let expected = format!("at most {MOST_LABELS} labels of a-z, 0-9, '-', '_', '.' and '/'");
        Broken::new(Rule::BadLabels, expected, "others")
    })
}

pub(super) fn removed(act: Act<'_>, resource: &ResourceName) -> Checked {
    ensure(act.state.labels(resource).is_some(), || {
        let expected = "a resource that the log knows";
        Broken::new(Rule::UnknownResource, expected, resource.to_string())
    })
}

/// A key cannot sign a log that does not say yet that it may.
pub(super) fn rotated(seq: u64, from: u64) -> Checked {
    ensure(from > seq, || {
        let expected = format!("a size beyond entry {seq}");
        Broken::new(Rule::KeyOrder, expected, format!("size {from}"))
    })
}

pub(super) fn registered(act: Act<'_>, person: PersonId) -> Checked {
    ensure(!act.state.knows(person), || {
        Broken::new(Rule::PersonExists, "a new person", person.to_string())
    })
}

/// An account whose grant is live is no orphan: removing it unsaid would end access unrecorded.
pub(super) fn orphan_removed(act: Act<'_>, account: &str) -> Checked {
    let grant = GrantId::from_account(account).and_then(|id| act.state.grant(id));
    ensure(!grant.is_some_and(|grant| grant.is_live()), || {
        let found = format!("the account of a grant that is not over: {account}");
        Broken::new(Rule::WrongState, "an account without a grant", found)
    })
}

pub(super) fn refused(
    act: Act<'_>,
    command: &str,
    request: Option<RequestId>,
    rule: Rule,
) -> Checked {
    ensure(Command::NAMES.contains(&command), || {
        Broken::new(
            Rule::RefusalForm,
            "the name of a command",
            format!("{command:?}"),
        )
    })?;
    ensure(rule.refuses(), || {
        Broken::new(
            Rule::RefusalForm,
            "a rule that refuses commands",
            rule.name(),
        )
    })?;
    match request {
        Some(request) => act.request(request).map(drop),
        None => Ok(()),
    }
}
