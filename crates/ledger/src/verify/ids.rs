//! Numbers made of ids, which are spread evenly over all there are: whether one of them stands twice.

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

/// By how many of their upper bits all of a log's numbers are looked at together.
const PART_BITS: u32 = 6;

/// The numbers of a whole log, each stretch's sorted. They stay where they are: a million of them take 8 MB, and put
/// together in a row they would take twice that while they are.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids(Vec<Vec<u64>>);

impl Ids {
    pub(super) fn of(stretches: Vec<Vec<u64>>) -> Self {
        let mut ids = Self::default();
        stretches.into_iter().for_each(|stretch| ids.push(stretch));
        ids
    }

    /// Takes a stretch's, which are sorted, unless it is another program's bytes that they were read from.
    pub(super) fn push(&mut self, mut stretch: Vec<u64>) {
        if !stretch.is_sorted() {
            sort(&mut stretch);
        }
        stretch.shrink_to_fit();
        self.0.push(stretch);
    }

    pub(super) fn len(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    pub(super) fn stretches(&self) -> &[Vec<u64>] {
        &self.0
    }

    /// Whether any two are the same.
    pub(super) fn one_stands_twice(&self) -> bool {
        let mut rests: Vec<&[u64]> = self.0.iter().map(Vec::as_slice).collect();
        let mut together = Vec::new();
        (0..1_u64 << PART_BITS).any(|part| {
            together.clear();
            for rest in &mut rests {
                let end = rest.partition_point(|id| id >> (u64::BITS - PART_BITS) <= part);
                let (now, later) = rest.split_at(end);
                together.extend_from_slice(now);
                *rest = later;
            }
            together.sort_unstable();
            together.windows(2).any(|pair| pair[0] == pair[1])
        })
    }
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
    proptest! {
        #[test]
        fn one_that_stands_twice_is_found_wherever_it_stands(
            stretches in prop::collection::vec(prop::collection::vec(any::<u64>(), 0..60), 1..20),
            places: [prop::sample::Index; 2],
        ) {
            let mut stretches = stretches;
            let ids = Ids::of(stretches.clone());
            let mut all: Vec<u64> = stretches.concat();
            prop_assert_eq!(ids.len(), all.len());
            all.sort_unstable();
            let count = all.len();
            all.dedup();
            prop_assert_eq!(ids.one_stands_twice(), all.len() < count);
            if let Some(id) = all.get(places[0].index(all.len().max(1))) {
                let stretch = places[1].index(stretches.len());
                stretches[stretch].push(*id);
                prop_assert!(Ids::of(stretches).one_stands_twice());
            }
        }
    }
}
