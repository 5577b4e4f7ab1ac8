//! A browser that was here before is not shown another history.

use ledger::{Hash, leaf_hash, root_of};

use super::server::{Server, kinds, outcome};
use crate::report::{Outcome, Remembered, Subject};
use crate::sample::Sample;

fn seen(sample: &Sample, size: u64) -> Remembered {
    let leaves: Vec<Hash> = sample
        .entries
        .iter()
        .take(size as usize)
        .map(|entry| leaf_hash(entry))
        .collect();
    Remembered {
        size,
        root: root_of(&leaves),
        at: "2026-01-05T09:00:00Z".to_owned(),
    }
}

#[test]
fn growth_is_consistent() {
    let sample = Sample::lawful(300);
    for size in [0, 1, 200, 256, 300] {
        let report = Server::of(&sample).check_with(Some(seen(&sample, size)));
        assert!(
            report.proven && report.may_be_remembered,
            "{size}: {}",
            report.sentence
        );
        assert_eq!(outcome(&report, Subject::Memory), Outcome::Passed);
    }
}

#[test]
fn a_smaller_log_is_a_finding_even_when_well_made() {
    let report = Server::of(&Sample::lawful(200)).check_with(Some(seen(&Sample::lawful(300), 300)));
    assert_eq!(kinds(&report), ["shrunk"]);
    assert!(!report.proven && !report.may_be_remembered);
}

#[test]
fn another_history_is_a_finding_even_when_well_made() {
    let sample = Sample::lawful(300);
    for size in [200, 300] {
        let other = Remembered {
            root: Hash::new([1; 32]),
            ..seen(&sample, size)
        };
        let report = Server::of(&sample).check_with(Some(other));
        assert_eq!(kinds(&report), ["rewritten"]);
        assert_eq!(outcome(&report, Subject::Memory), Outcome::Failed);
        assert!(!report.may_be_remembered);
    }
}

#[test]
fn an_altered_entry_does_not_make_the_signer_a_liar() {
    let sample = Sample::lawful(300);
    let mut server = Server::of(&sample);
    server.replace(17, "\"seq\":17", "\"seq\":18");
    let report = server.check_with(Some(seen(&sample, 200)));
    assert_eq!(outcome(&report, Subject::Memory), Outcome::Passed);
    assert_eq!(kinds(&report), ["altered"]);
    server.leaves = None;
    let report = server.check_with(Some(seen(&sample, 200)));
    assert_eq!(outcome(&report, Subject::Memory), Outcome::Unknown);
}
