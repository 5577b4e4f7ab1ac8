//! Generated logs around the borders of tiles and of their levels: entries, bundles, tiles, root and
//! proofs of each, and what leads from one to the next.
#![allow(clippy::expect_used, reason = "the generated logs are sound")]

#[path = "support/published.rs"]
mod published;
#[path = "support/textbook.rs"]
mod textbook;

use std::sync::LazyLock;

use ledger::{
    Checkpoint, Draft, Hash, HashTiles, LogVerifier, Origin, ProofError, SignedCheckpoint,
    SigningKey, TilePath, TilesError, Timestamp, Tree, bundle, encode, leaf_hash,
    prove_consistency, prove_inclusion, root_of, verify_consistency, verify_inclusion,
};
use published::{Files, WIDTH, bundles, tiles};
use textbook::textbook_root;

const SIZES: [usize; 10] = [0, 1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 70_000];

/// The largest log; the others are its beginnings.
struct Log {
    entries: Vec<Vec<u8>>,
    leaves: Vec<Hash>,
}

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let (mut prev, mut entries, mut leaves) = (origin().genesis(), Vec::new(), Vec::new());
    for seq in 0..70_000_u64 {
        let id = u128::from_be_bytes(
            *leaf_hash(&seq.to_be_bytes())
                .as_bytes()
                .first_chunk()
                .expect("32"),
        );
        let draft = Draft {
            id: uuid::Builder::from_random_bytes(id.to_be_bytes()).into_uuid(),
            kind: "test.made",
            actor: "{}",
            // Of all lengths up to 63, so that blocks of the hash end everywhere.
            body: &format!(r#"{{"t":"{}"}}"#, "x".repeat(seq as usize % 64)),
        };
        let time = Timestamp::new(1_795_388_645_123 + seq as i64);
        entries.push(encode(&prev, seq, time, &draft).expect("sound"));
        prev = leaf_hash(&entries[entries.len() - 1]);
        leaves.push(prev);
    }
    Log { entries, leaves }
});

fn origin() -> Origin {
    "example.org/log".parse().expect("a name")
}

/// The tiles of the log's first `size` entries, as files.
fn tiles_of(size: usize) -> (u64, Files) {
    (size as u64, tiles(&LOG.leaves[..size]).expect("sound"))
}

fn from(size: u64, files: &Files) -> HashTiles<impl FnMut(TilePath) -> Result<Vec<u8>, String>> {
    HashTiles::new(size, |path| {
        let path = path.to_string();
        files.get(&path).cloned().ok_or(path)
    })
}

/// First, last, and those around the borders of tiles.
fn places(size: usize) -> impl Iterator<Item = usize> {
    let near = |border: usize| [border - 1, border];
    let mut places: Vec<usize> = [256, 512, 65_536, 69_888]
        .into_iter()
        .flat_map(near)
        .collect();
    places.extend([
        0,
        1,
        size / 2,
        size.saturating_sub(2),
        size.saturating_sub(1),
    ]);
    places.into_iter().filter(move |place| *place < size)
}

#[test]
fn roots_are_the_textbooks_however_the_tree_grows() {
    let mut tree = Tree::new();
    for size in SIZES {
        let root = textbook_root(&LOG.leaves[..size]);
        assert_eq!(root_of(&LOG.leaves[..size]), root, "{size}");
        for leaf in &LOG.leaves[tree.size() as usize..size] {
            tree.push(*leaf);
        }
        assert_eq!((tree.size(), tree.root()), (size as u64, root));
        let (size, files) = tiles_of(size);
        assert_eq!(from(size, &files).root(), Ok(root), "{size} from tiles");
    }
}

#[test]
fn each_hash_of_a_tile_is_the_root_over_its_leaves() {
    for size in SIZES {
        let (_, files) = tiles_of(size);
        let mut hashes = 0;
        for (path, bytes) in &files {
            let Ok(TilePath::Hashes {
                level,
                index,
                width,
            }) = path.parse()
            else {
                panic!("{path} is no tile");
            };
            assert_eq!(bytes.len(), usize::from(width) * 32, "{path} of {size}");
            let span = WIDTH.pow(u32::from(level));
            for (at, hash) in bytes.as_chunks::<32>().0.iter().enumerate() {
                let first = (index as usize * WIDTH + at) * span;
                let root = textbook_root(&LOG.leaves[first..first + span]);
                assert_eq!(Hash::new(*hash), root, "{path} of {size}, hash {at}");
                hashes += 1;
            }
        }
        let levels = [1, WIDTH, WIDTH * WIDTH].map(|span| size / span);
        assert_eq!(hashes, levels.iter().sum::<usize>(), "hashes of {size}");
        let wide = |count: usize| count.div_ceil(WIDTH);
        assert_eq!(
            files.len(),
            levels.iter().map(|count| wide(*count)).sum::<usize>()
        );
    }
}

#[test]
fn bundles_hold_the_log_and_it_verifies() {
    let key = SigningKey::from_seed(origin().as_str(), [3; 32]).expect("a name");
    for size in SIZES {
        let files = bundles(&LOG.entries[..size]).expect("sound");
        let root = textbook_root(&LOG.leaves[..size]);
        let checkpoint = Checkpoint::new(origin(), size as u64, root).expect("sound");
        let signed = SignedCheckpoint::parse(checkpoint.sign(&key).as_bytes()).expect("sound");
        let checkpoint = signed
            .verify(&key.verifier_key(), &origin())
            .expect("signed");
        let mut log = LogVerifier::new(origin());
        for index in 0.. {
            let Some(path) = TilePath::entries_in(size as u64, index) else {
                assert_eq!(files.len() as u64, index, "bundles of {size}");
                break;
            };
            for entry in bundle::split(&files[&path.to_string()]) {
                log.push(entry.expect("whole"));
            }
        }
        log.finish(&checkpoint);
        assert_eq!(log.findings(), [], "{size}");
        assert_eq!(log.size(), size as u64);
    }
}

#[test]
fn inclusion_from_tiles_is_inclusion_from_leaves() {
    for size in SIZES {
        let leaves = &LOG.leaves[..size];
        let (size, files) = tiles_of(size);
        let mut from_tiles = from(size, &files);
        let root = root_of(leaves);
        for place in places(leaves.len()) {
            let index = place as u64;
            let proof = from_tiles
                .prove_inclusion(index)
                .expect("all tiles are there");
            assert_eq!(
                prove_inclusion(leaves, index),
                Ok(proof.clone()),
                "{index} of {size}"
            );
            let verify =
                |proof: &[Hash]| verify_inclusion(index, size, &leaves[place], proof, &root);
            assert_eq!(verify(&proof), Ok(()));
            for at in 0..proof.len() {
                let mut other = proof.clone();
                other[at] = leaves[place];
                assert!(verify(&other).is_err(), "{index} of {size}, hash {at}");
            }
        }
        let missing = TilesError::Proof(ProofError::Index { index: size, size });
        assert_eq!(from_tiles.prove_inclusion(size), Err(missing));
    }
}

#[test]
fn consistency_from_tiles_is_consistency_from_leaves() {
    let roots = SIZES.map(|size| root_of(&LOG.leaves[..size]));
    for (to, &new) in SIZES.iter().enumerate() {
        let leaves = &LOG.leaves[..new];
        let (size, files) = tiles_of(new);
        let mut from_tiles = from(size, &files);
        for (at, &old) in SIZES[..=to].iter().enumerate() {
            let old = old as u64;
            let proof = from_tiles.prove_consistency(old);
            if old == 0 && size != 0 {
                let nothing = ProofError::Sizes { old, new: size };
                assert_eq!(proof, Err(TilesError::Proof(nothing)));
                assert_eq!(prove_consistency(leaves, old), Err(nothing));
                continue;
            }
            let proof = proof.expect("all tiles are there");
            assert_eq!(
                prove_consistency(leaves, old),
                Ok(proof.clone()),
                "{old} of {size}"
            );
            let verify =
                |old_root, new_root| verify_consistency(old, size, &proof, old_root, new_root);
            assert_eq!(verify(&roots[at], &roots[to]), Ok(()), "{old} of {size}");
            if old != size {
                assert!(verify(&roots[to], &roots[to]).is_err(), "{old} of {size}");
                assert!(verify(&roots[at], &roots[at]).is_err(), "{old} of {size}");
            }
        }
        let beyond = ProofError::Sizes {
            old: size + 1,
            new: size,
        };
        assert_eq!(
            from_tiles.prove_consistency(size + 1),
            Err(TilesError::Proof(beyond))
        );
    }
}

#[test]
fn few_tiles_are_read_and_a_bad_one_is_named() {
    let (size, mut files) = tiles_of(70_000);
    let mut read = Vec::new();
    let mut tiles = HashTiles::new(size, |path: TilePath| {
        read.push(path.to_string());
        files.get(&path.to_string()).cloned().ok_or("gone")
    });
    tiles.prove_inclusion(65_535).expect("all tiles are there");
    tiles.prove_inclusion(65_535).expect("all tiles are there");
    // What stands beside the leaf, below it, and behind it up to the end, each read once.
    let expected = [
        "tile/0/255",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/0/273.p/112",
    ];
    assert_eq!(read, expected);

    let path: TilePath = "tile/1/000".parse().expect("a name");
    for found in [0, 31, 8_191, 8_193, 16_384] {
        files.insert(path.to_string(), vec![0; found]);
        let error = from(size, &files).prove_inclusion(65_535);
        assert_eq!(error, Err(TilesError::Length { path, found }));
    }
    files.remove(&path.to_string());
    let source = path.to_string();
    let error = from(size, &files).prove_inclusion(65_535);
    assert_eq!(error, Err(TilesError::Read { path, source }));
}
