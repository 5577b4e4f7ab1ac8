//! A reviewer says what an access was.

use access::command::Command;
use access::event::Verdict;
use access::ids::RequestId;
use access::view::Viewer;

use super::submit_request::{MOST_TEXT, checked_text, sealed_text};
use crate::error::Error;
use crate::portal::Portal;
use crate::seal;
use crate::sequencer::Proposal;

impl Portal {
    /// Records a review: once for each request, by nobody who had a part in it. `note` is the closing word,
    /// `findings` what was found, if something was.
    ///
    /// # Errors
    /// [`Error::BadInput`] for an empty note, [`Error::Refused`] by the rules.
    pub async fn review(
        &self,
        viewer: &Viewer,
        request: RequestId,
        verdict: Verdict,
        findings: Option<&str>,
        note: &str,
    ) -> Result<(), Error> {
        let note = checked_text("note", note, MOST_TEXT)?;
        if note.is_empty() {
            return Err(Error::BadInput {
                field: "note",
                message: "Say in a sentence what you looked at and what you found.".into(),
            });
        }
        let (sealed, opening) = seal::seal(note).map_err(|fault| Error::internal(&fault))?;
        let mut openings = vec![("note", opening)];
        let findings = sealed_text("findings", findings, MOST_TEXT, &mut openings)?;
        let proposal = Proposal {
            openings,
            ..Proposal::of(
                viewer,
                Command::RecordReview {
                    request,
                    verdict,
                    findings,
                    note: sealed,
                },
            )
        };
        self.inner.sequencer.propose(proposal).await.map(drop)
    }
}
