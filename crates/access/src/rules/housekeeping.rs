//! What stands beside requests and grants: policies, people, orphans, refusals.

use super::{Act, ensure};
use crate::command::Command;
use crate::digest::Digest;
use crate::ids::{GrantId, PersonId, RequestId};
use crate::policy::Policy;
use crate::refusal::Rule;
use crate::violation::{Broken, Checked};

pub(super) fn activated(act: Act<'_>, version: u32, sha256: Digest, policy: &Policy) -> Checked {
    let next = act
        .state
        .policy(&policy.name)
        .map_or(0, |current| current.version)
        .checked_add(1);
    ensure(Some(version) == next, || {
        let expected = next.map_or("no further version".to_owned(), |next| {
            format!("version {next}")
        });
        Broken::new(Rule::PolicyOrder, expected, format!("version {version}"))
    })?;
    let digest = policy.digest();
    ensure(sha256 == digest, || {
        Broken::new(Rule::PolicyDigest, digest.to_string(), sha256.to_string())
    })?;
    policy.check().map_err(|error| {
        Broken::new(
            Rule::BadPolicy,
            "a policy without contradiction",
            error.to_string(),
        )
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
