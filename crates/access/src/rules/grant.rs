//! Access itself: intent, outcome, the way in, the end.

use super::evaluate::{First, Wish, covered, eligible, in_window};
use super::quorum::quorum;
use super::recording::name as name_of;
use super::{Act, actor, ensure, list, moment, one_of, request};
use crate::event::{EndCause, Event, Mode};
use crate::ids::{GrantId, GroupName};
use crate::policy::{Connector, Policy, Recording};
use crate::refusal::Rule;
use crate::state::{Grant, Request};
use crate::view::{GrantState, RequestState};
use crate::violation::{Broken, Checked};

/// Everything that the request had to satisfy is asked again here: this is where a target is about
/// to be touched, and between the request and now groups and policies may have changed.
pub(super) fn intended(act: Act<'_>, event: &Event) -> Checked {
    let Event::GrantIntended {
        grant,
        request: id,
        connector,
        role,
        expires_at_ms,
    } = event
    else {
        return Ok(());
    };
    let (person, groups) = actor::person(act)?;
    let asked = act.request(*id)?;
    request::by_requester(asked, person)?;
    ensure(act.state.grant(*grant).is_none(), || {
        Broken::new(Rule::GrantExists, "a new grant", grant.to_string())
    })?;
    ready(act, asked)?;
    let policy = act.same_policy(asked)?;
    eligible(policy, groups, &mut First)?;
    still_allowed(act, policy, asked, groups)?;
    if asked.mode == Mode::Ordinary {
        quorum(act.state, asked)?;
        in_window(policy, act.now, &mut First)?;
    }
    ensure(
        (connector, role) == (&policy.grant.connector, &policy.grant.role),
        || {
            let wanted = &policy.grant;
            let expected = format!("{:?} with role {:?}", wanted.connector, wanted.role);
            Broken::new(
                Rule::GrantTemplate,
                expected,
                format!("{connector:?} with role {role:?}"),
            )
        },
    )?;
    let expires_at = act.now.plus_seconds(asked.duration_s);
    ensure(*expires_at_ms == expires_at, || {
        Broken::new(Rule::ExpiryTime, moment(expires_at), moment(*expires_at_ms))
    })
}

/// What the policy says of the resource and the time, which may be another by now.
fn still_allowed(act: Act<'_>, policy: &Policy, asked: &Request, groups: &[GroupName]) -> Checked {
    let wish = Wish {
        person: asked.requester,
        groups,
        mode: asked.mode,
        resource: &asked.resource,
        duration_s: asked.duration_s,
        reason: asked.reason.n,
        ticket: asked.ticket.is_some(),
        incident: asked.incident.is_some(),
        start_at: asked.start_at,
        context: None,
    };
    covered(act, policy, &asked.resource, &mut First)?;
    wish.long_enough(policy, &mut First)
}

/// An ordinary request has been approved and has not lapsed; an emergency is intended at once.
fn ready(act: Act<'_>, asked: &Request) -> Checked {
    match asked.mode {
        Mode::Ordinary => {
            request::in_state(asked, RequestState::Approved)?;
            let start = asked.start_at.unwrap_or(act.now);
            ensure(act.now >= start, || {
                let expected = format!("not before its start at {}", moment(start));
                Broken::new(Rule::TooEarly, expected, moment(act.now))
            })?;
            request::before_lapse(act, asked)
        }
        Mode::Emergency => {
            request::in_state(asked, RequestState::Submitted)?;
            ensure(act.now == asked.submitted_at, || {
                let expected = format!("with its emergency, at {}", moment(asked.submitted_at));
                Broken::new(Rule::TooLate, expected, moment(act.now))
            })
        }
    }
}

pub(super) fn opened(act: Act<'_>, id: GrantId) -> Checked {
    let (grant, _) = act.grant(id)?;
    being_made(grant)?;
    before_end(act, grant)
}

pub(super) fn failed(act: Act<'_>, id: GrantId) -> Checked {
    being_made(act.grant(id)?.0)
}

/// Whether access that ends here, or is given up, does so by its time. Asked in a replay only: an end
/// that comes late has to be written all the same, and everybody who replays the log then sees it.
pub(super) fn ended_in_time(act: Act<'_>, id: GrantId) -> Checked {
    let (grant, _) = act.grant(id)?;
    let latest = grant.latest_end();
    ensure(act.now <= latest, || {
        let expected = format!(
            "an end at {}, or by {} at the latest",
            moment(grant.expires_at),
            moment(latest)
        );
        Broken::new(Rule::EndedLate, expected, moment(act.now))
    })
}

pub(super) fn shown(act: Act<'_>, id: GrantId) -> Checked {
    let grant = way_in(act, id)?;
    ensure(grant.connector != Connector::Ssh, || {
        let expected = "access with a password or the like";
        Broken::new(Rule::WayNotOffered, expected, name_of(grant.connector))
    })
}

/// A certificate gives no more than the grant: in its role's name, and no longer.
pub(super) fn certified(act: Act<'_>, event: &Event) -> Checked {
    let Event::CertificateIssued {
        grant: id,
        serial,
        principal,
        valid_until_ms,
        ..
    } = event
    else {
        return Ok(());
    };
    let grant = way_in(act, *id)?;
    ensure(grant.connector == Connector::Ssh, || {
        let expected = name_of(Connector::Ssh);
        Broken::new(Rule::WayNotOffered, expected, name_of(grant.connector))
    })?;
    let given = (grant.intended_seq, grant.role.as_str());
    ensure(given == (*serial, principal.as_str()), || {
        let words = |(serial, principal)| format!("serial {serial} for {principal:?}");
        let found = words((*serial, principal.as_str()));
        Broken::new(Rule::GrantTemplate, words(given), found)
    })?;
    let expires_at = grant.expires_at;
    ensure(*valid_until_ms <= expires_at, || {
        let expected = format!("{} at the latest", moment(expires_at));
        Broken::new(Rule::ExpiryTime, expected, moment(*valid_until_ms))
    })
}

pub(super) fn answered(act: Act<'_>, id: GrantId) -> Checked {
    let (grant, _) = act.grant(id)?;
    ensure(grant.connector == Connector::Webhook, || {
        let expected = name_of(Connector::Webhook);
        Broken::new(Rule::WrongState, expected, name_of(grant.connector))
    })
}

/// A grant whose holder may be shown a way in on which nothing is recorded. That is done once.
fn way_in(act: Act<'_>, id: GrantId) -> Checked<&Grant> {
    let (person, _) = actor::person(act)?;
    let (grant, request) = act.grant(id)?;
    request::by_requester(request, person)?;
    let recording = request.policy.policy.grant.recording;
    ensure(recording == Recording::Optional, || {
        let expected = "a recorded way in";
        Broken::new(Rule::RecordingRequired, expected, "another")
    })?;
    ensure(!active(grant)?, || {
        Broken::new(
            Rule::AlreadyShown,
            "a way in that was not shown yet",
            "shown before",
        )
    })?;
    before_end(act, grant)?;
    Ok(grant)
}

pub(super) fn ended(act: Act<'_>, id: GrantId, cause: EndCause) -> Checked {
    let (grant, request) = act.grant(id)?;
    match cause {
        EndCause::Expired => {
            active(grant)?;
            ensure(act.now >= grant.expires_at, || {
                let expected = format!("not before {}", moment(grant.expires_at));
                Broken::new(Rule::TooEarly, expected, moment(act.now))
            })
        }
        EndCause::Unratified => {
            active(grant)?;
            ensure(grant.ratify_by.is_some_and(|by| act.now >= by), || {
                let by = grant.ratify_by.map_or("never".to_owned(), moment);
                let expected = format!("not before the time to ratify it is over, {by}");
                Broken::new(Rule::TooEarly, expected, moment(act.now))
            })
        }
        EndCause::Returned => {
            request::by_requester(request, actor::person(act)?.0)?;
            active(grant).map(drop)
        }
        EndCause::Revoked => {
            revoker(act, grant, request)?;
            active(grant).map(drop)
        }
    }
}

/// Those who approve or review under the policy now; the holder returns instead.
pub(super) fn revoker(act: Act<'_>, grant: &Grant, request: &Request) -> Checked {
    let (person, groups) = actor::person(act)?;
    let policy = &act.policy_now(request).policy;
    let wanted: Vec<GroupName> = policy
        .approval
        .groups()
        .into_iter()
        .chain(&policy.review.groups)
        .cloned()
        .collect();
    let other = !act.state.same(person, grant.holder);
    ensure(other && policy.involves(person, groups), || {
        let expected = format!("{}, and not the holder", one_of(&wanted));
        Broken::new(
            Rule::NotRevoker,
            expected,
            format!("{person} in {}", list(groups)),
        )
    })
}

fn being_made(grant: &Grant) -> Checked {
    let fits = grant.state == GrantState::Intended;
    ensure(fits, || {
        Broken::new(Rule::WrongState, "an intended grant", name(grant))
    })
}

/// Whether the way into an active grant has been shown.
pub(super) fn active(grant: &Grant) -> Checked<bool> {
    match grant.state {
        GrantState::Active { credential_shown } => Ok(credential_shown),
        _ => Err(Broken::new(
            Rule::WrongState,
            "an active grant",
            name(grant),
        )),
    }
}

/// Before its time is up, and before an emergency's time to be ratified is: a no ends that at once.
pub(super) fn before_end(act: Act<'_>, grant: &Grant) -> Checked {
    let ends_at = grant.ends_at();
    ensure(act.now < ends_at, || {
        let expected = format!("before {}", moment(ends_at));
        Broken::new(Rule::TooLate, expected, moment(act.now))
    })
}

fn name(grant: &Grant) -> &'static str {
    match grant.state {
        GrantState::Intended => "an intended grant",
        GrantState::Active { .. } => "an active grant",
        GrantState::Failed { .. } => "a failed grant",
        GrantState::Ended { .. } => "an ended grant",
    }
}
