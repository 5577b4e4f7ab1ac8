//! Proofs, tiles and bundles.

use std::convert::Infallible;
use std::sync::LazyLock;

use ledger::bundle::{self, Reader};
use ledger::{
    Hash, HashTiles, ProofError, TilePath, TilesError, leaf_hash, prove_consistency,
    prove_inclusion, root_of, verify_consistency, verify_inclusion,
};

/// Leaves of the trees whose proofs are known.
static LEAVES: LazyLock<Vec<Hash>> =
    LazyLock::new(|| (0..100_u8).map(|leaf| leaf_hash(&[leaf])).collect());

pub(super) fn bundle(bytes: &[u8]) {
    let mut written = Vec::new();
    let mut whole = Vec::new();
    let mut left = 0;
    for entry in bundle::split(bytes) {
        match entry {
            Ok(entry) => {
                bundle::push(&mut written, entry).expect("it was in a bundle");
                whole.push(entry);
            }
            Err(bundle::BundleError::EndsEarly { left: bytes }) => left = bytes,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(written, bytes[..bytes.len() - left]);
    // A network cuts anywhere; the input says where.
    let chunk = bytes.first().map_or(1, |byte| usize::from(*byte) + 1);
    let mut reader = Reader::new();
    let mut read = 0;
    for chunk in bytes.chunks(chunk) {
        reader.feed(chunk);
        while let Some(entry) = reader.next() {
            assert_eq!(entry, whole[read]);
            read += 1;
        }
    }
    assert_eq!(read, whole.len());
    assert_eq!(reader.finish().is_ok(), left == 0);
}

/// Two numbers, and tiles that hold the rest of the input over and over. Whatever they hold, a proof has
/// the form that the numbers call for.
///
/// ```text
/// u64be size ‖ u64be index ‖ bytes
/// ```
pub(super) fn tile(bytes: &[u8]) {
    let Some((size, index, rest)) = two_numbers(bytes) else {
        return;
    };
    let mut read = 0;
    let mut tiles = HashTiles::new(size, |path| {
        read += 1;
        Ok::<_, Infallible>(content(path, rest))
    });
    match tiles.prove_inclusion(index) {
        Ok(proof) => {
            let root = |root: &Hash| verify_inclusion(index, size, &LEAVES[0], &proof, root);
            leads_to_a_root(root);
        }
        Err(TilesError::Proof(error)) => assert_eq!(error, ProofError::Index { index, size }),
        Err(TilesError::Length { .. }) => {
            assert!(rest.is_empty() || !rest.len().is_multiple_of(32))
        }
        Err(TilesError::Read { .. }) => panic!("these tiles can be read"),
    }
    let old_root = LEAVES[0];
    if let Ok(proof) = tiles.prove_consistency(index) {
        match verify_consistency(index, size, &proof, &old_root, &old_root) {
            Ok(()) => assert_eq!(index, size),
            Err(ProofError::Root { .. } | ProofError::OldRoot { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    // Of each of eight levels one tile beside the leaf, one at the end.
    assert!(read <= 4 * 8, "{read} tiles were read");
}

/// A tile's bytes: as many as its name says where the input is whole hashes, else the input.
fn content(path: TilePath, bytes: &[u8]) -> Vec<u8> {
    let TilePath::Hashes { width, .. } = path else {
        panic!("{path} is no tile of hashes");
    };
    if bytes.is_empty() || !bytes.len().is_multiple_of(32) {
        return bytes.to_vec();
    }
    bytes
        .iter()
        .copied()
        .cycle()
        .take(usize::from(width) * 32)
        .collect()
}

/// A proof of the right form leads to some root, and then proves that one.
fn leads_to_a_root(verify: impl Fn(&Hash) -> Result<(), ProofError>) {
    match verify(&LEAVES[0]) {
        Err(ProofError::Root { found, .. }) => assert_eq!(verify(&found), Ok(())),
        other => assert_eq!(other, Ok(())),
    }
}

pub(super) fn tile_seeds() -> Vec<Vec<u8>> {
    let numbers = [
        (1, 0),
        (2, 1),
        (255, 254),
        (256, 0),
        (257, 256),
        (65_537, 65_536),
        (70_000, 65_535),
        (10_000_000, 1_234_567),
        (i64::MAX as u64, 1 << 62),
        (u64::MAX, 0),
    ];
    let seed = |(size, index): (u64, u64)| {
        [
            &size.to_be_bytes()[..],
            &index.to_be_bytes(),
            LEAVES[1].as_bytes(),
            LEAVES[2].as_bytes(),
        ]
        .concat()
    };
    numbers.map(seed).to_vec()
}

/// Two numbers, and hashes out of a small tree by their place among leaves and proofs. What is accepted
/// is the one honest proof.
///
/// ```text
/// u64be size ‖ u64be index ‖ u8 place …
/// ```
pub(super) fn proof(bytes: &[u8]) {
    let Some((size, index, rest)) = two_numbers(bytes) else {
        return;
    };
    let small = size.min(LEAVES.len() as u64);
    let leaves = &LEAVES[..small as usize];
    let index_in = index.checked_rem(small).unwrap_or(0);
    let honest = prove_inclusion(leaves, index_in).unwrap_or_default();
    let grown = prove_consistency(leaves, index_in).unwrap_or_default();
    let known: Vec<Hash> = honest
        .iter()
        .chain(&grown)
        .chain(LEAVES.iter())
        .copied()
        .collect();
    let proof: Vec<Hash> = rest
        .iter()
        .map(|place| known[usize::from(*place) % known.len()])
        .collect();
    let leaf = leaves.get(index_in as usize).copied().unwrap_or(LEAVES[0]);
    let (old_root, root) = (root_of(&leaves[..index_in as usize]), root_of(leaves));
    if verify_inclusion(index_in, small, &leaf, &proof, &root).is_ok() {
        assert_eq!(proof, honest);
    }
    if verify_consistency(index_in, small, &proof, &old_root, &root).is_ok() {
        assert_eq!(proof, grown);
    }
    // Numbers of any size: nothing overflows, and an index beyond the tree proves nothing.
    assert!(index < size || verify_inclusion(index, size, &leaf, &proof, &root).is_err());
    assert!(index <= size || verify_consistency(index, size, &proof, &old_root, &root).is_err());
    let _ = verify_inclusion(index, size, &leaf, &proof, &root);
    let _ = verify_consistency(index, size, &proof, &old_root, &root);
}

pub(super) fn proof_seeds() -> Vec<Vec<u8>> {
    let seed = |(size, index): (u64, u64)| {
        let proof = prove_inclusion(&LEAVES[..size as usize], index).unwrap_or_default();
        let grown = prove_consistency(&LEAVES[..size as usize], index).unwrap_or_default();
        let places = |from: usize, count: usize| (from..from + count).map(|place| place as u8);
        let numbers = [size.to_be_bytes(), index.to_be_bytes()].concat();
        let with = |places: Vec<u8>| [numbers.clone(), places].concat();
        [
            with(places(0, proof.len()).collect()),
            with(places(proof.len(), grown.len()).collect()),
        ]
    };
    [
        (1, 0),
        (2, 1),
        (7, 3),
        (8, 4),
        (65, 64),
        (99, 98),
        (100, 50),
    ]
    .into_iter()
    .flat_map(seed)
    .collect()
}

fn two_numbers(bytes: &[u8]) -> Option<(u64, u64, &[u8])> {
    let (size, rest) = bytes.split_first_chunk()?;
    let (index, rest) = rest.split_first_chunk()?;
    Some((u64::from_be_bytes(*size), u64::from_be_bytes(*index), rest))
}
