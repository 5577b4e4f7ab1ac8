//! Both readers say the same of every text, or the fast one says nothing.

use super::*;
use crate::digest::{Commitment, Digest};
use crate::refusal::Rule;
use crate::time::UnixMillis;

fn seal(n: u32) -> Commitment {
    let c = Digest::of(&n.to_be_bytes());
    Commitment { c, n }
}

/// One event of each kind that most entries have, and of each form that it can take.
fn samples() -> Vec<Event> {
    let id = "00112233-4455-6677-8899-aabbccddeeff";
    let (request, grant, person) = (
        id.parse().expect("a name or an id in its form"),
        id.parse().expect("a name or an id in its form"),
        id.parse().expect("a name or an id in its form"),
    );
    let at = UnixMillis::new(1_767_600_000_500);
    let submitted = |mode, urgency, ticket| Event::RequestSubmitted {
        request,
        mode,
        resource: "orders-db".parse().expect("a name or an id in its form"),
        policy: "orders-admin".parse().expect("a name or an id in its form"),
        policy_version: u32::MAX,
        policy_sha256: Digest::new([0xff; 32]),
        duration_s: 0,
        urgency,
        reason: seal(57),
        ticket,
        incident: ticket,
        start_at_ms: ticket.map(|_| at),
        context: None,
        statement: Digest::of(b"statement"),
        lapses_at_ms: at,
    };
    let given = |decision, auth_time_s, note, on_behalf_of| Event::SignOffGiven {
        request,
        on_behalf_of,
        decision,
        statement: Digest::of(b"statement"),
        auth_time_s,
        id_token: seal(912),
        note,
    };
    let intended = |role: &str, expires_at_ms| Event::GrantIntended {
        grant,
        request,
        connector: Connector::Postgresql,
        role: role.to_owned(),
        expires_at_ms: UnixMillis::new(expires_at_ms),
    };
    let mut samples = vec![
        Event::PersonRegistered {
            person: id.parse().expect("a name or an id in its form"),
            identity: seal(0),
            name: seal(u32::MAX),
        },
        submitted(Mode::Ordinary, Urgency::Sev1, Some(seal(8))),
        submitted(Mode::Emergency, Urgency::Sev2, None),
        submitted(Mode::Ordinary, Urgency::Sev3, None),
        submitted(Mode::Ordinary, Urgency::Sev4, None),
        given(Decision::Approve, 1_767_600_001, None, None),
        given(Decision::Approve, 1_767_600_001, None, Some(person)),
        given(Decision::Deny, 0, Some(seal(20)), None),
        Event::RequestApproved {
            request,
            lapses_at_ms: at,
        },
        Event::RequestDenied { request },
        Event::RequestWithdrawn { request },
        Event::RequestLapsed { request },
        intended("orders_admin", 1),
        intended("rôle 角色 \u{7f}", 999_999_999_999_999_999),
        Event::GrantOpened { grant },
        Event::CredentialShown { grant },
        Event::RequestViewed { request },
    ];
    let times = [None, Some(0), Some(1_767_600_000)];
    samples.extend(times.map(|auth_time_s| Event::SessionOpened { auth_time_s }));
    let causes = [SessionEnd::SignedOut, SessionEnd::Provider];
    samples.extend(causes.map(|cause| Event::SessionClosed { cause }));
    let failures = [Failure::Refused, Failure::Unknown, Failure::Interrupted];
    samples.extend(failures.map(|failure| Event::GrantFailed { grant, failure }));
    let causes = [
        EndCause::Expired,
        EndCause::Returned,
        EndCause::Revoked,
        EndCause::Unratified,
    ];
    samples.extend(causes.map(|cause| Event::GrantEnded {
        grant,
        cause,
        sessions_cut: 2,
    }));
    let verdicts = [Verdict::Emergency, Verdict::Drill, Verdict::Misuse];
    samples.extend(verdicts.map(|verdict| Event::ReviewRecorded {
        request,
        verdict,
        findings: (verdict == Verdict::Misuse).then(|| seal(70)),
        note: seal(80),
    }));
    samples.extend(work());
    samples
}

/// What somebody does while access is open.
fn work() -> Vec<Event> {
    let recording = "00112233-4455-6677-8899-aabbccddeeff"
        .parse()
        .expect("a name or an id in its form");
    let grant = "00112233-4455-6677-8899-aabbccddeeff"
        .parse()
        .expect("a name or an id in its form");
    let intended = |classes: &[StatementClass]| Event::ActionIntended {
        recording,
        number: u32::MAX,
        classes: classes.to_vec(),
        statement: seal(120),
    };
    let finished = |outcome, rows, result| Event::ActionFinished {
        recording,
        number: 0,
        outcome,
        rows,
        duration_ms: 12,
        result,
    };
    let mut work = vec![
        intended(&[]),
        intended(&StatementClass::ALL),
        finished(ActionOutcome::Done, None, Some(seal(32))),
        finished(ActionOutcome::Failed, Some(999_999_999_999_999_999), None),
        finished(ActionOutcome::Cancelled, Some(0), None),
        finished(ActionOutcome::Cut, None, None),
        finished(ActionOutcome::Unknown, None, None),
        Event::RecordingChunk {
            recording,
            number: 7,
            content: seal(4_096),
        },
    ];
    work.extend(StatementClass::ALL.map(|class| Event::ActionRefused {
        recording,
        number: 1,
        class,
        statement: seal(120),
    }));
    let connectors = [Connector::Postgresql, Connector::Ssh, Connector::Webhook];
    work.extend(connectors.map(|connector| {
        Event::GrantIntended {
            grant,
            request: "00112233-4455-6677-8899-aabbccddeeff"
                .parse()
                .expect("a name or an id in its form"),
            connector,
            role: "deploy".to_owned(),
            expires_at_ms: UnixMillis::new(1),
        }
    }));
    work
}

/// Forms that the long way alone reads.
fn left_to_the_other() -> Vec<Event> {
    let auth_time_s = [Some(-1), Some(i64::MIN), Some(i64::MAX)];
    let mut left = Vec::from(auth_time_s.map(|auth_time_s| Event::SessionOpened { auth_time_s }));
    left.push(Event::ActionFinished {
        recording: "00112233-4455-6677-8899-aabbccddeeff"
            .parse()
            .expect("a name or an id in its form"),
        number: 0,
        outcome: ActionOutcome::Done,
        rows: Some(u64::MAX),
        duration_ms: 12,
        result: None,
    });
    left.push(Event::CommandRefused {
        command: "sign_off".to_owned(),
        request: None,
        rule: Rule::SelfApproval,
    });
    left.push(Event::ServerStarted {
        version: "a \"quoted\" one".to_owned(),
        verifier: None,
    });
    left
}

fn agree(kind: &str, body: &str) {
    if let Some(read) = event(kind, body) {
        assert_eq!(
            Ok(&read),
            Event::from_any_wire(kind, body).as_ref(),
            "{body}"
        );
        assert_eq!(read.body_json(), body);
    }
}

#[test]
fn what_is_written_is_read() {
    for written in samples() {
        let (kind, body) = (written.kind(), written.body_json());
        assert_eq!(event(kind, &body), Some(written));
        agree(kind, &body);
    }
}

#[test]
fn what_is_not_read_here_is_read_the_long_way() {
    for written in left_to_the_other() {
        let (kind, body) = (written.kind(), written.body_json());
        assert_eq!(event(kind, &body), None, "{body}");
        assert_eq!(Event::from_wire(kind, &body), Ok(written));
    }
}

/// Each byte of each sample becomes each other byte, is left out, stands twice, or is the last.
#[test]
fn the_two_agree_on_every_bent_byte() {
    for sample in samples() {
        let (kind, body) = (sample.kind(), sample.body_json().into_bytes());
        for at in 0..body.len() {
            let (before, after) = (&body[..at], &body[at + 1..]);
            let mut bent: Vec<Vec<u8>> = (0..=0xff)
                .map(|byte| [before, &[byte], after].concat())
                .collect();
            bent.push([before, after].concat());
            bent.push([before, &[body[at], body[at]], after].concat());
            bent.push(before.to_vec());
            for text in bent
                .into_iter()
                .filter_map(|text| String::from_utf8(text).ok())
            {
                agree(kind, &text);
            }
        }
    }
}

#[test]
fn the_two_agree_on_parts_of_other_bodies() {
    let bodies: Vec<(&str, String)> = samples()
        .iter()
        .chain(&left_to_the_other())
        .map(|sample| (sample.kind(), sample.body_json()))
        .collect();
    for (kind, body) in &bodies {
        for (other_kind, other) in &bodies {
            agree(kind, other);
            let (half, other_half) = (body.len() / 2, other.len() / 2);
            if let (Some(head), Some(tail)) = (body.get(..half), other.get(other_half..)) {
                agree(kind, &[head, tail].concat());
                agree(other_kind, &[head, tail].concat());
            }
            agree(
                kind,
                &[
                    body.trim_end_matches('}'),
                    ",",
                    other.trim_start_matches('{'),
                ]
                .concat(),
            );
        }
    }
}

#[test]
fn a_list_in_another_form_is_left_alone() {
    let body = work()[1].body_json();
    assert!(body.contains(r#"["set_role","copy_program","code","listen","export"]"#));
    assert!(event("action.intended", &body).is_some());
    for (from, to) in [
        (r#"["set_role""#, r#"[,"set_role""#),
        (r#""export"]"#, r#""export",]"#),
        (r#""code","listen""#, r#""code" ,"listen""#),
        (r#""code","listen""#, r#""code""listen""#),
        (r#""code""#, r#""Code""#),
        ("[", "[["),
        ("]", ""),
    ] {
        let bent = body.replacen(from, to, 1);
        assert_ne!(bent, body);
        assert_eq!(event("action.intended", &bent), None, "{bent}");
        agree("action.intended", &bent);
    }
}

#[test]
fn values_in_another_form_are_left_alone() {
    let body = r#"{"auth_time_s":7}"#;
    assert!(event("session.opened", body).is_some());
    for number in [
        "07",
        "+7",
        "-7",
        "-0",
        "7.0",
        "7e0",
        "",
        " 7",
        "7 ",
        "\"7\"",
        "1000000000000000000",
        "nul",
        "nullnull",
    ] {
        let bent = body.replace('7', number);
        assert_eq!(event("session.opened", &bent), None, "{bent}");
    }
    let body = Event::GrantOpened {
        grant: "00112233-4455-6677-8899-aabbccddeeff"
            .parse()
            .expect("a name or an id in its form"),
    }
    .body_json();
    for (from, to) in [
        ("ee", "EE"),
        ("-4455", "4455-"),
        ("-", ""),
        ("ff", "fg"),
        ("\"00", "\"{0"),
    ] {
        let bent = body.replace(from, to);
        assert_ne!(bent, body);
        assert_eq!(event("grant.opened", &bent), None, "{bent}");
    }
}
