//! Where the archive lies. Each place offers the same three things: put a new file, read one, and
//! say whether it is fit to be an archive.

mod bucket;
mod folder;
mod lock;
mod xml;

use std::io;
use std::path::PathBuf;

use ledger::Origin;

use self::bucket::Bucket;
use self::folder::Folder;
pub(crate) use self::folder::checkpoints_in;
use self::lock::LockFault;
use super::FaultKind;
use crate::settings::ArchivePlace;

/// The key of the file that says whose archive it is.
const OWNER: &str = "origin";

/// A place for an archive.
#[derive(Debug)]
pub(crate) enum Store {
    Folder(Folder),
    Bucket(Box<Bucket>),
}

/// How a file came to be there. Either way it has exactly the bytes that were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    New,
    Already,
}

/// Why a place did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreFault {
    #[error(
        "the archive's {key} holds other bytes than the log: the archive or the log was changed; verify the log, and keep both"
    )]
    Contradiction { key: String },
    #[error("cannot use {}", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "the archive takes a second file under the same key: it does not honour `If-None-Match: *` and must not be used"
    )]
    Overwrites,
    #[error(transparent)]
    Lock(#[from] LockFault),
    #[error("the bucket does not answer about {key}")]
    Request {
        key: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("the bucket refuses {key} with {status} ({code})")]
    Refused {
        key: String,
        status: u16,
        code: String,
    },
    #[error("the bucket's answer about {key} cannot be read; is the endpoint S3?")]
    Malformed { key: String },
    #[error("the archive's {key} is longer than anything that was ever put there")]
    TooLong { key: String },
}

/// Why an archive's place is none.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// No bucket has such an address.
    #[error("the bucket's address: {0}")]
    Address(rusty_s3::BucketError),
    /// No connection can be made to any bucket.
    #[error("TLS cannot be set up")]
    Tls(#[source] reqwest::Error),
}

impl StoreFault {
    pub(super) fn kind(&self) -> FaultKind {
        match self {
            Self::Contradiction { .. } | Self::TooLong { .. } => FaultKind::Contradiction,
            Self::Io { .. } | Self::Request { .. } => FaultKind::Unreachable,
            // S3's own faults, a conflict of two writers, too many requests: they pass.
            Self::Refused { status, .. }
                if *status >= 500 || [408, 409, 412, 429].contains(status) =>
            {
                FaultKind::Unreachable
            }
            Self::Overwrites | Self::Lock(_) | Self::Malformed { .. } | Self::Refused { .. } => {
                FaultKind::Unsuitable
            }
        }
    }
}

impl Store {
    pub(crate) fn new(place: &ArchivePlace) -> Result<Self, PlaceError> {
        Ok(match place {
            ArchivePlace::Folder(path) => Self::Folder(Folder::new(path)),
            ArchivePlace::S3(bucket) => Self::Bucket(Box::new(Bucket::new(bucket)?)),
        })
    }

    /// Checks that the place is fit to be this log's archive, and marks it as such.
    ///
    /// # Errors
    /// Where it is not, is another log's, or does not answer.
    pub(super) async fn prepare(&self, origin: &Origin) -> Result<(), StoreFault> {
        match self {
            Self::Folder(folder) => folder.prepare().await?,
            Self::Bucket(bucket) => bucket.prepare().await?,
        }
        let owner = format!("{origin}\n").into_bytes();
        // Where the first one is new, the second one shows that keys are unique.
        let twice = [
            self.put_new(OWNER, owner.clone()).await?,
            self.put_new(OWNER, owner).await?,
        ];
        if twice[1] == Put::Already {
            Ok(())
        } else {
            Err(StoreFault::Overwrites)
        }
    }

    /// Puts a file under a key that has none; durable when it returns.
    ///
    /// # Errors
    /// [`StoreFault::Contradiction`] where the key has other bytes already: they stay.
    pub(super) async fn put_new(&self, key: &str, bytes: Vec<u8>) -> Result<Put, StoreFault> {
        match self {
            Self::Folder(folder) => folder.put_new(key, bytes).await,
            Self::Bucket(bucket) => bucket.put_new(key, bytes).await,
        }
    }

    /// The file under a key.
    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreFault> {
        match self {
            Self::Folder(folder) => folder.get(key).await,
            Self::Bucket(bucket) => bucket.get(key).await,
        }
    }

    /// The sizes of all checkpoints that are kept, in any order: to check them, never to go on from.
    pub(super) async fn checkpoints(&self) -> Result<Vec<u64>, StoreFault> {
        match self {
            Self::Folder(folder) => folder.checkpoints().await,
            Self::Bucket(bucket) => bucket.checkpoints().await,
        }
    }

    /// Says which checkpoint is the newest, where readers ask for `checkpoint`; nothing is proven by
    /// it and nothing here relies on it.
    pub(super) async fn announce(&self, size: u64, note: &str) -> Result<(), StoreFault> {
        match self {
            Self::Folder(folder) => folder.announce(size, note).await,
            // A key is written once: readers of a bucket begin at the newest of `checkpoints/`.
            Self::Bucket(_) => Ok(()),
        }
    }
}
