//! The review that every grant owes.

use access::command::Command;
use access::event::{EndCause, Event, Verdict};
use access::refusal::Rule;

use crate::stage::{ARI, DANA, LEE, RAE, Stage, ask, grant, portal, request, seal, who, who_in};

fn review() -> Command {
    Command::RecordReview {
        request: request(1),
        verdict: Verdict::Misuse,
        findings: None,
        note: seal(80),
    }
}

fn recorded() -> Event {
    Event::ReviewRecorded {
        request: request(1),
        verdict: Verdict::Misuse,
        findings: None,
        note: seal(80),
    }
}

fn rule(stage: &Stage, by: u128) -> Rule {
    stage.refused_and_found(&who(by), review(), recorded())
}

fn end(stage: &mut Stage) {
    let cause = EndCause::Returned;
    stage.run(
        &who(DANA),
        Command::EndGrant {
            grant: grant(1),
            cause,
            sessions_cut: 0,
        },
    );
}

#[test]
fn a_grant_is_reviewed_once_after_its_end() {
    let mut stage = Stage::set();
    assert_eq!(rule(&stage, RAE), Rule::UnknownRequest);
    stage.approve(1);
    assert_eq!(rule(&stage, RAE), Rule::WrongState);
    stage.intend(1);
    assert_eq!(rule(&stage, RAE), Rule::WrongState);
    stage.run(&portal(), Command::ConfirmGrant { grant: grant(1) });
    assert_eq!(rule(&stage, RAE), Rule::WrongState);
    end(&mut stage);
    let due = stage.now().plus_seconds(86_400);
    assert_eq!(
        stage
            .state
            .unreviewed()
            .map(|(due, _)| due)
            .collect::<Vec<_>>(),
        [due]
    );
    stage.run(&who(RAE), review());
    assert_eq!(stage.state.unreviewed().count(), 0);
    assert_eq!(rule(&stage, LEE), Rule::AlreadyReviewed);
    let asked = stage.state.request(request(1)).unwrap();
    assert_eq!(asked.review.as_ref().unwrap().verdict, Verdict::Misuse);
    assert_eq!(stage.state.review_due_at(asked), None);
}

#[test]
fn only_reviewers_review() {
    let mut stage = Stage::set();
    stage.open(1);
    end(&mut stage);
    assert_eq!(rule(&stage, crate::stage::SAM), Rule::NotReviewer);
    assert_eq!(
        stage.refused_and_found(&portal(), review(), recorded()),
        Rule::PersonOnly
    );
    stage.clone().run(&who(LEE), review());
}

#[test]
fn nobody_reviews_what_they_asked_for_or_signed() {
    let mut stage = Stage::set();
    stage.run(&who(LEE), ask(1, "orders-read"));
    stage.yes(ARI, 1);
    let open = Command::IntendGrant {
        request: request(1),
        grant: grant(1),
    };
    stage.run(&who(LEE), open);
    stage.run(&portal(), Command::ConfirmGrant { grant: grant(1) });
    let cause = EndCause::Returned;
    stage.run(
        &who(LEE),
        Command::EndGrant {
            grant: grant(1),
            cause,
            sessions_cut: 0,
        },
    );
    assert_eq!(rule(&stage, LEE), Rule::ReviewerInvolved);
    let signer = who_in(ARI, &["reviewers"]);
    let found = stage.refused_and_found(&signer, review(), recorded());
    assert_eq!(found, Rule::ReviewerInvolved);
    stage.run(&who(RAE), review());
}
