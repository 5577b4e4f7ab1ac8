//! What an overdue review means for whose access it was, and how often the glass is to be broken as an
//! exercise.

use access::command::Command;
use access::event::{EndCause, Event, Mode, Verdict};
use access::policy::{Debt, Policy};
use access::refusal::Rule;
use access::time::UnixMillis;

use crate::company::{DANA, ELI, LEE, RAE, drill_every, orders_admin, orders_read, portal, who};
use crate::stage::{Stage, ask, ask_as, end, grant, request, seal};

const DAY_S: i64 = 86_400;

/// `orders-read` whose overdue reviews block, and `orders-admin` whose do not.
fn set() -> Stage {
    let mut policy = orders_read();
    policy.review.debt = Debt::Block;
    Stage::set_under(&[policy, orders_admin()])
}

fn glass(number: u128) -> Command {
    ask_as(number, "orders-admin", Mode::Emergency, 600)
}

/// Dana's access of an hour ago or longer, whose review is overdue since a second.
fn indebted() -> Stage {
    let mut stage = set();
    stage.open(1).returned(1);
    stage.later(DAY_S + 1);
    stage
}

fn review(number: u128, verdict: Verdict) -> Command {
    Command::RecordReview {
        request: request(number),
        verdict,
        findings: None,
        note: seal(40),
    }
}

fn recorded(number: u128, verdict: Verdict) -> Event {
    Event::ReviewRecorded {
        request: request(number),
        verdict,
        findings: None,
        note: seal(40),
    }
}

/// Refused when asked, and found when forged.
fn blocked(stage: &Stage, by: u128) -> Rule {
    let mut free = stage.clone();
    free.run(&who(RAE), review(1, Verdict::Drill));
    let events = access::decide(&free.state, glass(9), &who(by), stage.now()).unwrap();
    stage.refused_and_found(&who(by), glass(9), events[0].clone())
}

#[test]
fn whoever_owes_a_review_breaks_no_glass_under_any_policy() {
    let mut stage = set();
    stage.open(1).returned(1);
    stage.later(DAY_S).clone().run(&who(DANA), glass(9));
    stage.later(1);
    assert_eq!(blocked(&stage, DANA), Rule::ReviewOwed);
    // Ordinary access is asked for and given as ever, and others owe nothing.
    stage.clone().approve(2).intend(2);
    stage.clone().run(&who(ELI), glass(9));
    // Once it is reviewed, nothing is owed.
    stage.run(&who(RAE), review(1, Verdict::Misuse));
    stage.run(&who(DANA), glass(9));
}

#[test]
fn a_debt_is_the_human_beings() {
    let mut stage = indebted();
    stage.link(ELI, DANA);
    assert_eq!(blocked(&stage, ELI), Rule::ReviewOwed);
    let mut other_way = indebted();
    other_way.link(DANA, ELI);
    assert_eq!(blocked(&other_way, ELI), Rule::ReviewOwed);
    assert_eq!(blocked(&other_way, DANA), Rule::ReviewOwed);
    other_way.clone().run(&who(LEE), glass(9));
}

#[test]
fn one_debt_of_several_is_enough() {
    let mut stage = set();
    stage.open(1).open(2).returned(1);
    stage.returned(2);
    stage.later(DAY_S + 1);
    stage.run(&who(RAE), review(2, Verdict::Emergency));
    assert_eq!(blocked(&stage, DANA), Rule::ReviewOwed);
    assert_eq!(
        stage
            .state
            .debts(crate::company::person(DANA), stage.now())
            .count(),
        1
    );
}

#[test]
fn where_the_policy_only_shows_it_nothing_follows() {
    let mut stage = Stage::set();
    stage.open(1).returned(1);
    stage.later(10 * DAY_S).run(&who(DANA), glass(9));
}

/// A review by the one who owes it pays nothing.
#[test]
fn a_forged_review_carries_nothing() {
    let mut stage = indebted();
    let forged = recorded(1, Verdict::Drill);
    assert_eq!(stage.forged(&who(DANA), forged), Rule::ReviewerInvolved);
    assert_eq!(blocked(&stage, DANA), Rule::ReviewOwed);
    // Its texts are sealed all the same, and can be erased.
    let texts = stage.state.request(request(1)).unwrap().openings();
    assert!(
        texts
            .iter()
            .any(|text| text.seq == stage.state.next_seq() - 1)
    );
    stage.run(&who(RAE), review(1, Verdict::Misuse));
    stage.run(&who(DANA), glass(9));
}

/// An emergency that is exercised every 30 days.
fn drilled() -> Policy {
    let mut policy = orders_admin();
    policy.drill = drill_every(30);
    policy
}

fn due_in_days(stage: &Stage, since: UnixMillis) -> i64 {
    let due = stage.state.drills_due();
    assert_eq!(due.len(), 1);
    (due[0].0.millis() - since.millis()) / 1000 / DAY_S
}

/// A policy that asks for drills from some version on asks for none before.
#[test]
fn drills_count_from_the_version_that_first_asks_for_them() {
    let without = || Policy {
        drill: None,
        ..drilled()
    };
    let mut stage = Stage::set_under(&[orders_read(), without()]);
    assert_eq!(stage.state.drills_due(), []);
    stage.later(400 * DAY_S).activate(drilled());
    let due = |stage: &Stage| stage.state.drills_due().first().map(|(at, _)| *at);
    let first = stage.now().plus_seconds(30 * 86_400);
    assert_eq!(due(&stage), Some(first));
    // A further version that asks for them changes nothing; one that does not, and another, begin anew.
    stage.later(DAY_S).activate(drilled());
    assert_eq!(due(&stage), Some(first));
    stage.activate(without());
    stage.later(DAY_S).activate(drilled());
    assert_eq!(due(&stage), Some(stage.now().plus_seconds(30 * 86_400)));
}

#[test]
fn a_drill_is_due_after_the_policys_begin_and_after_each_drill() {
    let mut stage = Stage::set_under(&[orders_read(), drilled()]);
    let begin = stage.now();
    assert_eq!(due_in_days(&stage, begin), 30);
    // Another version is no drill.
    stage.later(DAY_S).activate(drilled());
    assert_eq!(due_in_days(&stage, begin), 30);
    for (number, verdict, day) in [
        (1, Verdict::Emergency, 30),
        (2, Verdict::Misuse, 30),
        (3, Verdict::Drill, 34),
    ] {
        stage.later(DAY_S).run(&who(DANA), glass(number));
        let grant = grant(number);
        stage.run(&portal(), Command::ConfirmGrant { grant });
        stage.run(&who(DANA), end(number, EndCause::Returned));
        stage.run(&who(RAE), review(number, verdict));
        assert_eq!(due_in_days(&stage, begin), day, "{verdict:?}");
    }
    // Ordinary access is none, whatever its reviewer calls it.
    stage.later(DAY_S).open(4).returned(4);
    stage.run(&who(RAE), review(4, Verdict::Drill));
    assert_eq!(due_in_days(&stage, begin), 34);
    // An older one that is reviewed later does not set it back.
    stage.run(&who(DANA), ask(5, "orders-read"));
    stage.activate(orders_admin());
    assert_eq!(stage.state.drills_due(), []);
}
