//! Which files a log of some size has, and in which order they are written.

use ledger::TilePath;

/// Entries in a full bundle, hashes in a full tile (tlog-tiles). A *block* is one bundle with its
/// tile of level 0.
pub(super) const WIDTH: u64 = 256;

/// Levels of hash tiles above the leaves that a log of fewer than 2^64 entries can have.
const LEVELS: u8 = 7;

/// What the keys of checkpoints begin with.
pub(super) const CHECKPOINTS: &str = "checkpoints/";

/// The key of the checkpoint of a log of `size` entries: 20 digits hold any size, and sort by it.
pub(crate) fn checkpoint_key(size: u64) -> String {
    format!("{CHECKPOINTS}{size:020}")
}

/// The size that a key of a checkpoint says.
pub(super) fn size_of_key(key: &str) -> Option<u64> {
    let size = key.strip_prefix(CHECKPOINTS)?.parse().ok()?;
    (checkpoint_key(size) == key).then_some(size)
}

/// The full hash tiles above level 0 whose last node is the root of this full block.
pub(super) fn completed_by(block: u64) -> Vec<TilePath> {
    let mut tiles = Vec::new();
    let mut count = block + 1;
    for level in 1..=LEVELS {
        if !count.is_multiple_of(WIDTH) {
            break;
        }
        count /= WIDTH;
        tiles.push(TilePath::Hashes {
            level,
            index: count - 1,
            width: 256,
        });
    }
    tiles
}

/// The partial hash tiles above level 0 of a log of `size` entries, without those that it had
/// already with `since` entries.
pub(super) fn unfinished(since: u64, size: u64) -> Vec<TilePath> {
    let count = |size: u64, level: u8| size >> (8 * u32::from(level));
    (1..=LEVELS)
        .filter(|level| count(since, *level) != count(size, *level))
        .filter_map(|level| TilePath::hashes_in(size, level, count(size, level) / WIDTH))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every file of a log of `size` entries, by tlog-tiles.
    fn all_files(size: u64) -> Vec<TilePath> {
        let bundles = (0..).map_while(|index| TilePath::entries_in(size, index));
        let tiles = (0..=LEVELS).flat_map(|level| {
            (0..).map_while(move |index| TilePath::hashes_in(size, level, index))
        });
        bundles.chain(tiles).collect()
    }

    /// What a step from `since` to `size` writes.
    fn step(since: u64, size: u64) -> Vec<TilePath> {
        let mut files = Vec::new();
        for block in since / WIDTH..size.div_ceil(WIDTH) {
            files.extend(TilePath::entries_in(size, block));
            files.extend(TilePath::hashes_in(size, 0, block));
            if (block + 1) * WIDTH <= size {
                files.extend(completed_by(block));
            }
        }
        files.extend(unfinished(since, size));
        files
    }

    #[test]
    fn each_checkpoint_finds_all_its_files() {
        let sizes = [
            1, 2, 255, 256, 257, 600, 65_535, 65_536, 65_537, 65_800, 131_072, 200_000,
        ];
        let mut there = BTreeSet::new();
        let mut since = 0;
        for size in sizes {
            let files = step(since, size);
            let unique: BTreeSet<_> = files.iter().copied().collect();
            assert_eq!(
                unique.len(),
                files.len(),
                "{since}..{size} writes a file twice"
            );
            assert!(files.iter().all(|path| path.exists_in(size)));
            there.extend(files);
            assert!(
                all_files(size).iter().all(|path| there.contains(path)),
                "{size}"
            );
            since = size;
        }
    }

    #[test]
    fn checkpoints_sort_by_size() {
        assert_eq!(checkpoint_key(7), "checkpoints/00000000000000000007");
        assert!(checkpoint_key(99) < checkpoint_key(100));
        assert!(checkpoint_key(100) < checkpoint_key(u64::MAX));
        for size in [0, 7, u64::MAX] {
            assert_eq!(size_of_key(&checkpoint_key(size)), Some(size));
        }
        for other in [
            "checkpoints/7",
            "checkpoints/+0000000000000000007",
            "origin",
            "",
        ] {
            assert_eq!(size_of_key(other), None, "{other}");
        }
    }
}
