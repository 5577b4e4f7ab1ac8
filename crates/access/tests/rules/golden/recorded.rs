//! The kinds that recorded work and the connectors for machines and webhooks brought.

use access::digest::Digest;
use access::event::{ActionOutcome, Call, Event, RecordingEnd, StatementClass, Way};
use access::policy::{Connector, Recording};

use super::AT;
use crate::company::orders_admin;
use crate::stage::{grant, recording, request, seal};

pub(super) fn recorded() -> Vec<(&'static str, Event)> {
    let recording = recording(1);
    let mut policy = orders_admin();
    policy.grant.recording = Recording::Required;
    policy.grant.refuse = StatementClass::ALL.to_vec();
    policy.check().unwrap();
    let intended = |classes: &[StatementClass]| Event::ActionIntended {
        recording,
        number: 7,
        classes: classes.to_vec(),
        statement: seal(212),
    };
    let finished = |outcome, rows, result| Event::ActionFinished {
        recording,
        number: 7,
        outcome,
        rows,
        duration_ms: 34,
        result,
    };
    let started = |way| Event::RecordingStarted {
        recording,
        grant: grant(1),
        way,
    };
    let mut all = vec![
        (
            "policy.activated-recorded",
            Event::PolicyActivated {
                version: 5,
                sha256: policy.digest(),
                policy,
                proposal: Some(41),
            },
        ),
        ("recording.started", started(Way::Console)),
        ("recording.started-reported", started(Way::Reported)),
        ("action.intended", intended(&[])),
        (
            "action.intended-classes",
            intended(&[StatementClass::SetRole, StatementClass::Export]),
        ),
        (
            "action.refused",
            Event::ActionRefused {
                recording,
                number: 8,
                class: StatementClass::CopyProgram,
                statement: seal(61),
            },
        ),
        (
            "action.finished",
            finished(ActionOutcome::Done, Some(1_204), Some(seal(32))),
        ),
        (
            "action.finished-unknown",
            finished(ActionOutcome::Unknown, None, None),
        ),
        (
            "recording.chunk",
            Event::RecordingChunk {
                recording,
                number: 0,
                content: seal(4_096),
            },
        ),
        (
            "recording.gap",
            Event::RecordingGap {
                recording,
                from: 9,
                to: 12,
            },
        ),
        (
            "recording.ended",
            Event::RecordingEnded {
                recording,
                cause: RecordingEnd::AccessEnded,
                actions: 12,
                chunks: 1,
            },
        ),
    ];
    all.extend(elsewhere());
    all
}

fn elsewhere() -> Vec<(&'static str, Event)> {
    let issued = |source: Option<&str>| Event::CertificateIssued {
        grant: grant(1),
        serial: 41,
        key: Digest::of(b"key"),
        principal: "deploy".into(),
        source: source.map(|network| network.parse().unwrap()),
        valid_until_ms: AT,
    };
    let intended = |connector| Event::GrantIntended {
        grant: grant(1),
        request: request(1),
        connector,
        role: "deploy".into(),
        expires_at_ms: AT,
    };
    vec![
        ("grant.intended-ssh", intended(Connector::Ssh)),
        ("grant.intended-webhook", intended(Connector::Webhook)),
        ("certificate.issued", issued(Some("10.0.0.0/8"))),
        ("certificate.issued-anywhere", issued(None)),
        (
            "target.answered",
            Event::TargetAnswered {
                grant: grant(1),
                call: Call::End,
                status: 204,
                answer: seal(0),
            },
        ),
    ]
}
