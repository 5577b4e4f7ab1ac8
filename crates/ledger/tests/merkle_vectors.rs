//! The proof vectors of transparency-dev/merkle, where they are at hand beside the project.
#![allow(
    clippy::expect_used,
    reason = "a vector that cannot be read is a failed test"
)]
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::fs;
use std::path::{Path, PathBuf};

use ledger::{Hash, verify_consistency, verify_inclusion};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct InclusionVector {
    leaf_idx: u64,
    tree_size: u64,
    root: Option<String>,
    leaf_hash: Option<String>,
    proof: Option<Vec<String>>,
    desc: String,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ConsistencyVector {
    size1: u64,
    size2: u64,
    root1: Option<String>,
    root2: Option<String>,
    proof: Option<Vec<String>>,
    desc: String,
    want_err: bool,
}

/// The vectors also hold "hashes" of other lengths, some where nobody looks at them. Here those
/// cannot exist; hashing them gives one that fits nothing, while two equal ones stay equal.
fn hash(text: &str) -> Hash {
    text.parse().unwrap_or_else(|_| Hash::of(text.as_bytes()))
}

fn hashes(proof: Option<Vec<String>>) -> Vec<Hash> {
    proof
        .unwrap_or_default()
        .iter()
        .map(|text| hash(text))
        .collect()
}

/// All files of one kind, or nothing where the folder is not there.
fn vectors(kind: &str) -> Vec<PathBuf> {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors/merkle/testdata");
    let mut folders = vec![root.join(kind)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(children) = fs::read_dir(&folder) else {
            continue;
        };
        for child in children {
            let path = child.expect("a file").path();
            if path.is_dir() {
                folders.push(path)
            } else {
                files.push(path)
            }
        }
    }
    if files.is_empty() {
        eprintln!("skipped: no {kind} vectors of transparency-dev/merkle beside the project");
    }
    files
}

#[test]
fn inclusion_vectors_of_transparency_dev() {
    for file in vectors("inclusion") {
        let json = fs::read(&file).expect("the file is there");
        let vector: InclusionVector = serde_json::from_slice(&json).expect("the known form");
        let (leaf, root) = (
            vector.leaf_hash.unwrap_or_default(),
            vector.root.unwrap_or_default(),
        );
        let (Ok(leaf), Ok(root)) = (leaf.parse(), root.parse()) else {
            assert!(
                vector.want_err,
                "{file:?}: not 32 bytes, which no hash here can be"
            );
            continue;
        };
        let proof = hashes(vector.proof);
        let result = verify_inclusion(vector.leaf_idx, vector.tree_size, &leaf, &proof, &root);
        assert_eq!(
            result.is_err(),
            vector.want_err,
            "{file:?}: {}",
            vector.desc
        );
    }
}

#[test]
fn consistency_vectors_of_transparency_dev() {
    for file in vectors("consistency") {
        let json = fs::read(&file).expect("the file is there");
        let vector: ConsistencyVector = serde_json::from_slice(&json).expect("the known form");
        let (old, new) = (
            vector.root1.unwrap_or_default(),
            vector.root2.unwrap_or_default(),
        );
        let proof = hashes(vector.proof);
        let result =
            verify_consistency(vector.size1, vector.size2, &proof, &hash(&old), &hash(&new));
        assert_eq!(
            result.is_err(),
            vector.want_err,
            "{file:?}: {}",
            vector.desc
        );
    }
}
