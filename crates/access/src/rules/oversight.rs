//! Reading: of the log, and of what somebody wrote.

use super::{Act, actor, ensure, list, moment, one_of};
use crate::digest::Commitment;
use crate::event::OpeningRef;
use crate::ids::{PersonId, RequestId};
use crate::refusal::Rule;
use crate::state::Request;
use crate::time::UnixMillis;
use crate::view::Role;
use crate::violation::{Broken, Checked};

/// The shortest purpose or reason, in bytes: a ticket's name and a word.
const MIN_STATED: u32 = 10;

/// The reader held the role at some time since they began: the entry may come much later, and is
/// about what was right then.
pub(super) fn read(act: Act<'_>, from: u64, to: u64, began_ms: UnixMillis) -> Checked {
    let (_, groups) = actor::person(act)?;
    ensure(began_ms <= act.now, || {
        let expected = format!("reading that began by {}", moment(act.now));
        Broken::new(Rule::TooEarly, expected, moment(began_ms))
    })?;
    ensure(act.state.role_held(Role::Auditor, groups, began_ms), || {
        lacking(act, Role::Auditor, list(groups))
    })?;
    let size = act.state.next_seq();
    ensure(from < to && to <= size, || {
        let expected = format!("some of the {size} entries before");
        Broken::new(Rule::BadRange, expected, format!("{from} to {to}"))
    })
}

pub(super) fn disclosed(
    act: Act<'_>,
    id: RequestId,
    opening: OpeningRef,
    purpose: Commitment,
) -> Checked {
    holds(act, Role::Auditor)?;
    there(act.request(id)?, opening)?;
    stated(purpose)
}

/// Whether the person who acts holds the role: by the groups that the act rests on, and by those
/// that were seen of them last.
pub(crate) fn holds(act: Act<'_>, role: Role) -> Checked<PersonId> {
    let (person, groups) = actor::person(act)?;
    let last = act.state.groups(person);
    for groups in [groups, last] {
        ensure(act.state.role_held(role, groups, act.now), || {
            lacking(act, role, list(groups))
        })?;
    }
    Ok(person)
}

fn lacking(act: Act<'_>, role: Role, found: String) -> Broken {
    let rule = match role {
        Role::Auditor => Rule::NotAuditor,
        Role::Operator => Rule::NotOperator,
        Role::Custodian => Rule::NotCustodian,
        Role::Author => Rule::NotAuthor,
    };
    let wanted = act.state.roles().map_or(&[][..], |roles| roles.of(role));
    Broken::new(rule, one_of(wanted), found)
}

/// Whether the request has such a text, and has it still.
pub(super) fn there(request: &Request, opening: OpeningRef) -> Checked {
    let OpeningRef { seq, field } = opening;
    let found = || format!("{} of entry {seq}", field.word());
    ensure(request.openings().contains(&opening), || {
        Broken::new(
            Rule::UnknownOpening,
            "a sealed text of the request",
            found(),
        )
    })?;
    ensure(!request.erased.contains(&opening), || {
        Broken::new(Rule::OpeningGone, "a text that is not erased", found())
    })
}

/// Whether enough was said about why.
pub(super) fn stated(why: Commitment) -> Checked {
    ensure(why.n >= MIN_STATED, || {
        let expected = format!("at least {MIN_STATED} bytes on what for");
        Broken::new(Rule::PurposeTooShort, expected, why.n.to_string())
    })
}
