//! A recording on disk until the portal has it: synced before anything goes on.
//!
//! ```text
//! <spool>/<recording>/lock        held by the agent that writes it
//!                     head.json   whose it is: portal, grant
//!                     items.jsonl one item a line, in order
//!                     ended.json  how much there is in all; not there where the agent was killed
//! ```

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use access::event::ActionOutcome;
use access::ids::GrantId;
use serde::{Deserialize, Serialize};
use service::durable;
use uuid::Uuid;

use crate::reported::{Ended, Item, LONGEST_REPORT, MOST_ITEMS};

/// Bytes of items in one report at most; what is around them is shorter than the rest.
const MOST_BYTES: u64 = LONGEST_REPORT as u64 - 4 * 1024;

/// Whose a recording is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) portal: String,
    pub(super) grant: GrantId,
    pub(super) recording: Uuid,
}

/// A recording that is being written.
#[derive(Debug)]
pub(super) struct Spool {
    folder: PathBuf,
    items: File,
    count: Ended,
    _alone: File,
}

impl Spool {
    /// Begins one.
    pub(super) fn begin(root: &Path, head: &Head) -> io::Result<Self> {
        let folder = root.join(head.recording.to_string());
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)?;
        let alone = lock(&folder)?.ok_or(io::ErrorKind::WouldBlock)?;
        let items = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(folder.join("items.jsonl"))?;
        durable::replace(&folder.join("head.json"), &serde_json::to_vec(head)?)?;
        File::open(root)?.sync_all()?;
        Ok(Self {
            folder,
            items,
            count: Ended {
                actions: 0,
                chunks: 0,
            },
            _alone: alone,
        })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes that an action is about to happen; its number.
    pub(super) fn intend(&mut self, at_ms: i64, statement: String) -> io::Result<u32> {
        let number = self.count.actions;
        self.append(&Item::Intended {
            number,
            at_ms,
            statement,
        })?;
        self.count.actions += 1;
        Ok(number)
    }

    /// Writes lines of the terminal's recording.
    pub(super) fn chunk(&mut self, lines: String) -> io::Result<()> {
        let number = self.count.chunks;
        self.append(&Item::Chunk { number, lines })?;
        self.count.chunks += 1;
        Ok(())
    }

    /// Writes how an action ended, and that there is no more.
    pub(super) fn end(
        &mut self,
        action: u32,
        outcome: ActionOutcome,
        duration_ms: u32,
    ) -> io::Result<()> {
        self.append(&Item::Finished {
            number: action,
            outcome,
            rows: None,
            duration_ms,
        })?;
        let ended = serde_json::to_vec(&self.count)?;
        durable::replace(&self.folder.join("ended.json"), &ended)
    }

    /// Durable when it returns.
    fn append(&mut self, item: &Item) -> io::Result<()> {
        let mut line = serde_json::to_vec(item)?;
        line.push(b'\n');
        self.items.write_all(&line)?;
        self.items.sync_data()
    }
}

/// Reads a recording, also while it is being written.
#[derive(Debug)]
pub(super) struct Reading {
    folder: PathBuf,
    at: u64,
}

/// What goes into one report.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) items: Vec<Item>,
    pub(super) ended: Option<Ended>,
    /// Where the next one begins.
    pub(super) to: u64,
}

impl Reading {
    pub(super) fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            at: 0,
        }
    }

    pub(super) fn head(&self) -> io::Result<Head> {
        Ok(serde_json::from_slice(&fs::read(
            self.folder.join("head.json"),
        )?)?)
    }

    fn ended(&self) -> io::Result<Option<Ended>> {
        match fs::read(self.folder.join("ended.json")) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// What comes next, as much as one report takes. A line that is not whole was never durable.
    pub(super) fn batch(&self) -> io::Result<Batch> {
        // Looked at first: it is written after the last item.
        let ended = self.ended()?;
        let mut file = File::open(self.folder.join("items.jsonl"))?;
        file.seek(SeekFrom::Start(self.at))?;
        let mut lines = BufReader::new(file);
        let (mut items, mut to) = (Vec::new(), self.at);
        loop {
            let mut line = Vec::new();
            let read = lines.read_until(b'\n', &mut line)? as u64;
            if !line.ends_with(b"\n") {
                return Ok(Batch { items, ended, to });
            }
            let full = items.len() == MOST_ITEMS || to + read - self.at > MOST_BYTES;
            if full && !items.is_empty() {
                return Ok(Batch {
                    items,
                    ended: None,
                    to,
                });
            }
            items.push(serde_json::from_slice(&line)?);
            to += read;
        }
    }

    /// How much the portal has, in bytes.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// The portal has what lies before.
    pub(super) fn advance(&mut self, to: u64) {
        self.at = to;
    }

    pub(super) fn forget(self) -> io::Result<()> {
        fs::remove_dir_all(&self.folder)
    }
}

/// Recordings that nobody writes, each locked until it is dropped.
pub(super) fn abandoned(root: &Path) -> io::Result<Vec<(PathBuf, File)>> {
    let folders = match fs::read_dir(root) {
        Ok(folders) => folders,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(fault) => return Err(fault),
    };
    let mut found = Vec::new();
    for folder in folders {
        let folder = folder?.path();
        if folder.join("head.json").is_file()
            && let Some(alone) = lock(&folder)?
        {
            found.push((folder, alone));
        }
    }
    Ok(found)
}

/// Writes the end that a killed agent could not: what it had begun has an outcome that nobody knows.
pub(super) fn close(folder: &Path) -> io::Result<()> {
    let mut reading = Reading::of(folder);
    if reading.ended()?.is_some() {
        return Ok(());
    }
    let mut count = Ended {
        actions: 0,
        chunks: 0,
    };
    let mut open = Vec::new();
    loop {
        let batch = reading.batch()?;
        if batch.items.is_empty() {
            break;
        }
        for item in batch.items {
            match item {
                Item::Intended { number, at_ms, .. } => {
                    count.actions = number + 1;
                    open.push((number, at_ms));
                }
                Item::Finished { number, .. } => open.retain(|(action, _)| *action != number),
                Item::Chunk { number, .. } => count.chunks = number + 1,
            }
        }
        reading.advance(batch.to);
    }
    let path = folder.join("items.jsonl");
    let last_written = fs::metadata(&path)?.modified()?;
    let last_ms = last_written
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        });
    let items = OpenOptions::new().write(true).open(&path)?;
    // Without what was being written when it was killed.
    items.set_len(reading.at)?;
    drop(items);
    let mut items = OpenOptions::new().append(true).open(&path)?;
    for (number, at_ms) in open {
        let item = Item::Finished {
            number,
            outcome: ActionOutcome::Unknown,
            rows: None,
            duration_ms: u32::try_from(last_ms.saturating_sub(at_ms).max(0)).unwrap_or(u32::MAX),
        };
        items.write_all(&serde_json::to_vec(&item)?)?;
        items.write_all(b"\n")?;
    }
    items.sync_all()?;
    durable::replace(&folder.join("ended.json"), &serde_json::to_vec(&count)?)
}

fn lock(folder: &Path) -> io::Result<Option<File>> {
    let file = File::create(folder.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(fault)) => Err(fault),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    fn head() -> Head {
        Head {
            portal: "https://portal.example".into(),
            grant: GrantId::new(Uuid::new_v4()),
            recording: Uuid::new_v4(),
        }
    }

    fn all(folder: &Path) -> (Vec<Item>, Option<Ended>, usize) {
        let mut reading = Reading::of(folder);
        let (mut items, mut batches) = (Vec::new(), 0);
        loop {
            let batch = reading.batch().unwrap();
            if batch.items.is_empty() {
                return (items, batch.ended, batches);
            }
            batches += 1;
            let bytes = serde_json::to_vec(&batch.items).unwrap().len();
            assert!(batch.items.len() <= MOST_ITEMS && bytes <= LONGEST_REPORT);
            items.extend(batch.items);
            reading.advance(batch.to);
        }
    }

    #[test]
    fn what_is_written_is_read_in_reports_that_are_not_too_long() {
        let root = tempfile::tempdir().unwrap();
        let mut spool = Spool::begin(root.path(), &head()).unwrap();
        let action = spool.intend(5, "ls".into()).unwrap();
        for number in 0..300 {
            let length = if number % 2 == 0 { 1 } else { 9_000 };
            spool.chunk("x".repeat(length)).unwrap();
        }
        spool.end(action, ActionOutcome::Done, 3).unwrap();
        let (items, ended, batches) = all(spool.folder());
        assert_eq!(items.len(), 302);
        assert_eq!(
            ended,
            Some(Ended {
                actions: 1,
                chunks: 300
            })
        );
        assert_eq!(batches, 2);
        let numbers: Vec<u32> = items
            .iter()
            .filter_map(|item| match item {
                Item::Chunk { number, .. } => Some(*number),
                _ => None,
            })
            .collect();
        assert_eq!(numbers, (0..300).collect::<Vec<_>>());
    }

    #[test]
    fn a_killed_agents_recording_is_closed_without_its_torn_line() {
        let root = tempfile::tempdir().unwrap();
        let mut spool = Spool::begin(root.path(), &head()).unwrap();
        spool.intend(5, "ls".into()).unwrap();
        spool.chunk("a".into()).unwrap();
        spool.items.write_all(b"{\"kind\":\"chu").unwrap();
        assert!(
            abandoned(root.path()).unwrap().is_empty(),
            "it is being written"
        );
        let folder = spool.folder().to_owned();
        drop(spool);
        let found = abandoned(root.path()).unwrap();
        assert_eq!(found.len(), 1);
        for _ in 0..2 {
            close(&folder).unwrap();
            let (items, ended, _) = all(&folder);
            assert_eq!(
                ended,
                Some(Ended {
                    actions: 1,
                    chunks: 1
                })
            );
            let [_, _, Item::Finished { outcome, .. }] = items.as_slice() else {
                panic!("{items:?}")
            };
            assert_eq!(*outcome, ActionOutcome::Unknown);
        }
        Reading::of(&folder).forget().unwrap();
        drop(found);
        assert!(abandoned(root.path()).unwrap().is_empty());
    }
}
