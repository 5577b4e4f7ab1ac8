//! Half-open ranges of entries, for the ribbon.

/// How many ranges are told; beyond, the rest is one range up to the last.
const MAX_RANGES: usize = 1000;

/// Sorts the ranges and joins those that touch.
pub(crate) fn join(ranges: impl Iterator<Item = (u64, u64)>) -> Vec<(u64, u64)> {
    let mut sorted: Vec<(u64, u64)> = ranges.filter(|(from, to)| from < to).collect();
    sorted.sort_unstable();
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (from, to) in sorted {
        let full = joined.len() >= MAX_RANGES;
        match joined.last_mut() {
            Some((_, end)) if from <= *end || full => *end = (*end).max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// What is left of `0..size` without the ranges, which are sorted and do not touch.
pub(crate) fn without(size: u64, ranges: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let mut left = Vec::new();
    let mut next = 0;
    for (from, to) in ranges {
        if next < (*from).min(size) {
            left.push((next, (*from).min(size)));
        }
        next = *to;
    }
    if next < size {
        left.push((next, size));
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_join_and_leave_gaps() {
        let joined = join([(5, 6), (1, 2), (2, 3), (9, 9), (5, 8)].into_iter());
        assert_eq!(joined, [(1, 3), (5, 8)]);
        assert_eq!(without(10, &joined), [(0, 1), (3, 5), (8, 10)]);
        assert_eq!(without(7, &joined), [(0, 1), (3, 5)]);
        assert_eq!(without(0, &[(0, 1)]), []);
    }

    #[test]
    fn garbage_costs_bounded_memory() {
        let joined = join((0..10_000).map(|at| (at * 2, at * 2 + 1)));
        assert_eq!(joined.len(), MAX_RANGES);
        assert_eq!(joined.last(), Some(&(1998, 19_999)));
    }
}
