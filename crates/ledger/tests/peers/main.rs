//! Beside crates that others wrote: `signed_note` and `tlog_tiles` by Cloudflare, `ct-merkle` by Michael
//! Rosenberg. On thousands of random inputs, sound and altered, all say the same; where they do not, it
//! stands in [`known`] with its reason.
#![allow(clippy::expect_used, reason = "what is made here is sound")]

mod checkpoints;
mod keys;
mod known;
mod notes;
mod paths;
mod proofs;
#[path = "../support/published.rs"]
mod published;
#[path = "../support/random.rs"]
mod random;
#[path = "../../fuzz/src/seeds.rs"]
#[allow(dead_code, reason = "the fuzz targets use more of it")]
mod seeds;
mod tiles;
#[path = "../vectors/outcome/vector.rs"]
#[allow(dead_code, reason = "the tests of the vectors use more of it")]
mod vector;

use std::collections::BTreeSet;
use std::fmt::Debug;

use known::Difference;

/// What was compared so far.
#[derive(Debug, Default)]
struct Comparison {
    accepted: usize,
    refused: usize,
    seen: BTreeSet<Difference>,
}

impl Comparison {
    /// One input. Our refusal comes with the known difference that it would be.
    fn compare<T: PartialEq + Debug>(
        &mut self,
        input: &dyn Debug,
        ours: Result<T, Option<Difference>>,
        theirs: Option<T>,
    ) {
        match (ours, theirs) {
            (Ok(ours), Some(theirs)) => {
                assert_eq!(ours, theirs, "read otherwise: {input:?}");
                self.accepted += 1;
            }
            (Err(_), None) => self.refused += 1,
            (Ok(ours), None) => panic!("we alone accept {input:?} as {ours:?}"),
            (Err(difference), Some(theirs)) => {
                let Some(difference) = difference else {
                    panic!("we alone refuse {input:?}, which they read as {theirs:?}");
                };
                self.seen.insert(difference);
            }
        }
    }

    /// Something where it is known that we go further than they do.
    fn differs(&mut self, difference: Difference) {
        self.seen.insert(difference);
    }

    /// Enough was compared, and each difference is one that there is.
    fn finish(self, (accepted, refused): (usize, usize), expected: &[Difference]) {
        let compared = (self.accepted, self.refused);
        let enough = self.accepted >= accepted && self.refused >= refused;
        assert!(enough, "too few accepted and refused: {compared:?}");
        assert_eq!(self.seen, expected.iter().copied().collect());
    }
}
