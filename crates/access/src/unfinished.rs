//! What a log lacks at its end.

use crate::refusal::Rule;
use crate::rules::moment;
use crate::state::{END_TOLERANCE_S, State};
use crate::violation::{Broken, Violation};

/// What should have happened by the last entry's time and has not: access that was never ended, a recording that goes
/// on after its access, an action of which nothing says what became of it. Each accuses the entry that began it.
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
    let going_on = state.open_recordings().filter(|one| one.stopped.is_none());
    let recordings = going_on.filter_map(|recording| {
        let latest = state.latest_stop(recording)?;
        let expected = format!("its end by {}", moment(latest));
        let broken = Broken::new(Rule::RecordingNotEnded, expected, none());
        (latest < last).then(|| broken.at(recording.started_seq))
    });
    let actions = state.open_recordings().flat_map(|recording| {
        let stopped = recording.stopped.map(|stopped| stopped.at);
        let latest = stopped.map(|at| at.plus_seconds(END_TOLERANCE_S));
        let latest = latest.filter(|latest| *latest < last);
        let waiting = recording
            .waiting()
            .filter_map(move |one| Some((one, latest?)));
        waiting.map(|((_, seq), latest)| {
            let expected = format!("what became of it by {}", moment(latest));
            Broken::new(Rule::ActionUnfinished, expected, none()).at(seq)
        })
    });
    grants.chain(recordings).chain(actions).collect()
}
