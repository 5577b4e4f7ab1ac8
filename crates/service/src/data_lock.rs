//! One process a data folder: two that remember in one file would each believe their own.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Held for as long as the process works with the folder; the system lets go of it when the process
/// ends, however it ends.
#[derive(Debug)]
pub struct DataLock(#[allow(dead_code, reason = "it is held, not used")] File);

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataLockError {
    /// Another process has it.
    #[error("another process works with {}; give each its own data folder", .0.display())]
    Taken(PathBuf),
    /// The disk said no.
    #[error("{} cannot be locked", .0.display())]
    Io(PathBuf, #[source] io::Error),
}

impl DataLock {
    /// Takes the folder, which is made if it is not there.
    ///
    /// # Errors
    /// [`DataLockError`] where another process has it, or it cannot be used.
    pub fn take(data_dir: &Path) -> Result<Self, DataLockError> {
        let failed = |fault| DataLockError::Io(data_dir.to_owned(), fault);
        fs::create_dir_all(data_dir).map_err(failed)?;
        let file = File::create(data_dir.join("lock")).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(DataLockError::Taken(data_dir.to_owned())),
            Err(TryLockError::Error(fault)) => Err(failed(fault)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_process_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = DataLock::take(folder.path()).expect("free");
        let second = DataLock::take(folder.path());
        assert!(matches!(second, Err(DataLockError::Taken(_))));
        drop(first);
        DataLock::take(folder.path()).expect("free again");
    }
}
