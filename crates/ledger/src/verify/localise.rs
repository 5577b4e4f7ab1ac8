//! Which entries were altered, removed, inserted or moved, by comparison with the signed leaves.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use super::{Finding, LogVerifier};
use crate::checkpoint::VerifiedCheckpoint;
use crate::hash::Hash;
use crate::tree::root_of;

impl LogVerifier {
    /// Names the entries that differ from the signed tree. `leaves` are the leaf hashes from the
    /// log's hash tiles of level 0; they are believed only if they give the signed root.
    ///
    /// Entries that are equal at both ends are set aside; in between, an entry is known by its leaf
    /// hash wherever it stands. What stands in a gap between known entries is taken for the altered
    /// form of what is missing there, one for one; what is left over is missing, or was inserted.
    pub fn localise(&mut self, leaves: &[Hash], checkpoint: &VerifiedCheckpoint) {
        let (size, found_size) = (checkpoint.size(), leaves.len() as u64);
        let (expected, found) = (checkpoint.root(), root_of(leaves));
        if size != found_size || expected != found {
            self.report_always(Finding::TilesMismatch {
                size,
                found_size,
                expected,
                found,
            });
            return;
        }
        for difference in differences(leaves, &self.leaves) {
            self.report(difference);
        }
    }
}

fn differences(signed: &[Hash], stream: &[Hash]) -> Vec<Finding> {
    let start = signed
        .iter()
        .zip(stream)
        .take_while(|(a, b)| a == b)
        .count();
    let ends = signed[start..]
        .iter()
        .rev()
        .zip(stream[start..].iter().rev());
    let end = ends.take_while(|(a, b)| a == b).count();
    let signed = &signed[start..signed.len() - end];
    let stream = &stream[start..stream.len() - end];

    // One by one: to collect them would sort them first, by code that a browser has to fetch.
    let mut places: BTreeMap<Hash, Option<usize>> = BTreeMap::new();
    for (place, leaf) in signed.iter().enumerate() {
        places.insert(*leaf, Some(place));
    }
    // Each signed entry is recognised once; a second copy of it is an insertion.
    let known: Vec<Option<usize>> = stream
        .iter()
        .map(|leaf| places.get_mut(leaf).and_then(Option::take))
        .collect();
    let mut present = vec![false; signed.len()];
    for place in known.iter().flatten() {
        present[*place] = true;
    }

    let mut report = Report {
        start,
        signed,
        present,
        findings: Vec::new(),
    };
    let mut in_order = in_order(&known).into_iter().peekable();
    let (mut next, mut strangers) = (0, Vec::new());
    for (at, place) in known.iter().enumerate() {
        match place {
            Some(place) if in_order.next_if_eq(&at).is_some() => {
                report.gap(next..*place, &strangers);
                strangers.clear();
                next = place + 1;
            }
            Some(place) => {
                let (seq, found) = ((start + place) as u64, (start + at) as u64);
                report.findings.push(Finding::Moved { seq, found });
            }
            None => strangers.push(stream[at]),
        }
    }
    report.gap(next..signed.len(), &strangers);
    report.findings
}

struct Report<'a> {
    start: usize,
    signed: &'a [Hash],
    /// Which of the signed entries were found somewhere.
    present: Vec<bool>,
    findings: Vec<Finding>,
}

impl Report<'_> {
    /// Compares the signed entries of a gap with the strangers that stand in it.
    fn gap(&mut self, gap: core::ops::Range<usize>, strangers: &[Hash]) {
        let end = (self.start + gap.end) as u64;
        let mut strangers = strangers.iter();
        for place in gap {
            if self.present[place] {
                continue;
            }
            let seq = (self.start + place) as u64;
            match (strangers.next(), self.findings.last_mut()) {
                (Some(&found), _) => {
                    let expected = self.signed[place];
                    self.findings.push(Finding::LeafMismatch {
                        seq,
                        expected,
                        found,
                    });
                }
                (None, Some(Finding::Missing { seq: first, count })) if *first + *count == seq => {
                    *count += 1;
                }
                (None, _) => self.findings.push(Finding::Missing { seq, count: 1 }),
            }
        }
        self.findings
            .extend(strangers.map(|&found| Finding::Inserted { seq: end, found }));
    }
}

/// The indices of the entries that stand in order; the others have moved. Those that stand where
/// they were signed are preferred, unless a shift leaves more of them in their order.
fn in_order(places: &[Option<usize>]) -> Vec<usize> {
    let rise = longest_rise(places);
    let unmoved: Vec<usize> = (0..places.len())
        .filter(|at| places[*at] == Some(*at))
        .collect();
    if unmoved.len() < rise.len() {
        rise
    } else {
        unmoved
    }
}

/// The indices of a longest rising subsequence, so that the fewest possible others have
/// moved. By patience sorting, in n log n.
fn longest_rise(places: &[Option<usize>]) -> Vec<usize> {
    // `piles[n]` is the index with the least place that ends a rise of n + 1 entries.
    let mut piles: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; places.len()];
    for (at, place) in places.iter().enumerate() {
        let Some(place) = place else { continue };
        let pile = piles.partition_point(|top| places[*top] < Some(*place));
        before[at] = pile.checked_sub(1).map(|left| piles[left]);
        if pile == piles.len() {
            piles.push(at);
        } else {
            piles[pile] = at;
        }
    }
    let mut rise: Vec<usize> =
        core::iter::successors(piles.last().copied(), |at| before[*at]).collect();
    rise.reverse();
    rise
}
