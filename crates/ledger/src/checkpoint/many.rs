//! Many checkpoints of one log, as an archive keeps them.

use alloc::vec::Vec;

use super::{CheckpointError, SignedCheckpoint, VerifiedCheckpoint};
use crate::key::VerifierKey;
use crate::origin::Origin;

/// From so many on it is worth to prepare for them.
const MANY: usize = 1000;

impl SignedCheckpoint {
    /// [`verify`](Self::verify) for each of many checkpoints, in their order: the same verdicts, in a fraction of the
    /// time. One that is not plainly good is checked by itself, which says what is wrong with it.
    pub fn verify_each(
        checkpoints: &[Self],
        key: &VerifierKey,
        origin: &Origin,
    ) -> Vec<Result<VerifiedCheckpoint, CheckpointError>> {
        let many = (checkpoints.len() >= MANY).then(|| key.many()).flatten();
        let lines: Vec<Option<&[u8; 64]>> = checkpoints
            .iter()
            .map(|checkpoint| checkpoint.only_line_by(key))
            .collect();
        let signed: Vec<(&[u8], &[u8; 64])> = checkpoints
            .iter()
            .zip(&lines)
            .filter_map(|(checkpoint, line)| Some((checkpoint.note.text().as_bytes(), (*line)?)))
            .collect();
        let good = many
            .map(|many| many.check_each(&signed))
            .unwrap_or_default();
        let mut good = good.into_iter();
        checkpoints
            .iter()
            .zip(lines)
            .map(|(checkpoint, line)| {
                let good = line.is_some() && good.next() == Some(true);
                if good && checkpoint.claimed.origin == *origin && key.name() == origin.as_str() {
                    let checkpoint = checkpoint.claimed.clone();
                    return Ok(VerifiedCheckpoint { checkpoint });
                }
                checkpoint.clone().verify(key, origin)
            })
            .collect()
    }

    /// The signature by the key, if there is exactly one that can be.
    fn only_line_by(&self, key: &VerifierKey) -> Option<&[u8; 64]> {
        let mut lines = self
            .note
            .signatures()
            .iter()
            .filter(|line| line.key_id() == key.key_id() && line.name() == key.name());
        let line = lines.next()?;
        lines
            .next()
            .is_none()
            .then(|| line.bytes().try_into().ok())?
    }
}
