//! A browser that was here before is not shown another history.

use ledger::{Hash, leaf_hash, root_of};

use super::server::{Server, kinds, outcome};
use crate::report::{Outcome, Remembered, Report, Subject};
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
        at: format!("2026-01-05T09:{:02}:00Z", size % 60),
        note: format!("the note over {size} entries\n"),
    }
}

fn other(size: u64) -> Remembered {
    Remembered {
        root: Hash::new([1; 32]),
        ..seen(&Sample::lawful(0), size)
    }
}

fn memory(report: &Report) -> &str {
    let check = report
        .checks
        .iter()
        .find(|check| check.subject == Subject::Memory);
    &check.unwrap().text
}

#[test]
fn growth_is_consistent() {
    let sample = Sample::lawful(300);
    for size in [0, 1, 200, 256, 300] {
        let report = Server::of(&sample).check_with(vec![seen(&sample, size)]);
        assert!(
            report.proven && report.may_be_remembered,
            "{size}: {}",
            report.sentence
        );
        assert_eq!(outcome(&report, Subject::Memory), Outcome::Passed);
    }
}

#[test]
fn growth_is_held_against_each_checkpoint_that_was_seen() {
    let sample = Sample::lawful(300);
    let all = [256, 0, 300, 1, 200, 200].map(|size| seen(&sample, size));
    let report = Server::of(&sample).check_with(all.to_vec());
    assert!(report.proven && report.may_be_remembered);
    assert!(
        memory(&report).starts_with("Consistent with each of 6 checkpoints"),
        "{}",
        memory(&report)
    );
    for at in 0..all.len() {
        let mut bent = all.clone();
        bent[at].root = Hash::new([1; 32]);
        let size = bent[at].size;
        let report = Server::of(&sample).check_with(bent.to_vec());
        assert_eq!(kinds(&report), ["fork"], "seen with {size} entries");
        assert!(!report.may_be_remembered);
    }
}

#[test]
fn another_root_for_a_size_that_was_seen_is_a_fork_and_shows_both_notes() {
    let sample = Sample::lawful(300);
    for size in [200, 300] {
        let server = Server::of(&sample);
        let report = server.check_with(vec![seen(&sample, 100), other(size)]);
        assert_eq!(kinds(&report), ["fork"]);
        assert_eq!(outcome(&report, Subject::Memory), Outcome::Failed);
        assert!(!report.may_be_remembered);
        let finding = &report.findings[0];
        assert!(finding.sentence.ends_with("Both cannot be true."));
        assert!(finding.notes[0].contains("Up to the 100 entries"));
        let notes = finding.contradiction.as_ref().unwrap();
        assert_eq!(notes.seen, other(size).note);
        assert_eq!(notes.now.as_bytes(), server.checkpoint);
    }
}

#[test]
fn a_smaller_log_that_goes_on_from_what_was_seen_is_a_rollback() {
    let (short, long) = (Sample::lawful(200), Sample::lawful(300));
    let report = Server::of(&short).check_with(vec![seen(&short, 150), seen(&long, 300)]);
    assert_eq!(kinds(&report), ["rollback"]);
    let sentence = &report.findings[0].sentence;
    assert!(sentence.contains("the 150 entries that were seen on 2026-01-05T09:30:00Z"));
    assert!(!report.proven && !report.may_be_remembered);
}

#[test]
fn a_smaller_log_is_a_finding_even_where_nothing_older_was_seen() {
    let report = Server::of(&Sample::lawful(200)).check_with(vec![seen(&Sample::lawful(300), 300)]);
    assert_eq!(kinds(&report), ["rollback"]);
    assert!(
        report.findings[0]
            .sentence
            .contains("Nothing smaller was seen")
    );
    assert!(!report.proven && !report.may_be_remembered);
}

#[test]
fn a_smaller_log_that_was_rewritten_too_is_a_fork() {
    let report = Server::of(&Sample::lawful(200)).check_with(vec![other(100), other(300)]);
    assert_eq!(kinds(&report), ["fork"]);
    assert!(report.findings[0].notes[0].starts_with("It also shrank"));
}

#[test]
fn a_cut_tail_is_neither_fork_nor_rollback() {
    let sample = Sample::lawful(300);
    let mut server = Server::of(&sample);
    server.entries.truncate(250);
    let report = server.check_with(vec![seen(&sample, 200), seen(&sample, 280)]);
    assert_eq!(outcome(&report, Subject::Memory), Outcome::Passed);
    assert_eq!(outcome(&report, Subject::Tree), Outcome::Failed);
    let kinds = kinds(&report);
    assert!(
        !kinds.contains(&"fork") && !kinds.contains(&"rollback"),
        "{kinds:?}"
    );
    assert!(!report.may_be_remembered);
}

#[test]
fn an_altered_entry_does_not_make_the_signer_a_liar() {
    let sample = Sample::lawful(300);
    let mut server = Server::of(&sample);
    server.replace(17, "\"seq\":17", "\"seq\":18");
    let report = server.check_with(vec![seen(&sample, 200)]);
    assert_eq!(outcome(&report, Subject::Memory), Outcome::Passed);
    assert_eq!(kinds(&report), ["altered"]);
    server.leaves = None;
    let report = server.check_with(vec![seen(&sample, 200)]);
    assert_eq!(outcome(&report, Subject::Memory), Outcome::Unknown);
}
