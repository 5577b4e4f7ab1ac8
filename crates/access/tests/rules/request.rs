//! Asking, taking back, lapsing.

use access::command::Command;
use access::digest::Digest;
use access::event::{Event, Mode};
use access::ids::PolicyName;
use access::refusal::Rule;
use access::time::UnixMillis;
use access::view::RequestState;

use crate::stage::{
    ARI, DANA, ELI, Stage, ask, ask_as, orders_read, portal, request, seal, who, who_in,
};

/// What `request.submitted` would be, changed by `forge`.
fn forged(stage: &Stage, forge: impl FnOnce(&mut Event)) -> Event {
    let command = ask(1, "orders-read");
    let mut event = access::decide(&stage.state, command, &who(DANA), stage.now())
        .unwrap()
        .remove(0);
    forge(&mut event);
    event
}

macro_rules! forge {
    ($stage:expr, $($field:ident = $value:expr),+) => {
        forged(&$stage, |event| match event {
            Event::RequestSubmitted { $($field,)+ .. } => { $(*$field = $value;)+ }
            _ => unreachable!(),
        })
    };
}

/// Gives the request the statement that its other fields make, as a careful forger would.
fn with_statement(stage: &Stage, event: Event) -> Event {
    let mut copy = stage.clone();
    let record = copy.record(&who(DANA), event.clone());
    let _ = access::apply(&mut copy.state, &record);
    let Event::RequestSubmitted { request: id, .. } = &event else {
        unreachable!()
    };
    let digest = copy
        .state
        .request(*id)
        .map(|request| request.statement().digest());
    let mut event = event;
    if let (Event::RequestSubmitted { statement, .. }, Some(digest)) = (&mut event, digest) {
        *statement = digest;
    }
    event
}

#[test]
fn a_request_waits_for_sign_off() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-read");
    let asked = stage.state.request(request(1)).unwrap();
    assert_eq!(asked.state, RequestState::Submitted);
    assert_eq!(asked.lapses_at, stage.now().plus_seconds(7_200));
    assert_eq!(
        asked.statement_sha256,
        Digest::of(asked.statement().to_string().as_bytes())
    );
    assert_eq!(stage.state.waiting().count(), 1);
    assert_eq!(stage.state.requests_of(asked.requester).count(), 1);
}

#[test]
fn the_policy_must_be_in_force() {
    let stage = Stage::set();
    assert_eq!(
        stage.refused(&who(DANA), ask(1, "no-such")),
        Rule::UnknownPolicy
    );
    let event = forge!(stage, policy = "no-such".parse::<PolicyName>().unwrap());
    assert_eq!(stage.would_break(&who(DANA), event), Rule::UnknownPolicy);
}

#[test]
fn the_resource_must_be_covered() {
    let stage = Stage::set();
    let mut command = ask(1, "orders-read");
    if let Command::SubmitRequest { resource, .. } = &mut command {
        *resource = "payroll-db".parse().unwrap();
    }
    let event = forge!(stage, resource = "payroll-db".parse().unwrap());
    let rule = stage.refused_and_found(&who(DANA), command, with_statement(&stage, event));
    assert_eq!(rule, Rule::ResourceNotCovered);
}

#[test]
fn only_eligible_groups_may_ask() {
    let stage = Stage::set();
    for actor in [who(ARI), who_in(DANA, &[]), who_in(DANA, &["leads"])] {
        let event = forge!(stage, mode = Mode::Ordinary);
        let rule = stage.refused_and_found(&actor, ask(1, "orders-read"), event);
        assert_eq!(rule, Rule::NotEligible);
    }
    stage.clone().run(
        &who_in(DANA, &["other", "oncall-database"]),
        ask(1, "orders-read"),
    );
}

#[test]
fn the_duration_is_within_the_policy() {
    let stage = Stage::set();
    for wrong in [0, 14_401, u32::MAX] {
        let event = forge!(stage, duration_s = wrong);
        let command = ask_as(1, "orders-read", Mode::Ordinary, wrong);
        let event = with_statement(&stage, event);
        let rule = stage.refused_and_found(&who(DANA), command, event);
        assert_eq!(rule, Rule::DurationOutOfRange);
    }
    for right in [1, 14_400] {
        stage
            .clone()
            .run(&who(DANA), ask_as(1, "orders-read", Mode::Ordinary, right));
    }
}

#[test]
fn the_reason_says_enough() {
    let stage = Stage::set();
    for (chars, bytes, enough) in [(10, 10, true), (9, 60, false), (10, 9, false)] {
        let mut command = ask(1, "orders-read");
        if let Command::SubmitRequest { facts, .. } = &mut command {
            (facts.reason, facts.reason_chars) = (seal(bytes), chars);
        }
        if enough {
            stage.clone().run(&who(DANA), command);
        } else {
            assert_eq!(stage.refused(&who(DANA), command), Rule::ReasonTooShort);
        }
    }
    let event = with_statement(&stage, forge!(stage, reason = seal(9)));
    assert_eq!(stage.would_break(&who(DANA), event), Rule::ReasonTooShort);
}

#[test]
fn a_request_is_made_once() {
    let mut stage = Stage::set();
    let event = forge!(stage, mode = Mode::Ordinary);
    stage.ask(1, "orders-read");
    let rule = stage.refused_and_found(&who(DANA), ask(1, "orders-read"), event.clone());
    assert_eq!(rule, Rule::RequestExists);
    // Somebody else's request of that id changes nothing about the first.
    stage.forged(&who(ELI), event);
    assert_eq!(
        stage.state.request(request(1)).unwrap().requester,
        crate::stage::person(DANA)
    );
}

#[test]
fn a_request_names_the_version_in_force_and_its_digest() {
    let mut stage = Stage::set();
    let wrong_digest = forge!(stage, policy_sha256 = Digest::of(b"another"));
    assert_eq!(
        stage.would_break(&who(DANA), wrong_digest),
        Rule::PolicyNotInForce
    );
    let wrong_version = forge!(stage, policy_version = 2);
    assert_eq!(
        stage.would_break(&who(DANA), wrong_version),
        Rule::PolicyNotInForce
    );
    let superseded = forge!(stage, mode = Mode::Ordinary);
    stage.activate(orders_read());
    assert_eq!(
        stage.would_break(&who(DANA), superseded),
        Rule::PolicyNotInForce
    );
}

#[test]
fn a_replay_makes_statement_and_lapse_anew() {
    let stage = Stage::set();
    let event = forge!(stage, statement = Digest::of(b"another"));
    assert_eq!(stage.would_break(&who(DANA), event), Rule::StatementDigest);
    // Each fact is in the statement: another one makes another digest.
    let event = forge!(stage, duration_s = 60);
    assert_eq!(stage.would_break(&who(DANA), event), Rule::StatementDigest);
    let event = forge!(stage, ticket = None);
    assert_eq!(stage.would_break(&who(DANA), event), Rule::StatementDigest);
    let event = forge!(stage, reason = seal(61));
    assert_eq!(stage.would_break(&who(DANA), event), Rule::StatementDigest);
    let event = forge!(stage, mode = Mode::Ordinary);
    assert_eq!(stage.would_break(&who(ELI), event), Rule::StatementDigest);
    let event = forge!(stage, lapses_at_ms = UnixMillis::new(i64::MAX));
    assert_eq!(stage.would_break(&who(DANA), event), Rule::LapseTime);
}

#[test]
fn only_the_requester_withdraws_and_only_before_it_is_open() {
    let mut stage = Stage::set();
    let command = || Command::Withdraw {
        request: request(1),
    };
    let event = || Event::RequestWithdrawn {
        request: request(1),
    };
    let rule = |stage: &Stage, by| stage.refused_and_found(&who(by), command(), event());
    assert_eq!(rule(&stage, DANA), Rule::UnknownRequest);
    stage.ask(1, "orders-read");
    assert_eq!(rule(&stage, ARI), Rule::NotRequester);
    let mut early = stage.clone();
    early.run(&who(DANA), command());
    assert_eq!(
        early.state.request(request(1)).unwrap().state,
        RequestState::Withdrawn
    );
    assert_eq!(early.state.pending().count(), 0);
    assert_eq!(rule(&early, DANA), Rule::WrongState);
    stage.yes(ARI, 1);
    stage.clone().run(&who(DANA), command());
    stage.intend(1);
    assert_eq!(rule(&stage, DANA), Rule::WrongState);
}

#[test]
fn a_request_lapses_when_it_is_due() {
    let mut stage = Stage::set();
    let command = || Command::Lapse {
        request: request(1),
    };
    let event = || Event::RequestLapsed {
        request: request(1),
    };
    let rule = |stage: &Stage| stage.refused_and_found(&portal(), command(), event());
    assert_eq!(rule(&stage), Rule::UnknownRequest);
    stage.ask(1, "orders-read");
    assert_eq!(rule(stage.later(7_199)), Rule::TooEarly);
    assert_eq!(stage.state.due_to_lapse(stage.now()).count(), 0);
    stage.later(1);
    assert_eq!(stage.state.due_to_lapse(stage.now()).count(), 1);
    assert_eq!(stage.refused(&who(DANA), command()), Rule::SystemOnly);
    stage.run(&portal(), command());
    assert_eq!(rule(&stage), Rule::WrongState);
    assert_eq!(stage.state.due_to_lapse(stage.now()).count(), 0);
}

#[test]
fn an_approval_lapses_as_long_after_it_was_given() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-read");
    stage.later(7_000).yes(ARI, 1);
    let command = || Command::Lapse {
        request: request(1),
    };
    assert_eq!(
        stage.later(7_199).refused(&portal(), command()),
        Rule::TooEarly
    );
    stage.later(1).run(&portal(), command());
    assert_eq!(
        stage.state.request(request(1)).unwrap().state,
        RequestState::Lapsed
    );
}
