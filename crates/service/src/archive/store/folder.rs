//! An archive in a folder: served as it is, it is a static tlog-tiles log.
//!
//! A file is written and synced under a name of its own in `.incoming`, made read-only, and then
//! linked to its place, which fails where something is there. A crash leaves the whole file or none.
//! `checkpoint` alone is ever replaced, by a rename.
//!
//! Invariant: no path here is opened for writing but a new one in `.incoming`.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ledger::SignedCheckpoint;
use uuid::Uuid;

use super::super::layout::{CHECKPOINTS, size_of_key};
use super::{Put, StoreFault};

/// Where files are written before they are linked to their places.
const INCOMING: &str = ".incoming";

/// The copy of the newest checkpoint, for readers.
const NEWEST: &str = "checkpoint";

/// Everybody whom the folders let through may read, nobody may write.
const READ_ONLY: u32 = 0o444;

/// What lies in `.incoming` for so long was left by a crash; another server may be writing the rest.
const LEFT_BEHIND: Duration = Duration::from_secs(3600);

/// An archive in a folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    pub(super) async fn prepare(&self) -> Result<(), StoreFault> {
        self.on_thread(INCOMING.to_owned(), |root| {
            // The folder itself is the operator's: where it is missing, a disk may not be mounted.
            let incoming = root.join(INCOMING);
            make_folders(root, &incoming)?;
            sweep(&incoming)
        })
        .await
    }

    pub(super) async fn put_new(&self, key: &str, bytes: Vec<u8>) -> Result<Put, StoreFault> {
        let name = key.to_owned();
        let put = self
            .on_thread(name.clone(), move |root| put_new(root, &name, &bytes))
            .await?;
        put.ok_or_else(|| StoreFault::Contradiction {
            key: key.to_owned(),
        })
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreFault> {
        let name = key.to_owned();
        self.on_thread(name.clone(), move |root| read(&root.join(name)))
            .await
    }

    pub(super) async fn announce(&self, size: u64, note: &str) -> Result<(), StoreFault> {
        let note = note.to_owned();
        self.on_thread(NEWEST.to_owned(), move |root| announce(root, size, &note))
            .await
    }

    pub(super) async fn checkpoints(&self) -> Result<Vec<u64>, StoreFault> {
        self.on_thread(CHECKPOINTS.to_owned(), checkpoints_in).await
    }

    /// Works on a thread that may wait for the disk.
    async fn on_thread<T: Send + 'static>(
        &self,
        key: String,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, StoreFault> {
        let root = self.root.clone();
        tokio::task::spawn_blocking(move || work(&root))
            .await
            .unwrap_or_else(|stopped| Err(stopped.into()))
            .map_err(|source| StoreFault::Io {
                path: self.root.join(key),
                source,
            })
    }
}

/// The sizes of the checkpoints that lie in an archive's folder; none where it keeps none.
pub(crate) fn checkpoints_in(root: &Path) -> io::Result<Vec<u64>> {
    let files = match fs::read_dir(root.join(CHECKPOINTS)) {
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        files => files?,
    };
    let mut sizes = Vec::new();
    for file in files {
        let key = file?
            .file_name()
            .to_str()
            .map(|name| format!("{CHECKPOINTS}{name}"));
        sizes.extend(key.as_deref().and_then(size_of_key));
    }
    Ok(sizes)
}

/// `None` where other bytes are there.
fn put_new(root: &Path, key: &str, bytes: &[u8]) -> io::Result<Option<Put>> {
    let place = root.join(key);
    let folder = place.parent().unwrap_or(root).to_owned();
    let put = match read(&place)? {
        Some(found) => (found == bytes).then_some(Put::Already),
        None => {
            make_folders(root, &folder)?;
            let written = write(root, bytes)?;
            let linked = fs::hard_link(&written, &place);
            fs::remove_file(&written)?;
            match linked {
                Ok(()) => Some(Put::New),
                // Another server was first.
                Err(fault) if fault.kind() == ErrorKind::AlreadyExists => {
                    (read(&place)?.as_deref() == Some(bytes)).then_some(Put::Already)
                }
                Err(fault) => return Err(fault),
            }
        }
    };
    // Also where it was there: a crash may have come before its name was on the disk.
    sync(&folder)?;
    Ok(put)
}

/// Replaces the copy of the newest checkpoint, unless it is a newer one already.
fn announce(root: &Path, size: u64, note: &str) -> io::Result<()> {
    let place = root.join(NEWEST);
    let found = read(&place)?.and_then(|bytes| SignedCheckpoint::parse(&bytes).ok());
    if found.is_some_and(|found| found.claimed().size() >= size) {
        return Ok(());
    }
    fs::rename(write(root, note.as_bytes())?, &place)?;
    sync(root)
}

/// Writes a read-only file that is whole on the disk, under a name that nobody else uses.
fn write(root: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let path = root.join(INCOMING).join(Uuid::new_v4().to_string());
    let mut file = File::options().write(true).create_new(true).open(&path)?;
    file.write_all(bytes)?;
    file.set_permissions(Permissions::from_mode(READ_ONLY))?;
    file.sync_all()?;
    Ok(path)
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Makes the folders from `root` down to `folder`, each on the disk before what it holds.
fn make_folders(root: &Path, folder: &Path) -> io::Result<()> {
    if folder == root || folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().unwrap_or(root);
    make_folders(root, above)?;
    match fs::create_dir(folder) {
        Err(fault) if fault.kind() != ErrorKind::AlreadyExists => Err(fault),
        _ => sync(above),
    }
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Removes what a crash left behind. It has no other name: a file in its place is another link.
fn sweep(incoming: &Path) -> io::Result<()> {
    for file in fs::read_dir(incoming)? {
        let file = file?;
        let age = file.metadata()?.modified()?.elapsed().unwrap_or_default();
        if age > LEFT_BEHIND {
            fs::remove_file(file.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn folder() -> (Folder, tempfile::TempDir) {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(place.path());
        folder.prepare().await.expect("it can be written");
        (folder, place)
    }

    #[tokio::test]
    async fn a_file_is_written_once_and_read_only() {
        let (folder, place) = folder().await;
        let key = "tile/0/x001/000";
        assert_eq!(folder.get(key).await.expect("readable"), None);
        let put = async |bytes: &[u8]| folder.put_new(key, bytes.to_vec()).await;
        assert_eq!(put(b"one").await.expect("a disk"), Put::New);
        assert_eq!(put(b"one").await.expect("a disk"), Put::Already);
        let refused = put(b"two").await.expect_err("it holds other bytes");
        assert!(matches!(refused, StoreFault::Contradiction { key: named } if named == key));
        assert_eq!(
            folder.get(key).await.expect("readable"),
            Some(b"one".to_vec())
        );
        let mode = fs::metadata(place.path().join(key))
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, READ_ONLY);
        let left = fs::read_dir(place.path().join(INCOMING)).expect("a folder");
        assert_eq!(left.count(), 0);
    }

    #[tokio::test]
    async fn many_writers_of_one_file_agree() {
        let (folder, _place) = folder().await;
        let puts = (0..16).map(|_| folder.put_new("tile/0/000", vec![7; 8192]));
        let done = futures::future::join_all(puts).await;
        let new = done
            .iter()
            .filter(|put| matches!(put, Ok(Put::New)))
            .count();
        assert!(done.iter().all(Result::is_ok));
        assert_eq!(new, 1);
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_is_not_made() {
        let place = tempfile::tempdir().expect("a folder");
        let missing = Folder::new(&place.path().join("not-mounted"));
        assert!(matches!(
            missing.prepare().await,
            Err(StoreFault::Io { .. })
        ));
    }
}
