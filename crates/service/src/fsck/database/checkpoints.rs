//! The stored checkpoints, one after the other.

use std::collections::VecDeque;

use sqlx::PgConnection;

use super::unsigned;
use crate::fsck::FsckError;
use crate::store::inspect;

/// Rows read at a time.
const CHUNK: i64 = 4096;

/// Reads the stored checkpoints by size, some at a time.
#[derive(Default)]
pub(super) struct Checkpoints {
    read: VecDeque<(i64, String)>,
    after: Option<i64>,
    all: bool,
}

impl Checkpoints {
    /// The next one, if it is stored for at most `size` entries.
    pub(super) async fn next_up_to(
        &mut self,
        connection: &mut PgConnection,
        size: u64,
    ) -> Result<Option<(u64, String)>, FsckError> {
        if self.read.is_empty() && !self.all {
            let after = self.after.unwrap_or(i64::MIN);
            self.read = inspect::checkpoints(connection, after, CHUNK).await?.into();
            self.after = self.read.back().map(|(size, _)| *size);
            self.all = self.read.is_empty();
        }
        let due = self
            .read
            .front()
            .is_some_and(|(at, _)| unsigned(*at) <= size);
        Ok(due
            .then(|| self.read.pop_front())
            .flatten()
            .map(|(size, note)| (unsigned(size), note)))
    }
}
