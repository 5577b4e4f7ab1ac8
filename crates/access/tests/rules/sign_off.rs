//! Yes and no: separation of duties, proof of identity, quorum.

use access::command::Command;
use access::digest::Digest;
use access::event::{Actor, Decision, Event};
use access::refusal::Rule;
use access::time::UnixMillis;
use access::view::RequestState;

use crate::stage::{
    ARI, DANA, ELI, LEE, RAE, SAM, Stage, ask, given, orders_admin, orders_read, request, seal,
    who, who_in,
};

/// Refused when asked, and found when forged, by the same rule.
fn rule(stage: &Stage, actor: &Actor, command: Command) -> Rule {
    stage.no_word(actor, command)
}

fn approved(stage: &Stage, number: u128) -> Event {
    let lapses_at_ms = stage.now().plus_seconds(3_600);
    Event::RequestApproved {
        request: request(number),
        lapses_at_ms,
    }
}

fn asked() -> Stage {
    let mut stage = Stage::set();
    stage.ask(1, "orders-admin");
    stage
}

fn state(stage: &Stage) -> RequestState {
    stage.state.request(request(1)).unwrap().state
}

#[test]
fn the_nth_yes_approves() {
    let mut stage = asked();
    assert_eq!(stage.yes(ARI, 1).len(), 1);
    assert_eq!(state(&stage), RequestState::Submitted);
    stage.later(60);
    assert_eq!(stage.yes(SAM, 1).last(), Some(&approved(&stage, 1)));
    assert_eq!(state(&stage), RequestState::Approved);
    assert_eq!(
        stage
            .state
            .counted(stage.state.request(request(1)).unwrap()),
        [2]
    );
}

#[test]
fn one_no_is_enough() {
    let mut stage = asked();
    stage.yes(ARI, 1);
    assert_eq!(
        stage.no(SAM, 1).last(),
        Some(&Event::RequestDenied {
            request: request(1)
        })
    );
    assert_eq!(state(&stage), RequestState::Denied);
    let word = stage.word(1, Decision::Approve);
    assert_eq!(rule(&stage, &who(LEE), word), Rule::WrongState);
}

#[test]
fn nobody_signs_off_their_own() {
    let mut stage = Stage::set();
    stage.run(&who(LEE), ask(1, "orders-admin"));
    for decision in [Decision::Approve, Decision::Deny] {
        assert_eq!(
            rule(&stage, &who(LEE), stage.word(1, decision)),
            Rule::SelfApproval
        );
    }
    stage.yes(ARI, 1);
}

#[test]
fn only_approvers_sign() {
    let stage = asked();
    for actor in [
        who(RAE),
        who(ELI),
        who_in(ARI, &[]),
        who_in(SAM, &["oncall-database"]),
    ] {
        assert_eq!(
            rule(&stage, &actor, stage.word(1, Decision::Approve)),
            Rule::NotApprover
        );
    }
}

#[test]
fn each_person_counts_once() {
    let mut stage = asked();
    stage.yes(ARI, 1);
    for decision in [Decision::Approve, Decision::Deny] {
        // In another of the groups they are the same person.
        let actor = who_in(ARI, &["security"]);
        assert_eq!(
            rule(&stage, &actor, stage.word(1, decision)),
            Rule::AlreadySigned
        );
    }
    let again = given(&stage.word(1, Decision::Approve));
    stage.forged(&who(ARI), again);
    assert_eq!(
        stage.would_break(&who(ARI), approved(&stage, 1)),
        Rule::QuorumMissing
    );
}

#[test]
fn a_sign_off_binds_the_statement() {
    let stage = asked();
    let mut word = stage.word(1, Decision::Approve);
    if let Command::SignOff { statement, .. } = &mut word {
        *statement = Digest::of(b"another");
    }
    assert_eq!(rule(&stage, &who(ARI), word), Rule::StatementChanged);
}

#[test]
fn the_proof_is_made_for_this_request() {
    let mut stage = asked();
    let submitted_s = stage.now().unix_seconds();
    stage.later(100);
    let cases = [
        (-1, false),
        (0, true),
        (100, true),
        (160, true),
        (161, false),
    ];
    for (offset, fresh) in cases {
        let mut word = stage.word(1, Decision::Approve);
        if let Command::SignOff { auth_time_s, .. } = &mut word {
            *auth_time_s = submitted_s + offset;
        }
        if fresh {
            stage.clone().run(&who(ARI), word);
        } else {
            assert_eq!(rule(&stage, &who(ARI), word), Rule::StaleProof, "{offset}");
        }
    }
}

#[test]
fn only_a_waiting_request_is_signed() {
    let mut stage = Stage::set();
    assert_eq!(
        rule(&stage, &who(ARI), stage.word(1, Decision::Approve)),
        Rule::UnknownRequest
    );
    stage.approve(1);
    assert_eq!(
        rule(&stage, &who(SAM), stage.word(1, Decision::Deny)),
        Rule::WrongState
    );
    stage.ask(2, "orders-read");
    stage.run(
        &who(DANA),
        Command::Withdraw {
            request: request(2),
        },
    );
    assert_eq!(
        rule(&stage, &who(SAM), stage.word(2, Decision::Approve)),
        Rule::WrongState
    );
    stage.ask(3, "orders-read");
    stage.later(7_199).clone().yes(ARI, 3);
    stage.later(1);
    assert_eq!(
        rule(&stage, &who(ARI), stage.word(3, Decision::Approve)),
        Rule::TooLate
    );
}

#[test]
fn a_changed_policy_needs_a_new_request() {
    let mut stage = asked();
    stage.yes(ARI, 1);
    stage.activate(orders_read());
    stage.clone().yes(SAM, 1);
    stage.activate(orders_admin());
    assert_eq!(
        rule(&stage, &who(SAM), stage.word(1, Decision::Approve)),
        Rule::PolicyChanged
    );
    assert_eq!(
        stage.would_break(&who(ARI), approved(&stage, 1)),
        Rule::PolicyChanged
    );
}

#[test]
fn an_approver_who_is_none_any_more_does_not_count() {
    let mut stage = asked();
    stage.yes(ARI, 1);
    stage.run(
        &who_in(ARI, &["oncall-database"]),
        Command::OpenSession { auth_time_s: None },
    );
    assert_eq!(stage.yes(SAM, 1).len(), 1);
    assert_eq!(
        stage.would_break(&who(SAM), approved(&stage, 1)),
        Rule::QuorumMissing
    );
    assert_eq!(stage.yes(LEE, 1).len(), 2);
}

#[test]
fn an_unlawful_sign_off_makes_nobody_an_approver_again() {
    let mut stage = asked();
    stage.yes(ARI, 1);
    stage.run(
        &who_in(ARI, &[]),
        Command::OpenSession { auth_time_s: None },
    );
    let again = given(&stage.word(1, Decision::Approve));
    assert_eq!(stage.forged(&who(ARI), again), Rule::AlreadySigned);
    assert_eq!(stage.yes(SAM, 1).len(), 1);
}

#[test]
fn approval_without_quorum_is_found() {
    let mut stage = asked();
    assert_eq!(
        stage.would_break(&who(ARI), approved(&stage, 1)),
        Rule::QuorumMissing
    );
    stage.yes(ARI, 1);
    assert_eq!(
        stage.would_break(&who(ARI), approved(&stage, 1)),
        Rule::QuorumMissing
    );
    // A yes that broke a rule stands in the log and does not count.
    let word = given(&stage.word(1, Decision::Approve));
    assert_eq!(stage.forged(&who(RAE), word), Rule::NotApprover);
    assert_eq!(
        stage.would_break(&who(RAE), approved(&stage, 1)),
        Rule::QuorumMissing
    );
}

#[test]
fn the_outcome_is_by_the_last_signer_and_at_the_policys_time() {
    let mut stage = asked();
    stage.yes(ARI, 1);
    let word = given(&stage.word(1, Decision::Approve));
    stage.lawful(&who(SAM), word);
    assert_eq!(
        stage.would_break(&who(ARI), approved(&stage, 1)),
        Rule::NotLastSigner
    );
    let lapses_at_ms = UnixMillis::new(i64::MAX);
    let late = Event::RequestApproved {
        request: request(1),
        lapses_at_ms,
    };
    assert_eq!(stage.would_break(&who(SAM), late), Rule::LapseTime);
    stage.lawful(&who(SAM), approved(&stage, 1));
    assert_eq!(
        stage.would_break(&who(SAM), approved(&stage, 1)),
        Rule::WrongState
    );
}

#[test]
fn denial_without_a_no_is_found() {
    let mut stage = asked();
    let denied = Event::RequestDenied {
        request: request(1),
    };
    assert_eq!(
        stage.would_break(&who(ARI), denied.clone()),
        Rule::DenialMissing
    );
    stage.yes(ARI, 1);
    assert_eq!(
        stage.would_break(&who(ARI), denied.clone()),
        Rule::DenialMissing
    );
    let no = given(&stage.word(1, Decision::Deny));
    stage.lawful(&who(SAM), no);
    assert_eq!(
        stage.would_break(&who(ARI), denied.clone()),
        Rule::NotLastSigner
    );
    // A no wins even where the entry that closes the request was left out.
    let yes = given(&stage.word(1, Decision::Approve));
    assert_eq!(stage.would_break(&who(LEE), yes), Rule::WrongState);
    assert_eq!(
        stage.would_break(&who(SAM), approved(&stage, 1)),
        Rule::WrongState
    );
    stage.lawful(&who(SAM), denied.clone());
    assert_eq!(stage.would_break(&who(SAM), denied), Rule::WrongState);
}

#[test]
fn a_note_is_kept_sealed() {
    let mut stage = asked();
    let mut word = stage.word(1, Decision::Approve);
    if let Command::SignOff { note, .. } = &mut word {
        *note = Some(seal(33));
    }
    stage.run(&who(ARI), word);
    assert_eq!(
        stage.state.request(request(1)).unwrap().sign_offs[0].note,
        Some(seal(33))
    );
}
