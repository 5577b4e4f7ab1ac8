//! Many checkpoints together are judged as each by itself.
#![allow(
    clippy::expect_used,
    reason = "the names, keys and logs here are sound"
)]

use ledger::{Checkpoint, CheckpointError, Hash, NoteError, Origin, SignedCheckpoint, SigningKey};

const SIZE: u64 = 2_000;

fn log() -> (Origin, SigningKey) {
    let origin: Origin = "example.org/log".parse().expect("a sound log");
    let key = SigningKey::from_seed(origin.as_str(), [7; 32]).expect("a sound log");
    (origin, key)
}

fn checkpoint(origin: &Origin, size: u64) -> Checkpoint {
    Checkpoint::new(origin.clone(), size, Hash::of(&size.to_be_bytes())).expect("a sound log")
}

fn read(note: &str) -> SignedCheckpoint {
    SignedCheckpoint::parse(note.as_bytes()).expect("a sound log")
}

/// The note with one character of its last signature changed, so that it still is base64.
fn bent(note: &str) -> String {
    let at = note.trim_end().len() - 20;
    let other = if note.as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    format!("{}{other}{}", &note[..at], &note[at + 1..])
}

#[test]
fn each_is_judged_as_by_itself_and_the_bad_ones_are_named() {
    let (origin, key) = log();
    let (public, signed) = (key.verifier_key(), |size| {
        checkpoint(&origin, size).sign(&key)
    });
    let stranger = SigningKey::from_seed(origin.as_str(), [8; 32]).expect("a sound log");
    let elsewhere: Origin = "example.org/other".parse().expect("a sound log");
    let mut all: Vec<SignedCheckpoint> = (1..=SIZE).map(|size| read(&signed(size))).collect();
    let line = signed(500)
        .lines()
        .last()
        .map(str::to_owned)
        .expect("a sound log");
    let others = [
        (100, bent(&signed(100))),
        (200, signed(200).replacen("\n200\n", "\n201\n", 1)),
        (300, checkpoint(&origin, 300).sign(&stranger)),
        (400, checkpoint(&elsewhere, 400).sign(&key)),
        // Twice by one key: both good, and one of them bad.
        (500, format!("{}{line}\n", signed(500))),
        (600, format!("{}{line}\n", signed(600))),
        (700, checkpoint(&origin, 700).sign_with(&[&stranger, &key])),
    ];
    for (place, note) in others {
        all[place] = read(&note);
    }
    let verdicts = SignedCheckpoint::verify_each(&all, &public, &origin);
    let each: Vec<_> = all
        .iter()
        .map(|checkpoint| checkpoint.clone().verify(&public, &origin))
        .collect();
    assert_eq!(verdicts, each);
    let bad = verdicts.iter().enumerate();
    let bad: Vec<usize> = bad
        .filter(|(_, it)| it.is_err())
        .map(|(at, _)| at)
        .collect();
    assert_eq!(bad, [100, 200, 300, 400, 600]);
    assert!(matches!(
        verdicts[100],
        Err(CheckpointError::Note(NoteError::BadSignature { .. }))
    ));
    assert!(matches!(
        verdicts[300],
        Err(CheckpointError::Note(NoteError::NoKnownSignature))
    ));
}

#[test]
fn under_a_key_of_another_log_or_a_witness_none_is_good() {
    let (origin, key) = log();
    let all: Vec<SignedCheckpoint> = (1..=SIZE)
        .map(|size| read(&checkpoint(&origin, size).sign(&key)))
        .collect();
    let elsewhere: Origin = "example.org/other".parse().expect("a sound log");
    let witness = ledger::CosigningKey::from_seed(origin.as_str(), [7; 32]).expect("a sound log");
    for (public, origin) in [
        (key.verifier_key(), &elsewhere),
        (witness.verifier_key(), &origin),
    ] {
        let verdicts = SignedCheckpoint::verify_each(&all, &public, origin);
        assert_eq!(verdicts.len(), all.len());
        assert!(verdicts.iter().all(Result::is_err));
        assert_eq!(verdicts[7], all[7].clone().verify(&public, origin));
    }
}
