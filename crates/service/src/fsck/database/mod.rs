//! A log in the database that wrote it: entries, nodes, head and checkpoints against the entries'
//! bytes, and every checkpoint against the key. Cosignatures are the witnesses' word, not the log's:
//! whoever reads a checkpoint checks them.

mod checkpoints;
mod nodes;

use std::collections::BTreeMap;
use std::path::Path;

use ledger::{
    CheckpointError, Finding, Hash, LogVerifier, NoteError, Origin, Pushed, SignedCheckpoint, Tree,
    VerifiedCheckpoint, VerifierKey, root_of,
};
use sqlx::PgConnection;

use self::checkpoints::Checkpoints;
use self::nodes::nodes_over;
use super::keys::Keys;
use super::{Fault, Faults, FsckError, Report};
use crate::memory::Memory;
use crate::store::inspect::{self, EntryRow};

/// Rows read at a time.
const CHUNK: i64 = 4096;

/// Checkpoints without a known signature that are kept until all entries are read.
const MOST_UNVOUCHED: usize = 1_000_000;

/// Checks the log in the database behind `connection`. With the server's data folder also what that
/// server remembers of the log: a backup that was restored is sound in itself, and found only there.
///
/// # Errors
/// Where the database or the memory cannot be read; everything else is a fault in the report.
pub async fn check_database(
    connection: &mut PgConnection,
    origin: &Origin,
    key: &VerifierKey,
    data_dir: Option<&Path>,
) -> Result<Report, FsckError> {
    let remembered = match data_dir {
        Some(folder) => Some(Memory::new(folder, origin.clone()).peek()?),
        None => None,
    };
    inspect::begin(connection).await?;
    let mut check = Check {
        origin,
        keys: Keys::from(key, origin),
        verifier: LogVerifier::new(origin.clone()),
        tree: Tree::new(),
        stored_leaves: Vec::new(),
        last_seq: None,
        last_time_ms: 0,
        agreed: 0,
        diverged: false,
        unvouched: Vec::new(),
        newest: None,
        remembered,
        faults: Faults::default(),
    };
    check.entries(connection).await?;
    check.nodes(connection).await?;
    check.head(connection).await?;
    inspect::end(connection).await?;
    Ok(check.report())
}

struct Check<'a> {
    origin: &'a Origin,
    keys: Keys<'a>,
    verifier: LogVerifier,
    tree: Tree,
    /// The column beside the entries: it may be the one that was left alone.
    stored_leaves: Vec<Hash>,
    last_seq: Option<i64>,
    last_time_ms: i64,
    /// The size of the newest checkpoint that the entries give.
    agreed: u64,
    /// Whether there was one that they do not give.
    diverged: bool,
    /// Those that no key known so far has signed, by the size that they are stored under.
    unvouched: Vec<(u64, Fault)>,
    /// The newest that the key signed.
    newest: Option<VerifiedCheckpoint>,
    /// What the server's memory says, until the log has that size.
    remembered: Option<(u64, Hash)>,
    faults: Faults,
}

impl Check<'_> {
    async fn entries(&mut self, connection: &mut PgConnection) -> Result<(), FsckError> {
        let mut checkpoints = Checkpoints::default();
        loop {
            let rows = inspect::entries(connection, self.last_seq, CHUNK).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                self.entry(&row);
                let size = self.tree.size();
                while let Some((stored, note)) = checkpoints.next_up_to(connection, size).await? {
                    self.checkpoint(stored, &note);
                }
                if self
                    .remembered
                    .is_some_and(|(remembered, _)| remembered == size)
                {
                    self.compare_memory();
                }
            }
        }
        // Those over more entries than there are.
        while let Some((size, note)) = checkpoints.next_up_to(connection, u64::MAX).await? {
            self.checkpoint(size, &note);
        }
        self.compare_memory();
        for (size, fault) in std::mem::take(&mut self.unvouched) {
            if !self.keys.before_trusted(size) {
                self.faults.add(fault);
            }
        }
        if self.newest.is_none() {
            self.faults.add(Fault::NoCheckpoint);
        }
        Ok(())
    }

    fn entry(&mut self, row: &EntryRow) {
        let seq = unsigned(row.seq);
        if row.seq != self.last_seq.map_or(0, |last| last + 1) {
            let before = self
                .last_seq
                .map_or_else(|| "the start".to_owned(), |last| last.to_string());
            self.faults.add(Fault::Gap { before, seq });
        }
        self.last_seq = Some(row.seq);
        let Pushed { leaf, parsed, .. } = self.verifier.push(&row.bytes);
        self.tree.push(leaf);
        self.keys.entry(&row.bytes, &mut self.faults);
        if let Ok(entry) = &parsed {
            self.last_time_ms = self.last_time_ms.max(entry.time().unix_millis());
            self.column(seq, "id", &row.id.to_string(), &entry.id().to_string());
        }
        let stored = hash(&row.leaf_hash);
        self.stored_leaves.extend(stored);
        let stored = stored.map_or_else(|| "no hash".to_owned(), |hash| hash.to_string());
        self.column(seq, "leaf_hash", &stored, &leaf.to_string());
    }

    fn column(&mut self, seq: u64, column: &'static str, stored: &str, found: &str) {
        if stored != found {
            self.faults.add(Fault::Column {
                seq,
                column,
                stored: stored.to_owned(),
                found: found.to_owned(),
            });
        }
    }

    /// One stored checkpoint, when the entries that it is stored for have been read, or there are no
    /// more.
    fn checkpoint(&mut self, stored_size: u64, note: &str) {
        let which = format!("of size {stored_size}");
        let signed = match SignedCheckpoint::parse(note.as_bytes()) {
            Ok(signed) => self.keys.verify(&which, signed),
            Err(fault) => Err(Fault::Checkpoint { which, fault }),
        };
        let found = self.tree.root();
        match signed {
            // Whether it needs one is known when all entries are read.
            Err(fault) if lacks_signature(&fault) && self.unvouched.len() < MOST_UNVOUCHED => {
                self.unvouched.push((stored_size, fault));
            }
            Err(fault) => self.faults.add(fault),
            Ok(good) if good.size() != stored_size => self.faults.add(Fault::Misplaced {
                stored: stored_size,
                size: good.size(),
            }),
            Ok(good) if good.size() > self.tree.size() => {
                self.faults.add(Fault::CutOff {
                    size: good.size(),
                    found: self.tree.size(),
                });
                self.newest = Some(good);
            }
            Ok(good) => {
                if good.size() == self.tree.size() && good.root() == found {
                    self.agreed = good.size();
                } else if !self.diverged {
                    // Every later one differs with it.
                    self.diverged = true;
                    self.faults.add(Fault::OtherRoot {
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

    /// Compares the log of this size with the memory, once.
    fn compare_memory(&mut self) {
        let Some((size, remembered)) = self.remembered.take() else {
            return;
        };
        let found = if self.tree.size() < size {
            format!("only {}", self.tree.size())
        } else if self.tree.root() == remembered {
            return;
        } else {
            format!("{size} with the root {}", self.tree.root())
        };
        self.faults.add(Fault::Forgotten {
            size,
            remembered,
            found,
        });
    }

    async fn nodes(&mut self, connection: &mut PgConnection) -> Result<(), FsckError> {
        let expected = nodes_over(self.verifier.leaves());
        let mut stored = BTreeMap::new();
        for row in inspect::nodes(connection).await? {
            let level = u8::try_from(row.level).unwrap_or(u8::MAX);
            stored.insert((level, unsigned(row.idx)), hash(&row.hash));
        }
        for (place, node) in &expected {
            let state = match stored.remove(place) {
                None => "missing",
                Some(found) if found != Some(*node) => "not what its entries give",
                Some(_) => continue,
            };
            self.node(*place, state);
        }
        for place in stored.into_keys() {
            self.node(place, "more than the tree has");
        }
        Ok(())
    }

    fn node(&mut self, (level, index): (u8, u64), state: &'static str) {
        let seq = index.checked_shl(8 * u32::from(level)).unwrap_or(u64::MAX);
        self.faults.add(Fault::Node {
            level,
            index,
            seq,
            state,
        });
    }

    async fn head(&mut self, connection: &mut PgConnection) -> Result<(), FsckError> {
        let Some(head) = inspect::head(connection).await? else {
            self.head_fault("row", "nothing".into(), "a log".into());
            return Ok(());
        };
        let root = hash(&head.root).map_or_else(|| "no hash".to_owned(), |root| root.to_string());
        let frontier: Vec<u8> = self
            .tree
            .frontier()
            .iter()
            .flat_map(|hash| *hash.as_bytes())
            .collect();
        self.head_fault("origin", head.origin, self.origin.to_string());
        self.head_fault("size", head.size.to_string(), self.tree.size().to_string());
        self.head_fault("root", root, self.tree.root().to_string());
        self.head_fault(
            "time_ms",
            head.time_ms.to_string(),
            self.last_time_ms.to_string(),
        );
        if head.frontier != frontier {
            self.head_fault("frontier", "other hashes".into(), "the tree's".into());
        }
        Ok(())
    }

    fn head_fault(&mut self, column: &'static str, stored: String, found: String) {
        if stored != found {
            self.faults.add(Fault::Head {
                column,
                stored,
                found,
            });
        }
    }

    fn report(mut self) -> Report {
        let root = self.tree.root();
        let signed = self.newest.as_ref().map_or(0, VerifiedCheckpoint::size);
        if self.diverged
            && let Some(newest) = &self.newest
            && let Some(leaves) = self.signed_leaves(newest)
        {
            self.verifier.localise(&leaves, newest);
        }
        self.faults.report(&self.verifier, root, signed)
    }
}

impl Check<'_> {
    /// The leaf hashes that were signed, where the database still tells them: as the column beside the
    /// entries, or as the links of the entries that follow. Believed only if they give the signed root.
    fn signed_leaves(&self, newest: &VerifiedCheckpoint) -> Option<Vec<Hash>> {
        let size = usize::try_from(newest.size()).ok()?;
        let mut linked = self.verifier.leaves().to_vec();
        for finding in self.verifier.findings() {
            if let Finding::ChainBroken { seq, found, .. } = finding
                && let Some(before) = seq.checked_sub(1)
                && let Some(leaf) = linked.get_mut(usize::try_from(before).ok()?)
            {
                *leaf = *found;
            }
        }
        [&self.stored_leaves, &linked]
            .into_iter()
            .filter_map(|leaves| leaves.get(..size))
            .find(|leaves| root_of(leaves) == newest.root())
            .map(<[Hash]>::to_vec)
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

fn hash(bytes: &[u8]) -> Option<Hash> {
    bytes.try_into().ok().map(Hash::new)
}

/// A seq or size that the schema keeps from being negative; one that is nevertheless becomes so large
/// that it fits nothing.
fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}
