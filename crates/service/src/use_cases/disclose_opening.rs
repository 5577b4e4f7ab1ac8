//! An auditor is shown a sealed text, and says what for.

use access::command::Command;
use access::event::OpeningRef;
use access::ids::RequestId;
use access::view::Viewer;

use super::submit_request::{MOST_TEXT, checked_text};
use crate::error::Error;
use crate::portal::Portal;
use crate::seal;
use crate::sequencer::Proposal;

impl Portal {
    /// Discloses one sealed text of a request to the viewer; its page then shows it to them for a
    /// working day. Auditors may.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules, [`Error::BadInput`] for a purpose that does not fit,
    /// [`Error::Unavailable`] where the log cannot be written.
    pub async fn disclose(
        &self,
        viewer: &Viewer,
        request: RequestId,
        opening: OpeningRef,
        purpose: &str,
    ) -> Result<(), Error> {
        self.visible_request(viewer, request).await?;
        let purpose = checked_text("purpose", purpose, MOST_TEXT)?;
        let (purpose, purpose_opening) =
            seal::seal(purpose).map_err(|fault| Error::internal(&fault))?;
        let proposal = Proposal {
            openings: vec![("purpose", purpose_opening)],
            ..Proposal::of(
                viewer,
                Command::DiscloseOpening {
                    request,
                    opening,
                    purpose,
                },
            )
        };
        self.inner.sequencer.propose(proposal).await.map(drop)
    }
}
