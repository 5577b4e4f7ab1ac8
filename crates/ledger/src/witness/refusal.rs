//! Why a witness does not sign, and what it answers.

use alloc::format;
use alloc::string::String;

use crate::Origin;
use crate::note::NoteError;
use crate::tree::ProofError;

/// Why a witness does not sign a well-formed request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No key is known for a log of that name.
    #[error("the log {0} is not known here")]
    UnknownOrigin(Origin),
    /// No known key of the log has signed, or a known key's signature does not fit.
    #[error("the log's signature is missing or bad")]
    Signature(#[from] NoteError),
    /// The proof would have to lead backwards.
    #[error("the old size {old} is beyond the checkpoint's {new}")]
    OldSizeBeyond {
        /// The size from which the proof should lead.
        old: u64,
        /// The checkpoint's size.
        new: u64,
    },
    /// The proof does not begin where the witness stands.
    #[error("the last checkpoint signed here has the size {remembered}")]
    Conflict {
        /// The size of the last checkpoint that the witness signed; 0 for none.
        remembered: u64,
    },
    /// The checkpoint says that the log is empty, and has another root than the empty tree's.
    #[error("an empty log has no such root")]
    EmptyRoot,
    /// There are hashes where nothing is to be proved.
    #[error("every tree grows out of the empty one, but the request proves it")]
    NeedlessProof,
    /// The checkpoint does not extend the one before it: two histories, or a wrong proof.
    #[error("the checkpoint is not shown to extend the last one signed here")]
    Inconsistent(#[source] ProofError),
}

impl Refusal {
    /// The HTTP status that says so (tlog-witness, "add-checkpoint").
    pub fn status(&self) -> u16 {
        match self {
            Self::OldSizeBeyond { .. } => 400,
            Self::Signature(_) => 403,
            Self::UnknownOrigin(_) => 404,
            Self::Conflict { .. } => 409,
            Self::EmptyRoot | Self::NeedlessProof | Self::Inconsistent(_) => 422,
        }
    }

    /// The answer's `Content-Type`.
    pub fn content_type(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "text/x.tlog.size",
            _ => "text/plain; charset=utf-8",
        }
    }

    /// The answer's body: after a conflict the remembered size and nothing else, for the log to try
    /// again from there.
    pub fn body(&self) -> String {
        match self {
            Self::Conflict { remembered } => format!("{remembered}\n"),
            other => format!("{other}\n"),
        }
    }
}
