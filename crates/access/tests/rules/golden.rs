//! The exact bytes of every kind of entry. They must never drift: old logs would not read back.
//!
//! `GOLDEN=write cargo test -p access golden` writes the files; look at the difference before
//! committing it.

use std::fs;
use std::path::PathBuf;

use access::digest::Digest;
use access::event::{
    Actor, Decision, EndCause, Event, Failure, Field, Mode, OpeningRef, SessionEnd, Urgency,
    Verdict,
};
use access::ids::FaultId;
use access::policy::Connector;
use access::refusal::Rule;
use access::time::UnixMillis;
use access::{Statement, statement};
use uuid::Uuid;

mod later;
mod recorded;

use later::later;
use recorded::recorded;

use crate::stage::{DANA, grant, orders_admin, person, portal, request, roles, seal, who};

const AT: UnixMillis = UnixMillis::new(1_767_600_000_500);

/// One event of each kind, and more where a field may be absent.
pub(crate) fn samples() -> Vec<(&'static str, Event)> {
    let policy = orders_admin();
    let (request, grant) = (request(1), grant(1));
    let submitted = |mode, ticket| Event::RequestSubmitted {
        request,
        mode,
        resource: "orders-db".parse().unwrap(),
        policy: "orders-admin".parse().unwrap(),
        policy_version: 3,
        policy_sha256: orders_admin().digest(),
        duration_s: 1_800,
        urgency: Urgency::Sev1,
        reason: seal(57),
        ticket,
        incident: None,
        start_at_ms: None,
        context: None,
        statement: Digest::of(b"statement"),
        lapses_at_ms: AT,
    };
    let given = |decision, note| Event::SignOffGiven {
        request,
        on_behalf_of: None,
        decision,
        statement: Digest::of(b"statement"),
        auth_time_s: 1_767_600_001,
        id_token: seal(912),
        note,
    };
    let (origin, vkey) = (
        "breakglass.test/log".into(),
        "breakglass.test/log+0a+AQ==".into(),
    );
    let refused = |request| Event::CommandRefused {
        command: "sign_off".into(),
        request,
        rule: Rule::SelfApproval,
    };
    let ordered = |of| Event::ErasureOrdered {
        request,
        of,
        reason: seal(40),
    };
    let at = |seq, field| OpeningRef { seq, field };
    let (text, note) = (at(41, Field::Reason), at(44, Field::Note));
    let (identity, name) = (seal(40), seal(12));
    let role = policy.grant.role.clone();
    let account = grant.account();
    let resource = "orders-db".parse().unwrap();
    let mut all = vec![
        ("ledger.opened", Event::LedgerOpened { origin, vkey }),
        (
            "key.rotated",
            Event::KeyRotated {
                from: 42,
                new: r#"a "quoted" \ log+0a+AQ=="#.into(),
                old: "breakglass.test/log+0a+AQ==".into(),
                signature: "c2ln".into(),
            },
        ),
        (
            "server.started",
            Event::ServerStarted {
                version: "0.1.0".into(),
                verifier: None,
            },
        ),
        (
            "server.started-verifier",
            Event::ServerStarted {
                version: "0.1.0".into(),
                verifier: Some(Digest::new([7; 32])),
            },
        ),
        (
            "server.failed",
            Event::ServerFailed {
                reference: FaultId::new(Uuid::from_u128(0x3001)),
            },
        ),
        (
            "policy.activated",
            Event::PolicyActivated {
                version: 3,
                sha256: policy.digest(),
                policy,
                proposal: None,
            },
        ),
        (
            "person.registered",
            Event::PersonRegistered {
                person: person(DANA),
                identity,
                name,
            },
        ),
        (
            "session.opened",
            Event::SessionOpened {
                auth_time_s: Some(1_767_600_000),
            },
        ),
        (
            "session.opened-untimed",
            Event::SessionOpened { auth_time_s: None },
        ),
        (
            "session.closed",
            Event::SessionClosed {
                cause: SessionEnd::SignedOut,
            },
        ),
        (
            "request.submitted",
            submitted(Mode::Ordinary, Some(seal(8))),
        ),
        (
            "request.submitted-emergency",
            submitted(Mode::Emergency, None),
        ),
        ("signoff.given", given(Decision::Approve, None)),
        ("signoff.given-deny", given(Decision::Deny, Some(seal(20)))),
        (
            "request.approved",
            Event::RequestApproved {
                request,
                lapses_at_ms: AT,
            },
        ),
        ("request.denied", Event::RequestDenied { request }),
        ("request.withdrawn", Event::RequestWithdrawn { request }),
        ("request.lapsed", Event::RequestLapsed { request }),
        (
            "grant.intended",
            Event::GrantIntended {
                grant,
                request,
                connector: Connector::Postgresql,
                role,
                expires_at_ms: AT,
            },
        ),
        ("grant.opened", Event::GrantOpened { grant }),
        (
            "grant.failed",
            Event::GrantFailed {
                grant,
                failure: Failure::Interrupted,
            },
        ),
        ("credential.shown", Event::CredentialShown { grant }),
        (
            "grant.ended",
            Event::GrantEnded {
                grant,
                cause: EndCause::Revoked,
                sessions_cut: 2,
            },
        ),
        (
            "orphan.removed",
            Event::OrphanRemoved {
                resource,
                account,
                sessions_cut: 1,
            },
        ),
        (
            "review.recorded",
            Event::ReviewRecorded {
                request,
                verdict: Verdict::Drill,
                findings: None,
                note: seal(80),
            },
        ),
        (
            "roles.configured",
            Event::RolesConfigured { roles: roles() },
        ),
        (
            "ledger.read",
            Event::LedgerRead {
                from: 256,
                to: 1_000_000,
                began_ms: AT,
            },
        ),
        (
            "opening.disclosed",
            Event::OpeningDisclosed {
                request,
                opening: text,
                purpose: seal(31),
            },
        ),
        ("erasure.ordered", ordered(Some(text))),
        ("erasure.ordered-all", ordered(None)),
        (
            "erasure.confirmed",
            Event::ErasureConfirmed {
                order: 57,
                request,
                auth_time_s: 1_767_600_001,
                id_token: seal(912),
            },
        ),
        (
            "opening.erased",
            Event::OpeningErased {
                order: 57,
                request,
                openings: vec![text, note],
            },
        ),
        ("command.refused", refused(Some(request))),
        ("command.refused-unknown", refused(None)),
    ];
    all.extend(later());
    all.extend(recorded());
    all
}

pub(crate) fn actors() -> [(&'static str, Actor); 2] {
    [("actor-person", who(DANA)), ("actor-system", portal())]
}

fn same_as_file(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    let text = format!("{}\n", text.trim_end_matches('\n'));
    if std::env::var_os("GOLDEN").is_some_and(|how| how == "write") {
        fs::write(&path, &text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(text, golden, "{name}");
}

#[test]
fn every_event_has_the_bytes_of_its_file() {
    for (name, event) in samples() {
        assert_eq!(name.split('-').next(), Some(event.kind()));
        same_as_file(&format!("{name}.json"), &event.body_json());
        let whole = serde_json::to_string(&event).unwrap();
        let built = format!(r#"{{"{}":{}}}"#, event.kind(), event.body_json());
        assert_eq!(whole, built);
    }
    for (name, actor) in actors() {
        same_as_file(&format!("{name}.json"), &actor.json());
    }
}

#[test]
fn the_statement_has_the_bytes_of_its_file() {
    let (resource, policy) = (
        "orders-db".parse().unwrap(),
        "orders-admin".parse().unwrap(),
    );
    let facts = Statement {
        request: request(1),
        requester: person(DANA),
        mode: Mode::Ordinary,
        resource: &resource,
        policy: &policy,
        policy_version: 3,
        policy_sha256: orders_admin().digest(),
        duration_s: 1_800,
        urgency: Urgency::Sev2,
        reason: seal(57),
        ticket: Some(seal(8)),
        incident: Some(seal(9)),
        start_at: Some(AT),
    };
    same_as_file("statement.txt", &statement(&facts));
    same_as_file(
        "statement-without-ticket.txt",
        &statement(&Statement {
            ticket: None,
            incident: None,
            start_at: None,
            ..facts
        }),
    );
    assert_eq!(facts.digest(), Digest::of(statement(&facts).as_bytes()));
}
