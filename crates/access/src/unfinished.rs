//! What a log lacks at its end.

use crate::refusal::Rule;
use crate::rules::moment;
use crate::state::State;
use crate::violation::{Broken, Violation};

/// What should have happened by the last entry's time and has not: access that was never ended. Each
/// accuses the entry that intended the access.
///
/// No entry shows this, so a replay asks once, after the last one. Requests that nobody closed are
/// no finding: one that is past its time opens nothing. Neither are reviews that are overdue: they
/// are owed by people, and the log is right to say that they are.
pub fn unfinished(state: &State) -> Vec<Violation> {
    let Some(last) = state.last_time() else {
        return Vec::new();
    };
    let none = || format!("none by {}", moment(last));
    let grants = state.overdue(last).map(|grant| {
        let expected = format!("its end by {}", moment(grant.latest_end()));
        Broken::new(Rule::NotEnded, expected, none()).at(grant.intended_seq)
    });
    grants.collect()
}
