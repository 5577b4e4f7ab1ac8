//! What a log keeps above its leaves: the roots of its full blocks, and the nodes above them.

use ledger::{Hash, TilePath, Tree};

use super::layout::WIDTH;

/// Roots of full blocks (256 entries each) and all full nodes above; 32 bytes in memory for 256
/// entries of the log.
#[derive(Debug, Clone, Default)]
pub(super) struct Spine {
    /// The tree over the blocks' roots: its frontier is the whole log's, up to the last full block.
    tree: Tree,
    /// `levels[0]` has the nodes of level 1, which are the blocks' roots.
    levels: Vec<Vec<Hash>>,
}

impl Spine {
    /// How many full blocks.
    pub(super) fn blocks(&self) -> u64 {
        self.tree.size()
    }

    /// Adds the next block by its root.
    pub(super) fn push(&mut self, block: Hash) {
        self.tree.push(block);
        let mut node = block;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let nodes = &mut self.levels[level];
            nodes.push(node);
            let full = nodes.rchunks_exact(WIDTH as usize).next();
            match full.filter(|_| nodes.len().is_multiple_of(WIDTH as usize)) {
                Some(full) => node = root_of(full),
                None => return,
            }
        }
    }

    /// The root of one full block.
    pub(super) fn block(&self, index: u64) -> Option<Hash> {
        let index = usize::try_from(index).ok()?;
        self.levels.first()?.get(index).copied()
    }

    /// The root of the log that has these leaves behind its full blocks.
    pub(super) fn root_with(&self, tail: &[Hash]) -> Option<Hash> {
        let size = self.blocks().checked_mul(WIDTH)?;
        let mut tree = Tree::from_parts(size, self.tree.frontier()).ok()?;
        for leaf in tail {
            tree.push(*leaf);
        }
        Some(tree.root())
    }

    /// The bytes of a hash tile above level 0; `None` where there are fewer nodes.
    pub(super) fn tile(&self, path: &TilePath) -> Option<Vec<u8>> {
        let TilePath::Hashes {
            level,
            index,
            width,
        } = *path
        else {
            return None;
        };
        let from = usize::try_from(index.checked_mul(WIDTH)?).ok()?;
        let nodes = self.levels.get(usize::from(level).checked_sub(1)?)?;
        let hashes = nodes.get(from..from.checked_add(usize::from(width))?)?;
        Some(bytes_of(hashes))
    }
}

/// The root over these leaves alone.
pub(super) fn root_of(leaves: &[Hash]) -> Hash {
    let mut tree = Tree::new();
    for leaf in leaves {
        tree.push(*leaf);
    }
    tree.root()
}

/// A tile's bytes: its hashes one after the other.
pub(super) fn bytes_of(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_roots_and_tiles_of_the_whole_tree() {
        let leaves: Vec<Hash> = (0..66_000_u32)
            .map(|n| ledger::leaf_hash(&n.to_be_bytes()))
            .collect();
        let mut spine = Spine::default();
        let mut whole = Tree::new();
        for block in leaves.chunks(256) {
            assert_eq!(spine.root_with(&[]), Some(whole.root()));
            for leaf in block {
                whole.push(*leaf);
            }
            if block.len() == 256 {
                spine.push(root_of(block));
            } else {
                assert_eq!(spine.root_with(block), Some(whole.root()));
            }
        }
        assert_eq!(spine.blocks(), 257);
        let tile = |level, index| {
            let path = TilePath::hashes_in(66_000, level, index).expect("it is in the tree");
            spine.tile(&path)
        };
        let first = tile(1, 0).expect("a full tile");
        assert_eq!(first.len(), 8192);
        assert_eq!(first[..32], *root_of(&leaves[..256]).as_bytes());
        assert_eq!(tile(1, 1).expect("a partial tile").len(), 32);
        assert_eq!(
            tile(2, 0).as_deref(),
            Some(&root_of(&leaves[..65_536]).as_bytes()[..])
        );
        let too_wide = TilePath::Hashes {
            level: 2,
            index: 0,
            width: 2,
        };
        assert_eq!(spine.tile(&too_wide), None);
    }
}
