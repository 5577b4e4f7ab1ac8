//! Which sealed texts belong to a request, and how they are named.

use serde::{Deserialize, Serialize};

use super::Event;
use crate::digest::Commitment;

/// A sealed text by what it is. The word stands in entries, and beside the opening in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Why access was asked for.
    Reason,
    /// The ticket or incident of a request.
    Ticket,
    /// The proof of identity of a sign-off.
    IdToken,
    /// What an approver or reviewer wrote.
    Note,
    /// Why an auditor looked.
    Purpose,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 5] = [
        Self::Reason,
        Self::Ticket,
        Self::IdToken,
        Self::Note,
        Self::Purpose,
    ];

    /// The word, as in entries.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reason => "reason",
            Self::Ticket => "ticket",
            Self::IdToken => "id_token",
            Self::Note => "note",
            Self::Purpose => "purpose",
        }
    }
}

/// One sealed text: which entry holds its commitment, and under which member of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningRef {
    /// The entry.
    pub seq: u64,
    /// The member.
    pub field: Field,
}

impl Event {
    /// The sealed texts of a request that the entry holds. The reason of an erasure and the proof of
    /// who confirmed it are not among them: they say why the others are gone.
    pub fn openings(&self) -> Vec<(Field, Commitment)> {
        match self {
            Self::RequestSubmitted { reason, ticket, .. } => {
                let ticket = ticket.map(|ticket| (Field::Ticket, ticket));
                [(Field::Reason, *reason)]
                    .into_iter()
                    .chain(ticket)
                    .collect()
            }
            Self::SignOffGiven { id_token, note, .. } => {
                let note = note.map(|note| (Field::Note, note));
                [(Field::IdToken, *id_token)]
                    .into_iter()
                    .chain(note)
                    .collect()
            }
            Self::ReviewRecorded { note, .. } => vec![(Field::Note, *note)],
            Self::OpeningDisclosed { purpose, .. } => vec![(Field::Purpose, *purpose)],
            _ => Vec::new(),
        }
    }
}
