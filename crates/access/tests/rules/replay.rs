//! Logs that somebody altered: the replay goes on, and nothing unlawful passes for lawful.

use std::collections::BTreeSet;

use access::event::{Decision, Event};
use access::refusal::Rule;
use access::{Record, Replay, State, Totals, Violation, apply, unfinished};
use proptest::prelude::*;

use crate::invariants::{
    invariant_duration, invariant_indexes, invariant_people, invariant_quorum, invariant_recorded,
};
use crate::stage::{ARI, DANA, RAE, SAM, Stage, grant, portal, request, seal, who};
use crate::steps::steps;
use crate::traces::{ANYTHING, Dice, SEED, Seen, WORK, play, runner};

/// How many altered logs a test run replays.
const FORGERIES: u32 = 1_500;

/// What is found in the log. A replay that puts away what is settled finds the same, and ends in the same state,
/// however often it is broken off and resumed.
fn replay(log: &[Record]) -> Vec<Violation> {
    let mut state = State::default();
    let apply = |record| apply(&mut state, record).err();
    let found: Vec<_> = log.iter().filter_map(apply).collect();
    invariant_indexes(&state);
    let mut replay = Replay::default();
    let said = log.iter().filter_map(|record| {
        if record.seq % 7 == 3 {
            replay = Replay::resume(&replay.save()).unwrap();
        }
        let (kind, body) = (record.event.kind(), record.event.body_json());
        let actor = record.actor.json();
        let read = replay.entry(record.seq, record.time, kind, &actor, &body);
        read.err()
    });
    assert_eq!(said.collect::<Vec<_>>(), found);
    assert_eq!(replay.unfinished(), unfinished(&state));
    let totals = Totals {
        requests: state.requests().count() as u64,
        grants: state.grants().count() as u64,
        recordings: state.recordings().count() as u64,
        actions: state.recordings().map(|one| u64::from(one.actions)).sum(),
        erased: state.requests().map(|one| one.erased.len() as u64).sum(),
    };
    assert_eq!(replay.totals(), totals);
    assert_eq!(replay.into_state(), state);
    found
}

/// The log with one entry left out, doubled, swapped with the next, said again at the end, or put under another name.
fn altered(dice: Dice, mut log: Vec<Record>, at: usize, how: u8) -> Vec<Record> {
    // What stands before the first act is the stage.
    let set = (dice.begin)().log.len();
    let at = set + at % (log.len() - set);
    match how % 6 {
        0 => drop(log.remove(at)),
        1 => log.insert(at, log[at].clone()),
        2 if at + 1 < log.len() => log.swap(at, at + 1),
        3 => log[at].actor = who(u128::from(how) % 9 + 1),
        4 => log.push(log[at].clone()),
        _ => log[at].actor = portal(),
    }
    for (seq, record) in (0..).zip(&mut log) {
        record.seq = seq;
    }
    log
}

#[test]
fn nothing_unlawful_passes_in_an_altered_log() {
    let strategy = (steps(), any::<prop::sample::Index>(), any::<u8>());
    for (dice, forgeries) in [(ANYTHING, FORGERIES), (WORK, FORGERIES / 2)] {
        let result = runner(forgeries, SEED).run(&strategy, |(steps, at, how)| {
            let log = play(dice, &steps, &mut Seen::default()).log;
            let at = at.index(log.len());
            let log = altered(dice, log, at, how);
            let found: BTreeSet<u64> = replay(&log).iter().map(|one| one.seq).collect();
            invariant_quorum(&log, &found);
            invariant_people(&log, &found);
            invariant_duration(&log, &found);
            invariant_recorded(&log, &found);
            Ok(())
        });
        result.unwrap();
    }
}

#[test]
fn every_finding_is_told() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-admin");
    let statement = stage.state.request(request(1)).unwrap().statement_sha256;
    let yes = |statement| Event::SignOffGiven {
        request: request(1),
        on_behalf_of: None,
        decision: Decision::Approve,
        statement,
        auth_time_s: crate::stage::BEGIN_MS / 1000,
        id_token: seal(900),
        note: None,
    };
    let lapses_at_ms = stage.now().plus_seconds(3_600);
    let entries = [
        (who(RAE), yes(statement), Some(Rule::NotApprover)),
        (who(ARI), yes(statement), None),
        (who(DANA), yes(statement), Some(Rule::SelfApproval)),
        (
            who(ARI),
            Event::RequestApproved {
                request: request(1),
                lapses_at_ms,
            },
            Some(Rule::QuorumMissing),
        ),
        (
            who(DANA),
            Event::GrantIntended {
                grant: grant(1),
                request: request(1),
                connector: access::policy::Connector::Postgresql,
                role: "orders_admin".into(),
                expires_at_ms: stage.now().plus_seconds(1_800),
            },
            Some(Rule::QuorumMissing),
        ),
        (portal(), Event::GrantOpened { grant: grant(1) }, None),
        (
            who(SAM),
            Event::CredentialShown { grant: grant(1) },
            Some(Rule::NotRequester),
        ),
    ];
    for (actor, event, _) in &entries {
        let record = stage.record(actor, event.clone());
        let _ = apply(&mut stage.state, &record);
        stage.log.push(record);
    }
    let first = stage.log[stage.log.len() - entries.len()].seq;
    let expected: Vec<(u64, Rule)> = (first..)
        .zip(&entries)
        .filter_map(|(seq, (_, _, rule))| rule.map(|rule| (seq, rule)))
        .collect();
    let found: Vec<(u64, Rule)> = replay(&stage.log)
        .iter()
        .map(|violation| (violation.seq, violation.rule))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_finding_reads_as_one_sentence() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-read");
    let denied = stage.record(
        &who(ARI),
        Event::RequestDenied {
            request: request(1),
        },
    );
    let violation = apply(&mut stage.state, &denied).unwrap_err();
    assert_eq!(
        violation.to_string(),
        format!(
            "Entry {} breaks denial_missing: expected a no by somebody who may, found none.",
            denied.seq
        )
    );
    let json = serde_json::to_string(&violation).unwrap();
    assert!(json.contains(r#""rule":"denial_missing""#), "{json}");
}
