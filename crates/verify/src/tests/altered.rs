//! Every way to alter what was signed is found, and the altered entry is named itself.

use ledger::{Finding as Noticed, Hash, leaf_hash};

use super::server::{Server, kinds, outcome, places};
use crate::report::{Outcome, Subject};
use crate::sample::Sample;

#[test]
fn a_whole_log_is_proven() {
    for size in [1, 2, 255, 256, 257, 600] {
        let report = Server::of(&Sample::lawful(size)).check();
        assert!(report.proven, "{size}: {}", report.sentence);
        assert_eq!(report.proven_ranges, [(0, size as u64)]);
        assert!(report.broken_ranges.is_empty() && report.may_be_remembered);
        let outcomes: Vec<Outcome> = report.checks.iter().map(|check| check.outcome).collect();
        assert_eq!(outcomes[..6], [Outcome::Passed; 6]);
        assert_eq!(
            outcomes[6..],
            [Outcome::Unknown; 2],
            "there is no policy, and nothing to remember yet"
        );
    }
}

#[test]
fn an_empty_log_is_proven() {
    let report = Server::of(&Sample::lawful(0)).check();
    assert!(report.proven, "{}", report.sentence);
    assert!(report.proven_ranges.iter().all(|(from, to)| from == to));
}

#[test]
fn chunks_may_end_anywhere() {
    let mut server = Server::of(&Sample::lawful(40));
    for chunk in (1..40).chain([430, 431, 4096]) {
        server.chunk = chunk;
        assert!(server.check().proven, "chunks of {chunk}");
    }
}

#[test]
fn any_flipped_byte_names_its_entry() {
    let sample = Sample::lawful(70);
    for seq in [0, 1, 33, 69] {
        for at in 0..sample.entries[seq].len() {
            let mut server = Server::of(&sample);
            server.entries[seq][at] ^= 0x01;
            let report = server.check();
            let first = &report.findings[0];
            assert!(!report.proven);
            assert_eq!(
                (first.kind.as_str(), first.seq),
                ("altered", Some(seq as u64)),
                "byte {at}: {}",
                report.sentence
            );
            assert!(
                report
                    .sentence
                    .starts_with(&format!("Entry {seq} was altered: ")),
                "{}",
                report.sentence
            );
            assert!(
                first.bytes.is_some(),
                "byte {at} of entry {seq} is there to be looked at"
            );
            assert_eq!(
                first.expected,
                Some(leaf_hash(&sample.entries[seq]).to_string())
            );
            assert_eq!(
                first.found,
                Some(leaf_hash(&server.entries[seq]).to_string())
            );
            assert_eq!(report.broken_ranges, [(seq as u64, seq as u64 + 1)]);
        }
    }
}

#[test]
fn one_alteration_is_one_finding() {
    let sample = Sample::lawful(300);
    let seq = sample
        .entries
        .iter()
        .rposition(|entry| text(entry).contains("\"duration_s\":1800"))
        .unwrap();
    let mut server = Server::of(&sample);
    server.replace(seq, "\"duration_s\":1800", "\"duration_s\":7200");
    let report = server.check();
    assert_eq!(
        places(&report),
        [Some(seq as u64)],
        "{:#?}",
        report.findings
    );
    assert_eq!(
        report.proven_ranges,
        [(0, seq as u64), (seq as u64 + 1, 300)]
    );
    assert_eq!(outcome(&report, Subject::Chain), Outcome::Failed);
    assert_eq!(outcome(&report, Subject::Tree), Outcome::Failed);
    assert_eq!(outcome(&report, Subject::Rules), Outcome::Failed);
    assert_eq!(outcome(&report, Subject::Signature), Outcome::Passed);
    assert_eq!(
        report.findings[0].rule.as_deref(),
        Some("duration_out_of_range")
    );
    assert!(!report.may_be_remembered);
}

#[test]
fn a_removed_entry_is_named() {
    let sample = Sample::lawful(300);
    for seq in [0, 1, 150, 255, 256, 298] {
        let mut server = Server::of(&sample);
        server.entries.remove(seq);
        let report = server.check();
        assert_eq!(
            (kinds(&report)[0], places(&report)[0]),
            ("missing", Some(seq as u64))
        );
        assert_eq!(report.findings_total, 1, "{:#?}", report.findings);
    }
}

#[test]
fn a_cut_tail_is_named() {
    let mut server = Server::of(&Sample::lawful(300));
    server.entries.truncate(280);
    let report = server.check();
    assert_eq!(
        (kinds(&report), places(&report)),
        (vec!["missing"], vec![Some(280)])
    );
    assert_eq!(report.broken_ranges, [(280, 300)]);
    assert_eq!(report.proven_ranges, [(0, 280)]);
}

#[test]
fn an_inserted_entry_is_named() {
    let sample = Sample::lawful(300);
    let mut server = Server::of(&sample);
    let mut foreign = sample.entries[100].clone();
    let last = foreign.len() - 4;
    foreign[last] = b'9';
    server.entries.insert(100, foreign);
    // The last entry falls off the end: no more than the signed number is read.
    let report = server.check();
    assert!(
        kinds(&report).contains(&"inserted"),
        "{:#?}",
        report.findings
    );
    assert_eq!(places(&report)[0], Some(100));
}

#[test]
fn two_entries_that_changed_places_are_named() {
    let sample = Sample::lawful(300);
    let mut server = Server::of(&sample);
    server.entries.swap(100, 101);
    let report = server.check();
    assert_eq!(kinds(&report), ["moved"], "{:#?}", report.findings);
    assert!([Some(100), Some(101)].contains(&places(&report)[0]));
}

#[test]
fn everything_rewritten_from_one_entry_on_is_named_from_there() {
    let sample = Sample::lawful(300);
    let mut server = Server::of(&sample);
    server.replace(200, "\"seq\":200", "\"seq\":200 ");
    for seq in 200..300 {
        let before = leaf_hash(&server.entries[seq - 1]);
        let old = ledger::prev_of(&sample.entries[seq]).unwrap();
        server.replace(seq, &old.to_string(), &before.to_string());
    }
    let report = server.check();
    assert_eq!(report.findings_total, 100);
    assert_eq!(places(&report)[0], Some(200));
    assert_eq!(report.broken_ranges, [(200, 300)]);
    assert!(
        report
            .findings
            .iter()
            .all(|finding| finding.bytes.is_some())
    );
}

#[test]
fn without_honest_tiles_the_chain_names_the_entry() {
    let sample = Sample::lawful(300);
    for seq in [0_usize, 17, 298] {
        for tiles in [None, Some(vec![Hash::new([1; 32]); 300])] {
            let mut server = Server::of(&sample);
            let last = server.entries[seq].len() - 5;
            server.entries[seq][last] ^= 0x01;
            server.leaves = tiles;
            let report = server.check();
            assert_eq!(
                places(&report)[0],
                Some(seq as u64),
                "{:#?}",
                report.findings
            );
            assert!(
                report
                    .sentence
                    .starts_with(&format!("Entry {seq} was altered: ")),
                "{}",
                report.sentence
            );
            assert!(report.proven_ranges.is_empty() && report.findings[0].bytes.is_some());
        }
    }
    let mut server = Server::of(&sample);
    server.replace(17, "{\"v\":1,\"prev\":\"", "{\"v\":1,\"prev\":\"A");
    server.leaves = None;
    assert_eq!(places(&server.check())[0], Some(17));
}

#[test]
fn an_unlawful_entry_in_a_well_made_log_is_named_with_its_rule() {
    let mut sample = Sample::lawful(120);
    let opened = sample
        .entries
        .iter()
        .find(|entry| text(entry).contains("\"kind\":\"grant.opened\""))
        .unwrap();
    let opened = text(opened);
    let body = opened
        .split("\"body\":")
        .nth(1)
        .unwrap()
        .strip_suffix('}')
        .unwrap()
        .to_owned();
    // The same grant opens a second time.
    sample.write(
        "grant.opened",
        r#"{"type":"system","part":"portal"}"#,
        &body,
    );
    sample.write(
        "nonsense.done",
        r#"{"type":"system","part":"portal"}"#,
        "{}",
    );
    let report = Server::of(&sample).check();
    assert_eq!(places(&report), [Some(120), Some(121)]);
    assert_eq!(kinds(&report), ["violation", "violation"]);
    assert!(
        report
            .findings
            .iter()
            .all(|finding| finding.rule.is_some() && finding.bytes.is_some()),
        "{:#?}",
        report.findings
    );
    assert_eq!(outcome(&report, Subject::Rules), Outcome::Failed);
    assert_eq!(outcome(&report, Subject::Tree), Outcome::Passed);
    assert!(!report.proven && report.may_be_remembered);
}

#[test]
fn the_sample_that_the_page_tests_itself_with_is_current() {
    let sample = Sample::lawful(64);
    let mut stream = Vec::new();
    sample
        .entries
        .iter()
        .for_each(|entry| ledger::bundle::push(&mut stream, entry).unwrap());
    let current = include_bytes!("../../../../verifier-wasm/web/sample/stream")
        == stream.as_slice()
        && include_bytes!("../../../../verifier-wasm/web/sample/checkpoint")
            == sample.checkpoint().as_bytes();
    assert!(
        current,
        "make it anew: cargo run -p verify --example generate_log -- verifier-wasm/web/sample 64"
    );
}

#[test]
fn the_ledger_names_every_finding_that_the_report_knows() {
    let finding = Noticed::Surplus { size: 1, found: 2 };
    assert_eq!(crate::judge::class(&finding), (Subject::Tree, "surplus"));
}

fn text(entry: &[u8]) -> String {
    String::from_utf8_lossy(entry).into_owned()
}
