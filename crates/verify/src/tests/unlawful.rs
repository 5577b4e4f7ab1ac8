//! Logs in which every hash and signature is right and that are unlawful all the same.

use access::event::Event;
use serde_json::Value;

use super::server::{Server, outcome};
use crate::report::{Outcome, Subject};
use crate::sample::Sample;

const LOGS: &str = include_str!("../../../../crates/access/vectors/unlawful.json");

/// The log as a server would hold that had the key: its first entry names the key that signs it.
fn signed(log: &Value) -> Sample {
    let mut sample = Sample::lawful(0);
    for (seq, entry) in log["entries"].as_array().unwrap().iter().enumerate() {
        let text = |part: &str| entry[part].as_str().unwrap().to_owned();
        let mut body = text("body");
        if seq == 0 {
            let origin = sample.origin.as_str().to_owned();
            let vkey = sample.vkey();
            body = Event::LedgerOpened { origin, vkey }.body_json();
        }
        sample.at(entry["time_ms"].as_i64().unwrap());
        sample.write(&text("kind"), &text("actor"), &body);
    }
    sample
}

#[test]
fn an_unlawful_log_is_never_proven_however_well_it_is_signed() {
    let logs: Vec<Value> = serde_json::from_str(LOGS).unwrap();
    assert!(logs.len() >= 10);
    for log in &logs {
        let report = Server::of(&signed(log)).check();
        let name = &log["name"];
        assert!(!report.proven, "{name}");
        for subject in [Subject::Chain, Subject::Tree, Subject::Signature] {
            assert_eq!(outcome(&report, subject), Outcome::Passed, "{name}");
        }
        assert_eq!(outcome(&report, Subject::Rules), Outcome::Failed, "{name}");
        let first = &report.findings[0];
        assert_eq!(first.seq, log["seq"].as_u64(), "{name}");
        assert_eq!(first.rule.as_deref(), log["rule"].as_str(), "{name}");
        // Both values are there to be read.
        for value in ["expected", "found"] {
            let value = log[value].as_str().unwrap();
            let said = serde_json::to_string(first).unwrap();
            let shown = serde_json::to_string(value).unwrap();
            assert!(
                said.contains(shown.trim_matches('"')),
                "{name}: {said} lacks {value}"
            );
        }
    }
}
