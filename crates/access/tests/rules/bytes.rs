//! Bytes that are not exactly what this version writes are refused.

use access::Record;
use access::refusal::Rule;
use access::time::UnixMillis;

use crate::golden::{actors, samples};

const NOW: UnixMillis = UnixMillis::new(0);
const SYSTEM: &str = r#"{"type":"system","part":"portal"}"#;

fn parse(kind: &str, actor: &str, body: &str) -> Result<Record, access::Violation> {
    Record::parse(7, NOW, kind, actor, body)
}

fn refused(kind: &str, actor: &str, body: &str) {
    match parse(kind, actor, body) {
        Ok(record) => panic!("{kind} {actor} {body} was read as {record:?}"),
        Err(violation) => assert_eq!((violation.seq, violation.rule), (7, Rule::Malformed)),
    }
}

#[test]
fn every_event_reads_back() {
    for (_, actor) in actors() {
        for (_, event) in samples() {
            let record = parse(event.kind(), &actor.json(), &event.body_json()).unwrap();
            assert_eq!((record.actor, record.event), (actor.clone(), event));
        }
    }
}

#[test]
fn another_form_is_refused() {
    let body =
        r#"{"grant":"00000000-0000-0000-0000-000000002001","cause":"revoked","sessions_cut":2}"#;
    parse("grant.ended", SYSTEM, body).unwrap();
    let mutations = [
        ("white_space", body.replace(',', ", ")),
        ("trailing_space", format!("{body} ")),
        ("unknown_member", body.replace("2}", r#"2,"more":1}"#)),
        ("member_twice", body.replace("2}", r#"2,"sessions_cut":2}"#)),
        ("member_missing", body.replace(r#","sessions_cut":2"#, "")),
        ("other_order", r#"{"cause":"revoked","grant":"00000000-0000-0000-0000-000000002001","sessions_cut":2}"#.into()),
        ("upper_case_uuid", body.replace("000000002001", "00000000200A")),
        ("uuid_without_dashes", body.replace('-', "")),
        ("float", body.replace("2}", "2.0}")),
        ("exponent", body.replace("2}", "2e0}")),
        ("negative", body.replace("2}", "-2}")),
        ("number_as_text", body.replace("2}", r#""2"}"#)),
        ("too_large", body.replace("2}", "4294967296}")),
        ("escaped", body.replace("revoked", r"revok\u0065d")),
        ("unknown_cause", body.replace("revoked", "vanished")),
        ("body_goes_on", format!(r#"{body},"more":1"#)),
        ("body_closes_and_names_another_kind", format!(r#"{body},"kind":"grant.opened""#)),
        ("no_object", "null".into()),
        ("empty", String::new()),
        ("array", r#"["00000000-0000-0000-0000-000000002001","revoked",2]"#.into()),
    ];
    for (name, mutated) in mutations {
        assert_ne!(mutated, body, "{name}");
        refused("grant.ended", SYSTEM, &mutated);
    }
    for kind in [
        "grant.opened",
        "grant.Ended",
        "",
        "grant.ended\",\"x\":\"",
        "GrantEnded",
    ] {
        refused(kind, SYSTEM, body);
    }
    let absent = r#"{"request":"00000000-0000-0000-0000-000000001001","decision":"approve"}"#;
    refused("signoff.given", SYSTEM, absent);
    refused("session.opened", SYSTEM, "{}");
}

#[test]
fn another_actor_is_refused() {
    let body = r#"{"version":"0.1.0"}"#;
    parse("server.started", SYSTEM, body).unwrap();
    for actor in [
        r#"{"part":"portal","type":"system"}"#,
        r#"{"type":"system","part":"portal","more":1}"#,
        r#"{"type":"system"}"#,
        r#"{"type":"god"}"#,
        r#"{"type":"person","person":"00000000-0000-0000-0000-000000000001"}"#,
        r#"{"type":"person","person":"00000000-0000-0000-0000-000000000001","groups":["a "]}"#,
        r#"{"type":"person","person":"00000000000000000000000000000001","groups":[]}"#,
        r#""system""#,
        "",
    ] {
        refused("server.started", actor, body);
    }
}

/// Whatever a flipped bit makes of an entry is refused or is another event's exact bytes.
#[test]
fn every_flipped_bit_is_refused_or_exact() {
    for (_, event) in samples() {
        let body = event.body_json().into_bytes();
        for at in 0..body.len() * 8 {
            let mut flipped = body.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            let Ok(text) = String::from_utf8(flipped) else {
                continue;
            };
            if let Ok(record) = parse(event.kind(), SYSTEM, &text) {
                assert_ne!(record.event, event, "{text}");
                assert_eq!(record.event.body_json(), text);
            }
        }
    }
}
