//! Checking proofs without the tree, as RFC 9162 spells it out for the tree of RFC 6962.

use super::MAX_SIZE;
use crate::hash::{Hash, empty_root, node_hash};

/// Why a proof does not prove what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf's index lies outside of the tree.
    #[error("leaf {index} does not exist in a tree of {size} leaves")]
    Index {
        /// The leaf's index.
        index: u64,
        /// The tree's size, in leaves.
        size: u64,
    },
    /// The sizes are no growth, or too large, or the older tree is empty.
    #[error("no consistency proof leads from {old} to {new} leaves")]
    Sizes {
        /// The older size, in leaves.
        old: u64,
        /// The newer size, in leaves.
        new: u64,
    },
    /// More or fewer hashes than a proof for these sizes has.
    #[error("the proof has the wrong length of {found} hashes")]
    Length {
        /// How many hashes the proof has.
        found: usize,
    },
    /// The proof leads to another root of the tree (for consistency: of the newer one).
    #[error("the proof leads to root {found}, not to {expected}")]
    Root {
        /// The root that had to come out.
        expected: Hash,
        /// The root that came out.
        found: Hash,
    },
    /// The proof leads to another root of the older tree.
    #[error("the proof leads to the older root {found}, not to {expected}")]
    OldRoot {
        /// The older root that had to come out.
        expected: Hash,
        /// The older root that came out.
        found: Hash,
    },
}

/// Checks that the leaf stands at `index` in the tree of `size` leaves with this root (RFC 9162,
/// 2.1.3.2).
///
/// # Errors
/// One [`ProofError`] that says why the proof proves nothing.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: &Hash,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size || size > MAX_SIZE {
        return Err(ProofError::Index { index, size });
    }
    // `node` is the position on the way up, `last` that of the rightmost node on the same level.
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length { found: proof.len() });
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            // A rightmost node without a sibling moves up until it has one to its left.
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofError::Length { found: proof.len() });
    }
    if hash != *root {
        return Err(ProofError::Root {
            expected: *root,
            found: hash,
        });
    }
    Ok(())
}

/// Checks that the tree of `new` leaves begins with all leaves of the tree of `old` leaves (RFC
/// 9162, 2.1.4.2). An empty tree is the beginning of every tree, which needs no proof and has none:
/// `old` is 0 only where `new` is 0.
///
/// # Errors
/// One [`ProofError`] that says why the proof proves nothing.
pub fn verify_consistency(
    old: u64,
    new: u64,
    proof: &[Hash],
    old_root: &Hash,
    new_root: &Hash,
) -> Result<(), ProofError> {
    if old > new || new > MAX_SIZE || (old == 0 && new != 0) {
        return Err(ProofError::Sizes { old, new });
    }
    let wrong_length = Err(ProofError::Length { found: proof.len() });
    // There is only one empty tree.
    if new == 0 && *new_root != empty_root() {
        return Err(ProofError::Root {
            expected: empty_root(),
            found: *new_root,
        });
    }
    if old == new {
        return match proof {
            [] if old_root == new_root => Ok(()),
            [] => Err(ProofError::Root {
                expected: *new_root,
                found: *old_root,
            }),
            _ => wrong_length,
        };
    }
    // Where the older tree is one full subtree, its root stands for the proof's first hash.
    let (first, rest) = match proof {
        _ if old.is_power_of_two() => (old_root, proof),
        [first, rest @ ..] => (first, rest),
        [] => return wrong_length,
    };
    let full = (old - 1).trailing_ones();
    let (mut node, mut last) = ((old - 1) >> full, (new - 1) >> full);
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return wrong_length;
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last != 0 {
        return wrong_length;
    }
    if old_hash != *old_root {
        return Err(ProofError::OldRoot {
            expected: *old_root,
            found: old_hash,
        });
    }
    if new_hash != *new_root {
        return Err(ProofError::Root {
            expected: *new_root,
            found: new_hash,
        });
    }
    Ok(())
}
