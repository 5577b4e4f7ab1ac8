//! The row of what is done: each number once, each class as the policy says, each outcome with its intent.

use access::command::Command;
use access::event::{ActionOutcome, EndCause, Event, StatementClass, Way};
use access::policy::Connector;
use access::refusal::Rule;
use access::{END_TOLERANCE_S, Replay};

use super::{
    at_work, chunk, finish, finished, intend, intended, kept, open_under, piece, recorder, refuse,
    start,
};
use crate::stage::{DANA, ELI, ended, portal, recording, who};

/// Whatever a statement does that a policy may refuse, it is recorded or refused.
#[test]
fn what_the_policy_refuses_is_recorded_and_never_sent() {
    let refused = [StatementClass::SetRole, StatementClass::CopyProgram];
    let mut stage = open_under(|policy| policy.grant.refuse = refused.to_vec());
    stage.run(&who(DANA), start(Way::Gateway));
    for class in StatementClass::ALL {
        if refused.contains(&class) {
            let event = intended(kept(&stage).actions, &[StatementClass::Listen, class]);
            let both = intend(&[StatementClass::Listen, class]);
            let rule = stage.refused_and_found(&who(DANA), both, event);
            assert_eq!(rule, Rule::ClassRefused);
            stage.run(&who(DANA), refuse(class));
        } else {
            stage.run(&who(DANA), intend(&[class]));
            stage.run(
                &who(DANA),
                finish(kept(&stage).actions - 1, ActionOutcome::Done),
            );
            let rule = stage.refused(&who(DANA), refuse(class));
            assert_eq!(rule, Rule::ClassRefused, "the policy lets it be sent");
        }
    }
    let (actions, refusals) = (kept(&stage).actions, kept(&stage).refused);
    assert_eq!((actions, refusals), (5, 2), "they stand in one row");
    // Nothing was sent, so nothing can come of it.
    let rule = stage.would_break(&who(DANA), finished(0));
    assert_eq!(rule, Rule::NotIntended);
}

#[test]
fn an_outcome_has_its_intent_and_there_is_one() {
    let mut stage = at_work();
    let rule = stage.refused_and_found(&who(DANA), finish(0, ActionOutcome::Done), finished(0));
    assert_eq!(rule, Rule::NotIntended, "a second one");
    let rule = stage.refused_and_found(&who(DANA), finish(1, ActionOutcome::Done), finished(1));
    assert_eq!(rule, Rule::NotIntended, "nothing was sent");
    // Several may be under way, and end in another order.
    for _ in 0..3 {
        stage.run(&who(DANA), intend(&[]));
    }
    for number in [3, 1, 2] {
        stage.run(&who(DANA), finish(number, ActionOutcome::Done));
    }
    assert_eq!(kept(&stage).waiting().count(), 0);
}

#[test]
fn a_number_that_is_missing_or_there_twice_is_found_once() {
    let mut stage = at_work();
    assert_eq!(
        stage.forged(&who(DANA), intended(2, &[])),
        Rule::RecordingOrder
    );
    stage.lawful(&who(DANA), intended(3, &[]));
    assert_eq!(
        stage.forged(&who(DANA), intended(3, &[])),
        Rule::RecordingOrder
    );
    stage.lawful(&who(DANA), finished(2));
    let mut machine = open_under(|policy| policy.grant.connector = Connector::Ssh);
    machine.run(&who(DANA), start(Way::Terminal));
    machine.run(&who(DANA), piece());
    assert_eq!(machine.forged(&who(DANA), chunk(2)), Rule::RecordingOrder);
    machine.run(&who(DANA), piece());
    assert_eq!(kept(&machine).chunks, 4);
}

#[test]
fn pieces_of_a_terminal_are_its_holders_and_come_no_later_than_its_end_may() {
    let mut stage = open_under(|policy| policy.grant.connector = Connector::Ssh);
    stage.run(&who(DANA), start(Way::Terminal));
    stage.run(&who(DANA), piece());
    let rule = stage.refused_and_found(&who(ELI), piece(), chunk(1));
    assert_eq!(rule, Rule::NotHolder);
    // A terminal shows its last words while it is being cut.
    stage
        .later(1_800)
        .lawful(&portal(), ended(1, EndCause::Expired));
    stage
        .later(i64::from(END_TOLERANCE_S))
        .run(&who(DANA), piece());
    stage.now_ms += 1;
    let rule = stage.refused_and_found(&who(DANA), piece(), chunk(2));
    assert_eq!(rule, Rule::TooLate);
    let rule = at_work().refused_and_found(&who(DANA), piece(), chunk(0));
    assert_eq!(rule, Rule::WayNotOffered, "a console has none");
}

#[test]
fn what_was_never_reported_leaves_a_gap_that_is_said() {
    let mut stage = open_under(|_| {});
    stage.run(&who(DANA), start(Way::Reported));
    stage.run(&who(DANA), intend(&[]));
    let note = |to| Command::NoteGap {
        recording: recording(1),
        to,
    };
    let gap = |from, to| Event::RecordingGap {
        recording: recording(1),
        from,
        to,
    };
    for to in [0, 1, u32::MAX] {
        let rule = stage.refused_and_found(&recorder(), note(to), gap(1, to));
        assert_eq!(rule, Rule::BadRange);
    }
    let rule = stage.refused_and_found(&who(DANA), note(4), gap(1, 4));
    assert_eq!(rule, Rule::SystemOnly);
    assert_eq!(
        stage.would_break(&recorder(), gap(2, 4)),
        Rule::RecordingOrder
    );
    stage.run(&recorder(), note(4));
    stage.run(&who(DANA), intend(&[]));
    assert_eq!((kept(&stage).actions, kept(&stage).missing), (5, 3));
    assert_eq!(at_work().refused(&recorder(), note(4)), Rule::WayNotOffered);
}

/// What a replay keeps does not grow with what was done and is over.
#[test]
fn a_recording_of_many_actions_is_as_small_as_one_of_three() {
    let size = |many: u32| {
        let mut stage = at_work();
        for number in 1..many {
            stage.lawful(&who(DANA), intended(number, &[]));
            stage.lawful(&who(DANA), finished(number));
        }
        let mut replay = Replay::default();
        for record in &stage.log {
            let (kind, body) = (record.event.kind(), record.event.body_json());
            let actor = record.actor.json();
            replay
                .entry(record.seq, record.time, kind, &actor, &body)
                .unwrap();
        }
        assert_eq!(replay.totals().actions, u64::from(many));
        replay.save().len()
    };
    let (few, many) = (size(3), size(3_000));
    assert!(many <= few + 8, "{few} bytes, and {many}");
}
