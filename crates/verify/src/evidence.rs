//! The bytes of entries that a finding will want to show.

use std::collections::{HashMap, HashSet};

use ledger::{Hash, leaf_hash};
use serde::Serialize;

/// How many entries' bytes are kept. Findings beyond are told without theirs.
const MAX_ENTRIES: usize = 200;

/// How much of one entry is kept: more than any lawful entry of today has, and little enough that
/// all of them fit into a few megabytes of report.
const MAX_LEN: usize = 4096;

/// The bytes of one entry, as a report shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bytes {
    /// How many bytes the entry has.
    pub length: usize,
    /// How many of them stand here.
    pub kept: usize,
    /// In hexadecimal.
    pub hex: String,
    /// As text; what is not UTF-8 shows as U+FFFD.
    pub text: String,
}

/// Kept bytes by the entry's leaf hash.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    entries: HashMap<Hash, (usize, Vec<u8>)>,
    wanted: HashSet<Hash>,
}

impl Evidence {
    /// Keeps the entry's bytes, if there is room.
    pub(crate) fn keep(&mut self, leaf: Hash, entry: &[u8]) {
        if self.entries.len() < MAX_ENTRIES && !self.entries.contains_key(&leaf) {
            let kept = entry.get(..MAX_LEN).unwrap_or(entry).to_vec();
            self.entries.insert(leaf, (entry.len(), kept));
        }
    }

    /// Says which entries a report will show.
    pub(crate) fn want(&mut self, leaves: impl Iterator<Item = Hash>) {
        self.wanted.extend(leaves);
    }

    /// Keeps the entry's bytes, if a report will show them.
    pub(crate) fn keep_if_wanted(&mut self, entry: &[u8]) {
        let leaf = leaf_hash(entry);
        if self.wanted.contains(&leaf) {
            self.keep(leaf, entry);
        }
    }

    /// Whether the entry's bytes are here.
    pub(crate) fn has(&self, leaf: Hash) -> bool {
        self.entries.contains_key(&leaf)
    }

    /// The entry's bytes for a report.
    pub(crate) fn show(&self, leaf: Hash) -> Option<Bytes> {
        let (length, kept) = self.entries.get(&leaf)?;
        Some(Bytes {
            length: *length,
            kept: kept.len(),
            hex: kept.iter().map(|byte| format!("{byte:02x}")).collect(),
            text: String::from_utf8_lossy(kept).into_owned(),
        })
    }
}
