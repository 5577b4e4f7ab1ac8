//! What becomes of an emergency whose time to be ratified runs out in silence: by the clock, whether or not the
//! log has an entry since.

use access::command::Command;
use access::decide;
use access::event::{Decision, Event, Failure};
use access::refusal::Rule;
use access::view::Ratification;

use crate::company::{ARI, DANA, RAE, SAM, VIC, portal, who};
use crate::model::Model;
use crate::ratify::{glass, intended, open, open_with_a_ladder, review, waits};
use crate::stage::{Stage, grant, request};

/// Once its time is over nobody is asked any more: not with a first look, and not by another step.
#[test]
fn after_its_time_it_asks_nobody() {
    let request = request(1);
    for early in [false, true] {
        let mut stage = open_with_a_ladder();
        if early {
            stage.later(30).returned(1);
        }
        let mut within = stage.clone();
        within.later(599 - age_s(&stage));
        assert!(waits(&within));
        assert_eq!(within.state.due_to_escalate(within.now()).count(), 1);
        let mut over = stage.clone();
        over.later(600 - age_s(&stage));
        assert!(!waits(&over));
        assert_eq!(over.state.due_to_escalate(over.now()).count(), 0);
        let climb = Command::Escalate { request };
        assert_eq!(over.refused(&portal(), climb), Rule::WrongState);
        let (look, looked) = (
            Command::ViewRequest { request },
            Event::RequestViewed { request },
        );
        assert_eq!(
            over.refused_and_found(&who(ARI), look, looked),
            Rule::NotAsked
        );
    }
}

/// What is decided is decided, however late it is: the words say so, and not that the time is over.
#[test]
fn after_its_time_a_decision_stays_one() {
    let mut ratified = open();
    ratified.yes(ARI, 1);
    ratified.yes(SAM, 1);
    let mut denied = open();
    denied.no(ARI, 1);
    let mut never = intended();
    let (grant, failure) = (grant(1), Failure::Interrupted);
    never.run(&portal(), Command::FailGrant { grant, failure });
    for mut stage in [ratified, denied, never] {
        stage.later(600);
        let word = stage.word(1, Decision::Deny);
        assert_eq!(stage.no_word(&who(VIC), word), Rule::WrongState);
    }
}

/// The rules and their model, asked about everything that hangs on that moment, in the second before and at it.
#[test]
fn the_model_goes_by_the_clock_too() {
    let request = request(1);
    let mut returned = open_with_a_ladder();
    returned.later(30).returned(1);
    for stage in [open_with_a_ladder(), returned] {
        for (age, glass_again, word) in [(599, true, true), (600, false, false)] {
            let mut stage = stage.clone();
            stage.later(age - age_s(&stage));
            let model = Model {
                log: &stage.log,
                now_ms: stage.now_ms,
            };
            let allowed = |by: &access::event::Actor, command: Command| {
                let decided = decide(&stage.state, command.clone(), by, stage.now());
                let allows = model.allows(&command, by);
                assert_eq!(
                    decided.is_ok(),
                    allows,
                    "after {age} s: {decided:?} {command:?}"
                );
                allows
            };
            assert_eq!(allowed(&who(DANA), glass(2)), glass_again);
            assert_eq!(allowed(&who(ARI), Command::ViewRequest { request }), word);
            assert_eq!(allowed(&portal(), Command::Escalate { request }), word);
            for decision in [Decision::Approve, Decision::Deny] {
                assert_eq!(allowed(&who(ARI), stage.word(1, decision)), word);
            }
            allowed(&who(RAE), review());
        }
    }
}

/// What became of it is told by the state alone, at each moment, open or ended early.
#[test]
fn what_became_of_it_is_told() {
    for early in [false, true] {
        let mut stage = open();
        let begun = stage.now();
        if early {
            stage.later(30).returned(1);
        }
        let told = |stage: &Stage| {
            let found = stage.state.request(request(1)).unwrap();
            let told = stage.state.ratification(found, stage.now());
            let waits = matches!(told, Some(Ratification::Waits { .. }));
            assert_eq!(waits, stage.state.waits_for_sign_off(found, stage.now()));
            let listed = stage.state.to_ratify(stage.now()).count();
            assert_eq!(listed, usize::from(waits), "{told:?}");
            let missed = |since| stage.state.unratified_since(since, stage.now()).count();
            let late = matches!(told, Some(Ratification::Missed { .. }));
            assert_eq!(missed(begun), usize::from(late), "{told:?}");
            assert_eq!(missed(begun.plus_seconds(601)), 0);
            told.unwrap()
        };
        let by_ms = begun.plus_seconds(600);
        assert_eq!(told(&stage), Ratification::Waits { by_ms });
        stage.later(60);
        let at_ms = stage.now();
        let mut denied = stage.clone();
        denied.no(ARI, 1);
        stage.yes(ARI, 1);
        assert_eq!(told(&stage), Ratification::Waits { by_ms });
        let mut ratified = stage.clone();
        ratified.yes(SAM, 1);
        for (mut stage, outcome) in [
            (denied, Ratification::Refused { at_ms }),
            (ratified, Ratification::Given { at_ms }),
            (stage, Ratification::Missed { at_ms: by_ms }),
        ] {
            stage.later(7_200);
            assert_eq!(told(&stage), outcome);
        }
    }
    let mut never = intended();
    let (grant, failure) = (grant(1), Failure::Interrupted);
    never.run(&portal(), Command::FailGrant { grant, failure });
    let found = never.state.request(request(1)).unwrap();
    assert_eq!(never.state.ratification(found, never.now()), None);
    let mut ordinary = Stage::set();
    ordinary.open(1);
    let found = ordinary.state.request(request(1)).unwrap();
    assert_eq!(ordinary.state.ratification(found, ordinary.now()), None);
}

/// For how many seconds Dana's emergency has stood.
fn age_s(stage: &Stage) -> i64 {
    let since = stage.state.request(request(1)).unwrap().submitted_at;
    (stage.now().millis() - since.millis()) / 1_000
}
