//! Which subtrees a proof is made of: for a log that keeps tiles and not all its leaves at hand.

use alloc::vec::Vec;
use core::ops::Range;

use crate::hash::{Hash, node_hash};

/// A perfect subtree: the leaves from `index << height` on, `1 << height` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subtree {
    /// Its height; 0 for a leaf.
    pub height: u32,
    /// Its place among those of its height.
    pub index: u64,
}

/// The ranges of leaves whose roots are the proof that leaf `index` stands in a tree of `size` leaves
/// (RFC 6962, 2.1.1), in the proof's order. Empty where there is nothing to prove: no such leaf, or no
/// other one.
pub fn inclusion_ranges(index: u64, size: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    let (mut from, mut to) = (0, if index < size { size } else { 0 });
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            ranges.push(middle..to);
            to = middle;
        } else {
            ranges.push(from..middle);
            from = middle;
        }
    }
    ranges.reverse();
    ranges
}

/// The ranges of leaves whose roots are the proof that the first `old` of `new` leaves are what they
/// were (RFC 6962, 2.1.2), in the proof's order. Empty where there is nothing to prove: `old` is 0, or
/// not below `new`.
pub fn consistency_ranges(old: u64, new: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    if old == 0 || old >= new {
        return ranges;
    }
    let (mut from, mut to) = (0, new);
    // Whether everything on the left belongs to the old tree: then its root is known already.
    let mut whole = true;
    while old != to {
        let middle = from + split(to - from);
        if old <= middle {
            ranges.push(middle..to);
            to = middle;
        } else {
            ranges.push(from..middle);
            from = middle;
            whole = false;
        }
    }
    if !whole {
        ranges.push(from..to);
    }
    ranges.reverse();
    ranges
}

/// The greatest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    1 << (63 - (size - 1).leading_zeros())
}

/// The perfect subtrees that make up a range as [`inclusion_ranges`] and [`consistency_ranges`] give
/// them, left to right: each is smaller than the one before it.
pub fn perfect_subtrees(range: &Range<u64>) -> impl Iterator<Item = Subtree> + use<> {
    let Range { mut start, end } = *range;
    core::iter::from_fn(move || {
        let left = end.checked_sub(start).filter(|left| *left > 0)?;
        let height = 63 - left.leading_zeros();
        let subtree = Subtree {
            height,
            index: start >> height,
        };
        start += 1 << height;
        Some(subtree)
    })
}

/// The root over perfect subtrees, left to right, each smaller than the one before it; `None` over
/// none.
pub fn root_of_subtrees(roots: &[Hash]) -> Option<Hash> {
    let (last, before) = roots.split_last()?;
    Some(
        before
            .iter()
            .rev()
            .fold(*last, |right, left| node_hash(left, &right)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{leaf_hash, prove_consistency, prove_inclusion, root_of};

    #[test]
    fn the_ranges_are_the_proof() {
        let leaves: Vec<Hash> = (0..70_u8).map(|leaf| leaf_hash(&[leaf])).collect();
        for new in 1..=leaves.len() {
            let size = new as u64;
            for old in 1..=size {
                let expected = prove_consistency(&leaves[..new], old).expect("in the log");
                let proof = roots_by_subtrees(&leaves, &consistency_ranges(old, size));
                assert_eq!(proof, expected, "{old} of {new}");
                let index = old - 1;
                let expected = prove_inclusion(&leaves[..new], index).expect("in the log");
                let proof = roots_by_subtrees(&leaves, &inclusion_ranges(index, size));
                assert_eq!(proof, expected, "leaf {index} of {new}");
            }
        }
    }

    fn roots_by_subtrees(leaves: &[Hash], ranges: &[Range<u64>]) -> Vec<Hash> {
        let root = |range| root_by_subtrees(leaves, range);
        ranges.iter().map(root).collect()
    }

    fn root_by_subtrees(leaves: &[Hash], range: &Range<u64>) -> Hash {
        let roots: Vec<Hash> = perfect_subtrees(range)
            .map(|Subtree { height, index }| {
                let from = usize::try_from(index << height).expect("small");
                root_of(&leaves[from..from + (1 << height)])
            })
            .collect();
        root_of_subtrees(&roots).expect("not empty")
    }

    #[test]
    fn nothing_to_prove_is_no_range() {
        for (old, new) in [(0, 0), (0, 5), (5, 5), (6, 5), (u64::MAX, 1), (1, 1)] {
            assert_eq!(consistency_ranges(old, new), []);
        }
        for (index, size) in [(0, 0), (0, 1), (1, 1), (5, 5), (u64::MAX, u64::MAX)] {
            assert_eq!(inclusion_ranges(index, size), []);
        }
        assert_eq!(inclusion_ranges(u64::MAX - 1, u64::MAX).len(), 63);
        assert!(!consistency_ranges(u64::MAX - 1, u64::MAX).is_empty());
        assert_eq!(root_of_subtrees(&[]), None);
    }
}
