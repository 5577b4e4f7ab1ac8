//! Long logs come in several answers: nothing is skipped, read twice or forgiven between them.

use super::server::{Server, kinds, outcome, places};
use crate::report::{Outcome, Subject};
use crate::sample::Sample;

fn server(size: usize) -> Server {
    let mut server = Server::of(&Sample::lawful(size));
    server.range = Some(256);
    server
}

#[test]
fn a_long_log_is_asked_for_in_consecutive_ranges() {
    for (size, ranges) in [
        (255, &["stream/0-255"][..]),
        (256, &["stream/0-256"]),
        (257, &["stream/0-256", "stream/256-257"]),
        (600, &["stream/0-256", "stream/256-512", "stream/512-600"]),
    ] {
        for chunk in [7, 65_536] {
            let mut server = server(size);
            server.chunk = chunk;
            let (report, asked) = server.check_and_log(Vec::new());
            assert!(report.proven, "{size}: {}", report.sentence);
            assert_eq!(asked[0], "checkpoint");
            assert_eq!(&asked[1..], ranges);
        }
    }
}

#[test]
fn a_small_log_is_asked_for_at_once() {
    let mut server = server(600);
    server.range = None;
    let (report, asked) = server.check_and_log(Vec::new());
    assert!(report.proven);
    assert_eq!(asked, ["checkpoint", "stream/0-600"]);
}

#[test]
fn what_a_browser_asks_for_no_server_refuses() {
    let most_that_a_server_gives = 4_194_304;
    assert!(crate::session::RANGE <= most_that_a_server_gives);
    assert!(crate::session::RANGE.is_multiple_of(256));
}

#[test]
fn a_short_answer_is_a_finding_and_ends_the_stream() {
    let sample = Sample::lawful(600);
    for bent_from in [0, 256, 512] {
        let mut whole = Vec::new();
        for entry in sample.entries.iter().skip(bent_from).take(256) {
            ledger::bundle::push(&mut whole, entry).unwrap();
        }
        for stream_len in [0, whole.len() - 1] {
            let mut server = server(600);
            (server.bent_from, server.stream_len) = (bent_from, stream_len);
            let (report, asked) = server.check_and_log(Vec::new());
            assert!(!report.proven, "{bent_from} {stream_len}");
            assert!(kinds(&report).contains(&"missing"), "{:?}", kinds(&report));
            assert_eq!(kinds(&report).contains(&"cut_off"), stream_len > 0);
            let streams = asked.iter().filter(|path| path.starts_with("stream/"));
            assert_eq!(streams.count(), bent_from / 256 + 1, "{asked:?}");
        }
    }
}

#[test]
fn a_long_answer_is_a_finding_and_ends_the_stream() {
    for (bent_from, chunk) in [(0, 65_536), (256, 1), (256, 65_536), (512, 3)] {
        let mut server = server(600);
        (server.bent_from, server.chunk) = (bent_from, chunk);
        server.after = vec![0; 3];
        let report = server.check();
        assert!(!report.proven);
        assert!(kinds(&report).contains(&"surplus"), "{:?}", kinds(&report));
    }
}

#[test]
fn an_alteration_in_a_later_range_is_named() {
    let mut server = server(600);
    let last = server.entries[300].len() - 5;
    server.entries[300][last] ^= 0x01;
    let report = server.check();
    assert_eq!(
        (kinds(&report)[0], places(&report)[0]),
        ("altered", Some(300))
    );
    assert_eq!(outcome(&report, Subject::Tree), Outcome::Failed);
    assert!(report.findings[0].bytes.is_some());
}
