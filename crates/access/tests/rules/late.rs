//! Access that outlives its time: the end may be written late, and never unnoticed.

use access::command::Command;
use access::event::{EndCause, Event, Failure};
use access::refusal::Rule;
use access::{END_TOLERANCE_S, Record, State, Violation, apply, unfinished};

use crate::stage::{ARI, BEGIN_MS, DANA, Stage, grant, portal, who};

fn end(cause: EndCause) -> Command {
    Command::EndGrant {
        grant: grant(1),
        cause,
        sessions_cut: 1,
    }
}

fn fail() -> Command {
    Command::FailGrant {
        grant: grant(1),
        failure: Failure::Unknown,
    }
}

/// The last second in which a grant of 30 min may end.
fn last_s() -> i64 {
    1_800 + i64::from(END_TOLERANCE_S)
}

/// Something that happens to the log after a while, and that nobody minds.
fn still_there(stage: &mut Stage, after_s: i64) {
    let start = Command::StartServer {
        version: "0.1.0".into(),
        verifier: None,
    };
    stage.later(after_s).run(&portal(), start);
}

fn place_of_intent(stage: &Stage) -> u64 {
    let intends = |record: &&Record| matches!(record.event, Event::GrantIntended { .. });
    stage.log.iter().find(intends).unwrap().seq
}

#[test]
fn an_end_is_on_time_within_the_tolerance() {
    let mut stage = Stage::set();
    stage.open(1).later(last_s());
    for (by, cause) in [
        (portal(), EndCause::Expired),
        (who(DANA), EndCause::Returned),
        (who(ARI), EndCause::Revoked),
    ] {
        stage.clone().run(&by, end(cause));
    }
    let mut never = Stage::set();
    never.approve(1).intend(1);
    never.later(last_s()).run(&portal(), fail());
}

#[test]
fn a_late_end_is_decided_and_folded_and_found() {
    let mut stage = Stage::set();
    stage.open(1).later(last_s());
    stage.now_ms += 1;
    let expires_ms = stage.state.grant(grant(1)).unwrap().expires_at.millis();
    for (by, cause) in [
        (portal(), EndCause::Expired),
        (who(DANA), EndCause::Returned),
        (who(ARI), EndCause::Revoked),
    ] {
        let mut stage = stage.clone();
        assert_eq!(stage.late(&by, end(cause)), Rule::EndedLate);
        assert!(!stage.state.grant(grant(1)).unwrap().is_live());
        assert_eq!(stage.state.live_grants().count(), 0);
        assert_eq!(unfinished(&stage.state), []);
    }
    let event = Event::GrantEnded {
        grant: grant(1),
        cause: EndCause::Expired,
        sessions_cut: 1,
    };
    let record = stage.record(&portal(), event);
    let violation = apply(&mut stage.state, &record).unwrap_err();
    assert!(violation.expected.contains(&expires_ms.to_string()));
    assert!(violation.found.contains(&stage.now_ms.to_string()));
}

#[test]
fn a_late_failure_is_found() {
    let mut stage = Stage::set();
    stage.approve(1).intend(1);
    stage.later(last_s() + 1);
    assert_eq!(stage.late(&portal(), fail()), Rule::EndedLate);
}

#[test]
fn a_late_end_that_breaks_another_rule_is_found_as_that() {
    let mut stage = Stage::set();
    stage.open(1).later(last_s() + 1);
    let event = Event::GrantEnded {
        grant: grant(1),
        cause: EndCause::Returned,
        sessions_cut: 1,
    };
    assert_eq!(stage.would_break(&who(ARI), event), Rule::NotRequester);
}

#[test]
fn access_that_never_ended_is_found_at_the_end_of_the_log() {
    assert_eq!(unfinished(&State::default()), []);
    for opened in [true, false] {
        let mut stage = Stage::set();
        stage.approve(1).intend(1);
        if opened {
            stage.run(&portal(), Command::ConfirmGrant { grant: grant(1) });
        }
        let (seq, begin_ms) = (place_of_intent(&stage), stage.now_ms);
        assert_eq!(stage.state.grant(grant(1)).unwrap().intended_seq, seq);
        still_there(&mut stage, last_s());
        assert_eq!(unfinished(&stage.state), []);
        assert_eq!(stage.state.overdue(stage.now()).count(), 0);
        still_there(&mut stage, 1);
        assert_eq!(stage.state.overdue(stage.now()).count(), 1);
        let expected = Violation {
            seq,
            rule: Rule::NotEnded,
            expected: format!("its end by {} ms", begin_ms + last_s() * 1000),
            found: format!("none by {} ms", stage.now_ms),
        };
        assert_eq!(unfinished(&stage.state), [expected]);
    }
}

#[test]
fn a_review_that_is_overdue_is_a_debt_and_no_fault_of_the_log() {
    let mut stage = Stage::set();
    stage.open(1).run(&who(DANA), end(EndCause::Returned));
    still_there(&mut stage, 86_401);
    assert_eq!(unfinished(&stage.state), []);
}

#[test]
fn requests_that_nobody_closed_open_nothing() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-read");
    stage.approve(2);
    still_there(&mut stage, 1_000_000);
    assert!(stage.now_ms > BEGIN_MS && unfinished(&stage.state).is_empty());
}
