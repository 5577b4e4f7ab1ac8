//! The Merkle tree of RFC 6962 over the leaf hashes.

mod from_tiles;
mod leaf_range;
mod prove;
mod ranges;
mod verify;

use alloc::vec::Vec;

pub use from_tiles::{HashTiles, TilesError};
pub use leaf_range::{LeafRange, NotNext};
pub use prove::{prove_consistency, prove_inclusion, root_of};
pub use ranges::{
    Subtree, consistency_ranges, inclusion_ranges, perfect_subtrees, root_of_subtrees,
};
pub use verify::{ProofError, verify_consistency, verify_inclusion};

use crate::hash::{Hash, empty_root, node_hash, node_hashes};

/// The largest size, in leaves: other readers of checkpoints keep it in a signed 64-bit number.
pub(crate) const MAX_SIZE: u64 = i64::MAX as u64;

/// How many leaves are hashed together, and the height of the subtree over them.
const TOGETHER: usize = 1 << TOGETHER_HEIGHT;
const TOGETHER_HEIGHT: u32 = 8;

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

/// A tree in short: how many leaves, and the root over them. Whether the two belong together is not
/// known from them alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// The size, in leaves.
    pub size: u64,
    /// The root hash.
    pub root: Hash,
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
        self.push_subtree(leaf, 0);
    }

    /// [`push`](Self::push) of each leaf, in their order; faster for many.
    pub fn extend(&mut self, leaves: &[Hash]) {
        let before = (self.size % TOGETHER as u64) as usize;
        let before = (TOGETHER - before) % TOGETHER;
        let (before, rest) = leaves.split_at(before.min(leaves.len()));
        let (together, after) = rest.as_chunks::<TOGETHER>();
        before.iter().for_each(|leaf| self.push(*leaf));
        for leaves in together {
            self.push_subtree(full_root(leaves), TOGETHER_HEIGHT);
        }
        after.iter().for_each(|leaf| self.push(*leaf));
    }

    /// Appends a full subtree of 2^`height` leaves; the size is a multiple of that.
    fn push_subtree(&mut self, root: Hash, height: u32) {
        let mut node = root;
        // Each bit that is set at the low end of the size is a full subtree as large as `node`.
        for _ in 0..(self.size >> height).trailing_ones() {
            if let Some(left) = self.frontier.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.frontier.push(node);
        // 2^64 pushes would have to come before this wraps.
        self.size = self.size.wrapping_add(1 << height);
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

/// The root over as many leaves as a full subtree has.
fn full_root(leaves: &[Hash; TOGETHER]) -> Hash {
    let mut level = node_hashes(leaves);
    while level.len() > 1 {
        level = node_hashes(&level);
    }
    // Halved from a power of two, one is left.
    level.first().copied().unwrap_or_else(empty_root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_leaves_together_give_the_same_tree() {
        let leaves: Vec<Hash> = (0..1300_u32)
            .map(|leaf| Hash::of(&leaf.to_be_bytes()))
            .collect();
        let mut one_by_one = vec![Tree::new()];
        for leaf in &leaves {
            let mut tree = one_by_one.last().expect("never empty").clone();
            tree.push(*leaf);
            one_by_one.push(tree);
        }
        for from in [0, 1, 255, 256, 257, 511, 512, 700] {
            for to in [
                from,
                from + 1,
                255,
                256,
                257,
                512,
                513,
                767,
                768,
                1024,
                1025,
                1300,
            ] {
                let mut tree = one_by_one[from].clone();
                tree.extend(leaves.get(from..to).unwrap_or_default());
                assert_eq!(tree, one_by_one[to.max(from)], "{from} to {to}");
            }
        }
    }
}
