//! Endings under way. Access is ended at once, whether or not the log can be written: what was
//! wanted lies here, synced, before the target is asked, and what was done until it is an entry.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use access::event::{Actor, EndCause};
use access::ids::GrantId;
use serde::{Deserialize, Serialize};

use crate::durable;

/// One ending.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ending {
    pub(crate) grant: GrantId,
    pub(crate) cause: EndCause,
    /// Live sessions cut; `None` while the target has not confirmed that access is over.
    pub(crate) sessions_cut: Option<u32>,
    pub(crate) actor: Actor,
}

/// A folder with one file an ending.
#[derive(Debug)]
pub(crate) struct Journal {
    folder: PathBuf,
}

impl Journal {
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self {
            folder: data_dir.join("state").join("endings"),
        }
    }

    fn path(&self, grant: GrantId) -> PathBuf {
        self.folder.join(format!("{grant}.json"))
    }

    /// Writes an ending down; durable when it returns.
    pub(crate) fn write(&self, ending: &Ending) -> io::Result<()> {
        durable::replace(&self.path(ending.grant), &serde_json::to_vec(ending)?)
    }

    /// The ending of this grant that is under way, if one is.
    pub(crate) fn find(&self, grant: GrantId) -> io::Result<Option<Ending>> {
        match fs::read(self.path(grant)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Forgets an ending that is an entry now.
    pub(crate) fn forget(&self, grant: GrantId) -> io::Result<()> {
        match fs::remove_file(self.path(grant)) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
            _ => Ok(()),
        }
    }

    /// Every ending that is not an entry yet.
    pub(crate) fn pending(&self) -> io::Result<Vec<Ending>> {
        let files = match fs::read_dir(&self.folder) {
            Ok(files) => files,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(fault) => return Err(fault),
        };
        let mut endings = Vec::new();
        for file in files {
            let path = file?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                endings.push(serde_json::from_slice(&fs::read(&path)?)?);
            }
        }
        Ok(endings)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn an_ending_is_there_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::new(folder.path());
        assert!(journal.pending().unwrap().is_empty());
        let grant = GrantId::new(uuid::Uuid::new_v4());
        let ending = Ending {
            grant,
            cause: EndCause::Revoked,
            sessions_cut: Some(2),
            actor: Actor::System {
                part: "reconciler".into(),
            },
        };
        journal.write(&ending).unwrap();
        journal.write(&ending).unwrap();
        assert_eq!(
            journal.find(grant).unwrap().unwrap().cause,
            EndCause::Revoked
        );
        let pending = Journal::new(folder.path()).pending().unwrap();
        assert_eq!(pending.len(), 1);
        assert_eq!(pending[0].grant, grant);
        assert_eq!(pending[0].sessions_cut, Some(2));
        journal.forget(grant).unwrap();
        journal.forget(grant).unwrap();
        assert!(journal.pending().unwrap().is_empty());
        assert!(journal.find(grant).unwrap().is_none());
    }
}
