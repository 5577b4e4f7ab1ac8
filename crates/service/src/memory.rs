//! What this server remembers of the log outside of the database: the newest size and root that it
//! has signed. A database that is behind it was rolled back; one that disagrees was rewritten.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ledger::{Checkpoint, Hash, Origin};

use crate::durable;

/// The remembered head, in a file of its own.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    path: PathBuf,
    origin: Origin,
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
}

impl Memory {
    pub(crate) fn new(data_dir: &Path, origin: Origin) -> Self {
        Self {
            path: data_dir.join("state").join("remembered"),
            origin,
        }
    }

    /// The remembered size and root; `None` before the first.
    pub(crate) fn load(&self) -> Result<Option<(u64, Hash)>, MemoryError> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(fault) => return Err(MemoryError::Io(self.path.clone(), fault)),
        };
        let checkpoint =
            Checkpoint::parse_body(&text).map_err(|_| MemoryError::Malformed(self.path.clone()))?;
        if *checkpoint.origin() != self.origin {
            return Err(MemoryError::Malformed(self.path.clone()));
        }
        Ok(Some((checkpoint.size(), checkpoint.root())))
    }

    /// Remembers a newer size and root; durable when it returns.
    pub(crate) fn store(&self, checkpoint: &Checkpoint) -> Result<(), MemoryError> {
        durable::replace(&self.path, checkpoint.body().as_bytes())
            .map_err(|fault| MemoryError::Io(self.path.clone(), fault))
    }
}
