//! Stages in order, each by its own people; nobody counts twice; one no ends it.

use access::command::Command;
use access::event::{Decision, Event};
use access::policy::{Policy, Stage as Asks};
use access::refusal::Rule;
use access::view::RequestState;

use crate::company::{
    ARI, DANA, LEE, RAE, SAM, VIC, orders_admin, orders_read, person, stage_of, who, who_in,
};
use crate::stage::{Stage, facts, request};

/// `orders-admin` with these stages.
pub(crate) fn staged(stages: Vec<Asks>) -> Policy {
    let mut policy = orders_admin();
    policy.approval.stages = stages;
    policy
}

/// Dana's request under it.
pub(crate) fn asked(stages: Vec<Asks>) -> Stage {
    let mut stage = Stage::set_under(&[orders_read(), staged(stages)]);
    stage.ask(1, "orders-admin");
    stage
}

pub(crate) fn completed(stage: u8) -> Event {
    Event::StageCompleted {
        request: request(1),
        stage,
    }
}

pub(crate) fn approved(stage: &Stage) -> Event {
    Event::RequestApproved {
        request: request(1),
        lapses_at_ms: stage.now().plus_seconds(3_600),
    }
}

fn state(stage: &Stage) -> RequestState {
    stage.state.request(request(1)).unwrap().state
}

fn counted(stage: &Stage) -> Vec<usize> {
    stage
        .state
        .counted(stage.state.request(request(1)).unwrap())
}

fn leads_then_security() -> Stage {
    asked(vec![stage_of(1, &["leads"]), stage_of(1, &["security"])])
}

#[test]
fn stages_come_one_after_the_other() {
    let mut stage = leads_then_security();
    let early = stage.word(1, Decision::Approve);
    assert_eq!(stage.no_word(&who(SAM), early), Rule::NotApprover);
    let said = stage.yes(ARI, 1);
    assert_eq!(said[1..], [completed(0)]);
    // The first stage asks nobody any more.
    let late = stage.word(1, Decision::Approve);
    assert_eq!(stage.no_word(&who(LEE), late), Rule::NotApprover);
    stage.later(60);
    assert_eq!(stage.yes(SAM, 1).last(), Some(&approved(&stage)));
    assert_eq!(counted(&stage), [1, 1]);
    assert_eq!(state(&stage), RequestState::Approved);
    stage.intend(1);
}

#[test]
fn no_stage_is_skipped() {
    let mut stage = leads_then_security();
    assert_eq!(
        stage.would_break(&who(ARI), completed(0)),
        Rule::QuorumMissing
    );
    assert_eq!(
        stage.would_break(&who(ARI), approved(&stage)),
        Rule::QuorumMissing
    );
    let word = crate::stage::given(&stage.word(1, Decision::Approve));
    stage.lawful(&who(ARI), word.clone());
    for wrong in [completed(1), completed(7)] {
        assert_eq!(stage.would_break(&who(ARI), wrong), Rule::StageOrder);
    }
    assert_eq!(
        stage.would_break(&who(SAM), completed(0)),
        Rule::NotLastSigner
    );
    // The stage was complete, and nobody said so: the next one is not asked.
    assert_eq!(
        stage.would_break(&who(SAM), word.clone()),
        Rule::NotApprover
    );
    stage.lawful(&who(ARI), completed(0));
    assert_eq!(stage.would_break(&who(ARI), completed(0)), Rule::StageOrder);
    // The last stage is no stage between two.
    stage.lawful(&who(SAM), word);
    assert_eq!(stage.would_break(&who(SAM), completed(1)), Rule::StageOrder);
    stage.lawful(&who(SAM), approved(&stage));
}

/// What rests on a stage that was not complete is found as well.
#[test]
fn a_forged_completion_carries_nothing() {
    let mut stage = leads_then_security();
    assert_eq!(stage.forged(&who(ARI), completed(0)), Rule::QuorumMissing);
    let word = crate::stage::given(&stage.word(1, Decision::Approve));
    assert_eq!(stage.forged(&who(SAM), word), Rule::NotApprover);
    assert_eq!(
        stage.forged(&who(SAM), approved(&stage)),
        Rule::QuorumMissing
    );
    assert_eq!(
        stage.would_break(&who(DANA), stage.intended(1)),
        Rule::QuorumMissing
    );
}

#[test]
fn one_no_ends_it_at_any_stage() {
    let mut first = leads_then_security();
    assert_eq!(first.no(ARI, 1).len(), 2);
    assert_eq!(state(&first), RequestState::Denied);
    let mut second = leads_then_security();
    second.yes(ARI, 1);
    let word = second.word(1, Decision::Deny);
    assert_eq!(second.no_word(&who(LEE), word), Rule::NotApprover);
    second.no(VIC, 1);
    assert_eq!(state(&second), RequestState::Denied);
    let word = second.word(1, Decision::Approve);
    assert_eq!(second.no_word(&who(SAM), word), Rule::WrongState);
    assert_eq!(second.not_opened(1), Rule::WrongState);
}

#[test]
fn who_signed_one_stage_signs_no_other() {
    let mut stage = asked(vec![
        stage_of(1, &["security"]),
        stage_of(1, &["directors"]),
    ]);
    stage.yes(VIC, 1);
    for decision in [Decision::Approve, Decision::Deny] {
        let word = stage.word(1, decision);
        assert_eq!(stage.no_word(&who(VIC), word), Rule::AlreadySigned);
    }
}

#[test]
fn each_of_n_is_another_person() {
    let mut stage = asked(vec![stage_of(3, &["leads", "security"])]);
    stage.yes(ARI, 1);
    stage.yes(SAM, 1);
    assert_eq!(counted(&stage), [2]);
    assert_eq!(
        stage.would_break(&who(SAM), approved(&stage)),
        Rule::QuorumMissing
    );
    assert_eq!(stage.not_opened(1), Rule::WrongState);
    assert_eq!(stage.yes(VIC, 1).len(), 2);
}

fn distinct(n: u8, groups: &[&str]) -> Asks {
    Asks {
        distinct_groups: true,
        ..stage_of(n, groups)
    }
}

#[test]
fn people_of_one_group_are_not_of_two() {
    let mut stage = asked(vec![distinct(2, &["leads", "security"])]);
    stage.yes(ARI, 1);
    assert_eq!(stage.yes(LEE, 1).len(), 1, "both are leads");
    assert_eq!(counted(&stage), [1]);
    assert_eq!(
        stage.would_break(&who(LEE), approved(&stage)),
        Rule::QuorumMissing
    );
    assert_eq!(stage.yes(SAM, 1).len(), 2);
}

/// Vic stands for either group. Whoever takes the first that fits has none left for Sam.
#[test]
fn distinct_groups_are_matched_and_not_taken_in_order() {
    for order in [[VIC, SAM], [SAM, VIC]] {
        for groups in [["security", "directors"], ["directors", "security"]] {
            let mut stage = asked(vec![distinct(2, &groups)]);
            stage.yes(order[0], 1);
            assert_eq!(stage.yes(order[1], 1).len(), 2, "{order:?} {groups:?}");
        }
    }
    // Three people, three groups, each move makes place for the next.
    let mut stage = asked(vec![distinct(3, &["a", "b", "c"])]);
    let say = |stage: &mut Stage, by, groups: &[&str]| {
        let word = stage.word(1, Decision::Approve);
        stage.run(&who_in(by, groups), word).len()
    };
    assert_eq!(say(&mut stage, ARI, &["a", "b"]), 1);
    assert_eq!(say(&mut stage, SAM, &["b", "c"]), 1);
    assert_eq!(say(&mut stage, RAE, &["b"]), 2);
}

#[test]
fn people_are_asked_by_name() {
    let named = Asks {
        people: vec![person(RAE)],
        ..stage_of(1, &[])
    };
    let mut stage = asked(vec![named]);
    let word = stage.word(1, Decision::Approve);
    assert_eq!(stage.no_word(&who(ARI), word), Rule::NotApprover);
    stage.yes(RAE, 1);
    // Named people count whatever groups they have since.
    stage.sign_in(&who_in(RAE, &[]));
    stage.intend(1);
}

#[test]
fn an_approver_demoted_before_the_opening_counts_at_no_stage() {
    for demoted in [ARI, SAM] {
        let mut stage = leads_then_security();
        stage.yes(ARI, 1);
        stage.yes(SAM, 1);
        stage.clone().intend(1);
        stage.sign_in(&who_in(demoted, &["oncall-database"]));
        assert_eq!(stage.not_opened(1), Rule::QuorumMissing);
    }
    // Demoted in between: the last yes completes nothing.
    let mut stage = leads_then_security();
    stage.yes(ARI, 1);
    stage.sign_in(&who_in(ARI, &[]));
    assert_eq!(stage.yes(SAM, 1).len(), 1);
    assert_eq!(
        stage.would_break(&who(SAM), approved(&stage)),
        Rule::QuorumMissing
    );
    stage.sign_in(&who(ARI));
    assert_eq!(stage.yes(VIC, 1).len(), 2);
}

#[test]
fn who_is_asked_looks_once() {
    let mut stage = leads_then_security();
    let view = || Command::ViewRequest {
        request: request(1),
    };
    let viewed = || Event::RequestViewed {
        request: request(1),
    };
    let rule = |stage: &Stage, by| stage.refused_and_found(&who(by), view(), viewed());
    assert_eq!(rule(&stage, DANA), Rule::NotAsked);
    assert_eq!(rule(&stage, RAE), Rule::NotAsked);
    stage.run(&who(ARI), view());
    // A later stage is asked later, and may look now.
    stage.run(&who(SAM), view());
    assert_eq!(rule(&stage, ARI), Rule::AlreadyViewed);
    let looked = &stage.state.request(request(1)).unwrap().viewed;
    assert_eq!(*looked, [person(ARI), person(SAM)]);
    // What it says now nobody has seen yet.
    let edit = Command::EditRequest {
        request: request(1),
        facts: facts(900),
    };
    stage.run(&who(DANA), edit);
    assert!(stage.state.request(request(1)).unwrap().viewed.is_empty());
    stage.run(&who(ARI), view());
    stage.no(ARI, 1);
    assert_eq!(rule(&stage, VIC), Rule::NotAsked);
}
