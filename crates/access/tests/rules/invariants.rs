//! What every log keeps, whatever was tried.

use std::collections::BTreeSet;

use access::event::{EndCause, Event, Mode};
use access::refusal::Rule;
use access::state::Request;
use access::time::UnixMillis;
use access::view::RequestState;
use access::{Record, State, apply, unfinished};

use crate::model::Model;
use crate::stage::Stage;
use crate::traces::LATE;

mod quorum;
mod work;

pub(crate) use quorum::{invariant_duration, invariant_people, invariant_quorum};
pub(crate) use work::invariant_recorded;
use work::{invariant_work, invariant_work_index};

/// What holds of the state after each step of a trace.
pub(crate) fn after_each_step(state: &State) {
    invariant_indexes(state);
    invariant_live(state);
}

/// What holds of a log that was written by the rules from a beginning on.
pub(crate) fn of_a_lawful_log(begin: &Stage, stage: &Stage) {
    let nothing = BTreeSet::new();
    invariant_quorum(&stage.log, &nothing);
    invariant_people(&stage.log, &nothing);
    invariant_duration(&stage.log, &nothing);
    let found = invariant_replay(begin, stage);
    invariant_end(stage, &found);
    invariant_work(stage, &found);
    invariant_bytes(&stage.log[begin.log.len()..]);
}

/// Live access belongs to one request, is of what its policy gives, and was approved if it is ordinary.
fn invariant_live(state: &State) {
    for grant in state.live_grants() {
        let request = state.request(grant.request).unwrap();
        assert_eq!(request.grant, Some(grant.id));
        assert_eq!(grant.holder, request.requester);
        assert_eq!(request.state, RequestState::Granted);
        let policy = &request.policy.policy;
        assert_eq!(grant.role, policy.grant.role);
        let most = policy
            .duration
            .extend
            .as_ref()
            .map_or(0, |extend| extend.times);
        assert!(grant.extensions <= most);
        match request.mode {
            Mode::Ordinary => assert_eq!(grant.ratify_by, None),
            Mode::Emergency => assert_eq!(grant.extensions, 0),
        }
    }
}

/// No grant outlives its time by more than a minute unless the replay says so: where it ended late,
/// or where the log ends without its end.
fn invariant_end(stage: &Stage, found: &BTreeSet<(u64, Rule)>) {
    let Some(last) = stage.log.last() else { return };
    let mut told: BTreeSet<(u64, Rule)> = unfinished(&stage.state)
        .into_iter()
        .map(|violation| (violation.seq, violation.rule))
        .collect();
    told.extend(found.iter().copied());
    for (at, intended) in stage.log.iter().enumerate() {
        let Event::GrantIntended { grant: id, .. } = &intended.event else {
            continue;
        };
        let after = &stage.log[at..];
        let end = after.iter().position(|record| match &record.event {
            Event::GrantEnded { grant, .. } | Event::GrantFailed { grant, .. } => grant == id,
            _ => false,
        });
        let model = Model {
            log: &stage.log[..at + end.unwrap_or(after.len())],
            now_ms: end.map_or(last, |end| &after[end]).time.millis(),
        };
        let (grant, cause, sessions_cut) = (*id, EndCause::Expired, 0);
        let late = model.ends_late(&Event::GrantEnded {
            grant,
            cause,
            sessions_cut,
        });
        let name = match end {
            Some(end) => (after[end].seq, Rule::EndedLate),
            None => (intended.seq, Rule::NotEnded),
        };
        assert_eq!(told.contains(&name), late, "{intended:?}");
    }
}

/// The entries alone make the state again. Returns what is found in them.
fn invariant_replay(begin: &Stage, stage: &Stage) -> BTreeSet<(u64, Rule)> {
    let mut state = begin.state.clone();
    let mut found = BTreeSet::new();
    for record in &stage.log[begin.log.len()..] {
        if let Err(violation) = apply(&mut state, record) {
            // The one thing that the portal has to write although it should not have come to it.
            assert!(LATE.contains(&violation.rule), "{violation}");
            found.insert((violation.seq, violation.rule));
        }
    }
    assert_eq!(state, stage.state);
    found
}

/// Every entry reads back from its bytes.
fn invariant_bytes(log: &[Record]) {
    for record in log {
        let Record {
            seq,
            time,
            actor,
            event,
        } = record;
        let read =
            Record::parse(*seq, *time, event.kind(), &actor.json(), &event.body_json()).unwrap();
        assert_eq!(read, *record);
    }
}

/// What is found without a scan is what a scan finds, in the order in which it is due.
pub(crate) fn invariant_indexes(state: &State) {
    let waits = |request: &&Request| {
        matches!(
            request.state,
            RequestState::Submitted | RequestState::Approved
        )
    };
    let mut pending: Vec<_> = state.requests().filter(waits).collect();
    pending.sort_by_key(|request| (request.lapses_at, request.id));
    assert!(state.pending().eq(pending));
    let mut closed: Vec<_> = state
        .requests()
        .filter(|request| request.closed_at.is_some())
        .collect();
    closed.sort_by_key(|request| (request.closed_at, request.id));
    assert!(state.closed_since(UnixMillis::new(0)).eq(closed));
    for request in state.requests() {
        let over = matches!(
            request.state,
            RequestState::Denied | RequestState::Withdrawn | RequestState::Lapsed
        );
        assert_eq!(request.closed_at.is_some(), over);
    }
    let mut live: Vec<_> = state.grants().filter(|grant| grant.is_live()).collect();
    live.sort_by_key(|grant| (grant.ends_at(), grant.id));
    assert!(state.live_grants().eq(live));
    let owed = |request| state.review_due_at(request).map(|due| (due, request));
    let mut unreviewed: Vec<_> = state.requests().filter_map(owed).collect();
    unreviewed.sort_by_key(|(due, request)| (*due, request.id));
    assert!(state.unreviewed().eq(unreviewed));
    invariant_work_index(state);
}
