//! What is done while access is open: recorded step by step, by its holder alone, and to its end.

use access::command::Command;
use access::digest::Digest;
use access::event::{
    ActionOutcome, Actor, EndCause, Event, Field, OpeningRef, RecordingEnd, StatementClass, Way,
};
use access::policy::{Connector, Policy, Recording};
use access::refusal::Rule;
use access::state::Recording as Recorded;
use access::view::Action;
use access::{END_TOLERANCE_S, Replay, actions, may_cut};

use crate::oversight::disclose;
use crate::stage::{
    ARI, CLEO, DANA, ELI, KIM, QUINN, RAE, Stage, ended, grant, orders_read, person, portal,
    recording, request, seal, who,
};

pub(crate) fn recorder() -> Actor {
    Actor::system("recorder")
}

/// Dana's open access, under `orders-read` as it was changed.
pub(crate) fn open_under(change: impl FnOnce(&mut Policy)) -> Stage {
    let mut policy = orders_read();
    change(&mut policy);
    let mut stage = Stage::set_under(&[policy, crate::company::orders_admin()]);
    stage.open(1);
    stage
}

pub(crate) fn start(way: Way) -> Command {
    Command::StartRecording {
        recording: recording(1),
        grant: grant(1),
        way,
    }
}

pub(crate) fn intend(classes: &[StatementClass]) -> Command {
    Command::IntendAction {
        recording: recording(1),
        classes: classes.to_vec(),
        statement: seal(120),
    }
}

pub(crate) fn intended(number: u32, classes: &[StatementClass]) -> Event {
    Event::ActionIntended {
        recording: recording(1),
        number,
        classes: classes.to_vec(),
        statement: seal(120),
    }
}

fn refuse(class: StatementClass) -> Command {
    Command::RefuseAction {
        recording: recording(1),
        class,
        statement: seal(121),
    }
}

fn finish(number: u32, outcome: ActionOutcome) -> Command {
    Command::FinishAction {
        recording: recording(1),
        number,
        outcome,
        rows: Some(3),
        duration_ms: 12,
        result: Some(seal(32)),
    }
}

pub(crate) fn finished(number: u32) -> Event {
    Event::ActionFinished {
        recording: recording(1),
        number,
        outcome: ActionOutcome::Done,
        rows: None,
        duration_ms: 12,
        result: None,
    }
}

fn piece() -> Command {
    Command::RecordChunk {
        recording: recording(1),
        content: seal(900),
    }
}

pub(crate) fn chunk(number: u32) -> Event {
    Event::RecordingChunk {
        recording: recording(1),
        number,
        content: seal(900),
    }
}

fn stop(cause: RecordingEnd) -> Command {
    Command::EndRecording {
        recording: recording(1),
        cause,
    }
}

pub(crate) fn stopped(cause: RecordingEnd, actions: u32, chunks: u32) -> Event {
    Event::RecordingEnded {
        recording: recording(1),
        cause,
        actions,
        chunks,
    }
}

fn kept(stage: &Stage) -> &Recorded {
    stage.state.recording(recording(1)).unwrap()
}

/// Work under way in the console, with one action that was done.
pub(crate) fn at_work() -> Stage {
    let mut stage = open_under(|_| {});
    stage.run(&who(DANA), start(Way::Console));
    stage.run(&who(DANA), intend(&[]));
    stage.run(&who(DANA), finish(0, ActionOutcome::Done));
    stage
}

#[test]
fn work_is_recorded_from_its_beginning_to_its_end() {
    let mut stage = at_work();
    stage.run(&who(DANA), intend(&[StatementClass::Export]));
    assert_eq!(kept(&stage).waiting().count(), 1);
    stage.run(&recorder(), finish(1, ActionOutcome::Cut));
    let events = stage.run(&who(DANA), stop(RecordingEnd::Closed));
    assert_eq!(events, [stopped(RecordingEnd::Closed, 2, 0)]);
    let kept = kept(&stage);
    assert_eq!((kept.actions, kept.refused, kept.chunks), (2, 0, 0));
    assert_eq!(kept.request, request(1));
    assert_eq!(stage.state.open_recordings().count(), 0);
    assert_eq!(access::unfinished(&stage.state), []);
    let more = stage.refused_and_found(&who(DANA), intend(&[]), intended(2, &[]));
    assert_eq!(more, Rule::WrongState);
    let again = stage.refused_and_found(
        &who(DANA),
        stop(RecordingEnd::Closed),
        stopped(RecordingEnd::Closed, 2, 0),
    );
    assert_eq!(again, Rule::WrongState);
}

#[test]
fn nobody_works_by_the_access_of_another() {
    let stage = open_under(|_| {});
    let started = Event::RecordingStarted {
        recording: recording(1),
        grant: grant(1),
        way: Way::Console,
    };
    for other in [who(ELI), who(ARI), who(RAE)] {
        let rule = stage.refused_and_found(&other, start(Way::Console), started.clone());
        assert_eq!(rule, Rule::NotRequester);
    }
    let rule = stage.refused_and_found(&portal(), start(Way::Console), started);
    assert_eq!(rule, Rule::PersonOnly);
    let mut stage = at_work();
    for other in [ELI, ARI, RAE] {
        let other = who(other);
        let rule = stage.refused_and_found(&other, intend(&[]), intended(1, &[]));
        assert_eq!(rule, Rule::NotHolder);
        let end = stopped(RecordingEnd::Closed, 1, 0);
        let rule = stage.refused_and_found(&other, stop(RecordingEnd::Closed), end);
        assert_eq!(rule, Rule::NotHolder);
    }
    stage.run(&who(DANA), intend(&[]));
    let rule = stage.refused(&who(ELI), finish(1, ActionOutcome::Done));
    assert_eq!(rule, Rule::NotHolder);
    assert_eq!(stage.refused(&recorder(), intend(&[])), Rule::PersonOnly);
}

#[test]
fn a_recording_is_of_one_access_and_begins_once() {
    let mut stage = at_work();
    let rule = stage.refused(&who(DANA), start(Way::Console));
    assert_eq!(rule, Rule::RecordingExists);
    let other = Command::StartRecording {
        recording: recording(2),
        grant: grant(1),
        way: Way::Gateway,
    };
    stage.run(&who(DANA), other);
    let both: Vec<_> = stage
        .state
        .recordings_of(request(1))
        .map(|one| one.id)
        .collect();
    assert_eq!(both, [recording(1), recording(2)]);
    let unknown = Command::IntendAction {
        recording: recording(3),
        classes: Vec::new(),
        statement: seal(1),
    };
    assert_eq!(stage.refused(&who(DANA), unknown), Rule::UnknownRecording);
    let nowhere = Command::StartRecording {
        recording: recording(3),
        grant: grant(9),
        way: Way::Console,
    };
    assert_eq!(stage.refused(&who(DANA), nowhere), Rule::UnknownGrant);
}

#[test]
fn each_kind_of_access_is_used_in_its_own_ways() {
    use Connector::{Postgresql, Ssh, Webhook};
    for (connector, ways) in [
        (Postgresql, &[Way::Console, Way::Gateway, Way::Reported][..]),
        (Ssh, &[Way::Terminal, Way::Reported]),
        (Webhook, &[Way::Reported]),
    ] {
        let stage = open_under(|policy| policy.grant.connector = connector);
        for way in [Way::Console, Way::Gateway, Way::Terminal, Way::Reported] {
            if ways.contains(&way) {
                stage.clone().run(&who(DANA), start(way));
            } else {
                let rule = stage.refused(&who(DANA), start(way));
                assert_eq!(rule, Rule::WayNotOffered, "{connector:?} {way:?}");
            }
        }
    }
}

/// CHECKS 42, the log's side: after a revocation no statement is begun, and the one that runs is said to be cut.
#[test]
fn a_revoked_session_runs_no_statement_and_the_running_one_is_cut() {
    let mut stage = at_work();
    stage.run(&who(DANA), intend(&[]));
    stage.lawful(&who(ARI), ended(1, EndCause::Revoked));
    let rule = stage.refused_and_found(&who(DANA), intend(&[]), intended(2, &[]));
    assert_eq!(rule, Rule::WrongState);
    let other = Command::StartRecording {
        recording: recording(2),
        grant: grant(1),
        way: Way::Console,
    };
    assert_eq!(stage.refused(&who(DANA), other), Rule::WrongState);
    assert_eq!(stage.state.recordings_due(stage.now()).count(), 1);
    stage
        .later(1)
        .run(&recorder(), finish(1, ActionOutcome::Cut));
    stage.run(&recorder(), stop(RecordingEnd::AccessEnded));
    assert_eq!(stage.state.recordings_due(stage.now()).count(), 0);
    assert_eq!(access::unfinished(&stage.state), []);
}

#[test]
fn no_statement_is_begun_once_the_time_is_up_ended_or_not() {
    let mut stage = at_work();
    let early = stage.refused_and_found(
        &recorder(),
        stop(RecordingEnd::AccessEnded),
        stopped(RecordingEnd::AccessEnded, 1, 0),
    );
    assert_eq!(early, Rule::TooEarly);
    stage.later(1_799).run(&who(DANA), intend(&[]));
    stage.later(1);
    let rule = stage.refused_and_found(&who(DANA), intend(&[]), intended(2, &[]));
    assert_eq!(rule, Rule::TooLate);
    // What the last one came to is known later, and said then.
    stage
        .later(5)
        .run(&who(DANA), finish(1, ActionOutcome::Done));
    stage.run(&recorder(), stop(RecordingEnd::AccessEnded));
}

#[test]
fn an_emergency_that_was_refused_is_worked_in_no_longer() {
    let mut policy = crate::company::orders_admin();
    policy.emergency = Some(crate::company::emergency(1_800, Some(600)));
    let mut stage = Stage::set_under(&[orders_read(), policy]);
    let glass = crate::stage::ask_as(1, "orders-admin", access::event::Mode::Emergency, 1_800);
    stage.run(&who(DANA), glass);
    stage.run(&portal(), Command::ConfirmGrant { grant: grant(1) });
    stage.run(&who(DANA), start(Way::Console));
    stage.run(&who(DANA), intend(&[]));
    stage.later(1).no(ARI, 1);
    let rule = stage.refused_and_found(&who(DANA), intend(&[]), intended(1, &[]));
    assert_eq!(rule, Rule::TooLate);
}

/// CHECKS 45, the log's side: whatever a statement does that a policy may refuse, it is recorded or refused.
#[test]
fn what_the_policy_refuses_is_recorded_and_never_sent() {
    let refused = [StatementClass::SetRole, StatementClass::CopyProgram];
    let mut stage = open_under(|policy| policy.grant.refuse = refused.to_vec());
    stage.run(&who(DANA), start(Way::Gateway));
    for class in StatementClass::ALL {
        if refused.contains(&class) {
            let event = intended(kept(&stage).actions, &[StatementClass::Listen, class]);
            let both = intend(&[StatementClass::Listen, class]);
            let rule = stage.refused_and_found(&who(DANA), both, event);
            assert_eq!(rule, Rule::ClassRefused);
            stage.run(&who(DANA), refuse(class));
        } else {
            stage.run(&who(DANA), intend(&[class]));
            stage.run(
                &who(DANA),
                finish(kept(&stage).actions - 1, ActionOutcome::Done),
            );
            let rule = stage.refused(&who(DANA), refuse(class));
            assert_eq!(rule, Rule::ClassRefused, "the policy lets it be sent");
        }
    }
    let (actions, refusals) = (kept(&stage).actions, kept(&stage).refused);
    assert_eq!((actions, refusals), (5, 2), "they stand in one row");
    // Nothing was sent, so nothing can come of it.
    let rule = stage.would_break(&who(DANA), finished(0));
    assert_eq!(rule, Rule::NotIntended);
}

#[test]
fn an_outcome_has_its_intent_and_there_is_one() {
    let mut stage = at_work();
    let rule = stage.refused_and_found(&who(DANA), finish(0, ActionOutcome::Done), finished(0));
    assert_eq!(rule, Rule::NotIntended, "a second one");
    let rule = stage.refused_and_found(&who(DANA), finish(1, ActionOutcome::Done), finished(1));
    assert_eq!(rule, Rule::NotIntended, "nothing was sent");
    // Several may be under way, and end in another order.
    for _ in 0..3 {
        stage.run(&who(DANA), intend(&[]));
    }
    for number in [3, 1, 2] {
        stage.run(&who(DANA), finish(number, ActionOutcome::Done));
    }
    assert_eq!(kept(&stage).waiting().count(), 0);
}

/// CHECKS 44 and 49, the log's side: what was under way when recorder or target were lost may have been done.
#[test]
fn what_was_under_way_when_the_session_was_lost_is_unknown_and_said_so() {
    let mut stage = at_work();
    for _ in 0..3 {
        stage.run(&who(DANA), intend(&[]));
    }
    stage.run(&who(DANA), finish(2, ActionOutcome::Done));
    let rule = stage.refused(&who(DANA), stop(RecordingEnd::Lost));
    assert_eq!(rule, Rule::SystemOnly);
    let events = stage.run(&recorder(), stop(RecordingEnd::Lost));
    let unknown = |number| Event::ActionFinished {
        recording: recording(1),
        number,
        outcome: ActionOutcome::Unknown,
        rows: None,
        duration_ms: 0,
        result: None,
    };
    let end = stopped(RecordingEnd::Lost, 4, 0);
    assert_eq!(events, [unknown(1), unknown(3), end]);
    assert_eq!(stage.state.open_recordings().count(), 0);
}

/// An end is an end of everything in it, unless somebody cut in: what was left out of it is missed at once.
#[test]
fn nothing_is_said_to_be_over_of_which_something_is_not_said() {
    let mut stage = at_work();
    stage.run(&who(DANA), intend(&[]));
    for (by, cause) in [
        (who(DANA), RecordingEnd::Closed),
        (recorder(), RecordingEnd::Closed),
        (recorder(), RecordingEnd::Lost),
    ] {
        assert_eq!(
            stage.would_break(&by, stopped(cause, 2, 0)),
            Rule::ActionUnfinished
        );
        let events = stage.clone().run(&by, stop(cause));
        assert_eq!(events.len(), 2, "what is unknown is said first");
    }
    stage
        .clone()
        .lawful(&who(ARI), stopped(RecordingEnd::Cut, 2, 0));
}

#[test]
fn whoever_may_revoke_may_cut_and_the_holder_may_not() {
    let mut stage = at_work();
    stage.run(&who(DANA), intend(&[]));
    let cut = stopped(RecordingEnd::Cut, 2, 0);
    for other in [DANA, ELI, QUINN] {
        let rule = stage.refused_and_found(&who(other), stop(RecordingEnd::Cut), cut.clone());
        assert_eq!(rule, Rule::NotRevoker);
        assert!(!may_cut(
            &stage.state,
            recording(1),
            &who(other),
            stage.now()
        ));
    }
    for other in [ARI, RAE] {
        assert!(may_cut(
            &stage.state,
            recording(1),
            &who(other),
            stage.now()
        ));
    }
    stage.run(&who(RAE), stop(RecordingEnd::Cut));
    // The access stands, and what was cut is known a moment later.
    assert_eq!(stage.state.open_recordings().count(), 1);
    stage.run(&who(DANA), finish(1, ActionOutcome::Cut));
    assert_eq!(stage.state.open_recordings().count(), 0);
    let other = Command::StartRecording {
        recording: recording(2),
        grant: grant(1),
        way: Way::Console,
    };
    stage.run(&who(DANA), other);
}

#[test]
fn a_number_that_is_missing_or_there_twice_is_found_once() {
    let mut stage = at_work();
    assert_eq!(
        stage.forged(&who(DANA), intended(2, &[])),
        Rule::RecordingOrder
    );
    stage.lawful(&who(DANA), intended(3, &[]));
    assert_eq!(
        stage.forged(&who(DANA), intended(3, &[])),
        Rule::RecordingOrder
    );
    stage.lawful(&who(DANA), finished(2));
    let mut machine = open_under(|policy| policy.grant.connector = Connector::Ssh);
    machine.run(&who(DANA), start(Way::Terminal));
    machine.run(&who(DANA), piece());
    assert_eq!(machine.forged(&who(DANA), chunk(2)), Rule::RecordingOrder);
    machine.run(&who(DANA), piece());
    assert_eq!(kept(&machine).chunks, 4);
}

#[test]
fn pieces_of_a_terminal_are_its_holders_and_come_no_later_than_its_end_may() {
    let mut stage = open_under(|policy| policy.grant.connector = Connector::Ssh);
    stage.run(&who(DANA), start(Way::Terminal));
    stage.run(&who(DANA), piece());
    let rule = stage.refused_and_found(&who(ELI), piece(), chunk(1));
    assert_eq!(rule, Rule::NotHolder);
    // A terminal shows its last words while it is being cut.
    stage
        .later(1_800)
        .lawful(&portal(), ended(1, EndCause::Expired));
    stage
        .later(i64::from(END_TOLERANCE_S))
        .run(&who(DANA), piece());
    stage.now_ms += 1;
    let rule = stage.refused_and_found(&who(DANA), piece(), chunk(2));
    assert_eq!(rule, Rule::TooLate);
    let rule = at_work().refused_and_found(&who(DANA), piece(), chunk(0));
    assert_eq!(rule, Rule::WayNotOffered, "a console has none");
}

#[test]
fn what_was_never_reported_leaves_a_gap_that_is_said() {
    let mut stage = open_under(|_| {});
    stage.run(&who(DANA), start(Way::Reported));
    stage.run(&who(DANA), intend(&[]));
    let note = |to| Command::NoteGap {
        recording: recording(1),
        to,
    };
    let gap = |from, to| Event::RecordingGap {
        recording: recording(1),
        from,
        to,
    };
    for to in [0, 1] {
        let rule = stage.refused_and_found(&recorder(), note(to), gap(1, to));
        assert_eq!(rule, Rule::BadRange);
    }
    let rule = stage.refused_and_found(&who(DANA), note(4), gap(1, 4));
    assert_eq!(rule, Rule::SystemOnly);
    assert_eq!(
        stage.would_break(&recorder(), gap(2, 4)),
        Rule::RecordingOrder
    );
    stage.run(&recorder(), note(4));
    stage.run(&who(DANA), intend(&[]));
    assert_eq!((kept(&stage).actions, kept(&stage).missing), (5, 3));
    assert_eq!(at_work().refused(&recorder(), note(4)), Rule::WayNotOffered);
}

#[test]
fn the_end_tells_of_as_much_as_there_is() {
    let stage = at_work();
    for (actions, chunks) in [(0, 0), (2, 0), (1, 1)] {
        let end = stopped(RecordingEnd::Closed, actions, chunks);
        assert_eq!(stage.would_break(&who(DANA), end), Rule::RecordingCounts);
    }
}

#[test]
fn a_recording_that_outlives_its_access_is_found() {
    let mut stage = at_work();
    stage.later(60).returned(1);
    let returned_ms = stage.now_ms;
    stage.later(i64::from(END_TOLERANCE_S));
    stage
        .clone()
        .run(&recorder(), stop(RecordingEnd::AccessEnded));
    stage.now_ms += 1;
    let rule = stage
        .clone()
        .late(&recorder(), stop(RecordingEnd::AccessEnded));
    assert_eq!(rule, Rule::RecordingLate);
    let latest_ms = returned_ms + i64::from(END_TOLERANCE_S) * 1_000;
    let begun = kept(&stage).started_seq;
    let version = "0.1.0".to_owned();
    let verifier = None;
    stage.run(&portal(), Command::StartServer { version, verifier });
    let found = access::unfinished(&stage.state);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].seq, found[0].rule),
        (begun, Rule::RecordingNotEnded)
    );
    assert_eq!(found[0].expected, format!("its end by {latest_ms} ms"));
    assert_eq!(found[0].found, format!("none by {} ms", stage.now_ms));
}

#[test]
fn an_action_of_which_nothing_is_said_is_found() {
    let mut stage = at_work();
    let place = stage.state.next_seq();
    stage.run(&who(DANA), intend(&[]));
    stage.run(&who(ARI), stop(RecordingEnd::Cut));
    let latest_ms = stage.now_ms + i64::from(END_TOLERANCE_S) * 1_000;
    stage.later(i64::from(END_TOLERANCE_S));
    let start = || Command::StartServer {
        version: "0.1.0".to_owned(),
        verifier: None,
    };
    stage.run(&portal(), start());
    assert_eq!(access::unfinished(&stage.state), []);
    stage.later(1).run(&portal(), start());
    let found = access::unfinished(&stage.state);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].seq, found[0].rule),
        (place, Rule::ActionUnfinished)
    );
    assert_eq!(
        found[0].expected,
        format!("what became of it by {latest_ms} ms")
    );
    // However late it is said: the portal was away, and says that it does not know.
    stage
        .later(9_000)
        .run(&recorder(), finish(1, ActionOutcome::Unknown));
    assert_eq!(stage.state.open_recordings().count(), 0);
}

/// A recording is disclosed and erased as a whole: nobody orders a hundred thousand texts.
#[test]
fn all_of_a_recording_is_disclosed_and_erased_by_one_name() {
    let mut stage = at_work();
    let opening = kept(&stage).opening();
    let statement = OpeningRef {
        seq: opening.seq + 1,
        field: Field::Statement,
    };
    let (alone, forged) = disclose(statement, 20);
    let rule = stage.refused_and_found(&who(QUINN), alone, forged);
    assert_eq!(rule, Rule::UnknownOpening);
    stage.run(&who(QUINN), disclose(opening, 20).0);
    stage.returned(1);
    stage.run(
        &who(RAE),
        Command::RecordReview {
            request: request(1),
            verdict: access::event::Verdict::Emergency,
            findings: None,
            note: seal(40),
        },
    );
    let order = || Command::OrderErasure {
        request: request(1),
        of: Some(opening),
        reason: seal(40),
    };
    // As long as it goes on, more would be sealed after all of it was erased.
    assert_eq!(stage.refused(&who(CLEO), order()), Rule::WrongState);
    stage.run(&recorder(), stop(RecordingEnd::AccessEnded));
    let place = stage.state.next_seq();
    stage.run(&who(CLEO), order());
    let confirm = Command::ConfirmErasure {
        order: place,
        auth_time_s: stage.now().unix_seconds(),
        id_token: seal(900),
    };
    let events = stage.run(&who(KIM), confirm);
    let erased = Event::OpeningErased {
        order: place,
        request: request(1),
        openings: vec![opening],
    };
    assert_eq!(events[1], erased);
    let (again, forged) = disclose(opening, 20);
    let rule = stage.refused_and_found(&who(QUINN), again, forged);
    assert_eq!(rule, Rule::OpeningGone);
}

/// What a replay keeps does not grow with what was done and is over.
#[test]
fn a_recording_of_many_actions_is_as_small_as_one_of_three() {
    let size = |many: u32| {
        let mut stage = at_work();
        for number in 1..many {
            stage.lawful(&who(DANA), intended(number, &[]));
            stage.lawful(&who(DANA), finished(number));
        }
        let mut replay = Replay::default();
        for record in &stage.log {
            let (kind, body) = (record.event.kind(), record.event.body_json());
            let actor = record.actor.json();
            replay
                .entry(record.seq, record.time, kind, &actor, &body)
                .unwrap();
        }
        assert_eq!(replay.totals().actions, u64::from(many));
        replay.save().len()
    };
    let (few, many) = (size(3), size(3_000));
    assert!(many <= few + 8, "{few} bytes, and {many}");
}

/// CHECKS 47, the log's side: one principal, the grant's own time, once.
#[test]
fn a_certificate_lets_in_as_one_login_and_no_longer_than_the_access() {
    let stage = open_under(|policy| {
        policy.grant.connector = Connector::Ssh;
        policy.grant.role = "deploy".into();
    });
    let (key, source) = (Digest::of(b"key"), Some("10.0.0.0/8".parse().unwrap()));
    let issue = || Command::IssueCertificate {
        grant: grant(1),
        key,
        source,
    };
    let held = stage.state.grant(grant(1)).unwrap().clone();
    let issued = Event::CertificateIssued {
        grant: grant(1),
        serial: held.intended_seq,
        key,
        principal: "deploy".into(),
        source,
        valid_until_ms: held.expires_at,
    };
    let bent = |bend: fn(&mut Event)| {
        let mut event = issued.clone();
        bend(&mut event);
        stage.would_break(&who(DANA), event)
    };
    let root = |event: &mut Event| {
        if let Event::CertificateIssued { principal, .. } = event {
            *principal = "root".into();
        }
    };
    let other_serial = |event: &mut Event| {
        if let Event::CertificateIssued { serial, .. } = event {
            *serial += 1;
        }
    };
    let longer = |event: &mut Event| {
        if let Event::CertificateIssued { valid_until_ms, .. } = event {
            *valid_until_ms = valid_until_ms.plus_seconds(1);
        }
    };
    assert_eq!(bent(root), Rule::GrantTemplate);
    assert_eq!(bent(other_serial), Rule::GrantTemplate);
    assert_eq!(bent(longer), Rule::ExpiryTime);
    let rule = stage.refused_and_found(&who(ELI), issue(), issued.clone());
    assert_eq!(rule, Rule::NotRequester);
    let mut given = stage.clone();
    assert_eq!(
        given.run(&who(DANA), issue()),
        std::slice::from_ref(&issued)
    );
    let rule = given.refused_and_found(&who(DANA), issue(), issued.clone());
    assert_eq!(rule, Rule::AlreadyShown);
    let show = Command::ShowCredential { grant: grant(1) };
    assert_eq!(stage.refused(&who(DANA), show), Rule::WayNotOffered);
    let mut late = stage;
    late.later(1_800);
    let rule = late.refused_and_found(&who(DANA), issue(), issued);
    assert_eq!(rule, Rule::TooLate);
    let database = open_under(|_| {});
    assert_eq!(database.refused(&who(DANA), issue()), Rule::WayNotOffered);
}

#[test]
fn where_everything_is_recorded_no_direct_way_in_is_shown() {
    for connector in [Connector::Postgresql, Connector::Ssh] {
        let stage = open_under(|policy| {
            policy.grant.connector = connector;
            policy.grant.recording = Recording::Required;
        });
        let show = Command::ShowCredential { grant: grant(1) };
        let shown = Event::CredentialShown { grant: grant(1) };
        let rule = stage.refused_and_found(&who(DANA), show, shown);
        assert_eq!(rule, Rule::RecordingRequired);
        let issue = Command::IssueCertificate {
            grant: grant(1),
            key: Digest::of(b"key"),
            source: None,
        };
        assert_eq!(stage.refused(&who(DANA), issue), Rule::RecordingRequired);
        let groups = crate::company::names(&["oncall-database"]);
        let offered = actions(
            &stage.state,
            request(1),
            &person(DANA),
            &groups,
            stage.now(),
        );
        assert_eq!(offered, [Action::Record, Action::Return]);
    }
}

/// CHECKS 48, the log's side: what the target answered is an entry, and its words are sealed.
#[test]
fn what_a_webhook_answered_is_noted_and_sealed() {
    let note = |call| Command::NoteAnswer {
        grant: grant(1),
        call,
        status: 200,
        answer: seal(14),
    };
    let mut stage = open_under(|policy| policy.grant.connector = Connector::Webhook);
    let place = stage.state.next_seq();
    stage.run(&portal(), note(access::event::Call::Open));
    let answer = OpeningRef {
        seq: place,
        field: Field::Answer,
    };
    let texts = stage.state.request(request(1)).unwrap().openings();
    assert!(texts.contains(&answer), "{texts:?}");
    stage.returned(1);
    let reconciler = Actor::system("reconciler");
    stage.run(&reconciler, note(access::event::Call::End));
    let by_hand = stage.refused(&who(DANA), note(access::event::Call::End));
    assert_eq!(by_hand, Rule::SystemOnly);
    let database = open_under(|_| {});
    let rule = database.refused(&portal(), note(access::event::Call::Open));
    assert_eq!(rule, Rule::WrongState);
}
