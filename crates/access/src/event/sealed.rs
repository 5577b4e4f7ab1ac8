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
    /// The ticket of a request.
    Ticket,
    /// The incident of a request.
    Incident,
    /// The proof of identity of a sign-off.
    IdToken,
    /// What an approver or reviewer wrote.
    Note,
    /// What a reviewer found.
    Findings,
    /// Why an auditor looked.
    Purpose,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 7] = [
        Self::Reason,
        Self::Ticket,
        Self::Incident,
        Self::IdToken,
        Self::Note,
        Self::Findings,
        Self::Purpose,
    ];

    /// The word, as in entries.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reason => "reason",
            Self::Ticket => "ticket",
            Self::Incident => "incident",
            Self::IdToken => "id_token",
            Self::Note => "note",
            Self::Findings => "findings",
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
        let some = |field: Field, text: &Option<Commitment>| text.map(|text| (field, text));
        let texts = match self {
            Self::RequestSubmitted {
                reason,
                ticket,
                incident,
                ..
            }
            | Self::RequestEdited {
                reason,
                ticket,
                incident,
                ..
            } => [
                Some((Field::Reason, *reason)),
                some(Field::Ticket, ticket),
                some(Field::Incident, incident),
            ],
            Self::SignOffGiven { id_token, note, .. } => [
                Some((Field::IdToken, *id_token)),
                some(Field::Note, note),
                None,
            ],
            Self::GrantExtended {
                proof: Some(proof), ..
            } => [Some((Field::IdToken, proof.id_token)), None, None],
            Self::ReviewRecorded { findings, note, .. } => [
                Some((Field::Note, *note)),
                some(Field::Findings, findings),
                None,
            ],
            Self::OpeningDisclosed { purpose, .. } => {
                [Some((Field::Purpose, *purpose)), None, None]
            }
            _ => [None; 3],
        };
        texts.into_iter().flatten().collect()
    }
}
