//! The review that every grant owes: by others, after its end, once.

use super::{Act, actor, ensure, list, moment, one_of, overlap};
use crate::ids::RequestId;
use crate::refusal::Rule;
use crate::view::GrantState;
use crate::violation::{Broken, Checked};

pub(super) fn recorded(act: Act<'_>, id: RequestId) -> Checked {
    let (person, groups) = actor::person(act)?;
    let request = act.request(id)?;
    let signed = request
        .sign_offs
        .iter()
        .flat_map(|given| [given.person, given.principal()]);
    let extended = request.extended.iter().map(|(_, by)| *by);
    let refused_more = request.refused_more.iter().copied();
    let mut involved = signed
        .chain(extended)
        .chain(refused_more)
        .chain([request.requester]);
    ensure(!involved.any(|one| act.state.same(one, person)), || {
        let expected = "somebody who neither asked nor signed off";
        Broken::new(Rule::ReviewerInvolved, expected, person.to_string())
    })?;
    let reviewers = &act.policy_now(request).policy.review.groups;
    ensure(overlap(groups, reviewers), || {
        Broken::new(Rule::NotReviewer, one_of(reviewers), list(groups))
    })?;
    let grant = request.grant.and_then(|grant| act.state.grant(grant));
    let ended = grant.is_some_and(|grant| matches!(grant.state, GrantState::Ended { .. }));
    ensure(ended, || {
        Broken::new(Rule::WrongState, "a grant that has ended", "none that has")
    })?;
    let by = grant.and_then(|grant| grant.ratify_by);
    let by = by.filter(|by| act.now < *by && !request.denied());
    ensure(by.is_none(), || {
        let expected = by.map_or(String::new(), |by| format!("not before {}", moment(by)));
        Broken::new(Rule::TooEarly, expected, moment(act.now))
    })?;
    ensure(request.review.is_none(), || {
        Broken::new(Rule::AlreadyReviewed, "one review", "another")
    })
}
