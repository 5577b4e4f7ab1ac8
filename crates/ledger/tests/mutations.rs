//! No input makes a reader panic: every cut and every changed byte of sound samples is read, and
//! whatever is still accepted is written as it was read.
#![allow(clippy::expect_used, reason = "the samples are sound")]

use std::fs;
use std::path::Path;

use ledger::policy::Policy;
use ledger::receipt::Receipt;
use ledger::witness::{AddCheckpoint, read_conflict};
use ledger::{Note, SignedCheckpoint};
use proptest::prelude::*;

/// The contents of all vectors of a kind that must be accepted.
fn samples(kind: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut samples = Vec::new();
    for file in fs::read_dir(folder).expect("the vectors are there") {
        let path = file.expect("a file").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        if name.starts_with(&format!("{kind}-valid")) {
            let bytes = fs::read(&path).expect("the file is there");
            let split = bytes.windows(2).position(|pair| pair == b"\n\n");
            samples.push(bytes[split.expect("headers end") + 2..].to_vec());
        }
    }
    assert!(!samples.is_empty(), "no samples of {kind}");
    samples
}

/// Hands every cut and every one-byte change of every sample to the reader. Long samples, such as
/// those with keys of 1.8 kB, are only sampled.
fn mutate(kind: &str, read: impl Fn(&[u8])) {
    for sample in samples(kind) {
        let step = sample.len().div_ceil(2_000);
        for at in (0..sample.len()).step_by(step) {
            read(&sample[..at]);
            let mut changed = sample.clone();
            for byte in [
                0,
                b'\n',
                b' ',
                b'0',
                b'9',
                b'+',
                b'=',
                b'A',
                0x7f,
                0xff,
                sample[at] ^ 1,
            ] {
                changed[at] = byte;
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
            read_note(bytes);
        }
    }

    #[test]
    fn no_words_make_it_panic(lines in "((log|witness|group|quorum|any|all|none|[a-c2]|#)[ \t]{0,2}){0,6}(\n((log|witness|group|quorum|any|all|none|[a-c2])[ \t]{0,2}){0,6}){0,4}\n") {
        read_policy(lines.as_bytes());
    }
}
