//! Logs in which every hash and signature could be right and that are unlawful all the same: each by one
//! entry that somebody wrote who had the keys and not the right.

use access::command::Command;
use access::event::{Decision, EndCause, Event, Mode, RecordingEnd, StatementClass, Way};
use access::policy::{Connector, Debt, Extend, Policy, Recording, Stage as Asks, Step};
use access::refusal::Rule;
use access::{Record, State, apply, unfinished};

use crate::company::{
    ARI, DANA, ELI, NOOR, OLA, RAE, VIC, emergency, names, orders_admin, orders_read, portal,
    stage_of, who,
};
use crate::recording::{at_work, chunk, finished, intend, intended, open_under, start, stopped};
use crate::stage::{Stage, ask_as, end, given, grant, request};

/// A log, what it is an example of, and the first rule that a replay finds broken in it.
pub(crate) type Forged = (&'static str, Vec<Record>, Rule);

/// Makes a log and says which rule is broken in it first.
type Make = fn() -> (Stage, Rule);

/// All of them.
pub(crate) fn all() -> Vec<Forged> {
    let scenarios: [(&'static str, Make); 21] = [
        ("grant_without_quorum", grant_without_quorum),
        (
            "self_approval_through_two_identities",
            self_approval_through_two_identities,
        ),
        (
            "activation_outside_the_window",
            activation_outside_the_window,
        ),
        ("overlong_grant", overlong_grant),
        ("review_by_the_requester", review_by_the_requester),
        (
            "policy_activated_by_its_author",
            policy_activated_by_its_author,
        ),
        (
            "unratified_emergency_kept_open",
            unratified_emergency_kept_open,
        ),
        ("extension_beyond_the_limit", extension_beyond_the_limit),
        (
            "extension_asked_for_after_a_no",
            extension_asked_for_after_a_no,
        ),
        ("delegate_without_delegation", delegate_without_delegation),
        ("ladder_step_too_early", ladder_step_too_early),
        (
            "policy_activated_in_an_old_session",
            policy_activated_in_an_old_session,
        ),
        (
            "emergency_after_a_refused_one",
            emergency_after_a_refused_one,
        ),
        (
            "action_after_the_end_of_access",
            action_after_the_end_of_access,
        ),
        ("action_by_somebody_else", action_by_somebody_else),
        ("outcome_without_an_intent", outcome_without_an_intent),
        ("missing_action", missing_action),
        ("missing_piece_of_a_terminal", missing_piece_of_a_terminal),
        (
            "refused_statement_that_was_sent",
            refused_statement_that_was_sent,
        ),
        (
            "way_in_shown_where_all_is_recorded",
            way_in_shown_where_all_is_recorded,
        ),
        ("recording_that_tells_of_less", recording_that_tells_of_less),
    ];
    let make = |(name, make): (&'static str, Make)| {
        let (stage, rule) = make();
        (name, stage.log, rule)
    };
    scenarios.into_iter().map(make).collect()
}

/// `orders-read`, changed.
fn under(change: impl FnOnce(&mut Policy)) -> Stage {
    let mut policy = orders_read();
    policy.review.debt = Debt::Block;
    change(&mut policy);
    Stage::set_under(&[policy, orders_admin()])
}

fn forge(mut stage: Stage, by: &access::event::Actor, event: Event) -> (Stage, Rule) {
    let rule = stage.forged(by, event);
    (stage, rule)
}

/// One of two said yes, and somebody wrote that all did.
fn grant_without_quorum() -> (Stage, Rule) {
    let mut stage = Stage::set();
    stage.ask(1, "orders-admin");
    stage.yes(ARI, 1);
    let approved = Event::RequestApproved {
        request: request(1),
        lapses_at_ms: stage.now().plus_seconds(3_600),
    };
    let rule = stage.forged(&who(ARI), approved);
    stage.forged(&who(DANA), stage.intended(1));
    (stage, rule)
}

/// Vic is another identity of Dana's, as the log says.
fn self_approval_through_two_identities() -> (Stage, Rule) {
    let mut stage = Stage::set();
    stage.link(VIC, DANA);
    stage.ask(1, "orders-read");
    let word = given(&stage.word(1, Decision::Approve));
    forge(stage, &who(VIC), word)
}

/// Approved on a Monday morning, and opened then, where only Saturdays are.
fn activation_outside_the_window() -> (Stage, Rule) {
    let mut stage = under(|policy| {
        let time = |text: &str| access::policy::TimeOfDay::try_from(text.to_owned()).unwrap();
        policy.conditions.windows = vec![access::policy::Window {
            days: vec![access::policy::Day::Sat],
            from: time("08:00"),
            to: time("18:00"),
        }];
        policy.conditions.zone = Some("Europe/Berlin".into());
        policy.conditions.zone_rule = Some("CET-1CEST,M3.5.0,M10.5.0/3".into());
    });
    stage.approve(1);
    let intended = stage.intended(1);
    forge(stage, &who(DANA), intended)
}

/// Half an hour was asked for and signed, and four were given.
fn overlong_grant() -> (Stage, Rule) {
    let mut stage = Stage::set();
    stage.approve(1);
    let mut intended = stage.intended(1);
    if let Event::GrantIntended { expires_at_ms, .. } = &mut intended {
        *expires_at_ms = stage.now().plus_seconds(14_400);
    }
    forge(stage, &who(DANA), intended)
}

fn review_by_the_requester() -> (Stage, Rule) {
    let mut stage = Stage::set();
    stage.open(1).returned(1);
    let recorded = Event::ReviewRecorded {
        request: request(1),
        verdict: access::event::Verdict::Drill,
        findings: None,
        note: crate::stage::seal(40),
    };
    forge(stage, &who(DANA), recorded)
}

fn policy_activated_by_its_author() -> (Stage, Rule) {
    activated_by(Stage::set(), NOOR)
}

/// Ola proved who she is an hour before; whoever sits at her browser now is not known.
fn policy_activated_in_an_old_session() -> (Stage, Rule) {
    let mut stage = Stage::set();
    stage.later(3_600).sign_in(&who(NOOR));
    activated_by(stage, OLA)
}

/// What Noor proposes, this author puts in force.
fn activated_by(mut stage: Stage, author: u128) -> (Stage, Rule) {
    let (place, policy) = (stage.state.next_seq(), orders_read());
    let command = Command::ProposePolicy {
        policy: policy.clone(),
        follows: None,
    };
    stage.run(&who(NOOR), command);
    let activated = Event::PolicyActivated {
        version: 2,
        sha256: policy.digest(),
        policy,
        proposal: Some(place),
    };
    forge(stage, &who(author), activated)
}

/// Ari said no, nobody has looked into it, and Dana broke the glass again.
fn emergency_after_a_refused_one() -> (Stage, Rule) {
    let mut stage = under(|policy| policy.emergency = Some(emergency(1_800, Some(600))));
    let glass = |number| ask_as(number, "orders-read", Mode::Emergency, 1_800);
    stage.run(&who(DANA), glass(1));
    stage.run(&portal(), Command::ConfirmGrant { grant: grant(1) });
    let again = stage.bent(glass(2), |_| ());
    stage.no(ARI, 1);
    stage.run(&portal(), end(1, EndCause::Unratified));
    forge(stage, &who(DANA), again)
}

/// Ten minutes to ratify it, and it was ended after half an hour, as if it had been.
fn unratified_emergency_kept_open() -> (Stage, Rule) {
    let mut stage = under(|policy| policy.emergency = Some(emergency(1_800, Some(600))));
    stage.run(&who(DANA), ask_as(1, "orders-read", Mode::Emergency, 1_800));
    stage.run(&portal(), Command::ConfirmGrant { grant: grant(1) });
    stage.later(1_800);
    let rule = stage.late(&portal(), end(1, EndCause::Expired));
    (stage, rule)
}

fn extension_beyond_the_limit() -> (Stage, Rule) {
    let (times, by_s, approval) = (1, 600, false);
    let mut stage = under(|policy| {
        policy.duration.extend = Some(Extend {
            times,
            by_s,
            approval,
        });
    });
    stage.open(1);
    let (grant, proof) = (grant(1), None);
    stage.run(&who(DANA), Command::ExtendGrant { grant, proof });
    let expires_at = stage.state.grant(grant).unwrap().expires_at;
    let extended = Event::GrantExtended {
        grant,
        request: request(1),
        expires_at_ms: expires_at.plus_seconds(by_s),
        proof,
    };
    forge(stage, &who(DANA), extended)
}

/// Ari said no to more time, and Dana asked whoever else would say yes.
fn extension_asked_for_after_a_no() -> (Stage, Rule) {
    let (times, by_s, approval) = (1, 600, true);
    let mut stage = under(|policy| {
        policy.duration.extend = Some(Extend {
            times,
            by_s,
            approval,
        });
    });
    stage.open(1);
    let grant = grant(1);
    stage.run(&who(DANA), Command::AskExtension { grant });
    stage.run(&who(ARI), Command::DenyExtension { grant });
    forge(stage, &who(DANA), Event::ExtensionAsked { grant })
}

/// Ari let nobody sign.
fn delegate_without_delegation() -> (Stage, Rule) {
    let mut stage = under(|policy| policy.approval.delegation = true);
    stage.ask(1, "orders-read");
    let word = given(&stage.word_for(1, Decision::Approve, ARI));
    forge(stage, &who(ELI), word)
}

/// The reviewers are asked after 15 min, and were after one.
fn ladder_step_too_early() -> (Stage, Rule) {
    let mut stage = under(|policy| {
        let (after_s, groups) = (900, names(&["reviewers"]));
        policy.approval.stages = vec![Asks {
            ladder: vec![Step { after_s, groups }],
            ..stage_of(1, &["leads"])
        }];
    });
    stage.ask(1, "orders-read");
    let escalated = Event::RequestEscalated {
        request: request(1),
        stage: 0,
        step: 0,
    };
    let rule = stage.later(60).forged(&portal(), escalated);
    let word = given(&stage.word(1, Decision::Approve));
    stage.forged(&who(RAE), word);
    (stage, rule)
}

/// Dana gave the access back, and worked on.
fn action_after_the_end_of_access() -> (Stage, Rule) {
    let mut stage = at_work();
    stage.later(60).returned(1);
    forge(stage, &who(DANA), intended(1, &[]))
}

/// Eli sits in Dana's session.
fn action_by_somebody_else() -> (Stage, Rule) {
    forge(at_work(), &who(ELI), intended(1, &[]))
}

/// Nobody wrote down what was sent before it was sent.
fn outcome_without_an_intent() -> (Stage, Rule) {
    forge(at_work(), &who(DANA), finished(1))
}

/// One action was taken out of the row, and the others stand as they were.
fn missing_action() -> (Stage, Rule) {
    forge(at_work(), &who(DANA), intended(2, &[]))
}

fn missing_piece_of_a_terminal() -> (Stage, Rule) {
    let mut stage = open_under(|policy| policy.grant.connector = Connector::Ssh);
    stage.run(&who(DANA), start(Way::Terminal));
    stage.lawful(&who(DANA), chunk(0));
    forge(stage, &who(DANA), chunk(2))
}

fn refused_statement_that_was_sent() -> (Stage, Rule) {
    let mut stage = open_under(|policy| policy.grant.refuse = vec![StatementClass::SetRole]);
    stage.run(&who(DANA), start(Way::Console));
    let classes = [StatementClass::Export, StatementClass::SetRole];
    forge(stage, &who(DANA), intended(0, &classes))
}

fn way_in_shown_where_all_is_recorded() -> (Stage, Rule) {
    let stage = open_under(|policy| policy.grant.recording = Recording::Required);
    forge(
        stage,
        &who(DANA),
        Event::CredentialShown { grant: grant(1) },
    )
}

/// The last actions were taken out, and the end was written to fit a shorter row.
fn recording_that_tells_of_less() -> (Stage, Rule) {
    let mut stage = at_work();
    stage.run(&who(DANA), intend(&[]));
    stage.lawful(&who(DANA), finished(1));
    forge(stage, &who(DANA), stopped(RecordingEnd::Closed, 1, 0))
}

/// Which rule each is about, and words of what it demands and of what it found.
const EXPECTED: [(&str, Rule, &str, &str); 21] = [
    (
        "grant_without_quorum",
        Rule::QuorumMissing,
        "2 people who said yes and are approvers",
        "1",
    ),
    (
        "self_approval_through_two_identities",
        Rule::SelfApproval,
        "anybody but the requester",
        "00000000-0000-0000-0000-00000000000d",
    ),
    (
        "activation_outside_the_window",
        Rule::OutsideWindow,
        "Sat 08:00–18:00 in Europe/Berlin",
        "Mon 09:00",
    ),
    (
        "overlong_grant",
        Rule::ExpiryTime,
        "1767601800500 ms",
        "1767614400500 ms",
    ),
    (
        "review_by_the_requester",
        Rule::ReviewerInvolved,
        "somebody who neither asked nor signed off",
        "00000000-0000-0000-0000-000000000001",
    ),
    (
        "policy_activated_by_its_author",
        Rule::SelfActivation,
        "anybody but the one who proposed it",
        "00000000-0000-0000-0000-00000000000a",
    ),
    (
        "unratified_emergency_kept_open",
        Rule::EndedLate,
        "an end at 1767601800500 ms, or by 1767600660500 ms at the latest",
        "1767601800500 ms",
    ),
    (
        "extension_beyond_the_limit",
        Rule::ExtendedTooOften,
        "at most 1 extensions",
        "1 before",
    ),
    (
        "extension_asked_for_after_a_no",
        Rule::ExtensionDenied,
        "no extension that was denied before",
        "one that was",
    ),
    (
        "delegate_without_delegation",
        Rule::NotDelegate,
        "somebody who signs for 00000000-0000-0000-0000-000000000003",
        "00000000-0000-0000-0000-000000000002",
    ),
    (
        "ladder_step_too_early",
        Rule::TooEarly,
        "not before 1767600900500 ms",
        "1767600060500 ms",
    ),
    (
        "policy_activated_in_an_old_session",
        Rule::SignInStale,
        "a sign-in since 1767601800 s",
        "1767600000 s",
    ),
    (
        "emergency_after_a_refused_one",
        Rule::EmergencyRefused,
        "no emergency of theirs that was refused and waits for review",
        "request 00000000-0000-0000-0000-000000001001",
    ),
    (
        "action_after_the_end_of_access",
        Rule::WrongState,
        "an active grant",
        "an ended grant",
    ),
    (
        "action_by_somebody_else",
        Rule::NotHolder,
        "the holder, 00000000-0000-0000-0000-000000000001",
        "00000000-0000-0000-0000-000000000002",
    ),
    (
        "outcome_without_an_intent",
        Rule::NotIntended,
        "an action that was sent and has no outcome yet",
        "action 1",
    ),
    (
        "missing_action",
        Rule::RecordingOrder,
        "number 1",
        "number 2",
    ),
    (
        "missing_piece_of_a_terminal",
        Rule::RecordingOrder,
        "number 1",
        "number 2",
    ),
    (
        "refused_statement_that_was_sent",
        Rule::ClassRefused,
        "an action that the policy does not refuse",
        "set_role",
    ),
    (
        "way_in_shown_where_all_is_recorded",
        Rule::RecordingRequired,
        "a way in on which everything is recorded",
        "a direct one",
    ),
    (
        "recording_that_tells_of_less",
        Rule::RecordingCounts,
        "actions: 2, pieces: 0",
        "actions: 1, pieces: 0",
    ),
];

/// Which entry of each is the first that breaks a rule: that many places before its end.
fn from_end(name: &str) -> u64 {
    match name {
        "grant_without_quorum" | "ladder_step_too_early" => 2,
        _ => 1,
    }
}

#[test]
fn each_forged_log_is_found_with_its_entry_and_both_values() {
    let all = all();
    assert_eq!(all.len(), EXPECTED.len());
    for ((name, log, rule), (expected_name, expected_rule, expected, found)) in
        all.into_iter().zip(EXPECTED)
    {
        assert_eq!((name, rule), (expected_name, expected_rule));
        let mut state = State::default();
        let findings: Vec<_> = log
            .iter()
            .filter_map(|record| apply(&mut state, record).err())
            .collect();
        let first = &findings[0];
        assert_eq!(
            (first.rule, first.seq),
            (rule, log.len() as u64 - from_end(name)),
            "{name}"
        );
        assert_eq!(
            (first.expected.as_str(), first.found.as_str()),
            (expected, found),
            "{name}"
        );
        assert_eq!(
            findings.len() as u64,
            from_end(name),
            "{name}: {findings:?}"
        );
        // Nothing of it is a matter of bytes: each entry reads back as it was written.
        for record in &log {
            let (actor, body) = (record.actor.json(), record.event.body_json());
            let read = Record::parse(record.seq, record.time, record.event.kind(), &actor, &body);
            assert_eq!(read.as_ref(), Ok(record), "{name}");
        }
        assert_eq!(unfinished(&state), [], "{name}");
    }
}

/// The same logs as files, for whoever checks them with other means than these rules alone: each entry as
/// its parts stand in it. `GOLDEN=write cargo test -p access forged` writes them anew.
#[test]
fn forged_logs_stand_as_files() {
    let logs: Vec<serde_json::Value> = all()
        .into_iter()
        .zip(EXPECTED)
        .map(|((name, log, rule), (_, _, expected, found))| {
            let seq = log.len() as u64 - from_end(name);
            let entries: Vec<serde_json::Value> = log.iter().map(parts).collect();
            serde_json::json!({
                "name": name, "rule": rule, "seq": seq, "expected": expected, "found": found,
                "entries": entries,
            })
        })
        .collect();
    let text = serde_json::to_string_pretty(&logs).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/unlawful.json");
    if std::env::var_os("GOLDEN").is_some_and(|how| how == "write") {
        std::fs::write(path, &text).unwrap();
    }
    assert!(
        std::fs::read_to_string(path).unwrap() == text,
        "{path} says otherwise"
    );
}

fn parts(record: &Record) -> serde_json::Value {
    serde_json::json!({
        "time_ms": record.time.millis(), "kind": record.event.kind(),
        "actor": record.actor.json(), "body": record.event.body_json(),
    })
}
