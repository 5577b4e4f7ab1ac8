//! The Merkle tree of RFC 6962 over the leaf hashes.

mod prove;
mod verify;

pub use prove::{prove_consistency, prove_inclusion, root_of};
pub use verify::{ProofError, verify_consistency, verify_inclusion};

use crate::hash::{Hash, empty_root, node_hash};

/// The largest size, in leaves: other readers of checkpoints keep it in a signed 64-bit number.
pub(crate) const MAX_SIZE: u64 = i64::MAX as u64;

/// A tree that only grows, as its compact range: the roots of the full subtrees that cover it, one
/// for each bit that is set in the size, largest first.
///
/// ```text
/// size 7 = 4 + 2 + 1      frontier: [ root of 0..4, root of 4..6, leaf 6 ]
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    size: u64,
    frontier: Vec<Hash>,
}

/// A size and a frontier that are no tree together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// Not one hash for each bit that is set in the size.
    #[error("a tree of {size} leaves has another frontier than {found} hashes")]
    Frontier {
        /// The size, in leaves.
        size: u64,
        /// How many hashes were given.
        found: usize,
    },
    /// The size is 2^63 or more.
    #[error("a tree of {0} leaves is too large")]
    Size(u64),
}

impl Tree {
    /// The tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// A tree from what [`Tree::size`] and [`Tree::frontier`] gave earlier.
    ///
    /// # Errors
    /// Where the number of hashes does not fit the size.
    pub fn from_parts(size: u64, frontier: &[Hash]) -> Result<Self, TreeError> {
        if size > MAX_SIZE {
            return Err(TreeError::Size(size));
        }
        if u32::try_from(frontier.len()) != Ok(size.count_ones()) {
            return Err(TreeError::Frontier {
                size,
                found: frontier.len(),
            });
        }
        Ok(Self {
            size,
            frontier: frontier.to_vec(),
        })
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the full subtrees, largest first.
    pub fn frontier(&self) -> &[Hash] {
        &self.frontier
    }

    /// Appends a leaf by its leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Each bit that is set at the low end of the size is a full subtree as large as `node`.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.frontier.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.frontier.push(node);
        // 2^64 pushes would have to come before this wraps.
        self.size = self.size.wrapping_add(1);
    }

    /// The root hash of all leaves so far.
    pub fn root(&self) -> Hash {
        let mut smallest_first = self.frontier.iter().rev();
        let Some(&last) = smallest_first.next() else {
            return empty_root();
        };
        smallest_first.fold(last, |right, left| node_hash(left, &right))
    }
}
