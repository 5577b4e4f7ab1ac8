//! What a signer remembers of a log outside of any database: the newest size and root that it has
//! signed. A database that is behind it was rolled back; one that disagrees was rewritten.
//!
//! The file has two places and the newer checkpoint always goes over the older one, so a write that
//! the power cuts short leaves the one before it. Writing in place is one `fdatasync`, where a new
//! file and a rename are four times as long, and every acknowledgement waits for it.
//!
//! ```text
//! 0     SHA-256 of the body, base64 \n checkpoint body (origin \n size \n root \n) zeros
//! 4096  the same
//! 8192
//! ```

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use ledger::{Checkpoint, Hash, Origin};
use sha2::{Digest as _, Sha256};

use crate::durable;

/// Bytes of one place: a page of the disk.
const PLACE: usize = 4096;

/// The remembered head, in a file of its own. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    path: PathBuf,
    origin: Origin,
    file: Arc<Mutex<State>>,
    /// What was last made durable: who asks for it does not wait for a write that is under way.
    newest: Arc<OnceLock<Mutex<Option<Head>>>>,
}

/// A size and a root.
type Head = (u64, Hash);

#[derive(Debug, Default)]
enum State {
    #[default]
    Unread,
    Open(Open),
    /// A write failed. What the disk holds is not what is read back from it now, so nothing may rest
    /// on this file until it was opened anew by another process.
    Failed,
}

/// The file as it was read, and kept up with since.
#[derive(Debug)]
struct Open {
    /// `None` before the first checkpoint.
    file: Option<File>,
    newest: Option<Head>,
    /// Where the next one goes: 0 or 1.
    next: usize,
}

/// Why the memory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The disk said no.
    #[error("{}", .0.display())]
    Io(PathBuf, #[source] io::Error),
    /// The file is not a checkpoint of this log.
    #[error("{} does not hold a checkpoint of this log; find out who wrote it before removing it", .0.display())]
    Malformed(PathBuf),
    /// A write failed before.
    #[error("an earlier write to {} failed; look at the disk, then restart", .0.display())]
    Failed(PathBuf),
    /// There should be one.
    #[error("{} is not there: is this the data folder of a server that wrote the log?", .0.display())]
    Missing(PathBuf),
}

impl Memory {
    /// The memory of the server with this data folder.
    pub(crate) fn new(data_dir: &Path, origin: Origin) -> Self {
        Self::at(data_dir.join("state").join("memory"), origin)
    }

    /// The memory in this file.
    pub(crate) fn at(path: PathBuf, origin: Origin) -> Self {
        Self {
            path,
            origin,
            file: Arc::default(),
            newest: Arc::default(),
        }
    }

    /// The remembered size and root; `None` before the first. The file is read once.
    pub(crate) fn load(&self) -> Result<Option<Head>, MemoryError> {
        if let Some(newest) = self.newest.get() {
            return Ok(*lock(newest));
        }
        let newest = self.with_file(|open| Ok(open.newest))?;
        Ok(*lock(self.newest.get_or_init(|| Mutex::new(newest))))
    }

    /// What a server's file says, for somebody else who only looks.
    pub(crate) fn peek(&self) -> Result<Head, MemoryError> {
        let missing = || MemoryError::Missing(self.path.clone());
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Err(missing()),
            Err(fault) => return Err(self.failed(fault)),
        };
        let (_, newest) = self.newest_in(&file)?;
        Ok((newest.size(), newest.root()))
    }

    /// Remembers a newer size and root; durable when it returns.
    pub(crate) fn store(&self, checkpoint: &Checkpoint) -> Result<(), MemoryError> {
        let head = (checkpoint.size(), checkpoint.root());
        let place =
            place_of(checkpoint).ok_or_else(|| MemoryError::Malformed(self.path.clone()))?;
        self.with_file(|open| {
            match &open.file {
                Some(file) => {
                    let at = (open.next * PLACE) as u64;
                    write_at(file, &place, at).map_err(|fault| self.failed(fault))?;
                }
                None => {
                    let mut both = place;
                    both.resize(2 * PLACE, 0);
                    let made =
                        durable::replace(&self.path, &both).and_then(|()| writable(&self.path));
                    open.file = Some(made.map_err(|fault| self.failed(fault))?);
                    open.next = 0;
                }
            }
            open.newest = Some(head);
            open.next = 1 - open.next;
            Ok(())
        })?;
        *lock(self.newest.get_or_init(Mutex::default)) = Some(head);
        Ok(())
    }

    /// The error of a write that never ran, or did not end well.
    pub(crate) fn failed(&self, fault: io::Error) -> MemoryError {
        MemoryError::Io(self.path.clone(), fault)
    }

    fn with_file<T>(
        &self,
        work: impl FnOnce(&mut Open) -> Result<T, MemoryError>,
    ) -> Result<T, MemoryError> {
        let mut state = lock(&self.file);
        let mut open = match std::mem::replace(&mut *state, State::Failed) {
            State::Failed => return Err(MemoryError::Failed(self.path.clone())),
            State::Open(open) => open,
            State::Unread => match self.read() {
                Ok(open) => open,
                Err(fault) => {
                    *state = State::Unread;
                    return Err(fault);
                }
            },
        };
        let done = work(&mut open)?;
        *state = State::Open(open);
        Ok(done)
    }

    fn read(&self) -> Result<Open, MemoryError> {
        let io = |fault| MemoryError::Io(self.path.clone(), fault);
        let file = match writable(&self.path) {
            Ok(file) => file,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                return Ok(Open {
                    file: None,
                    newest: None,
                    next: 0,
                });
            }
            Err(fault) => return Err(io(fault)),
        };
        let (at, newest) = self.newest_in(&file)?;
        // It may stand in the system's cache only, after a failed sync of the process before.
        let place = place_of(&newest).ok_or_else(|| MemoryError::Malformed(self.path.clone()))?;
        write_at(&file, &place, (at * PLACE) as u64).map_err(io)?;
        Ok(Open {
            file: Some(file),
            newest: Some((newest.size(), newest.root())),
            next: 1 - at,
        })
    }

    /// The newest checkpoint in the file, and its place.
    fn newest_in(&self, file: &File) -> Result<(usize, Checkpoint), MemoryError> {
        let malformed = || MemoryError::Malformed(self.path.clone());
        let length = file.metadata().map_err(|fault| self.failed(fault))?.len();
        if length != 2 * PLACE as u64 {
            return Err(malformed());
        }
        let mut both = vec![0; 2 * PLACE];
        file.read_exact_at(&mut both, 0)
            .map_err(|fault| self.failed(fault))?;
        both.chunks(PLACE)
            .map(|place| self.checkpoint_in(place))
            .enumerate()
            .filter_map(|(at, found)| found.map(|checkpoint| (at, checkpoint)))
            .max_by_key(|(_, checkpoint)| checkpoint.size())
            .ok_or_else(malformed)
    }

    /// The checkpoint of this log in one place; `None` where the place is empty or was torn.
    fn checkpoint_in(&self, place: &[u8]) -> Option<Checkpoint> {
        let text = std::str::from_utf8(place).ok()?.trim_end_matches('\0');
        let (sum, body) = text.split_once('\n')?;
        let checkpoint = Checkpoint::parse_body(body).ok()?;
        (sum == sum_of(body) && *checkpoint.origin() == self.origin).then_some(checkpoint)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write_at(file: &File, place: &[u8], at: u64) -> io::Result<()> {
    file.write_all_at(place, at)?;
    file.sync_data()
}

fn writable(path: &Path) -> io::Result<File> {
    File::options().read(true).write(true).open(path)
}

/// A place's bytes; `None` for an origin that no configuration lets through.
fn place_of(checkpoint: &Checkpoint) -> Option<Vec<u8>> {
    let body = checkpoint.body();
    let mut place = format!("{}\n{body}", sum_of(&body)).into_bytes();
    (place.len() <= PLACE).then(|| {
        place.resize(PLACE, 0);
        place
    })
}

fn sum_of(body: &str) -> String {
    Hash::new(Sha256::digest(body.as_bytes()).into()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        "memory.example/log".parse().expect("an origin")
    }

    fn checkpoint(size: u64) -> Checkpoint {
        let root = Hash::new([u8::try_from(size).expect("small"); 32]);
        Checkpoint::new(origin(), size, root).expect("a checkpoint")
    }

    fn newest(memory: &Memory) -> Option<u64> {
        memory.load().expect("readable").map(|(size, _)| size)
    }

    /// What a fresh process finds.
    fn reopened(folder: &Path) -> Memory {
        Memory::new(folder, origin())
    }

    #[test]
    fn the_newest_is_found_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let memory = reopened(folder.path());
        assert_eq!(newest(&memory), None);
        for size in 1..=5 {
            memory.store(&checkpoint(size)).expect("a disk");
            assert_eq!(newest(&memory), Some(size));
            assert_eq!(newest(&reopened(folder.path())), Some(size));
        }
        let again = reopened(folder.path());
        again.store(&checkpoint(6)).expect("a disk");
        assert_eq!(newest(&reopened(folder.path())), Some(6));
    }

    #[test]
    fn a_write_cut_short_leaves_the_one_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let memory = reopened(folder.path());
        for size in 1..=4 {
            memory.store(&checkpoint(size)).expect("a disk");
        }
        // Size 3 stands in the first place, 4 in the second; any part of 5 may be over 3.
        let whole = place_of(&checkpoint(5)).expect("it fits");
        let body = std::fs::read(&memory.path).expect("the file");
        for cut in 1..whole.len() {
            let mut torn = body.clone();
            torn[..cut].copy_from_slice(&whole[..cut]);
            std::fs::write(&memory.path, &torn).expect("a disk");
            let found = newest(&reopened(folder.path()));
            let all_of_it = torn[..PLACE] == whole[..];
            assert_eq!(found, Some(if all_of_it { 5 } else { 4 }), "cut at {cut}");
        }
    }

    #[test]
    fn another_logs_memory_and_a_file_of_something_else_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let memory = reopened(folder.path());
        memory.store(&checkpoint(1)).expect("a disk");
        let other = Memory::new(
            folder.path(),
            "other.example/log".parse().expect("an origin"),
        );
        assert!(matches!(other.load(), Err(MemoryError::Malformed(_))));
        for wrong in [&b""[..], b"x", &[0; 2 * PLACE], &[b'x'; 2 * PLACE]] {
            std::fs::write(&memory.path, wrong).expect("a disk");
            let found = reopened(folder.path()).load();
            assert!(matches!(found, Err(MemoryError::Malformed(_))));
        }
    }

    /// After a failed sync the system's cache says what the disk may not hold.
    #[test]
    fn after_a_failed_write_nothing_rests_on_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let memory = reopened(folder.path());
        memory.store(&checkpoint(1)).expect("a disk");
        if let State::Open(open) = &mut *lock(&memory.file) {
            open.file = Some(File::open(&memory.path).expect("the file, to read only"));
        }
        assert!(matches!(
            memory.store(&checkpoint(2)),
            Err(MemoryError::Io(..))
        ));
        assert!(matches!(
            memory.store(&checkpoint(2)),
            Err(MemoryError::Failed(_))
        ));
        assert_eq!(newest(&memory), Some(1), "what was durable stays known");
        assert_eq!(newest(&reopened(folder.path())), Some(1));
    }

    #[test]
    fn who_only_looks_needs_a_file_and_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let memory = reopened(folder.path());
        assert!(matches!(memory.peek(), Err(MemoryError::Missing(_))));
        memory.store(&checkpoint(3)).expect("a disk");
        let before = std::fs::read(&memory.path).expect("the file");
        assert_eq!(reopened(folder.path()).peek().expect("readable").0, 3);
        assert_eq!(std::fs::read(&memory.path).expect("the file"), before);
    }
}
