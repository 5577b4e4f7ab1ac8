//! What can be wrong with a log, one variant a cause.

use serde::{Serialize, Serializer};

use crate::entry::ParseError;
use crate::{Hash, Origin, Timestamp};

/// One thing that is wrong with a log. As text one plain sentence; as JSON an object whose `kind`
/// names the variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// The entry names another predecessor than the one that stands before it: one of the two was
    /// changed, or something between them was removed or inserted.
    #[error(
        "The chain breaks before entry {seq}: it names {found} as the entry before it, which is {expected}."
    )]
    ChainBroken {
        /// The entry whose link does not fit.
        seq: u64,
        /// The hash of what stands before it.
        expected: Hash,
        /// The hash that it names.
        found: Hash,
    },
    /// The entry's bytes are not those that were signed.
    #[error(
        "Entry {seq} was altered: the signed tree has {expected} in its place, its bytes give {found}."
    )]
    LeafMismatch {
        /// The entry that was altered.
        seq: u64,
        /// Its leaf hash in the signed tree.
        expected: Hash,
        /// The leaf hash of the bytes that were found.
        found: Hash,
    },
    /// Entries of the signed tree that were not found.
    #[error("{count} signed entries are missing, from entry {seq} on.")]
    Missing {
        /// The first of them.
        seq: u64,
        /// How many there are in a row.
        count: u64,
    },
    /// Something was found that is not in the signed tree.
    #[error("An entry that was never signed stands before entry {seq}: its bytes give {found}.")]
    Inserted {
        /// The signed entry before which it stands; the tree's size where it stands at the end.
        seq: u64,
        /// The leaf hash of its bytes.
        found: Hash,
    },
    /// A signed entry that stands at another place.
    #[error("Entry {seq} stands at the wrong place: it was found as number {found}.")]
    Moved {
        /// Its place in the signed tree.
        seq: u64,
        /// Its place in what was found, counted from 0.
        found: u64,
    },
    /// What was found has another root than the one that was signed.
    #[error("The {size} entries give the root {found}, but {expected} was signed.")]
    RootMismatch {
        /// How many entries the checkpoint covers.
        size: u64,
        /// The signed root.
        expected: Hash,
        /// The root of what was found.
        found: Hash,
    },
    /// The log's hash tiles have another root than the one that was signed: they cannot tell which
    /// entries were changed.
    #[error(
        "The {found_size} hashes in the tiles give the root {found}, but {expected} over {size} was signed."
    )]
    TilesMismatch {
        /// How many entries the checkpoint covers.
        size: u64,
        /// How many hashes the tiles hold.
        found_size: u64,
        /// The signed root.
        expected: Hash,
        /// The root of the hashes in the tiles.
        found: Hash,
    },
    /// The bytes are not an entry in the one permitted form.
    #[error("Entry {seq} is malformed: {error}.")]
    Malformed {
        /// The place where the bytes stand.
        seq: u64,
        /// What is wrong with them.
        error: ParseError,
    },
    /// The entry names another place than its own.
    #[error("At place {seq} stands an entry that says it is entry {found}.")]
    SeqMismatch {
        /// The place.
        seq: u64,
        /// The place that the entry names.
        found: u64,
    },
    /// The entry's time lies before that of the entry before it.
    #[error("Entry {seq} says {found}, which is before the {previous} of the entry before it.")]
    TimeBackwards {
        /// The entry.
        seq: u64,
        /// The time of the entry before.
        previous: Timestamp,
        /// The entry's time.
        found: Timestamp,
    },
    /// Two entries have one id.
    #[error("Entry {seq} has the same id as entry {first}.")]
    DuplicateId {
        /// The later one.
        seq: u64,
        /// The earlier one.
        first: u64,
    },
    /// Fewer entries than were signed.
    #[error("The log ends after {found} entries, but {size} were signed.")]
    Truncated {
        /// How many entries the checkpoint covers.
        size: u64,
        /// How many were found.
        found: u64,
    },
    /// More entries than were signed.
    #[error("The log has {found} entries, but only {size} were signed.")]
    Surplus {
        /// How many entries the checkpoint covers.
        size: u64,
        /// How many were found.
        found: u64,
    },
    /// The checkpoint is of another log.
    #[error("The checkpoint is of the log {found}, not of {expected}.")]
    OriginMismatch {
        /// The log that is checked.
        #[serde(serialize_with = "as_text")]
        expected: Origin,
        /// The log that the checkpoint names.
        #[serde(serialize_with = "as_text")]
        found: Origin,
    },
}

impl Finding {
    /// The entry that the finding is about; `None` where it is about the whole log.
    pub fn seq(&self) -> Option<u64> {
        match *self {
            Self::ChainBroken { seq, .. }
            | Self::LeafMismatch { seq, .. }
            | Self::Missing { seq, .. }
            | Self::Inserted { seq, .. }
            | Self::Moved { seq, .. }
            | Self::Malformed { seq, .. }
            | Self::SeqMismatch { seq, .. }
            | Self::TimeBackwards { seq, .. }
            | Self::DuplicateId { seq, .. } => Some(seq),
            // The first entry that is missing, and the first that is too much.
            Self::Truncated { found, .. } => Some(found),
            Self::Surplus { size, .. } => Some(size),
            Self::RootMismatch { .. }
            | Self::TilesMismatch { .. }
            | Self::OriginMismatch { .. } => None,
        }
    }
}

fn as_text<S: Serializer>(origin: &Origin, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(origin)
}
