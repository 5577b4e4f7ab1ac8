//! Gathers the leaf hashes from the log's level-0 tiles, one tile a request.

use ledger::{Hash, TilePath};

/// The largest log whose leaf hashes are gathered: they take 32 bytes each, and 65,536 requests.
const MAX_SIZE: u64 = 1 << 24;

/// How long a hash is, in bytes.
const HASH_LEN: usize = 32;

/// Leaf hashes as far as they have come.
#[derive(Debug)]
pub(crate) struct Locate {
    size: u64,
    leaves: Vec<Hash>,
    tile: u64,
    body: Vec<u8>,
}

impl Locate {
    /// Begins at the first tile; `None` where there is none, or far too many.
    pub(crate) fn new(size: u64) -> Option<Self> {
        let fits = (1..=MAX_SIZE).contains(&size);
        fits.then(|| Self {
            size,
            leaves: Vec::new(),
            tile: 0,
            body: Vec::new(),
        })
    }

    /// The next tile; `None` when all are there.
    pub(crate) fn path(&self) -> Option<TilePath> {
        TilePath::hashes_in(self.size, 0, self.tile)
    }

    /// Takes bytes of the tile, one more than it may have at most: that one tells that it has too many.
    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        let room = (self.tile_len() + 1).saturating_sub(self.body.len());
        self.body.extend_from_slice(&chunk[..room.min(chunk.len())]);
    }

    /// Whether the tile may have more bytes.
    pub(crate) fn wants(&self) -> bool {
        self.body.len() <= self.tile_len()
    }

    /// The tile has ended; false where it has not the length that the size of the log demands.
    pub(crate) fn end(&mut self) -> bool {
        if self.body.len() != self.tile_len() {
            return false;
        }
        let (hashes, _) = self.body.as_chunks::<HASH_LEN>();
        self.leaves.extend(hashes.iter().copied().map(Hash::new));
        self.body.clear();
        self.tile += 1;
        true
    }

    /// The hashes so far.
    pub(crate) fn leaves(&self) -> &[Hash] {
        &self.leaves
    }

    fn tile_len(&self) -> usize {
        match self.path() {
            Some(TilePath::Hashes { width, .. }) => usize::from(width) * HASH_LEN,
            _ => 0,
        }
    }
}
