//! Proofs by themselves, and the names of tiles.

use ledger::{Hash, ProofError, prove_consistency, prove_inclusion, root_of};

use crate::log::Log;
use crate::{Cases, spread};

/// (index, size): first, last and between, at full and at ragged trees.
const INCLUDED: [(u64, u64); 14] = [
    (0, 1),
    (0, 2),
    (1, 2),
    (2, 3),
    (0, 255),
    (254, 255),
    (255, 256),
    (128, 256),
    (255, 257),
    (256, 257),
    (300, 511),
    (0, 1000),
    (767, 1000),
    (999, 1000),
];

/// (old, new): from one leaf, to itself, to and from full trees and tiles.
const EXTENDED: [(u64, u64); 12] = [
    (1, 1),
    (1, 2),
    (2, 3),
    (3, 7),
    (128, 256),
    (255, 256),
    (255, 257),
    (256, 257),
    (256, 1000),
    (257, 1000),
    (999, 1000),
    (1000, 1000),
];

/// How many bits of a proof's hashes are altered, how many of each hash beside it, and how many of a number.
const PROOF_BITS: usize = 24;
const HASH_BITS: usize = 6;
const NUMBER_BITS: u32 = 11;

/// What a verifier of a proof is handed: two numbers, two hashes, the proof.
#[derive(Clone)]
struct Proof {
    numbers: [u64; 2],
    hashes: [Hash; 2],
    path: Vec<Hash>,
}

/// That a leaf is in a tree: to be made, to be checked, to be refused.
pub(crate) fn inclusion(cases: &mut Cases, log: &Log) -> Result<(), ProofError> {
    for (index, size) in INCLUDED {
        let leaves = &log.leaves[..size as usize];
        let proof = Proof {
            numbers: [index, size],
            hashes: [leaves[index as usize], root_of(leaves)],
            path: prove_inclusion(leaves, index)?,
        };
        proof.cases(cases, log, "inclusion");
    }
    Ok(())
}

/// That a tree extends another: to be made, to be checked, to be refused.
pub(crate) fn consistency(cases: &mut Cases, log: &Log) -> Result<(), ProofError> {
    for (old, new) in EXTENDED {
        let leaves = &log.leaves[..new as usize];
        let proof = Proof {
            numbers: [old, new],
            hashes: [root_of(&leaves[..old as usize]), root_of(leaves)],
            path: prove_consistency(leaves, old)?,
        };
        proof.cases(cases, log, "consistency");
    }
    Ok(())
}

/// Names with and without groups, full and partial.
pub(crate) fn tile_names(cases: &mut Cases) {
    for level in ["0", "1", "7", "entries"] {
        for index in [0, 1, 9, 10, 999, 1000, 1_000_000, 1_234_067, 999_999_999] {
            for width in [1, 9, 255, 256] {
                let what = [level.to_owned(), index.to_string(), width.to_string()];
                let name = what.join(" ");
                cases.add("tile", &name, "name of a tile", "agree", &what);
            }
        }
    }
}

impl Proof {
    fn cases(&self, cases: &mut Cases, log: &Log, kind: &str) {
        let [first, second] = self.numbers;
        let name = format!("{kind} {first} {second}");
        let what = [log.name.clone(), first.to_string(), second.to_string()];
        cases.add(&format!("prove-{kind}"), &name, kind, "agree", &what);
        cases.add(kind, &name, kind, "accept", &self.what());
        let mut add = |proof: &Proof, how: String, expect| {
            cases.add(kind, &format!("{name}, {how}"), kind, expect, &proof.what());
        };
        for bit in spread(self.path.len() * 256, PROOF_BITS) {
            let mut altered = self.clone();
            altered.path[bit / 256] = flipped(&self.path[bit / 256], bit % 256);
            add(&altered, format!("bit {bit} of the proof"), "reject");
        }
        for which in 0..2 {
            for bit in spread(256, HASH_BITS) {
                let mut altered = self.clone();
                altered.hashes[which] = flipped(&self.hashes[which], bit);
                add(&altered, format!("bit {bit} of hash {which}"), "reject");
            }
            // Proofs for neighbouring sizes can have the same form, and then the same hashes fit.
            for bit in 0..NUMBER_BITS {
                let mut altered = self.clone();
                altered.numbers[which] ^= 1 << bit;
                add(&altered, format!("bit {bit} of number {which}"), "agree");
            }
        }
        let mut longer = self.clone();
        longer.path.push(self.hashes[0]);
        add(&longer, "a hash too many".to_owned(), "reject");
        let mut shorter = self.clone();
        if shorter.path.pop().is_some() {
            add(&shorter, "a hash too few".to_owned(), "reject");
        }
    }

    fn what(&self) -> [String; 5] {
        let path: Vec<String> = self.path.iter().map(Hash::to_string).collect();
        [
            self.numbers[0].to_string(),
            self.numbers[1].to_string(),
            self.hashes[0].to_string(),
            self.hashes[1].to_string(),
            path.join(","),
        ]
    }
}

fn flipped(hash: &Hash, bit: usize) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[bit / 8] ^= 1 << (bit % 8);
    Hash::new(bytes)
}
