//! Work while access is open: each step is written down before it is taken, in an unbroken row, by the holder alone.

use super::grant::{active, before_end, revoker};
use super::request::by_requester;
use super::{Act, actor, ensure, moment};
use crate::event::{Actor, RecordingEnd, StatementClass, Way};
use crate::ids::{GrantId, RecordingId};
use crate::policy::Connector;
use crate::refusal::Rule;
use crate::state::{Grant, Recording};
use crate::violation::{Broken, Checked};

pub(super) fn started(act: Act<'_>, id: RecordingId, of: GrantId, way: Way) -> Checked {
    let (person, _) = actor::person(act)?;
    let (grant, request) = act.grant(of)?;
    by_requester(request, person)?;
    ensure(act.state.recording(id).is_none(), || {
        Broken::new(Rule::RecordingExists, "a new recording", id.to_string())
    })?;
    active(grant)?;
    before_end(act, grant)?;
    let (fits, expected) = match way {
        Way::Console | Way::Gateway => (Connector::Postgresql, "access to a database"),
        Way::Terminal => (Connector::Ssh, "access to a machine"),
        // Whoever reports does so of anything.
        Way::Reported => (grant.connector, "any access"),
    };
    ensure(grant.connector == fits, || {
        Broken::new(Rule::WayNotOffered, expected, name(grant.connector))
    })
}

pub(super) fn intended(
    act: Act<'_>,
    id: RecordingId,
    number: u32,
    classes: &[StatementClass],
) -> Checked {
    let recording = worked_on(act, id)?;
    next(recording.actions, number)?;
    if classes.is_empty() {
        return Ok(());
    }
    let refused = &act.request(recording.request)?.policy.policy.grant.refuse;
    match classes.iter().find(|class| refused.contains(class)) {
        Some(class) => {
            let expected = "an action that the policy does not refuse";
            Err(Broken::new(Rule::ClassRefused, expected, class.word()))
        }
        None => Ok(()),
    }
}

pub(super) fn refused(
    act: Act<'_>,
    id: RecordingId,
    number: u32,
    class: StatementClass,
) -> Checked {
    let recording = worked_on(act, id)?;
    next(recording.actions, number)?;
    let refused = &act.request(recording.request)?.policy.policy.grant.refuse;
    ensure(refused.contains(&class), || {
        let expected = "an action that the policy refuses";
        Broken::new(Rule::ClassRefused, expected, class.word())
    })
}

/// What became of what was sent is said whenever it is known, also after the end: it is the same row's other half.
pub(super) fn finished(act: Act<'_>, id: RecordingId, number: u32) -> Checked {
    let recording = act.recording(id)?;
    holder_or_portal(act, recording)?;
    ensure(recording.waiting.contains_key(&number), || {
        let expected = "an action that was sent and has no outcome yet";
        Broken::new(Rule::NotIntended, expected, format!("action {number}"))
    })
}

/// A terminal shows its last words while it is being cut.
pub(super) fn chunk(act: Act<'_>, id: RecordingId, number: u32) -> Checked {
    let recording = going_on(act, id)?;
    by_holder(act, recording)?;
    let fits = matches!(recording.way, Way::Terminal | Way::Reported);
    ensure(fits, || {
        let expected = "the recording of a terminal, or one that is reported";
        Broken::new(Rule::WayNotOffered, expected, "another")
    })?;
    if let Some(latest) = act.state.latest_stop(recording) {
        ensure(act.now <= latest, || {
            let expected = format!("by {} at the latest", moment(latest));
            Broken::new(Rule::TooLate, expected, moment(act.now))
        })?;
    }
    next(recording.chunks, number)
}

pub(super) fn gap(act: Act<'_>, id: RecordingId, from: u32, to: u32) -> Checked {
    let recording = going_on(act, id)?;
    ensure(recording.way == Way::Reported, || {
        let expected = "a recording that is reported";
        Broken::new(Rule::WayNotOffered, expected, "another")
    })?;
    next(recording.actions, from)?;
    // The last number stays unused, so that each has one behind it.
    ensure(from < to && to < u32::MAX, || {
        let expected = format!("a number behind {from}");
        Broken::new(Rule::BadRange, expected, to.to_string())
    })
}

pub(super) fn ended(
    act: Act<'_>,
    id: RecordingId,
    cause: RecordingEnd,
    (actions, chunks): (u32, u32),
) -> Checked {
    let recording = may_end(act, id, cause)?;
    let (counted, said) = ((recording.actions, recording.chunks), (actions, chunks));
    ensure(counted == said, || {
        let words = |(actions, chunks)| format!("actions: {actions}, pieces: {chunks}");
        Broken::new(Rule::RecordingCounts, words(counted), words(said))
    })?;
    match recording.waiting().next() {
        // Whoever cuts it off does not know what becomes of it; that is said a moment later.
        Some((number, _)) if cause != RecordingEnd::Cut => {
            let expected = format!("what became of action {number}");
            Err(Broken::new(Rule::ActionUnfinished, expected, "nothing"))
        }
        _ => Ok(()),
    }
}

/// Whether the recording may end so now, once something is said of each of its actions.
pub(crate) fn may_end(act: Act<'_>, id: RecordingId, cause: RecordingEnd) -> Checked<&Recording> {
    let recording = going_on(act, id)?;
    match cause {
        RecordingEnd::Closed => holder_or_portal(act, recording)?,
        RecordingEnd::Cut => {
            let (grant, request) = act.grant(recording.grant)?;
            revoker(act, grant, request)?;
        }
        RecordingEnd::AccessEnded => {
            let over_at = act.state.access_over_at(recording);
            ensure(over_at.is_none_or(|at| act.now >= at), || {
                let at = over_at.map_or_else(String::new, moment);
                Broken::new(Rule::TooEarly, format!("not before {at}"), moment(act.now))
            })?;
        }
        RecordingEnd::Lost => {}
    }
    Ok(recording)
}

/// Asked in a replay only, as of access: an end that comes late has to be written all the same.
pub(super) fn ended_in_time(act: Act<'_>, id: RecordingId) -> Checked {
    let latest = act.state.latest_stop(act.recording(id)?);
    ensure(latest.is_none_or(|latest| act.now <= latest), || {
        let latest = latest.map_or_else(String::new, moment);
        let expected = format!("an end with its access, by {latest} at the latest");
        Broken::new(Rule::RecordingLate, expected, moment(act.now))
    })
}

/// The recording, where its holder may send something more.
fn worked_on(act: Act<'_>, id: RecordingId) -> Checked<&Recording> {
    let recording = going_on(act, id)?;
    let grant = by_holder(act, recording)?;
    active(grant)?;
    before_end(act, grant)?;
    Ok(recording)
}

fn going_on(act: Act<'_>, id: RecordingId) -> Checked<&Recording> {
    let recording = act.recording(id)?;
    ensure(recording.stopped.is_none(), || {
        let expected = "a recording that goes on";
        Broken::new(Rule::WrongState, expected, "one that has ended")
    })?;
    Ok(recording)
}

/// The access, where whoever acts holds it.
fn by_holder<'a>(act: Act<'a>, recording: &Recording) -> Checked<&'a Grant> {
    let (person, _) = actor::person(act)?;
    let grant = act.state.grant(recording.grant).ok_or_else(|| {
        let found = recording.grant.to_string();
        Broken::new(Rule::UnknownGrant, "a grant of the log", found)
    })?;
    ensure(grant.holder == person, || {
        let expected = format!("the holder, {}", grant.holder);
        Broken::new(Rule::NotHolder, expected, person.to_string())
    })?;
    Ok(grant)
}

fn holder_or_portal(act: Act<'_>, recording: &Recording) -> Checked {
    match act.actor {
        Actor::Person { .. } => by_holder(act, recording).map(drop),
        Actor::System { .. } => Ok(()),
    }
}

/// Numbers rise by one, so that what was taken away is missed.
fn next(expected: u32, found: u32) -> Checked {
    ensure(expected == found, || {
        let words = |number| format!("number {number}");
        Broken::new(Rule::RecordingOrder, words(expected), words(found))
    })
}

pub(super) fn name(connector: Connector) -> &'static str {
    match connector {
        Connector::Postgresql => "access to a database",
        Connector::Ssh => "access to a machine",
        Connector::Webhook => "access by a webhook",
    }
}
