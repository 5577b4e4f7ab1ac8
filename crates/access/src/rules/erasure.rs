//! Erasing what people wrote: one custodian orders it, another confirms it, then it is gone.

use super::oversight::{holds, stated, there};
use super::{Act, actor, ensure, moment, sign_off};
use crate::digest::Commitment;
use crate::event::OpeningRef;
use crate::ids::RequestId;
use crate::refusal::Rule;
use crate::state::{Erasure, Request};
use crate::view::{GrantState, RequestState, Role};
use crate::violation::{Broken, Checked};

pub(super) fn ordered(
    act: Act<'_>,
    id: RequestId,
    of: Option<OpeningRef>,
    reason: Commitment,
) -> Checked {
    holds(act, Role::Custodian)?;
    let request = act.request(id)?;
    ensure(over(act, request), || {
        let expected = "a request that is over, and reviewed if it was opened";
        Broken::new(Rule::WrongState, expected, "one that is not")
    })?;
    if let Some(opening) = of {
        there(request, opening)?;
    }
    something_left(request, of)?;
    let mut open = act.state.open_erasures(act.now);
    ensure(
        !open.any(|erasure| (erasure.request, erasure.of) == (id, of) && stands(act, erasure)),
        || Broken::new(Rule::ErasureExists, "one order at a time", "another"),
    )?;
    stated(reason)
}

pub(super) fn confirmed(act: Act<'_>, order: u64, id: RequestId, auth_time_s: i64) -> Checked {
    let person = holds(act, Role::Custodian)?;
    let erasure = act.erasure(order)?;
    of_request(erasure, id)?;
    ensure(!act.state.same(person, erasure.by), || {
        let expected = "anybody but the one who ordered it";
        Broken::new(Rule::SelfConfirmation, expected, person.to_string())
    })?;
    ensure(stands(act, erasure), || {
        let expected = "an order by somebody who is a custodian still";
        Broken::new(Rule::OrdererNotCustodian, expected, erasure.by.to_string())
    })?;
    ensure(erasure.confirmed.is_none(), || {
        Broken::new(
            Rule::WrongState,
            "an order without a second word",
            "another",
        )
    })?;
    let lapses_at = erasure.lapses_at();
    ensure(act.now < lapses_at, || {
        let expected = format!("before {}", moment(lapses_at));
        Broken::new(Rule::TooLate, expected, moment(act.now))
    })?;
    something_left(act.request(id)?, erasure.of)?;
    sign_off::fresh(act.now, erasure.at, auth_time_s)
}

/// Whether the order still is one of two custodians' words: by the groups seen last of who gave it.
fn stands(act: Act<'_>, erasure: &Erasure) -> bool {
    let groups = act.state.groups(erasure.by);
    act.state.role_held(Role::Custodian, groups, act.now)
}

/// It is erased in one go with the confirmation, by the one who gave it, and nothing else is.
pub(super) fn erased(act: Act<'_>, order: u64, id: RequestId, openings: &[OpeningRef]) -> Checked {
    let (person, _) = actor::person(act)?;
    let erasure = act.erasure(order)?;
    of_request(erasure, id)?;
    let just_now = (person, act.state.next_seq());
    let confirmed = erasure
        .confirmed
        .map(|(by, seq)| (by, seq.saturating_add(1)));
    ensure(confirmed == Some(just_now), || {
        let expected = "the confirmation of another custodian in the entry before";
        Broken::new(Rule::ErasureUnconfirmed, expected, "none that counts")
    })?;
    let left = act.request(id)?.left(erasure.of);
    ensure(left == openings, || {
        Broken::new(Rule::ErasureScope, names(&left), names(openings))
    })
}

/// Nobody decides, holds access, or owes a look by these texts any more.
fn over(act: Act<'_>, request: &Request) -> bool {
    match request.state {
        RequestState::Submitted | RequestState::Approved => false,
        RequestState::Denied | RequestState::Withdrawn | RequestState::Lapsed => true,
        RequestState::Granted => {
            let grant = request.grant.and_then(|grant| act.state.grant(grant));
            grant.is_some_and(|grant| match grant.state {
                GrantState::Failed { .. } => true,
                // What is still being recorded would be sealed after all of it was erased.
                GrantState::Ended { .. } => request.review.is_some() && request.recording == 0,
                GrantState::Intended | GrantState::Active { .. } => false,
            })
        }
    }
}

fn something_left(request: &Request, of: Option<OpeningRef>) -> Checked {
    ensure(!request.left(of).is_empty(), || {
        Broken::new(Rule::OpeningGone, "a text that is not erased", "none")
    })
}

fn of_request(erasure: &Erasure, id: RequestId) -> Checked {
    ensure(erasure.request == id, || {
        let expected = format!("the order's request, {}", erasure.request);
        Broken::new(Rule::UnknownErasure, expected, id.to_string())
    })
}

fn names(openings: &[OpeningRef]) -> String {
    let names: Vec<String> = openings
        .iter()
        .map(|opening| format!("{} of entry {}", opening.field.word(), opening.seq))
        .collect();
    names.join(", ")
}
