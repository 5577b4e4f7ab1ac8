//! Measures an inclusion proof of one entry out of 10,000,000 from tiles that lie in a folder, until it is
//! checked against the root: `bench_proof <folder>`. Writes the tiles first (330 MB), removes them, and
//! prints one JSON line a figure.
//!
//! Beside it, in turn with it and from the same files, `tlog_tiles` reads the proof, which checks the tiles
//! against the root instead. And, for scale, the same proof out of all leaf hashes in memory.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement may fail"
)]

use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs, io};

use ledger::{Hash, HashTiles, TilePath, leaf_hash, prove_inclusion, root_of, verify_inclusion};
use tlog_tiles::{Error, Tile, TileHashReader, TileReader, prove_record};

/// Entries in the log.
const SIZE: u64 = 10_000_000;

/// Proofs, each of another entry; the median is told.
const PROOFS: u64 = 1_001;

/// Proofs out of all leaf hashes: each takes a second or so.
const FROM_LEAVES: u64 = 5;

/// How many hashes a tile has (tlog-tiles).
const WIDTH: usize = 256;

fn main() {
    let folder = PathBuf::from(env::args().nth(1).expect("say where: bench_proof <folder>"));
    let leaves: Vec<Hash> = (0..SIZE).map(leaf).collect();
    let root = root_of(&leaves);
    write_tiles(&folder, &leaves).expect("the folder can be written");

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..PROOFS {
        let index = round.wrapping_mul(0x9E37_79B9_7F4A_7C15) % SIZE;
        if round % 2 == 0 {
            ours.push(timed(|| from_tiles(&folder, index, &root)));
            theirs.push(timed(|| by_tlog_tiles(&folder, index, &root)));
        } else {
            theirs.push(timed(|| by_tlog_tiles(&folder, index, &root)));
            ours.push(timed(|| from_tiles(&folder, index, &root)));
        }
    }
    let from_leaves = |round: u64| timed(|| by_all_leaves(&leaves, round * SIZE / 7, &root));
    let mut from_leaves: Vec<f64> = (0..FROM_LEAVES).map(from_leaves).collect();
    fs::remove_dir_all(&folder).expect("the folder is ours");

    let (value, peer) = (median(&mut ours), median(&mut theirs));
    figure("inclusion_of_10000000", value, Some(("tlog_tiles", peer)));
    figure(
        "inclusion_of_10000000_p99",
        ours[ours.len() * 99 / 100],
        None,
    );
    let peer = median(&mut from_leaves);
    figure(
        "inclusion_of_10000000_beside_leaves",
        value,
        Some(("all leaf hashes in memory", peer)),
    );
}

fn leaf(index: u64) -> Hash {
    leaf_hash(&index.to_be_bytes())
}

/// Milliseconds.
fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64() * 1000.0
}

fn from_tiles(folder: &Path, index: u64, root: &Hash) {
    let mut tiles = HashTiles::new(SIZE, |path: TilePath| {
        fs::read(folder.join(path.to_string()))
    });
    let proof = tiles.prove_inclusion(index).expect("the tiles are there");
    verify_inclusion(index, SIZE, &leaf(index), &proof, root).expect("the tiles are sound");
}

fn by_tlog_tiles(folder: &Path, index: u64, root: &Hash) {
    let tiles = Folder(folder);
    let reader = TileHashReader::new(SIZE, tlog_tiles::Hash(*root.as_bytes()), &tiles);
    let proof = prove_record(SIZE, index, &reader).expect("the tiles are sound");
    assert!(!proof.is_empty());
}

fn by_all_leaves(leaves: &[Hash], index: u64, root: &Hash) {
    let proof = prove_inclusion(leaves, index).expect("in the log");
    verify_inclusion(index, SIZE, &leaf(index), &proof, root).expect("just made");
}

/// The tiles as `tlog_tiles` asks for them: with their height in the name.
struct Folder<'a>(&'a Path);

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
fn write_tiles(folder: &Path, leaves: &[Hash]) -> io::Result<()> {
    let mut hashes = leaves.to_vec();
    for level in 0.. {
        if hashes.is_empty() {
            break;
        }
        for (index, tile) in (0..).zip(hashes.chunks(WIDTH)) {
            let path = TilePath::hashes_in(SIZE, level, index).expect("in the tree");
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

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn figure(metric: &str, value: f64, peer: Option<(&str, f64)>) {
    let (peer, ratio) = match peer {
        Some((name, peer)) => (
            format!(r#""{name}: {peer:.3} ms""#),
            format!("{:.1}", peer / value),
        ),
        None => ("null".to_owned(), "null".to_owned()),
    };
    println!(
        r#"{{"bench":"proof","metric":"{metric}","value":{value:.3},"unit":"ms","peer":{peer},"ratio":{ratio}}}"#
    );
}
