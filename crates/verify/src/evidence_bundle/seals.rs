//! Whether the texts of the file are those that were sealed.

use access::digest::Commitment;
use access::event::Field;
use ledger::evidence::{Bundle, Shown};
use ledger::{Hash, SealedField};

use super::Piece;
use crate::report::{Finding, Subject};

/// What was opened.
pub(super) struct Seals {
    pub(super) findings: Vec<Finding>,
    pub(super) told: Told,
}

/// The same for the report's words.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Texts that fit their seals.
    pub(super) opened: usize,
    /// How many of them were recorded of somebody's work.
    pub(super) recorded: usize,
    /// Seals that stay closed.
    pub(super) sealed: usize,
}

/// Hashes each text, and compares.
pub(super) fn compare(bundle: &Bundle, pieces: &[Piece<'_>]) -> Seals {
    let (mut findings, mut told) = (Vec::new(), Told::default());
    for shown in &bundle.openings {
        let (seq, field) = (shown.seq, &shown.field);
        let place = pieces.binary_search_by_key(&seq, |piece| piece.seq);
        let piece = place.ok().and_then(|place| pieces.get(place));
        let sealed = piece.and_then(|piece| Some((piece, seal(piece, shown)?)));
        let Some((piece, (kind, commitment))) = sealed else {
            let sentence = format!(
                "This file opens {field:?} of entry {seq}, and no entry of it holds such a seal."
            );
            let kind = "seal_missing";
            findings.push(Finding::of_entry(Subject::Openings, kind, seq, sentence));
            continue;
        };
        let opening = shown.opening();
        let sealed = SealedField::new(Hash::new(*commitment.c.as_bytes()), commitment.n);
        if opening.matches(&sealed) {
            told.opened += 1;
            told.recorded += usize::from(kind.is_recorded());
            continue;
        }
        let given = opening.commitment();
        let sentence = format!(
            "The text that this file gives for {field:?} of entry {seq} is not the one that was sealed."
        );
        let finding = Finding::of_entry(Subject::Openings, "seal_mismatch", seq, sentence);
        let words = |c: String, n| format!("{n} bytes, {c}");
        let finding = finding.values(
            words(commitment.c.to_string(), commitment.n),
            words(given.c().to_string(), given.n()),
        );
        findings.push(finding.served(piece.leaf));
    }
    let seals = pieces
        .iter()
        .filter_map(|piece| piece.record.as_ref())
        .map(|record| record.event.openings().len())
        .sum::<usize>();
    told.sealed = seals.saturating_sub(told.opened);
    Seals { findings, told }
}

fn seal(piece: &Piece<'_>, shown: &Shown) -> Option<(Field, Commitment)> {
    let mut sealed = piece.record.as_ref()?.event.openings().into_iter();
    sealed.find(|(field, _)| field.word() == shown.field)
}
