//! Policies come into force by two people, and go by two.

use super::oversight::holds;
use super::sign_off::fresh_sign_in;
use super::{Act, actor, ensure};
use crate::digest::Digest;
use crate::event::Actor;
use crate::ids::PolicyName;
use crate::policy::Policy;
use crate::refusal::Rule;
use crate::state::{Change, Proposal};
use crate::view::Role;
use crate::violation::{Broken, Checked};
use crate::workable;

/// The portal's configuration may propose; only people who write policies may do more.
pub(super) fn proposed(act: Act<'_>, replaces: u32, sha256: Digest, policy: &Policy) -> Checked {
    if let Actor::Person { .. } = act.actor {
        holds(act, Role::Author)?;
    }
    let newest = act.state.newest_version(&policy.name);
    ensure(replaces == newest, || {
        let expected = format!("the version after {newest}");
        Broken::new(
            Rule::ProposalStale,
            expected,
            format!("the one after {replaces}"),
        )
    })?;
    sound(act, sha256, policy)?;
    proved_if_person(act)
}

fn proved_if_person(act: Act<'_>) -> Checked {
    match act.actor {
        Actor::Person { .. } => fresh_sign_in(act),
        Actor::System { .. } => Ok(()),
    }
}

/// Its digest is its own, it does not contradict itself, and not only its requester could sign it off.
fn sound(act: Act<'_>, sha256: Digest, policy: &Policy) -> Checked {
    let digest = policy.digest();
    ensure(sha256 == digest, || {
        Broken::new(Rule::PolicyDigest, digest.to_string(), sha256.to_string())
    })?;
    let bad = |why: String| Broken::new(Rule::BadPolicy, "a policy without contradiction", why);
    policy.check().map_err(|error| bad(error.to_string()))?;
    let unworkable = workable::nobody_known(act.state, policy)
        .or_else(|| workable::only_the_requester(act.state, policy));
    match unworkable {
        Some(error) => Err(bad(error.to_string())),
        None => Ok(()),
    }
}

pub(super) fn retirement_proposed(act: Act<'_>, policy: &PolicyName, version: u32) -> Checked {
    holds(act, Role::Author)?;
    let in_force = act.state.policy(policy).map(|in_force| in_force.version);
    ensure(in_force == Some(version), || {
        let expected = in_force.map_or("a policy in force".to_owned(), |version| {
            format!("version {version}")
        });
        Broken::new(
            Rule::UnknownPolicy,
            expected,
            format!("{policy}, version {version}"),
        )
    })?;
    fresh_sign_in(act)
}

/// A proposal of the configuration is nobody's word until an author makes it theirs.
pub(super) fn endorsed(act: Act<'_>, seq: u64) -> Checked {
    holds(act, Role::Author)?;
    let proposal = act.proposal(seq)?;
    ensure(proposal.by.is_none(), || {
        let expected = "a proposal of the configuration";
        Broken::new(Rule::WrongState, expected, "somebody's own")
    })?;
    fresh_sign_in(act)
}

pub(super) fn withdrawn(act: Act<'_>, seq: u64) -> Checked {
    if let Actor::Person { .. } = act.actor {
        holds(act, Role::Author)?;
    }
    let own = act.proposal(seq)?.by.is_none();
    ensure(own || matches!(act.actor, Actor::Person { .. }), || {
        Broken::new(Rule::PersonOnly, "a policy author", "the portal itself")
    })
}

/// A version that comes into force: proposed by another author, or one that the portal begins with.
pub(super) fn activated(
    act: Act<'_>,
    (version, sha256): (u32, Digest),
    policy: &Policy,
    proposal: Option<u64>,
) -> Checked {
    let next = act.state.newest_version(&policy.name).checked_add(1);
    ensure(Some(version) == next, || {
        let expected = next.map_or("no further version".to_owned(), |next| {
            format!("version {next}")
        });
        Broken::new(Rule::PolicyOrder, expected, format!("version {version}"))
    })?;
    match proposal {
        Some(seq) => {
            let proposal = second(act, seq, version.saturating_sub(1))?;
            let same = matches!(&proposal.change, Change::Activate { sha256: proposed, policy: wanted }
                if *proposed == sha256 && **wanted == *policy);
            ensure(same, || {
                let expected = format!("what entry {seq} proposes");
                Broken::new(Rule::ProposalDiffers, expected, format!("{sha256}"))
            })?;
        }
        None => ensure(act.state.people().next().is_none(), || {
            let expected = "a second policy author's word, once anybody is known";
            Broken::new(Rule::SeededLate, expected, "the portal's own")
        })?,
    }
    sound(act, sha256, policy)?;
    proved_if_person(act)
}

pub(super) fn retired(act: Act<'_>, policy: &PolicyName, version: u32, seq: u64) -> Checked {
    let proposal = second(act, seq, version)?;
    let same = proposal.change == Change::Retire(policy.clone());
    ensure(same, || {
        let expected = format!("what entry {seq} proposes");
        Broken::new(
            Rule::ProposalDiffers,
            expected,
            format!("{policy}, version {version}"),
        )
    })?;
    let in_force = act.state.policy(policy).map(|in_force| in_force.version);
    ensure(in_force == Some(version), || {
        let expected = format!("version {version} in force");
        let found = in_force.map_or("none".to_owned(), |found| format!("version {found}"));
        Broken::new(Rule::ProposalStale, expected, found)
    })?;
    fresh_sign_in(act)
}

/// A second author's word on what a first one proposed, who is an author still.
fn second(act: Act<'_>, seq: u64, newest: u32) -> Checked<&Proposal> {
    let (person, _) = actor::person(act)?;
    let proposal = act.proposal(seq)?;
    let Some(by) = proposal.by else {
        let expected = "a proposal that a policy author has made theirs";
        return Err(Broken::new(
            Rule::NotEndorsed,
            expected,
            "the configuration's",
        ));
    };
    ensure(!act.state.same(by, person), || {
        let expected = "anybody but the one who proposed it";
        Broken::new(Rule::SelfActivation, expected, person.to_string())
    })?;
    holds(act, Role::Author)?;
    ensure(
        act.state
            .role_held(Role::Author, act.state.groups(by), act.now),
        || {
            let expected = "a proposal by somebody who writes policies still";
            Broken::new(Rule::ProposerNotAuthor, expected, by.to_string())
        },
    )?;
    ensure(proposal.replaces == newest, || {
        let expected = format!("a proposal that follows version {newest}");
        Broken::new(
            Rule::ProposalStale,
            expected,
            format!("version {}", proposal.replaces),
        )
    })?;
    Ok(proposal)
}
