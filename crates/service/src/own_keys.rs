//! Checkpoints of this log as they are found in places that others can write to.

use ledger::{CheckpointError, NoteError, SignedCheckpoint, VerifiedCheckpoint, VerifierKey};

/// The checkpoint, where one of the log's keys has signed it. Which of them had to is for a reader to
/// say, who holds one of them and has the entries.
pub(crate) fn by_one_of(
    keys: &[VerifierKey],
    signed: &SignedCheckpoint,
) -> Result<VerifiedCheckpoint, CheckpointError> {
    let mut fault = CheckpointError::Note(NoteError::NoKnownSignature);
    for key in keys.iter().rev() {
        let origin = key.name().parse().map_err(CheckpointError::OriginLine)?;
        match signed.clone().verify(key, &origin) {
            Ok(checkpoint) => return Ok(checkpoint),
            Err(why) => fault = why,
        }
    }
    Err(fault)
}
