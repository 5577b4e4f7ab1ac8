//! Vectors of key rotations, and of checkpoints around one.

use ledger::SignedCheckpoint;
use ledger::rotation::{KeyHistory, KeyRotation};

use crate::vector::Vector;
use crate::{first_word, variant};

/// The reader's key, and the rotations before.
fn history(vector: &Vector) -> KeyHistory {
    let key = vector.keys().swap_remove(0);
    let mut history = KeyHistory::new(key).expect("a log's key");
    for line in vector.all("earlier") {
        let (seq, body) = line.split_once(' ').expect("<seq> <body>");
        let rotation = KeyRotation::parse(body).expect("earlier rotations are sound");
        let seq = seq.parse().expect("a number");
        history
            .push(seq, rotation)
            .expect("earlier rotations are sound");
    }
    history
}

pub(crate) fn body(vector: &Vector) -> String {
    let rotation = match KeyRotation::parse(vector.text()) {
        Ok(rotation) => rotation,
        Err(error) => return first_word(&error),
    };
    assert_eq!(rotation.to_body(), vector.text());
    let seq = vector.one("seq").parse().expect("a number");
    variant(history(vector).push(seq, rotation))
}

pub(crate) fn checkpoint(vector: &Vector) -> String {
    let signed = SignedCheckpoint::parse(&vector.content).expect("these are well-formed");
    let after = vector.one("after").parse().expect("a number");
    variant(history(vector).verify_after(after, signed))
}
