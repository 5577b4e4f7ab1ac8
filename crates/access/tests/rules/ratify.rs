//! Emergencies that have to be ratified: by the stages, in time, or they end.

use access::command::Command;
use access::event::{Decision, EndCause, Event, Failure, Mode, Verdict};
use access::policy::{Policy, Stage as Asks, Step};
use access::refusal::Rule;
use access::{END_TOLERANCE_S, unfinished};

use crate::company::{
    ARI, DANA, ELI, RAE, SAM, VIC, emergency, names, orders_admin, orders_read, portal, stage_of,
    who, who_in,
};
use crate::stage::{Stage, ask_as, end, ended, grant, request, seal};

/// Half an hour at most; ratified within 10 min by a lead, then by security.
fn policy() -> Policy {
    let mut policy = orders_admin();
    policy.emergency = Some(emergency(1_800, Some(600)));
    policy.approval.stages = vec![stage_of(1, &["leads"]), stage_of(1, &["security"])];
    policy
}

pub(crate) fn intended() -> Stage {
    let mut stage = Stage::set_under(&[orders_read(), policy()]);
    let command = ask_as(1, "orders-admin", Mode::Emergency, 1_800);
    stage.run(&who(DANA), command);
    stage
}

pub(crate) fn open() -> Stage {
    let mut stage = intended();
    stage.run(&portal(), Command::ConfirmGrant { grant: grant(1) });
    stage
}

fn ratified() -> Event {
    Event::RequestRatified {
        request: request(1),
    }
}

fn unratified(stage: &Stage) -> Rule {
    let cause = EndCause::Unratified;
    stage.refused_and_found(&portal(), end(1, cause), ended(1, cause))
}

#[test]
fn the_stages_ratify_what_is_open() {
    let mut stage = open();
    assert_eq!(stage.yes(ARI, 1).len(), 2);
    assert_eq!(
        stage.would_break(&who(ARI), ratified()),
        Rule::QuorumMissing
    );
    assert_eq!(stage.yes(SAM, 1).last(), Some(&ratified()));
    let seq = stage.state.next_seq() - 1;
    assert_eq!(stage.state.request(request(1)).unwrap().ratified, Some(seq));
    // It runs its time now, and nobody is asked again.
    let word = stage.word(1, Decision::Deny);
    assert_eq!(stage.no_word(&who(VIC), word), Rule::WrongState);
    assert_eq!(stage.would_break(&who(SAM), ratified()), Rule::WrongState);
    stage.later(1_799);
    assert_eq!(stage.state.unratified(stage.now()).count(), 0);
    assert_eq!(unratified(&stage), Rule::TooEarly);
    stage.later(1).run(&portal(), end(1, EndCause::Expired));
}

#[test]
fn without_its_words_it_ends_at_its_deadline() {
    let mut stage = open();
    stage.yes(ARI, 1);
    stage.later(599);
    assert_eq!(unratified(&stage), Rule::TooEarly);
    assert_eq!(stage.state.unratified(stage.now()).count(), 0);
    stage.later(1);
    assert_eq!(stage.state.unratified(stage.now()).count(), 1);
    let word = stage.word(1, Decision::Approve);
    assert_eq!(stage.no_word(&who(SAM), word), Rule::RatificationOver);
    assert!(
        !waits(&stage),
        "although it stands until the portal ends it"
    );
    let early = stage.refused(&portal(), end(1, EndCause::Expired));
    assert_eq!(early, Rule::TooEarly);
    let cause = EndCause::Unratified;
    let by_hand = stage.refused_and_found(&who(ARI), end(1, cause), ended(1, cause));
    assert_eq!(by_hand, Rule::SystemOnly);
    stage.run(&portal(), end(1, cause));
    for decision in [Decision::Approve, Decision::Deny] {
        let word = stage.word(1, decision);
        assert_eq!(stage.no_word(&who(SAM), word), Rule::RatificationOver);
    }
    assert_eq!(
        stage.would_break(&who(SAM), ratified()),
        Rule::RatificationOver
    );
    let reviewed = &mut stage.clone();
    reviewed.run(&who(RAE), review());
    let word = reviewed.word(1, Decision::Deny);
    assert_eq!(reviewed.no_word(&who(SAM), word), Rule::RatificationOver);
}

pub(crate) fn waits(stage: &Stage) -> bool {
    let found = stage.state.request(request(1)).unwrap();
    stage.state.waits_for_sign_off(found, stage.now())
}

#[test]
fn a_no_ends_it_at_once() {
    for stage_first in [false, true] {
        let mut stage = open();
        if stage_first {
            stage.yes(ARI, 1);
            stage.no(VIC, 1);
        } else {
            assert_eq!(stage.no(ARI, 1).len(), 1);
        }
        assert_eq!(stage.state.unratified(stage.now()).count(), 1);
        for decision in [Decision::Approve, Decision::Deny] {
            let word = stage.word(1, decision);
            assert_eq!(stage.no_word(&who(SAM), word), Rule::WrongState);
        }
        stage.run(&portal(), end(1, EndCause::Unratified));
    }
}

/// The deadline, and a no, are an end of everything that the access is for.
#[test]
fn after_a_no_or_its_deadline_nobody_is_let_in() {
    let show = || Command::ShowCredential { grant: grant(1) };
    let shown = || Event::CredentialShown { grant: grant(1) };
    let confirm = || Command::ConfirmGrant { grant: grant(1) };
    let opened = || Event::GrantOpened { grant: grant(1) };
    let mut denied = open();
    denied.no(ARI, 1);
    let mut late = open();
    late.later(600);
    for stage in [denied, late] {
        assert_eq!(
            stage.refused_and_found(&who(DANA), show(), shown()),
            Rule::TooLate
        );
    }
    let mut denied = intended();
    denied.no(ARI, 1);
    let mut late = intended();
    late.later(600);
    for mut stage in [denied, late] {
        let rule = stage.refused_and_found(&portal(), confirm(), opened());
        assert_eq!(rule, Rule::TooLate);
        let (grant, failure) = (grant(1), Failure::Interrupted);
        stage.run(&portal(), Command::FailGrant { grant, failure });
    }
}

#[test]
fn only_approvers_ratify_and_not_the_one_who_broke_the_glass() {
    let stage = open();
    for decision in [Decision::Approve, Decision::Deny] {
        let word = || stage.word(1, decision);
        let own = who_in(DANA, &["leads"]);
        assert_eq!(stage.no_word(&own, word()), Rule::SelfApproval);
        assert_eq!(stage.no_word(&who(RAE), word()), Rule::NotApprover);
        assert_eq!(stage.no_word(&who(SAM), word()), Rule::NotApprover);
    }
    let mut linked = stage.clone();
    linked.link(ARI, DANA);
    let word = linked.word(1, Decision::Approve);
    assert_eq!(linked.no_word(&who(ARI), word), Rule::SelfApproval);
    // It is no request that is approved, and none that is ratified.
    let approved = crate::stages::approved(&stage);
    assert_eq!(stage.would_break(&who(ARI), approved), Rule::WrongState);
    let mut ordinary = Stage::set_under(&[policy()]);
    ordinary.ask(1, "orders-admin");
    assert_eq!(
        ordinary.would_break(&who(ARI), ratified()),
        Rule::WrongState
    );
    let mut never = Stage::set();
    never.run(&who(DANA), ask_as(1, "orders-admin", Mode::Emergency, 900));
    let word = never.word(1, Decision::Approve);
    assert_eq!(never.no_word(&who(ARI), word), Rule::WrongState);
}

/// Dana's open emergency, which one lead ratifies, or after a minute a director.
pub(crate) fn open_with_a_ladder() -> Stage {
    let mut policy = policy();
    let groups = names(&["directors"]);
    let after_s = 60;
    policy.approval.stages = vec![Asks {
        ladder: vec![Step { after_s, groups }],
        ..stage_of(1, &["leads"])
    }];
    let mut stage = Stage::set_under(&[policy]);
    stage.run(&who(DANA), glass(1));
    stage.run(&portal(), Command::ConfirmGrant { grant: grant(1) });
    stage
}

fn climbs(mut stage: Stage) {
    assert_eq!(stage.state.due_to_escalate(stage.now()).count(), 1);
    let request = request(1);
    stage.run(&portal(), Command::Escalate { request });
    assert_eq!(stage.yes(VIC, 1).len(), 2);
}

#[test]
fn its_ladder_climbs_while_it_is_open() {
    let mut stage = open_with_a_ladder();
    stage.later(60);
    climbs(stage);
}

#[test]
fn the_ladder_of_one_that_ended_early_climbs() {
    let mut stage = open_with_a_ladder();
    stage.later(30).returned(1);
    assert_eq!(stage.state.due_to_escalate(stage.now()).count(), 0);
    stage.later(30);
    climbs(stage);
}

#[test]
fn one_that_was_kept_open_unratified_is_found() {
    let tolerance = i64::from(END_TOLERANCE_S);
    let mut stage = open();
    stage.later(600 + tolerance);
    stage.clone().run(&portal(), end(1, EndCause::Unratified));
    stage.later(1);
    for (by, cause) in [
        (portal(), EndCause::Unratified),
        (who(DANA), EndCause::Returned),
    ] {
        assert_eq!(stage.clone().late(&by, end(1, cause)), Rule::EndedLate);
    }
    stage.sign_in(&who(ELI));
    let [found] = &unfinished(&stage.state)[..] else {
        panic!("one grant is open too long");
    };
    assert_eq!(found.rule, Rule::NotEnded);
    // A no counts from its own moment.
    let mut denied = open();
    denied.later(60).no(ARI, 1);
    denied.later(tolerance + 1);
    assert_eq!(
        denied.late(&portal(), end(1, EndCause::Unratified)),
        Rule::EndedLate
    );
}

/// A ratification that nobody gave does not keep it open.
#[test]
fn a_forged_ratification_carries_nothing() {
    let mut stage = open();
    stage.yes(ARI, 1);
    assert_eq!(stage.forged(&who(ARI), ratified()), Rule::QuorumMissing);
    assert_eq!(stage.state.request(request(1)).unwrap().ratified, None);
    stage.later(1_800);
    assert_eq!(
        stage.late(&portal(), end(1, EndCause::Expired)),
        Rule::EndedLate
    );
}

/// A stricter policy that comes meanwhile makes it neither impossible to answer nor to end.
#[test]
fn a_new_version_leaves_what_is_open_to_be_answered_for() {
    let mut stage = open();
    let mut next = policy();
    next.approval.stages = vec![stage_of(2, &["directors"])];
    stage.activate(next);
    let mut denied = stage.clone();
    denied.no(ARI, 1);
    denied.run(&portal(), end(1, EndCause::Unratified));
    let word = stage.word(1, Decision::Approve);
    assert_eq!(stage.no_word(&who(VIC), word), Rule::NotApprover);
    stage.yes(ARI, 1);
    assert_eq!(stage.yes(SAM, 1).last(), Some(&ratified()));
}

/// An emergency that its holder gave back at once has its time to be ratified all the same.
#[test]
fn one_that_ended_early_is_still_answered_for() {
    let mut stage = open();
    stage.later(60).returned(1);
    assert!(waits(&stage));
    let mut ratified_late = stage.clone();
    ratified_late.later(538);
    ratified_late.yes(ARI, 1);
    assert_eq!(ratified_late.yes(SAM, 1).last(), Some(&ratified()));
    assert!(!waits(&ratified_late));
    ratified_late.later(7_200).run(&who(DANA), glass(2));
    // Until its time is over it keeps nobody from the next, and after that nobody can ratify it.
    stage.clone().run(&who(DANA), glass(2));
    stage.later(540);
    let word = stage.word(1, Decision::Approve);
    assert_eq!(stage.no_word(&who(ARI), word), Rule::RatificationOver);
    assert!(!waits(&stage), "although the log says nothing since");
}

pub(crate) fn glass(number: u128) -> Command {
    ask_as(number, "orders-admin", Mode::Emergency, 1_800)
}

pub(crate) fn review() -> Command {
    Command::RecordReview {
        request: request(1),
        verdict: Verdict::Emergency,
        findings: None,
        note: seal(40),
    }
}

/// The rule that keeps somebody from the next emergency, and that a forged one breaks.
fn not_again(stage: &Stage, by: u128) -> Rule {
    let free = Stage::set_under(&[orders_read(), policy()]);
    let mut at = free.clone();
    at.now_ms = stage.now_ms;
    let events = access::decide(&at.state, glass(2), &who(by), stage.now()).unwrap();
    stage.refused_and_found(&who(by), glass(2), events[0].clone())
}

#[test]
fn after_a_no_or_a_silence_the_glass_is_not_broken_again_until_it_is_reviewed() {
    let mut denied = open();
    denied.no(ARI, 1);
    denied.run(&portal(), end(1, EndCause::Unratified));
    let mut silent = open();
    silent
        .later(600)
        .run(&portal(), end(1, EndCause::Unratified));
    let mut returned = open();
    returned.later(60).returned(1);
    returned.later(540);
    for mut stage in [denied, silent, returned] {
        assert_eq!(not_again(&stage, DANA), Rule::EmergencyRefused);
        // Others may, and the ordinary way is open.
        stage.clone().run(&who(ELI), glass(2));
        stage.clone().ask(2, "orders-admin");
        let mut linked = stage.clone();
        linked.link(ELI, DANA);
        assert_eq!(not_again(&linked, ELI), Rule::EmergencyRefused);
        stage.run(&who(RAE), review());
        stage.run(&who(DANA), glass(2));
    }
}

/// Neither a target that does not answer nor a quick hand gets round a no: it counts from its own moment.
#[test]
fn a_no_counts_before_the_access_has_ended() {
    let mut denied = open();
    denied.no(ARI, 1);
    let mut silent = open();
    silent.later(600);
    for stage in [denied, silent] {
        assert_eq!(not_again(&stage, DANA), Rule::EmergencyRefused);
        stage.clone().run(&who(ELI), glass(2));
    }
    // One that never stood was taken from nobody, and there is nothing to review.
    let mut never = intended();
    never.no(ARI, 1);
    assert_eq!(not_again(&never, DANA), Rule::EmergencyRefused);
    let (grant, failure) = (grant(1), Failure::Interrupted);
    never.run(&portal(), Command::FailGrant { grant, failure });
    never.run(&who(DANA), glass(2));
}

/// One reviewer does not take the place of those who ratify.
#[test]
fn a_review_waits_until_it_is_ratified_or_refused() {
    let mut stage = open();
    stage.later(60).returned(1);
    let recorded = Event::ReviewRecorded {
        request: request(1),
        verdict: Verdict::Emergency,
        findings: None,
        note: seal(40),
    };
    let rule = stage.refused_and_found(&who(RAE), review(), recorded);
    assert_eq!(rule, Rule::TooEarly);
    let mut denied = stage.clone();
    denied.no(ARI, 1);
    denied.run(&who(RAE), review());
    let mut ratified = stage.clone();
    ratified.yes(ARI, 1);
    ratified.yes(SAM, 1);
    ratified.run(&who(RAE), review());
    stage.later(540).run(&who(RAE), review());
}
