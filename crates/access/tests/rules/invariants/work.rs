//! What every log keeps of what was done while access was open: read from it entry by entry.

use std::collections::{BTreeMap, BTreeSet};

use access::event::{Event, RecordingEnd};
use access::ids::RecordingId;
use access::refusal::Rule;
use access::state::Recording;
use access::{Record, State, unfinished};

use crate::model::Model;
use crate::stage::Stage;

/// One recording, as somebody would note it who reads the log aloud.
#[derive(Default)]
struct Noted {
    /// What stands at each number: sent, refused, or missing.
    numbers: Vec<&'static str>,
    finished: BTreeSet<u32>,
    pieces: u32,
    ended: bool,
}

/// Every step has its place: no number is missing or there twice, nothing follows the end of the recording or of the
/// access, each outcome has its intent, and nobody but the holder works. What is not so at the end is told.
pub(super) fn invariant_work(stage: &Stage, found: &BTreeSet<(u64, Rule)>) {
    let mut all: BTreeMap<RecordingId, Noted> = BTreeMap::new();
    for (at, record) in stage.log.iter().enumerate() {
        let Some(id) = record.event.recording() else {
            continue;
        };
        let noted = all.entry(id).or_default();
        let sends = matches!(
            record.event,
            Event::ActionIntended { .. } | Event::ActionRefused { .. }
        );
        note(noted, &record.event);
        let before = Model {
            log: &stage.log[..at],
            now_ms: record.time.millis(),
        };
        if sends {
            let (_, grant, _) = before.started(id).unwrap();
            assert!(before.active(grant) && record.time.millis() < before.over_at(grant).unwrap());
        }
        let late = found.contains(&(record.seq, Rule::RecordingLate));
        assert_eq!(before.ends_recording_late(&record.event), late);
    }
    let model = Model {
        log: &stage.log,
        now_ms: stage.log.last().map_or(0, |last| last.time.millis()),
    };
    for (id, noted) in &all {
        let (started, grant, _) = model.started(*id).unwrap();
        assert!(model.worked_alone(*id, model.holder(grant).unwrap()));
        let held = stage.state.recording(*id).unwrap();
        let count = |word| noted.numbers.iter().filter(|one| **one == word).count();
        assert_eq!(held.actions as usize, noted.numbers.len());
        assert_eq!(held.refused as usize, count("refused"));
        assert_eq!(held.missing as usize, count("missing"));
        assert_eq!(
            (held.chunks, held.stopped.is_some()),
            (noted.pieces, noted.ended)
        );
        let waiting: Vec<u32> = held.waiting().map(|(number, _)| number).collect();
        assert_eq!(waiting, model.waiting(*id));
        told(stage, model, started, held);
    }
}

fn note(noted: &mut Noted, event: &Event) {
    assert!(!noted.ended || matches!(event, Event::ActionFinished { .. }));
    let next = noted.numbers.len() as u32;
    match event {
        Event::ActionIntended { number, .. } => {
            assert_eq!(*number, next);
            noted.numbers.push("sent");
        }
        Event::ActionRefused { number, .. } => {
            assert_eq!(*number, next);
            noted.numbers.push("refused");
        }
        Event::RecordingGap { from, to, .. } => {
            assert!(*from == next && from < to);
            noted.numbers.extend((*from..*to).map(|_| "missing"));
        }
        Event::ActionFinished { number, .. } => {
            assert_eq!(noted.numbers[*number as usize], "sent");
            assert!(noted.finished.insert(*number), "only one outcome");
        }
        Event::RecordingChunk { number, .. } => {
            assert_eq!(*number, noted.pieces);
            noted.pieces += 1;
        }
        Event::RecordingEnded {
            cause,
            actions,
            chunks,
            ..
        } => {
            assert_eq!((*actions, *chunks), (next, noted.pieces));
            // Whatever was lost, something is said of each action.
            let lost = *cause == RecordingEnd::Lost;
            assert!(!lost || noted.finished.len() == count_sent(noted));
            noted.ended = true;
        }
        _ => {}
    }
}

fn count_sent(noted: &Noted) -> usize {
    noted.numbers.iter().filter(|one| **one == "sent").count()
}

/// What is missing at the end of the log is told, and nothing else.
fn told(stage: &Stage, model: Model<'_>, started: &Record, held: &Recording) {
    let told: BTreeSet<(u64, Rule)> = unfinished(&stage.state)
        .into_iter()
        .map(|violation| (violation.seq, violation.rule))
        .collect();
    let over_at = model.over_at(held.grant).unwrap();
    let overdue = held.stopped.is_none() && model.now_ms > over_at + 60_000;
    assert_eq!(
        told.contains(&(started.seq, Rule::RecordingNotEnded)),
        overdue
    );
    for (_, seq) in held.waiting() {
        let stopped_ms = held.stopped.map(|stopped| stopped.at.millis());
        let unsaid = stopped_ms.is_some_and(|at| model.now_ms > at + 60_000);
        assert_eq!(told.contains(&(seq, Rule::ActionUnfinished)), unsaid);
    }
}

/// In a log that anybody may have altered, what is not found to be wrong is right: who worked held the access and it
/// was open, nothing that the policy refuses was sent, what is finished was sent, and nothing is missing.
pub(crate) fn invariant_recorded(log: &[Record], found: &BTreeSet<u64>) {
    for (at, record) in log.iter().enumerate() {
        let Some(id) = record
            .event
            .recording()
            .filter(|_| !found.contains(&record.seq))
        else {
            continue;
        };
        let before = Model {
            log: &log[..at],
            now_ms: record.time.millis(),
        };
        let names = |other: &&Record| other.event.recording() == Some(id);
        let mut earlier = log[..at].iter().filter(names);
        match &record.event {
            Event::ActionIntended { number, .. } | Event::ActionRefused { number, .. } => {
                let (_, grant, _) = before.started(id).unwrap();
                assert!(before.active(grant) && !before.stopped(id), "{record:?}");
                assert_eq!(
                    record.actor.as_person().map(|(person, _)| person),
                    before.holder(grant)
                );
                assert!(earlier.all(|other| last_number(&other.event) < Some(*number)));
                let numbers = log[..at].iter().filter(names);
                let next = numbers.filter_map(|other| last_number(&other.event)).max();
                assert_eq!(*number, next.map_or(0, |last| last + 1), "{record:?}");
            }
            Event::ActionFinished { number, .. } => {
                let sent = earlier.any(|other| {
                    matches!(other.event, Event::ActionIntended { number: sent, .. } if sent == *number)
                });
                assert!(sent && before.waiting(id).contains(number), "{record:?}");
            }
            Event::RecordingChunk { .. } | Event::RecordingGap { .. } => {
                assert!(
                    before.started(id).is_some() && !before.stopped(id),
                    "{record:?}"
                );
            }
            Event::RecordingEnded { actions, .. } => {
                let numbers = earlier.filter_map(|other| last_number(&other.event));
                assert_eq!(*actions, numbers.max().map_or(0, |last| last + 1));
            }
            _ => {}
        }
    }
}

/// The last number of an action that the event uses.
fn last_number(event: &Event) -> Option<u32> {
    match event {
        Event::ActionIntended { number, .. } | Event::ActionRefused { number, .. } => Some(*number),
        Event::RecordingGap { to, .. } => to.checked_sub(1),
        _ => None,
    }
}

/// Those of which something is expected are found without a scan.
pub(super) fn invariant_work_index(state: &State) {
    let expected = |one: &&Recording| one.stopped.is_none() || one.waiting().next().is_some();
    assert!(
        state
            .open_recordings()
            .eq(state.recordings().filter(expected))
    );
    for recording in state.recordings() {
        let request = state.request(recording.request).unwrap();
        assert!(request.recordings.contains(&recording.id));
        assert!(request.openings().contains(&recording.opening()));
    }
}
