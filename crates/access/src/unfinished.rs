//! What a log lacks at its end.

use crate::refusal::Rule;
use crate::rules::moment;
use crate::state::State;
use crate::violation::{Broken, Violation};

/// What should have happened by the last entry's time and has not: access that was never ended, and
/// reviews that are overdue. Each accuses the entry that intended the access.
///
/// No entry shows this, so a replay asks once, after the last one. Requests that nobody closed are
/// no finding: one that is past its time opens nothing.
pub fn unfinished(state: &State) -> Vec<Violation> {
    let Some(last) = state.last_time() else {
        return Vec::new();
    };
    let none = || format!("none by {}", moment(last));
    let grants = state.overdue(last).map(|grant| {
        let expected = format!("its end by {}", moment(grant.latest_end()));
        Broken::new(Rule::NotEnded, expected, none()).at(grant.intended_seq)
    });
    let reviews = state
        .unreviewed()
        .take_while(|(due, _)| *due < last)
        .filter_map(|(due, request)| {
            let grant = state.grant(request.grant?)?;
            let expected = format!("its review by {}", moment(due));
            Some(Broken::new(Rule::ReviewOverdue, expected, none()).at(grant.intended_seq))
        });
    grants.chain(reviews).collect()
}
