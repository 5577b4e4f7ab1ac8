//! A log in the database that wrote it: entries, nodes, head and checkpoints against the entries'
//! bytes, and every checkpoint against the key. Cosignatures are the witnesses' word, not the log's:
//! whoever reads a checkpoint checks them.

mod checkpoints;
mod nodes;
mod openings;

use std::collections::BTreeMap;
use std::path::Path;

use ledger::{
    Finding, Hash, LogVerifier, Origin, Pushed, VerifiedCheckpoint, VerifierKey, root_of,
};
use sqlx::PgConnection;

use self::checkpoints::Checkpoints;
use self::nodes::nodes_over;
use super::judge::Judge;
use super::keys::Keys;
use super::{Fault, Faults, FsckError, Remembered, Report};
use crate::memory::Memory;
use crate::store::inspect::{self, EntryRow};

/// Rows read at a time.
const CHUNK: i64 = 4096;

/// Checks the log in the database behind `connection`. With the server's data folder also what that
/// server remembers of the log, and what others hold of it (`held`): a backup that was restored is
/// sound in itself, and found only there.
///
/// # Errors
/// Where the database or the memory cannot be read; everything else is a fault in the report.
pub async fn check_database(
    connection: &mut PgConnection,
    origin: &Origin,
    key: &VerifierKey,
    data_dir: Option<&Path>,
    held: Option<Remembered>,
) -> Result<Report, FsckError> {
    let mut remembered = Vec::from_iter(held);
    if let Some(folder) = data_dir {
        let (size, root) = Memory::new(folder, origin.clone()).peek()?;
        let by = "The memory of the server that wrote this log";
        remembered.push(Remembered { by, size, root });
    }
    inspect::begin(connection).await?;
    let mut check = Check {
        origin,
        judge: Judge::new(Keys::from(key, origin)),
        verifier: LogVerifier::new(origin.clone()),
        stored_leaves: Vec::new(),
        last_seq: None,
        last_time_ms: 0,
        remembered,
        faults: Faults::default(),
    };
    check.entries(connection).await?;
    check.nodes(connection).await?;
    check.head(connection).await?;
    openings::check(connection, &mut check.faults).await?;
    inspect::end(connection).await?;
    Ok(check.report())
}

struct Check<'a> {
    origin: &'a Origin,
    judge: Judge<'a>,
    verifier: LogVerifier,
    /// The column beside the entries: it may be the one that was left alone.
    stored_leaves: Vec<Hash>,
    last_seq: Option<i64>,
    last_time_ms: i64,
    /// What others hold of the log, until it has that size.
    remembered: Vec<Remembered>,
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
                let size = self.judge.tree.size();
                while let Some((stored, note)) = checkpoints.next_up_to(connection, size).await? {
                    self.checkpoint(stored, &note);
                }
                self.compare_with(|held| held.size == size);
            }
        }
        // Those over more entries than there are.
        while let Some((size, note)) = checkpoints.next_up_to(connection, u64::MAX).await? {
            self.checkpoint(size, &note);
        }
        self.compare_with(|_| true);
        self.judge.end(&mut self.faults);
        if self.judge.newest.is_none() {
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
        self.judge.entry(&row.bytes, leaf, &mut self.faults);
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

    fn checkpoint(&mut self, stored: u64, note: &str) {
        self.judge
            .checkpoint(stored, note.as_bytes(), &mut self.faults);
    }

    /// Compares the log as far as it is read with what these hold, once.
    fn compare_with(&mut self, due: impl Fn(&Remembered) -> bool) {
        let tree = &self.judge.tree;
        for held in self.remembered.extract_if(.., |held| due(held)) {
            let found = if tree.size() < held.size {
                format!("only {}", tree.size())
            } else if tree.root() == held.root {
                continue;
            } else {
                format!("{} with the root {}", held.size, tree.root())
            };
            self.faults.add(Fault::Forgotten {
                by: held.by,
                size: held.size,
                remembered: held.root,
                found,
            });
        }
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
            .judge
            .tree
            .frontier()
            .iter()
            .flat_map(|hash| *hash.as_bytes())
            .collect();
        self.head_fault("origin", head.origin, self.origin.to_string());
        self.head_fault(
            "size",
            head.size.to_string(),
            self.judge.tree.size().to_string(),
        );
        self.head_fault("root", root, self.judge.tree.root().to_string());
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
        let root = self.judge.tree.root();
        let signed = self.judge.newest.as_ref();
        let signed = signed.map_or(0, VerifiedCheckpoint::size);
        if self.judge.diverged
            && let Some(newest) = &self.judge.newest
            && let Some(leaves) = self.signed_leaves(newest)
        {
            self.verifier.localise(&leaves, newest);
        }
        let checkpoints = (self.judge.good, self.judge.rules);
        self.faults
            .report(&self.verifier, root, signed, checkpoints)
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

fn hash(bytes: &[u8]) -> Option<Hash> {
    bytes.try_into().ok().map(Hash::new)
}

/// A seq or size that the schema keeps from being negative; one that is nevertheless becomes so large
/// that it fits nothing.
fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}
