//! No input makes a reader panic: every cut and every changed byte of sound samples is read, and
//! whatever is still accepted is written as it was read.
#![allow(clippy::expect_used, reason = "the samples are sound")]

use std::fs;
use std::path::Path;

use ledger::policy::Policy;
use ledger::receipt::Receipt;
use ledger::rotation::KeyRotation;
use ledger::witness::{AddCheckpoint, read_conflict};
use ledger::{Note, SignedCheckpoint};
use proptest::prelude::*;

/// The contents of all vectors of a kind that must be accepted, by name.
fn samples(kind: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut samples = Vec::new();
    for file in fs::read_dir(folder).expect("the vectors are there") {
        let path = file.expect("a file").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        if name.starts_with(&format!("{kind}-valid")) {
            let bytes = fs::read(&path).expect("the file is there");
            let split = bytes.windows(2).position(|pair| pair == b"\n\n");
            let content = bytes[split.expect("headers end") + 2..].to_vec();
            samples.push((name.into_owned(), content));
        }
    }
    assert!(!samples.is_empty(), "no samples of {kind}");
    samples
}

/// Hands every cut, every left-out byte and every changed byte of the plain sample to the reader; of
/// the others the bytes that mean something, and of those with keys of 1.8 kB only some places.
fn mutate(kind: &str, read: impl Fn(&[u8])) {
    let telling = [0, b'\n', b' ', b'0', b'9', b'+', b'=', b'A', 0x7f, 0xff];
    let all: Vec<u8> = (0..=255).collect();
    for (name, sample) in samples(kind) {
        let plain = name == format!("{kind}-valid");
        let bytes = if plain { &all[..] } else { &telling };
        let step = if plain {
            1
        } else {
            sample.len().div_ceil(2_000)
        };
        for at in (0..sample.len()).step_by(step) {
            read(&sample[..at]);
            let mut changed = sample.clone();
            for byte in bytes {
                changed[at] = *byte;
                read(&changed);
            }
            changed.remove(at);
            read(&changed);
        }
    }
}

fn read_policy(bytes: &[u8]) {
    if let Ok(policy) = Policy::parse(bytes) {
        assert_eq!(Policy::parse(&policy.to_bytes()), Ok(policy));
    }
}

fn read_request(bytes: &[u8]) {
    if let Ok(request) = AddCheckpoint::parse(bytes) {
        assert_eq!(request.to_string().as_bytes(), bytes);
    }
}

fn read_receipt(bytes: &[u8]) {
    if let Ok(receipt) = Receipt::parse(bytes) {
        assert_eq!(receipt.to_string().as_bytes(), bytes);
        let policy = Policy::parse(b"quorum none\n").expect("a policy");
        assert!(receipt.verify_entry(bytes, &policy).is_err());
    }
}

fn read_rotation(bytes: &[u8]) {
    let Ok(body) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(rotation) = KeyRotation::parse(body) {
        assert_eq!(rotation.to_body(), body);
    }
}

fn read_note(bytes: &[u8]) {
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
    }
    let _ = (SignedCheckpoint::parse(bytes), read_conflict(bytes));
}

#[test]
fn requests_to_a_witness() {
    mutate("witness", read_request);
}

#[test]
fn receipts() {
    mutate("receipt", read_receipt);
}

#[test]
fn rotations() {
    mutate("rotation", read_rotation);
}

#[test]
fn notes() {
    mutate("note", read_note);
    mutate("checkpoint", read_note);
}

#[test]
fn policies() {
    mutate("policy", read_policy);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text: String) {
        for bytes in [&bytes[..], text.as_bytes()] {
            read_policy(bytes);
            read_request(bytes);
            read_request(&[b"old 5\n\n", bytes].concat());
            read_receipt(bytes);
            read_receipt(&[b"c2sp.org/tlog-proof@v1\nindex 5\n\n", bytes].concat());
            read_rotation(bytes);
            read_rotation(&[br#"{"from":5,"new":""#, bytes].concat());
            read_note(bytes);
        }
    }

    #[test]
    fn no_words_make_it_panic(lines in "((log|witness|group|quorum|any|all|none|[a-c2]|#)[ \t]{0,2}){0,6}(\n((log|witness|group|quorum|any|all|none|[a-c2])[ \t]{0,2}){0,6}){0,4}\n") {
        read_policy(lines.as_bytes());
    }
}
