//! Vectors of key rotations, and of checkpoints around one.

use ledger::SignedCheckpoint;
use ledger::rotation::{KeyHistory, KeyRotation};

use super::{Outcome, Vector};

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

pub(super) fn body(vector: &Vector) -> Outcome {
    let Some(text) = vector.text() else {
        return Outcome::new("NoText".to_owned(), &vector.content);
    };
    let rotation = match KeyRotation::parse(text) {
        Ok(rotation) => rotation,
        Err(error) => return Outcome::of::<(), _>(&Err(error)),
    };
    assert_eq!(rotation.to_body(), text);
    let seq = vector.one("seq").parse().expect("a number");
    Outcome::of(&history(vector).push(seq, rotation))
}

pub(super) fn checkpoint(vector: &Vector) -> Outcome {
    let after = vector.one("after").parse().expect("a number");
    match SignedCheckpoint::parse(&vector.content) {
        Ok(signed) => Outcome::of(&history(vector).verify_after(after, signed)),
        Err(error) => Outcome::of::<(), _>(&Err(error)),
    }
}
