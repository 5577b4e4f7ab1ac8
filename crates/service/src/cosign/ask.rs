//! One request to one witness, and what its answer is worth.

use ledger::rotation::KeyHistory;
use ledger::witness::{checkpoint_path, read_answer};
use ledger::{CheckpointError, Hash, Origin, SignedCheckpoint, VerifiedCheckpoint, VerifierKey};

use super::WitnessToAsk;
use crate::asked::{self, AddError};

/// A cosignature that was checked.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) line: String,
    pub(super) at_s: u64,
}

/// What a witness answered.
#[derive(Debug)]
pub(super) enum Answered {
    Signed(Signed),
    /// It wants the proof to begin at this size.
    StandsAt(u64),
}

/// Why there is no cosignature.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
    #[error("the witness was asked in vain")]
    Asked(#[from] AddError),
    #[error("our own checkpoint cannot be read")]
    Checkpoint(#[from] CheckpointError),
    #[error("the witness's answer is no cosignature")]
    Answer(#[from] ledger::witness::AnswerError),
    #[error("the witness's answer has no signature by its key")]
    NotSigned,
    #[error("the witness stands at {0} entries, it says, and takes no proof from there")]
    Unsettled(u64),
    #[error("the witness's clock is ahead of ours: it says that it signed at {0} s since 1970")]
    Clock(u64),
    #[error(
        "the witness has signed {theirs} entries of this log, and here are {ours}: this log was put back, or another goes under its name"
    )]
    Ahead { theirs: u64, ours: u64 },
}

impl AskError {
    /// Whether the witness does not know the key that signed.
    pub(super) fn may_lack_the_key(&self) -> bool {
        matches!(self, Self::Asked(AddError::Refused { status: 403, .. }))
    }

    /// Whether the witness may hold a history of this log that is not ours.
    pub(super) fn may_be_another_history(&self) -> bool {
        match self {
            Self::Ahead { .. } => true,
            Self::Asked(fault) => fault.is_of_another_history(),
            Self::Database(_)
            | Self::Checkpoint(_)
            | Self::Answer(_)
            | Self::NotSigned
            | Self::Unsettled(_)
            | Self::Clock(_) => false,
        }
    }
}

/// Asks once.
pub(super) async fn ask(
    client: &reqwest::Client,
    witness: &WitnessToAsk,
    old_size: u64,
    proof: Vec<Hash>,
    note: &str,
) -> Result<Answered, AskError> {
    let checkpoint = SignedCheckpoint::parse(note.as_bytes())?;
    let asked = asked::add_checkpoint(client, &witness.url, old_size, proof, checkpoint.clone());
    let bytes = match asked.await? {
        asked::Answered::Lines(bytes) => bytes,
        asked::Answered::StandsAt(size) => return Ok(Answered::StandsAt(size)),
    };
    let known = std::slice::from_ref(&witness.key);
    let mut lines = read_answer(&checkpoint, &bytes, known)?;
    let line = lines.pop().ok_or(AskError::NotSigned)?;
    let at_s = signature_by(&witness.key, &format!("{}{line}", checkpoint.note()));
    Ok(Answered::Signed(Signed {
        line,
        at_s: at_s.ok_or(AskError::NotSigned)?,
    }))
}

/// When the holder of this key signed the note, if they did, in seconds since 1970.
pub(super) fn signature_by(key: &VerifierKey, note: &str) -> Option<u64> {
    let note = SignedCheckpoint::parse(note.as_bytes()).ok()?;
    let verified = note.note().verify(std::slice::from_ref(key)).ok()?;
    verified.signatures().first()?.unix_seconds()
}

/// The newest checkpoint of this log that the witness shows to monitors, if it is signed by our key
/// of that size: then nobody but we can have made it.
pub(super) async fn shown(
    client: &reqwest::Client,
    witness: &WitnessToAsk,
    origin: &Origin,
    own: &KeyHistory,
) -> Option<VerifiedCheckpoint> {
    let path = checkpoint_path(origin);
    let bytes = asked::get(client, &witness.url, &path).await.ok()??;
    own.verify(SignedCheckpoint::parse(&bytes).ok()?).ok()
}
