//! Whether each entry is one that was signed, in its place, and fits those beside it.

use std::collections::BTreeSet;

use ledger::evidence::Bundle;
use ledger::{Entry, ProofError, Timestamp, VerifiedCheckpoint, verify_inclusion};

use super::Piece;
use crate::key::LogKey;
use crate::report::{Finding, Subject};
use crate::verdict::in_full;

/// Which entries are in the signed tree.
pub(super) struct Stands {
    pub(super) findings: Vec<Finding>,
    pub(super) proven: Vec<(u64, u64)>,
}

/// Follows each proof to the signed root.
pub(super) fn stands(
    bundle: &Bundle,
    pieces: &[Piece<'_>],
    checkpoint: &VerifiedCheckpoint,
) -> Stands {
    let (size, root) = (checkpoint.size(), checkpoint.root());
    let (mut findings, mut proven) = (Vec::new(), Vec::new());
    for (piece, member) in pieces.iter().zip(&bundle.entries) {
        let seq = piece.seq;
        match verify_inclusion(seq, size, &piece.leaf, &member.proof, &root) {
            Ok(()) => proven.push((seq, seq.saturating_add(1))),
            Err(error) => {
                let sentence = format!(
                    "Entry {seq} of this file is not shown to be in the signed log: {error}."
                );
                let finding = Finding::of_entry(Subject::Tree, "not_in_tree", seq, sentence);
                let finding = match error {
                    ProofError::Root { expected, found } => finding.values(expected, found),
                    ProofError::Index { .. } => {
                        finding.values(format!("a place below {size}"), format!("place {seq}"))
                    }
                    _ => finding.values(
                        format!("a proof for a log of {size} entries"),
                        format!("{} hashes", member.proof.len()),
                    ),
                };
                findings.push(finding.served(piece.leaf));
            }
        }
    }
    Stands { findings, proven }
}

/// What the entries say of each other.
pub(super) struct Aside {
    pub(super) findings: Vec<Finding>,
    /// How many stand right behind another one of the file.
    pub(super) neighbours: usize,
}

/// Form, numbers, ids, times, and the chain where the file has the entry before.
pub(super) fn beside_each_other(key: &LogKey, pieces: &[Piece<'_>]) -> Aside {
    let (mut findings, mut neighbours) = (Vec::new(), 0);
    let mut ids = BTreeSet::new();
    let mut latest: Option<Timestamp> = None;
    for (at, piece) in pieces.iter().enumerate() {
        let seq = piece.seq;
        let mut found = |subject, kind, sentence: String, expected: String, found: String| {
            let finding = Finding::of_entry(subject, kind, seq, sentence);
            findings.push(finding.values(expected, found).served(piece.leaf));
        };
        let entry = match Entry::parse(piece.bytes) {
            Ok(entry) => entry,
            Err(error) => {
                let why = in_full(&error);
                let sentence = format!("Entry {seq} is not written in the log's form: {why}.");
                let form = "an entry in the log's form".to_owned();
                found(Subject::Form, "malformed", sentence, form, why);
                continue;
            }
        };
        if entry.seq() != seq {
            let sentence = format!("Entry {seq} says that it is entry {}.", entry.seq());
            let (expected, says) = (seq.to_string(), entry.seq().to_string());
            found(Subject::Form, "seq_mismatch", sentence, expected, says);
        }
        if !ids.insert(entry.id()) {
            let sentence = format!("Entry {seq} has the id of another entry of this file.");
            let id = entry.id().to_string();
            found(
                Subject::Form,
                "duplicate_id",
                sentence,
                "an id of its own".to_owned(),
                id,
            );
        }
        let before = at.checked_sub(1).and_then(|before| pieces.get(before));
        let link = match before {
            None if seq == 0 => Some(key.origin.genesis()),
            Some(before) if before.seq.checked_add(1) == Some(seq) => Some(before.leaf),
            _ => None,
        };
        if let Some(link) = link {
            neighbours += usize::from(seq > 0);
            if entry.prev() != link {
                let sentence = format!(
                    "Entry {seq} does not name the hash of what stands before it: it names {}.",
                    entry.prev()
                );
                let (expected, names) = (link.to_string(), entry.prev().to_string());
                found(Subject::Chain, "chain_broken", sentence, expected, names);
            }
        }
        let time = entry.time();
        if let Some(before) = latest.filter(|before| time < *before) {
            let sentence = format!("Entry {seq} is earlier than one before it.");
            let (expected, says) = (format!("{before} or later"), time.to_string());
            found(Subject::Times, "time_backwards", sentence, expected, says);
        }
        latest = latest.max(Some(time));
    }
    Aside {
        findings,
        neighbours,
    }
}
