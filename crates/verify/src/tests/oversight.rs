//! Logs with reads, disclosures and erasures: lawful ones are proven, and of forged ones the entry is
//! named although every hash and signature fits.

use access::command::Command;
use access::event::{Actor, Event, Field, OpeningRef};
use access::ids::RequestId;
use access::roles::RoleGroups;
use access::time::UnixMillis;

use super::server::{Server, kinds, outcome, places};
use crate::report::{Outcome, Report, Subject};
use crate::sample::{Sample, groups, person, sealed};

const QUINN: u64 = 900;
const CLEO: u64 = 901;
const KIM: u64 = 902;
const OSCAR: u64 = 903;

fn who(number: u64) -> Actor {
    let group = match number {
        QUINN => "auditors",
        OSCAR => "operators",
        _ => "custodians",
    };
    Actor::Person {
        person: person(number),
        groups: groups(&[group]),
    }
}

/// A log with roles, people who hold them, and a request that was reviewed.
fn overseen() -> (Sample, RequestId) {
    let mut sample = Sample::lawful(160);
    sample.go_on();
    let roles = RoleGroups {
        auditor: groups(&["auditors"]),
        operator: groups(&["operators"]),
        custodian: groups(&["custodians"]),
        author: Vec::new(),
    };
    sample.act(&Actor::system("portal"), Command::ConfigureRoles { roles });
    for number in [QUINN, CLEO, KIM, OSCAR] {
        let (person, identity, name) = (person(number), sealed("who"), sealed("name"));
        let register = Command::RegisterPerson {
            person,
            identity,
            name,
        };
        sample.act(&Actor::system("sign-in"), register);
        sample.act(&who(number), Command::OpenSession { auth_time_s: None });
    }
    let reviewed = sample
        .state()
        .requests()
        .find(|asked| asked.review.is_some());
    let request = reviewed.unwrap().id;
    (sample, request)
}

fn reason(sample: &Sample, request: RequestId) -> OpeningRef {
    let asked = sample.state().request(request).unwrap();
    let all = asked.openings();
    *all.iter().find(|text| text.field == Field::Reason).unwrap()
}

fn write(sample: &mut Sample, by: u64, event: &Event) -> u64 {
    let seq = sample.entries.len() as u64;
    sample.later(1_000);
    sample.write(event.kind(), &who(by).json(), &event.body_json());
    seq
}

/// Everything lawful: read, disclosed, erased.
fn lived() -> Sample {
    let (mut sample, request) = overseen();
    let size = sample.entries.len() as u64;
    let read = Command::ReadLedger {
        from: 0,
        to: size,
        began_ms: UnixMillis::new(1_767_600_000_000),
    };
    sample.act(&who(QUINN), read);
    let (opening, purpose) = (reason(&sample, request), sealed("audit, sample 4"));
    let disclose = Command::DiscloseOpening {
        request,
        opening,
        purpose,
    };
    sample.act(&who(QUINN), disclose);
    let order = sample.entries.len() as u64;
    let (of, why) = (None, sealed("asked for by the person"));
    sample.act(
        &who(CLEO),
        Command::OrderErasure {
            request,
            of,
            reason: why,
        },
    );
    let auth_time_s = sample.now_s() + 20;
    let id_token = sealed("a token");
    sample.act(
        &who(KIM),
        Command::ConfirmErasure {
            order,
            auth_time_s,
            id_token,
        },
    );
    sample
}

fn is_found(report: &Report, found: &[(u64, &str)]) {
    assert!(!report.proven, "{}", report.sentence);
    let rules: Vec<_> = report
        .findings
        .iter()
        .map(|finding| (finding.seq.unwrap(), finding.rule.as_deref().unwrap()))
        .collect();
    assert_eq!(rules, found);
    assert!(kinds(report).iter().all(|kind| *kind == "violation"));
    assert_eq!(outcome(report, Subject::Rules), Outcome::Failed);
    for subject in [Subject::Chain, Subject::Tree, Subject::Signature] {
        assert_eq!(outcome(report, subject), Outcome::Passed);
    }
}

#[test]
fn what_was_read_disclosed_and_erased_lawfully_is_proven() {
    let sample = lived();
    let report = Server::of(&sample).check();
    assert!(report.proven, "{}", report.sentence);
    assert_eq!(places(&report), []);
    let rules = report
        .checks
        .iter()
        .find(|check| check.subject == Subject::Rules)
        .unwrap();
    assert!(
        rules
            .text
            .contains("were erased on the order of two people"),
        "{}",
        rules.text
    );
}

#[test]
fn a_disclosure_to_somebody_without_the_role_is_named() {
    let (mut sample, request) = overseen();
    let event = Event::OpeningDisclosed {
        request,
        opening: reason(&sample, request),
        purpose: sealed("out of curiosity"),
    };
    let seq = write(&mut sample, OSCAR, &event);
    is_found(&Server::of(&sample).check(), &[(seq, "not_auditor")]);
}

#[test]
fn a_read_by_somebody_without_the_role_is_named() {
    let (mut sample, _) = overseen();
    let event = Event::LedgerRead {
        from: 0,
        to: 10,
        began_ms: UnixMillis::new(1_767_600_000_000),
    };
    let seq = write(&mut sample, OSCAR, &event);
    is_found(&Server::of(&sample).check(), &[(seq, "not_auditor")]);
}

#[test]
fn an_erasure_confirmed_by_its_orderer_is_named() {
    let (mut sample, request) = overseen();
    let openings = sample.state().request(request).unwrap().left(None);
    let ordered = Event::ErasureOrdered {
        request,
        of: None,
        reason: sealed("nobody has to know"),
    };
    let order = write(&mut sample, CLEO, &ordered);
    let auth_time_s = sample.now_s();
    let confirmed = Event::ErasureConfirmed {
        order,
        request,
        auth_time_s,
        id_token: sealed("a token"),
    };
    let alone = write(&mut sample, CLEO, &confirmed);
    let erased = Event::OpeningErased {
        order,
        request,
        openings,
    };
    let gone = write(&mut sample, CLEO, &erased);
    is_found(
        &Server::of(&sample).check(),
        &[(alone, "self_confirmation"), (gone, "erasure_unconfirmed")],
    );
}
