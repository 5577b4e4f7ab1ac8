//! Checking a whole log against a checkpoint, entry by entry, and naming everything that is wrong.

mod finding;
mod hashed;
mod ids;
mod localise;
mod order;
mod span;

pub use finding::Finding;
pub use hashed::HashedEntry;
pub use span::{Doubt, Span, SpanReader, Spans};

use alloc::collections::btree_map::{BTreeMap, Entry as Slot};
use alloc::vec::Vec;

use crate::checkpoint::VerifiedCheckpoint;
use crate::entry::{Entry, KnownPrev, Name, ParseError, parse_with, prev_of, prev_text};
use crate::hash::{HASH_TEXT_LEN, Hash};
use crate::tree::{Tree, root_of};
use crate::{Origin, Timestamp};
use order::Order;

/// How many leaves wait until the tree takes them.
const LEAVES_TOGETHER: usize = 256;

/// How many findings are listed; further ones are only counted. A log that is wrong everywhere
/// must not fill the memory of who checks it.
const MAX_FINDINGS: usize = 10_000;

/// Reads a log from its first entry on and keeps what is wrong with it.
///
/// One pass, one hash an entry. Kept for each entry are its leaf hash, for
/// [`localise`](Self::localise), and its id: about 60 bytes together.
///
/// 1. [`push`](Self::push) every entry, in order;
/// 2. [`finish`](Self::finish) with a verified checkpoint;
/// 3. where there are findings, [`localise`](Self::localise) with the leaf hashes from the log's
///    hash tiles: the stream alone shows a break *between* two entries, the tiles show which of the
///    two was changed;
/// 4. [`findings`](Self::findings).
#[derive(Debug, Clone)]
pub struct LogVerifier {
    origin: Origin,
    /// Over the leaves so far, or all but a few of the last: they are hashed in larger numbers.
    tree: Tree,
    leaves: Vec<Hash>,
    // By number, and ordered instead of hashed: this crate takes no randomness, and under a hasher that
    // is known a server could choose ids that all collide.
    ids: BTreeMap<u128, u64>,
    previous: Hash,
    previous_text: [u8; HASH_TEXT_LEN],
    time: Option<Timestamp>,
    order: Order,
    expected: BTreeMap<u64, Hash>,
    names: Vec<Name>,
    findings: Vec<Finding>,
    unlisted: u64,
}

/// What a look at one entry gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed<'a> {
    /// The entry's place in the log, as far as it is sound: where the entry names another one, the
    /// place where it was found.
    pub seq: u64,
    /// Its leaf hash.
    pub leaf: Hash,
    /// The entry, or why it is none; the error is among the findings too.
    pub parsed: Result<Entry<'a>, ParseError>,
}

impl LogVerifier {
    /// A verifier at the start of the log.
    pub fn new(origin: Origin) -> Self {
        let genesis = origin.genesis();
        Self {
            origin,
            tree: Tree::new(),
            leaves: Vec::new(),
            ids: BTreeMap::new(),
            previous: genesis,
            previous_text: genesis.to_text(),
            time: None,
            order: Order::default(),
            expected: BTreeMap::new(),
            names: Vec::new(),
            findings: Vec::new(),
            unlisted: 0,
        }
    }

    /// Takes the next entry, whatever is wrong with it.
    pub fn push<'a>(&mut self, entry: &'a [u8]) -> Pushed<'a> {
        self.push_hashed(HashedEntry::of(entry))
    }

    /// [`push`](Self::push) of an entry that was hashed together with others.
    pub fn push_hashed<'a>(&mut self, entry: HashedEntry<'a>) -> Pushed<'a> {
        let (entry, leaf) = (entry.bytes(), entry.leaf());
        let known = KnownPrev {
            hash: self.previous,
            text: &self.previous_text,
        };
        let parsed = parse_with(entry, Some(&known), &mut self.names);
        let linked = prev_text(entry) == Some(&self.previous_text);
        let seq = self.order.place(parsed.as_ref().ok().map(Entry::seq));

        match &parsed {
            Err(error) => self.report(Finding::Malformed { seq, error: *error }),
            Ok(entry) => self.check_members(seq, entry),
        }
        if !linked && let Ok(found) = prev_of(entry) {
            self.report(Finding::ChainBroken {
                seq,
                expected: self.previous,
                found,
            });
        }
        if let Some(expected) = self.expected.remove(&seq) {
            self.compare_leaf(seq, expected, leaf);
        }
        self.leaves.push(leaf);
        if self.leaves.len().is_multiple_of(LEAVES_TOGETHER) {
            self.tree = self.whole_tree();
        }
        self.previous = leaf;
        self.previous_text = leaf.to_text();
        Pushed { seq, leaf, parsed }
    }

    fn check_members(&mut self, seq: u64, entry: &Entry<'_>) {
        if entry.seq() != seq {
            self.report(Finding::SeqMismatch {
                seq,
                found: entry.seq(),
            });
        }
        let (previous, found) = (self.time.replace(entry.time()), entry.time());
        if let Some(previous) = previous.filter(|previous| found < *previous) {
            self.report(Finding::TimeBackwards {
                seq,
                previous,
                found,
            });
        }
        match self.ids.entry(entry.id().as_u128()) {
            Slot::Vacant(free) => {
                free.insert(seq);
            }
            Slot::Occupied(taken) => {
                let first = *taken.get();
                self.report(Finding::DuplicateId { seq, first });
            }
        }
    }

    /// Says which leaf hash entry `seq` must have, from a source that the caller trusts more than
    /// the stream; it is compared as soon as both are known.
    pub fn expect_leaf(&mut self, seq: u64, leaf: &Hash) {
        let pushed = usize::try_from(seq)
            .ok()
            .and_then(|at| self.leaves.get(at))
            .copied();
        match pushed {
            Some(found) => self.compare_leaf(seq, *leaf, found),
            None => drop(self.expected.insert(seq, *leaf)),
        }
    }

    fn compare_leaf(&mut self, seq: u64, expected: Hash, found: Hash) {
        if expected != found {
            self.report(Finding::LeafMismatch {
                seq,
                expected,
                found,
            });
        }
    }

    /// Compares the whole of what was pushed with the checkpoint. Call it once, after the last entry.
    pub fn finish(&mut self, checkpoint: &VerifiedCheckpoint) {
        if *checkpoint.origin() != self.origin {
            let (expected, found) = (self.origin.clone(), checkpoint.origin().clone());
            self.report_always(Finding::OriginMismatch { expected, found });
        }
        let (size, found) = (checkpoint.size(), self.size());
        if found < size {
            // Without the missing entries there is no root to compare.
            self.report_always(Finding::Truncated { size, found });
            return;
        }
        let covered = usize::try_from(size)
            .ok()
            .and_then(|size| self.leaves.get(..size));
        let root = match covered {
            Some(covered) if found > size => {
                let root = root_of(covered);
                self.report_always(Finding::Surplus { size, found });
                root
            }
            _ => self.whole_tree().root(),
        };
        if root != checkpoint.root() {
            let expected = checkpoint.root();
            self.report_always(Finding::RootMismatch {
                size,
                expected,
                found: root,
            });
        }
    }

    /// Everything that is wrong so far, in the order in which it was noticed.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many findings there were beyond those that are listed.
    pub fn unlisted(&self) -> u64 {
        self.unlisted
    }

    /// How many entries were pushed.
    pub fn size(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// The leaf hashes of all entries that were pushed.
    pub fn leaves(&self) -> &[Hash] {
        &self.leaves
    }

    /// The tree over all leaves so far.
    fn whole_tree(&self) -> Tree {
        let mut tree = self.tree.clone();
        let taken = usize::try_from(tree.size()).unwrap_or(usize::MAX);
        tree.extend(self.leaves.get(taken..).unwrap_or_default());
        tree
    }

    fn report(&mut self, finding: Finding) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        } else {
            self.unlisted += 1;
        }
    }

    /// For findings about the whole log: there are few of them, and they matter most.
    fn report_always(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}
