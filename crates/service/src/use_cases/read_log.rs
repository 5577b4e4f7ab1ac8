//! Reading the log's entries, by whoever may, and never unnoted.

use access::may_read;
use access::view::{Role, Viewer};

use crate::error::Error;
use crate::portal::{Portal, actor};

impl Portal {
    /// Notes that the viewer is about to read the entries `from..to`. Auditors may. Nothing of them may
    /// leave before this returns; a log that is halted can be read all the same.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for others; [`Error::Unavailable`] where the read could not be noted.
    pub async fn read(&self, viewer: &Viewer, from: u64, to: u64) -> Result<(), Error> {
        if !viewer.roles.contains(&Role::Auditor) || !self.is_auditor_still(viewer).await? {
            return Err(Error::Forbidden);
        }
        if from >= to {
            return Ok(());
        }
        let noted = self.note_read(actor(viewer), from, to).await;
        noted.map_err(|fault| {
            tracing::error!(%fault, "a read could not be noted, and was refused");
            Error::Unavailable {
                message: "The portal's own disk does not take the note that you read this, so nothing was shown. Tell whoever runs the portal; try again in a minute.".into(),
            }
        })
    }

    /// Asks the log's state: whoever lost the role since they signed in with this browser reads on in
    /// none. Where the log stands still, the configuration alone says who may.
    async fn is_auditor_still(&self, viewer: &Viewer) -> Result<bool, Error> {
        let sequencer = &self.inner.sequencer;
        if self.halted().is_some() || sequencer.goes_on().is_err() {
            return Ok(true);
        }
        let (who, clock) = (actor(viewer), self.inner.clock.clone());
        sequencer
            .ask(move |state| may_read(state, &who, clock.now()))
            .await
    }
}
