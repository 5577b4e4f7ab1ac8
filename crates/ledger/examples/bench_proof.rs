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

mod bench;

use std::path::{Path, PathBuf};
use std::{env, fs};

use bench::figure::{figure, median, timed};
use bench::{Folder, write_tiles};
use ledger::{Hash, HashTiles, TilePath, leaf_hash, prove_inclusion, root_of, verify_inclusion};
use tlog_tiles::{TileHashReader, prove_record};

/// Entries in the log.
const SIZE: u64 = 10_000_000;

/// Proofs, each of another entry; the median is told.
const PROOFS: u64 = 1_001;

/// Proofs out of all leaf hashes: each takes a second or so.
const FROM_LEAVES: u64 = 5;

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
    figure(
        "proof",
        "inclusion_of_10000000",
        value,
        Some(("tlog_tiles", peer)),
    );
    figure(
        "proof",
        "inclusion_of_10000000_p99",
        ours[ours.len() * 99 / 100],
        None,
    );
    let peer = median(&mut from_leaves);
    figure(
        "proof",
        "inclusion_of_10000000_beside_leaves",
        value,
        Some(("all leaf hashes in memory", peer)),
    );
}

fn leaf(index: u64) -> Hash {
    leaf_hash(&index.to_be_bytes())
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
