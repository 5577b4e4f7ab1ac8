//! The log's signed checkpoints against the tree that its entries give, in the order of their sizes.

use ledger::{CheckpointError, Hash, NoteError, SignedCheckpoint, Tree, VerifiedCheckpoint};

use super::keys::Keys;
use super::rules::Rules;
use super::{Fault, Faults};

/// Checkpoints without a known signature that are kept until all entries are read.
const MOST_UNVOUCHED: usize = 1_000_000;

/// Takes the entries as they come, and judges each checkpoint when the entries below it are there.
pub(super) struct Judge<'a> {
    pub(super) keys: Keys<'a>,
    pub(super) tree: Tree,
    /// The size of the newest checkpoint that the entries give.
    agreed: u64,
    /// Whether there was one that they do not give.
    pub(super) diverged: bool,
    /// Those that no key known so far has signed, by the size that they are stored under.
    unvouched: Vec<(u64, Fault)>,
    /// The newest that the key signed.
    pub(super) newest: Option<VerifiedCheckpoint>,
    /// How many the entries give.
    pub(super) good: u64,
    pub(super) rules: Rules,
}

impl<'a> Judge<'a> {
    pub(super) fn new(keys: Keys<'a>) -> Self {
        Self {
            keys,
            tree: Tree::new(),
            agreed: 0,
            diverged: false,
            unvouched: Vec::new(),
            newest: None,
            good: 0,
            rules: Rules::default(),
        }
    }

    pub(super) fn entry(&mut self, bytes: &[u8], leaf: Hash, faults: &mut Faults) {
        self.rules.entry(self.tree.size(), bytes);
        self.tree.push(leaf);
        self.keys.entry(bytes, faults);
    }

    /// One stored checkpoint, when the entries that it is stored for have been read, or there are no
    /// more.
    pub(super) fn checkpoint(&mut self, stored_size: u64, note: &[u8], faults: &mut Faults) {
        let which = format!("of size {stored_size}");
        let signed = match SignedCheckpoint::parse(note) {
            Ok(signed) => self.keys.verify(&which, signed),
            Err(fault) => Err(Fault::Checkpoint { which, fault }),
        };
        let found = self.tree.root();
        match signed {
            // Whether it needs one is known when all entries are read.
            Err(fault) if lacks_signature(&fault) && self.unvouched.len() < MOST_UNVOUCHED => {
                self.unvouched.push((stored_size, fault));
            }
            Err(fault) => faults.add(fault),
            Ok(good) if good.size() != stored_size => faults.add(Fault::Misplaced {
                stored: stored_size,
                size: good.size(),
            }),
            Ok(good) if good.size() > self.tree.size() => {
                faults.add(Fault::CutOff {
                    size: good.size(),
                    found: self.tree.size(),
                });
                self.newest = Some(good);
            }
            Ok(good) => {
                if good.size() == self.tree.size() && good.root() == found {
                    self.agreed = good.size();
                    self.good += 1;
                } else if !self.diverged {
                    // Every later one differs with it.
                    self.diverged = true;
                    faults.add(Fault::OtherRoot {
                        good: self.agreed,
                        size: good.size(),
                        signed: good.root(),
                        found,
                    });
                }
                self.newest = Some(good);
            }
        }
    }

    /// When all entries and checkpoints are read.
    pub(super) fn end(&mut self, faults: &mut Faults) {
        for (size, fault) in std::mem::take(&mut self.unvouched) {
            if !self.keys.before_trusted(size) {
                faults.add(fault);
            }
        }
    }
}

/// Whether it is no more than that the key has not signed.
fn lacks_signature(fault: &Fault) -> bool {
    let by_nobody = CheckpointError::Note(NoteError::NoKnownSignature);
    match fault {
        Fault::NoKey { .. } => true,
        Fault::Checkpoint { fault, .. } => *fault == by_nobody,
        _ => false,
    }
}
