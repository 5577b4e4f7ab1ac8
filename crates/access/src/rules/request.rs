//! Asking, saying it anew, looking, taking back, lapsing.

use super::evaluate::{First, Wish};
use super::{Act, actor, ensure, moment, sign_off};
use crate::digest::Digest;
use crate::event::{Event, Mode};
use crate::ids::{PersonId, PolicyName, RequestId};
use crate::policy::{Policy, PolicyVersion};
use crate::refusal::Rule;
use crate::state::Request;
use crate::time::UnixMillis;
use crate::view::RequestState;
use crate::violation::{Broken, Checked};

pub(super) fn submitted(act: Act<'_>, event: &Event) -> Checked {
    let Event::RequestSubmitted {
        request,
        mode,
        resource,
        policy,
        policy_version,
        policy_sha256,
        duration_s,
        reason,
        ticket,
        incident,
        start_at_ms,
        context,
        statement,
        lapses_at_ms,
        ..
    } = event
    else {
        return Ok(());
    };
    let (person, groups) = actor::person(act)?;
    ensure(act.state.request(*request).is_none(), || {
        Broken::new(Rule::RequestExists, "a new request", request.to_string())
    })?;
    let in_force = in_force(act, policy, (*policy_version, *policy_sha256))?;
    let wish = Wish {
        person,
        groups,
        mode: *mode,
        resource,
        duration_s: *duration_s,
        reason: reason.n,
        ticket: ticket.is_some(),
        incident: incident.is_some(),
        start_at: *start_at_ms,
        context: context.as_ref(),
    };
    wish.hold_against(act, &in_force.policy, &mut First)?;
    lapses(act, &in_force.policy, *lapses_at_ms)?;
    let said = act
        .state
        .submitted(event, person, (act.state.next_seq(), act.now));
    states(said.as_ref(), *statement)
}

/// The version that is in force, if it is the one that is named.
fn in_force<'a>(
    act: Act<'a>,
    policy: &PolicyName,
    named: (u32, Digest),
) -> Checked<&'a PolicyVersion> {
    let in_force = act
        .state
        .policy(policy)
        .ok_or_else(|| Broken::new(Rule::UnknownPolicy, "a policy in force", policy.to_string()))?;
    ensure(named == (in_force.version, in_force.sha256), || {
        let expected = format!("version {} with {}", in_force.version, in_force.sha256);
        let found = format!("version {} with {}", named.0, named.1);
        Broken::new(Rule::PolicyNotInForce, expected, found)
    })?;
    Ok(in_force)
}

fn lapses(act: Act<'_>, policy: &Policy, found: UnixMillis) -> Checked {
    let lapses_at = act.now.plus_seconds(policy.approval.within_s);
    ensure(found == lapses_at, || {
        Broken::new(Rule::LapseTime, moment(lapses_at), moment(found))
    })
}

fn states(said: Option<&Request>, statement: Digest) -> Checked {
    let digest = said.map_or(statement, |said| said.statement().digest());
    ensure(statement == digest, || {
        let (expected, found) = (digest.to_string(), statement.to_string());
        Broken::new(Rule::StatementDigest, expected, found)
    })
}

/// The same questions as of a new request, under the version that is in force by now.
pub(super) fn edited(act: Act<'_>, event: &Event) -> Checked {
    let Event::RequestEdited {
        request: id,
        policy_version,
        policy_sha256,
        duration_s,
        reason,
        ticket,
        incident,
        start_at_ms,
        context,
        statement,
        lapses_at_ms,
        ..
    } = event
    else {
        return Ok(());
    };
    let (person, groups) = actor::person(act)?;
    let asked = act.request(*id)?;
    by_requester(asked, person)?;
    undecided(asked)?;
    ensure(asked.mode == Mode::Ordinary, || {
        Broken::new(Rule::WrongState, "an ordinary request", "an emergency")
    })?;
    before_lapse(act, asked)?;
    let name = &asked.policy.policy.name;
    let in_force = in_force(act, name, (*policy_version, *policy_sha256))?;
    let wish = Wish {
        person,
        groups,
        mode: asked.mode,
        resource: &asked.resource,
        duration_s: *duration_s,
        reason: reason.n,
        ticket: ticket.is_some(),
        incident: incident.is_some(),
        start_at: *start_at_ms,
        context: context.as_ref(),
    };
    wish.hold_against(act, &in_force.policy, &mut First)?;
    lapses(act, &in_force.policy, *lapses_at_ms)?;
    let at = (act.state.next_seq(), act.now);
    states(act.state.edited(asked, event, at).as_ref(), *statement)
}

/// Whether the reason says enough, in characters; entries tell its length in bytes only.
pub(crate) fn enough_said(policy: &Policy, chars: u32) -> Checked {
    let wanted = policy.conditions.min_reason_chars;
    ensure(chars >= wanted, || {
        let expected = format!("a reason of at least {wanted}");
        Broken::new(Rule::ReasonTooShort, expected, chars.to_string())
    })
}

/// Who is asked has looked, each once.
pub(super) fn viewed(act: Act<'_>, id: RequestId) -> Checked {
    let (person, groups) = actor::person(act)?;
    let request = act.request(id)?;
    ensure(!act.state.same(person, request.requester), || {
        Broken::new(Rule::NotAsked, "somebody who is asked", "the requester")
    })?;
    let asked = sign_off::may_be_asked(act, request, person, groups);
    ensure(
        asked && act.state.waits_for_sign_off(request, act.now),
        || Broken::new(Rule::NotAsked, "somebody who is asked", person.to_string()),
    )?;
    ensure(!request.viewed.contains(&person), || {
        Broken::new(Rule::AlreadyViewed, "a first look", "another")
    })
}

/// The next step of the ladder, when its time has come.
pub(super) fn escalated(act: Act<'_>, id: RequestId, stage: u8, step: u8) -> Checked {
    let request = act.request(id)?;
    let Some(due) = act.state.escalates_at(request, act.now) else {
        let expected = "a request that waits and has a step left";
        return Err(Broken::new(Rule::WrongState, expected, "another"));
    };
    let steps = request
        .steps
        .get(request.stage)
        .copied()
        .unwrap_or_default();
    let here = (request.stage, steps);
    ensure((usize::from(stage), step) == here, || {
        let expected = format!("step {} of stage {}", here.1, here.0);
        Broken::new(
            Rule::StageOrder,
            expected,
            format!("step {step} of stage {stage}"),
        )
    })?;
    ensure(act.now >= due, || {
        let expected = format!("not before {}", moment(due));
        Broken::new(Rule::TooEarly, expected, moment(act.now))
    })
}

pub(super) fn withdrawn(act: Act<'_>, id: RequestId) -> Checked {
    let (person, _) = actor::person(act)?;
    let request = act.request(id)?;
    by_requester(request, person)?;
    undecided(request)
}

pub(super) fn lapsed(act: Act<'_>, id: RequestId) -> Checked {
    let request = act.request(id)?;
    undecided(request)?;
    ensure(act.now >= request.lapses_at, || {
        let expected = format!("not before {}", moment(request.lapses_at));
        Broken::new(Rule::TooEarly, expected, moment(act.now))
    })
}

pub(super) fn by_requester(request: &Request, person: PersonId) -> Checked {
    ensure(request.requester == person, || {
        let expected = format!("the requester, {}", request.requester);
        Broken::new(Rule::NotRequester, expected, person.to_string())
    })
}

pub(super) fn before_lapse(act: Act<'_>, request: &Request) -> Checked {
    ensure(act.now < request.lapses_at, || {
        let expected = format!("before {}", moment(request.lapses_at));
        Broken::new(Rule::TooLate, expected, moment(act.now))
    })
}

pub(super) fn in_state(request: &Request, wanted: RequestState) -> Checked {
    ensure(request.state == wanted, || wrong_state(wanted, request))
}

fn undecided(request: &Request) -> Checked {
    let fits = matches!(
        request.state,
        RequestState::Submitted | RequestState::Approved
    );
    ensure(fits, || wrong_state(RequestState::Submitted, request))
}

fn wrong_state(wanted: RequestState, request: &Request) -> Broken {
    Broken::new(Rule::WrongState, name(wanted), name(request.state))
}

fn name(state: RequestState) -> &'static str {
    match state {
        RequestState::Submitted => "a submitted request",
        RequestState::Approved => "an approved request",
        RequestState::Granted => "a request with a grant",
        RequestState::Denied => "a denied request",
        RequestState::Withdrawn => "a withdrawn request",
        RequestState::Lapsed => "a lapsed request",
    }
}
