//! RFC 6962, 2.1, word for word: the oracle for everything that is faster.

use ledger::{Hash, empty_root, node_hash};

pub(crate) fn textbook_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&textbook_root(left), &textbook_root(right))
        }
    }
}
