//! The archive: tiles, bundles and checkpoints outside of the database, where they can be written
//! once and not changed: a folder, or a bucket with Object Lock.
//!
//! ```text
//! tile/<L>/<N>[.p/<W>]           hash tiles            as tlog-tiles names them
//! tile/entries/<N>[.p/<W>]       entry bundles         likewise
//! checkpoints/<20 digits>        signed checkpoints, each under its size
//! origin                         whose archive it is: the log's name and a line feed
//! checkpoint                     in a folder only: the newest checkpoint, replaced atomically
//! ```
//!
//! Invariants:
//! - Nothing is overwritten and nothing is removed, but the folder's `checkpoint`. A file that is
//!   there with other bytes is an alarm, never a reason to write.
//! - Nothing is written that does not lead to a root that the log's key has signed: every entry and
//!   every node is read from the database and hashed again first.
//! - A block is written before the ones after it, and a checkpoint after all that it covers. So the
//!   archive itself says where to go on; it is never listed, and nothing about it is remembered.
//! - The portal does not wait for it: access opens and ends while the archive is behind. How far it
//!   is behind can be seen, and too far is an alarm.

mod copy;
mod fault;
mod layout;
mod read;
mod resume;
mod spine;
mod status;
mod store;
mod task;

pub use fault::FaultKind;
pub(crate) use layout::checkpoint_key;
pub use read::ArchivedLog;
pub use status::{ArchiveStatus, Trouble};
pub use store::PlaceError;
pub(crate) use store::checkpoints_in;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use self::copy::Archiver;
use self::status::Shared;
use self::store::{Store, StoreFault};
use crate::portal::Portal;
use crate::settings;

/// The configured archive.
#[derive(Debug)]
pub(crate) struct Archive {
    store: Arc<Store>,
    shared: Shared,
    every: Duration,
}

impl Archive {
    pub(crate) fn new(settings: &settings::Archive) -> Result<Self, PlaceError> {
        Ok(Self {
            store: Arc::new(Store::new(&settings.place)?),
            shared: Shared::new(settings.alarm_after),
            every: settings.every,
        })
    }
}

impl Portal {
    /// How far the archive is; `None` where none is configured.
    pub fn archive_status(&self) -> Option<ArchiveStatus> {
        let archive = self.inner.archive.as_ref()?;
        Some(archive.shared.now())
    }

    /// The archive goes on where the log is halted too: it writes only what was signed.
    pub(crate) fn start_archive(&self, shutdown: &CancellationToken) {
        let Some(archive) = &self.inner.archive else {
            return;
        };
        let archiver = Archiver::new(
            self.inner.pool.clone(),
            self.ledger().origin().clone(),
            self.ledger().keys().clone(),
            Arc::clone(&archive.store),
            archive.shared.clone(),
        );
        let halt = self.inner.halt.clone();
        task::start(
            archiver,
            halt,
            archive.every,
            self.subscribe(),
            shutdown.clone(),
        );
    }
}
