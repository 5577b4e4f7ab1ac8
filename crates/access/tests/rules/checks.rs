//! What the workflow promises, each promise as one story from both sides: asked of `decide`, and found in
//! an entry that somebody wrote without asking.

use std::collections::BTreeSet;

use access::command::Command;
use access::digest::Digest;
use access::event::{Decision, Event};
use access::refusal::Rule;

use crate::company::{
    ARI, DANA, LEE, NOOR, OLA, PAT, SAM, VIC, names, orders_admin, orders_read, portal, roles,
    stage_of, who, who_in,
};
use crate::stage::{Stage, ask, facts, given, grant, request};

fn asked(policy: &str) -> Stage {
    let mut stage = Stage::set();
    stage.ask(1, policy);
    stage
}

fn approved(stage: &Stage, within_s: u32) -> Event {
    Event::RequestApproved {
        request: request(1),
        lapses_at_ms: stage.now().plus_seconds(within_s),
    }
}

#[test]
fn the_requester_is_never_their_own_approver() {
    let mut stage = Stage::set();
    stage.run(&who(LEE), ask(1, "orders-read"));
    let word = || stage.word(1, Decision::Approve);
    // In whatever groups: it is the person that counts. The refusal is an entry, which `no_word` writes.
    for own in [who(LEE), who_in(LEE, &["security"]), who_in(LEE, &[])] {
        assert_eq!(stage.no_word(&own, word()), Rule::SelfApproval);
    }
    let mut forged = stage.clone();
    forged.forged(&who(LEE), given(&word()));
    assert_eq!(
        forged.would_break(&who(LEE), approved(&forged, 7_200)),
        Rule::QuorumMissing
    );
}

#[test]
fn one_person_with_two_identities_counts_once() {
    let mut before = asked("orders-admin");
    before.link(VIC, ARI);
    before.yes(ARI, 1);
    let word = before.word(1, Decision::Approve);
    assert_eq!(before.no_word(&who(VIC), word), Rule::AlreadySigned);
    let mut after = asked("orders-admin");
    after.yes(ARI, 1);
    after.yes(VIC, 1);
    after.link(VIC, ARI);
    assert_eq!(after.not_opened(1), Rule::QuorumMissing);
}

/// However many browsers send a yes at once: each is decided on the state that it saw, one is written, and
/// the others are decided again. No order of them counts anybody twice.
#[test]
fn parallel_sign_offs_count_each_approver_once() {
    let people = [ARI, SAM, LEE];
    for first in people {
        for second in people {
            for third in people {
                let mut stage = asked("orders-admin");
                let words = [first, second, third].map(|by| (by, stage.word(1, Decision::Approve)));
                let mut said = BTreeSet::new();
                for (by, word) in words {
                    let decided = access::decide(&stage.state, word.clone(), &who(by), stage.now());
                    match decided {
                        Ok(_) => assert!(said.len() < 2 && said.insert(by)),
                        Err(refusal) if said.len() < 2 => {
                            assert!(said.contains(&by));
                            assert_eq!(refusal.rule, Rule::AlreadySigned);
                            assert_eq!(
                                stage.would_break(&who(by), given(&word)),
                                Rule::AlreadySigned
                            );
                            continue;
                        }
                        Err(refusal) => {
                            assert_eq!(refusal.rule, Rule::WrongState);
                            continue;
                        }
                    }
                    stage.run(&who(by), word);
                }
                let state = stage.state.request(request(1)).unwrap().state;
                let enough = said.len() == 2;
                assert_eq!(state == access::view::RequestState::Approved, enough);
            }
        }
    }
}

#[test]
fn nobody_signs_what_expired_was_withdrawn_or_was_edited() {
    let stage = asked("orders-read");
    let word = stage.word(1, Decision::Approve);
    let mut expired = stage.clone();
    expired.later(7_200);
    let mut fresh = word.clone();
    if let Command::SignOff { auth_time_s, .. } = &mut fresh {
        *auth_time_s += 7_200;
    }
    assert_eq!(expired.no_word(&who(ARI), fresh), Rule::TooLate);
    let mut withdrawn = stage.clone();
    let request = request(1);
    withdrawn.run(&who(DANA), Command::Withdraw { request });
    assert_eq!(withdrawn.no_word(&who(ARI), word.clone()), Rule::WrongState);
    let mut edited = stage;
    let facts = facts(900);
    edited.run(&who(DANA), Command::EditRequest { request, facts });
    assert_eq!(edited.no_word(&who(ARI), word), Rule::StatementChanged);
    edited.yes(ARI, 1);
}

#[test]
fn a_sign_off_binds_the_digest_of_the_statement() {
    let stage = asked("orders-read");
    let asked = stage.state.request(request(1)).unwrap();
    let digest = Digest::of(asked.statement().to_string().as_bytes());
    let mut word = stage.word(1, Decision::Approve);
    if let Command::SignOff { statement, .. } = &mut word {
        assert_eq!(*statement, digest);
        *statement = Digest::of(b"another");
    }
    for decision in [Decision::Approve, Decision::Deny] {
        if let Command::SignOff { decision: said, .. } = &mut word {
            *said = decision;
        }
        assert_eq!(
            stage.no_word(&who(ARI), word.clone()),
            Rule::StatementChanged
        );
    }
}

/// Every entry of a grant's way, written before its turn.
#[test]
fn no_step_is_skipped_by_a_direct_call() {
    let mut policy = orders_admin();
    policy.approval.stages = vec![stage_of(1, &["leads"]), stage_of(1, &["security"])];
    let mut stage = Stage::set_under(&[orders_read(), policy]);
    stage.ask(1, "orders-admin");
    let confirm = || Command::ConfirmGrant { grant: grant(1) };
    let show = || Command::ShowCredential { grant: grant(1) };
    let second = stage.word(1, Decision::Approve);
    assert_eq!(stage.no_word(&who(SAM), second), Rule::NotApprover);
    assert_eq!(stage.not_opened(1), Rule::WrongState);
    assert_eq!(stage.refused(&portal(), confirm()), Rule::UnknownGrant);
    assert_eq!(stage.refused(&who(DANA), show()), Rule::UnknownGrant);
    stage.yes(ARI, 1);
    assert_eq!(stage.not_opened(1), Rule::WrongState);
    assert_eq!(
        stage.would_break(&who(ARI), approved(&stage, 3_600)),
        Rule::QuorumMissing
    );
    stage.yes(SAM, 1);
    assert_eq!(stage.refused(&portal(), confirm()), Rule::UnknownGrant);
    stage.intend(1);
    let shown = Event::CredentialShown { grant: grant(1) };
    assert_eq!(
        stage.refused_and_found(&who(DANA), show(), shown),
        Rule::WrongState
    );
    stage.run(&portal(), confirm());
    stage.run(&who(DANA), show());
}

/// An operator is one of the company: neither their role nor the portal itself stands for a missing yes.
#[test]
fn the_floor_of_n_holds_for_operators_too() {
    let mut stage = asked("orders-admin");
    let word = stage.word(1, Decision::Approve);
    assert_eq!(stage.no_word(&who(PAT), word), Rule::NotApprover);
    let word = stage.word(1, Decision::Approve);
    assert_eq!(stage.no_word(&portal(), word), Rule::PersonOnly);
    // As an approver they count once, and are not enough.
    let both = who_in(PAT, &["operators", "leads"]);
    let word = stage.word(1, Decision::Approve);
    assert_eq!(stage.run(&both, word).len(), 1);
    assert_eq!(
        stage.would_break(&both, approved(&stage, 3_600)),
        Rule::QuorumMissing
    );
    // No role lets anybody act as one: what the portal does not say itself gives nothing.
    let mut mine = roles();
    mine.author = names(&["operators"]);
    let forged = Event::RolesConfigured { roles: mine };
    assert_eq!(stage.forged(&who(PAT), forged), Rule::SystemOnly);
    let mut policy = orders_admin();
    policy.approval.stages = vec![stage_of(1, &["leads"])];
    let propose = Command::ProposePolicy {
        policy,
        follows: None,
    };
    assert_eq!(stage.refused(&who(PAT), propose), Rule::NotAuthor);
    // And no policy asks for nobody.
    let mut none = orders_admin();
    none.approval.stages[0].n = 0;
    let propose = Command::ProposePolicy {
        policy: none,
        follows: None,
    };
    assert_eq!(stage.refused(&who(NOOR), propose), Rule::BadPolicy);
}

#[test]
fn a_policy_change_takes_two_people() {
    let mut stage = Stage::set();
    let (place, policy) = (stage.state.next_seq(), orders_read());
    let event = Event::PolicyActivated {
        version: 2,
        sha256: policy.digest(),
        policy: policy.clone(),
        proposal: Some(place),
    };
    stage.run(
        &who(NOOR),
        Command::ProposePolicy {
            policy,
            follows: None,
        },
    );
    let activate = || Command::ActivateProposal { proposal: place };
    let alone = stage.refused_and_found(&who(NOOR), activate(), event.clone());
    assert_eq!(alone, Rule::SelfActivation);
    let mut linked = stage.clone();
    linked.link(OLA, NOOR);
    let alone = linked.refused_and_found(&who(OLA), activate(), event);
    assert_eq!(alone, Rule::SelfActivation);
    stage.run(&who(OLA), activate());
}

#[test]
fn an_approver_demoted_before_the_grant_no_longer_counts() {
    let mut stage = asked("orders-admin");
    stage.yes(ARI, 1);
    stage.yes(SAM, 1);
    stage.clone().intend(1);
    for demoted in [ARI, SAM] {
        let mut stage = stage.clone();
        stage.sign_in(&who_in(demoted, &["oncall-database"]));
        assert_eq!(stage.not_opened(1), Rule::QuorumMissing);
        // Back in their group they count again.
        stage.sign_in(&who(demoted));
        stage.intend(1);
    }
}
