//! Inclusion and consistency: made and checked by all three.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use ledger::{
    Hash, leaf_hash, prove_consistency, prove_inclusion, root_of, verify_consistency,
    verify_inclusion,
};
use sha2::Sha256;
use tlog_tiles::{check_record, check_tree, prove_record, prove_tree};

use crate::Comparison;
use crate::known::Difference;
use crate::random::Random;
use crate::tiles::{Stored, hash, hashes};

const LARGEST: usize = 300;

/// The entry at a place, which is hashed to its leaf.
fn entry(place: usize) -> Vec<u8> {
    place.to_be_bytes().to_vec()
}

fn bytes(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

fn root_hash(root: &Hash, size: u64) -> RootHash<Sha256> {
    RootHash::new((*root.as_bytes()).into(), size)
}

/// What a verifier is handed.
#[derive(Debug, Clone)]
struct Claim {
    /// Index and size, or old size and new size.
    numbers: [u64; 2],
    /// The place of the entry; for consistency, the tree whose root is the old one.
    of: usize,
    /// The tree whose root is to come out.
    to: usize,
    proof: Vec<Hash>,
}

impl Claim {
    /// One to three things are others.
    fn alter(&mut self, random: &mut Random, roots: &[Hash]) {
        for _ in 0..=random.below(3) {
            let at = random.below(self.proof.len() + 1);
            match random.below(7) {
                0 => self.numbers[0] = random.below(LARGEST + 2) as u64,
                1 => self.numbers[1] = random.below(LARGEST + 2) as u64,
                2 => self.of = random.below(LARGEST),
                3 => self.to = random.below(LARGEST + 1),
                4 if at < self.proof.len() => drop(self.proof.remove(at)),
                5 if at + 1 < self.proof.len() => self.proof.swap(at, at + 1),
                _ => self.proof.insert(at, *random.choose(roots)),
            }
        }
    }
}

fn accepted(comparison: &mut Comparison, claim: &Claim, ours: bool, theirs: [bool; 2]) {
    for theirs in theirs {
        comparison.compare(claim, ours.then_some(()).ok_or(None), theirs.then_some(()));
    }
}

fn inclusion(comparison: &mut Comparison, claim: &Claim, roots: &[Hash]) {
    let Claim {
        numbers: [index, size],
        of,
        to,
        ref proof,
    } = *claim;
    let (leaf, root) = (leaf_hash(&entry(of)), roots[to]);
    let ours = verify_inclusion(index, size, &leaf, proof, &root).is_ok();
    let tlog = proof.iter().map(hash).collect();
    let tlog = check_record(&tlog, size, hash(&root), index, hash(&leaf)).is_ok();
    let ct = InclusionProof::from_bytes(bytes(proof));
    let ct = root_hash(&root, size)
        .verify_inclusion(&entry(of), index, &ct)
        .is_ok();
    accepted(comparison, claim, ours, [tlog, ct]);
}

fn consistency(comparison: &mut Comparison, claim: &Claim, roots: &[Hash]) {
    let Claim {
        numbers: [old, new],
        of,
        to,
        ref proof,
    } = *claim;
    let (old_root, root) = (roots[of], roots[to]);
    let ours = verify_consistency(old, new, proof, &old_root, &root).is_ok();
    let tlog = proof.iter().map(hash).collect();
    let tlog = check_tree(&tlog, new, hash(&root), old, hash(&old_root)).is_ok();
    let ct = ConsistencyProof::try_from_bytes(bytes(proof)).expect("whole hashes");
    let ct = root_hash(&root, new)
        .verify_consistency(&root_hash(&old_root, old), &ct)
        .is_ok();
    if (old, new, ours, tlog, ct) == (0, 0, true, false, false) {
        comparison.differs(Difference::TwoEmptyTrees);
    } else {
        accepted(comparison, claim, ours, [tlog, ct]);
    }
}

#[test]
fn proofs() {
    let (mut random, mut comparison) = (Random::new(), Comparison::default());
    let leaves: Vec<Hash> = (0..LARGEST).map(|place| leaf_hash(&entry(place))).collect();
    let roots: Vec<Hash> = (0..=LARGEST).map(|size| root_of(&leaves[..size])).collect();
    let stored = Stored::of(&leaves);
    let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in 1..=LARGEST {
        tree.push(entry(size - 1));
        assert_eq!(tree.root().as_bytes()[..], roots[size].as_bytes()[..]);
        for _ in 0..4 {
            let place = random.below(size);
            let (index, new) = (place as u64, size as u64);
            let proof = prove_inclusion(&leaves[..size], index).expect("in the tree");
            assert_eq!(
                hashes(&prove_record(new, index, &stored).expect("in the tree")),
                proof
            );
            assert_eq!(tree.prove_inclusion(place).as_bytes(), bytes(&proof));
            let mut claim = Claim {
                numbers: [index, new],
                of: place,
                to: size,
                proof,
            };
            inclusion(&mut comparison, &claim, &roots);
            for _ in 0..4 {
                let mut claim = claim.clone();
                claim.alter(&mut random, &roots);
                inclusion(&mut comparison, &claim, &roots);
            }

            let old = index + 1;
            claim.proof = prove_consistency(&leaves[..size], old).expect("not larger");
            assert_eq!(
                hashes(&prove_tree(new, old, &stored).expect("not larger")),
                claim.proof
            );
            assert_eq!(
                tree.prove_consistency(size - place - 1).as_bytes(),
                bytes(&claim.proof)
            );
            (claim.numbers, claim.of) = ([old, new], place + 1);
            consistency(&mut comparison, &claim, &roots);
            for _ in 0..4 {
                let mut claim = claim.clone();
                claim.alter(&mut random, &roots);
                consistency(&mut comparison, &claim, &roots);
            }
        }
    }
    let empty = Claim {
        numbers: [0, 0],
        of: 0,
        to: 0,
        proof: Vec::new(),
    };
    consistency(&mut comparison, &empty, &roots);
    comparison.finish((4_000, 10_000), &[Difference::TwoEmptyTrees]);
}
