//! Who may read the log, who sees what was written, and what of it is an entry.

use access::command::Command;
use access::disclosure::{Case, DISCLOSED_FOR_S};
use access::event::{Actor, Event, Field, OpeningRef};
use access::ids::GroupName;
use access::refusal::Rule;
use access::time::UnixMillis;
use access::view::{Action, Role, Viewer};
use access::{actions, apply, may_read};

use crate::stage::{
    ARI, CLEO, DANA, ELI, QUINN, RAE, Stage, names, orders_read, person, portal, request, roles,
    seal, who, who_in,
};

fn read(from: u64, to: u64, began_ms: i64) -> (Command, Event) {
    let began_ms = UnixMillis::new(began_ms);
    (
        Command::ReadLedger { from, to, began_ms },
        Event::LedgerRead { from, to, began_ms },
    )
}

pub(crate) fn disclose(opening: OpeningRef, purpose: u32) -> (Command, Event) {
    let (request, purpose) = (request(1), seal(purpose));
    (
        Command::DiscloseOpening {
            request,
            opening,
            purpose,
        },
        Event::OpeningDisclosed {
            request,
            opening,
            purpose,
        },
    )
}

/// A text of request 1.
pub(crate) fn text(stage: &Stage, field: Field) -> OpeningRef {
    let all = stage.state.request(request(1)).unwrap().openings();
    all.into_iter().find(|text| text.field == field).unwrap()
}

#[test]
fn only_auditors_read_and_only_what_there_is() {
    let mut stage = Stage::set();
    let (size, now) = (stage.state.next_seq(), stage.now_ms);
    for (from, to) in [(0, size), (0, 1), (size - 1, size)] {
        stage.clone().run(&who(QUINN), read(from, to, now).0);
    }
    for (from, to) in [(0, 0), (2, 1), (0, size + 1), (size, size + 1)] {
        let (command, event) = read(from, to, now);
        let rule = stage.refused_and_found(&who(QUINN), command, event);
        assert_eq!(rule, Rule::BadRange, "{from} to {to}");
    }
    for reader in [who(DANA), who(CLEO), who_in(QUINN, &[])] {
        let (command, event) = read(0, 1, now);
        let rule = stage.refused_and_found(&reader, command, event);
        assert_eq!(rule, Rule::NotAuditor);
    }
    let (command, event) = read(0, 1, now);
    let rule = stage.refused_and_found(&portal(), command, event);
    assert_eq!(rule, Rule::PersonOnly);
    // A read tells of itself only when it is read again.
    stage.run(&who(QUINN), read(0, size, now).0);
    stage.run(&who(QUINN), read(size, size + 1, now).0);
}

#[test]
fn a_read_is_judged_by_when_it_was() {
    let mut stage = Stage::set();
    let began = stage.now_ms;
    stage.later(3_600);
    let mut changed = roles();
    changed.auditor = names(&["security"]);
    stage.run(&portal(), Command::ConfigureRoles { roles: changed });
    let (now, size) = (stage.now_ms, stage.state.next_seq());
    stage.clone().run(&who(QUINN), read(0, size, began).0);
    stage.clone().run(&who(QUINN), read(0, size, now - 1).0);
    let (command, event) = read(0, size, now);
    let rule = stage.refused_and_found(&who(QUINN), command, event);
    assert_eq!(rule, Rule::NotAuditor);
    // A clock that was put back: the portal says what it can, a forger is found.
    let (command, event) = read(0, size, now + 1);
    let security = who_in(QUINN, &["security"]);
    stage.clone().run(&security, command);
    assert_eq!(stage.would_break(&security, event), Rule::TooEarly);
}

#[test]
fn whoever_lost_the_role_reads_on_in_no_browser() {
    let mut stage = Stage::set();
    let may = |stage: &Stage, actor: &Actor| may_read(&stage.state, actor, stage.now());
    assert!(may(&stage, &who(QUINN)));
    for other in [who(DANA), who_in(DANA, &["auditors"]), portal()] {
        assert!(!may(&stage, &other), "{other:?}");
    }
    // Demoted at the provider, seen in another browser.
    let demoted = who_in(QUINN, &["oncall-database"]);
    stage.run(&demoted, Command::OpenSession { auth_time_s: None });
    assert!(!may(&stage, &who(QUINN)));
    stage.run(&who(QUINN), Command::OpenSession { auth_time_s: None });
    assert!(may(&stage, &who(QUINN)) && !may(&stage, &demoted));
    let mut changed = roles();
    changed.auditor = names(&["security"]);
    stage.run(&portal(), Command::ConfigureRoles { roles: changed });
    stage.later(1);
    assert!(!may(&stage, &who(QUINN)));
}

#[test]
fn nobody_reads_where_no_roles_are_known() {
    let mut state = access::State::default();
    let records = Stage::set().log;
    for record in records
        .iter()
        .filter(|record| !matches!(record.event, Event::RolesConfigured { .. }))
    {
        apply(&mut state, record).unwrap();
    }
    let mut stage = Stage::set();
    stage.state = state;
    let (command, event) = read(0, 1, stage.now_ms);
    let rule = stage.refused_and_found(&who(QUINN), command, event);
    assert_eq!(rule, Rule::NotAuditor);
}

#[test]
fn a_disclosure_names_a_text_and_a_purpose() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-read");
    let reason = text(&stage, Field::Reason);
    let found = |stage: &Stage, actor: &Actor, opening, purpose| {
        let (command, event) = disclose(opening, purpose);
        stage.refused_and_found(actor, command, event)
    };
    for nosy in [
        who(DANA),
        who(ARI),
        who(CLEO),
        who_in(QUINN, &["operators"]),
    ] {
        assert_eq!(found(&stage, &nosy, reason, 40), Rule::NotAuditor);
    }
    let quinn = who(QUINN);
    assert_eq!(found(&stage, &quinn, reason, 9), Rule::PurposeTooShort);
    for (seq, field) in [
        (reason.seq, Field::Note),
        (reason.seq - 1, Field::Reason),
        (u64::MAX, Field::Reason),
    ] {
        let other = OpeningRef { seq, field };
        assert_eq!(found(&stage, &quinn, other, 40), Rule::UnknownOpening);
    }
    stage.run(&quinn, disclose(reason, 10).0);
    // Why somebody looked is sealed too, and can be asked for.
    let purpose = text(&stage, Field::Purpose);
    assert_eq!(purpose.seq, reason.seq + 1);
    stage.run(&quinn, disclose(purpose, 40).0);
}

#[test]
fn a_role_that_was_taken_away_discloses_nothing() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-read");
    let reason = text(&stage, Field::Reason);
    stage.run(
        &who_in(QUINN, &["oncall-database"]),
        Command::OpenSession { auth_time_s: None },
    );
    // An older browser of theirs still says otherwise.
    let (command, event) = disclose(reason, 40);
    let rule = stage.refused_and_found(&who(QUINN), command, event);
    assert_eq!(rule, Rule::NotAuditor);
}

#[test]
fn roles_are_the_portals_to_say() {
    let stage = Stage::set();
    let mut mine = roles();
    mine.custodian = names(&["oncall-database"]);
    let command = Command::ConfigureRoles {
        roles: mine.clone(),
    };
    let event = Event::RolesConfigured { roles: mine };
    let rule = stage.refused_and_found(&who(DANA), command, event);
    assert_eq!(rule, Rule::SystemOnly);
    assert_eq!(stage.state.roles(), Some(&roles()));
}

fn viewer(number: u128, groups: &[&str]) -> Viewer {
    let groups = names(groups);
    Viewer {
        person: person(number),
        name: String::new(),
        roles: roles().held(&groups),
        groups,
        proved_at_s: None,
    }
}

#[test]
fn words_are_for_the_requests_people_and_for_auditors_case_by_case() {
    let policy = orders_read();
    let now = UnixMillis::new(2_000_000_000_000);
    let case = |signed| Case {
        policy: &policy,
        requester: person(DANA),
        emergency: false,
        signed,
    };
    let shows = |number, groups: &[&str], disclosed_at| {
        let viewer = viewer(number, groups);
        case(false).shows(Field::Reason, &viewer, disclosed_at, now)
    };
    assert!(shows(DANA, &[], None));
    assert!(shows(ARI, &["leads"], None));
    assert!(shows(RAE, &["reviewers"], None));
    assert!(!shows(ELI, &["oncall-database"], None));
    let nosy = viewer(ELI, &[]);
    assert!(!case(false).admits(&nosy) && case(true).admits(&nosy));
    assert!(case(true).shows(Field::Note, &nosy, None, now));
    for role in ["auditors", "operators", "custodians"] {
        assert!(case(false).admits(&viewer(QUINN, &[role])));
        assert!(!shows(QUINN, &[role], None), "{role}");
    }
    let ago = |seconds: u32| Some(UnixMillis::new(now.millis() - i64::from(seconds) * 1000));
    assert!(shows(QUINN, &["auditors"], ago(0)));
    assert!(shows(QUINN, &["auditors"], ago(DISCLOSED_FOR_S - 1)));
    assert!(!shows(QUINN, &["auditors"], ago(DISCLOSED_FOR_S)));
    assert!(!shows(QUINN, &["operators"], ago(0)));
    // A proof of identity is nobody's to read without a purpose.
    let proof = |who: &Viewer, at| case(false).shows(Field::IdToken, who, at, now);
    assert!(!proof(&viewer(DANA, &[]), None) && !proof(&viewer(ARI, &["leads"]), None));
    assert!(proof(&viewer(QUINN, &["auditors"]), ago(0)));
}

#[test]
fn pages_offer_disclosure_to_auditors() {
    let mut stage = Stage::set();
    stage.ask(1, "orders-read");
    let offered = |number, groups: &[&str]| {
        let groups: Vec<GroupName> = names(groups);
        let person = person(number);
        actions(&stage.state, request(1), &person, &groups, stage.now())
    };
    assert_eq!(offered(QUINN, &["auditors"]), [Action::Disclose]);
    assert_eq!(offered(CLEO, &["custodians"]), []);
    assert_eq!(viewer(CLEO, &["custodians"]).roles, [Role::Custodian]);
}
