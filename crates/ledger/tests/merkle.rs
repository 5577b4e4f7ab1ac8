//! The tree of RFC 6962: known hashes, and proofs of every small size.
#![allow(clippy::expect_used, reason = "what is proved here is there")]

#[path = "support/textbook.rs"]
mod textbook;

use ledger::{
    Hash, ProofError, Tree, TreeError, empty_root, leaf_hash, prove_consistency, prove_inclusion,
    root_of, verify_consistency, verify_inclusion,
};
use textbook::textbook_root;

fn leaves(size: usize) -> Vec<Hash> {
    (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

#[test]
fn the_roots_of_certificate_transparency() {
    // The eight leaves and roots that the reference implementations of RFC 6962 share.
    let leaves = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut tree = Tree::new();
    assert_eq!(tree.root(), empty_root());
    for (leaf, root) in leaves.iter().zip(roots) {
        tree.push(leaf_hash(&unhex(leaf)));
        assert_eq!(
            tree.root().as_bytes()[..],
            unhex(root),
            "size {}",
            tree.size()
        );
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(byte).collect()
}

#[test]
fn every_prefix_of_300_leaves_has_the_textbook_root() {
    let leaves = leaves(300);
    let mut tree = Tree::new();
    for size in 0..=300 {
        assert_eq!(tree.root(), textbook_root(&leaves[..size]));
        assert_eq!(root_of(&leaves[..size]), tree.root());
        assert_eq!(
            Tree::from_parts(tree.size(), tree.frontier()),
            Ok(tree.clone())
        );
        if let Some(next) = leaves.get(size) {
            tree.push(*next);
        }
    }
}

#[test]
fn a_frontier_of_another_length_is_refused() {
    let frontier = leaves(3);
    let error = Err(TreeError::Frontier { size: 8, found: 3 });
    assert_eq!(Tree::from_parts(8, &frontier), error);
    assert_eq!(
        Tree::from_parts(u64::MAX, &[]),
        Err(TreeError::Size(u64::MAX))
    );
    assert!(Tree::from_parts(7, &frontier).is_ok());
}

#[test]
fn inclusion_proofs_of_all_sizes_up_to_300() {
    let leaves = leaves(300);
    for size in 1..=300_u64 {
        let leaves = &leaves[..size as usize];
        let root = textbook_root(leaves);
        // All places in small trees, the edges and a few others in larger ones.
        let step = if size < 40 { 1 } else { 13 };
        for index in (0..size).step_by(step).chain([size - 1]) {
            let proof = prove_inclusion(leaves, index).expect("the leaf is there");
            let leaf = &leaves[index as usize];
            assert_eq!(verify_inclusion(index, size, leaf, &proof, &root), Ok(()));
            if size > 1 {
                let neighbour = if index == 0 { 1 } else { index - 1 };
                assert!(verify_inclusion(neighbour, size, leaf, &proof, &root).is_err());
                assert!(verify_inclusion(index, size, leaf, &proof[1..], &root).is_err());
            }
            let longer = [&proof[..], &[root]].concat();
            assert!(verify_inclusion(index, size, leaf, &longer, &root).is_err());
            for at in 0..proof.len() {
                let mut bad = proof.clone();
                bad[at] = root;
                assert!(verify_inclusion(index, size, leaf, &bad, &root).is_err());
            }
        }
        assert!(prove_inclusion(leaves, size).is_err());
    }
}

#[test]
fn consistency_proofs_of_all_sizes_up_to_300() {
    let leaves = leaves(300);
    let roots: Vec<Hash> = (0..=300)
        .map(|size| textbook_root(&leaves[..size]))
        .collect();
    for new in 1..=300_u64 {
        let step = if new < 40 { 1 } else { 11 };
        for old in (1..=new).step_by(step).chain([new]) {
            let proof = prove_consistency(&leaves[..new as usize], old).expect("old <= new");
            let (old_root, new_root) = (&roots[old as usize], &roots[new as usize]);
            assert_eq!(
                verify_consistency(old, new, &proof, old_root, new_root),
                Ok(())
            );
            assert!(
                verify_consistency(old, new, &proof, new_root, old_root).is_err() || old == new
            );
            assert!(
                verify_consistency(old, new, &proof, &roots[old as usize - 1], new_root).is_err()
            );
            let longer = [&proof[..], &[*new_root]].concat();
            assert!(verify_consistency(old, new, &longer, old_root, new_root).is_err());
            for at in 0..proof.len() {
                let mut bad = proof.clone();
                bad[at] = empty_root();
                assert!(verify_consistency(old, new, &bad, old_root, new_root).is_err());
                bad.remove(at);
                assert!(verify_consistency(old, new, &bad, old_root, new_root).is_err());
            }
        }
    }
}

#[test]
fn sizes_that_prove_nothing_are_refused() {
    let root = empty_root();
    let sizes = |old, new| Err(ProofError::Sizes { old, new });
    assert_eq!(verify_consistency(0, 1, &[], &root, &root), sizes(0, 1));
    assert_eq!(verify_consistency(2, 1, &[], &root, &root), sizes(2, 1));
    assert_eq!(
        verify_consistency(1, u64::MAX, &[], &root, &root),
        sizes(1, u64::MAX)
    );
    assert_eq!(verify_consistency(0, 0, &[], &root, &root), Ok(()));
    assert!(verify_inclusion(0, 0, &root, &[], &root).is_err());
    assert!(verify_inclusion(u64::MAX, u64::MAX, &root, &[root; 64], &root).is_err());
    assert!(prove_consistency(&leaves(3), 0).is_err());
    assert!(prove_consistency(&leaves(3), 4).is_err());
    assert_eq!(prove_consistency(&[], 0), Ok(Vec::new()));
}
