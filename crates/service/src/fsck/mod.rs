//! Checks a stored log without the portal: the database it lives in, or its tiles in a folder or
//! behind an address. Reads only, trusts only the key it is given, and names the place of each fault.

mod database;
mod judge;
mod keys;
mod rules;
mod tiles;

use access::Violation;
use ledger::rotation::HistoryError;
use ledger::{CheckpointError, Finding, Hash, LogVerifier, TilePath};

use crate::memory::MemoryError;
use rules::Rules;

pub use database::check_database;
pub use tiles::{Files, Folder, ReadError, check_tiles};

/// How many faults of the storage are listed; further ones are only counted.
const MOST_FAULTS: usize = 10_000;

/// What was found.
#[derive(Debug)]
pub struct Report {
    /// How many entries there are.
    pub size: u64,
    /// The root that their bytes give.
    pub root: Hash,
    /// How many of them the newest good checkpoint covers.
    pub signed: u64,
    /// The newest good checkpoint, as it was signed; `None` where it is not from files.
    pub newest: Option<String>,
    /// How many checkpoints are signed and have the root that the entries give.
    pub checkpoints: u64,
    /// Everything that is wrong, about the log's bytes first.
    pub faults: Vec<Fault>,
    /// Faults beyond those that are listed.
    pub unlisted: u64,
    /// Entries that break the rules in force when they were written, by their place. Looked for where nothing
    /// else is wrong: what an altered entry says proves nothing against anybody.
    pub unlawful: Vec<Violation>,
}

/// How much of the log somebody else holds, with its root.
#[derive(Debug, Clone, Copy)]
pub struct Remembered {
    /// Who, as a sentence begins.
    pub by: &'static str,
    /// How many entries.
    pub size: u64,
    /// Their root.
    pub root: Hash,
}

/// One thing that is wrong with a stored log.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The entries themselves.
    #[error("{0}")]
    Log(Finding),
    /// No checkpoint is there: nothing was ever signed, or it was removed.
    #[error("There is no checkpoint: nothing says what the log must be.")]
    NoCheckpoint,
    /// A checkpoint that the key did not sign, or that is none.
    #[error("The checkpoint {which} is not good: {fault}.")]
    Checkpoint {
        /// Which one: the size that it is stored under, or the file's name.
        which: String,
        /// What is wrong with it.
        #[source]
        fault: CheckpointError,
    },
    /// A checkpoint of a size for which no key follows from the one that is trusted.
    #[error(
        "The checkpoint {which} covers {size} entries, and no key that signs so many follows from yours."
    )]
    NoKey {
        /// Which one: the size that it is stored under, or the file's name.
        which: String,
        /// How many entries it covers.
        size: u64,
    },
    /// An entry that announces a key and may not.
    #[error("Entry {seq} announces a key of the log and is not to be believed: {fault}.")]
    Key {
        /// The entry.
        seq: u64,
        /// What is wrong with it.
        #[source]
        fault: HistoryError,
    },
    /// A checkpoint that stands under another size than its own.
    #[error("The checkpoint over {size} entries is stored as the one over {stored}.")]
    Misplaced {
        /// The size that it is stored under.
        stored: u64,
        /// The size that was signed.
        size: u64,
    },
    /// A good checkpoint that the entries do not give; the first of them, by size.
    #[error(
        "The first {size} entries give the root {found}, but {signed} was signed for them; the first {good} are as they were signed."
    )]
    OtherRoot {
        /// How many entries the newest checkpoint covers that they do give.
        good: u64,
        /// How many entries it covers.
        size: u64,
        /// The root that was signed.
        signed: Hash,
        /// The root of the entries.
        found: Hash,
    },
    /// A checkpoint over more entries than there are.
    #[error("{size} entries were signed, but only {found} are there: the end was cut off.")]
    CutOff {
        /// How many the checkpoint covers.
        size: u64,
        /// How many there are.
        found: u64,
    },
    /// Rows that are not there.
    #[error("Between entry {before} and entry {seq} rows are missing from the table.")]
    Gap {
        /// The last seq before the gap, or `the start`.
        before: String,
        /// The first seq after it.
        seq: u64,
    },
    /// A column that says something else than the entry's bytes.
    #[error("Entry {seq}: the column {column} says {stored}, the entry's bytes say {found}.")]
    Column {
        /// The row.
        seq: u64,
        /// Which column.
        column: &'static str,
        /// What it holds.
        stored: String,
        /// What follows from the bytes.
        found: String,
    },
    /// A kept text that is not the one that its entry sealed.
    #[error("Entry {seq}: the text kept for {field} is not what was sealed there.")]
    Opening {
        /// The entry.
        seq: u64,
        /// The name of the sealed member.
        field: String,
    },
    /// A stored node of the tree that its leaves do not give.
    #[error("The hash tile node {level}/{index} is {state}; it covers the entries from {seq} on.")]
    Node {
        /// The tile level it stands in.
        level: u8,
        /// Its place in the level.
        index: u64,
        /// The first entry below it.
        seq: u64,
        /// Missing, wrong, or more than the tree has.
        state: &'static str,
    },
    /// The head row, against the entries.
    #[error("The head says {column} {stored}, the entries give {found}.")]
    Head {
        /// Which column.
        column: &'static str,
        /// What it holds.
        stored: String,
        /// What follows from the entries.
        found: String,
    },
    /// A file that tlog-tiles wants.
    #[error("{path} is missing; it holds what belongs to the entries from {seq} on.")]
    MissingFile {
        /// Its name.
        path: String,
        /// The first entry that it concerns.
        seq: u64,
    },
    /// A tile or bundle that does not hold what the tree says.
    #[error("{path} does not hold what the signed tree has there, from entry {seq} on.")]
    Tile {
        /// Its name.
        path: String,
        /// The first entry that it concerns.
        seq: u64,
    },
    /// Somebody else holds a newer or another log.
    #[error("{by} holds {size} entries with the root {remembered}; here are {found}.")]
    Forgotten {
        /// Who, as a sentence begins.
        by: &'static str,
        /// How many it holds.
        size: u64,
        /// Their root.
        remembered: Hash,
        /// What is here: a smaller size, or another root.
        found: String,
    },
}

impl Fault {
    /// The entry that it is about; `None` where it is about the whole log.
    pub fn seq(&self) -> Option<u64> {
        match *self {
            Self::Log(ref finding) => finding.seq(),
            Self::Gap { seq, .. }
            | Self::Column { seq, .. }
            | Self::Opening { seq, .. }
            | Self::Node { seq, .. }
            | Self::MissingFile { seq, .. }
            | Self::Tile { seq, .. }
            | Self::Key { seq, .. } => Some(seq),
            Self::CutOff { found, .. } => Some(found),
            Self::OtherRoot { good, .. } => Some(good),
            Self::NoCheckpoint
            | Self::Checkpoint { .. }
            | Self::NoKey { .. }
            | Self::Misplaced { .. }
            | Self::Head { .. }
            | Self::Forgotten { .. } => None,
        }
    }
}

/// Why a log could not be checked to its end.
#[derive(Debug, thiserror::Error)]
pub enum FsckError {
    /// The database did not answer.
    #[error("the database did not answer as it must; is it one that `breakglass migrate` made?")]
    Database(#[from] sqlx::Error),
    /// A file could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The server's memory could not be read.
    #[error("the server's memory of the log")]
    Memory(#[from] MemoryError),
}

/// Collects faults, at most so many.
#[derive(Debug, Default)]
struct Faults {
    listed: Vec<Fault>,
    unlisted: u64,
}

impl Faults {
    fn add(&mut self, fault: Fault) {
        if self.listed.len() < MOST_FAULTS {
            self.listed.push(fault);
        } else {
            self.unlisted += 1;
        }
    }

    /// A report of a place where there is nothing to check.
    fn alone(self) -> Report {
        Report {
            size: 0,
            root: ledger::empty_root(),
            signed: 0,
            newest: None,
            checkpoints: 0,
            faults: self.listed,
            unlisted: self.unlisted,
            unlawful: Vec::new(),
        }
    }

    /// The first of them.
    fn first(self) -> Option<Fault> {
        self.listed.into_iter().next()
    }

    /// The report, with what the verifier found before what the storage's own checks found.
    fn report(
        self,
        verifier: &LogVerifier,
        root: Hash,
        signed: u64,
        (checkpoints, rules): (u64, Rules),
    ) -> Report {
        let mut faults: Vec<_> = verifier
            .findings()
            .iter()
            .cloned()
            .map(Fault::Log)
            .collect();
        faults.extend(self.listed);
        let unlawful = match faults.is_empty() {
            true => rules.end(),
            false => Vec::new(),
        };
        Report {
            size: verifier.size(),
            root,
            signed,
            newest: None,
            checkpoints,
            faults,
            unlisted: self.unlisted + verifier.unlisted(),
            unlawful,
        }
    }
}

/// The first entry that a tile or bundle concerns.
fn first_entry(path: &TilePath) -> u64 {
    let (level, index) = match *path {
        TilePath::Hashes { level, index, .. } => (u32::from(level), index),
        TilePath::Entries { index, .. } => (0, index),
    };
    // 256 items a tile, each of 256^level entries.
    index.checked_shl(8 * (level + 1)).unwrap_or(u64::MAX)
}
