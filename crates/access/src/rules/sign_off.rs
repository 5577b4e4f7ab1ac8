//! Yes and no: separation of duties, the proof of identity, the stages.

use core::ops::RangeInclusive;

use super::quorum::{complete, quorum};
use super::{Act, actor, ensure, list, moment, one_of, request};
use crate::digest::Digest;
use crate::event::Mode;
use crate::ids::{GroupName, PersonId, RequestId};
use crate::refusal::Rule;
use crate::state::Request;
use crate::time::UnixMillis;
use crate::view::{Ratification, RequestState};
use crate::violation::{Broken, Checked};

/// How far ahead of the portal's clock a provider's `auth_time` may lie, in seconds. Servers that
/// keep time differ by less; a proof made in advance would lie further ahead.
pub(crate) const MAX_SKEW_S: i64 = 60;

/// What a sign-off says of itself, beside yes and no.
pub(super) struct Given {
    pub(super) request: RequestId,
    pub(super) on_behalf_of: Option<PersonId>,
    pub(super) statement: Digest,
    pub(super) auth_time_s: i64,
}

pub(super) fn given(act: Act<'_>, given: &Given) -> Checked {
    let (person, groups) = actor::person(act)?;
    let request = act.request(given.request)?;
    open_for_sign_off(act, request)?;
    let policy = act.signed_under(request)?;
    let (principal, groups) = match given.on_behalf_of {
        Some(principal) => (principal, delegated(act, request, person, principal)?),
        None => (person, groups),
    };
    for one in [person, principal] {
        ensure(!act.state.same(one, request.requester), || {
            let expected = "anybody but the requester";
            Broken::new(Rule::SelfApproval, expected, one.to_string())
        })?;
    }
    let stage = policy.approval.stages.get(request.stage);
    let steps = usize::from(
        request
            .steps
            .get(request.stage)
            .copied()
            .unwrap_or_default(),
    );
    ensure(
        stage.is_some_and(|stage| stage.asks(steps, principal, groups)),
        || {
            let asked: Vec<GroupName> = stage
                .into_iter()
                .flat_map(|stage| stage.asked(steps))
                .cloned()
                .collect();
            Broken::new(Rule::NotApprover, one_of(&asked), list(groups))
        },
    )?;
    let before = request.sign_offs.iter().filter(|before| !before.void);
    let signed = before.clone().any(|before| {
        let pairs = [before.person, before.principal()];
        pairs
            .iter()
            .any(|one| act.state.same(*one, person) || act.state.same(*one, principal))
    });
    ensure(!signed, || {
        let found = format!("another by {principal}");
        Broken::new(Rule::AlreadySigned, "one sign-off a person", found)
    })?;
    // The statement's own digest: one that was forged at submission binds nobody.
    let stands = request.statement_digest();
    ensure(given.statement == stands, || {
        let (expected, found) = (stands.to_string(), given.statement.to_string());
        Broken::new(Rule::StatementChanged, expected, found)
    })?;
    fresh(act.now, request.said_at, given.auth_time_s)
}

/// The groups of whoever is away and lets this person sign, if they do.
fn delegated<'a>(
    act: Act<'a>,
    request: &Request,
    person: PersonId,
    principal: PersonId,
) -> Checked<&'a [GroupName]> {
    ensure(request.policy.policy.approval.delegation, || {
        let expected = "sign-offs in one's own name";
        Broken::new(
            Rule::DelegationOff,
            expected,
            format!("one for {principal}"),
        )
    })?;
    let delegate = act.state.delegation(principal, act.now);
    ensure(
        delegate.is_some_and(|delegate| delegate.to == person),
        || {
            let expected = format!("somebody who signs for {principal}");
            Broken::new(Rule::NotDelegate, expected, person.to_string())
        },
    )?;
    Ok(act.state.groups(principal))
}

/// Whether somebody may be asked about a request at all, for themselves or in another's place.
pub(crate) fn may_be_asked(
    act: Act<'_>,
    request: &Request,
    person: PersonId,
    groups: &[GroupName],
) -> bool {
    let approval = &request.policy.policy.approval;
    let for_another = |principal| approval.may_ask(principal, act.state.groups(principal));
    approval.may_ask(person, groups)
        || (approval.delegation && act.state.delegated_to(person, act.now).any(for_another))
}

/// The last stage but those that follow is complete.
pub(super) fn stage_completed(act: Act<'_>, id: RequestId, stage: u8) -> Checked {
    let (person, _) = actor::person(act)?;
    let request = act.request(id)?;
    open_for_sign_off(act, request)?;
    act.signed_under(request)?;
    let last = request.stage + 1 >= request.policy.policy.approval.stages.len();
    ensure(usize::from(stage) == request.stage && !last, || {
        let expected = format!("stage {}, and another after it", request.stage);
        Broken::new(Rule::StageOrder, expected, format!("stage {stage}"))
    })?;
    ensure(complete(act.state, request, None), || {
        let expected = "enough people who said yes and are approvers";
        Broken::new(Rule::QuorumMissing, expected, "too few")
    })?;
    last_signer(request, person)
}

pub(super) fn approved(act: Act<'_>, id: RequestId, lapses_at_ms: UnixMillis) -> Checked {
    let (person, _) = actor::person(act)?;
    let request = act.request(id)?;
    ordinary(request)?;
    open_for_sign_off(act, request)?;
    act.same_policy(request)?;
    quorum(act.state, request)?;
    last_signer(request, person)?;
    let lapses_at = lapses_once_approved(act.now, request);
    ensure(lapses_at_ms == lapses_at, || {
        Broken::new(Rule::LapseTime, moment(lapses_at), moment(lapses_at_ms))
    })
}

/// It has to be opened as long after its approval, or after the start that it asked for.
pub(crate) fn lapses_once_approved(now: UnixMillis, request: &Request) -> UnixMillis {
    let from = request.start_at.map_or(now, |start| start.max(now));
    from.plus_seconds(request.policy.policy.approval.within_s)
}

pub(super) fn ratified(act: Act<'_>, id: RequestId) -> Checked {
    let (person, _) = actor::person(act)?;
    let request = act.request(id)?;
    ensure(request.mode == Mode::Emergency, || {
        Broken::new(Rule::WrongState, "an emergency", "an ordinary request")
    })?;
    open_for_sign_off(act, request)?;
    quorum(act.state, request)?;
    last_signer(request, person)
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

fn ordinary(request: &Request) -> Checked {
    ensure(request.mode == Mode::Ordinary, || {
        Broken::new(Rule::WrongState, "an ordinary request", "an emergency")
    })
}

/// An ordinary request waits until it is decided or lapses; an emergency that has to be ratified, until its
/// time for that is over, open or not. Nothing follows a no.
fn open_for_sign_off(act: Act<'_>, request: &Request) -> Checked {
    if let Some(Ratification::Missed { at_ms }) = act.state.ratification(request, act.now) {
        let expected = format!("a word before {}", moment(at_ms));
        let found = moment(act.now);
        return Err(Broken::new(Rule::RatificationOver, expected, found));
    }
    ensure(act.state.waits_for_sign_off(request, act.now), || {
        let expected = "a request that waits for a yes or no";
        Broken::new(Rule::WrongState, expected, "one that does not")
    })?;
    match request.mode {
        Mode::Ordinary => request::before_lapse(act, request),
        Mode::Emergency => Ok(()),
    }
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

/// How long ago somebody may have proved who they are, in seconds, for what no proof of its own is made:
/// half an hour.
const PROVED_WITHIN_S: i64 = 1_800;

/// The moments, in seconds since 1970, at which a proof of identity may have been made to be one of late.
fn of_late(now: UnixMillis) -> RangeInclusive<i64> {
    let now = now.unix_seconds();
    now.saturating_sub(PROVED_WITHIN_S)..=now.saturating_add(MAX_SKEW_S)
}

/// Whether a proof of identity at this moment, in seconds since 1970, is one of late: half an hour old at most. None is not.
pub fn is_of_late(proved_at_s: Option<i64>, now: UnixMillis) -> bool {
    proved_at_s.is_some_and(|at| of_late(now).contains(&at))
}

/// They proved who they are lately: a session that somebody walked away from, or lost, is no hand of theirs.
pub(super) fn fresh_sign_in(act: Act<'_>) -> Checked {
    let (person, _) = actor::person(act)?;
    let times = of_late(act.now);
    let proved = act.state.proved(person);
    ensure(proved.is_some_and(|at| times.contains(&at)), || {
        let expected = format!("a sign-in since {} s", times.start());
        let found = proved.map_or("none".to_owned(), |at| format!("{at} s"));
        Broken::new(Rule::SignInStale, expected, found)
    })
}

/// The outcome stands under the name of the one whose word brought it.
fn last_signer(request: &Request, person: PersonId) -> Checked {
    let lawful = request.sign_offs.iter().rev().find(|given| given.stands());
    let last = lawful.map(|given| given.person);
    ensure(last == Some(person), || {
        let expected = last.map_or("nobody".to_owned(), |last| last.to_string());
        Broken::new(Rule::NotLastSigner, expected, person.to_string())
    })
}
