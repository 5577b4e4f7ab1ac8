//! The tree over leaves in a row, wherever they begin: for readers who share a log between them.

use alloc::vec::Vec;

use super::{MAX_SIZE, TOGETHER, TOGETHER_HEIGHT, Tree, full_root};
use crate::hash::{Hash, node_hash};

/// The leaves from one place to another, as the roots of the perfect subtrees that cover them, left to
/// right: as few as there can be. Two of them that touch give the one over both.
///
/// ```text
/// 3..9 = 3 + 4..8 + 8     [ leaf 3, root of 4..8, leaf 8 ]
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafRange {
    begin: u64,
    end: u64,
    /// With their heights.
    roots: Vec<(u32, Hash)>,
}

/// Leaves that do not go on where others end, or that no log is large enough for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("leaves from {found} on do not follow those before {expected}")]
pub struct NotNext {
    /// Where the leaves end that are there.
    pub expected: u64,
    /// Where the others begin.
    pub found: u64,
}

impl LeafRange {
    /// No leaf yet; the first will be leaf `begin`.
    pub fn at(begin: u64) -> Self {
        Self {
            begin,
            end: begin,
            roots: Vec::new(),
        }
    }

    /// A range from what [`begin`](Self::begin), [`end`](Self::end) and [`roots`](Self::roots) gave;
    /// `None` where the number of roots does not fit.
    pub fn from_parts(begin: u64, end: u64, roots: &[Hash]) -> Option<Self> {
        if begin > end || end > MAX_SIZE {
            return None;
        }
        let mut heights = Vec::new();
        let mut next = begin;
        while next < end {
            let height = widest(next, end);
            heights.push(height);
            next += 1 << height;
        }
        (heights.len() == roots.len()).then(|| Self {
            begin,
            end,
            roots: heights.into_iter().zip(roots.iter().copied()).collect(),
        })
    }

    /// The first leaf's place.
    pub fn begin(&self) -> u64 {
        self.begin
    }

    /// The place after the last leaf.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// The roots, left to right.
    pub fn roots(&self) -> impl Iterator<Item = &Hash> {
        self.roots.iter().map(|(_, root)| root)
    }

    /// Appends leaves by their leaf hashes.
    pub fn extend(&mut self, leaves: &[Hash]) {
        let before = (self.end % TOGETHER as u64) as usize;
        let before = (TOGETHER - before) % TOGETHER;
        let (before, rest) = leaves.split_at(before.min(leaves.len()));
        let (together, after) = rest.as_chunks::<TOGETHER>();
        before.iter().for_each(|leaf| self.push(*leaf, 0));
        for leaves in together {
            self.push(full_root(leaves), TOGETHER_HEIGHT);
        }
        after.iter().for_each(|leaf| self.push(*leaf, 0));
    }

    /// Appends the leaves that follow.
    ///
    /// # Errors
    /// Where they begin elsewhere; nothing was appended then.
    pub fn append(&mut self, next: &Self) -> Result<(), NotNext> {
        if next.begin != self.end || next.end > MAX_SIZE {
            let (expected, found) = (self.end, next.begin);
            return Err(NotNext { expected, found });
        }
        for (height, root) in &next.roots {
            self.push(*root, *height);
        }
        Ok(())
    }

    /// The tree, where the range begins at the log's first leaf.
    pub fn tree(&self) -> Option<Tree> {
        let roots: Vec<Hash> = self.roots().copied().collect();
        let whole = self.begin == 0;
        whole.then(|| Tree::from_parts(self.end, &roots).ok())?
    }

    /// Appends a perfect subtree; the end is a multiple of its width.
    fn push(&mut self, root: Hash, height: u32) {
        let (mut node, mut at) = (root, height);
        while let Some((_, left)) = self.roots.pop_if(|(left, _)| *left == at) {
            if self.end >> at & 1 == 0 {
                // As high, but its sibling is another one.
                self.roots.push((at, left));
                break;
            }
            node = node_hash(&left, &node);
            at += 1;
        }
        self.roots.push((at, node));
        self.end = self.end.saturating_add(1 << height);
    }
}

/// The height of the largest perfect subtree that begins at `next` and does not go beyond `end`.
fn widest(next: u64, end: u64) -> u32 {
    let fits = 63 - (end - next).leading_zeros();
    fits.min(next.trailing_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaves(count: u32) -> Vec<Hash> {
        (0..count)
            .map(|leaf| Hash::of(&leaf.to_be_bytes()))
            .collect()
    }

    fn over(leaves: &[Hash], begin: usize, end: usize) -> LeafRange {
        let mut range = LeafRange::at(begin as u64);
        range.extend(&leaves[begin..end]);
        range
    }

    #[test]
    fn any_two_that_touch_give_the_one_over_both() {
        let leaves = leaves(40);
        for begin in 0..=40 {
            for middle in begin..=40 {
                for end in middle..=40 {
                    let mut joined = over(&leaves, begin, middle);
                    joined.append(&over(&leaves, middle, end)).expect("touch");
                    assert_eq!(joined, over(&leaves, begin, end), "{begin} {middle} {end}");
                }
            }
        }
    }

    #[test]
    fn what_does_not_follow_is_refused() {
        let leaves = leaves(10);
        let mut range = over(&leaves, 2, 5);
        let before = range.clone();
        for begin in [0, 4, 6] {
            let refused = range.append(&over(&leaves, begin, 8));
            let found = begin as u64;
            assert_eq!(refused, Err(NotNext { expected: 5, found }));
        }
        let far = LeafRange::at(5);
        let too_far = LeafRange {
            end: u64::MAX,
            ..far
        };
        assert!(range.append(&too_far).is_err());
        assert_eq!(range, before);
        assert_eq!(range.tree(), None);
    }

    proptest! {
        #[test]
        fn pieces_of_any_length_give_the_tree(cuts in prop::collection::vec(0_usize..2000, 0..12)) {
            let leaves = leaves(2000);
            let mut cuts = cuts;
            cuts.extend([0, 2000]);
            cuts.sort_unstable();
            let mut whole = LeafRange::at(0);
            for piece in cuts.windows(2) {
                let range = over(&leaves, piece[0], piece[1]);
                let roots: Vec<Hash> = range.roots().copied().collect();
                let travelled = LeafRange::from_parts(range.begin(), range.end(), &roots);
                prop_assert_eq!(travelled.as_ref(), Some(&range));
                prop_assert_eq!(LeafRange::from_parts(range.begin(), range.end() + 1, &roots)
                    .filter(|other| other.end() == range.end()), None);
                prop_assert_eq!(whole.append(&range), Ok(()));
            }
            let mut tree = Tree::new();
            tree.extend(&leaves);
            prop_assert_eq!(whole.tree(), Some(tree));
        }
    }
}
