//! The archive as a log that can be read without the portal: to check it, or to restore from it.

use super::resume::{full_blocks, newest_checkpoint};
use super::{PlaceError, Store, StoreFault};
use crate::fsck::{Files, ReadError};
use crate::settings::ArchivePlace;

/// More blocks than any archive has.
const MOST_BLOCKS: u64 = 1 << 48;

/// An archive, to read only.
#[derive(Debug)]
pub struct ArchivedLog(Store);

impl ArchivedLog {
    /// The archive at this place. Nothing is asked of it yet.
    ///
    /// # Errors
    /// Where the place can be none.
    pub fn at(place: &ArchivePlace) -> Result<Self, PlaceError> {
        Store::new(place).map(Self)
    }
}

impl ArchivedLog {
    /// Where the archive cannot be listed, the newest is looked for by its name.
    async fn checkpoints(&self) -> Result<Vec<u64>, StoreFault> {
        let listed = self.0.checkpoints().await?;
        if !listed.is_empty() {
            return Ok(listed);
        }
        let full = full_blocks(&self.0, MOST_BLOCKS).await?;
        let newest = newest_checkpoint(&self.0, full, 0).await?;
        Ok(newest.map(|(size, _)| size).into_iter().collect())
    }
}

impl Files for ArchivedLog {
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.0.get(name).await.map_err(|fault| ReadError {
            name: name.to_owned(),
            source: fault.into(),
        })
    }

    async fn kept(&self) -> Result<Vec<u64>, ReadError> {
        self.checkpoints().await.map_err(|fault| ReadError {
            name: "the list of checkpoints".to_owned(),
            source: fault.into(),
        })
    }
}
