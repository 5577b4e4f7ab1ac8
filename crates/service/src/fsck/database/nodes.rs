//! The nodes that a log's leaves make above level 0.

use std::collections::BTreeMap;

use ledger::{Hash, root_of};

/// Items in a full tile.
const WIDTH: usize = 256;

/// The roots of all complete subtrees of 256^k leaves, by level and place.
pub(super) fn nodes_over(leaves: &[Hash]) -> BTreeMap<(u8, u64), Hash> {
    let mut nodes = BTreeMap::new();
    let mut below = leaves.to_vec();
    for level in 1.. {
        below = below.chunks_exact(WIDTH).map(root_of).collect();
        if below.is_empty() {
            break;
        }
        nodes.extend(
            (0..)
                .zip(&below)
                .map(|(index, node)| ((level, index), *node)),
        );
    }
    nodes
}
