//! Who is asked as well when nobody answers, and when.

use access::command::Command;
use access::event::{Decision, Event};
use access::policy::{Stage as Asks, Step};
use access::refusal::Rule;

use crate::company::{ARI, DANA, LEE, RAE, SAM, VIC, names, portal, stage_of, who};
use crate::stage::{Stage, request};
use crate::stages::{approved, asked};

fn step(after_s: u32, groups: &[&str]) -> Step {
    Step {
        after_s,
        groups: names(groups),
    }
}

/// Leads; after 15 min the directors too; after 30 min the reviewers too.
fn laddered() -> Asks {
    Asks {
        ladder: vec![step(900, &["directors"]), step(1_800, &["reviewers"])],
        ..stage_of(1, &["leads"])
    }
}

fn escalate() -> Command {
    Command::Escalate {
        request: request(1),
    }
}

fn escalated(stage: u8, step: u8) -> Event {
    Event::RequestEscalated {
        request: request(1),
        stage,
        step,
    }
}

fn due(stage: &Stage) -> usize {
    stage.state.due_to_escalate(stage.now()).count()
}

fn not_asked(stage: &Stage, by: u128) -> Rule {
    stage.no_word(&who(by), stage.word(1, Decision::Approve))
}

#[test]
fn each_step_is_asked_at_its_time_and_not_before() {
    let mut stage = asked(vec![laddered()]);
    assert_eq!(not_asked(&stage, VIC), Rule::NotApprover);
    stage.later(899);
    assert_eq!(due(&stage), 0);
    let early = stage.refused_and_found(&portal(), escalate(), escalated(0, 0));
    assert_eq!(early, Rule::TooEarly);
    stage.later(1);
    assert_eq!(due(&stage), 1);
    assert_eq!(
        stage.would_break(&portal(), escalated(0, 1)),
        Rule::StageOrder
    );
    assert_eq!(
        stage.would_break(&portal(), escalated(1, 0)),
        Rule::StageOrder
    );
    for other in [DANA, ARI] {
        let rule = stage.refused_and_found(&who(other), escalate(), escalated(0, 0));
        assert_eq!(rule, Rule::SystemOnly);
    }
    assert_eq!(stage.run(&portal(), escalate()), [escalated(0, 0)]);
    assert_eq!(due(&stage), 0);
    assert_eq!(not_asked(&stage, RAE), Rule::NotApprover);
    // The times count from when the stage began to wait, not from the step before.
    stage.later(899);
    assert_eq!(
        stage.refused_and_found(&portal(), escalate(), escalated(0, 1)),
        Rule::TooEarly
    );
    stage.later(1).run(&portal(), escalate());
    let none_left = stage.refused_and_found(&portal(), escalate(), escalated(0, 2));
    assert_eq!(none_left, Rule::WrongState);
    stage.clone().yes(ARI, 1);
    stage.clone().yes(RAE, 1);
    assert_eq!(stage.yes(VIC, 1).len(), 2);
    stage.intend(1);
}

#[test]
fn the_second_stage_waits_from_when_the_first_was_complete() {
    let mut stage = asked(vec![stage_of(1, &["security"]), laddered()]);
    let nothing_to_climb = stage.refused_and_found(&portal(), escalate(), escalated(0, 0));
    assert_eq!(nothing_to_climb, Rule::WrongState);
    stage.later(1_000).yes(SAM, 1);
    stage.later(899);
    assert_eq!(
        stage.refused_and_found(&portal(), escalate(), escalated(1, 0)),
        Rule::TooEarly
    );
    stage.later(1).run(&portal(), escalate());
    assert_eq!(stage.yes(VIC, 1).len(), 2);
    stage.intend(1);
}

#[test]
fn what_waits_for_nobody_climbs_no_ladder() {
    let mut stage = asked(vec![laddered()]);
    let unknown = Command::Escalate {
        request: request(9),
    };
    assert_eq!(stage.refused(&portal(), unknown), Rule::UnknownRequest);
    stage.later(900);
    let mut denied = stage.clone();
    denied.no(LEE, 1);
    stage.yes(LEE, 1);
    for over in [stage, denied] {
        let rule = over.refused_and_found(&portal(), escalate(), escalated(0, 0));
        assert_eq!(rule, Rule::WrongState);
    }
}

/// A step that was taken too early makes nobody an approver: what rests on it is found as well.
#[test]
fn a_step_too_early_carries_nothing() {
    let mut stage = asked(vec![laddered()]);
    assert_eq!(stage.forged(&portal(), escalated(0, 0)), Rule::TooEarly);
    let word = crate::stage::given(&stage.word(1, Decision::Approve));
    assert_eq!(stage.forged(&who(VIC), word), Rule::NotApprover);
    // At its time it is taken as ever.
    stage.clone().later(900).run(&portal(), escalate());
    assert_eq!(
        stage.forged(&who(VIC), approved(&stage)),
        Rule::QuorumMissing
    );
    assert_eq!(
        stage.would_break(&who(DANA), stage.intended(1)),
        Rule::QuorumMissing
    );
}
