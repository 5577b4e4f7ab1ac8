//! Who is one human being, and who signs in whose place.

use super::oversight::holds;
use super::sign_off::fresh_sign_in;
use super::{Act, actor, ensure, moment};
use crate::ids::PersonId;
use crate::refusal::Rule;
use crate::time::UnixMillis;
use crate::view::Role;
use crate::violation::{Broken, Checked};

/// The longest absence, in seconds: 30 days. Nobody learns meanwhile which groups they have by then.
const AWAY_WITHIN_S: u32 = 30 * 86_400;

/// An operator says it of two others: nobody makes themselves one with anybody.
pub(super) fn linked(act: Act<'_>, person: PersonId, into: PersonId) -> Checked {
    let by = holds(act, Role::Operator)?;
    for one in [person, into] {
        known(act, one)?;
        ensure(!act.state.same(one, by), || {
            Broken::new(Rule::SelfLink, "two others", one.to_string())
        })?;
    }
    ensure(!act.state.same(person, into), || {
        Broken::new(Rule::AlreadyLinked, "two people", "one already")
    })?;
    fresh_sign_in(act)
}

pub(super) fn delegated(act: Act<'_>, to: PersonId, until: UnixMillis) -> Checked {
    let (person, _) = actor::person(act)?;
    known(act, to)?;
    ensure(!act.state.same(person, to), || {
        Broken::new(Rule::SelfDelegation, "somebody else", to.to_string())
    })?;
    let latest = act.now.plus_seconds(AWAY_WITHIN_S);
    ensure(act.now < until && until <= latest, || {
        let expected = format!("an end after now, by {}", moment(latest));
        Broken::new(Rule::BadPeriod, expected, moment(until))
    })?;
    fresh_sign_in(act)
}

pub(super) fn delegation_ended(act: Act<'_>, to: PersonId) -> Checked {
    let (person, _) = actor::person(act)?;
    let delegate = act
        .state
        .delegation(person, act.now)
        .map(|delegation| delegation.to);
    ensure(delegate == Some(to), || {
        let expected = delegate.map_or("a delegate".to_owned(), |delegate| delegate.to_string());
        Broken::new(Rule::NotDelegate, expected, to.to_string())
    })
}

fn known(act: Act<'_>, person: PersonId) -> Checked {
    ensure(act.state.knows(person), || {
        let expected = "a person whom the log knows";
        Broken::new(Rule::UnknownPerson, expected, person.to_string())
    })
}
