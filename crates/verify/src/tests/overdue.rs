//! A log that is whole and lawful entry by entry, in which access outlived its time.

use super::server::{Server, kinds, outcome, places};
use crate::report::{Outcome, Report, Subject};
use crate::sample::Sample;

const PORTAL: &str = r#"{"type":"system","part":"portal"}"#;

/// A log that stops while access is open, and the place of the intent.
fn open() -> (Sample, u64) {
    for size in 60.. {
        let sample = Sample::lawful(size);
        if last_kind(&sample).contains("\"kind\":\"credential.shown\"") {
            let intends = |entry: &Vec<u8>| text(entry).contains("\"kind\":\"grant.intended\"");
            let seq = sample.entries.iter().rposition(intends).unwrap();
            return (sample, seq as u64);
        }
    }
    unreachable!()
}

fn text(entry: &[u8]) -> String {
    String::from_utf8_lossy(entry).into_owned()
}

fn last_kind(sample: &Sample) -> String {
    text(sample.entries.last().unwrap())
}

fn grant(sample: &Sample) -> String {
    let last = last_kind(sample);
    let at = last.find("\"grant\":\"").unwrap() + 9;
    last[at..at + 36].to_owned()
}

fn is_found(report: &Report, seq: u64, rule: &str) {
    assert!(!report.proven, "{}", report.sentence);
    assert_eq!(
        (kinds(report), places(report)),
        (vec!["violation"], vec![Some(seq)])
    );
    let finding = &report.findings[0];
    assert_eq!(finding.rule.as_deref(), Some(rule));
    assert!(finding.expected.is_some() && finding.found.is_some() && finding.bytes.is_some());
    assert_eq!(outcome(report, Subject::Rules), Outcome::Failed);
    assert_eq!(outcome(report, Subject::Tree), Outcome::Passed);
}

#[test]
fn access_that_is_still_open_after_its_time_is_found() {
    let (mut sample, seq) = open();
    let started = r#"{"version":"0.1.0"}"#;
    sample.later(1_700_000);
    sample.write("server.started", PORTAL, started);
    assert!(Server::of(&sample).check().proven, "it is not over yet");
    sample.later(300_000);
    sample.write("server.started", PORTAL, started);
    is_found(&Server::of(&sample).check(), seq, "not_ended");
}

#[test]
fn access_that_ended_long_after_its_time_is_found() {
    let (mut sample, _) = open();
    let body = format!(
        r#"{{"grant":"{}","cause":"expired","sessions_cut":1}}"#,
        grant(&sample)
    );
    let seq = sample.entries.len() as u64;
    sample.later(2_000_000);
    sample.write("grant.ended", PORTAL, &body);
    is_found(&Server::of(&sample).check(), seq, "ended_late");
}

#[test]
fn what_an_altered_log_lacks_is_no_finding_of_its_own() {
    let (mut sample, _) = open();
    let body = format!(
        r#"{{"grant":"{}","cause":"expired","sessions_cut":1}}"#,
        grant(&sample)
    );
    let seq = sample.entries.len();
    sample.later(1_800_000);
    sample.write("grant.ended", PORTAL, &body);
    sample.later(300_000);
    sample.write("server.started", PORTAL, r#"{"version":"0.1.0"}"#);
    assert!(Server::of(&sample).check().proven);
    let mut server = Server::of(&sample);
    server.entries.remove(seq);
    let report = server.check();
    assert_eq!(
        (kinds(&report), places(&report)),
        (vec!["missing"], vec![Some(seq as u64)])
    );
    let notes = &report.findings[0].notes;
    assert!(
        notes.iter().any(|note| note.contains("not_ended")),
        "{notes:?}"
    );
}
