//! Making open access longer: within the policy's limits, and by whose word it says.

use access::command::Command;
use access::event::{Actor, Event, Mode, Proof, Verdict};
use access::policy::{Extend, Labels};
use access::refusal::Rule;

use crate::company::{
    ARI, DANA, ELI, LEE, RAE, SAM, VIC, names, orders_admin, orders_read, portal, who, who_in,
};
use crate::stage::{Stage, ask_as, grant, request, seal};

/// Dana's open grant of 30 min, which can be made longer twice by 10 min.
fn open(approval: bool) -> Stage {
    let mut policy = orders_read();
    let (times, by_s) = (2, 600);
    policy.duration.extend = Some(Extend {
        times,
        by_s,
        approval,
    });
    let mut stage = Stage::set_under(&[policy, orders_admin()]);
    stage.open(1);
    stage
}

fn proof(stage: &Stage) -> Option<Proof> {
    Some(Proof {
        auth_time_s: stage.now().unix_seconds(),
        id_token: seal(900),
    })
}

fn extend(proof: Option<Proof>) -> Command {
    Command::ExtendGrant {
        grant: grant(1),
        proof,
    }
}

fn extended(stage: &Stage, by_s: u32, proof: Option<Proof>) -> Event {
    let expires_at = stage.state.grant(grant(1)).unwrap().expires_at;
    Event::GrantExtended {
        grant: grant(1),
        request: request(1),
        expires_at_ms: expires_at.plus_seconds(by_s),
        proof,
    }
}

fn ask() -> Command {
    Command::AskExtension { grant: grant(1) }
}

fn asked() -> Event {
    Event::ExtensionAsked { grant: grant(1) }
}

fn deny() -> Command {
    Command::DenyExtension { grant: grant(1) }
}

fn denied() -> Event {
    Event::ExtensionDenied { grant: grant(1) }
}

fn not_extended(stage: &Stage, by: &Actor, proof: Option<Proof>) -> Rule {
    stage.refused_and_found(by, extend(proof), extended(stage, 600, proof))
}

#[test]
fn the_holder_makes_it_longer_as_often_as_the_policy_says() {
    let mut stage = open(false);
    let begin = stage.state.grant(grant(1)).unwrap().expires_at;
    for by in [ELI, ARI] {
        assert_eq!(not_extended(&stage, &who(by), None), Rule::NotRequester);
    }
    assert_eq!(not_extended(&stage, &portal(), None), Rule::PersonOnly);
    assert_eq!(
        not_extended(&stage, &who_in(DANA, &[]), None),
        Rule::NotEligible
    );
    for wrong in [0, 599, 601, 1_200] {
        let event = extended(&stage, wrong, None);
        assert_eq!(stage.would_break(&who(DANA), event), Rule::ExpiryTime);
    }
    let needs_nobody = stage.refused_and_found(&who(DANA), ask(), asked());
    assert_eq!(needs_nobody, Rule::WrongState);
    for times in 1..=2 {
        stage.later(60).run(&who(DANA), extend(None));
        let expires_at = stage.state.grant(grant(1)).unwrap().expires_at;
        assert_eq!(expires_at, begin.plus_seconds(600 * times));
    }
    assert_eq!(
        not_extended(&stage, &who(DANA), None),
        Rule::ExtendedTooOften
    );
    // It expires at its new time and not at the old one.
    stage.now_ms = begin.millis();
    assert_eq!(stage.state.due_to_expire(stage.now()).count(), 0);
    stage.later(1_200);
    assert_eq!(stage.state.due_to_expire(stage.now()).count(), 1);
    assert_eq!(not_extended(&stage, &who(DANA), None), Rule::TooLate);
}

#[test]
fn where_the_policy_wants_a_word_the_holder_asks_and_an_approver_gives_it() {
    let mut stage = open(true);
    let nobody_asked = not_extended(&stage, &who(ARI), proof(&stage));
    assert_eq!(nobody_asked, Rule::WrongState);
    assert_eq!(not_extended(&stage, &who(DANA), None), Rule::WrongState);
    let rule = |stage: &Stage, by: &Actor| stage.refused_and_found(by, ask(), asked());
    assert_eq!(rule(&stage, &who(ELI)), Rule::NotRequester);
    assert_eq!(rule(&stage, &who_in(DANA, &[])), Rule::NotEligible);
    stage.later(60).run(&who(DANA), ask());
    assert_eq!(rule(&stage, &who(DANA)), Rule::WrongState);
    stage.later(60);
    let own = who_in(DANA, &["leads", "oncall-database"]);
    assert_eq!(
        not_extended(&stage, &own, proof(&stage)),
        Rule::SelfApproval
    );
    assert_eq!(
        not_extended(&stage, &who(RAE), proof(&stage)),
        Rule::NotApprover
    );
    assert_eq!(not_extended(&stage, &who(ARI), None), Rule::StaleProof);
    let old = proof(&stage).map(|proof| Proof {
        auth_time_s: proof.auth_time_s - 61,
        ..proof
    });
    assert_eq!(not_extended(&stage, &who(ARI), old), Rule::StaleProof);
    let mut linked = stage.clone();
    linked.link(VIC, DANA);
    assert_eq!(
        not_extended(&linked, &who(VIC), proof(&stage)),
        Rule::SelfApproval
    );
    let fresh = proof(&stage);
    stage.run(&who(ARI), extend(fresh));
    // Each further time is asked for anew.
    assert_eq!(not_extended(&stage, &who(ARI), fresh), Rule::WrongState);
    stage.run(&who(DANA), ask());
    stage.run(&who(SAM), extend(fresh));
    assert_eq!(rule(&stage, &who(DANA)), Rule::ExtendedTooOften);
}

#[test]
fn an_approver_may_say_no_to_more_time() {
    let mut stage = open(true);
    let rule = |stage: &Stage, by: &Actor| stage.refused_and_found(by, deny(), denied());
    assert_eq!(rule(&stage, &who(ARI)), Rule::WrongState);
    stage.run(&who(DANA), ask());
    assert_eq!(rule(&stage, &who(RAE)), Rule::NotApprover);
    assert_eq!(rule(&stage, &who(DANA)), Rule::SelfApproval);
    assert_eq!(rule(&stage, &portal()), Rule::PersonOnly);
    stage.run(&who(ARI), deny());
    assert_eq!(
        not_extended(&stage, &who(SAM), proof(&stage)),
        Rule::WrongState
    );
    // A no is not got round by asking somebody else.
    let again = stage.refused_and_found(&who(DANA), ask(), asked());
    assert_eq!(again, Rule::ExtensionDenied);
    stage.forged(&who(DANA), asked());
    let nothing_waits = not_extended(&stage, &who(SAM), proof(&stage));
    assert_eq!(nothing_waits, Rule::WrongState);
}

/// What was made longer before stays so, and other access is not concerned.
#[test]
fn a_no_closes_that_access_only() {
    let mut stage = open(true);
    stage.run(&who(DANA), ask());
    let fresh = proof(&stage);
    stage.run(&who(ARI), extend(fresh));
    let until = stage.state.grant(grant(1)).unwrap().expires_at;
    stage.run(&who(DANA), ask());
    stage.run(&who(SAM), deny());
    assert_eq!(stage.state.grant(grant(1)).unwrap().expires_at, until);
    stage.open(2);
    let other = Command::AskExtension { grant: grant(2) };
    stage.run(&who(DANA), other);
}

#[test]
fn only_open_access_under_the_same_policy_is_made_longer() {
    let mut off = Stage::set();
    off.open(1);
    assert_eq!(not_extended(&off, &who(DANA), None), Rule::ExtensionOff);
    assert_eq!(
        off.refused_and_found(&who(DANA), ask(), asked()),
        Rule::ExtensionOff
    );
    let mut over = open(false);
    assert_eq!(
        not_extended(over.later(1_800), &who(DANA), None),
        Rule::TooLate
    );
    over.returned(1);
    assert_eq!(not_extended(&over, &who(DANA), None), Rule::WrongState);
    let mut changed = open(false);
    changed.activate(orders_read());
    assert_eq!(
        not_extended(&changed, &who(DANA), None),
        Rule::PolicyChanged
    );
    let unknown = Command::ExtendGrant {
        grant: grant(9),
        proof: None,
    };
    assert_eq!(changed.refused(&who(DANA), unknown), Rule::UnknownGrant);
}

#[test]
fn an_emergency_is_never_made_longer() {
    let mut policy = orders_admin();
    let (times, by_s) = (2, 600);
    for approval in [false, true] {
        policy.duration.extend = Some(Extend {
            times,
            by_s,
            approval,
        });
        let mut stage = Stage::set_under(std::slice::from_ref(&policy));
        stage.run(&who(DANA), ask_as(1, "orders-admin", Mode::Emergency, 900));
        stage.run(&portal(), Command::ConfirmGrant { grant: grant(1) });
        assert_eq!(not_extended(&stage, &who(DANA), None), Rule::ExtensionOff);
        let proof = proof(&stage);
        assert_eq!(not_extended(&stage, &who(ARI), proof), Rule::ExtensionOff);
        assert_eq!(
            stage.refused_and_found(&who(DANA), ask(), asked()),
            Rule::ExtensionOff
        );
    }
}

/// What somebody else asked for is not the holder's wish.
#[test]
fn a_forged_wish_carries_nothing() {
    let mut stage = open(true);
    assert_eq!(stage.forged(&who(ELI), asked()), Rule::NotRequester);
    assert_eq!(
        not_extended(&stage, &who(ARI), proof(&stage)),
        Rule::WrongState
    );
    stage.run(&who(DANA), ask());
    assert_eq!(stage.forged(&who(ELI), denied()), Rule::NotApprover);
    let fresh = proof(&stage);
    stage.run(&who(ARI), extend(fresh));
}

/// A resource that went out of the policy's reach is not kept open by it.
#[test]
fn access_to_what_the_policy_no_longer_covers_is_not_made_longer() {
    let mut policy = orders_read();
    let (times, by_s, approval) = (2, 600, false);
    policy.duration.extend = Some(Extend {
        times,
        by_s,
        approval,
    });
    policy.resources = names(&["env=prod"]);
    let mut stage = Stage::set_under(&[policy]);
    let label = |stage: &mut Stage, env: &str| {
        let labels = Labels::from([("env".to_owned(), env.to_owned())]);
        let resource = "orders-db".parse().unwrap();
        stage.run(&portal(), Command::ConfigureResource { resource, labels });
    };
    label(&mut stage, "prod");
    stage.open(1);
    stage.clone().run(&who(DANA), extend(None));
    label(&mut stage, "payroll");
    assert_eq!(
        not_extended(&stage, &who(DANA), None),
        Rule::ResourceNotCovered
    );
}

/// Who made it longer has signed it off as well.
#[test]
fn nobody_reviews_what_they_made_longer() {
    let mut stage = open(true);
    stage.run(&who(DANA), ask());
    let fresh = proof(&stage);
    stage.run(&who(LEE), extend(fresh));
    stage.returned(1);
    only_rae_reviews(stage);
}

/// Who said no to it has taken part in it no less.
#[test]
fn nobody_reviews_what_they_refused_more_time() {
    let mut stage = open(true);
    stage.run(&who(DANA), ask());
    stage.run(&who(LEE), deny());
    stage.returned(1);
    only_rae_reviews(stage);
}

fn only_rae_reviews(mut stage: Stage) {
    let (request, verdict, findings, note) = (request(1), Verdict::Drill, None, seal(40));
    let command = Command::RecordReview {
        request,
        verdict,
        findings,
        note,
    };
    let event = Event::ReviewRecorded {
        request,
        verdict,
        findings,
        note,
    };
    let rule = stage.refused_and_found(&who(LEE), command.clone(), event);
    assert_eq!(rule, Rule::ReviewerInvolved);
    stage.run(&who(RAE), command);
}
