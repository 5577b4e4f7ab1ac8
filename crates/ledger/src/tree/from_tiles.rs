//! Root and proofs from a log's hash tiles: a few files are read, however long the log is.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;

use super::{
    MAX_SIZE, ProofError, Subtree, consistency_ranges, inclusion_ranges, perfect_subtrees, root_of,
    root_of_subtrees,
};
use crate::hash::{Hash, empty_root};
use crate::tile::{TILE_WIDTH, TilePath};

/// Levels of the tree in one level of tiles.
const TILE_HEIGHT: u32 = TILE_WIDTH.ilog2();

/// The hash tiles of a tree of some size. Each is read when it is first needed, and kept: 8 KiB for a
/// full one.
///
/// Nothing that comes out is believed here. Who gets a proof checks it, and compares a root with a
/// signed one.
///
/// ```
/// # use ledger::{Hash, HashTiles, TilePath, leaf_hash, root_of, verify_inclusion};
/// let leaves = [leaf_hash(b"a"), leaf_hash(b"b"), leaf_hash(b"c")];
/// // The one tile of this tree, `tile/0/000.p/3`; else a file.
/// let read = |_: TilePath| Ok::<_, std::io::Error>(leaves.map(|leaf| *leaf.as_bytes()).concat());
/// let proof = HashTiles::new(3, read).prove_inclusion(1)?;
/// verify_inclusion(1, 3, &leaves[1], &proof, &root_of(&leaves))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct HashTiles<R> {
    size: u64,
    read: R,
    kept: BTreeMap<TilePath, Vec<Hash>>,
}

/// Why tiles give no root or no proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TilesError<E> {
    /// A tile could not be read.
    #[error("{path} cannot be read")]
    Read {
        /// The tile.
        path: TilePath,
        /// Why.
        source: E,
    },
    /// A tile has not the length that its name says, 32 bytes for each hash.
    #[error("{path} has the wrong length of {found} bytes")]
    Length {
        /// The tile.
        path: TilePath,
        /// How many bytes it has.
        found: usize,
    },
    /// There is nothing to prove, whatever the tiles say.
    #[error("there is no such proof")]
    Proof(#[from] ProofError),
}

impl<R, E> HashTiles<R>
where
    R: FnMut(TilePath) -> Result<Vec<u8>, E>,
{
    /// The tiles of a tree of `size` leaves; `read` hands out the bytes of one.
    pub fn new(size: u64, read: R) -> Self {
        Self {
            size,
            read,
            kept: BTreeMap::new(),
        }
    }

    /// The root over all leaves.
    ///
    /// # Errors
    /// Where a tile cannot be read or has the wrong length.
    pub fn root(&mut self) -> Result<Hash, TilesError<E>> {
        Ok(self.root_over(&(0..self.size))?.unwrap_or_else(empty_root))
    }

    /// The proof that leaf `index` stands in the tree, leaf to root (RFC 6962, 2.1.1).
    ///
    /// # Errors
    /// As [`root`](Self::root), and where there is no such leaf.
    pub fn prove_inclusion(&mut self, index: u64) -> Result<Vec<Hash>, TilesError<E>> {
        let size = self.size;
        if index >= size || size > MAX_SIZE {
            return Err(ProofError::Index { index, size }.into());
        }
        self.roots_over(inclusion_ranges(index, size))
    }

    /// The proof that the tree begins with its first `old` leaves (RFC 6962, 2.1.2).
    ///
    /// # Errors
    /// As [`root`](Self::root), and where there are fewer leaves, or `old` is 0 and the tree is not
    /// empty: nothing is to be proved.
    pub fn prove_consistency(&mut self, old: u64) -> Result<Vec<Hash>, TilesError<E>> {
        let new = self.size;
        if old > new || new > MAX_SIZE || (old == 0 && new != 0) {
            return Err(ProofError::Sizes { old, new }.into());
        }
        self.roots_over(consistency_ranges(old, new))
    }

    fn roots_over(&mut self, ranges: Vec<Range<u64>>) -> Result<Vec<Hash>, TilesError<E>> {
        let roots = ranges.iter().map(|range| self.root_over(range));
        // A proof's ranges hold a leaf each.
        roots.filter_map(Result::transpose).collect()
    }

    /// The root over a range of a proof, or over everything; none over nothing.
    fn root_over(&mut self, range: &Range<u64>) -> Result<Option<Hash>, TilesError<E>> {
        let subtrees = perfect_subtrees(range).map(|subtree| self.root_of_subtree(subtree));
        Ok(root_of_subtrees(&subtrees.collect::<Result<Vec<_>, _>>()?))
    }

    /// The hashes under a perfect subtree, of the level of tiles at or below its height, stand in one
    /// tile.
    fn root_of_subtree(&mut self, subtree: Subtree) -> Result<Hash, TilesError<E>> {
        let (level, above) = (subtree.height / TILE_HEIGHT, subtree.height % TILE_HEIGHT);
        let from = subtree.index << above;
        let hashes = self.tile(level, from / u64::from(TILE_WIDTH))?;
        let from = (from % u64::from(TILE_WIDTH)) as usize;
        let hashes = hashes.iter().skip(from).take(1 << above);
        Ok(root_of(&hashes.copied().collect::<Vec<_>>()))
    }

    fn tile(&mut self, level: u32, index: u64) -> Result<&[Hash], TilesError<E>> {
        let size = self.size;
        let path = u8::try_from(level).ok();
        let path = path.and_then(|level| TilePath::hashes_in(size, level, index));
        let path = path.ok_or(ProofError::Index { index, size })?;
        if !self.kept.contains_key(&path) {
            let bytes = (self.read)(path).map_err(|source| TilesError::Read { path, source })?;
            let found = bytes.len();
            let hashes = hashes(&bytes, path).ok_or(TilesError::Length { path, found })?;
            self.kept.insert(path, hashes);
        }
        Ok(self.kept.get(&path).map_or(&[], Vec::as_slice))
    }
}

/// The hashes of a tile, where it has as many as its name says.
fn hashes(bytes: &[u8], path: TilePath) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    let fits = rest.is_empty()
        && matches!(path, TilePath::Hashes { width, .. } if usize::from(width) == hashes.len());
    fits.then(|| hashes.iter().copied().map(Hash::new).collect())
}
