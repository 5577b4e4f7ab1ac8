//! Folding an entry and re-checking what somebody decided.

use crate::record::{Record, RecordRef};
use crate::rules::Act;
use crate::state::State;
use crate::violation::Violation;

/// Folds an entry into the state, after asking every rule again as of that entry.
///
/// The entry is folded even where it breaks a rule, as far as it can be, so that a replay goes on
/// and finds all that there is to find. A sign-off that broke a rule never counts, so an approval
/// and a grant that rest on it are found as well.
///
/// # Errors
///
/// The first rule that the entry breaks, with what it demands and what stands there.
pub fn apply(state: &mut State, record: &Record) -> Result<(), Violation> {
    apply_ref(state, record.by_ref())
}

/// [`apply`] without an entry that owns its parts.
pub(crate) fn apply_ref(state: &mut State, record: RecordRef<'_>) -> Result<(), Violation> {
    let act = Act {
        state,
        actor: record.actor,
        now: record.time,
    };
    let checked = act.check(record.seq, record.event);
    // What happened too late is late, and lawful otherwise: it folds as the rules alone say.
    let lawful = checked.is_ok();
    let checked = checked.and_then(|()| act.check_replayed(record.event));
    state.fold(record, lawful);
    checked.map_err(|broken| broken.at(record.seq))
}
