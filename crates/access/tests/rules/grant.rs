//! Access itself: intent, outcome, the way in, the end.

use access::command::Command;
use access::event::{Actor, EndCause, Event, Failure};
use access::policy::Connector;
use access::refusal::Rule;
use access::time::UnixMillis;
use access::view::{GrantState, RequestState};

use crate::stage::{
    ARI, DANA, ELI, LEE, RAE, SAM, Stage, ask, end, ended, grant, orders_read, portal, request,
    who, who_in,
};

fn intend(number: u128) -> Command {
    Command::IntendGrant {
        request: request(number),
        grant: grant(number),
    }
}

fn intended(stage: &Stage, number: u128) -> Event {
    Event::GrantIntended {
        grant: grant(number),
        request: request(number),
        connector: Connector::Postgresql,
        role: "orders_read".into(),
        expires_at_ms: stage.now().plus_seconds(1_800),
    }
}

fn state(stage: &Stage, number: u128) -> GrantState {
    stage.state.grant(grant(number)).unwrap().state
}

#[test]
fn a_grant_runs_from_its_intent_for_its_duration() {
    let mut stage = Stage::set();
    stage.approve(1).later(100);
    assert_eq!(stage.intend(1), [intended(&stage, 1)]);
    let expires_at = stage.now().plus_seconds(1_800);
    assert_eq!(
        stage.state.request(request(1)).unwrap().state,
        RequestState::Granted
    );
    assert_eq!(state(&stage, 1), GrantState::Intended);
    stage
        .later(5)
        .run(&portal(), Command::ConfirmGrant { grant: grant(1) });
    let opened = stage.state.grant(grant(1)).unwrap();
    assert_eq!(
        (opened.opened_at, opened.expires_at),
        (Some(stage.now()), expires_at)
    );
}

#[test]
fn only_the_requester_opens() {
    let mut stage = Stage::set();
    stage.approve(1);
    for other in [ELI, ARI] {
        let rule = stage.refused_and_found(&who(other), intend(1), intended(&stage, 1));
        assert_eq!(rule, Rule::NotRequester);
    }
    assert_eq!(stage.refused(&who(DANA), intend(7)), Rule::UnknownRequest);
    assert_eq!(
        stage.would_break(&who(DANA), intended(&stage, 7)),
        Rule::UnknownRequest
    );
}

#[test]
fn only_an_approved_request_is_opened() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-read");
    let rule = |stage: &Stage| stage.refused_and_found(&who(DANA), intend(1), intended(stage, 1));
    assert_eq!(rule(&stage), Rule::WrongState);
    let mut denied = stage.clone();
    denied.no(ARI, 1);
    assert_eq!(rule(&denied), Rule::WrongState);
    stage.yes(ARI, 1);
    stage.clone().later(7_199).intend(1);
    assert_eq!(rule(stage.later(7_200)), Rule::TooLate);
}

#[test]
fn an_approval_is_used_once() {
    let mut stage = Stage::set();
    stage.approve(1).intend(1);
    let (request, grant) = (request(1), grant(9));
    assert_eq!(
        stage.refused(&who(DANA), Command::IntendGrant { request, grant }),
        Rule::WrongState
    );
    stage.approve(2);
    let reused = Command::IntendGrant {
        request: crate::stage::request(2),
        grant: crate::stage::grant(1),
    };
    assert_eq!(stage.refused(&who(DANA), reused), Rule::GrantExists);
}

#[test]
fn what_changed_since_the_approval_is_asked_again() {
    let mut stage = Stage::set();
    stage.approve(1);
    let rule = |stage: &Stage, actor: &Actor| {
        stage.refused_and_found(actor, intend(1), intended(stage, 1))
    };
    assert_eq!(rule(&stage, &who_in(DANA, &["leads"])), Rule::NotEligible);
    let mut demoted = stage.clone();
    demoted.run(
        &who_in(ARI, &[]),
        Command::OpenSession { auth_time_s: None },
    );
    assert_eq!(rule(&demoted, &who(DANA)), Rule::QuorumMissing);
    stage.activate(orders_read());
    assert_eq!(rule(&stage, &who(DANA)), Rule::PolicyChanged);
}

#[test]
fn a_forged_approval_carries_no_grant() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-read");
    let lapses_at_ms = stage.now().plus_seconds(7_200);
    let approved = Event::RequestApproved {
        request: request(1),
        lapses_at_ms,
    };
    assert_eq!(stage.forged(&who(ARI), approved), Rule::QuorumMissing);
    assert_eq!(
        stage.would_break(&who(DANA), intended(&stage, 1)),
        Rule::QuorumMissing
    );
}

#[test]
fn a_grant_gives_what_the_policy_says_for_as_long_as_was_asked() {
    let mut stage = Stage::set();
    stage.approve(1);
    let mut event = intended(&stage, 1);
    if let Event::GrantIntended { role, .. } = &mut event {
        *role = "orders_admin".into();
    }
    assert_eq!(stage.would_break(&who(DANA), event), Rule::GrantTemplate);
    for wrong in [
        UnixMillis::new(i64::MAX),
        stage.now(),
        stage.now().plus_seconds(1_799),
    ] {
        let mut event = intended(&stage, 1);
        if let Event::GrantIntended { expires_at_ms, .. } = &mut event {
            *expires_at_ms = wrong;
        }
        assert_eq!(stage.would_break(&who(DANA), event), Rule::ExpiryTime);
    }
}

#[test]
fn the_outcome_follows_the_intent_once() {
    let mut stage = Stage::set();
    let confirm = || Command::ConfirmGrant { grant: grant(1) };
    let opened = || Event::GrantOpened { grant: grant(1) };
    let failure = Failure::Unknown;
    let fail = || Command::FailGrant {
        grant: grant(1),
        failure,
    };
    let failed = || Event::GrantFailed {
        grant: grant(1),
        failure,
    };
    assert_eq!(
        stage.refused_and_found(&portal(), confirm(), opened()),
        Rule::UnknownGrant
    );
    assert_eq!(
        stage.refused_and_found(&portal(), fail(), failed()),
        Rule::UnknownGrant
    );
    stage.approve(1).intend(1);
    assert_eq!(
        stage.refused_and_found(&who(DANA), confirm(), opened()),
        Rule::SystemOnly
    );
    assert_eq!(
        stage.refused_and_found(&who(DANA), fail(), failed()),
        Rule::SystemOnly
    );

    let mut never = stage.clone();
    never.run(&portal(), fail());
    assert_eq!(state(&never, 1), GrantState::Failed { failure });
    assert_eq!(never.state.live_grants().count(), 0);
    assert_eq!(
        never.refused_and_found(&portal(), confirm(), opened()),
        Rule::WrongState
    );

    // An account that the log says stands after all has to be able to end.
    assert_eq!(never.forged(&portal(), opened()), Rule::WrongState);
    assert_eq!(never.state.live_grants().count(), 1);
    never.run(&who(DANA), end(1, EndCause::Returned));
    assert_eq!(never.state.live_grants().count(), 0);

    let mut late = stage.clone();
    late.later(1_800);
    assert_eq!(
        late.refused_and_found(&portal(), confirm(), opened()),
        Rule::TooLate
    );
    late.run(&portal(), fail());

    stage.later(1_799).run(&portal(), confirm());
    assert_eq!(
        stage.refused_and_found(&portal(), confirm(), opened()),
        Rule::WrongState
    );
    assert_eq!(
        stage.refused_and_found(&portal(), fail(), failed()),
        Rule::WrongState
    );
}

#[test]
fn the_way_in_is_shown_once_to_the_holder_while_it_is_open() {
    let mut stage = Stage::set();
    let show = || Command::ShowCredential { grant: grant(1) };
    let shown = || Event::CredentialShown { grant: grant(1) };
    let rule = |stage: &Stage, by| stage.refused_and_found(&who(by), show(), shown());
    assert_eq!(rule(&stage, DANA), Rule::UnknownGrant);
    stage.approve(1).intend(1);
    assert_eq!(rule(&stage, DANA), Rule::WrongState);
    stage.run(&portal(), Command::ConfirmGrant { grant: grant(1) });
    assert_eq!(rule(&stage, ELI), Rule::NotRequester);
    assert_eq!(
        stage.refused_and_found(&portal(), show(), shown()),
        Rule::PersonOnly
    );
    let mut late = stage.clone();
    assert_eq!(rule(late.later(1_800), DANA), Rule::TooLate);
    stage.later(1_799).run(&who(DANA), show());
    assert_eq!(rule(&stage, DANA), Rule::AlreadyShown);
    stage.run(&who(DANA), end(1, EndCause::Returned));
    assert_eq!(rule(&stage, DANA), Rule::WrongState);
}

#[test]
fn access_expires_by_the_portal_when_it_is_due() {
    let mut stage = Stage::set();
    let rule = |stage: &Stage, actor: &Actor| {
        stage.refused_and_found(
            actor,
            end(1, EndCause::Expired),
            ended(1, EndCause::Expired),
        )
    };
    assert_eq!(rule(&stage, &portal()), Rule::UnknownGrant);
    stage.open(1).later(1_799);
    assert_eq!(rule(&stage, &portal()), Rule::TooEarly);
    assert_eq!(stage.state.due_to_expire(stage.now()).count(), 0);
    stage.later(1);
    assert_eq!(stage.state.due_to_expire(stage.now()).count(), 1);
    assert_eq!(rule(&stage, &who(DANA)), Rule::SystemOnly);
    stage.run(&portal(), end(1, EndCause::Expired));
    let at_ms = stage.now();
    assert_eq!(
        state(&stage, 1),
        GrantState::Ended {
            cause: EndCause::Expired,
            at_ms,
            sessions_cut: 2
        }
    );
    assert_eq!(rule(&stage, &portal()), Rule::WrongState);
}

#[test]
fn the_holder_returns_and_nobody_else() {
    let mut stage = Stage::set();
    stage.open(1);
    let rule = |stage: &Stage, actor: &Actor| {
        stage.refused_and_found(
            actor,
            end(1, EndCause::Returned),
            ended(1, EndCause::Returned),
        )
    };
    assert_eq!(rule(&stage, &who(ARI)), Rule::NotRequester);
    assert_eq!(rule(&stage, &portal()), Rule::PersonOnly);
    stage.run(&who(DANA), end(1, EndCause::Returned));
    assert_eq!(rule(&stage, &who(DANA)), Rule::WrongState);
}

#[test]
fn approvers_and_reviewers_revoke_and_never_the_holder() {
    let mut stage = Stage::set();
    stage.open(1);
    let rule = |stage: &Stage, actor: &Actor| {
        stage.refused_and_found(
            actor,
            end(1, EndCause::Revoked),
            ended(1, EndCause::Revoked),
        )
    };
    assert_eq!(rule(&stage, &who(ELI)), Rule::NotRevoker);
    assert_eq!(rule(&stage, &who(DANA)), Rule::NotRevoker);
    assert_eq!(rule(&stage, &who_in(DANA, &["leads"])), Rule::NotRevoker);
    assert_eq!(rule(&stage, &portal()), Rule::PersonOnly);
    for by in [ARI, SAM, LEE, RAE] {
        let mut stage = stage.clone();
        stage.run(&who(by), end(1, EndCause::Revoked));
        assert_eq!(rule(&stage, &who(by)), Rule::WrongState);
    }
}

#[test]
fn ending_one_grant_leaves_the_other() {
    let mut stage = Stage::set();
    stage.open(1).open(2);
    stage.run(&who(ARI), end(1, EndCause::Revoked));
    assert_eq!(
        state(&stage, 2),
        GrantState::Active {
            credential_shown: false
        }
    );
    stage.run(&who(DANA), Command::ShowCredential { grant: grant(2) });
    stage.run(&who(DANA), ask(3, "orders-read"));
    assert_eq!(stage.state.live_grants().count(), 1);
}
