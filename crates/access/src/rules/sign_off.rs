//! Yes and no: separation of duties, the proof of identity, the quorum.

use std::collections::BTreeSet;

use super::{Act, actor, ensure, list, moment, one_of, overlap, request};
use crate::digest::Digest;
use crate::event::{Decision, Mode};
use crate::ids::{PersonId, RequestId};
use crate::refusal::Rule;
use crate::state::{Request, State};
use crate::time::UnixMillis;
use crate::view::RequestState;
use crate::violation::{Broken, Checked};

/// How far ahead of the portal's clock a provider's `auth_time` may lie, in seconds. Servers that
/// keep time differ by less; a proof made in advance would lie further ahead.
const MAX_SKEW_S: i64 = 60;

pub(super) fn given(act: Act<'_>, id: RequestId, statement: Digest, auth_time_s: i64) -> Checked {
    let (person, groups) = actor::person(act)?;
    let request = act.request(id)?;
    open_for_sign_off(act, request)?;
    let policy = act.same_policy(request)?;
    ensure(person != request.requester, || {
        Broken::new(
            Rule::SelfApproval,
            "anybody but the requester",
            person.to_string(),
        )
    })?;
    ensure(overlap(groups, &policy.approval.groups), || {
        Broken::new(
            Rule::NotApprover,
            one_of(&policy.approval.groups),
            list(groups),
        )
    })?;
    ensure(!request.signed_by(person), || {
        Broken::new(
            Rule::AlreadySigned,
            "one sign-off a person",
            format!("another by {person}"),
        )
    })?;
    // The statement's own digest: one that was forged at submission binds nobody.
    let stands = request.statement_digest();
    ensure(statement == stands, || {
        Broken::new(
            Rule::StatementChanged,
            stands.to_string(),
            statement.to_string(),
        )
    })?;
    fresh(act.now, request.submitted_at, auth_time_s)
}

pub(super) fn approved(act: Act<'_>, id: RequestId, lapses_at_ms: UnixMillis) -> Checked {
    let (person, _) = actor::person(act)?;
    let request = act.request(id)?;
    open_for_sign_off(act, request)?;
    let policy = act.same_policy(request)?;
    quorum(act.state, request)?;
    last_signer(request, person)?;
    let lapses_at = act.now.plus_seconds(policy.approval.within_s);
    ensure(lapses_at_ms == lapses_at, || {
        Broken::new(Rule::LapseTime, moment(lapses_at), moment(lapses_at_ms))
    })
}

pub(super) fn denied(act: Act<'_>, id: RequestId) -> Checked {
    let (person, _) = actor::person(act)?;
    let request = act.request(id)?;
    request::in_state(request, RequestState::Submitted)?;
    ensure(request.denied(), || {
        Broken::new(Rule::DenialMissing, "a no by somebody who may", "none")
    })?;
    last_signer(request, person)
}

/// Enough distinct people have said yes who are approvers at this moment.
pub(super) fn quorum(state: &State, request: &Request) -> Checked {
    let needed = usize::from(request.policy.policy.approval.n);
    let standing = approvals(state, request);
    ensure(standing >= needed, || {
        let expected = format!("{needed} people who said yes and are approvers");
        Broken::new(Rule::QuorumMissing, expected, standing.to_string())
    })
}

/// How many distinct people have said yes and are approvers still, by the groups last seen of
/// them. The requester never counts.
pub(crate) fn approvals(state: &State, request: &Request) -> usize {
    let approvers = &request.policy.policy.approval.groups;
    let yes = request
        .sign_offs
        .iter()
        .filter(|given| given.lawful && given.decision == Decision::Approve)
        .map(|given| given.person)
        .filter(|person| *person != request.requester)
        .filter(|person| overlap(state.groups(*person), approvers));
    let mut people = BTreeSet::new();
    people.extend(yes);
    people.len()
}

/// Nobody signs an emergency, nothing follows a no, and a lapsed request is over.
fn open_for_sign_off(act: Act<'_>, request: &Request) -> Checked {
    ensure(request.mode == Mode::Ordinary, || {
        Broken::new(Rule::WrongState, "an ordinary request", "an emergency")
    })?;
    request::in_state(request, RequestState::Submitted)?;
    ensure(!request.denied(), || {
        Broken::new(
            Rule::WrongState,
            "a request without a no",
            "somebody has said no",
        )
    })?;
    request::before_lapse(act, request)
}

/// The proof of identity was made for this: after it was asked for, and not in advance.
pub(super) fn fresh(now: UnixMillis, since: UnixMillis, auth_time_s: i64) -> Checked {
    let earliest = since.unix_seconds();
    let latest = now.unix_seconds().saturating_add(MAX_SKEW_S);
    ensure((earliest..=latest).contains(&auth_time_s), || {
        let expected = format!("a proof of identity between {earliest} s and {latest} s");
        Broken::new(Rule::StaleProof, expected, format!("{auth_time_s} s"))
    })
}

/// The outcome stands under the name of the one whose word brought it.
fn last_signer(request: &Request, person: PersonId) -> Checked {
    let last = request
        .sign_offs
        .iter()
        .rev()
        .find(|given| given.lawful)
        .map(|given| given.person);
    ensure(last == Some(person), || {
        let expected = last.map_or("nobody".to_owned(), |last| last.to_string());
        Broken::new(Rule::NotLastSigner, expected, person.to_string())
    })
}
