//! Asking, taking back, lapsing.

use super::{Act, actor, ensure, list, moment, one_of, overlap};
use crate::event::{Event, Mode};
use crate::ids::{GroupName, PersonId, RequestId, ResourceName};
use crate::policy::Policy;
use crate::refusal::Rule;
use crate::state::Request;
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
    let in_force = act
        .state
        .policy(policy)
        .ok_or_else(|| Broken::new(Rule::UnknownPolicy, "a policy in force", policy.to_string()))?;
    let named = (*policy_version, *policy_sha256);
    ensure(named == (in_force.version, in_force.sha256), || {
        let expected = format!("version {} with {}", in_force.version, in_force.sha256);
        let found = format!("version {policy_version} with {policy_sha256}");
        Broken::new(Rule::PolicyNotInForce, expected, found)
    })?;
    let policy = &in_force.policy;
    eligible(policy, groups)?;
    allowed(policy, *mode, resource, *duration_s)?;
    // The sealed reason's length is in bytes; a character has at least one.
    long_enough(policy, reason.n)?;
    let lapses_at = act.now.plus_seconds(policy.approval.within_s);
    ensure(*lapses_at_ms == lapses_at, || {
        Broken::new(Rule::LapseTime, moment(lapses_at), moment(*lapses_at_ms))
    })?;
    let digest = act
        .state
        .submitted(event, person, (act.state.next_seq(), act.now))
        .map_or(*statement, |request| request.statement().digest());
    ensure(*statement == digest, || {
        Broken::new(
            Rule::StatementDigest,
            digest.to_string(),
            statement.to_string(),
        )
    })
}

/// Whether the policy lets these groups ask.
pub(super) fn eligible(policy: &Policy, groups: &[GroupName]) -> Checked {
    ensure(overlap(groups, &policy.eligible), || {
        Broken::new(Rule::NotEligible, one_of(&policy.eligible), list(groups))
    })
}

/// Whether the policy lets anybody have this for so long.
pub(super) fn allowed(
    policy: &Policy,
    mode: Mode,
    resource: &ResourceName,
    duration_s: u32,
) -> Checked {
    ensure(policy.resources.contains(resource), || {
        let expected = format!("a resource of {}", policy.name);
        Broken::new(Rule::ResourceNotCovered, expected, resource.to_string())
    })?;
    let longest = match mode {
        Mode::Ordinary => policy.max_duration_s,
        Mode::Emergency => match &policy.emergency {
            Some(emergency) => emergency.max_duration_s,
            None => {
                let expected = format!("ordinary requests under {}", policy.name);
                return Err(Broken::new(Rule::EmergencyOff, expected, "an emergency"));
            }
        },
    };
    ensure((1..=longest).contains(&duration_s), || {
        let (expected, found) = (format!("1 to {longest} s"), format!("{duration_s} s"));
        Broken::new(Rule::DurationOutOfRange, expected, found)
    })
}

/// Whether the reason says enough.
pub(crate) fn long_enough(policy: &Policy, length: u32) -> Checked {
    ensure(length >= policy.min_reason_chars, || {
        let expected = format!("a reason of at least {}", policy.min_reason_chars);
        Broken::new(Rule::ReasonTooShort, expected, length.to_string())
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
