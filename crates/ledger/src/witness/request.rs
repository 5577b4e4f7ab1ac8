//! The body of a request `add-checkpoint`.

use alloc::vec::Vec;
use core::fmt;

use crate::Origin;
use crate::checkpoint::{CheckpointError, SignedCheckpoint, read_body};
use crate::hash::Hash;
use crate::note::Note;
use crate::proof_lines::{Lines, MAX_PROOF_LEN, ProofLinesError, write_proof};
use crate::tile::decimal;
use crate::tree::TreeHead;

/// A log's request for a cosignature, of which nothing is checked yet.
///
/// ```text
/// old <size>\n             the size of the last checkpoint that the witness signed
/// <base64 hash>\n          0 to 63 times: the consistency proof from there
/// \n
/// <checkpoint>             a signed note
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    old_size: u64,
    proof: Vec<Hash>,
    note: Note,
    origin: Origin,
    head: TreeHead,
}

/// Why bytes are no such request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The first line is not `old`, a space, and a plain decimal below 2^64.
    #[error("the request does not begin with \"old <size>\"")]
    OldSize,
    /// What follows is no proof.
    #[error("the request's consistency proof is malformed")]
    ProofLines(#[from] ProofLinesError),
    /// What follows the empty line is no checkpoint.
    #[error("the request's checkpoint is malformed")]
    Checkpoint(#[from] CheckpointError),
}

impl RequestError {
    /// The HTTP status that says so: 404 where the first line of the checkpoint can be no origin
    /// that a witness here knows, else 400.
    pub fn status(&self) -> u16 {
        match self {
            Self::Checkpoint(CheckpointError::OriginLine(_)) => 404,
            Self::OldSize | Self::ProofLines(_) | Self::Checkpoint(_) => 400,
        }
    }
}

impl AddCheckpoint {
    /// A request to cosign this checkpoint, for a witness whose last one had `old_size` leaves.
    ///
    /// # Errors
    /// Where the proof has more hashes than a witness reads.
    pub fn new(
        old_size: u64,
        proof: Vec<Hash>,
        checkpoint: SignedCheckpoint,
    ) -> Result<Self, RequestError> {
        if proof.len() > MAX_PROOF_LEN {
            return Err(ProofLinesError::TooMany.into());
        }
        Ok(Self {
            old_size,
            proof,
            origin: checkpoint.claimed().origin().clone(),
            head: checkpoint.claimed().head(),
            note: checkpoint.into_note(),
        })
    }

    /// Reads a request.
    ///
    /// # Errors
    /// One [`RequestError`] for the first line that has another form.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        let mut lines = Lines::new(bytes);
        let old_size = lines
            .next()
            .and_then(|line| decimal(line.strip_prefix("old ")?))
            .ok_or(RequestError::OldSize)?;
        let proof = lines.proof()?;
        let note = Note::parse(lines.rest()).map_err(CheckpointError::Note)?;
        // An empty log with a root of something is well-formed here: refusing it comes last.
        let (origin, head) = read_body(note.text())?;
        Ok(Self {
            old_size,
            proof,
            note,
            origin,
            head,
        })
    }

    /// The size from which the proof leads.
    pub fn old_size(&self) -> u64 {
        self.old_size
    }

    /// The consistency proof.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The log that the checkpoint names: whose memory the witness needs. Nobody has vouched for it.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Size and root that the checkpoint claims.
    pub fn head(&self) -> TreeHead {
        self.head
    }

    /// The checkpoint's note.
    pub fn note(&self) -> &Note {
        &self.note
    }
}

impl fmt::Display for AddCheckpoint {
    /// The request's body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        write_proof(f, &self.proof)?;
        self.note.fmt(f)
    }
}
