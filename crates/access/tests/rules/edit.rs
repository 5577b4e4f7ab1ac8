//! Saying it anew, and access that is to begin later.

use access::command::{Command, Facts};
use access::digest::Digest;
use access::event::{Decision, Event};
use access::refusal::Rule;
use access::time::UnixMillis;
use access::view::RequestState;

use crate::company::{ARI, DANA, ELI, SAM, orders_read, stage_of, who, who_in};
use crate::stage::{Stage, ask, ask_as, facts, request, seal};

fn edit(duration_s: u32) -> Command {
    Command::EditRequest {
        request: request(1),
        facts: facts(duration_s),
    }
}

fn state(stage: &Stage) -> RequestState {
    stage.state.request(request(1)).unwrap().state
}

#[test]
fn an_edit_voids_what_was_signed() {
    let mut stage = Stage::set();
    stage.approve(1);
    let before = stage.word(1, Decision::Approve);
    stage.later(60).run(&who(DANA), edit(900));
    assert_eq!(state(&stage), RequestState::Submitted);
    assert_eq!(stage.not_opened(1), Rule::WrongState);
    let asked = stage.state.request(request(1)).unwrap();
    assert_eq!(stage.state.counted(asked), [0]);
    assert_eq!(asked.duration_s, 900);
    assert_eq!(asked.lapses_at, stage.now().plus_seconds(7_200));
    // A word for what it said before is for nothing, and so is a proof made for that.
    let mut fresh = before.clone();
    if let Command::SignOff { auth_time_s, .. } = &mut fresh {
        *auth_time_s += 60;
    }
    assert_eq!(stage.no_word(&who(SAM), fresh), Rule::StatementChanged);
    let mut old_proof = stage.word(1, Decision::Approve);
    if let Command::SignOff { auth_time_s, .. } = &mut old_proof {
        *auth_time_s -= 60;
    }
    assert_eq!(stage.no_word(&who(SAM), old_proof), Rule::StaleProof);
    let lapses_at_ms = stage.now().plus_seconds(7_200);
    let approved = Event::RequestApproved {
        request: request(1),
        lapses_at_ms,
    };
    assert_eq!(stage.would_break(&who(ARI), approved), Rule::QuorumMissing);
    // Who signed before may sign what it says now.
    stage.yes(ARI, 1);
    stage.intend(1);
}

#[test]
fn an_edit_is_held_against_the_version_in_force() {
    let mut stage = Stage::set();
    stage.approve(1);
    let event = stage.bent(edit(900), |_| ());
    let mut stricter = orders_read();
    stricter.duration.max_s = 3_600;
    stricter.approval.stages = vec![stage_of(2, &["leads", "security"])];
    stage.activate(stricter);
    assert_eq!(stage.would_break(&who(DANA), event), Rule::PolicyNotInForce);
    let long = stage.refused(&who(DANA), edit(3_601));
    assert_eq!(long, Rule::DurationOutOfRange);
    stage.run(&who(DANA), edit(3_600));
    assert_eq!(stage.state.request(request(1)).unwrap().policy.version, 2);
    stage.yes(ARI, 1);
    assert_eq!(state(&stage), RequestState::Submitted);
    stage.yes(SAM, 1);
    stage.intend(1);
}

#[test]
fn only_the_requester_edits_and_only_before_it_is_open() {
    let mut stage = Stage::set();
    assert_eq!(stage.refused(&who(DANA), edit(900)), Rule::UnknownRequest);
    stage.ask(1, "orders-read");
    let event = stage.bent(edit(900), |_| ());
    let rule = |stage: &Stage, by| stage.refused_and_found(&who(by), edit(900), event.clone());
    assert_eq!(rule(&stage, ELI), Rule::NotRequester);
    assert_eq!(rule(&stage, ARI), Rule::NotRequester);
    let out = who_in(DANA, &["leads"]);
    assert_eq!(stage.refused(&out, edit(900)), Rule::NotEligible);
    let mut late = stage.clone();
    assert_eq!(rule(late.later(7_200), DANA), Rule::TooLate);
    stage.yes(ARI, 1);
    stage.intend(1);
    assert_eq!(rule(&stage, DANA), Rule::WrongState);
    let mut glass = Stage::set();
    let emergency = ask_as(1, "orders-admin", access::event::Mode::Emergency, 900);
    glass.run(&who(DANA), emergency);
    assert_eq!(glass.refused(&who(DANA), edit(900)), Rule::WrongState);
}

#[test]
fn a_replay_makes_the_edits_statement_and_lapse_anew() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-read");
    let mut event = stage.bent(edit(900), |_| ());
    stage.clone().lawful(&who(DANA), event.clone());
    if let Event::RequestEdited { statement, .. } = &mut event {
        *statement = Digest::of(b"another");
    }
    assert_eq!(stage.would_break(&who(DANA), event), Rule::StatementDigest);
    let long = stage.bent(edit(900), |event| {
        if let Event::RequestEdited { duration_s, .. } = event {
            *duration_s = 14_401;
        }
    });
    assert_eq!(
        stage.would_break(&who(DANA), long),
        Rule::DurationOutOfRange
    );
    let late = stage.bent(edit(900), |event| {
        if let Event::RequestEdited { lapses_at_ms, .. } = event {
            *lapses_at_ms = UnixMillis::new(i64::MAX);
        }
    });
    assert_eq!(stage.would_break(&who(DANA), late), Rule::LapseTime);
}

#[test]
fn the_texts_of_each_edit_are_sealed_with_it() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-read");
    let before = stage.state.request(request(1)).unwrap().openings().len();
    let said = Facts {
        incident: Some(seal(9)),
        ..facts(900)
    };
    let command = Command::EditRequest {
        request: request(1),
        facts: said,
    };
    stage.run(&who(DANA), command);
    let after = stage.state.request(request(1)).unwrap().openings().len();
    assert_eq!(after, before + 3);
}

fn ask_from(stage: &Stage, in_s: i64) -> Command {
    let mut command = ask(1, "orders-read");
    if let Command::SubmitRequest { facts, .. } = &mut command {
        facts.start_at_ms = Some(UnixMillis::new(stage.now_ms + in_s * 1000));
    }
    command
}

#[test]
fn access_that_is_to_begin_later_is_not_opened_before() {
    let mut stage = Stage::set();
    stage.run(&who(DANA), ask_from(&stage, 86_400));
    stage.yes(ARI, 1);
    assert_eq!(stage.not_opened(1), Rule::TooEarly);
    assert_eq!(stage.later(86_399).not_opened(1), Rule::TooEarly);
    // It lapses as long after its start as it would after its approval.
    let mut late = stage.clone();
    late.later(7_200).clone().intend(1);
    assert_eq!(late.later(1).not_opened(1), Rule::TooLate);
    stage.later(1).intend(1);
}

#[test]
fn a_start_lies_ahead_and_within_thirty_days() {
    let stage = Stage::set();
    let month_s = 30 * 86_400;
    for (in_s, fits) in [
        (-1, false),
        (0, true),
        (month_s, true),
        (month_s + 1, false),
    ] {
        let command = ask_from(&stage, in_s);
        if fits {
            stage.clone().run(&who(DANA), command);
            continue;
        }
        let event = stage.bent(ask(1, "orders-read"), |event| {
            if let Event::RequestSubmitted { start_at_ms, .. } = event {
                *start_at_ms = Some(UnixMillis::new(stage.now_ms + in_s * 1000));
            }
        });
        let rule = stage.refused_and_found(&who(DANA), command, event);
        assert_eq!(rule, Rule::BadStart, "{in_s}");
    }
}
