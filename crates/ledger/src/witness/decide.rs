//! Whether a witness signs.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Accepted, AddCheckpoint, Refusal};
use crate::Origin;
use crate::checkpoint::SignedCheckpoint;
use crate::hash::{Hash, empty_root};
use crate::key::{KeyKind, VerifierKey};
use crate::tree::{TreeHead, verify_consistency};

/// A witness's rules, or those of a log's own signer: for which logs it signs, and by which keys it
/// wants to be asked. What it remembers and signs with is the caller's.
#[derive(Debug, Clone)]
pub struct Witness {
    /// The log's name, and a key that speaks for it.
    askers: Vec<(String, VerifierKey)>,
}

impl Witness {
    /// A witness for the logs of these keys; a key's name is its log's origin, and a log may have
    /// several. Keys other than logs' (type 0x01) speak for no log and are passed over.
    pub fn new(logs: impl IntoIterator<Item = VerifierKey>) -> Self {
        Self::asked_by(logs.into_iter().map(|key| (key.name().to_owned(), key)))
    }

    /// The log's own signer. What it is shown is not signed by the log yet: the submitters' keys
    /// (type 0x01) speak for the log, under names of their own.
    pub fn signer(origin: &Origin, submitters: impl IntoIterator<Item = VerifierKey>) -> Self {
        let submitters = submitters.into_iter();
        Self::asked_by(submitters.map(|key| (origin.as_str().to_owned(), key)))
    }

    fn asked_by(askers: impl Iterator<Item = (String, VerifierKey)>) -> Self {
        Self {
            askers: askers
                .filter(|(_, key)| key.kind() == KeyKind::Ed25519)
                .collect(),
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
        let of_log = self.askers.iter().filter(|(log, _)| log == origin.as_str());
        let keys: Vec<VerifierKey> = of_log.map(|(_, key)| key.clone()).collect();
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
