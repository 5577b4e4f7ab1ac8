//! Somebody else cuts a session off.

use access::command::Command;
use access::event::RecordingEnd;
use access::ids::RecordingId;
use access::view::Viewer;

use crate::error::Error;
use crate::portal::Portal;
use crate::sequencer::Proposal;

impl Portal {
    /// Cuts a session off; its access stays open. Those may who may take the access back. The session ends within a
    /// second, on whichever server it lives.
    ///
    /// # Errors
    /// [`Error::NotFound`] where its request does not concern the viewer, [`Error::Refused`] by the rules,
    /// [`Error::Unavailable`] where the log cannot be written: then ending the access still works.
    pub async fn cut_recording(
        &self,
        viewer: &Viewer,
        recording: RecordingId,
    ) -> Result<(), Error> {
        let found = self.found_recording(recording).await?;
        self.visible_request(viewer, found.request).await?;
        let cause = RecordingEnd::Cut;
        let command = Command::EndRecording { recording, cause };
        self.inner
            .sequencer
            .propose(Proposal::of(viewer, command))
            .await?;
        let why = "Somebody who watches over this access has cut this session.";
        self.inner.live.cut_one(recording, why);
        Ok(())
    }
}
