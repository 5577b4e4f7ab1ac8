//! A check that goes on from an earlier one.

use super::server::{SAVED_AT, Saved, Server, kinds, places};
use crate::report::{Remembered, Resumed};
use crate::sample::Sample;

/// What a check of the first so many entries wrote down.
fn saved(size: usize) -> Saved {
    let server = Server::of(&Sample::lawful(size));
    let (report, _) = server.check_one_way(Vec::new(), Some(50));
    assert!(report.proven, "{}", report.sentence);
    server.saved.take().unwrap()
}

/// A server of the log, and a reader who has read its first 200 entries before.
fn resumed(sample: &Sample) -> Server {
    Server {
        resume: Some(saved(200)),
        ..Server::of(sample)
    }
}

fn seen(sample: &Sample) -> Remembered {
    Remembered {
        size: sample.entries.len() as u64,
        root: ledger::root_of(
            &sample
                .entries
                .iter()
                .map(|entry| ledger::leaf_hash(entry))
                .collect::<Vec<_>>(),
        ),
        at: SAVED_AT.to_owned(),
        note: String::new(),
    }
}

#[test]
fn only_what_is_new_is_read_and_the_report_says_so() {
    for (size, new) in [
        (300, vec!["stream/0-300"]),
        (201, vec!["stream/0-201"]),
        (200, vec![]),
    ] {
        let sample = Sample::lawful(size);
        let mut server = resumed(&sample);
        let remembered = vec![seen(&Sample::lawful(200))];
        let (report, asked) = server.check_one_way(remembered.clone(), Some(50));
        assert!(
            report.proven && report.may_be_remembered,
            "{}",
            report.sentence
        );
        assert_eq!(asked, ["checkpoint"], "nothing in order");
        assert_eq!(server.stretches.take(), new);
        let (entries, at) = (200, SAVED_AT.to_owned());
        assert_eq!(report.resumed, Some(Resumed { entries, at }));
        assert!(
            report
                .sentence
                .contains("The first 200 entries were read and replayed on 2026-01-06T08:00:00Z")
        );
        let saved = server.saved.take();
        // Nothing else is said than of a log that was read at once, and nothing else is kept of it.
        server.resume = None;
        let (whole, _) = server.check_one_way(remembered, Some(50));
        let texts = |report: &crate::Report| -> Vec<String> {
            report
                .checks
                .iter()
                .map(|check| check.text.clone())
                .collect()
        };
        assert_eq!(texts(&report), texts(&whole));
        assert_eq!(
            server.saved.take().map(|saved| saved.replay.len()),
            saved.map(|saved| saved.replay.len())
        );
    }
}

#[test]
fn an_answer_begins_where_a_bundle_does() {
    let server = Server {
        resume: Some(saved(300)),
        ..Server::of(&Sample::lawful(600))
    };
    let (report, _) = server.check_one_way(Vec::new(), Some(50));
    assert!(report.proven, "{}", report.sentence);
    assert_eq!(server.stretches.take(), ["stream/256-600"]);
}

#[test]
fn what_is_wrong_with_new_entries_is_found_as_in_a_whole_check() {
    let mut unlawful = Sample::lawful(250);
    unlawful.write(
        "request.lapsed",
        r#"{"type":"system","part":"portal"}"#,
        r#"{"request":"00000000-0000-4000-8000-00000000beef"}"#,
    );
    let mut altered = Server::of(&Sample::lawful(300));
    altered.entries[250][300] ^= 1;
    let mut removed = Server::of(&Sample::lawful(300));
    removed.entries.remove(230);
    for mut server in [Server::of(&unlawful), altered, removed] {
        let whole = server.check();
        assert!(!whole.proven);
        server.resume = Some(saved(200));
        let (report, _) = server.check_one_way(Vec::new(), Some(50));
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            serde_json::to_string(&whole).unwrap()
        );
        assert_eq!(server.saved.take(), None, "nothing to go on from");
    }
}

#[test]
fn an_id_that_an_old_entry_has_is_found_in_a_new_one() {
    let mut twice = Sample::lawful(200);
    twice.same_id_again();
    twice.write(
        "session.closed",
        r#"{"type":"system","part":"portal"}"#,
        r#"{"cause":"signed_out"}"#,
    );
    let whole = Server::of(&twice).check();
    let whole = kinds(&whole);
    let (report, _) = Server {
        resume: Some(saved(200)),
        ..Server::of(&twice)
    }
    .check_one_way(Vec::new(), Some(50));
    assert_eq!(kinds(&report), whole);
    assert!(
        whole.contains(&"id_repeated") || whole.iter().any(|kind| kind.contains("id")),
        "{whole:?}"
    );
}

/// A log whose first 200 entries are others than those that were read.
fn other_log() -> Sample {
    let one = Sample::lawful(1);
    let mut other = Sample::opened_as(one.origin.as_str(), &one.vkey());
    while other.entries.len() < 300 {
        let portal = r#"{"type":"system","part":"portal"}"#;
        other.write("server.started", portal, r#"{"version":"0.2.0"}"#);
    }
    other
}

#[test]
fn a_fork_is_read_from_the_beginning_and_named() {
    let other = other_log();
    let server = resumed(&other);
    let remembered = vec![seen(&Sample::lawful(200))];
    let (report, asked) = server.check_one_way(remembered, Some(50));
    assert_eq!(kinds(&report), ["fork"]);
    assert_eq!((asked.len(), report.resumed), (2, None));
    // Whoever remembers no checkpoint cannot tell, and what was kept accuses nobody by itself.
    let (report, _) = server.check_one_way(Vec::new(), Some(50));
    assert!(
        report.proven && report.resumed.is_none(),
        "{}",
        report.sentence
    );
}

#[test]
fn a_rollback_is_read_from_the_beginning_and_named() {
    let server = resumed(&Sample::lawful(150));
    let (report, _) = server.check_one_way(vec![seen(&Sample::lawful(200))], Some(50));
    assert_eq!(kinds(&report), ["rollback"]);
    assert_eq!(server.stretches.take(), ["stream/0-150"]);
    assert_eq!(report.resumed, None);
}

#[test]
fn a_server_that_is_honest_the_second_time_is_not_proven_either() {
    let mut server = resumed(&Sample::lawful(300));
    let mut altered = server.entries.clone();
    altered[250][300] ^= 1;
    server.first_face = Some(altered);
    let (report, _) = server.check_one_way(Vec::new(), Some(50));
    assert_eq!(
        (kinds(&report), places(&report)),
        (vec!["two_faces"], vec![Some(251)])
    );
}

#[test]
fn what_was_kept_and_then_damaged_accuses_nobody() {
    let sample = Sample::lawful(210);
    let kept = saved(200);
    // Each of the first bytes, and some of the many ids' at the end.
    let places = || (0..400).chain((400..kept.session.len()).step_by(97));
    for at in places() {
        for bit in [0, 6] {
            let mut bent = kept.clone();
            bent.session[at] ^= 1 << bit;
            let server = Server {
                resume: Some(bent),
                ..Server::of(&sample)
            };
            let (report, _) = server.check_one_way(Vec::new(), Some(50));
            assert!(report.proven, "byte {at}: {}", report.sentence);
        }
    }
    for at in places().step_by(9) {
        let mut cut = kept.clone();
        cut.session.truncate(at);
        let server = Server {
            resume: Some(cut),
            ..Server::of(&sample)
        };
        let (report, _) = server.check_one_way(Vec::new(), Some(50));
        assert!(report.proven && report.resumed.is_none(), "cut at {at}");
    }
}

#[test]
fn damaged_bytes_of_a_replay_make_nothing_panic() {
    let (kept, sample) = (saved(200), Sample::lawful(210));
    for at in (0..kept.replay.len()).step_by(3) {
        let mut bent = kept.replay.clone();
        bent[at] ^= 0x41;
        for bytes in [&bent[..], &kept.replay[..at]] {
            let Some(mut replay) = crate::Replay::resume(bytes, 210) else {
                continue;
            };
            for entry in &sample.entries[200..] {
                let mut framed = Vec::new();
                ledger::bundle::push(&mut framed, entry).unwrap();
                replay.feed(&framed);
            }
            replay.end();
        }
    }
}
