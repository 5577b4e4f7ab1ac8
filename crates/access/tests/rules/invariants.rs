//! What every log keeps, whatever was tried.

use std::collections::BTreeSet;

use access::event::{Actor, Decision, Event, Mode};
use access::ids::PersonId;
use access::refusal::Rule;
use access::state::Request;
use access::view::RequestState;
use access::{Record, State, apply, unfinished};

use crate::stage::Stage;

/// No grant without n distinct approvers, none of them its holder, unless it is an emergency.
/// Entries in `found` have been found to break a rule: they neither count nor are they judged.
pub(crate) fn invariant_quorum(log: &[Record], found: &BTreeSet<u64>) {
    let lawful = || log.iter().filter(|record| !found.contains(&record.seq));
    for record in lawful() {
        let Event::GrantIntended { request: id, .. } = &record.event else {
            continue;
        };
        let asked = lawful().find_map(|asked| match &asked.event {
            Event::RequestSubmitted {
                request,
                mode,
                policy,
                policy_version,
                ..
            } if request == id => Some((mode, policy, policy_version)),
            _ => None,
        });
        let Some((Mode::Ordinary, name, version)) = asked else {
            continue;
        };
        let policy = log.iter().find_map(|activated| match &activated.event {
            Event::PolicyActivated {
                policy, version: v, ..
            } if v == version && policy.name == *name => Some(policy),
            _ => None,
        });
        let policy = policy.expect("a lawful request has a policy");
        let before = lawful().filter(|before| before.seq < record.seq);
        let yes: BTreeSet<PersonId> = before
            .filter_map(|signed| match (&signed.event, &signed.actor) {
                (
                    Event::SignOffGiven {
                        request,
                        decision: Decision::Approve,
                        ..
                    },
                    Actor::Person { person, groups },
                ) if request == id
                    && groups
                        .iter()
                        .any(|group| policy.approval.stages[0].groups.contains(group)) =>
                {
                    Some(*person)
                }
                _ => None,
            })
            .collect();
        assert!(
            yes.len() >= usize::from(policy.approval.stages[0].n),
            "{record:?} with {yes:?}"
        );
        let Actor::Person { person: holder, .. } = &record.actor else {
            unreachable!()
        };
        assert!(!yes.contains(holder));
    }
}

/// A grant never outlives its policy's maximum, nor the emergency's.
pub(crate) fn invariant_duration(log: &[Record], found: &BTreeSet<u64>) {
    for record in log.iter().filter(|record| !found.contains(&record.seq)) {
        let Event::GrantIntended {
            expires_at_ms,
            role,
            ..
        } = &record.event
        else {
            continue;
        };
        let longest_s = if role == "orders_read" { 14_400 } else { 3_600 };
        let lasts_ms = expires_at_ms.millis() - record.time.millis();
        assert!((1..=longest_s * 1000).contains(&lasts_ms), "{record:?}");
    }
}

/// No grant outlives its time by more than a minute unless the replay says so: where it ended late,
/// or where the log ends without its end.
pub(crate) fn invariant_end(stage: &Stage) {
    let Some(last) = stage.log.last() else { return };
    let mut told: BTreeSet<(u64, Rule)> = unfinished(&stage.state)
        .into_iter()
        .map(|violation| (violation.seq, violation.rule))
        .collect();
    let mut state = State::default();
    let found = |record| apply(&mut state, record).err();
    for violation in stage.log.iter().filter_map(found) {
        told.insert((violation.seq, violation.rule));
    }
    for intended in &stage.log {
        let Event::GrantIntended {
            grant: id,
            expires_at_ms,
            ..
        } = &intended.event
        else {
            continue;
        };
        let end = stage.log.iter().find(|record| match &record.event {
            Event::GrantEnded { grant, .. } | Event::GrantFailed { grant, .. } => grant == id,
            _ => false,
        });
        let late = end.unwrap_or(last).time.millis() > expires_at_ms.millis() + 60_000;
        let name = match end {
            Some(end) => (end.seq, Rule::EndedLate),
            None => (intended.seq, Rule::NotEnded),
        };
        assert_eq!(told.contains(&name), late, "{intended:?} {end:?}");
    }
}

/// The entries alone make the state again.
pub(crate) fn invariant_replay(stage: &Stage) {
    let mut state = State::default();
    for record in &stage.log {
        if let Err(violation) = apply(&mut state, record) {
            // The one thing that the portal has to write although it should not have come to it.
            assert_eq!(violation.rule, Rule::EndedLate, "{violation}");
        }
    }
    assert_eq!(state, stage.state);
}

/// Every entry reads back from its bytes.
pub(crate) fn invariant_bytes(log: &[Record]) {
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
    let mut live: Vec<_> = state.grants().filter(|grant| grant.is_live()).collect();
    live.sort_by_key(|grant| (grant.expires_at, grant.id));
    assert!(state.live_grants().eq(live));
    let owed = |request| state.review_due_at(request).map(|due| (due, request));
    let mut unreviewed: Vec<_> = state.requests().filter_map(owed).collect();
    unreviewed.sort_by_key(|(due, request)| (*due, request.id));
    assert!(state.unreviewed().eq(unreviewed));
}
