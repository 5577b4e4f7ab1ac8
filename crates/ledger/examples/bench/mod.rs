//! What the measurements of proofs share: a log's tiles in a folder.

pub(crate) mod figure;

use std::path::Path;
use std::{fs, io};

use ledger::{Hash, TilePath, root_of};
use tlog_tiles::{Error, Tile, TileReader};

/// How many hashes a tile has (tlog-tiles).
const WIDTH: usize = 256;

/// The tiles as `tlog_tiles` asks for them: with their height in the name.
pub(crate) struct Folder<'a>(pub(crate) &'a Path);

impl TileReader for Folder<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        let path = |tile: &Tile| self.0.join(tile.path().replacen("tile/8/", "tile/", 1));
        let read = |tile: &Tile| fs::read(path(tile)).map_err(|_| Error::InvalidTile);
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _tiles: &[Tile], _data: &[Vec<u8>]) {}
}

/// The tiles of all levels over these leaves.
pub(crate) fn write_tiles(folder: &Path, leaves: &[Hash]) -> io::Result<()> {
    let mut hashes = leaves.to_vec();
    for level in 0.. {
        if hashes.is_empty() {
            break;
        }
        for (index, tile) in (0..).zip(hashes.chunks(WIDTH)) {
            let path = TilePath::hashes_in(leaves.len() as u64, level, index).expect("in the tree");
            let path = folder.join(path.to_string());
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            let bytes: Vec<u8> = tile.iter().flat_map(|hash| *hash.as_bytes()).collect();
            fs::write(path, bytes)?;
        }
        // A partial tile is never hashed into the level above.
        hashes = hashes.chunks_exact(WIDTH).map(root_of).collect();
    }
    Ok(())
}
