//! From everything that was noticed to what is wrong: causes first, consequences as their notes.
//!
//! One altered entry breaks the chain behind it, changes the root, and may be malformed or unlawful
//! besides. A person is to read one finding: this entry was altered.

use std::collections::BTreeSet;

use ledger::{Finding as Noticed, Hash};

use crate::report::{Finding, Subject};
use crate::rules::Replayed;
use crate::scan::Pass;

/// How many consequences are told with one cause.
const MAX_NOTES: usize = 10;

/// Whether the signed leaf hashes were there to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Located {
    /// The served entries have the signed root: there is nothing to locate.
    NotNeeded,
    /// Every entry was compared with the signed leaf hash of its place.
    ByTiles,
    /// No leaf hashes that lead to the signed root could be had.
    ByChainAlone,
}

/// All findings, the causes first and by their place, and how many more there were than are listed.
pub(crate) fn judge(pass: &Pass, replayed: &Replayed, located: Located) -> (Vec<Finding>, u64) {
    let noticed = pass.log.findings();
    let leaves = pass
        .leaf_of
        .iter()
        .copied()
        .map(Some)
        .chain(core::iter::repeat(None));
    let mut causes = match located {
        Located::ByChainAlone => altered_by_chain(noticed),
        Located::NotNeeded | Located::ByTiles => {
            let by_tiles = noticed.iter().filter(|noticed| is_cause(noticed));
            by_tiles
                .map(|noticed| cause(noticed, pass.log.leaves()))
                .collect()
        }
    };
    sort(&mut causes, |cause| (None, cause.seq));
    let mut others = Vec::new();
    for (noticed, leaf) in noticed.iter().zip(leaves) {
        if !is_cause(noticed) && !is_overall(noticed, &causes) {
            explain_or_keep(&mut causes, &mut others, told(noticed, leaf));
        }
    }
    let first_cause = causes
        .iter()
        .filter_map(|cause| cause.reach)
        .map(|(first, _)| first)
        .min();
    for unlawful in &replayed.violations {
        // What only the end of the log shows rests on every entry.
        let at_end = unlawful.leaf.is_none();
        let leaf = unlawful.leaf.or_else(|| served_at(pass, unlawful.seq));
        if let Some(cause) = causes
            .iter_mut()
            .find(|cause| leaf.is_some() && cause.leaf == leaf)
        {
            cause.rule.get_or_insert_with(|| unlawful.rule.clone());
            add_note(cause, unlawful.sentence.clone());
        } else if first_cause.is_some_and(|seq| seq <= unlawful.seq || at_end) {
            // The replay went over bytes that were not signed: what it says from there on is about
            // the altered log, and belongs to what altered it.
            let note = format!("As the log is served now: {}", unlawful.sentence);
            causes
                .iter_mut()
                .take(1)
                .for_each(|cause| add_note(cause, note.clone()));
        } else {
            let finding = Finding::of_entry(
                Subject::Rules,
                "violation",
                unlawful.seq,
                unlawful.sentence.clone(),
            );
            let mut finding = finding.values(&unlawful.expected, &unlawful.found);
            finding.leaf = leaf;
            finding.rule = Some(unlawful.rule.clone());
            others.push(finding);
        }
    }
    others.extend(of_stream(pass));
    sort(&mut others, |finding| (Some(finding.subject), finding.seq));
    causes.extend(others);
    (causes, replayed.unlisted + pass.log.unlisted())
}

/// Sorts by the key; those with the same one stay in their order. One function for every key: it is
/// large, and a browser has to fetch it.
fn sort(findings: &mut [Finding], key: fn(&Finding) -> (Option<Subject>, Option<u64>)) {
    findings.sort_by_key(key);
}

/// The leaf hash of the entry that was served in a place.
pub(crate) fn served_at(pass: &Pass, seq: u64) -> Option<Hash> {
    let at = usize::try_from(seq).ok()?;
    pass.log.leaves().get(at).copied()
}

/// What the comparison with the signed leaves says: the rest follows from it.
fn is_cause(noticed: &Noticed) -> bool {
    matches!(
        noticed,
        Noticed::LeafMismatch { .. }
            | Noticed::Missing { .. }
            | Noticed::Inserted { .. }
            | Noticed::Moved { .. }
    )
}

/// What says of the whole log that it is wrong, where the causes already say where.
fn is_overall(noticed: &Noticed, causes: &[Finding]) -> bool {
    !causes.is_empty()
        && matches!(
            noticed,
            Noticed::RootMismatch { .. } | Noticed::Truncated { .. }
        )
}

/// A finding stays one of its own unless an entry beside it explains it.
fn explain_or_keep(causes: &mut [Finding], others: &mut Vec<Finding>, finding: Finding) {
    // The entry after the last one is the one whose link does not fit, so the end counts too.
    let beside = causes
        .iter_mut()
        .find(|cause| match (cause.reach, finding.seq) {
            (Some((first, end)), Some(seq)) => (first..=end).contains(&seq),
            _ => false,
        });
    match beside {
        Some(cause) if finding.subject != Subject::Signature => add_note(cause, finding.sentence),
        _ => others.push(finding),
    }
}

pub(crate) fn add_note(cause: &mut Finding, note: String) {
    if cause.notes.len() < MAX_NOTES {
        cause.notes.push(note);
    }
}

/// Without signed leaves, the entry whose hash the next one does not carry. A run of breaks at
/// entries b to e means that b to e - 1 do not fit on either side; one break alone, at b, that b - 1
/// is not what b was appended to.
fn altered_by_chain(noticed: &[Noticed]) -> Vec<Finding> {
    let mut renumbered = BTreeSet::new();
    renumbered.extend(noticed.iter().filter_map(|noticed| match noticed {
        Noticed::SeqMismatch { seq, .. } => Some(*seq),
        _ => None,
    }));
    let breaks: Vec<(u64, Hash, Hash)> = noticed
        .iter()
        .filter_map(|noticed| match noticed {
            Noticed::ChainBroken {
                seq,
                expected,
                found,
            } => Some((*seq, *expected, *found)),
            _ => None,
        })
        .collect();
    let mut altered = Vec::new();
    for (index, (seq, hash, named)) in breaks.iter().enumerate() {
        let follows = index > 0 && breaks[index - 1].0.checked_add(1) == Some(*seq);
        let continues = breaks
            .get(index + 1)
            .is_some_and(|next| seq.checked_add(1) == Some(next.0));
        let single = !follows && !continues;
        // Where numbers jump as well, something was removed or inserted: no entry is to blame.
        let jumps = renumbered.contains(seq);
        if let Some(before) = seq.checked_sub(1).filter(|_| follows || (single && !jumps)) {
            let sentence = format!(
                "Entry {before} was altered: its bytes give {hash}, but entry {seq} was appended to {named}."
            );
            altered.push(
                Finding::of_entry(Subject::Tree, "altered_by_chain", before, sentence)
                    .values(named, hash)
                    .served(*hash),
            );
        }
    }
    altered
}

fn cause(noticed: &Noticed, served: &[Hash]) -> Finding {
    let leaf = match noticed {
        Noticed::LeafMismatch { found, .. } | Noticed::Inserted { found, .. } => Some(*found),
        Noticed::Moved { found, .. } => usize::try_from(*found)
            .ok()
            .and_then(|at| served.get(at))
            .copied(),
        _ => None,
    };
    told(noticed, leaf)
}

/// A finding of the ledger in the report's form.
fn told(noticed: &Noticed, leaf: Option<Hash>) -> Finding {
    let sentence = noticed.to_string();
    let (subject, kind) = class(noticed);
    let mut finding = match noticed.seq() {
        Some(seq) => Finding::of_entry(subject, kind, seq, sentence),
        None => Finding::of_log(subject, kind, sentence),
    };
    finding.leaf = leaf;
    match noticed {
        Noticed::ChainBroken {
            expected, found, ..
        }
        | Noticed::LeafMismatch {
            expected, found, ..
        }
        | Noticed::RootMismatch {
            expected, found, ..
        }
        | Noticed::TilesMismatch {
            expected, found, ..
        } => finding.values(expected, found),
        Noticed::Moved { seq, found } => {
            // The chain breaks on both sides of where it is and of where it should be.
            finding.reach = Some((*seq.min(found), seq.max(found).saturating_add(1)));
            finding.values(format!("place {seq}"), format!("place {found}"))
        }
        Noticed::Missing { seq, count } => {
            finding.sentence = match count {
                1 => format!(
                    "Entry {seq} is missing: it was signed, and the server does not serve it."
                ),
                _ => format!(
                    "Entries {seq} to {last} are missing: they were signed, and the server does not serve them.",
                    last = seq.saturating_add(count.saturating_sub(1))
                ),
            };
            finding.over(*seq, *count)
        }
        Noticed::Truncated { size, found } => {
            let missing = size.saturating_sub(*found);
            finding
                .over(*found, missing)
                .values(format!("{size} entries"), format!("{found} entries"))
        }
        Noticed::Malformed { error, .. } => finding.values("an entry in the log's form", error),
        Noticed::SeqMismatch { seq, found } => finding.values(seq, found),
        Noticed::TimeBackwards {
            previous, found, ..
        } => finding.values(format!("{previous} or later"), found),
        _ => finding,
    }
}

/// What a finding is about, and its name for programs.
pub(crate) fn class(noticed: &Noticed) -> (Subject, &'static str) {
    match noticed {
        Noticed::ChainBroken { .. } => (Subject::Chain, "chain_broken"),
        Noticed::LeafMismatch { .. } => (Subject::Tree, "altered"),
        Noticed::Missing { .. } => (Subject::Tree, "missing"),
        Noticed::Inserted { .. } => (Subject::Tree, "inserted"),
        Noticed::Moved { .. } => (Subject::Tree, "moved"),
        Noticed::RootMismatch { .. } => (Subject::Tree, "root_mismatch"),
        Noticed::TilesMismatch { .. } => (Subject::Tree, "tiles_mismatch"),
        Noticed::Truncated { .. } => (Subject::Tree, "truncated"),
        Noticed::Surplus { .. } => (Subject::Tree, "surplus"),
        Noticed::Malformed { .. } => (Subject::Form, "malformed"),
        Noticed::SeqMismatch { .. } => (Subject::Form, "seq_mismatch"),
        Noticed::DuplicateId { .. } => (Subject::Form, "duplicate_id"),
        Noticed::TimeBackwards { .. } => (Subject::Times, "time_backwards"),
        Noticed::OriginMismatch { .. } => (Subject::Signature, "origin_mismatch"),
        // The ledger may learn to notice more; whatever it is, it is told and nothing is proven.
        _ => (Subject::Tree, "other"),
    }
}

/// What is wrong with the stream itself.
fn of_stream(pass: &Pass) -> Vec<Finding> {
    let (read, mut findings) = (pass.log.size(), Vec::new());
    if pass.surplus {
        let sentence = format!(
            "The server sent more than the {read} entries that it was asked for; what came after them was not read."
        );
        findings.push(Finding::of_log(Subject::Tree, "surplus", sentence));
    }
    if pass.left > 0 {
        let sentence = format!(
            "The server stopped within entry {read}: {} bytes of it came.",
            pass.left
        );
        findings.push(Finding::of_entry(Subject::Tree, "cut_off", read, sentence));
    }
    findings
}
