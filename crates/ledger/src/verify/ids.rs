//! Sorting numbers made of ids, which are spread evenly over all there are.

use alloc::vec;
use alloc::vec::Vec;

/// By how many of their upper bits numbers are put into buckets: about one of a stretch's few thousand falls into each.
const BITS: u32 = 11;

/// Beyond so many in one bucket the numbers are no ids that were chosen by chance.
const CROWD: u32 = 64;

/// Sorts numbers of which any is as likely as any other, a few thousand at a time; all others too, but not as fast.
pub(super) fn sort(ids: &mut Vec<u64>) {
    let bucket = |id: u64| (id >> (u64::BITS - BITS)) as usize;
    let mut ends = vec![0_u32; 1 << BITS];
    for id in ids.iter() {
        ends[bucket(*id)] += 1;
    }
    if ends.iter().any(|count| *count > CROWD) {
        ids.sort_unstable();
        return;
    }
    let mut end = 0;
    for count in &mut ends {
        end += *count;
        *count = end;
    }
    let mut sorted = vec![0; ids.len()];
    for id in ids.iter() {
        let end = &mut ends[bucket(*id)];
        *end -= 1;
        sorted[*end as usize] = *id;
    }
    // Within each bucket: nothing is far from its place.
    for from in 1..sorted.len() {
        let mut at = from;
        while at > 0 && sorted[at - 1] > sorted[at] {
            sorted.swap(at - 1, at);
            at -= 1;
        }
    }
    *ids = sorted;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_numbers_are_sorted(
            spread in prop::collection::vec(any::<u64>(), 0..3000),
            crowd in prop::collection::vec(0_u64..50, 0..200),
        ) {
            for ids in [&spread, &crowd] {
                let (mut ours, mut expected) = (ids.clone(), ids.clone());
                sort(&mut ours);
                expected.sort_unstable();
                prop_assert_eq!(ours, expected);
            }
        }
    }
}
