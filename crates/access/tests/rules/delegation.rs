//! Signing in the place of somebody who is away.

use access::command::Command;
use access::event::{Actor, Decision, Event};
use access::refusal::Rule;
use access::time::UnixMillis;

use crate::company::{
    ARI, DANA, ELI, LEE, RAE, SAM, orders_admin, orders_read, person, portal, who, who_in,
};
use crate::stage::{Stage, ask, request};
use crate::stages::approved;

/// `orders-admin` with two yes and delegation, and Dana's request under it.
fn asked() -> Stage {
    let mut policy = orders_admin();
    policy.approval.delegation = true;
    let mut stage = Stage::set_under(&[orders_read(), policy]);
    stage.ask(1, "orders-admin");
    stage
}

fn set(stage: &Stage, to: u128, for_s: u32) -> (Command, Event) {
    let (to, until_ms) = (person(to), stage.now().plus_seconds(for_s));
    (
        Command::SetDelegation { to, until_ms },
        Event::DelegationSet { to, until_ms },
    )
}

fn away(stage: &mut Stage, who_is: u128, to: u128, for_s: u32) {
    let (command, _) = set(stage, to, for_s);
    stage.run(&who(who_is), command);
}

fn no_word_for(stage: &Stage, by: &Actor, principal: u128) -> Rule {
    stage.no_word(by, stage.word_for(1, Decision::Approve, principal))
}

#[test]
fn a_delegate_signs_and_both_stand_in_the_log() {
    let mut stage = asked();
    away(&mut stage, ARI, RAE, 3_600);
    stage.yes_for(RAE, ARI, 1);
    let given = &stage.state.request(request(1)).unwrap().sign_offs[0];
    assert_eq!(
        (given.person, given.principal()),
        (person(RAE), person(ARI))
    );
    // It counts once, for whoever is away: Rae herself is asked by nobody.
    stage.yes(SAM, 1);
    stage.intend(1);
}

#[test]
fn nobody_signs_for_another_unless_the_policy_and_the_other_let_them() {
    let mut off = Stage::set();
    off.ask(1, "orders-admin");
    away(&mut off, ARI, RAE, 3_600);
    assert_eq!(no_word_for(&off, &who(RAE), ARI), Rule::DelegationOff);
    let mut stage = asked();
    assert_eq!(no_word_for(&stage, &who(RAE), ARI), Rule::NotDelegate);
    away(&mut stage, ARI, RAE, 600);
    assert_eq!(no_word_for(&stage, &who(ELI), ARI), Rule::NotDelegate);
    assert_eq!(no_word_for(&stage, &who(RAE), SAM), Rule::NotDelegate);
    assert_eq!(no_word_for(&stage, &who(ARI), ARI), Rule::NotDelegate);
    stage.later(599).clone().yes_for(RAE, ARI, 1);
    stage.later(1);
    assert_eq!(no_word_for(&stage, &who(RAE), ARI), Rule::NotDelegate);
}

#[test]
fn whoever_is_back_signs_for_themselves() {
    let mut stage = asked();
    let end = |to| Event::DelegationEnded { to: person(to) };
    let none = stage.refused_and_found(&who(ARI), Command::EndDelegation, end(ARI));
    assert_eq!(none, Rule::NotDelegate);
    away(&mut stage, ARI, RAE, 600);
    assert_eq!(stage.would_break(&who(ARI), end(SAM)), Rule::NotDelegate);
    let mut over = stage.clone();
    let expired = over.later(600).refused(&who(ARI), Command::EndDelegation);
    assert_eq!(expired, Rule::NotDelegate);
    stage.run(&who(ARI), Command::EndDelegation);
    assert_eq!(no_word_for(&stage, &who(RAE), ARI), Rule::NotDelegate);
    stage.yes(ARI, 1);
}

#[test]
fn one_absence_at_a_time_and_no_chain_of_them() {
    let mut stage = asked();
    away(&mut stage, ARI, RAE, 3_600);
    away(&mut stage, RAE, ELI, 3_600);
    assert_eq!(no_word_for(&stage, &who(ELI), ARI), Rule::NotDelegate);
    // Another delegate takes the first one's place.
    away(&mut stage, ARI, ELI, 3_600);
    assert_eq!(no_word_for(&stage, &who(RAE), ARI), Rule::NotDelegate);
    stage.yes_for(ELI, ARI, 1);
}

#[test]
fn the_requester_is_neither_delegate_nor_away() {
    let mut stage = asked();
    away(&mut stage, ARI, DANA, 3_600);
    assert_eq!(no_word_for(&stage, &who(DANA), ARI), Rule::SelfApproval);
    stage.run(&who(LEE), ask(2, "orders-admin"));
    away(&mut stage, LEE, RAE, 3_600);
    let word = stage.word_for(2, Decision::Approve, LEE);
    assert_eq!(stage.no_word(&who(RAE), word), Rule::SelfApproval);
    // Through another identity of theirs neither.
    away(&mut stage, SAM, ELI, 3_600);
    stage.link(ELI, DANA);
    assert_eq!(no_word_for(&stage, &who(ELI), SAM), Rule::SelfApproval);
}

#[test]
fn whoever_is_away_has_to_be_asked() {
    let mut stage = asked();
    away(&mut stage, RAE, ARI, 3_600);
    assert_eq!(no_word_for(&stage, &who(ARI), RAE), Rule::NotApprover);
    // Who lost the group while away lends it to nobody.
    away(&mut stage, SAM, RAE, 3_600);
    stage.sign_in(&who_in(SAM, &[]));
    let security = who_in(RAE, &["security"]);
    assert_eq!(no_word_for(&stage, &security, SAM), Rule::NotApprover);
}

#[test]
fn nobody_speaks_twice_for_themselves_and_another() {
    let mut stage = asked();
    away(&mut stage, ARI, SAM, 3_600);
    away(&mut stage, LEE, SAM, 3_600);
    let mut for_another = stage.clone();
    for_another.yes_for(SAM, ARI, 1);
    assert_eq!(
        no_word_for(&for_another, &who(SAM), LEE),
        Rule::AlreadySigned
    );
    let own = for_another.word(1, Decision::Approve);
    assert_eq!(for_another.no_word(&who(SAM), own), Rule::AlreadySigned);
    // Nor does whoever was away when they are back.
    let back = for_another.word(1, Decision::Approve);
    assert_eq!(for_another.no_word(&who(ARI), back), Rule::AlreadySigned);
    stage.yes(SAM, 1);
    assert_eq!(no_word_for(&stage, &who(SAM), ARI), Rule::AlreadySigned);
}

/// One human being spoke twice: as a delegate, and under another identity. It comes out after the
/// sign-offs, and before the opening.
#[test]
fn a_delegate_who_turns_out_to_be_another_signer_counts_once() {
    let mut stage = asked();
    away(&mut stage, ARI, RAE, 3_600);
    stage.yes_for(RAE, ARI, 1);
    assert_eq!(stage.yes(SAM, 1).len(), 2);
    stage.clone().intend(1);
    stage.link(RAE, SAM);
    assert_eq!(stage.not_opened(1), Rule::QuorumMissing);
    // The same before the last word: it approves nothing.
    let mut stage = asked();
    away(&mut stage, ARI, RAE, 3_600);
    stage.yes_for(RAE, ARI, 1);
    stage.link(RAE, SAM);
    let word = stage.word(1, Decision::Approve);
    assert_eq!(stage.no_word(&who(SAM), word), Rule::AlreadySigned);
    assert_eq!(
        stage.would_break(&who(RAE), approved(&stage)),
        Rule::QuorumMissing
    );
}

#[test]
fn an_absence_has_a_person_and_an_end() {
    let stage = asked();
    let rule = |by: &Actor, (command, event)| stage.refused_and_found(by, command, event);
    let ari = who(ARI);
    assert_eq!(rule(&portal(), set(&stage, RAE, 60)), Rule::PersonOnly);
    assert_eq!(rule(&ari, set(&stage, ARI, 60)), Rule::SelfDelegation);
    assert_eq!(rule(&ari, set(&stage, 99, 60)), Rule::UnknownPerson);
    assert_eq!(rule(&ari, set(&stage, RAE, 0)), Rule::BadPeriod);
    assert_eq!(
        rule(&ari, set(&stage, RAE, 30 * 86_400 + 1)),
        Rule::BadPeriod
    );
    let (to, until_ms) = (person(RAE), UnixMillis::new(stage.now_ms - 1));
    let past = (
        Command::SetDelegation { to, until_ms },
        Event::DelegationSet { to, until_ms },
    );
    assert_eq!(rule(&ari, past), Rule::BadPeriod);
    stage.clone().run(&ari, set(&stage, RAE, 30 * 86_400).0);
    let mut linked = stage.clone();
    linked.link(RAE, ARI);
    let (command, event) = set(&linked, RAE, 60);
    assert_eq!(
        linked.refused_and_found(&ari, command, event),
        Rule::SelfDelegation
    );
}

/// A delegation that broke a rule lets nobody sign.
#[test]
fn a_forged_absence_carries_nothing() {
    let mut stage = asked();
    let (_, event) = set(&stage, RAE, 31 * 86_400);
    assert_eq!(stage.forged(&who(ARI), event), Rule::BadPeriod);
    assert_eq!(no_word_for(&stage, &who(RAE), ARI), Rule::NotDelegate);
}
