//! What pages offer is what the rules allow.

use access::command::Command;
use access::event::EndCause;
use access::refusal::Rule;
use access::view::Action;
use access::{actions, may};

use crate::stage::{
    ARI, DANA, ELI, LEE, PEOPLE, RAE, SAM, Stage, grant, names, person, portal, request, who,
};

fn offered(stage: &Stage, number: u128) -> Vec<Action> {
    let (_, groups) = PEOPLE.iter().find(|(id, _)| *id == number).unwrap();
    actions(
        &stage.state,
        request(1),
        &person(number),
        &names(groups),
        stage.now(),
    )
}

#[test]
fn each_state_offers_each_person_what_they_may_do() {
    use Action::{Edit, Open, Record, Return, Review, Revoke, ShowCredential, SignOff, Withdraw};
    let mut stage = Stage::set();
    assert_eq!(offered(&stage, DANA), []);
    stage.ask(1, "orders-read");
    assert_eq!(offered(&stage, DANA), [Edit, Withdraw]);
    assert_eq!(offered(&stage, ARI), [SignOff]);
    assert_eq!(offered(&stage, RAE), []);
    stage.yes(ARI, 1);
    assert_eq!(offered(&stage, DANA), [Open, Edit, Withdraw]);
    assert_eq!(offered(&stage, SAM), []);
    stage.intend(1);
    assert_eq!(offered(&stage, DANA), []);
    stage.run(&portal(), Command::ConfirmGrant { grant: grant(1) });
    assert_eq!(offered(&stage, DANA), [Record, ShowCredential, Return]);
    assert_eq!(offered(&stage, SAM), [Revoke]);
    assert_eq!(offered(&stage, ELI), []);
    stage.run(&who(DANA), Command::ShowCredential { grant: grant(1) });
    assert_eq!(offered(&stage, DANA), [Record, Return]);
    let (grant, cause) = (grant(1), EndCause::Revoked);
    stage.run(
        &who(SAM),
        Command::EndGrant {
            grant,
            cause,
            sessions_cut: 1,
        },
    );
    assert_eq!(offered(&stage, LEE), [Review]);
    assert_eq!(offered(&stage, RAE), [Review]);
    assert_eq!(offered(&stage, DANA), []);
}

#[test]
fn a_page_can_say_why_not() {
    let mut stage = Stage::set();
    let why = |stage: &Stage, by| {
        may(
            &stage.state,
            request(1),
            Action::SignOff,
            &who(by),
            stage.now(),
        )
        .unwrap_err()
        .rule
    };
    assert_eq!(why(&stage, ARI), Rule::UnknownRequest);
    stage.ask(1, "orders-admin");
    assert_eq!(why(&stage, DANA), Rule::SelfApproval);
    stage.yes(ARI, 1);
    assert_eq!(why(&stage, ARI), Rule::AlreadySigned);
    stage.later(3_600);
    assert_eq!(why(&stage, SAM), Rule::TooLate);
}
