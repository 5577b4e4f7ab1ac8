//! What has to become an entry and is none yet: endings of access, which never wait for the log, and
//! reads, which are noted before they are served. Each lies in a synced file until the log has it.

use std::fmt::Display;
use std::fs;
use std::io;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use access::event::{Actor, EndCause};
use access::ids::GrantId;
use access::time::UnixMillis;
use serde::de::DeserializeOwned;
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

/// A folder with one file a matter, named by its id.
#[derive(Debug)]
pub(crate) struct Journal<T> {
    folder: PathBuf,
    of: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Journal<T> {
    /// The journal of that name in a data folder.
    pub(crate) fn new(data_dir: &Path, name: &str) -> Self {
        Self {
            folder: data_dir.join("state").join(name),
            of: PhantomData,
        }
    }

    fn path(&self, id: impl Display) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    /// Writes a matter down; durable when it returns.
    pub(crate) fn write(&self, id: impl Display, matter: &T) -> io::Result<()> {
        durable::replace(&self.path(id), &serde_json::to_vec(matter)?)
    }

    /// The matter of this id, if it is under way.
    pub(crate) fn find(&self, id: impl Display) -> io::Result<Option<T>> {
        match fs::read(self.path(id)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// When the matter of this id was written down last.
    pub(crate) fn written_at(&self, id: impl Display) -> io::Result<UnixMillis> {
        let written = fs::metadata(self.path(id))?.modified()?;
        let since = written
            .duration_since(UNIX_EPOCH)
            .map_err(io::Error::other)?;
        let ms = i64::try_from(since.as_millis()).map_err(io::Error::other)?;
        Ok(UnixMillis::new(ms))
    }

    /// Forgets a matter that is an entry now.
    pub(crate) fn forget(&self, id: impl Display) -> io::Result<()> {
        match fs::remove_file(self.path(id)) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
            _ => Ok(()),
        }
    }

    /// The ids of all that is not an entry yet.
    pub(crate) fn pending(&self) -> io::Result<Vec<String>> {
        let files = match fs::read_dir(&self.folder) {
            Ok(files) => files,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(fault) => return Err(fault),
        };
        let mut ids = Vec::new();
        for file in files {
            let name = file?.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(".json"));
            ids.extend(id.map(str::to_owned));
        }
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn an_ending_is_there_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::new(folder.path(), "endings");
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
        journal.write(grant, &ending).unwrap();
        journal.write(grant, &ending).unwrap();
        let pending = Journal::<Ending>::new(folder.path(), "endings")
            .pending()
            .unwrap();
        assert_eq!(pending, [grant.to_string()]);
        let found = journal.find(&pending[0]).unwrap().unwrap();
        assert_eq!(found.grant, grant);
        assert_eq!(found.cause, EndCause::Revoked);
        assert_eq!(found.sessions_cut, Some(2));
        journal.forget(grant).unwrap();
        journal.forget(grant).unwrap();
        assert!(journal.pending().unwrap().is_empty());
        assert!(journal.find(grant).unwrap().is_none());
    }
}
