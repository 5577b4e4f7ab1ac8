//! Whether a witness signs.

use alloc::vec::Vec;

use super::{Accepted, AddCheckpoint, Refusal};
use crate::checkpoint::SignedCheckpoint;
use crate::hash::{Hash, empty_root};
use crate::key::{KeyKind, VerifierKey};
use crate::tree::{TreeHead, verify_consistency};

/// A witness's rules: whose logs it follows. What it remembers and signs with is the caller's.
#[derive(Debug, Clone)]
pub struct Witness {
    logs: Vec<VerifierKey>,
}

impl Witness {
    /// A witness for the logs of these keys; a key's name is its log's origin, and a log may have
    /// several. Keys other than logs' (type 0x01) speak for no log and are passed over.
    pub fn new(logs: impl IntoIterator<Item = VerifierKey>) -> Self {
        let logs = logs.into_iter();
        Self {
            logs: logs.filter(|key| key.kind() == KeyKind::Ed25519).collect(),
        }
    }

    /// Decides on a request, with what is remembered of the log that it names: the size and root of
    /// the last checkpoint that was accepted, `None` before the first.
    ///
    /// # Errors
    /// The [`Refusal`] to answer with; what is remembered stays.
    pub fn decide(
        &self,
        request: &AddCheckpoint,
        remembered: Option<TreeHead>,
    ) -> Result<Accepted, Refusal> {
        let origin = request.origin();
        let is_its_key = |key: &&VerifierKey| key.name() == origin.as_str();
        let keys: Vec<VerifierKey> = self.logs.iter().filter(is_its_key).cloned().collect();
        if keys.is_empty() {
            return Err(Refusal::UnknownOrigin(origin.clone()));
        }
        let note = request.note().verify(&keys)?;
        follows(
            remembered,
            request.old_size(),
            request.proof(),
            request.head(),
        )?;
        // The root of an empty log was checked, and the keys were; nothing is left to refuse.
        let signed = SignedCheckpoint::of_note(request.note().clone());
        let signed = signed.map_err(|_| Refusal::EmptyRoot)?;
        Ok(Accepted::new(signed, note))
    }
}

/// Whether a log may go from what is remembered of it to `new`: the step of witness and signer
/// alike. The proof leads from `old_size`, which must be the remembered size, 0 before the first.
///
/// # Errors
/// The [`Refusal`] that says why not.
pub fn follows(
    remembered: Option<TreeHead>,
    old_size: u64,
    proof: &[Hash],
    new: TreeHead,
) -> Result<(), Refusal> {
    if old_size > new.size {
        return Err(Refusal::OldSizeBeyond {
            old: old_size,
            new: new.size,
        });
    }
    let remembered = remembered.unwrap_or(TreeHead {
        size: 0,
        root: empty_root(),
    });
    if old_size != remembered.size {
        return Err(Refusal::Conflict {
            remembered: remembered.size,
        });
    }
    if new.size == 0 && new.root != empty_root() {
        return Err(Refusal::EmptyRoot);
    }
    if old_size == 0 {
        // The empty tree is the beginning of every tree.
        return match proof {
            [] => Ok(()),
            _ => Err(Refusal::NeedlessProof),
        };
    }
    verify_consistency(old_size, new.size, proof, &remembered.root, &new.root)
        .map_err(Refusal::Inconsistent)
}
