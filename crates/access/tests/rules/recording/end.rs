//! How work ends: with its access, by somebody else, or with the session lost; and what is found where it does not.

use access::command::Command;
use access::event::{ActionOutcome, EndCause, Event, Mode, RecordingEnd, Way};
use access::refusal::Rule;
use access::{END_TOLERANCE_S, may_cut};

use super::{at_work, finish, intend, intended, kept, recorder, start, stop, stopped};
use crate::company::{emergency, orders_admin};
use crate::stage::{
    ARI, DANA, ELI, QUINN, RAE, Stage, ask_as, ended, grant, orders_read, portal, recording, who,
};

/// After a revocation no statement is begun, and the one that runs is said to be cut.
#[test]
fn a_revoked_session_runs_no_statement_and_the_running_one_is_cut() {
    let mut stage = at_work();
    stage.run(&who(DANA), intend(&[]));
    stage.lawful(&who(ARI), ended(1, EndCause::Revoked));
    let rule = stage.refused_and_found(&who(DANA), intend(&[]), intended(2, &[]));
    assert_eq!(rule, Rule::WrongState);
    let other = Command::StartRecording {
        recording: recording(2),
        grant: grant(1),
        way: Way::Console,
    };
    assert_eq!(stage.refused(&who(DANA), other), Rule::WrongState);
    assert_eq!(stage.state.recordings_due(stage.now()).count(), 1);
    stage
        .later(1)
        .run(&recorder(), finish(1, ActionOutcome::Cut));
    stage.run(&recorder(), stop(RecordingEnd::AccessEnded));
    assert_eq!(stage.state.recordings_due(stage.now()).count(), 0);
    assert_eq!(access::unfinished(&stage.state), []);
}

#[test]
fn no_statement_is_begun_once_the_time_is_up_ended_or_not() {
    let mut stage = at_work();
    let early = stage.refused_and_found(
        &recorder(),
        stop(RecordingEnd::AccessEnded),
        stopped(RecordingEnd::AccessEnded, 1, 0),
    );
    assert_eq!(early, Rule::TooEarly);
    stage.later(1_799).run(&who(DANA), intend(&[]));
    stage.later(1);
    let rule = stage.refused_and_found(&who(DANA), intend(&[]), intended(2, &[]));
    assert_eq!(rule, Rule::TooLate);
    // What the last one came to is known later, and said then.
    stage
        .later(5)
        .run(&who(DANA), finish(1, ActionOutcome::Done));
    stage.run(&recorder(), stop(RecordingEnd::AccessEnded));
}

#[test]
fn an_emergency_that_was_refused_is_worked_in_no_longer() {
    let mut policy = orders_admin();
    policy.emergency = Some(emergency(1_800, Some(600)));
    let mut stage = Stage::set_under(&[orders_read(), policy]);
    let glass = ask_as(1, "orders-admin", Mode::Emergency, 1_800);
    stage.run(&who(DANA), glass);
    stage.run(&portal(), Command::ConfirmGrant { grant: grant(1) });
    stage.run(&who(DANA), start(Way::Console));
    stage.run(&who(DANA), intend(&[]));
    stage.later(1).no(ARI, 1);
    let rule = stage.refused_and_found(&who(DANA), intend(&[]), intended(1, &[]));
    assert_eq!(rule, Rule::TooLate);
}

/// What was under way when recorder or target were lost may have been done.
#[test]
fn what_was_under_way_when_the_session_was_lost_is_unknown_and_said_so() {
    let mut stage = at_work();
    for _ in 0..3 {
        stage.run(&who(DANA), intend(&[]));
    }
    stage.run(&who(DANA), finish(2, ActionOutcome::Done));
    let rule = stage.refused(&who(DANA), stop(RecordingEnd::Lost));
    assert_eq!(rule, Rule::SystemOnly);
    let events = stage.run(&recorder(), stop(RecordingEnd::Lost));
    let unknown = |number| Event::ActionFinished {
        recording: recording(1),
        number,
        outcome: ActionOutcome::Unknown,
        rows: None,
        duration_ms: 0,
        result: None,
    };
    let end = stopped(RecordingEnd::Lost, 4, 0);
    assert_eq!(events, [unknown(1), unknown(3), end]);
    assert_eq!(stage.state.open_recordings().count(), 0);
}

/// An end is an end of everything in it, unless somebody cut in: what was left out of it is missed at once.
#[test]
fn nothing_is_said_to_be_over_of_which_something_is_not_said() {
    let mut stage = at_work();
    stage.run(&who(DANA), intend(&[]));
    for (by, cause) in [
        (who(DANA), RecordingEnd::Closed),
        (recorder(), RecordingEnd::Closed),
        (recorder(), RecordingEnd::Lost),
    ] {
        assert_eq!(
            stage.would_break(&by, stopped(cause, 2, 0)),
            Rule::ActionUnfinished
        );
        let events = stage.clone().run(&by, stop(cause));
        assert_eq!(events.len(), 2, "what is unknown is said first");
    }
    stage
        .clone()
        .lawful(&who(ARI), stopped(RecordingEnd::Cut, 2, 0));
}

#[test]
fn whoever_may_revoke_may_cut_and_the_holder_may_not() {
    let mut stage = at_work();
    stage.run(&who(DANA), intend(&[]));
    let cut = stopped(RecordingEnd::Cut, 2, 0);
    for other in [DANA, ELI, QUINN] {
        let rule = stage.refused_and_found(&who(other), stop(RecordingEnd::Cut), cut.clone());
        assert_eq!(rule, Rule::NotRevoker);
        assert!(!may_cut(
            &stage.state,
            recording(1),
            &who(other),
            stage.now()
        ));
    }
    for other in [ARI, RAE] {
        assert!(may_cut(
            &stage.state,
            recording(1),
            &who(other),
            stage.now()
        ));
    }
    stage.run(&who(RAE), stop(RecordingEnd::Cut));
    // The access stands, and what was cut is known a moment later.
    assert_eq!(stage.state.open_recordings().count(), 1);
    stage.run(&who(DANA), finish(1, ActionOutcome::Cut));
    assert_eq!(stage.state.open_recordings().count(), 0);
    let other = Command::StartRecording {
        recording: recording(2),
        grant: grant(1),
        way: Way::Console,
    };
    stage.run(&who(DANA), other);
}

#[test]
fn the_end_tells_of_as_much_as_there_is() {
    let stage = at_work();
    for (actions, chunks) in [(0, 0), (2, 0), (1, 1)] {
        let end = stopped(RecordingEnd::Closed, actions, chunks);
        assert_eq!(stage.would_break(&who(DANA), end), Rule::RecordingCounts);
    }
}

#[test]
fn a_recording_that_outlives_its_access_is_found() {
    let mut stage = at_work();
    stage.later(60).returned(1);
    let returned_ms = stage.now_ms;
    stage.later(i64::from(END_TOLERANCE_S));
    stage
        .clone()
        .run(&recorder(), stop(RecordingEnd::AccessEnded));
    stage.now_ms += 1;
    let rule = stage
        .clone()
        .late(&recorder(), stop(RecordingEnd::AccessEnded));
    assert_eq!(rule, Rule::RecordingLate);
    let latest_ms = returned_ms + i64::from(END_TOLERANCE_S) * 1_000;
    let begun = kept(&stage).started_seq;
    let version = "0.1.0".to_owned();
    let verifier = None;
    stage.run(&portal(), Command::StartServer { version, verifier });
    let found = access::unfinished(&stage.state);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].seq, found[0].rule),
        (begun, Rule::RecordingNotEnded)
    );
    assert_eq!(found[0].expected, format!("its end by {latest_ms} ms"));
    assert_eq!(found[0].found, format!("none by {} ms", stage.now_ms));
}

#[test]
fn an_action_of_which_nothing_is_said_is_found() {
    let mut stage = at_work();
    let place = stage.state.next_seq();
    stage.run(&who(DANA), intend(&[]));
    stage.run(&who(ARI), stop(RecordingEnd::Cut));
    let latest_ms = stage.now_ms + i64::from(END_TOLERANCE_S) * 1_000;
    stage.later(i64::from(END_TOLERANCE_S));
    let start = || Command::StartServer {
        version: "0.1.0".to_owned(),
        verifier: None,
    };
    stage.run(&portal(), start());
    assert_eq!(access::unfinished(&stage.state), []);
    stage.later(1).run(&portal(), start());
    let found = access::unfinished(&stage.state);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].seq, found[0].rule),
        (place, Rule::ActionUnfinished)
    );
    assert_eq!(
        found[0].expected,
        format!("what became of it by {latest_ms} ms")
    );
    // However late it is said: the portal was away, and says that it does not know.
    stage
        .later(9_000)
        .run(&recorder(), finish(1, ActionOutcome::Unknown));
    assert_eq!(stage.state.open_recordings().count(), 0);
}
