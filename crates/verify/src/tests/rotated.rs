//! The log's key gives way to another: who holds any of them can check, and nobody gets in between.

use ledger::rotation::KeyRotation;
use ledger::{Checkpoint, SigningKey, leaf_hash, root_of};

use super::server::{Server, kinds, outcome, places};
use crate::report::{Outcome, Subject};
use crate::sample::Sample;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed("breakglass.demo/log", [seed; 32]).unwrap()
}

/// The checkpoint over all entries of a server, by any key.
fn signed_by(sample: &Sample, key: &SigningKey) -> Vec<u8> {
    let leaves: Vec<_> = sample.entries.iter().map(|e| leaf_hash(e)).collect();
    let size = leaves.len() as u64;
    let checkpoint = Checkpoint::new(sample.origin.clone(), size, root_of(&leaves)).unwrap();
    checkpoint.sign(key).into_bytes()
}

fn rotated_twice() -> (Sample, [String; 3]) {
    let mut sample = Sample::lawful(300);
    let first = sample.rotate([9; 32]).verifier_key().to_string();
    let second = sample.rotate([10; 32]).verifier_key().to_string();
    let third = sample.vkey();
    (sample, [first, second, third])
}

#[test]
fn whoever_holds_any_of_the_keys_can_check() {
    let (sample, keys) = rotated_twice();
    for vkey in keys {
        for range in [None, Some(256)] {
            let mut server = Server::of(&sample);
            server.vkey.clone_from(&vkey);
            server.range = range;
            let report = server.check();
            assert!(report.proven, "{vkey}: {:?}", report.findings);
            assert_eq!(outcome(&report, Subject::Signature), Outcome::Passed);
        }
    }
}

#[test]
fn a_new_key_that_the_log_does_not_announce_is_refused() {
    let sample = Sample::lawful(300);
    let mut server = Server::of(&sample);
    server.checkpoint = signed_by(&sample, &key(9));
    let report = server.check();
    assert!(!report.proven && report.checkpoint.is_none());
    assert_eq!(kinds(&report), ["checkpoint_refused"]);
}

/// An announcement that the old key did not sign is found by its entry, whoever signs the checkpoint.
#[test]
fn an_announcement_by_a_stranger_is_named() {
    let forged = KeyRotation::sign(&key(8), &key(9).verifier_key(), 301).unwrap();
    let mut sample = Sample::lawful(300);
    let held = sample.vkey();
    // The stranger's signature under the log's own key's name.
    let stranger = key(8).verifier_key().to_string();
    let in_its_name = forged.to_body().replace(&stranger, &held);
    for body in [forged.to_body(), in_its_name] {
        let mut sample_now = Sample::lawful(300);
        sample_now.announce(&body);
        let mut server = Server::of(&sample_now);
        server.checkpoint = signed_by(&sample_now, &key(9));
        let report = server.check();
        assert!(!report.proven);
        if body == forged.to_body() {
            // A chain of somebody else's keys leads nowhere.
            assert_eq!(kinds(&report)[0], "checkpoint_refused");
        } else {
            assert_eq!(kinds(&report), ["checkpoint_refused", "key_announcement"]);
            assert_eq!(places(&report)[1], Some(300));
        }
        let mut server = Server::of(&sample_now);
        server.vkey.clone_from(&held);
        let report = server.check();
        assert!(!report.proven, "{}", report.sentence);
    }
    sample.announce("{}");
    let report = Server::of(&sample).check();
    assert!(
        kinds(&report).contains(&"key_announcement"),
        "{:?}",
        kinds(&report)
    );
}

#[test]
fn the_old_key_signs_nothing_after_its_time() {
    let (sample, [first, ..]) = rotated_twice();
    let mut server = Server::of(&sample);
    server.vkey = first;
    server.checkpoint = signed_by(&sample, &key(7));
    let report = server.check();
    assert!(!report.proven);
    assert_eq!(kinds(&report), ["key_of_another_time"]);
    assert!(!report.may_be_remembered);
    assert_eq!(outcome(&report, Subject::Signature), Outcome::Failed);
}

/// The entry that announces the key is altered: it is found as any altered entry is.
#[test]
fn an_altered_announcement_proves_nothing() {
    let (sample, [first, second, third]) = rotated_twice();
    let mut server = Server::of(&sample);
    server.vkey = first;
    server.replace(300, &second, &third);
    let report = server.check();
    assert!(!report.proven && report.checkpoint.is_none());
    assert!(
        kinds(&report).contains(&"key_announcement"),
        "{:?}",
        kinds(&report)
    );
}
