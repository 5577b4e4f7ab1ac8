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
    /// What a target answered.
    Answer,
    /// What was sent to a target, or was refused to be.
    Statement,
    /// What identifies an action's result.
    Result,
    /// A piece of what a terminal showed.
    Content,
    /// All that is sealed in a recording, together: it is disclosed and erased as a whole.
    Recording,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 12] = [
        Self::Reason,
        Self::Ticket,
        Self::Incident,
        Self::IdToken,
        Self::Note,
        Self::Findings,
        Self::Purpose,
        Self::Answer,
        Self::Statement,
        Self::Result,
        Self::Content,
        Self::Recording,
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
            Self::Answer => "answer",
            Self::Statement => "statement",
            Self::Result => "result",
            Self::Content => "content",
            Self::Recording => "recording",
        }
    }

    /// Whether a text of this kind is part of a recording, which stands for all of them: nobody names one of its
    /// texts alone.
    pub const fn is_recorded(self) -> bool {
        matches!(self, Self::Statement | Self::Result | Self::Content)
    }
}

/// One sealed text: which entry holds its commitment, and under which member of the body. With
/// [`Field::Recording`], all of a recording: the entry that started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningRef {
    /// The entry.
    pub seq: u64,
    /// The member.
    pub field: Field,
}

impl Event {
    /// The sealed texts of a request that the entry holds, those of a recording included. The reason of an
    /// erasure and the proof of who confirmed it are not among them: they say why the others are gone.
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
            Self::TargetAnswered { answer, .. } => [Some((Field::Answer, *answer)), None, None],
            Self::ActionIntended { statement, .. } | Self::ActionRefused { statement, .. } => {
                [Some((Field::Statement, *statement)), None, None]
            }
            Self::ActionFinished { result, .. } => [some(Field::Result, result), None, None],
            Self::RecordingChunk { content, .. } => [Some((Field::Content, *content)), None, None],
            _ => [None; 3],
        };
        texts.into_iter().flatten().collect()
    }
}
