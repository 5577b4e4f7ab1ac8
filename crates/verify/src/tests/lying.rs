//! A server may answer anything: each lie ends in a named finding, none in a panic or without end.

use ledger::{Checkpoint, Hash, SigningKey, bundle};

use super::server::{Server, kinds, outcome, places};
use crate::key::LogKey;
use crate::report::{Outcome, Subject};
use crate::sample::Sample;
use crate::session::Session;

#[test]
fn a_forged_signature_proves_nothing() {
    let sample = Sample::lawful(30);
    let forger = SigningKey::from_seed("breakglass.demo/log", [8; 32]).unwrap();
    let claimed = Checkpoint::parse_body(sample.checkpoint().split("\n\n").next().unwrap());
    let claimed = claimed.or_else(|_| {
        let body = format!("{}\n", sample.checkpoint().split("\n\n").next().unwrap());
        Checkpoint::parse_body(&body)
    });
    let mut server = Server::of(&sample);
    server.checkpoint = claimed.unwrap().sign(&forger).into_bytes();
    let report = server.check();
    assert!(!report.proven && report.checkpoint.is_none() && !report.may_be_remembered);
    assert_eq!(kinds(&report), ["checkpoint_refused"]);
    assert_eq!(outcome(&report, Subject::Signature), Outcome::Failed);
    assert_eq!(outcome(&report, Subject::Chain), Outcome::Unknown);
}

#[test]
fn any_flipped_byte_of_the_checkpoint_is_refused() {
    let sample = Sample::lawful(5);
    for at in 0..sample.checkpoint().len() {
        let mut server = Server::of(&sample);
        server.checkpoint[at] ^= 0x01;
        let report = server.check();
        assert!(!report.proven, "byte {at}");
        assert_eq!(kinds(&report), ["checkpoint_refused"], "byte {at}");
    }
}

#[test]
fn another_logs_checkpoint_is_refused() {
    let mut server = Server::of(&Sample::lawful(5));
    let other = SigningKey::from_seed("other.example/log", [7; 32]).unwrap();
    server.vkey = other.verifier_key().to_string();
    let report = server.check();
    assert_eq!(kinds(&report), ["checkpoint_refused"]);
    assert!(
        report.sentence.contains("another log"),
        "{}",
        report.sentence
    );
}

/// Entries are read where a stranger signed, since they may announce the stranger's key; but not for ever.
#[test]
fn nonsense_without_end_behind_a_strangers_checkpoint_is_given_up() {
    let sample = Sample::lawful(5);
    let stranger = SigningKey::from_seed("breakglass.demo/log", [8; 32]).unwrap();
    let checkpoint = Checkpoint::new(sample.origin.clone(), 1 << 60, Hash::new([1; 32])).unwrap();
    let key = LogKey::parse(&sample.vkey()).unwrap();
    let mut session = Session::new(key, Vec::new());
    session.feed(checkpoint.sign(&stranger).as_bytes());
    session.end();
    let mut read = 0;
    while session.request().is_some() {
        while session.wants() {
            session.feed(&[0; 65_536]);
            read += 65_536;
            assert!(read < 10_000_000, "it was read without end");
        }
        session.end();
    }
    assert_eq!(kinds(session.report().unwrap()), ["checkpoint_refused"]);
}

#[test]
fn a_checkpoint_without_end_is_cut_off() {
    let mut server = Server::of(&Sample::lawful(5));
    server.checkpoint = vec![b'a'; 1_000_000];
    assert_eq!(kinds(&server.check()), ["checkpoint_refused"]);
    server.checkpoint.clear();
    assert_eq!(kinds(&server.check()), ["checkpoint_refused"]);
}

#[test]
fn what_comes_after_the_last_entry_is_a_finding_and_is_not_read() {
    let sample = Sample::lawful(30);
    let mut server = Server::of(&sample);
    for (after, chunk) in [(vec![0], 65_536), (vec![0], 1), (vec![7; 1_000_000], 4096)] {
        server.after = after;
        server.chunk = chunk;
        let report = server.check();
        assert_eq!(kinds(&report), ["surplus"], "{}", report.sentence);
    }
}

#[test]
fn a_stream_that_stops_within_an_entry_is_named_there() {
    let sample = Sample::lawful(30);
    let mut server = Server::of(&sample);
    let mut whole = Vec::new();
    sample
        .entries
        .iter()
        .for_each(|entry| bundle::push(&mut whole, entry).unwrap());
    for missing in [1, 2, 100, 3000] {
        server.stream_len = whole.len() - missing;
        let report = server.check();
        assert!(!report.proven);
        assert!(
            kinds(&report).contains(&"cut_off"),
            "{missing}: {:?}",
            kinds(&report)
        );
        assert!(kinds(&report).contains(&"missing"));
    }
    server.stream_len = 0;
    let report = server.check();
    assert_eq!(
        (kinds(&report), places(&report)),
        (vec!["missing"], vec![Some(0)])
    );
}

#[test]
fn entries_of_garbage_are_named() {
    let sample = Sample::lawful(30);
    for garbage in [
        Vec::new(),
        vec![0xff; 65_535],
        b"{}".to_vec(),
        vec![b'['; 60_000],
        b"{\"v\":2}".to_vec(),
    ] {
        let mut server = Server::of(&sample);
        server.entries[17] = garbage;
        let report = server.check();
        assert_eq!(places(&report), [Some(17)], "{:#?}", report.findings);
        assert!(
            report.findings[0]
                .notes
                .iter()
                .any(|note| note.contains("malformed"))
        );
    }
    let mut server = Server::of(&sample);
    server.entries = vec![Vec::new(); 30];
    let report = server.check();
    assert_eq!((places(&report)[0], report.findings_total), (Some(0), 30));
}

/// Whole bundles: a server's files, mixed up.
#[test]
fn a_bundle_that_is_sent_twice_left_out_or_in_anothers_place_is_named() {
    let sample = Sample::lawful(1024);
    let bundle = |number: usize| sample.entries[256 * number..256 * (number + 1)].to_vec();
    let sent = |bundles: &[usize]| {
        let mut server = Server::of(&sample);
        server.entries = bundles.iter().flat_map(|number| bundle(*number)).collect();
        let report = server.check();
        assert!(!report.proven, "{bundles:?}");
        let first = &report.findings[0];
        (first.kind.clone(), first.seq)
    };
    assert_eq!(sent(&[0, 2, 3]), ("missing".to_owned(), Some(256)));
    assert_eq!(sent(&[0, 1, 2]), ("missing".to_owned(), Some(768)));
    // As many entries as were signed, and those of one bundle instead of another's.
    assert_eq!(sent(&[0, 1, 1, 3]), ("altered".to_owned(), Some(512)));
    let (kind, seq) = sent(&[0, 2, 1, 3]);
    assert_eq!(kind, "moved");
    assert!(matches!(seq, Some(256..768)), "{seq:?}");
    assert_eq!(sent(&[0, 1, 1, 2]), ("inserted".to_owned(), Some(512)));
}

#[test]
fn tiles_of_a_wrong_length_are_not_used() {
    let sample = Sample::lawful(300);
    let mut server = Server::of(&sample);
    server.replace(17, "\"seq\":17", "\"seq\":18");
    server.endless_tiles = true;
    let report = server.check();
    assert_eq!(kinds(&report)[0], "altered_by_chain");
    assert_eq!(places(&report)[0], Some(17));
    server.endless_tiles = false;
    server.leaves.as_mut().unwrap().pop();
    assert_eq!(places(&server.check())[0], Some(17));
}

#[test]
fn bytes_that_were_not_in_the_stream_are_not_shown() {
    let sample = Sample::lawful(600);
    let mut server = Server::of(&sample);
    // The last entry: nothing after it shows the break, so its bytes are asked for again.
    server.replace(599, "\"seq\":599", "\"seq\":599 ");
    server.second_face = true;
    let report = server.check();
    assert_eq!(places(&report), [Some(599)]);
    let shown = serde_json::to_string(&report.findings[0].bytes).unwrap();
    assert!(!shown.contains("something else"), "{shown}");
}

#[test]
fn a_key_is_read_or_the_answer_says_what_to_do() {
    let vkey = Sample::lawful(0).vkey();
    assert!(LogKey::parse(&format!("  {vkey}\n")).is_ok());
    for bad in [
        "",
        "breakglass.demo/log",
        &vkey[..vkey.len() - 1],
        &vkey.replace("demo", "dem0"),
        "a+00000000+AA==",
    ] {
        let error = LogKey::parse(bad).unwrap_err().to_string();
        assert!(error.contains("Paste"), "{error}");
    }
}
