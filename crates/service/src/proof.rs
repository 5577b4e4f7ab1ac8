//! Proofs out of the stored nodes: a few hundred hashes read, however long the log is.

use std::ops::Range;

use ledger::{
    Hash, Subtree, consistency_ranges, empty_root, inclusion_ranges, perfect_subtrees, root_of,
    root_of_subtrees,
};
use sqlx::PgConnection;

use crate::store::ledger as store;

/// Levels of the binary tree in one level of tiles.
const TILE_HEIGHT: u32 = 8;

/// The proof that the log's first `old` entries are what they were, to its first `new`. Nothing is
/// believed of it here: who gets it checks it.
pub(crate) async fn consistency(
    connection: &mut PgConnection,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, sqlx::Error> {
    let mut proof = Vec::new();
    for range in consistency_ranges(old, new) {
        proof.extend(root_over(connection, &range).await?);
    }
    Ok(proof)
}

/// The proof that an entry stands in its place among the log's first `size`. Nothing is believed of it here
/// either.
pub(crate) async fn inclusion(
    connection: &mut PgConnection,
    seq: u64,
    size: u64,
) -> Result<Vec<Hash>, sqlx::Error> {
    let mut proof = Vec::new();
    for range in inclusion_ranges(seq, size) {
        proof.extend(root_over(connection, &range).await?);
    }
    Ok(proof)
}

/// The root over the first `size` entries, as they are stored now.
pub(crate) async fn root_at(connection: &mut PgConnection, size: u64) -> Result<Hash, sqlx::Error> {
    let root = root_over(connection, &(0..size)).await?;
    Ok(root.unwrap_or_else(empty_root))
}

async fn root_over(
    connection: &mut PgConnection,
    range: &Range<u64>,
) -> Result<Option<Hash>, sqlx::Error> {
    let mut roots = Vec::new();
    for subtree in perfect_subtrees(range) {
        roots.push(root(connection, subtree).await?);
    }
    Ok(root_of_subtrees(&roots))
}

/// A perfect subtree's root, from the nodes of the tile level at or below its height.
async fn root(connection: &mut PgConnection, subtree: Subtree) -> Result<Hash, sqlx::Error> {
    let (level, above) = (subtree.height / TILE_HEIGHT, subtree.height % TILE_HEIGHT);
    let (from, to) = (subtree.index << above, (subtree.index + 1) << above);
    let hashes = match u8::try_from(level).unwrap_or(u8::MAX) {
        0 => store::leaf_hashes(connection, from, to).await?,
        level => store::nodes(connection, level, from, to).await?,
    };
    Ok(root_of(&hashes))
}
