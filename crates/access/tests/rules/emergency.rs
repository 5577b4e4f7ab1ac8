//! Breaking the glass: at once, confirmed, shorter, and only where the policy says so.

use access::command::Command;
use access::event::{Decision, Event, Mode};
use access::policy::Connector;
use access::refusal::Rule;
use access::view::{GrantState, RequestState};
use access::{decide, may};

use crate::stage::{ARI, DANA, Stage, ask_as, grant, orders_admin, portal, request, who};

fn break_glass(number: u128) -> Command {
    ask_as(number, "orders-admin", Mode::Emergency, 1_800)
}

fn forged(stage: &Stage, forge: impl FnOnce(&mut Event)) -> Event {
    let events = decide(&stage.state, break_glass(1), &who(DANA), stage.now());
    let mut event = events.unwrap().remove(0);
    forge(&mut event);
    event
}

#[test]
fn an_emergency_is_intended_with_its_request() {
    let mut stage = Stage::set();
    let events = stage.run(&who(DANA), break_glass(1));
    let expected = Event::GrantIntended {
        grant: grant(1),
        request: request(1),
        connector: Connector::Postgresql,
        role: "orders_admin".into(),
        expires_at_ms: stage.now().plus_seconds(1_800),
    };
    assert_eq!(events.last(), Some(&expected));
    assert_eq!(
        stage.state.request(request(1)).unwrap().state,
        RequestState::Granted
    );
    assert_eq!(
        stage.state.grant(grant(1)).unwrap().state,
        GrantState::Intended
    );
    stage.run(&portal(), Command::ConfirmGrant { grant: grant(1) });
}

#[test]
fn the_policy_must_have_emergencies() {
    let stage = Stage::set();
    let command = ask_as(1, "orders-read", Mode::Emergency, 1_800);
    assert_eq!(stage.refused(&who(DANA), command), Rule::EmergencyOff);
    let ordinary = ask_as(1, "orders-read", Mode::Ordinary, 1_800);
    let mut event = decide(&stage.state, ordinary, &who(DANA), stage.now())
        .unwrap()
        .remove(0);
    if let Event::RequestSubmitted { mode, .. } = &mut event {
        *mode = Mode::Emergency;
    }
    assert_eq!(stage.would_break(&who(DANA), event), Rule::EmergencyOff);
}

#[test]
fn an_emergency_is_shorter_than_ordinary_access() {
    let stage = Stage::set();
    let long = ask_as(1, "orders-admin", Mode::Emergency, 1_801);
    assert_eq!(stage.refused(&who(DANA), long), Rule::DurationOutOfRange);
    let event = forged(&stage, |event| {
        if let Event::RequestSubmitted { duration_s, .. } = event {
            *duration_s = 1_801;
        }
    });
    let mut forged = stage.clone();
    assert_eq!(forged.forged(&who(DANA), event), Rule::DurationOutOfRange);
    // The grant that follows breaks the same rule: the target was touched for it.
    let intended = Event::GrantIntended {
        grant: grant(1),
        request: request(1),
        connector: Connector::Postgresql,
        role: "orders_admin".into(),
        expires_at_ms: stage.now().plus_seconds(1_801),
    };
    assert_eq!(
        forged.forged(&who(DANA), intended),
        Rule::DurationOutOfRange
    );
    stage
        .clone()
        .run(&who(DANA), ask_as(1, "orders-admin", Mode::Ordinary, 1_801));
}

#[test]
fn an_emergency_is_confirmed_twice() {
    let stage = Stage::set();
    let mut command = break_glass(1);
    if let Command::SubmitRequest { confirmed, .. } = &mut command {
        *confirmed = false;
    }
    assert_eq!(stage.refused(&who(DANA), command), Rule::NotConfirmed);
}

#[test]
fn its_grant_is_new() {
    let mut stage = Stage::set();
    stage.run(&who(DANA), break_glass(1));
    let mut command = break_glass(2);
    if let Command::SubmitRequest { grant: id, .. } = &mut command {
        *id = grant(1);
    }
    assert_eq!(stage.refused(&who(DANA), command), Rule::GrantExists);
}

#[test]
fn an_emergency_carries_one_grant() {
    let mut stage = Stage::set();
    let mut again = stage.run(&who(DANA), break_glass(1)).remove(1);
    if let Event::GrantIntended { grant: id, .. } = &mut again {
        *id = grant(2);
    }
    assert_eq!(stage.would_break(&who(DANA), again), Rule::WrongState);
}

#[test]
fn nobody_signs_an_emergency_and_it_does_not_wait() {
    let mut stage = Stage::set();
    let submitted = forged(&stage, |_| ());
    stage.lawful(&who(DANA), submitted);
    // The log was forged so that the intent did not follow at once.
    let word = stage.word(1, Decision::Approve);
    assert_eq!(stage.refused(&who(ARI), word), Rule::WrongState);
    stage.later(1);
    let open = Command::IntendGrant {
        request: request(1),
        grant: grant(1),
    };
    assert_eq!(stage.refused(&who(DANA), open), Rule::TooLate);
    let refusal = may(
        &stage.state,
        request(1),
        access::view::Action::Open,
        &who(DANA),
        stage.now(),
    );
    assert_eq!(refusal.unwrap_err().rule, Rule::TooLate);
}

#[test]
fn emergencies_switched_off_are_off() {
    let mut stage = Stage::set();
    let mut policy = orders_admin();
    policy.emergency = None;
    stage.activate(policy);
    assert_eq!(
        stage.refused(&who(DANA), break_glass(1)),
        Rule::EmergencyOff
    );
}
