//! The first entry names the log and the key: both are those that the auditor checks under.

use ledger::SigningKey;

use super::server::{Server, kinds, outcome, places};
use crate::report::{Outcome, Subject};
use crate::sample::Sample;

const ORIGIN: &str = "breakglass.demo/log";

fn other_vkey() -> String {
    let other = SigningKey::from_seed(ORIGIN, [9; 32]).unwrap();
    other.verifier_key().to_string()
}

#[test]
fn a_log_opened_under_another_key_is_not_proven() {
    let (held, other) = (Sample::lawful(0).vkey(), other_vkey());
    let report = Server::of(&Sample::opened_as(ORIGIN, &other)).check();
    assert!(!report.proven);
    assert_eq!(
        (kinds(&report), places(&report)),
        (vec!["opened_under_other_key"], vec![Some(0)])
    );
    let finding = &report.findings[0];
    assert_eq!(finding.expected.as_ref(), Some(&held));
    assert_eq!(finding.found.as_ref(), Some(&other));
    assert!(finding.sentence.contains(&held) && finding.sentence.contains(&other));
    assert!(finding.bytes.is_some());
    assert_eq!(outcome(&report, Subject::Signature), Outcome::Failed);
    assert_eq!(outcome(&report, Subject::Tree), Outcome::Passed);
}

#[test]
fn a_log_opened_under_another_name_is_not_proven() {
    let report = Server::of(&Sample::opened_as(
        "other.example/log",
        &Sample::lawful(0).vkey(),
    ));
    let report = report.check();
    assert!(!report.proven);
    assert_eq!(
        (kinds(&report), places(&report)),
        (vec!["opened_as_other"], vec![Some(0)])
    );
    assert_eq!(report.findings[0].expected.as_deref(), Some(ORIGIN));
    assert_eq!(
        report.findings[0].found.as_deref(),
        Some("other.example/log")
    );
}

#[test]
fn the_key_is_compared_letter_by_letter() {
    let vkey = Sample::lawful(0).vkey();
    assert!(Server::of(&Sample::opened_as(ORIGIN, &vkey)).check().proven);
    for bent in [format!("{vkey} "), String::new(), vkey.to_lowercase()] {
        let report = Server::of(&Sample::opened_as(ORIGIN, &bent)).check();
        assert_eq!(kinds(&report), ["opened_under_other_key"], "{bent:?}");
    }
}

#[test]
fn a_first_entry_that_was_altered_is_one_finding() {
    let mut server = Server::of(&Sample::lawful(30));
    let vkey = Sample::lawful(0).vkey();
    server.replace(0, &vkey, &other_vkey());
    for tiles in [true, false] {
        if !tiles {
            server.leaves = None;
        }
        let report = server.check();
        assert_eq!(places(&report)[0], Some(0));
        assert!(!kinds(&report).contains(&"opened_under_other_key"));
        let notes = &report.findings[0].notes;
        assert!(
            notes.iter().any(|note| note.contains("the key you hold")),
            "{notes:?}"
        );
    }
}
