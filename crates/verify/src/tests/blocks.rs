//! A log that is read in blocks, on several cores. That the same is said of it as in order is asserted wherever a
//! test of these checks a log: see `server`.

use super::server::{Server, kinds, places};
use crate::hasher::Hasher;
use crate::report::Remembered;
use crate::sample::Sample;

/// Reads in blocks of 50 entries first.
fn check(server: &Server) -> (crate::Report, Vec<String>) {
    server.check_one_way(Vec::new(), Some(50))
}

#[test]
fn a_sound_log_is_read_once() {
    let (report, asked) = check(&Server::of(&Sample::lawful(300)));
    assert!(report.proven, "{}", report.sentence);
    assert_eq!(asked, ["checkpoint"], "nothing in order");
}

#[test]
fn a_server_that_is_honest_the_second_time_is_not_proven() {
    let sample = Sample::lawful(300);
    let mut server = Server::of(&sample);
    let mut altered = sample.entries.clone();
    altered[120][400] ^= 1;
    server.first_face = Some(altered);
    let (report, asked) = check(&server);
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert_eq!(kinds(&report), ["two_faces"]);
    assert_eq!(places(&report), [Some(121)]);
    assert!(!report.proven);

    // Another log altogether, sound in itself: no entry is to blame.
    server.first_face = Some(Sample::lawful(301).entries[..299].to_vec());
    assert_eq!(kinds(&check(&server).0), ["two_faces"]);
}

#[test]
fn a_first_face_with_one_id_twice_is_a_face_all_the_same() {
    let sample = Sample::lawful(300);
    let mut server = Server::of(&sample);
    let mut twice = Sample::lawful(299);
    twice.same_id_again();
    twice.write("something.else", r#"{"system":"portal"}"#, "{}");
    server.first_face = Some(twice.entries);
    let (report, _) = check(&server);
    assert_eq!(kinds(&report), ["two_faces"]);
    assert!(!report.proven);
}

#[test]
fn a_root_that_nobody_noted_is_asked_of_a_reader_in_order() {
    let sample = Sample::lawful(300);
    let mut server = Server::of(&sample);
    server.unmarked = true;
    let seen = Remembered {
        size: 100,
        root: ledger::Hash::new([1; 32]),
        at: "2026-01-05T09:00:00Z".to_owned(),
        note: String::new(),
    };
    let (report, asked) = server.check_one_way(vec![seen], Some(50));
    assert!(!report.proven, "{}", report.sentence);
    assert_eq!(asked.len(), 2, "{asked:?}");
}

#[test]
fn no_answer_of_another_worker_makes_it_panic() {
    let mut hasher = Hasher::new(&[]);
    assert_eq!(hasher.block(7, &[]), Err(7));
    assert_eq!(hasher.block(7, &[0, 9, 1]), Err(7));
    assert_eq!(hasher.block(u64::MAX, &[0, 1, 1, 0, 1, 1]), Err(u64::MAX));
}
