//! What stands beside recorded work: who sees and erases it, and the ways in on which nothing is recorded.

use access::actions;
use access::command::Command;
use access::digest::Digest;
use access::event::{Actor, Call, Event, Field, OpeningRef, RecordingEnd, Verdict};
use access::policy::{Connector, Recording};
use access::refusal::Rule;
use access::view::Action;

use super::{at_work, kept, open_under, recorder, stop};
use crate::oversight::disclose;
use crate::stage::{
    CLEO, DANA, ELI, KIM, QUINN, RAE, grant, names, person, portal, request, seal, who,
};

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
            verdict: Verdict::Emergency,
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

/// One principal, the grant's own time, once.
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
        let groups = names(&["oncall-database"]);
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

/// What the target answered is an entry, and its words are sealed.
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
    stage.run(&portal(), note(Call::Open));
    let answer = OpeningRef {
        seq: place,
        field: Field::Answer,
    };
    let texts = stage.state.request(request(1)).unwrap().openings();
    assert!(texts.contains(&answer), "{texts:?}");
    stage.returned(1);
    let reconciler = Actor::system("reconciler");
    stage.run(&reconciler, note(Call::End));
    let by_hand = stage.refused(&who(DANA), note(Call::End));
    assert_eq!(by_hand, Rule::SystemOnly);
    let database = open_under(|_| {});
    let rule = database.refused(&portal(), note(Call::Open));
    assert_eq!(rule, Rule::WrongState);
}
