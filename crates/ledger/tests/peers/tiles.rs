//! Tiles, and the proofs that the peer makes from them.

use std::collections::BTreeMap;

use ledger::{Hash, HashTiles, leaf_hash, root_of};
use tlog_tiles::{
    HashReader, Tile, TileHashReader, TileReader, prove_record, prove_tree,
    stored_hashes_for_record_hash, tree_hash,
};

use crate::published::{Files, tiles};

/// Around the borders of tiles, and a tree of three levels.
const SIZES: [usize; 8] = [1, 2, 255, 256, 257, 511, 1_000, 66_000];

pub(crate) fn hash(hash: &Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(*hash.as_bytes())
}

pub(crate) fn hashes(theirs: &[tlog_tiles::Hash]) -> Vec<Hash> {
    theirs.iter().map(|hash| Hash::new(hash.0)).collect()
}

/// All nodes of a tree, in the peer's order.
#[derive(Debug, Default)]
pub(crate) struct Stored(Vec<tlog_tiles::Hash>);

impl Stored {
    pub(crate) fn of(leaves: &[Hash]) -> Self {
        let mut stored = Self::default();
        for (place, leaf) in (0..).zip(leaves) {
            let more = stored_hashes_for_record_hash(place, hash(leaf), &stored);
            stored.0.extend(more.expect("all are there"));
        }
        stored
    }
}

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes
            .iter()
            .map(|index| self.0[*index as usize])
            .collect())
    }
}

/// Our files, as the peer asks for them.
struct Ours<'a>(&'a Files);

impl TileReader for Ours<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile: &Tile| self.0.get(&path(tile)).cloned();
        tiles
            .iter()
            .map(|tile| read(tile).ok_or(tlog_tiles::Error::InvalidTile))
            .collect()
    }

    fn save_tiles(&self, _tiles: &[Tile], _data: &[Vec<u8>]) {}
}

/// Without the height.
fn path(tile: &Tile) -> String {
    tile.path().replacen("tile/8/", "tile/", 1)
}

#[test]
fn tiles_and_proofs_from_them() {
    let leaves: Vec<Hash> = (0..66_000_u32)
        .map(|n| leaf_hash(&n.to_be_bytes()))
        .collect();
    let stored = Stored::of(&leaves);
    for size in SIZES {
        let files = tiles(&leaves[..size]).expect("sound");
        let (size, root) = (size as u64, root_of(&leaves[..size]));
        assert_eq!(
            tree_hash(size, &stored).expect("all are there").0,
            *root.as_bytes()
        );

        let theirs = Tile::new_tiles(8, 0, size).into_iter();
        let theirs =
            theirs.map(|tile| (path(&tile), tile.read_data(&stored).expect("all are there")));
        assert_eq!(theirs.collect::<BTreeMap<_, _>>(), files, "tiles of {size}");

        // Their reader checks each of our tiles against the root.
        let tile_reader = Ours(&files);
        let reader = TileHashReader::new(size, hash(&root), &tile_reader);
        let mut ours = HashTiles::new(size, |path| {
            files.get(&path.to_string()).cloned().ok_or(path)
        });
        for index in [0, 1, 254, 255, 256, 65_535, 65_536, size / 2, size - 1] {
            if index < size {
                let theirs = prove_record(size, index, &reader).expect("all tiles are sound");
                let proof = ours.prove_inclusion(index);
                assert_eq!(proof, Ok(hashes(&theirs)), "{index} of {size}");
                let theirs = prove_tree(size, index + 1, &reader).expect("all tiles are sound");
                let proof = ours.prove_consistency(index + 1);
                assert_eq!(proof, Ok(hashes(&theirs)), "{} of {size}", index + 1);
            }
        }
    }
}
