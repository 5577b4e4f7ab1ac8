//! Making proofs from leaf hashes in memory: for receipts, tests and small logs. A server that has
//! tiles need not hash the leaves again.

use alloc::vec::Vec;

use super::{ProofError, Tree};
use crate::hash::{Hash, node_hashes};

/// The root of the tree over these leaf hashes.
pub fn root_of(leaves: &[Hash]) -> Hash {
    let mut tree = Tree::new();
    tree.extend(leaves);
    tree.root()
}

/// The proof that leaf `index` stands in the tree over these leaf hashes, leaf to root (RFC 6962,
/// 2.1.1).
///
/// # Errors
/// Where there is no such leaf.
pub fn prove_inclusion(leaves: &[Hash], index: u64) -> Result<Vec<Hash>, ProofError> {
    let size = leaves.len() as u64;
    let missing = ProofError::Index { index, size };
    let mut index = usize::try_from(index).map_err(|_| missing)?;
    if index >= leaves.len() {
        return Err(missing);
    }
    let mut level = leaves.to_vec();
    let mut proof = Vec::new();
    while level.len() > 1 {
        proof.extend(level.get(index ^ 1));
        level = parents(&level);
        index /= 2;
    }
    Ok(proof)
}

/// The proof that the tree over these leaf hashes begins with its first `old` leaves (RFC 6962,
/// 2.1.2).
///
/// # Errors
/// Where there are fewer leaves, or `old` is 0 and the tree is not empty: nothing is to be proved.
pub fn prove_consistency(leaves: &[Hash], old: u64) -> Result<Vec<Hash>, ProofError> {
    let new = leaves.len() as u64;
    let sizes = ProofError::Sizes { old, new };
    let old = usize::try_from(old).map_err(|_| sizes)?;
    if old > leaves.len() || (old == 0 && new != 0) {
        return Err(sizes);
    }
    if old == leaves.len() {
        return Ok(Vec::new());
    }
    let mut level = leaves.to_vec();
    let mut proof = Vec::new();
    // The node of the older tree's last leaf, and upwards from it the largest full subtree that
    // ends with it: that is where both trees part.
    let mut node = old - 1;
    while node % 2 == 1 {
        level = parents(&level);
        node /= 2;
    }
    if !old.is_power_of_two() {
        proof.extend(level.get(node));
    }
    while level.len() > 1 {
        proof.extend(level.get(node ^ 1));
        level = parents(&level);
        node /= 2;
    }
    Ok(proof)
}

/// One level up; a last node without a sibling moves up as it is, which is the same tree as RFC
/// 6962's split at the largest power of two.
fn parents(level: &[Hash]) -> Vec<Hash> {
    let (_, single) = level.as_chunks::<2>();
    let mut parents = node_hashes(level);
    parents.extend(single);
    parents
}
