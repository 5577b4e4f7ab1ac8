//! Somebody else cuts a session off.

use access::command::Command;
use access::event::RecordingEnd;
use access::ids::RecordingId;
use access::view::Viewer;
use access::{State, decide};

use crate::error::Error;
use crate::portal::{Portal, actor};
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
        self.inner
            .sequencer
            .propose(Proposal::of(viewer, cut(recording)))
            .await?;
        let why = "Somebody who watches over this access has cut this session.";
        self.inner.live.cut_one(recording, why);
        Ok(())
    }

    /// Whether the viewer may cut it off now.
    pub(super) async fn may_cut(
        &self,
        viewer: &Viewer,
        recording: RecordingId,
    ) -> Result<bool, Error> {
        let (who, now) = (actor(viewer), self.inner.clock.now());
        let may = move |state: &State| decide(state, cut(recording), &who, now).is_ok();
        self.inner.sequencer.ask(may).await
    }
}

fn cut(recording: RecordingId) -> Command {
    Command::EndRecording {
        recording,
        cause: RecordingEnd::Cut,
    }
}
