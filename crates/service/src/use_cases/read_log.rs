//! Reading the log's entries, by whoever may, and never unnoted.

use access::view::{Role, Viewer};

use crate::error::Error;
use crate::portal::{Portal, actor};

impl Portal {
    /// Notes that the viewer is about to read the entries `from..to`. Auditors may. Nothing of them may
    /// leave before this returns; a log that is halted can be read all the same.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for others; [`Error::Unavailable`] where the read could not be noted.
    pub fn read(&self, viewer: &Viewer, from: u64, to: u64) -> Result<(), Error> {
        if !viewer.roles.contains(&Role::Auditor) {
            return Err(Error::Forbidden);
        }
        if from >= to {
            return Ok(());
        }
        let noted = self
            .inner
            .readings
            .note(&actor(viewer), from, to, self.inner.clock.now());
        noted.map_err(|fault| {
            tracing::error!(%fault, "a read could not be noted, and was refused");
            Error::Unavailable {
                message: "The portal's own disk does not take the note that you read this, so nothing was shown. Tell whoever runs the portal; try again in a minute.".into(),
            }
        })
    }
}
