//! The archive as a log that can be read without the portal: to check it, or to restore from it.

use super::resume::{full_blocks, newest_checkpoint};
use super::{PlaceError, Store};
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

impl Files for ArchivedLog {
    /// `checkpoint` is the newest of `checkpoints/`: what a folder shows under that name can be
    /// replaced, and a bucket has none.
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let read = async {
            if name == "checkpoint" {
                let full = full_blocks(&self.0, MOST_BLOCKS).await?;
                let newest = newest_checkpoint(&self.0, full).await?;
                return Ok(newest.map(|(_, note)| note));
            }
            self.0.get(name).await
        };
        read.await.map_err(|fault: super::StoreFault| ReadError {
            name: name.to_owned(),
            source: fault.into(),
        })
    }
}
