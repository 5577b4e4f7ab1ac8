//! One human being with several identities counts once, whenever that comes out.

use access::command::Command;
use access::event::{Decision, EndCause, Event, Verdict};
use access::refusal::Rule;

use crate::company::{ARI, DANA, ELI, LEE, NOOR, PAT, RAE, SAM, VIC, person, portal, who};
use crate::stage::{Stage, ask, end, ended, request, seal};

fn link(one: u128, other: u128) -> (Command, Event) {
    let (person, into) = (person(one), person(other));
    (
        Command::LinkPerson { person, into },
        Event::PersonLinked { person, into },
    )
}

fn not_linked(stage: &Stage, by: &access::event::Actor, one: u128, other: u128) -> Rule {
    let (command, event) = link(one, other);
    stage.refused_and_found(by, command, event)
}

#[test]
fn an_operator_links_two_others() {
    let mut stage = Stage::set();
    for (by, rule) in [
        (who(DANA), Rule::NotOperator),
        (who(NOOR), Rule::NotOperator),
        (portal(), Rule::PersonOnly),
    ] {
        assert_eq!(not_linked(&stage, &by, ARI, SAM), rule);
    }
    let pat = who(PAT);
    assert_eq!(not_linked(&stage, &pat, PAT, SAM), Rule::SelfLink);
    assert_eq!(not_linked(&stage, &pat, SAM, PAT), Rule::SelfLink);
    assert_eq!(not_linked(&stage, &pat, ARI, 99), Rule::UnknownPerson);
    assert_eq!(not_linked(&stage, &pat, ARI, ARI), Rule::AlreadyLinked);
    stage.link(ARI, SAM);
    assert_eq!(not_linked(&stage, &pat, ARI, SAM), Rule::AlreadyLinked);
    assert_eq!(not_linked(&stage, &pat, SAM, ARI), Rule::AlreadyLinked);
}

#[test]
fn links_go_on_from_one_to_the_next() {
    let mut stage = Stage::set();
    stage.link(ARI, SAM);
    stage.link(SAM, VIC);
    assert!(stage.state.same(person(ARI), person(VIC)));
    assert_eq!(not_linked(&stage, &who(PAT), VIC, ARI), Rule::AlreadyLinked);
    // Two who were two before: all four are one.
    stage.link(LEE, RAE);
    stage.link(ARI, LEE);
    let all = [ARI, SAM, VIC, LEE, RAE].map(|one| stage.state.canonical(person(one)));
    assert!(all.iter().all(|one| *one == all[0]));
    assert!(!stage.state.same(person(ARI), person(DANA)));
}

#[test]
fn an_unlawful_link_makes_nobody_one() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-admin");
    assert_eq!(
        stage.forged(&who(DANA), link(ARI, DANA).1),
        Rule::NotOperator
    );
    stage.yes(ARI, 1);
}

#[test]
fn two_identities_sign_once() {
    let mut stage = Stage::set();
    stage.link(ARI, SAM);
    stage.ask(1, "orders-admin");
    stage.yes(ARI, 1);
    for decision in [Decision::Approve, Decision::Deny] {
        let word = stage.word(1, decision);
        assert_eq!(stage.no_word(&who(SAM), word), Rule::AlreadySigned);
    }
    assert_eq!(stage.yes(VIC, 1).len(), 2);
    stage.intend(1);
}

#[test]
fn it_comes_out_after_the_sign_off_and_before_the_last() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-admin");
    stage.yes(ARI, 1);
    stage.link(VIC, ARI);
    let word = stage.word(1, Decision::Approve);
    assert_eq!(stage.no_word(&who(VIC), word), Rule::AlreadySigned);
}

#[test]
fn it_comes_out_after_the_approval_and_before_the_opening() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-admin");
    stage.yes(ARI, 1);
    stage.yes(SAM, 1);
    stage.clone().intend(1);
    let mut approvers = stage.clone();
    approvers.link(ARI, SAM);
    assert_eq!(approvers.not_opened(1), Rule::QuorumMissing);
    // Or one of them is the requester.
    stage.link(SAM, DANA);
    assert_eq!(stage.not_opened(1), Rule::QuorumMissing);
}

#[test]
fn nobody_signs_off_their_own_through_another_identity() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-admin");
    stage.link(ARI, DANA);
    for decision in [Decision::Approve, Decision::Deny] {
        let word = stage.word(1, decision);
        assert_eq!(stage.no_word(&who(ARI), word), Rule::SelfApproval);
    }
}

#[test]
fn nobody_reviews_or_revokes_their_own_through_another_identity() {
    let mut stage = Stage::set();
    stage.open(1).link(RAE, DANA);
    let revoke = end(1, EndCause::Revoked);
    let rule = stage.refused_and_found(&who(RAE), revoke, ended(1, EndCause::Revoked));
    assert_eq!(rule, Rule::NotRevoker);
    stage.returned(1);
    let review = |verdict| {
        let (request, findings, note) = (request(1), None, seal(40));
        (
            Command::RecordReview {
                request,
                verdict,
                findings,
                note,
            },
            Event::ReviewRecorded {
                request,
                verdict,
                findings,
                note,
            },
        )
    };
    let (command, event) = review(Verdict::Drill);
    assert_eq!(
        stage.refused_and_found(&who(RAE), command, event),
        Rule::ReviewerInvolved
    );
    // Nor what another identity of theirs signed off.
    let mut signed = Stage::set();
    signed.open(1).returned(1);
    signed.link(RAE, ARI);
    let (command, event) = review(Verdict::Drill);
    assert_eq!(
        signed.refused_and_found(&who(RAE), command, event),
        Rule::ReviewerInvolved
    );
    signed.run(&who(LEE), review(Verdict::Misuse).0);
}

/// A request is one identity's: another one of theirs neither opens it nor takes it back.
#[test]
fn the_holders_acts_are_of_the_identity_that_asked() {
    let mut stage = Stage::set();
    stage.approve(1).link(ELI, DANA);
    let withdraw = Command::Withdraw {
        request: request(1),
    };
    assert_eq!(stage.refused(&who(ELI), withdraw), Rule::NotRequester);
    stage.run(&who(ELI), ask(2, "orders-read"));
    stage.intend(1);
}
